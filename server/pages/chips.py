"""Filters in words: what a list shows beside its form's own fields, each to be taken away; and formulas made of filters."""

from collections.abc import Collection, Iterator, Mapping
from datetime import tzinfo
from urllib.parse import urlencode

from server.db import Tx
from server.pages.parts import Chip
from server.pages.times import moment
from server.services import areas
from server.services.filters import instant_of
from server.services.named import department_name, holder_name
from server.words import NAMES, _, field_name

__all__ = ["chips_of", "coded_words"]

DAY = len("2026-11-22")
STRETCHES = ("", "ended_", "due_")
CODED = ("timely", "reply", "verdict")


def chips_of(
    tx: Tx, asked: Mapping[str, str], places: Collection[str], units: Collection[str]
) -> tuple[Chip, ...]:
    """Say the filters that the form of the list has no field for, or whose field does not offer what holds.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    asked : Mapping[str, str]
        Query of the list, already found readable.
    places, units : Collection of str
        Codes of the areas and departments that the form offers.
    """
    found = [*_said(tx, asked)]
    area, department = asked.get("area", ""), asked.get("department", "")
    if area and area not in places:
        found.append((areas.by_code(tx, area).name, ("area",)))
    if department and department not in units:
        found.append((department_name(tx, department), ("department",)))
    return tuple(
        Chip(said, _address(asked, names), tuple((name, asked[name]) for name in names))
        for said, names in found
    )


def _said(tx: Tx, asked: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    zone = tx.config.zone
    for kind in STRETCHES:
        names = tuple(name for name in (f"{kind}since", f"{kind}until") if asked.get(name))
        if names and (kind or any(len(asked[name]) > DAY for name in names)):
            yield _stretch(kind, asked, zone), names
    for name in CODED:
        if asked.get(name):
            yield coded_words(name, asked[name]), (name,)
    if asked.get("callback") in ("1", "true"):
        yield field_name("callback"), ("callback",)
    holder = asked.get("holder", "")
    if holder and holder != "me":
        yield _("由 {name} 承办", name=holder_name(tx, holder)), ("holder",)
    if asked.get("bbox"):
        yield _("只在地图的一块范围内"), ("bbox",)


def coded_words(name: str, given: str) -> str:
    """Say a filter of codes: ``按期办结、逾期``."""
    return _("、").join(_(NAMES[name].get(one, one)) for one in given.split(","))


def _stretch(kind: str, asked: Mapping[str, str], zone: tzinfo) -> str:
    since, until = (_edge(name, asked.get(name, ""), zone) for name in (f"{kind}since", f"{kind}until"))
    when = {"": _("上报时间"), "ended_": _("办结时间（含不予受理、并案）"), "due_": _("到期时间")}[kind]
    if since and until:
        said = since if since == until else _("{since} 至 {until}", since=since, until=until)
    else:
        said = _("{since} 起", since=since) if since else _("到 {until} 为止", until=until)
    return _("{when}：{said}", when=when, said=said)


def _edge(name: str, said: str, zone: tzinfo) -> str:
    """Write an edge: a day as it is, an instant to the minute."""
    if len(said) <= DAY:
        return said
    at = instant_of(name, said, zone)
    return moment(at, zone) if at else ""


def _address(asked: Mapping[str, str], without: tuple[str, ...]) -> str:
    left = {name: said for name, said in asked.items() if name not in without}
    return f"/issues?{urlencode(left)}" if left else "/issues"
