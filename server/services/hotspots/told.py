"""Hot spots in one plain sentence; what is kept with an issue are the codes and values it is made of."""

from collections.abc import Mapping
from typing import Any

from server.services.categories import category_name
from server.words import NAMES, _, language, sentence

__all__ = ["ORIGIN", "advice", "category_said", "course_said", "origin_said", "said"]

ORIGIN = "origin.hotspot"
"""Code of an issue's origin."""

_NUMERALS = "零一两三四五六七八九十"
TEN = 10


def said(values: Mapping[str, Any]) -> str:
    """Say a hot spot and what to do about it.

    Parameters
    ----------
    values : Mapping[str, Any]
        ``place category course weeks z`` and ``where`` (see :class:`.buildings.Where`, as a mapping, or None).
    """
    facts = {
        "place": values["place"],
        "category": category_said(values["category"]),
        "weeks": _weeks(int(values["weeks"])),
        "z": f"{values['z']:.1f}",
    }
    return sentence(f"hotspot.{values['course']}", facts) + advice(values)


def origin_said(origin: Mapping[str, Any] | None) -> str:
    """Say the hot spot that an issue was made for; "" for other issues.

    Parameters
    ----------
    origin : Mapping or None
        As kept with the issue.
    """
    return said(origin["values"]) if origin and origin.get("code") == ORIGIN else ""


def advice(values: Mapping[str, Any]) -> str:
    """Say where to look."""
    where = values.get("where")
    if not where:
        return _("，建议到现场排查")
    said = {"numbers": _("、").join(where["numbers"]), "compound": where["compound"]}
    return _("，建议排查{where}", where=_(NAMES["hotspot_where"][where["unit"]], **said).strip())


def category_said(code: str) -> str:
    """Say what is counted; no code is all together."""
    return _("{name}类", name=category_name(code)) if code else _("各类事件合计")


def course_said(code: str) -> str:
    """Name the course of a hot spot."""
    return _(NAMES["hotspot_course"][code])


def _weeks(count: int) -> str:
    """Say how many weeks: in Chinese as a numeral, up to ten."""
    return _NUMERALS[count] if language() == "zh" and 0 <= count <= TEN else str(count)
