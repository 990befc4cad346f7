"""The clock on the wall of a zone, in bulk: steps of a period, and what it showed at many instants.

An instant's time on the wall is its UTC plus the offset that the zone had then, also across changes of clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from server.models.types import from_micros, to_micros
from server.services.statistics.periods import Period

__all__ = ["HOURS", "HOUR_S", "STEPS", "THURSDAY", "Wall", "begin_of", "hour_of_week", "stretches"]

STEPS = ("day", "week", "month", "hour_of_week")
HOURS = 168
SECOND, HOUR_S = 1_000_000, 3600
THURSDAY = 72  # 1 January 1970, in hours from Monday

Wholes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Wall:
    """The offsets of a zone over a stretch of time, in order.

    Attributes
    ----------
    ends : ndarray of int64, shape (n - 1,)
        When all but the last end, microseconds UTC.
    offsets : ndarray of int64, shape (n,)
        Seconds.
    """

    ends: Wholes
    offsets: Wholes

    @classmethod
    def over(cls, since: datetime, until: datetime, zone: tzinfo) -> "Wall":
        """Read them for a stretch of time."""
        ends, offsets, at = list[int](), [_offset(since, zone)], since
        while at < until:
            ahead = min(at + timedelta(days=1), until)
            later = _offset(ahead, zone)
            if later != offsets[-1]:
                ends.append(to_micros(_change(at, ahead, zone)))
                offsets.append(later)
            at = ahead
        return cls(np.array(ends, np.int64), np.array(offsets, np.int64))

    def seconds(self, us: Wholes) -> Wholes:
        """Tell what the clock showed at instants of the stretch, in seconds since 1970."""
        if not len(self.ends):
            return np.asarray(us // SECOND + self.offsets[0])
        return np.asarray(us // SECOND + self.offsets[np.searchsorted(self.ends, us, side="right")])


def hour_of_week(us: Wholes, zone: tzinfo) -> Wholes:
    """Tell the hours of the week of instants: 24 x weekday (0: Monday) + hour on the wall of a zone.

    Parameters
    ----------
    us : ndarray of int64, shape (n,)
        Microseconds UTC.
    zone : tzinfo
        Whose clocks may change.
    """
    if not len(us):
        return np.empty(0, np.int64)
    first, last = (from_micros(int(at)) for at in (us.min(), us.max()))
    wall = Wall.over(first, last, zone).seconds(us)
    return np.asarray((wall // HOUR_S + THURSDAY) % HOURS, np.int64)


def begin_of(period: Period, step: str) -> datetime:
    """Give the naive midnight at which the first day, week from Monday or month of a period begins."""
    day = period.since.astimezone(period.zone).date()
    if step == "week":
        day -= timedelta(days=day.weekday())
    elif step == "month":
        day = day.replace(day=1)
    return datetime.combine(day, time())


def stretches(period: Period, step: str) -> Iterator[Period]:
    """List the days, weeks or months of a period, cut to it.

    Parameters
    ----------
    period : Period
        Of any length.
    step : {"day", "week", "month"}
        On the wall of its zone.
    """
    begin = begin_of(period, step)
    while (since := begin.replace(tzinfo=period.zone).astimezone(UTC)) < period.until:
        if step == "month":
            begin = (begin + timedelta(days=31)).replace(day=1)
        else:
            begin += timedelta(days=7 if step == "week" else 1)
        until = begin.replace(tzinfo=period.zone).astimezone(UTC)
        yield replace(period, since=max(since, period.since), until=min(until, period.until))


def _change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """Find the second at which the clocks of a zone change between two instants."""
    first, gap = _offset(low, zone), -((low - high) // timedelta(seconds=1))
    begin, end = 0, gap
    while end - begin > 1:
        middle = (begin + end) // 2
        begin, end = (
            (middle, end) if _offset(low + timedelta(seconds=middle), zone) == first else (begin, middle)
        )
    return (low + timedelta(seconds=end)).replace(microsecond=0)


def _offset(at: datetime, zone: tzinfo) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta(0)).total_seconds())
