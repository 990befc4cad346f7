"""Indicators over time: by day, week or month, or by the hour of the week; every step counted in the database.

Steps are of the zone's wall, also across changes of clocks: an instant's wall time is its UTC plus the offset
that the zone had then.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, literal, type_coerce

from server.db import Tx
from server.errors import InputError
from server.models import Issue
from server.services.filters import Filters, known
from server.services.people import Actor
from server.services.statistics.counting import asker
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
_MOMENTS = {REPORTED: Issue.reported_at, ENDED: Issue.ended_at, DUE: Issue.due_at}
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
    wall = _wall_s(tx, _MOMENTS[one.window], period)
    counted = count(whole, (one,), every, period, _slot(wall, step, slots))
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
    """List the steps of a period: their number as the database tells it, and the part of the period."""
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


def _slot(wall: ColumnElement[int], step: str, slots: list[tuple[int, Period | None]]) -> ColumnElement[int]:
    """Tell the step of a time on the wall, given in seconds."""
    if step == "hour_of_week":
        return (wall // HOUR_S + THURSDAY * 24) % WEEK_HOURS
    days = wall // DAY_S
    if step == "week":
        return (days + THURSDAY) // WEEK_DAYS
    if step == "month":
        months = [(number, part.until.astimezone(part.zone).date()) for number, part in slots if part]
        *earlier, (last, _end) = months
        ends = [(days < (end - EPOCH).days, number) for number, end in earlier]
        return case(*ends, else_=last) if ends else days * 0 + last
    return days


def _wall_s(tx: Tx, moment: Any, period: Period) -> ColumnElement[int]:  # noqa: ANN401 - a mapped column
    """Tell what the clock on the wall showed, in seconds since 1970."""
    changes = list(_offsets(period))
    if tx.on_sqlite:
        seconds = type_coerce(moment, BigInteger) // SECOND
    else:
        seconds = cast(func.floor(extract("epoch", moment)), BigInteger)
    if len(changes) == 1:
        return seconds + changes[0][1]
    offset = case(*((moment < until, literal(s)) for until, s in changes[:-1]), else_=literal(changes[-1][1]))
    return seconds + offset


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
