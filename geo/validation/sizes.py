"""Sizes of many polygons at once, as if each were laid flat about its own middle.

Edges are straight in longitude and latitude, as everywhere in this package. That matters for what is long
and thin: the geodesics that :func:`geo.crs.area_m2` draws between the same corners leave the straight
edge by 1.6 cm in the middle of an east-west kilometre at 40 N, which is 11 m² of a gap. For polygons
smaller than one degree the area is within 2e-5 of that on the ellipsoid (a test holds this).
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import GEOD

__all__ = ["flat_sizes", "mean_width_m", "metres_per_degree"]

Floats = NDArray[np.float64]


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Tell how long a degree is on the WGS 84 ellipsoid.

    Parameters
    ----------
    lat : ndarray of float64, shape (n,)
        Degrees.

    Returns
    -------
    east, north : ndarray of float64, shape (n,)
        Metres per degree of longitude and of latitude (radii N cos(lat) and M, Torge 2001, section 4.1).
    """
    phi = np.radians(lat)
    w2 = 1.0 - GEOD.es * np.sin(phi) ** 2
    prime_m = GEOD.a / np.sqrt(w2)
    meridian_m = GEOD.a * (1.0 - GEOD.es) / (w2 * np.sqrt(w2))
    return np.radians(prime_m * np.cos(phi)), np.radians(meridian_m)


def flat_sizes(shapes: NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Measure area and perimeter of each geometry.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        WGS 84 degrees. None and empty ones measure 0.

    Returns
    -------
    area_m2, perimeter_m : ndarray of float64, shape (n,)
        Square metres and metres.
    """
    if not len(shapes):
        return np.zeros(0), np.zeros(0)
    bounds = shapely.bounds(shapes)
    middle = np.nan_to_num((bounds[:, :2] + bounds[:, 2:]) / 2.0)
    east, north = metres_per_degree(middle[:, 1])
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    flat = (xy - middle[owner]) * np.column_stack([east, north])[owner]
    laid = shapely.set_coordinates(shapes.copy(), flat)
    return np.nan_to_num(shapely.area(laid)), np.nan_to_num(shapely.length(laid))


def mean_width_m(area_m2: Floats, perimeter_m: Floats) -> Floats:
    """Tell how wide polygons are on average: twice the area over the perimeter.

    For a long strip this is its width, for a long wedge half its greatest width, for a disk its radius.
    Shape does not matter for the choice of slivers, only that no thick polygon can have a small value.

    Parameters
    ----------
    area_m2, perimeter_m : ndarray of float64, shape (n,)
        As :func:`flat_sizes` gives them.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres; 0 where there is no perimeter.
    """
    return np.divide(2.0 * area_m2, perimeter_m, out=np.zeros_like(area_m2), where=perimeter_m > 0)
