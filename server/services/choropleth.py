"""Areas of a level coloured by an indicator: the number of each, its class, and the list of the issues behind it.

Counts nothing itself: numbers are those of :mod:`server.services.statistics`, classes those of
:mod:`geo.classes`. **Missing is not zero**: an area without a number (a rate of nothing, a share of households
that nobody knows) has no class. Visits (走访) are no indicator, for no visit is kept but as the issue it led to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from geo.classes import MISSING, Classes, Method, classify
from server.db import Tx
from server.errors import InputError
from server.services import statistics
from server.services.filters import Filters, known
from server.services.outlines import LEVELS, level_below
from server.services.people import Actor
from server.services.statistics import INDICATORS, Period, Row
from server.services.statistics.shapes import Query
from server.words import NAMES

__all__ = ["METHODS", "SHADED", "USUAL_LEVEL", "Breaks", "Choropleth", "Shade", "choropleth"]

METHODS: tuple[Method, ...] = get_args(Method)
USUAL_LEVEL = "community"
PER_THOUSAND = {"new_per_1000": "new", "open_per_1000": "open"}
"""Indicators by 1,000 households, and what is counted for them."""
SHADED: Mapping[str, str] = {
    **{key: one.unit for key, one in INDICATORS.items()},
    **dict.fromkeys(PER_THOUSAND, "per_1000"),
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


@dataclass(frozen=True)
class Choropleth:
    """Areas of a level by an indicator.

    Attributes
    ----------
    level, indicator, unit : str
        What of which areas; ``issues rate score hours per_1000``.
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
        There is no such level or indicator, or statistics refuse a filter.
    ValuesError
        The classes asked for are none.
    """
    if level not in LEVELS:
        raise InputError("field.not_one_of", field="level", value=level[:40], expected=known("level"))
    if indicator not in SHADED:
        expected = known("indicator", **NAMES["shaded"])
        raise InputError("field.not_one_of", field="indicator", value=indicator[:40], expected=expected)
    table = statistics.by(tx, actor, filters, period, level, [PER_THOUSAND.get(indicator, indicator)])
    rows = [row for row in table.rows if row.code]
    values = [_value(row, indicator) for row in rows]
    given = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    classes = classify(given, breaks.classes, breaks.method, bounds=breaks.bounds or None)
    ranks = classes.of(given).tolist() if len(given) else []
    shades = tuple(_shade(*one) for one in zip(rows, values, ranks, strict=True))
    return Choropleth(level, indicator, SHADED[indicator], classes, shades, level_below(tx, level))


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
