"""The issues that a heat is made of, as plain arrays: in the plane, near enough to the cells to be drawn.

Where a column's points lie in the plane is kept beside the columns, for as long as they stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.crs import WGS84, plane_crs, project_points
from server.db import Tx
from server.services.columns import Rows, beside, columns_of
from server.services.filters import Bbox, Filters
from server.services.heat.boxes import covering, inside
from server.services.heat.ground import reach_of
from server.services.people import Actor
from server.services.statistics import Period
from server.services.statistics.wall import hour_of_week

__all__ = ["Points", "placed", "points_of"]

Places = NDArray[np.float32]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Points:
    """Issues with a place near the cells.

    Attributes
    ----------
    rows : Rows
        Their columns.
    x, y : ndarray of float32, shape (n,)
        Metres from the middle of the cells, in its plane.
    """

    rows: Rows
    x: Places
    y: Places

    def __len__(self) -> int:
        """Count them."""
        return len(self.x)

    def where(self, mask: Truths) -> "Points":
        """Give some of them."""
        if mask.all():
            return self
        return Points(self.rows.where(mask), self.x[mask], self.y[mask])


def points_of(
    tx: Tx,
    actor: Actor,
    filters: Filters,
    period: Period | None,
    middle: tuple[float, float],
    slot: int | None = None,
) -> tuple[tuple[Points, ...], int]:
    """Find the issues that match, wherever they lie, and count those in the box.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what they may see.
    filters : Filters
        What is asked for.
    period : Period or None
        When they were reported; None for whenever.
    middle : tuple of float
        Lon and lat of the middle of the cells.
    slot : int or None
        Hour of the week in which they were reported.

    Returns
    -------
    points : tuple of Points
        In parts, of no order.
    total : int
        Those in the box.

    Raises
    ------
    InputError
        Unknown area, person or department in the filters.
    """
    kept = columns_of(tx)
    places = [placed(tx, rows, middle) for rows, _alive in kept.parts()]
    box = filters.bbox
    if box is not None and all(_holds(box, one.extent) for one in places):
        box = None
    wanted = replace(filters, bbox=None)
    if period is not None:
        since, until = filters.since or period.since, filters.until or period.until
        wanted = replace(wanted, since=max(period.since, since), until=min(period.until, until))
    parts = [_located(rows, place) for rows, place in zip(kept.found(tx, actor, wanted), places, strict=True)]
    if slot is not None:
        parts = [one.where(_in_slot(one.rows, slot, tx.config.zone)) for one in parts]
    if box is None:
        return tuple(parts), sum(len(one) for one in parts)
    return tuple(parts), sum(int(inside(box, one.rows["lon"], one.rows["lat"]).sum()) for one in parts)


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the points of whole columns lie.

    Attributes
    ----------
    x, y : ndarray of float32
        As of :class:`Points`, NaN for issues that have no place near the cells.
    is_whole : bool
        Whether there are none such.
    extent : tuple of float or None
        The box around those that have.
    """

    x: Places
    y: Places
    is_whole: bool
    extent: Bbox | None


def placed(tx: Tx, rows: Rows, middle: tuple[float, float]) -> Placed:
    """Tell where all points of the rows' columns lie; found once for as long as these stand."""
    return beside(tx, rows.columns, ("places", middle), lambda: _places(rows.columns, middle))


def _located(rows: Rows, place: Placed) -> Points:
    x, y = (place.x, place.y) if rows.at is None else (place.x.take(rows.at), place.y.take(rows.at))
    points = Points(rows, x, y)
    return points if place.is_whole else points.where(~np.isnan(x))


def _holds(box: Bbox, extent: Bbox | None) -> bool:
    if extent is None:
        return True
    west, south, east, north = extent
    return box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north


def _in_slot(rows: Rows, slot: int, zone: tzinfo) -> Truths:
    return np.asarray(hour_of_week(rows["reported_us"], zone) == slot)


def _places(columns: Mapping[str, Any], middle: tuple[float, float]) -> Placed:
    """Tell where all points of columns lie."""
    lon, lat = columns["lon"], columns["lat"]
    near = inside(reach_of(middle), lon, lat)
    plane = plane_crs(*middle)
    (east,), (north,) = project_points(np.array(middle[:1]), np.array(middle[1:]), WGS84, plane)
    x, y = np.full((2, len(lon)), np.nan, np.float32)
    out, up = project_points(lon[near], lat[near], WGS84, plane)
    x[near], y[near] = out - east, up - north
    return Placed(x, y, bool(near.all()), covering(lon[near], lat[near]))
