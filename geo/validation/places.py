"""Faults of position: not numbers, off the globe, at (0, 0), axes swapped, outside China.

Brings a layer to WGS 84 row by row, so that one impossible row is one finding and not the end of all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import to_wgs84
from geo.errors import CoordinateError
from geo.validation.findings import Finding, Severity, spot
from geo.validation.mending import is_finite, only

__all__ = ["CHINA", "LonLatBox", "Placed", "place"]

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]
NAMED = 10
"""Areas named in a finding that concerns the whole layer."""
NULL_ISLAND_DEG = 1e-9


class LonLatBox(NamedTuple):
    """A box in WGS 84 degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, shapes: Shapes) -> Mask:
        """Tell which geometries lie wholly inside; None and empty ones do not. Shape (n,)."""
        if not len(shapes):
            return np.zeros(0, dtype=bool)
        bounds = shapely.bounds(shapes)
        low, high = np.array(self[:2]), np.array(self[2:])
        return np.asarray((bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1))

    def widened(self, degrees: float) -> "LonLatBox":
        """Give the box that reaches so much farther on every side."""
        return LonLatBox(self.west - degrees, self.south - degrees, self.east + degrees, self.north + degrees)


CHINA = LonLatBox(73.0, 3.0, 136.0, 54.5)
"""China's land and islands, rounded outward: Pamir 73.5 E, Wusuli 135.1 E, Zengmu Ansha 3.9 N, Mohe 53.6 N.

A box and no outline: it holds much that is not China, but never refuses what is; the faults it is for
(swapped axes, a wrong zone, another country's layer) miss it by far.
"""
GLOBE = LonLatBox(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Placed:
    """A layer brought to WGS 84.

    Attributes
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        WGS 84 degrees, 2-D; None where a row has no usable place. Swapped rows are swapped back, so that
        all other checks speak of the place that was meant.
    findings : tuple of Finding
        What was wrong.
    """

    shapes: Shapes
    findings: tuple[Finding, ...]


def place(
    shapes: Shapes, crs: CRS, codes: Sequence[str], *, home: LonLatBox | None, allow_outside_china: bool
) -> Placed:
    """Bring a layer to WGS 84 and find the rows that cannot be where they say.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        In ``crs``; None and empty ones are passed over.
    crs : pyproj.CRS
        As declared.
    codes : sequence of str, length n
        For the findings.
    home : LonLatBox or None
        Where the areas above or before these lie. A row that misses it, or China (unless places outside
        are allowed), or the globe as it is, and meets it with its axes exchanged, was swapped.
    allow_outside_china : bool
        Whether a place outside China is fine.

    Returns
    -------
    Placed
        Findings are ``coordinate.not_finite``, ``coordinate.off_globe``, ``coordinate.null_island``,
        ``axes.swapped``, ``outside.china``; all errors. A fault that every located row shares is told
        once for the layer.
    """
    given = np.asarray(shapely.force_2d(shapes), dtype=object)
    is_located = (shapely.get_type_id(given) >= 0) & ~shapely.is_empty(given)
    finite = is_finite(given)
    straight = _carried(only(given, is_located & finite), crs)
    goals = [box for box in (home, None if allow_outside_china else CHINA, GLOBE) if box]
    swapped_back, is_swapped = _swapped_back(given, straight, is_located & finite, crs, goals)
    is_lost = is_located & finite & ~is_swapped & (shapely.get_type_id(straight) < 0)
    is_null = _on_null_island(straight) & ~is_swapped
    is_outside = is_located & finite & ~is_lost & ~is_null & ~is_swapped & ~CHINA.holds(straight)
    result = np.where(is_swapped, swapped_back, straight)
    faults = (
        ("coordinate.not_finite", is_located & ~finite),
        ("coordinate.off_globe", is_lost),
        ("coordinate.null_island", is_null),
        ("axes.swapped", is_swapped),
        ("outside.china", is_outside & (not allow_outside_china)),
    )
    found = [one for code, bad in faults for one in _told(code, bad, is_located, codes, result)]
    found = [_with_value(one, given) for one in found]
    return Placed(result, tuple(found))


def _carried(shapes: Shapes, crs: CRS) -> Shapes:
    """Carry each row to WGS 84; None for one that has no place there."""
    try:
        out = to_wgs84(shapes, crs)
    except CoordinateError:
        out = np.array([None] * len(shapes), dtype=object)
        for row in np.flatnonzero(shapely.get_type_id(shapes) >= 0).tolist():
            out[row] = _carried_one(shapes[row], crs)
    out[~GLOBE.holds(out)] = None
    return out


def _carried_one(shape: Any, crs: CRS) -> Any:  # noqa: ANN401 - a geometry or None, one cell of an object array
    try:
        return to_wgs84([shape], crs)[0]
    except CoordinateError:
        return None


def _swapped_back(
    given: Shapes, straight: Shapes, usable: Mask, crs: CRS, goals: Sequence[LonLatBox]
) -> tuple[Shapes, Mask]:
    """Carry the rows that miss a goal with their axes exchanged, and tell which of them meet it then."""
    misses = [usable & ~_meets(goal, straight) for goal in goals]
    asked = np.logical_or.reduce(misses)
    flipped = only(given, asked)
    flipped[asked] = _exchanged(given[asked])
    back = _carried(flipped, crs)
    met = [missed & _meets(goal, back) for goal, missed in zip(goals, misses, strict=True)]
    return back, np.logical_or.reduce(met)


def _meets(box: LonLatBox, shapes: Shapes) -> Mask:
    return np.asarray(shapely.intersects(shapely.box(*box), shapely.envelope(shapes)), dtype=bool)


def _exchanged(shapes: Shapes) -> Shapes:
    xy = shapely.get_coordinates(shapes)
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy[:, ::-1]), dtype=object)


def _on_null_island(shapes: Shapes) -> Mask:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[(np.abs(xy) < NULL_ISLAND_DEG).all(axis=1)]] = True
    return found


def _with_value(one: Finding, given: Shapes) -> Finding:
    """Add the first vertex that is no number to the finding that says so."""
    if one.code != "coordinate.not_finite":
        return one
    xy = shapely.get_coordinates(given if one.row is None else given[one.row])
    x, y = xy[~np.isfinite(xy).all(axis=1)][0].tolist()
    return replace(one, values={**one.values, "value": f"({x}, {y})"})


def _told(code: str, bad: Mask, located: Mask, codes: Sequence[str], shapes: Shapes) -> Iterator[Finding]:
    rows = np.flatnonzero(bad).tolist()
    if len(rows) > 1 and len(rows) == located.sum():
        areas = tuple(codes[row] for row in rows[:NAMED])
        lon, lat = spot(shapes[rows[0]])
        yield Finding(Severity.ERROR, code, areas, None, lon, lat, values={"count": len(rows)})
        return
    for row in rows:
        lon, lat = spot(shapes[row])
        yield Finding(Severity.ERROR, code, (codes[row],), row, lon, lat, values={"count": 1})
