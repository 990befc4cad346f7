"""Areas of a level coloured by an indicator: the number of each, its class, and the list of what is behind it.

Counts nothing itself: numbers are those of :mod:`server.services.statistics` and, of visits (走访),
:mod:`server.services.visit_lists`; classes those of :mod:`geo.classes`. **Missing is not zero**: an area without a
number (a rate of nothing, a share of households that nobody knows, visits that one is not told of) has no class.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import get_args

import numpy as np

from geo.classes import MISSING, Classes, Method, classify
from server.db import Tx
from server.errors import InputError
from server.services import statistics, visit_lists
from server.services.columns.tree import tree_of
from server.services.filters import Filters, known
from server.services.outlines import LEVELS, level_below
from server.services.people import Actor
from server.services.permissions import overseen
from server.services.statistics import INDICATORS, Period, Row
from server.services.statistics.shapes import Query
from server.services.visit_lists import VisitFilter
from server.words import NAMES

__all__ = ["METHODS", "SHADED", "USUAL_LEVEL", "Breaks", "Choropleth", "Shade", "choropleth"]

METHODS: tuple[Method, ...] = get_args(Method)
USUAL_LEVEL = "community"
PER_THOUSAND = {"new_per_1000": "new", "open_per_1000": "open"}
"""Indicators by 1,000 households, and what is counted for them."""
VISITS = "visits"
SHADED: Mapping[str, str] = {
    **{key: one.unit for key, one in INDICATORS.items()},
    **dict.fromkeys(PER_THOUSAND, "per_1000"),
    VISITS: "visits",
}
"""Indicators that areas may be coloured by, and their units; names are ``NAMES["indicator"]`` and ``NAMES["shaded"]``."""


@dataclass(frozen=True)
class Breaks:
    """How values are put into classes; see :func:`geo.classes.classify`.

    Attributes
    ----------
    method : {"quantile", "natural", "fixed"}
        Which way.
    classes : int
        Most classes; of no account for fixed bounds.
    bounds : tuple of float
        Upper bounds of fixed classes, ascending; a rate from 0 to 1.
    """

    method: Method = "quantile"
    classes: int = 5
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Shade:
    """One area.

    Attributes
    ----------
    code, name : str
        The area.
    value : float or None
        Of the indicator; None: there is nothing to tell it from.
    rank : int
        Its class from 0; -1 without a value.
    query, of : Query
        List of exactly the issues counted; of a rate, those below its line.
    counted, denominator : int or None
        How many each list gives.
    households : int or None
        Of the area, where known.
    visits : Query
        List of exactly the visits counted, in place of issues; empty for none, or where no list of days says it.
    """

    code: str
    name: str
    value: float | None
    rank: int
    query: Query
    of: Query
    counted: int | None
    denominator: int | None
    households: int | None
    visits: Query = field(default_factory=dict)


@dataclass(frozen=True)
class Choropleth:
    """Areas of a level by an indicator.

    Attributes
    ----------
    level, indicator, unit : str
        What of which areas; ``issues rate score hours per_1000 visits``.
    classes : Classes
        With legend and how many areas are missing.
    shades : tuple of Shade
        By path.
    drill : str or None
        Level to go down to; None at the lowest.
    """

    level: str
    indicator: str
    unit: str
    classes: Classes
    shades: tuple[Shade, ...]
    drill: str | None


def choropleth(
    tx: Tx,
    actor: Actor,
    filters: Filters,
    period: Period,
    level: str,
    indicator: str,
    breaks: Breaks,
) -> Choropleth:
    """Colour the areas of a level.

    Parameters
    ----------
    tx, actor, filters, period :
        As of :func:`server.services.statistics.by`; ``filters.area`` leaves only areas in it.
    level : str
        One of :data:`server.services.outlines.LEVELS`.
    indicator : str
        Key of :data:`SHADED`.
    breaks : Breaks
        How to make classes.

    Raises
    ------
    InputError
        There is no such level or indicator, statistics refuse a filter, or visits are asked by anything but area.
    ValuesError
        The classes asked for are none.
    """
    if level not in LEVELS:
        raise InputError("field.not_one_of", field="level", value=level[:40], expected=known("level"))
    if indicator not in SHADED:
        expected = known("indicator", **NAMES["shaded"])
        raise InputError("field.not_one_of", field="indicator", value=indicator[:40], expected=expected)
    counted = "new" if indicator == VISITS else PER_THOUSAND.get(indicator, indicator)
    table = statistics.by(tx, actor, filters, period, level, [counted])
    told = _visits(tx, actor, filters, period) if indicator == VISITS else None
    rows = [row for row in table.rows if row.code]
    values = [told(row.code) if told else _value(row, indicator) for row in rows]
    given = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    classes = classify(given, breaks.classes, breaks.method, bounds=breaks.bounds or None)
    ranks = classes.of(given).tolist() if len(given) else []
    shades = tuple(_shade(*one) for one in zip(rows, values, ranks, strict=True))
    if told:
        shades = tuple(_visited(one, period) for one in shades)
    return Choropleth(level, indicator, SHADED[indicator], classes, shades, level_below(tx, level))


def _visits(tx: Tx, actor: Actor, filters: Filters, period: Period) -> Callable[[str], float | None]:
    """Give what tells how many visits were made in an area; nothing of an area that the actor does not oversee."""
    if filters != Filters(area=filters.area):
        raise InputError("choropleth.visits", field="indicator", value=VISITS)
    wanted = VisitFilter(area=filters.area or "", since=period.since, until=period.until)
    path_of, own = tree_of(tx).path_of, overseen(actor)
    many: Counter[str] = Counter()
    for one in visit_lists.counts(tx, actor, wanted):
        for code in path_of[one.code].strip("/").split("/"):
            many[code] += one.count

    def told(code: str) -> float | None:
        sees = actor.is_system or any(path_of[code].startswith(path) for path in own)
        return float(many[code]) if sees else None

    return told


def _visited(shade: Shade, period: Period) -> Shade:
    counted = None if shade.value is None else int(shade.value)
    ends = [one.astimezone(period.zone) for one in (period.since, period.until)]
    is_days = all(one.time() == time() for one in ends)
    days = {"since": ends[0].date().isoformat(), "until": (ends[1] - timedelta(days=1)).date().isoformat()}
    visits = {"area": shade.code, **days} if counted is not None and is_days else {}
    return replace(shade, query={}, of={}, counted=counted, denominator=None, visits=visits)


def _value(row: Row, indicator: str) -> float | None:
    if indicator not in PER_THOUSAND:
        return row.figures[0].value
    return row.per_thousand[0] if row.per_thousand else None


def _shade(row: Row, value: float | None, rank: int) -> Shade:
    (one,) = row.figures
    missing = MISSING if value is None else rank
    return Shade(
        row.code,
        row.name,
        value,
        missing,
        one.query,
        one.of,
        one.counted,
        one.denominator,
        row.households,
    )
