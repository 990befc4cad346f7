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
from server.services.columns import Rows, columns_of
from server.services.filters import Filters
from server.services.heat.boxes import inside
from server.services.heat.ground import reach_of
from server.services.heat.hours import hour_of_week
from server.services.people import Actor
from server.services.statistics import Period

__all__ = ["Points", "points_of"]

SHELF = "heat places"
PLACES_MOST = 4
"""Columns whose places are kept: those as of now and a moment ago, of two parts."""

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
) -> tuple[Points, ...]:
    """Find the issues that match, whatever the view shows of them.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what they may see.
    filters : Filters
        What is asked for; their box is not looked at.
    period : Period or None
        When they were reported; None for whenever.
    middle : tuple of float
        Lon and lat of the middle of the cells.
    slot : int or None
        Hour of the week in which they were reported.

    Returns
    -------
    tuple of Points
        In parts, of no order.

    Raises
    ------
    InputError
        Unknown area, person or department in the filters.
    """
    wanted = replace(filters, bbox=None)
    if period is not None:
        wanted = replace(
            wanted,
            since=max(period.since, filters.since or period.since),
            until=min(period.until, filters.until or period.until),
        )
    found = []
    for rows in columns_of(tx).found(tx, actor, wanted):
        some = rows if slot is None else rows.where(_in_slot(rows, slot, tx.config.zone))
        x, y, is_whole = _places(tx, some.columns, middle)
        if some.at is not None:
            x, y = x.take(some.at), y.take(some.at)
        points = Points(some, x, y)
        found.append(points if is_whole else points.where(~np.isnan(x)))
    return tuple(found)


def _in_slot(rows: Rows, slot: int, zone: tzinfo) -> Truths:
    return np.asarray(hour_of_week(rows["reported_us"], zone) == slot)


def _places(tx: Tx, columns: Mapping[str, Any], middle: tuple[float, float]) -> tuple[Places, Places, bool]:
    """Tell where all points of columns lie, NaN for those that have none, and whether all have one."""
    known: dict[int, Any] = tx.store.shelf.setdefault(SHELF, {})
    lon, lat = columns["lon"], columns["lat"]
    kept = known.get(id(lon))
    if kept is None or kept[0] is not lon or kept[1] != middle:
        near = inside(reach_of(middle), lon, lat)
        plane = plane_crs(*middle)
        (east,), (north,) = project_points(np.array(middle[:1]), np.array(middle[1:]), WGS84, plane)
        x, y = np.full((2, len(lon)), np.nan, np.float32)
        out, up = project_points(lon[near], lat[near], WGS84, plane)
        x[near], y[near] = out - east, up - north
        kept = (lon, middle, x, y, bool(near.all()))
        for old in list(known)[: max(len(known) - PLACES_MOST + 1, 0)]:
            known.pop(old, None)
        known[id(lon)] = kept
    return kept[2], kept[3], kept[4]
