"""The board's parts put into words and lines: tables by unit, the course of time, who is late, how work is shared."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from server.db import Tx
from server.pages.board_rows import (
    CourseRow,
    FairPart,
    LatePart,
    LateRow,
    LoadRow,
    Number,
    SplitRow,
    SplitTable,
)
from server.pages.board_words import NOTHING, number_of, value_words
from server.pages.issue_rows import rows_of
from server.pages.issues import list_address
from server.services.board import SPARK_DAYS, Board, Course, Late
from server.services.fairness import FAR_LEAST, FAR_TIMES, Fairness, Load
from server.services.statistics import Figure, Point, Row, Table
from server.words import NAMES, _

__all__ = [
    "CHART_MOST",
    "charts_of",
    "course_lines",
    "course_rows",
    "fair_part",
    "late_part",
    "nameless",
    "split_table",
]

FIRST = 8
CHART_MOST = 12
WIDTH, HEIGHT = 600, 160
SPARK_WIDTH, SPARK_HEIGHT = 96, 24


def split_table(table: Table, board: Board, more_url: str, *, is_whole: bool) -> SplitTable:
    """Make a table by unit; units of which there is nothing to say stand only in the whole one."""
    shown = [row for row in table.rows if is_whole or any(one.value for one in row.figures)]
    first = shown if is_whole else shown[:FIRST]
    flat = (0,) * SPARK_DAYS if table.dimension == "community" else ()
    sparks = board.sparks if flat else {}
    return SplitTable(
        key=table.dimension,
        title=_(NAMES["dimension"][table.dimension]),
        heading=_(NAMES["split"][table.dimension]),
        heads=tuple(_(NAMES["indicator"][key]) for key in table.indicators),
        rows=tuple(_split_row(row, sparks.get(row.code, flat)) for row in first),
        pooled=tuple(number_of(one) for one in table.pooled),
        means=tuple(_mean(table.pooled[place], mean) for place, mean in enumerate(table.means)),
        total=len(table.rows),
        more_url="" if is_whole or len(first) == len(table.rows) else more_url,
    )


def _mean(pooled: Figure, mean: float | None) -> Number:
    if mean is None or pooled.unit == "rate":
        return Number(value_words(mean, pooled.unit))
    return Number(f"{mean:,.1f}")


def _split_row(row: Row, spark: Sequence[int]) -> SplitRow:
    said = ", ".join(str(one) for one in spark)
    return SplitRow(
        row.name,
        tuple(number_of(one) for one in row.figures),
        _line([float(one) for one in spark], SPARK_WIDTH, SPARK_HEIGHT) if spark else "",
        said,
    )


def _line(values: Sequence[float | None], width: float, height: float, most: float | None = None) -> str:
    """Write the points of a line in a box, its foot at zero; what is not known yet is left out."""
    top = most if most is not None else max((one for one in values if one is not None), default=0)
    step = width / max(1, len(values) - 1)
    room = height - 2
    return " ".join(
        f"{place * step:.1f},{1 + room - room * value / (top or 1):.1f}"
        for place, value in enumerate(values)
        if value is not None
    )


def course_lines(course: Course) -> tuple[str, str]:
    """Draw new and closed on one scale."""
    series = [[one.figure.value for one in part.points] for part in (course.new, course.closed)]
    most = max((value for line in series for value in line if value is not None), default=0)
    return _line(series[0], WIDTH, HEIGHT, most), _line(series[1], WIDTH, HEIGHT, most)


def course_rows(course: Course) -> Iterator[CourseRow]:
    """Write the steps that have begun."""
    for new, closed in zip(course.new.points, course.closed.points, strict=True):
        if new.figure.value is not None:
            yield CourseRow(_step(new, course), number_of(new.figure), number_of(closed.figure))


def _step(point: Point, course: Course) -> str:
    if point.since is None:
        return ""
    day = point.since.astimezone(course.period.zone)
    return f"{day:%Y-%m}" if course.new.step == "month" else f"{day:%m-%d}"


def late_part(tx: Tx, late: Late, overdue: Figure, area: str) -> LatePart:
    """List who is late."""
    rows = rows_of(tx, (one.brief for one in late.items))
    said = [_("督办 {n} 次", n=one.supervised.count) if one.supervised else "" for one in late.items]
    url = list_address({**overdue.query, "sort": "due"})
    desk = {"area": area} if area else {}
    tabs = tuple(
        (_(NAMES["tab"][tab]), Number(str(count), _desk({"tab": tab, **desk}), count))
        for tab, count in late.tabs.items()
    )
    return LatePart(tuple(LateRow(row, words) for row, words in zip(rows, said, strict=True)), url, tabs)


def _desk(query: Mapping[str, str]) -> str:
    return list_address(dict(query)).replace("/issues", "/supervision", 1)


def fair_part(fairness: Fairness, more_url: str, *, is_whole: bool) -> FairPart:
    """Say how work is shared."""
    rows = fairness.loads if is_whole else fairness.loads[:FIRST]
    if fairness.middle is None:
        said = _("网格还没有户数，不能比较每千户的件数。")
    elif fairness.low is None or fairness.high is None:
        said = _("每千户未结 {middle} 件（中位数）；人数太少，不比较。", middle=f"{fairness.middle:.1f}")
    else:
        said = _("每千户未结的中位数是 {middle} 件，一半的人在 {low} 至 {high} 件之间。",
                 middle=f"{fairness.middle:.1f}", low=f"{fairness.low:.1f}", high=f"{fairness.high:.1f}")  # fmt: skip
    far = sum(1 for one in fairness.loads if one.is_far)
    rule = _("明显偏多：每千户未结超过中位数的 {times} 倍，并且比按中位数该有的多 {least} 件以上。",
             times=f"{FAR_TIMES:g}", least=FAR_LEAST)  # fmt: skip
    whole = is_whole or len(rows) == len(fairness.loads)
    return FairPart(
        tuple(_load(one) for one in rows), said, rule, far, len(fairness.loads), "" if whole else more_url
    )


def _load(one: Load) -> LoadRow:
    return LoadRow(
        name=one.name,
        households=NOTHING if one.households is None else f"{one.households:,}",
        dense=NOTHING if one.dense is None else f"{one.dense:.1f}",
        times=NOTHING if one.times is None else _("{n} 倍", n=f"{one.times:.1f}"),
        new=number_of(one.new),
        open=number_of(one.open),
        is_far=one.is_far,
    )


def charts_of(board: Board, now: datetime) -> dict[str, Any]:
    """Give what is drawn, as data: numbers, names, and the list behind each."""
    points = [one for one in board.course.new.points if one.since is None or one.since <= now]
    course = {
        "labels": [_step(one, board.course) for one in points],
        "lines": [
            {
                "name": _(NAMES["indicator"][part.indicator]),
                "values": [one.figure.value for one in part.points[: len(points)]],
                "urls": [list_address(dict(one.figure.query)) for one in part.points[: len(points)]],
            }
            for part in (board.course.new, board.course.closed)
        ],
    }
    bars = {name: _bars(board.tables[name]) for name in ("category", "source")}
    found: dict[str, Any] = {"course": course, **bars}
    if board.fairness is not None:
        found["loads"] = _dots(board.fairness)
    return found


def nameless(charts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the names of staff out of what is drawn."""
    found = dict(charts)
    if "loads" in found:
        dots = [{**one, "name": "", "url": ""} for one in found["loads"]["dots"]]
        found["loads"] = {**found["loads"], "dots": dots}
    return found


def _bars(table: Table) -> dict[str, Any]:
    rows = [row for row in table.rows if row.code and row.figures[0].value][:CHART_MOST]
    return {
        "names": [row.name for row in rows],
        "label": _(NAMES["indicator"][table.indicators[0]]),
        "values": [row.figures[0].value for row in rows],
        "urls": [list_address(dict(row.figures[0].query)) for row in rows],
    }


def _dots(fairness: Fairness) -> dict[str, Any]:
    return {
        "x": _("负责户数"),
        "y": _(NAMES["indicator"]["open"]),
        "middle": fairness.middle,
        "middle_name": _("中位数"),
        "dots": [
            {
                "name": one.name,
                "households": one.households,
                "open": one.open.value,
                "far": one.is_far,
                "url": list_address(dict(one.open.query)),
            }
            for one in fairness.loads
            if one.households
        ],
    }
