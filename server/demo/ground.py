"""The ground of the town: how the flat plan is bent and where on the globe it is said to lie.

Streets are drawn straight on a flat plane and then bent by *one* smooth function, so whatever was shared
before (a border, a corner) is shared after. The place on the globe is invented: no real town was measured.
"""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["ORIGIN_LAT", "ORIGIN_LON", "bend", "to_lonlat"]

ORIGIN_LON = 122.05  # degrees east, WGS 84; the middle of the invented district
ORIGIN_LAT = 37.20
_MIDDLE = (2300.0, 1400.0)  # flat metres that come to lie at the origin
_TURN = np.deg2rad(8.0)
_DECIMALS = 7  # of a degree, about 1 cm

# Radii of curvature of the WGS 84 ellipsoid at the origin (Snyder 1987, USGS PP 1395, eq. 4-19 and 4-20).
_A, _E2 = 6_378_137.0, 6.694_379_990_14e-3
_W2 = 1.0 - _E2 * np.sin(np.deg2rad(ORIGIN_LAT)) ** 2
_METRES_PER_DEGREE_NORTH = np.deg2rad(_A * (1.0 - _E2) / _W2**1.5)
_METRES_PER_DEGREE_EAST = np.deg2rad(_A / np.sqrt(_W2) * np.cos(np.deg2rad(ORIGIN_LAT)))

_Coordinates = NDArray[np.float64]


def _bend(flat: _Coordinates) -> _Coordinates:
    u, v = flat[:, 0], flat[:, 1]
    tau = 2.0 * np.pi
    x = (
        u
        + 95.0 * np.sin(tau * v / 2700.0 + 0.6)
        + 34.0 * np.sin(tau * (u + v) / 1650.0 + 1.0)
        + 5.0 * np.sin(tau * (v + 0.3 * u) / 340.0)
    )
    y = (
        v
        + 90.0 * np.sin(tau * u / 3300.0 + 2.1)
        + 30.0 * np.sin(tau * (u - v) / 1500.0 + 0.3)
        + 5.0 * np.sin(tau * (u - 0.3 * v) / 310.0 + 0.8)
    )
    x, y = x - _MIDDLE[0], y - _MIDDLE[1]
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])


def _project(plane: _Coordinates) -> _Coordinates:
    lon = ORIGIN_LON + plane[:, 0] / _METRES_PER_DEGREE_EAST
    lat = ORIGIN_LAT + plane[:, 1] / _METRES_PER_DEGREE_NORTH
    return np.round(np.column_stack([lon, lat]), _DECIMALS)


def _transformed(geometry: object, function: Callable[[_Coordinates], _Coordinates]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(np.atleast_1d(np.asarray(geometry, dtype=object)), function))


def bend(geometry: object) -> NDArray[np.object_]:
    """Bend geometries of the flat plan into the town's plane.

    Parameters
    ----------
    geometry : geometry or array_like of geometry, shape (n,)
        Flat metres (u east, v north). Long straight edges should be densified first.

    Returns
    -------
    ndarray of geometry, shape (n,)
        Metres x east, y north of the origin; equal input coordinates stay equal.
    """
    return _transformed(geometry, _bend)


def to_lonlat(geometry: object) -> NDArray[np.object_]:
    """Put geometries of the town's plane on the globe.

    An equirectangular projection about the origin: within 5 km of it a length is true to 1 in 2,000, which
    is ample for ground that does not exist.

    Parameters
    ----------
    geometry : geometry or array_like of geometry, shape (n,)
        Metres x east, y north of the origin.

    Returns
    -------
    ndarray of geometry, shape (n,)
        WGS 84 degrees, lon and lat in that order, rounded to 1e-7 degree.
    """
    return _transformed(geometry, _project)
