"""Indicators by unit: by area, category, source, worker or department."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from server.db import Tx
from server.services.filters import Filters
from server.services.people import Actor
from server.services.statistics.counting import Asker, asker, narrowed
from server.services.statistics.figures import Counted, count, figure
from server.services.statistics.indicators import Indicator
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Figure, Row, Table
from server.services.statistics.summaries import known_indicators, wanted_of
from server.services.statistics.units import Unit, split
from server.words import NAMES, _

__all__ = ["by"]

THOUSAND = 1000


def by(tx: Tx, actor: Actor, filters: Filters, period: Period, dimension: str, keys: Iterable[str]) -> Table:
    """Count indicators by unit.

    Parameters
    ----------
    tx, actor, filters, period :
        As of :func:`server.services.statistics.summary`.
    dimension : str
        One of :data:`server.services.statistics.DIMENSIONS`.
    keys : Iterable of str
        Which indicators.

    Raises
    ------
    InputError
        As of the summary, or there is no such dimension.
    """
    whole, every = asker(tx, actor, filters), known_indicators(tx)
    wanted, parts = wanted_of(every, keys), split(whole, dimension)
    counted = count(whole, wanted, every, period, parts.by)
    seen = frozenset(key for found in counted.counts.values() for key, many in found.items() if many)
    units = list(parts.units(seen))
    rows = [_row(one, wanted, counted, whole, period) for one in units]
    rest = _rest(dimension, seen.difference(*(unit.keys for unit in units)))
    shown = [*rows, _row(rest, wanted, counted, whole, period, lists=False)] if rest else rows
    medians = tuple(one for one in wanted if one.measure)
    hours = count(whole, medians, every, period).hours if medians else {}
    together = replace(counted, hours=hours)
    pooled = [figure(one, together, whole, period, seen | {None}) for one in wanted]
    return Table(
        dimension, tuple(one.key for one in wanted), tuple(shown), tuple(pooled), tuple(_means(wanted, rows))
    )


def _rest(dimension: str, keys: frozenset[object]) -> Unit | None:
    """Make the unit of what belongs to none."""
    if not keys:
        return None
    return Unit("", _(NAMES["rest"].get(dimension, "")), (*(keys - {None}), None), {})


def _row(
    unit: Unit,
    wanted: Sequence[Indicator],
    counted: Counted,
    whole: Asker,
    period: Period,
    *,
    lists: bool = True,
) -> Row:
    own = narrowed(whole, unit.query)
    figures = tuple(figure(one, counted, own, period, unit.keys, lists=lists) for one in wanted)
    dense = tuple(_dense(one, unit.households) for one in figures)
    return Row(unit.code, unit.name, figures, unit.households, dense)


def _dense(one: Figure, households: int | None) -> float | None:
    if one.unit != "issues" or not households or one.value is None:
        return None
    return one.value * THOUSAND / households


def _means(wanted: Sequence[Indicator], rows: Sequence[Row]) -> Iterable[float | None]:
    for place in range(len(wanted)):
        values = [row.figures[place].value for row in rows]
        known = [value for value in values if value is not None]
        yield fmean(known) if known else None
