"""Points gathered for a map: square bins for a heat layer, class breaks for its legend, clusters.

The one idea: bins and clusters are squares of a net that is fixed to the earth, never to the view, so
the same points always fall together however the map is moved. Shows density (热力); says nothing of
significance. Pure numpy.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import as_points, check_metres
from geo.errors import CoordinateError
from geo.tiles import metres_per_pixel, pixels

__all__ = ["Bins", "Clusters", "bin_degrees", "cell_m_for_zoom", "class_breaks", "clusters", "heat_bins"]

DEGREE_M = 111_319.490_793  # metres in a degree of the equator of WGS 84
BIN_PIXELS = 48
"""A view of 2560 x 1440 CSS pixels then has at most 55 x 31 = 1,705 bins."""
CLUSTER_PIXELS = 64
MOST_CLUSTERS = 2_000
ROUND_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0)

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


class Bins(NamedTuple):
    """Squares that hold points, by latitude from the south, then longitude from the west.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (k,)
        Middle of the square, WGS 84 degrees.
    counts : ndarray of float64, shape (k,)
        Points in it, or the sum of their weights.
    """

    lon: Floats
    lat: Floats
    counts: Floats


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


def heat_bins(
    lon: ArrayLike, lat: ArrayLike, cell_m: float, *, at_lat: float, weights: ArrayLike | None = None
) -> Bins:
    """Count points in squares of the ground.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees.
    cell_m : float
        Side of a square, metres on the equatorial sphere; right to 0.7 % on the ellipsoid.
    at_lat : float
        Latitude, degrees, at which the squares are square: the layer's, not the view's, for it fixes
        the net.
    weights : array_like of float, shape (n,), optional
        What each point counts; 1 each if not given.

    Returns
    -------
    Bins
        Only squares that hold a point. A point on a square's border belongs to the square north and
        east of it. None for no points.

    Raises
    ------
    CoordinateError
        A coordinate is NaN, infinite or out of range; ``cell_m`` is not above 0; ``at_lat`` is a pole.
    """
    x, y, _ = as_points(lon, lat)
    wide, high = bin_degrees(cell_m, at_lat)
    column, row = np.floor(x / wide), np.floor(y / high)
    group, _, squares = _group(row, column)
    amount = None if weights is None else np.asarray(weights, dtype=np.float64).reshape(-1)
    count = np.bincount(group, weights=amount, minlength=len(squares)).astype(np.float64)
    middle_lon = np.clip((squares[:, 1] + 0.5) * wide, -180.0, 180.0)
    return Bins(middle_lon, np.clip((squares[:, 0] + 0.5) * high, -90.0, 90.0), count)


def bin_degrees(cell_m: float, at_lat: float) -> tuple[float, float]:
    """Say how wide and high a square of the net of :func:`heat_bins` is, in degrees.

    A point's column and row are the floors of its longitude and latitude over these, so a database can
    bin as well.

    Parameters
    ----------
    cell_m, at_lat : float
        As for :func:`heat_bins`.

    Raises
    ------
    CoordinateError
        As for :func:`heat_bins`.
    """
    as_points(0.0, at_lat)
    check_metres("cell_m", cell_m)
    shrink = math.cos(math.radians(at_lat))
    if cell_m == 0.0 or shrink < 1e-6:
        raise CoordinateError("density.no_cell", cell_m=cell_m, at_lat=at_lat)
    high = cell_m / DEGREE_M
    return high / shrink, high


def cell_m_for_zoom(zoom: int, lat: float) -> float:
    """Choose the side of a heat layer's squares, so that a view holds at most 2,000.

    Parameters
    ----------
    zoom : int
        Of the map, 0 to 30.
    lat : float
        Degrees, as ``at_lat`` of :func:`heat_bins`.

    Returns
    -------
    float
        Metres: what 48 pixels cover, rounded up to 1, 1.5, 2, 3, 5 or 7.5 times a power of ten, for a
        legend to name. At most 1,705 squares lie in a view of 2560 x 1440 pixels near ``lat``.

    Raises
    ------
    CoordinateError
        The latitude or the zoom is out of range.
    """
    least = max(BIN_PIXELS * metres_per_pixel(zoom, lat), 1e-3)
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in ROUND_STEPS if step * power >= least * (1.0 - 1e-12))


def class_breaks(
    values: ArrayLike, classes: int = 5, method: Literal["quantile", "geometric"] = "quantile"
) -> list[float]:
    """Choose the upper bounds of the classes of a legend.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Counts or weights above 0; others are left out, NaN too.
    classes : int
        Most classes wanted.
    method : {"quantile", "geometric"}
        Equally many values in each class, or bounds that grow by one factor from the least value.

    Returns
    -------
    list of float
        Ascending, at most ``classes``; class i holds what is above bound i - 1 and not above bound i.
        The last is the largest value. Fewer where bounds coincide, none for no values. Whole numbers
        when all values are.
    """
    given = np.asarray(values, dtype=np.float64).reshape(-1)
    given = given[np.isfinite(given) & (given > 0)]
    if not len(given) or classes < 1:
        return []
    least, most = float(given.min()), float(given.max())
    shares = np.arange(1, classes + 1) / classes
    if method == "quantile":
        bounds = np.quantile(given, shares, method="inverted_cdf")
    else:
        bounds = least * (most / least) ** shares
        if (given == np.floor(given)).all():
            # A hair is taken off first: 8.000000000001 is 8.
            bounds = np.ceil(bounds * (1.0 - 1e-12))
    bounds[-1] = most
    return [float(bound) for bound in np.unique(np.minimum(bounds, most))]


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
