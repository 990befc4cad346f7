"""The placeholders of a template, each in Chinese and in English, and what stands in their places."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from server.services.bulletin.language import Names
from server.services.bulletin.shapes import Kind, Place, Report
from server.services.bulletin.text import numbered, percent, sections, titles
from server.words import NAMES, level_name

__all__ = ["COLUMNS", "DRAWN", "PLACEHOLDERS", "SECTIONS", "figure_said", "known", "values"]

PLACEHOLDERS = {
    "title": "标题",
    "area": "区域",
    "period": "时段",
    "made": "制作日期",
    "level": "下级名称",
    "overview": "总体情况",
    "concerns": "主要诉求",
    "outcomes": "办理成效",
    "hotspots": "热点区域",
    "best": "工作较好",
    "repeated": "反复诉求",
    "sections": "各节",
    "figures": "数字",
    "kinds": "类别表",
    "places": "区域表",
    "total": "合计",
    "kind_chart": "类别图",
    "trend_chart": "走势图",
    "heat_map": "热力图",
}
"""English -> Chinese name; either serves."""
SECTIONS = ("overview", "concerns", "outcomes", "hotspots", "best", "repeated")
DRAWN = ("kind_chart", "trend_chart", "heat_map")
"""Pictures; empty where there is none."""
_RATES = {"on_time": "按期办结率", "satisfaction": "满意率"}
_COUNTED = {"number": "序号", "name": "名称", "new": "收集", "closed": "办结"}
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "sections": {"heading": "题目", "text": "正文"},
    "figures": NAMES["indicator"],
    "kinds": {**_COUNTED, "share": "占办结", **_RATES},
    "places": {**_COUNTED, "overdue": "超期未结", **_RATES},
    "total": {**_COUNTED, "overdue": "超期未结", **_RATES},
}
"""Placeholders that hold others: English -> Chinese names of these."""
CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def known() -> Names:
    """List all placeholders there are, by both names."""
    held = {name: frozenset([*columns, *columns.values()]) for name, columns in COLUMNS.items()}
    return {said: held.get(code) for code, name in PLACEHOLDERS.items() for said in (name, code)}


def values(report: Report) -> dict[str, Any]:
    """Give what stands in the places of all but the pictures: text, rows of text, and whether there is any."""
    told = titles(report)
    written = {one.key: one.text for one in sections(report)}
    closed = sum(one.closed for one in report.kinds)
    plain: dict[str, Any] = {
        "title": told.title,
        "area": report.area,
        "period": told.period,
        "made": told.made,
        "level": level_name(report.below),
        **{key: written.get(key, "") for key in SECTIONS},
    }
    held: dict[str, Any] = {
        "sections": [{"heading": said, "text": one.text} for said, one in numbered(sections(report))],
        "figures": {key: figure_said(report, key) for key in NAMES["indicator"]},
        "kinds": _kinds(report.kinds, closed),
        "places": [_place(number, one) for number, one in enumerate(report.places, start=1)],
        "total": {
            "number": "",
            "name": "",
            **{key: figure_said(report, key) for key in ("new", "closed", "overdue", *_RATES)},
        },
    }
    found = {key: _clean(value) for key, value in plain.items()}
    found |= {key: _both(value, COLUMNS[key]) for key, value in held.items()}
    return {
        said: found[code] for code, name in PLACEHOLDERS.items() if code in found for said in (code, name)
    }


def figure_said(report: Report, key: str) -> str:
    """Say one number of the summary; "—" where there is nothing to count it from."""
    one = report.figures.get(key)
    if one is None or one.value is None:
        return "—"
    return (
        percent(one.value)
        if one.unit == "rate"
        else f"{one.value:.10g}"
        if one.unit == "issues"
        else f"{one.value:.1f}"
    )


def _kinds(kinds: Sequence[Kind], closed: int) -> list[dict[str, Any]]:
    ordered = sorted(kinds, key=lambda one: (-one.closed, -one.new))
    return [
        {
            "number": number,
            "name": one.name,
            "new": one.new,
            "closed": one.closed,
            "share": percent(one.closed / closed if closed else None),
            "on_time": percent(one.on_time.value if one.on_time else None),
            "satisfaction": percent(one.satisfaction.value if one.satisfaction else None),
        }
        for number, one in enumerate(ordered, start=1)
    ]


def _place(number: int, one: Place) -> dict[str, Any]:
    rates = {key: percent(one.rate(key).value) for key in _RATES}
    counts = {"new": one.new, "closed": one.closed, "overdue": one.overdue}
    return {"number": number, "name": one.name, **counts, **rates}


def _both(held: Any, columns: Mapping[str, str]) -> Any:  # noqa: ANN401 - a row, or rows
    """Give each value of a row under both of its names."""
    if isinstance(held, list):
        return [_both(row, columns) for row in held]
    return {said: _clean(value) for code, value in held.items() for said in (code, columns[code])}


def _clean(value: object) -> str:
    """Leave out what XML cannot hold, and what Word would take for the end of a line."""
    return CONTROL.sub(" ", str(value))
