"""Which columns are kept, how wide they are, and how each database spells them. One row a column."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CODED", "NAMES", "NARROW", "NEVER", "Array", "Kind", "shrunk"]

Array = NDArray[Any]
NEVER = int(np.iinfo(np.int64).max)
"""Stands for no instant: later than all of them."""


@dataclass(frozen=True)
class Kind:
    """How a column is kept.

    Attributes
    ----------
    column : str
        Its name in the database.
    dtype : str
        As questions are answered with it.
    none : int or float
        What stands for nothing.
    is_instant, is_code : bool
        Whether it is a time, in microseconds UTC; whether a text is kept as its place in a list.
    shrinks : bool
        Whether it is kept in fewer bytes where its values allow it.
    """

    column: str
    dtype: str
    none: float = 0
    is_instant: bool = False
    is_code: bool = False
    shrinks: bool = False


def _instant(column: str) -> Kind:
    return Kind(column, "i8", NEVER, is_instant=True)


NARROW: Mapping[str, Kind] = {
    "id": Kind("id", "i8", shrinks=True),
    "lon": Kind("lon", "f8", float("nan")),
    "lat": Kind("lat", "f8", float("nan")),
    "reported_us": _instant("reported_at"),
    "ended_us": _instant("ended_at"),
    "due_us": _instant("due_at"),
    "finished_us": _instant("finished_at"),
    "amber_us": _instant("amber_at"),
    "stage_us": _instant("stage_due_at"),
    "state": Kind("state", "i1", -1, is_code=True),
    "category": Kind("category", "i2", -1, is_code=True),
    "source": Kind("source", "i1", -1, is_code=True),
    "satisfaction": Kind("satisfaction", "i1", -1, is_code=True),
    "area": Kind("area_id", "i8", shrinks=True),
    "holder_person": Kind("holder_person_id", "i8", shrinks=True),
    "holder_department": Kind("holder_department_id", "i8", shrinks=True),
    "reporter_person": Kind("reporter_person_id", "i8", shrinks=True),
    "round": Kind("round", "i4", shrinks=True),
    "version": Kind("version", "i4", shrinks=True),
    "callback": Kind("callback", "?"),
    "urgent": Kind("urgent", "?"),
    "take_s": Kind("take_used_s", "i4", -1),
    "used_s": Kind("used_s", "i4", -1),
}
"""Every column that is kept."""
NAMES = tuple(NARROW)
CODED = tuple(name for name, kind in NARROW.items() if kind.is_code)


def shrunk(name: str, values: Array) -> Array:
    """Give a column in the fewest bytes that hold it, where it may shrink."""
    if not NARROW[name].shrinks or not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    for dtype in (np.uint8, np.uint16, np.uint32):
        if low >= 0 and high <= np.iinfo(dtype).max:
            return values.astype(dtype, copy=False)
    return values
