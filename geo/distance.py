"""How far points are from one point, on the ellipsoid."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.crs import GEOD

__all__ = ["metres_from"]


def metres_from(lon: float, lat: float, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.float64]:
    """Measure the geodesic distance from one point to many.

    Parameters
    ----------
    lon, lat : float
        WGS 84 degrees, finite.
    lons, lats : array_like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres; NaN where a coordinate is NaN.

    References
    ----------
    .. [1] Karney (2013), Algorithms for geodesics, Journal of Geodesy 87.
    """
    x, y = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    metres = GEOD.inv(np.full_like(x, lon), np.full_like(y, lat), x, y)[2]
    return np.asarray(metres, dtype=np.float64)
