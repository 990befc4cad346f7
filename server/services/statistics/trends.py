"""Indicators over time: by day, week or month, or by the hour of the week.

Steps are of the zone's wall, also across changes of clocks: an instant's wall time is its UTC plus the offset
that the zone had then.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo

import numpy as np

from server.db import Tx
from server.errors import InputError
from server.models.types import to_micros
from server.services.columns import Array, Rows
from server.services.filters import Filters, known
from server.services.people import Actor
from server.services.statistics.counting import By, asker
from server.services.statistics.figures import count, figure
from server.services.statistics.indicators import DUE, ENDED, NOW, REPORTED
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Point, Series
from server.services.statistics.summaries import known_indicators, wanted_of
from server.words import NAMES, _

__all__ = ["STEPS", "trend"]

STEPS = ("day", "week", "month", "hour_of_week")
SECOND, HOUR_S, DAY_S = 1_000_000, 3600, 86_400
WEEK_DAYS, WEEK_HOURS = 7, 168
THURSDAY = 3  # 1 January 1970, counted from Monday
_MOMENTS = {REPORTED: "reported_us", ENDED: "ended_us", DUE: "due_us"}
EPOCH = date(1970, 1, 1)


def trend(tx: Tx, actor: Actor, filters: Filters, key: str, period: Period, step: str) -> Series:
    """Follow an indicator over a period.

    Parameters
    ----------
    tx, actor, filters, period :
        As of :func:`server.services.statistics.summary`.
    key : str
        One of :data:`server.services.statistics.SERIAL`.
    step : str
        One of :data:`STEPS`.

    Returns
    -------
    Series
        Steps that have not begun are None; of those before, what was not counted is 0, a rate of nothing None.

    Raises
    ------
    InputError
        As of the summary; no such step; the indicator is what there is now.
    """
    if step not in STEPS:
        raise InputError("field.not_one_of", field="step", value=step[:40], expected=known("step"))
    whole, every = asker(tx, actor, filters), known_indicators(tx)
    (one,) = wanted_of(every, [key])
    if one.window == NOW:
        raise InputError("stats.no_series", field="indicator", value=_(NAMES["indicator"][key]))
    slots = list(_slots(period, step))
    counted = count(whole, (one,), every, period, _by(_MOMENTS[one.window], period, step, slots))
    window = one.within(period, tx.now)
    points: list[Point] = []
    for number, stretch in slots:
        is_week = stretch is None
        within = period if stretch is None else stretch
        made = figure(one, counted, whole, within, (number,), lists=not is_week, window=window)
        if not is_week and within.since > tx.now:
            made = replace(made, value=None)
        since, until = (None, None) if is_week else (within.since, within.until)
        points.append(Point(since, until, len(points), made))
    return Series(key, step, tuple(points))


def _slots(period: Period, step: str) -> Iterator[tuple[int, Period | None]]:
    """List the steps of a period: their number as :func:`_slot` tells it, and the part of the period."""
    if step == "hour_of_week":
        yield from ((hour, None) for hour in range(WEEK_HOURS))
        return
    first = period.since.astimezone(period.zone).date()
    if step == "week":
        first -= timedelta(days=first.weekday())
    elif step == "month":
        first = first.replace(day=1)
    number = 0 if step == "month" else _number(datetime.combine(first, time()), step)
    begin = datetime.combine(first, time())
    while (since := _at(begin, period.zone)) < period.until:
        after = _after(begin, step)
        stretch = replace(
            period, since=max(since, period.since), until=min(_at(after, period.zone), period.until)
        )
        yield number, stretch
        begin, number = after, number + 1


def _number(begin: datetime, step: str) -> int:
    days = (begin.date() - EPOCH).days
    return (days + THURSDAY) // WEEK_DAYS if step == "week" else days


def _after(begin: datetime, step: str) -> datetime:
    if step == "month":
        return (begin + timedelta(days=31)).replace(day=1)
    return begin + timedelta(days=WEEK_DAYS if step == "week" else 1)


def _at(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone)


def _by(moment: str, period: Period, step: str, slots: list[tuple[int, Period | None]]) -> By:
    """Count by the step in which a moment lies."""
    changes = list(_offsets(period))
    ends = np.array([to_micros(until) for until, _s in changes[:-1]], np.int64)
    offsets = np.array([seconds for _until, seconds in changes], np.int64)

    def keys(rows: Rows) -> Array:
        at = rows[moment]
        shift = offsets[0] if len(offsets) == 1 else offsets[np.searchsorted(ends, at, side="right")]
        return _slot(at // SECOND + shift, step, slots)

    return By(keys, int)


def _slot(wall: Array, step: str, slots: list[tuple[int, Period | None]]) -> Array:
    """Tell the step of times that the clock on the wall showed, in seconds since 1970."""
    if step == "hour_of_week":
        return np.asarray((wall // HOUR_S + THURSDAY * 24) % WEEK_HOURS)
    days = wall // DAY_S
    if step == "week":
        return np.asarray((days + THURSDAY) // WEEK_DAYS)
    if step == "month":
        parts = [part for _number, part in slots if part]
        ends = [(part.until.astimezone(part.zone).date() - EPOCH).days for part in parts[:-1]]
        return np.searchsorted(ends, days, side="right")
    return np.asarray(days)


def _offsets(period: Period) -> Iterator[tuple[datetime, int]]:
    """List the offsets of a period's zone in order, each with its end."""
    at, offset = period.since, _offset(period.since, period.zone)
    while at < period.until:
        ahead = min(at + timedelta(days=1), period.until)
        later = _offset(ahead, period.zone)
        if later != offset:
            change = _change(at, ahead, period.zone)
            yield change, offset
            offset = later
        at = ahead
    yield period.until, offset


def _change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """Find the second at which the clocks of a zone change between two instants."""
    first, gap = _offset(low, zone), int((high - low).total_seconds())
    begin, end = 0, gap
    while end - begin > 1:
        middle = (begin + end) // 2
        begin, end = (
            (middle, end) if _offset(low + timedelta(seconds=middle), zone) == first else (begin, middle)
        )
    return (low + timedelta(seconds=end)).replace(microsecond=0)


def _offset(at: datetime, zone: tzinfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int((offset or timedelta(0)).total_seconds())
