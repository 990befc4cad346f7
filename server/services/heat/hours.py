"""Instants in bulk on the wall of a zone."""

from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

__all__ = ["SECOND", "hour_of_week", "micros"]

SECOND = 1_000_000
HOUR = 3_600 * SECOND
HOURS = 168
THURSDAY = 72  # 1 January 1970, in hours from Monday
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

Wholes = NDArray[np.int64]


def micros(at: datetime) -> int:
    """Give an instant in microseconds UTC."""
    return (at - EPOCH) // timedelta(microseconds=1)


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
    changes, offsets = _offsets(int(us.min()), int(us.max()), zone)
    if len(offsets) == 1:
        wall = us + offsets[0]
    else:
        wall = us + np.array(offsets, np.int64)[np.searchsorted(changes, us, side="right")]
    return np.asarray((wall // HOUR + THURSDAY) % HOURS, np.int64)


def _offsets(first: int, last: int, zone: tzinfo) -> tuple[list[int], list[int]]:
    """List the offsets of a zone in order, and when all but the first begin; microseconds."""
    at, end = _instant(first), _instant(last)
    changes, offsets = list[int](), [_offset(at, zone)]
    while at < end:
        ahead = at + timedelta(days=1)
        if _offset(ahead, zone) != offsets[-1]:
            # Clocks change at a whole quarter of an hour of UTC.
            step = EPOCH + (at - EPOCH) // QUARTER * QUARTER
            while step <= at or _offset(step, zone) == offsets[-1]:
                step += QUARTER
            changes.append(micros(step))
            offsets.append(_offset(step, zone))
        at = ahead
    return changes, offsets


def _instant(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def _offset(at: datetime, zone: tzinfo) -> int:
    return (at.astimezone(zone).utcoffset() or timedelta(0)) // timedelta(microseconds=1)
