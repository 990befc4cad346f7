"""The panel of the map: what can be chosen there, as the address of the page says it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.db import Tx
from server.pages.parts import Choice
from server.services import areas
from server.services.areas import AreaView
from server.services.categories import categories
from server.services.choropleth import METHODS, SHADED, USUAL_LEVEL
from server.services.outlines import LEVELS
from server.services.people import Actor
from server.services.statistics import Period
from server.words import NAMES, _, level_name, source_name, state_name
from server.workflow import State

__all__ = ["MapPanel", "panel", "periods"]

DAYS = ("7", "30", "90")
NAMED = ("today", "week", "month", "quarter", "year", "noon_day", "month_19")
YEARS_BACK = 10  # as far as statistics reach
USUAL = "open"
INDENT = "\u3000"
FEW = 6  # communities, below which their cells are coloured at first
Groups = tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass(frozen=True)
class MapPanel:
    """What the panel of ``map/index.html`` offers.

    Attributes
    ----------
    whens : tuple of Choice
        Periods: so many days, by name, everything, or between two days.
    since, until : str
        The two days, if these are asked for.
    categories, sources, states : tuple of (str, tuple of Choice)
        Boxes to tick, under the names of their groups; an empty name where there are none.
    areas : tuple of Choice
        Areas to narrow to, indented by level.
    is_overdue : bool
        Only late ones.
    indicators, levels, methods : tuple of Choice
        How areas may be coloured.
    """

    whens: tuple[Choice, ...]
    since: str
    until: str
    categories: Groups
    sources: Groups
    states: Groups
    areas: tuple[Choice, ...]
    is_overdue: bool
    indicators: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    methods: tuple[Choice, ...]


def panel(tx: Tx, actor: Actor, given: Mapping[str, str], chosen: AreaView | None) -> MapPanel:
    """Make the panel.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Chooses among their own areas.
    given : Mapping[str, str]
        Query of the page.
    chosen : AreaView, optional
        The area of the query, if there is one that they may see.
    """
    return MapPanel(
        whens=tuple(_whens(given.get("when", ""))),
        since=given.get("since", ""),
        until=given.get("until", ""),
        categories=_categories(_several(given, "category")),
        sources=(("", tuple(_sources(_several(given, "source")))),),
        states=(("", tuple(_states(_several(given, "state")))),),
        areas=tuple(_areas(tx, actor, chosen)),
        is_overdue=given.get("overdue") == "1",
        indicators=_named({**NAMES["indicator"], **NAMES["shaded"]}, SHADED, given.get("indicator") or USUAL),
        levels=_named(NAMES["level"], LEVELS, given.get("level") or _usual_level(tx, actor)),
        methods=_named(NAMES["method"], METHODS, given.get("method", "")),
    )


def periods(now: datetime, zone: Any) -> dict[str, dict[str, str]]:  # noqa: ANN401 - any tzinfo
    """Say from when to when each period of the panel is, and what it is compared with.

    Parameters
    ----------
    now : datetime
        What the last days are counted from.
    zone : tzinfo
        In which the times are written.
    """
    found = {days: Period.last(int(days), now, zone) for days in DAYS}
    found |= {name: Period.preset(name, now, zone) for name in NAMED}
    told = {name: _told(period, now) for name, period in found.items()}
    begin = now.astimezone(zone) - timedelta(days=round(365.2425 * YEARS_BACK) - 2)
    return told | {"all": {"since": begin.date().isoformat()}}


def _told(period: Period, now: datetime) -> dict[str, str]:
    before, last_year = period.compared(now)
    edges = {"": period, "before_": before, "year_": last_year}
    return {
        f"{kind}{edge}": getattr(one, edge).astimezone(period.zone).isoformat()
        for kind, one in edges.items()
        for edge in ("since", "until")
    }


def _named(names: Mapping[str, str], codes: Iterable[str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, _(names[code]), code == chosen) for code in codes)


def _several(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(one.strip() for one in given.get(name, "").split(","))


def _whens(chosen: str) -> Iterator[Choice]:
    for days in DAYS:
        yield Choice(days, _("{days} 天", days=days), chosen == days)
    short = {"noon_day": _("12345 日"), "month_19": _("12345 月")}
    for name in NAMED:
        yield Choice(name, short.get(name) or _(NAMES["period"][name]), chosen == name)
    yield Choice("all", _("全部"), chosen == "all")
    yield Choice("between", _("自选"), chosen == "between")


def _categories(chosen: frozenset[str]) -> Groups:
    """List categories under their groups, in the order of the table."""
    groups: dict[str, list[Choice]] = {}
    for one in categories().values():
        groups.setdefault(one.group_label, []).append(Choice(one.code, one.label, one.code in chosen))
    return tuple((name, tuple(choices)) for name, choices in groups.items())


def _sources(chosen: frozenset[str]) -> Iterator[Choice]:
    for code in NAMES["source"]:
        yield Choice(code, source_name(code), code in chosen)


def _states(chosen: frozenset[str]) -> Iterator[Choice]:
    yield Choice("open", _("未结"), "open" in chosen)
    for state in State:
        yield Choice(state, state_name(state), state in chosen)


def _usual_level(tx: Tx, actor: Actor) -> str:
    """Choose the level to begin with: two or three communities say less than their cells."""
    communities = [one for one in areas.choosable(tx, actor) if one.level == USUAL_LEVEL]
    return USUAL_LEVEL if len(communities) >= FEW else "cell"


def _areas(tx: Tx, actor: Actor, chosen: AreaView | None) -> Iterator[Choice]:
    yield Choice("", _("全部区域"), chosen is None)
    offered: Iterable[Any] = areas.choosable(tx, actor)
    depths = {"community": 1, "cell": 2}
    codes = {one.code for one in offered}
    if chosen and chosen.code not in codes:
        yield Choice(chosen.code, f"{chosen.name}（{level_name(chosen.level)}）", chosen=True)
    for one in offered:
        is_chosen = chosen is not None and one.code == chosen.code
        yield Choice(one.code, INDENT * depths.get(one.level, 0) + one.name, is_chosen)
