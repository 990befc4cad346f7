"""Squares of the web-mercator world, numbered so that a database can group by them.

A square is a tile of zoom 16: 64 pixels wide on a map at zoom 14 (611 m at the equator, 450 m at 42
degrees). Its number is ``y * 65536 + x`` of that tile, so the squares of a band of latitudes are one
range of numbers, and wider squares are exact unions of these. Knows nothing of what is counted.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.tiles import MOST_LAT

__all__ = ["AXIS", "PIXELS", "ZOOM", "band", "merged", "middles", "square_at", "squares_at"]

AXIS = 65_536
"""Squares along each axis of the world."""
ZOOM = 14
"""Zoom at which a square is :data:`PIXELS` wide."""
PIXELS = 64


def square_at(lon: float, lat: float) -> int:
    """Tell the number of the square that holds a point.

    One point at a time and without arrays, for it is asked at every write.

    Parameters
    ----------
    lon, lat : float
        WGS 84 degrees, finite; latitudes beyond 85.0511 count as that.

    Returns
    -------
    int
        A point on a line between squares belongs to the one south or east of it.

    References
    ----------
    .. [1] Snyder (1987), Map Projections: A Working Manual, USGS PP 1395, equation 7-2a.
    """
    phi = math.radians(min(max(lat, -MOST_LAT), MOST_LAT))
    x = (lon + 180.0) / 360.0
    y = 0.5 - math.asinh(math.tan(phi)) / (2.0 * math.pi)
    column = min(max(math.floor(x * AXIS), 0), AXIS - 1)
    row = min(max(math.floor(y * AXIS), 0), AXIS - 1)
    return row * AXIS + column


def squares_at(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
    """Tell the numbers of the squares that hold points; see :func:`square_at`.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees, finite.
    """
    phi = np.radians(np.clip(np.asarray(lat, dtype=np.float64), -MOST_LAT, MOST_LAT))
    x = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0
    y = 0.5 - np.arcsinh(np.tan(phi)) / (2.0 * np.pi)
    column, row = (np.clip(np.floor(axis * AXIS), 0, AXIS - 1).astype(np.int64) for axis in (x, y))
    return np.asarray(row * AXIS + column, dtype=np.int64)


def merged(square: ArrayLike, doublings: int) -> NDArray[np.int64]:
    """Give the wider square that each square lies in.

    Parameters
    ----------
    square : array_like of int, shape (n,)
        Numbers of squares.
    doublings : int
        How often the side is doubled, 0 to 16.

    Returns
    -------
    ndarray of int64, shape (n,)
        The number of the wider square's north-western square.
    """
    row, column = np.divmod(np.asarray(square, dtype=np.int64), AXIS)
    row, column = row >> doublings << doublings, column >> doublings << doublings
    return np.asarray(row * AXIS + column, dtype=np.int64)


def middles(square: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the middles of squares.

    Parameters
    ----------
    square : array_like of int, shape (n,)
        Numbers of squares.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees; midway in the mercator world.
    """
    row, column = np.divmod(np.asarray(square, dtype=np.int64).reshape(-1), AXIS)
    lon = (column + 0.5) / AXIS * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * (row + 0.5) / AXIS))))
    return lon, np.asarray(lat, dtype=np.float64)


def band(south: float, north: float) -> tuple[int, int]:
    """Give the first and last square number of the rows that hold these latitudes.

    Parameters
    ----------
    south, north : float
        WGS 84 degrees, ``south <= north``.
    """
    return square_at(-180.0, north), square_at(-180.0, south) + AXIS - 1
