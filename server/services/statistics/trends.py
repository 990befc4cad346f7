"""Indicators over time: by day, week or month, or by the hour of the week, on the wall of the zone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from server.db import Tx
from server.errors import InputError
from server.services.columns import Array
from server.services.filters import Filters, known
from server.services.people import Actor
from server.services.statistics.counting import By, asker
from server.services.statistics.figures import count, figure
from server.services.statistics.indicators import DUE, ENDED, NOW, REPORTED
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Point, Series
from server.services.statistics.summaries import known_indicators, wanted_of
from server.services.statistics.wall import HOUR_S, HOURS, STEPS, THURSDAY, Wall, begin_of, stretches
from server.words import NAMES, _

__all__ = ["STEPS", "trend"]

DAY_S = 86_400
WEEK_DAYS, DAY_HOURS = 7, 24
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
        yield from ((hour, None) for hour in range(HOURS))
        return
    first = (begin_of(period, step).date() - EPOCH).days
    number = {"day": first, "week": (first + THURSDAY // DAY_HOURS) // WEEK_DAYS, "month": 0}[step]
    yield from enumerate(stretches(period, step), number)


def _by(moment: str, period: Period, step: str, slots: list[tuple[int, Period | None]]) -> By:
    """Count by the step in which a moment lies."""
    wall = Wall.over(period.since, period.until, period.zone)
    return By(lambda rows: _slot(wall.seconds(rows[moment]), step, slots), int)


def _slot(wall: Array, step: str, slots: list[tuple[int, Period | None]]) -> Array:
    """Tell the step of times that the clock on the wall showed, in seconds since 1970."""
    if step == "hour_of_week":
        return np.asarray((wall // HOUR_S + THURSDAY) % HOURS)
    days = wall // DAY_S
    if step == "week":
        return np.asarray((days + THURSDAY // DAY_HOURS) // WEEK_DAYS)
    if step == "month":
        parts = [part for _number, part in slots if part]
        ends = [(part.until.astimezone(part.zone).date() - EPOCH).days for part in parts[:-1]]
        return np.searchsorted(ends, days, side="right")
    return np.asarray(days)
