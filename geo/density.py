"""Points gathered for a map: what would lie together on the screen is one cluster.

The one idea: clusters are squares of a net that is fixed to the earth, never to the view, so the same points
always fall together however the map is moved. Heat is spread by :mod:`geo.kernel` and :mod:`geo.field`. Pure numpy.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import as_points
from geo.tiles import pixels

__all__ = ["Clusters", "clusters"]

CLUSTER_PIXELS = 64
MOST_CLUSTERS = 2_000

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class Clusters(NamedTuple):
    """Groups of points, by pixel row from the north, then column from the west.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (k,)
        Mean of the points, WGS 84 degrees; of a single point that point itself, to the bit.
    counts : ndarray of intp, shape (k,)
        Points in it.
    first : ndarray of intp, shape (k,)
        Row of its first point in the input.
    """

    lon: Floats
    lat: Floats
    counts: Rows
    first: Rows


def clusters(
    lon: ArrayLike,
    lat: ArrayLike,
    zoom: int,
    *,
    side_pixels: int = CLUSTER_PIXELS,
    most: int = MOST_CLUSTERS,
) -> Clusters:
    """Gather points that would lie together on the screen.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees.
    zoom : int
        Of the map, 0 to 30.
    side_pixels : int
        Side of the web-mercator squares that gather, pixels. A view of 2560 x 1440 has at most
        41 x 24 = 984 squares of 64.
    most : int
        Clusters allowed, at least 4: the side is doubled until so many suffice, which happens only
        when the points reach far beyond one view.

    Returns
    -------
    Clusters
        None for no points.

    Raises
    ------
    CoordinateError
        A coordinate is NaN, infinite or out of range; the zoom is out of range.
    """
    x, y, _ = as_points(lon, lat)
    across, down = pixels(x, y, zoom)
    side = float(side_pixels)
    group, first, squares = _group(np.floor(down / side), np.floor(across / side))
    while len(squares) > max(most, 4):
        side *= 2.0
        group, first, squares = _group(np.floor(down / side), np.floor(across / side))
    count = np.bincount(group, minlength=len(squares))
    mean_lon, mean_lat = (np.bincount(group, axis, len(squares)) / count for axis in (x, y))
    return Clusters(mean_lon, mean_lat, count.astype(np.intp), first)


def _group(row: Floats, column: Floats) -> tuple[Rows, Rows, Floats]:
    """Group points by their square: each point's group, each group's first point and square."""
    order = np.lexsort((column, row))
    square = np.column_stack([row, column])[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (square[1:] != square[:-1]).any(axis=1)
    group = np.empty(len(order), dtype=np.intp)
    group[order] = np.cumsum(is_new) - 1
    # The sort is stable, so a group's first point in it is its first in the input.
    return group, order[is_new], square[is_new]
