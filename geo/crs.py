"""Coordinate systems: read one, compare two, go from one to another, measure on the ellipsoid.

The only module that makes a ``Transformer``, so that x (east, longitude) comes first everywhere,
whatever axis order a system's definition has. Knows nothing of the Chinese map datums: see
:mod:`geo.datum`.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError

from geo.coordinates import as_points
from geo.errors import CoordinateError, CrsError

__all__ = [
    "GEOD",
    "WGS84",
    "area_m2",
    "carry_points",
    "distance_m",
    "is_wgs84",
    "parse_crs",
    "plane_crs",
    "project",
    "project_points",
    "require_same",
    "short_name",
    "to_wgs84",
]

WGS84 = CRS.from_epsg(4326)
GEOD = Geod(ellps="WGS84")

CGCS2000_WEST, CGCS2000_EAST = 73.5, 136.5
"""Longitudes between which the 3-degree zones of CGCS2000 exist, EPSG 4534 (75 E) to 4554 (135 E)."""
CHINA_SOUTH, CHINA_NORTH = 3.0, 54.0
"""Latitudes of China, rounded outward: Zengmu Ansha 3.9 N, Mohe 53.6 N."""


def parse_crs(given: Any) -> CRS:  # noqa: ANN401 - pyproj accepts text, numbers, dicts and its own objects
    """Read a coordinate system from what a user or a file says.

    Parameters
    ----------
    given : str, int, dict or pyproj.CRS
        ``"EPSG:4549"``, ``4549``, WKT, PROJ JSON, or a CRS.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CrsError
        ``crs.missing`` for None and empty text; ``crs.unknown`` for what cannot be read;
        ``crs.not_horizontal`` for a system without two horizontal axes (vertical, local time).
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        raise CrsError("crs.missing")
    text = given.strip() if isinstance(given, str) else given
    try:
        crs = CRS.from_user_input(int(text) if isinstance(text, str) and text.isdigit() else text)
    except (CRSError, TypeError, ValueError) as error:
        raise CrsError("crs.unknown", given=str(given)[:200]) from error
    if not (crs.is_geographic or crs.is_projected):
        raise CrsError("crs.not_horizontal", given=crs.name)
    return crs


def plane_crs(lon: float, lat: float) -> CRS:
    """Choose the plane, in metres, in which a neighbourhood is measured.

    In China the 3-degree zone of CGCS2000 (Gauss-Krueger, GB/T 22529-2008 national practice):
    ``EPSG = 4534 + round((lon - 75) / 3)`` for 73.5-136.5 E and 3-54 N. Elsewhere the UTM zone on
    WGS 84.

    Parameters
    ----------
    lon, lat : float
        WGS 84 degrees of the neighbourhood's middle.

    Returns
    -------
    pyproj.CRS
        Projected, metres. Scale error within its zone below 0.04 % (UTM) or 0.015 % (CGCS2000).

    Raises
    ------
    CoordinateError
        NaN, infinite or out of range.
    """
    as_points(lon, lat)
    if CGCS2000_WEST <= lon <= CGCS2000_EAST and CHINA_SOUTH <= lat <= CHINA_NORTH:
        return CRS.from_epsg(4534 + round((lon - 75.0) / 3.0))
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def is_wgs84(crs: CRS) -> bool:
    """Tell whether a system is WGS 84 longitude and latitude, in whichever axis order."""
    return bool(crs.equals(WGS84, ignore_axis_order=True))


def short_name(crs: CRS) -> str:
    """Name a system as people know it: ``EPSG:4549``; by its own name where no authority lists it."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def require_same(a: Any, b: Any) -> CRS:  # noqa: ANN401 - the same inputs as parse_crs
    """Insist that two coordinate systems are one.

    Parameters
    ----------
    a, b : str, int, dict or pyproj.CRS
        As for :func:`parse_crs`. Axis order does not count, since x comes first everywhere here.

    Returns
    -------
    pyproj.CRS
        The first.

    Raises
    ------
    CrsError
        ``crs.mismatch`` with both names; ``crs.missing`` or ``crs.unknown`` when one cannot be read.
    """
    first, second = parse_crs(a), parse_crs(b)
    if not first.equals(second, ignore_axis_order=True):
        raise CrsError("crs.mismatch", first=short_name(first), second=short_name(second))
    return first


def carry_points(
    x: ArrayLike,
    y: ArrayLike,
    source: Any,  # noqa: ANN401 - the same inputs as parse_crs
    target: Any,  # noqa: ANN401
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Carry points as :func:`project_points` does; those without a place in ``target`` become infinite."""
    first, second = parse_crs(source), parse_crs(target)
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.equals(second, ignore_axis_order=True):
        return xs, ys
    out_x, out_y = _transformer(first.to_wkt(), second.to_wkt()).transform(xs, ys)
    return np.asarray(out_x, dtype=np.float64), np.asarray(out_y, dtype=np.float64)


def project_points(
    x: ArrayLike,
    y: ArrayLike,
    source: Any,  # noqa: ANN401 - the same inputs as parse_crs
    target: Any,  # noqa: ANN401
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Carry points from one coordinate system to another.

    Parameters
    ----------
    x, y : array_like of float, shape (n,) or scalar
        East (or longitude) and north (or latitude), in the units of ``source``.
    source, target : str, int, dict or pyproj.CRS
        As for :func:`parse_crs`.

    Returns
    -------
    x, y : ndarray of float64, shape of the input
        In the units of ``target``. Input is returned unchanged, to the bit, when both systems are one.

    Raises
    ------
    CrsError
        A system cannot be read, or there is no way between the two (``crs.no_way``).
    CoordinateError
        ``coordinate.not_projectable``: points that have no place in ``target``; names the rows.
    """
    if parse_crs(source).equals(parse_crs(target), ignore_axis_order=True):
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    new_x, new_y = carry_points(x, y, source, target)
    bad = ~(np.isfinite(new_x) & np.isfinite(new_y))
    if bad.any():
        rows = np.flatnonzero(bad)
        raise CoordinateError("coordinate.not_projectable", rows=tuple(rows[:10].tolist()), count=len(rows))
    return new_x, new_y


def project(
    geometries: ArrayLike,
    source: Any,  # noqa: ANN401 - the same inputs as parse_crs
    target: Any,  # noqa: ANN401
) -> NDArray[np.object_]:
    """Carry geometries from one coordinate system to another, vertex by vertex.

    Parameters
    ----------
    geometries : array_like of shapely geometry, shape (n,)
        In ``source``. None stays None, an empty geometry stays empty; Z is dropped.
    source, target : str, int, dict or pyproj.CRS
        As for :func:`parse_crs`.

    Returns
    -------
    ndarray of shapely geometry, shape (n,)
        New objects; the same vertices, to the bit, when both systems are one.

    Raises
    ------
    CrsError
        A system cannot be read, or there is no way between the two.
    CoordinateError
        ``coordinate.not_projectable``: vertices that have no place in ``target``; rows are geometries.
    """
    shapes = np.atleast_1d(np.asarray(shapely.force_2d(np.asarray(geometries, dtype=object)), dtype=object))
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    try:
        x, y = project_points(xy[:, 0], xy[:, 1], source, target)
    except CoordinateError as error:
        rows = tuple(sorted({int(owner[row]) for row in error.values["rows"]}))
        raise CoordinateError(error.code, rows=rows, count=error.values["count"]) from error
    return np.asarray(shapely.set_coordinates(shapes, np.column_stack([x, y])), dtype=object)


def to_wgs84(geometries: ArrayLike, source: Any) -> NDArray[np.object_]:  # noqa: ANN401 - as parse_crs
    """Carry geometries into WGS 84 longitude and latitude; see :func:`project`."""
    return project(geometries, source, WGS84)


def distance_m(lon: ArrayLike, lat: ArrayLike, to_lon: ArrayLike, to_lat: ArrayLike) -> NDArray[np.float64]:
    """Measure geodesic distances on the WGS 84 ellipsoid (Karney 2013, error below 15 nm).

    Parameters
    ----------
    lon, lat, to_lon, to_lat : array_like of float, shape (n,)
        WGS 84 degrees.

    Returns
    -------
    ndarray of float64, shape (n,)
        Metres; NaN where an input is NaN.
    """
    x1, y1, x2, y2 = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (lon, lat, to_lon, to_lat)))
    return np.asarray(GEOD.inv(x1, y1, x2, y2)[2], dtype=np.float64)


def area_m2(geometry: shapely.Geometry | None) -> float:
    """Measure a polygon's geodesic area on the WGS 84 ellipsoid.

    Parameters
    ----------
    geometry : shapely Polygon, MultiPolygon or collection of them, or None
        WGS 84 degrees, any ring orientation.

    Returns
    -------
    float
        Square metres, holes taken off; 0.0 for None, empty, and what has no area.
    """
    polygons = shapely.get_parts([geometry]) if geometry is not None else np.empty(0, dtype=object)
    total = 0.0
    for polygon in polygons:
        if shapely.get_type_id(polygon) == shapely.GeometryType.GEOMETRYCOLLECTION:
            total += area_m2(polygon)
        for position, ring in enumerate(shapely.get_rings(polygon)):
            ring_m2 = abs(float(GEOD.geometry_area_perimeter(shapely.Polygon(ring))[0]))
            total += ring_m2 if position == 0 else -ring_m2
    return total


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    """Make the way between two systems once; a Transformer may be shared between threads (pyproj >= 3.1)."""
    try:
        return Transformer.from_crs(CRS.from_wkt(source), CRS.from_wkt(target), always_xy=True)
    except ProjError as error:
        raise CrsError("crs.no_way", source=source[:80], target=target[:80]) from error
