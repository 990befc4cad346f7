"""Web Mercator squares: a fixed partition of the world that a database can group by.

A square is 64 pixels wide at zoom 14 (611 m at the equator, 450 m at 42° north). Its number is
``row * 65536 + column``, counted from the north-west, so the squares of a band of latitudes are one
range of numbers, and coarser squares are exact unions of these. Knows nothing of tiles or counts.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["AXIS", "PIXELS", "ZOOM", "band", "split", "square_at", "to_plane"]

AXIS = 65_536
"""Squares along each axis of the world."""
ZOOM = 14
"""Zoom at which a square is :data:`PIXELS` wide (tiles of 256 pixels)."""
PIXELS = 64
MOST_LAT = 85.05112877980659
"""Latitude at which the Mercator plane is cut so that the world is square; beyond it, the rim's row."""


def to_plane(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project points onto the unit square of spherical Web Mercator (EPSG:3857, scaled).

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    x, y : ndarray of float64, shape (n,)
        0 to 1, x eastwards from 180° W, y southwards from :data:`MOST_LAT`; NaN for NaN.

    References
    ----------
    .. [1] Snyder (1987), Map Projections: A Working Manual, USGS PP 1395, equation 7-2a.
    """
    x = (np.asarray(lon, dtype=np.float64) + 180.0) / 360.0
    phi = np.radians(np.clip(np.asarray(lat, dtype=np.float64), -MOST_LAT, MOST_LAT))
    return x, 0.5 - np.arcsinh(np.tan(phi)) / (2.0 * np.pi)


def square_at(lon: float, lat: float) -> int:
    """Tell the number of the square that holds a point.

    Parameters
    ----------
    lon, lat : float
        WGS 84 degrees, finite.

    Returns
    -------
    int
        A point on a line between squares belongs to the one south or east of it.
    """
    phi = math.radians(min(max(lat, -MOST_LAT), MOST_LAT))
    x = (lon + 180.0) / 360.0
    y = 0.5 - math.asinh(math.tan(phi)) / (2.0 * math.pi)
    column = min(max(math.floor(x * AXIS), 0), AXIS - 1)
    row = min(max(math.floor(y * AXIS), 0), AXIS - 1)
    return row * AXIS + column


def split(square: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give column and row of square numbers, each shape (n,)."""
    row, column = np.divmod(np.asarray(square, dtype=np.int64), AXIS)
    return column, row


def band(south: float, north: float) -> tuple[int, int]:
    """Give the first and last square number of the rows that hold these latitudes.

    Parameters
    ----------
    south, north : float
        WGS 84 degrees, ``south <= north``.
    """
    return square_at(-180.0, north), square_at(-180.0, south) + AXIS - 1
