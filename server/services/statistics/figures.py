"""Figures out of counts: which lists an indicator needs, and what comes of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.services.statistics.counting import Ask, Asker, By, ask_of, joined
from server.services.statistics.indicators import Indicator
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Figure, Query

__all__ = ["Counted", "count", "figure"]

PERFECT = 100.0


@dataclass(frozen=True)
class Counted:
    """What was counted for indicators over a period, by unit.

    Attributes
    ----------
    counts : Mapping
        Ask -> unit -> how many.
    hours : Mapping
        Indicator of a median -> unit -> hours.
    known : Mapping[str, Indicator]
        All indicators, for a score is made of others.
    """

    counts: Mapping[Ask, Mapping[Any, int]]
    hours: Mapping[str, Mapping[Any, float]]
    known: Mapping[str, Indicator] = field(default_factory=dict)
    _recipes: dict[Any, "_Recipe"] = field(default_factory=dict, repr=False, compare=False)

    def of(self, ask: Ask, units: Iterable[Any]) -> int:
        """Give the length of a list over units."""
        found = self.counts.get(ask, {})
        return sum([found.get(unit, 0) for unit in units])

    def recipe(self, one: Indicator, period: Period, now: datetime, window: Query | None) -> "_Recipe":
        """Give what an indicator is made of over a period; the same for all units, so made once."""
        key = one.key, period.since, period.until, window is None
        if key not in self._recipes:
            self._recipes[key] = _recipe(one, one.within(period, now), window)
        return self._recipes[key]


@dataclass(frozen=True)
class _Recipe:
    spelled: Query
    top: tuple[tuple[float, Ask], ...]
    either: Query | None
    bottom: Ask


def _recipe(one: Indicator, spelled: Query, window: Query | None) -> _Recipe:
    within = spelled if window is None else window
    top = tuple((share, ask_of(within, narrowing)) for share, narrowing in one.top)
    either = _either([narrowing for _share, narrowing in one.top])
    return _Recipe(spelled, top, either, ask_of(within, one.bottom or {}))


def count(
    asker: Asker,
    wanted: Sequence[Indicator],
    known: Mapping[str, Indicator],
    period: Period,
    unit: By | None = None,
) -> Counted:
    """Count all that indicators need.

    Parameters
    ----------
    asker : Asker
        Who asks, of what.
    wanted : Sequence of Indicator
        Which.
    known : Mapping[str, Indicator]
        All there are.
    period : Period
        When.
    unit : By, optional
        By what.
    """
    now = asker.tx.now
    asks = [one for each in wanted for one in _asks(each, known, period, now)]
    hours = {
        one.key: asker.medians(one.within(period, now), one.measure, unit) for one in wanted if one.measure
    }
    return Counted(asker.counts(asks, unit), hours, known)


def _asks(one: Indicator, known: Mapping[str, Indicator], period: Period, now: datetime) -> Iterator[Ask]:
    window = one.within(period, now)
    for key in one.weights:
        yield from _asks(known[key], known, period, now)
    if one.unit == "score":
        return
    for _share, narrowing in one.top:
        yield ask_of(window, narrowing)
    if one.bottom is not None:
        yield ask_of(window, one.bottom)


def figure(
    one: Indicator,
    counted: Counted,
    asker: Asker,
    period: Period,
    units: Iterable[Any] = (None,),
    *,
    lists: bool = True,
    window: Query | None = None,
) -> Figure:
    """Make a figure.

    Parameters
    ----------
    one : Indicator
        Which.
    counted : Counted
        What was counted over the period.
    asker : Asker
        Whose query its lists narrow.
    period : Period
        That its lists speak of.
    units : Iterable
        Units that it adds up; a median is of one.
    lists : bool
        Whether filters can say what it was counted of.
    window : Query, optional
        The window that was counted, where it is not the period's own.
    """
    now, over = asker.tx.now, tuple(units)
    made = counted.recipe(one, period, now, window)
    if one.unit == "score":
        parts = {key: figure(counted.known[key], counted, asker, period, over, window=window)
                 for key in one.weights}  # fmt: skip
        return Figure(one.key, _score(one, parts), one.unit)
    sums = [(share, counted.of(ask, over)) for share, ask in made.top]
    many = sum([number for _share, number in sums])
    query = _list(asker.query, made.spelled, made.either, lists=lists)
    if one.bottom is None:
        value = many if not one.measure else next(
            (counted.hours[one.key][unit] for unit in over if unit in counted.hours[one.key]), None
        )  # fmt: skip
        return Figure(one.key, value, one.unit, counted=many, query=query)
    top, below = sum([share * number for share, number in sums]), counted.of(made.bottom, over)
    of = _list(asker.query, made.spelled, one.bottom, lists=lists)
    return Figure(one.key, top / below if below else None, one.unit, top, many, below, query, of)


def _score(one: Indicator, parts: Mapping[str, Figure]) -> float | None:
    """Weigh rates; a rate of nothing leaves nothing to score."""
    weighed = [(weight, parts[key].value) for key, weight in one.weights.items()]
    if any(value is None for _weight, value in weighed):
        return None
    return PERFECT * sum(weight * (value or 0.0) for weight, value in weighed)


def _list(base: Query, window: Query, narrowing: Query | None, *, lists: bool) -> Query:
    found = joined(base, window, narrowing) if lists and narrowing is not None else None
    return found or {}


def _either(queries: Sequence[Query]) -> Query | None:
    """Say several queries as one of which any may hold; None where filters cannot say it."""
    whole: Query | None = queries[0] if queries else None
    for one in queries[1:]:
        whole = _or(whole, one)
    return whole


def _or(first: Query | None, second: Query) -> Query | None:
    if first is None or set(first) != set(second):
        return None
    differing = [name for name in first if first[name] != second[name]]
    if len(differing) > 1:
        return None
    return {name: said if said == second[name] else f"{said},{second[name]}" for name, said in first.items()}
