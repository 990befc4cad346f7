"""Boxes of degrees: the part of the earth that a view shows, wherever it was counted from.

Maps go around the earth: a view may lie between 170 and 190 degrees east. It is carried to where the issues are.
"""

import math

import numpy as np
from numpy.typing import NDArray

from server.services.filters import Bbox

__all__ = ["AROUND", "around", "covering", "inside", "meeting", "widened"]

AROUND = 360.0
DEGREE_M = 111_000.0  # a little less than a degree of latitude anywhere
STEEPEST = 89.0

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def inside(box: Bbox, lon: Floats, lat: Floats) -> Truths:
    """Tell which points lie in a box, borders included; the box may lie across 180 degrees."""
    west, south, east, north = box
    found = (lat >= south) & (lat <= north)
    if east - west >= AROUND:
        return np.asarray(found)
    sides = [(lon >= west + turn) & (lon <= east + turn) for turn in _turns(box)]
    return np.asarray(found & np.logical_or.reduce(sides)) if sides else np.zeros(len(lon), bool)


def meeting(box: Bbox, other: Bbox) -> Bbox | None:
    """Give the part of a box, carried around the earth, that lies in another; None for none.

    Where several turns of the first meet the second, what covers all of them.
    """
    west, south, east, north = other
    bottom, top = max(box[1], south), min(box[3], north)
    if box[2] - box[0] >= AROUND:
        parts = [(west, east)]
    else:
        parts = [(max(box[0] + turn, west), min(box[2] + turn, east)) for turn in _turns(box)]
        parts = [(left, right) for left, right in parts if left <= right]
    if not parts or bottom > top:
        return None
    return min(left for left, _ in parts), bottom, max(right for _, right in parts), top


def covering(lon: Floats, lat: Floats) -> Bbox | None:
    """Give the box around points; None for none."""
    if not len(lon):
        return None
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def widened(box: Bbox, metres: float) -> Bbox:
    """Widen a box by at least so many metres on each side."""
    up = metres / DEGREE_M
    farthest = min(max(abs(box[1]), abs(box[3])) + up, STEEPEST)
    out = up / math.cos(math.radians(farthest))
    return box[0] - out, max(box[1] - up, -90.0), box[2] + out, min(box[3] + up, 90.0)


def around(middle: tuple[float, float], degrees: float) -> Bbox:
    """Give the box so many degrees around a place, not beyond 180 degrees or the poles."""
    lon, lat = middle
    south, north = max(lat - degrees, -90.0), min(lat + degrees, 90.0)
    return max(lon - degrees, -180.0), south, min(lon + degrees, 180.0), north


def _turns(box: Bbox) -> list[float]:
    """List how far a box may be carried so that it lies on the earth's own degrees."""
    return [turn for turn in (-AROUND, 0.0, AROUND) if box[0] + turn <= 180.0 and box[2] + turn >= -180.0]
