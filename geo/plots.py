"""Plots of the ground: squares about 50 m wide that are fixed to the earth, whatever is drawn over them.

Rows are 1/2224 of a degree of latitude (49.8 to 50.2 m) from the south pole on; a row is cut into columns of about
that width from 180 degrees west on, as many for all rows between two whole degrees. The number of a plot is
``row * 2**20 + column``, below 2**39: whoever has the number has the place, whichever grid was in force.
"""

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

__all__ = ["SIDE_M", "boxes", "middles", "plots_at", "plots_in"]

SIDE_M = 50.0
"""Side of a plot, metres; true within 1 %."""
ROWS = 2_224
"""Rows to a degree of latitude."""
FIRST = 1 << 20
MOST = 1_000_000
"""More plots than this are no area that anybody walks."""

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


def plots_at(lon: ArrayLike, lat: ArrayLike) -> Numbers:
    """Tell the numbers of the plots that hold points.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees, finite and in range.

    Returns
    -------
    ndarray of int64, shape (n,)
        A point on a line between plots belongs to the one north or east of it.
    """
    up = np.floor((np.asarray(lat, dtype=np.float64) + 90.0) * ROWS).astype(np.int64)
    row = np.clip(up, 0, 180 * ROWS - 1)
    columns = _columns(row)
    across = np.floor((np.asarray(lon, dtype=np.float64) + 180.0) / 360.0 * columns).astype(np.int64)
    return np.asarray(row * FIRST + np.clip(across, 0, columns - 1), dtype=np.int64)


def boxes(plot: ArrayLike) -> Floats:
    """Give the boxes of plots.

    Parameters
    ----------
    plot : array_like of int, shape (n,)
        Numbers of plots.

    Returns
    -------
    ndarray of float64, shape (n, 4)
        West, south, east, north, WGS 84 degrees.
    """
    row, column = np.divmod(np.asarray(plot, dtype=np.int64).reshape(-1), FIRST)
    wide = 360.0 / _columns(row)
    west, south = column * wide - 180.0, row / ROWS - 90.0
    return np.stack([west, south, (column + 1) * wide - 180.0, (row + 1) / ROWS - 90.0], axis=-1)


def middles(plot: ArrayLike) -> tuple[Floats, Floats]:
    """Give the middles of plots: lon, lat, WGS 84 degrees, each of shape (n,)."""
    box = boxes(plot)
    return (box[:, 0] + box[:, 2]) / 2.0, (box[:, 1] + box[:, 3]) / 2.0


def plots_in(geometry: shapely.Geometry) -> Numbers:
    """List the plots that reach into a box, a polygon or several.

    Parameters
    ----------
    geometry : shapely.Geometry
        WGS 84 degrees.

    Returns
    -------
    ndarray of int64, shape (n,)
        Ascending. Empty for nothing, and for more than a million plots around it.
    """
    if shapely.is_empty(geometry):
        return np.empty(0, dtype=np.int64)
    west, south, east, north = shapely.bounds(geometry).tolist()
    if (north - south) * ROWS * (east - west) * ROWS > MOST:
        return np.empty(0, dtype=np.int64)
    low, high = (int(plots_at(west, at)) // FIRST for at in (south, north))
    rows = np.arange(low, high + 1)
    sides = [plots_at(np.full(len(rows), at), (rows + 0.5) / ROWS - 90.0).tolist() for at in (west, east)]
    found = [np.arange(first, last + 1) for first, last in zip(*sides, strict=True)]
    plots = np.concatenate(found).astype(np.int64)
    shapely.prepare(geometry)
    reaches = shapely.intersects(geometry, shapely.box(*boxes(plots).T))
    return np.asarray(plots[reaches], dtype=np.int64)


def _columns(row: Numbers) -> Numbers:
    """Count the columns of rows."""
    middle = np.radians(row // ROWS - 89.5)
    return np.asarray(np.maximum(np.round(360.0 * ROWS * np.cos(middle)), 1.0), dtype=np.int64)
