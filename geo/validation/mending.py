"""Mending of polygons whose rings cross, touch or overlap themselves.

Of shapely's two methods "structure" is used: rings are made valid one by one, shells joined, holes taken
off. "linework" keeps every crossing and counts inside and outside by turns, so that a place drawn twice
becomes a hole; over 27 broken counties as published both keep the area, but a tangle of 300 vertices
takes linework 31 s and structure 0.3 s, and 10,000 vertices in a chain of bow-ties 8 s and 0.15 s.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.crs import area_m2, parse_crs, to_wgs84
from geo.errors import CoordinateError
from geo.validation.findings import spot

__all__ = ["POLYGONAL", "Change", "is_finite", "mend", "mended", "only", "polygons_of"]

MOST_CROSSINGS = 100_000
"""Self-crossings up to which a ring is mended (3 s); beyond, no area can be recognised in it."""
SAMPLED = 200
SAMPLED_OF_MANY = 40
MANY = 50_000
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION


@dataclass(frozen=True)
class Change:
    """What mending did to one row.

    Attributes
    ----------
    row : int
        Row of the layer, from 0.
    area : str
        Code of the area; empty where it has none.
    reason : str
        What was wrong, in GEOS's words, e.g. ``Self-intersection``; ``GeometryCollection`` for one.
    lon, lat : float or None
        WGS 84 degrees of a place inside the mended polygon.
    before_m2, after_m2 : float
        Geodesic area as drawn and as mended; what a ring encloses in opposite directions (the lobes of
        a bow-tie) cancels out in the first.
    parts_before, parts_after : int
        Number of polygons.
    """

    row: int
    area: str
    reason: str
    lon: float | None
    lat: float | None
    before_m2: float
    after_m2: float
    parts_before: int
    parts_after: int


def mend(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Change]]:
    """Repair invalid polygons, and keep the polygons of mixed collections.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        ``code`` and geometry, with a CRS. Not changed.

    Returns
    -------
    frame : geopandas.GeoDataFrame
        The same rows; a row of which no polygon is left has an empty one. Rows without geometry, with
        coordinates that are no numbers, and hopeless tangles (more than 100,000 self-crossings) are as
        they were.
    changes : list of Change
        One per changed row, in row order.

    Raises
    ------
    CrsError
        The frame has no CRS.
    """
    crs = parse_crs(frame.crs)
    before = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), dtype=object)
    after, reasons = _mended_rows(before)
    changes = []
    for row in sorted(reasons):
        old, new = _seen(before[row], crs), _seen(after[row], crs)
        lon, lat = spot(new)
        code = frame["code"].iloc[row]
        changes.append(
            Change(
                row,
                code if isinstance(code, str) else "",
                reasons[row],
                lon,
                lat,
                area_m2(old),
                area_m2(new),
                _count(before[row]),
                _count(after[row]),
            )
        )
    return frame.set_geometry(gpd.GeoSeries(after, index=frame.index, crs=frame.crs)), changes


def mended(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Repair what can be repaired, for checks that need valid polygons.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        Any; None allowed.

    Returns
    -------
    ndarray of shapely Polygon, MultiPolygon or None, shape (n,)
        Valid; None for what has no polygon or cannot be repaired.
    """
    after, _ = _mended_rows(shapes)
    usable = np.isin(shapely.get_type_id(after), POLYGONAL) & ~shapely.is_empty(after)
    usable[usable] = shapely.is_valid(after[usable])
    return only(after, usable)


def is_finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which geometries have no coordinate that is NaN or infinite; shape (n,), True for None."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(xy).all(axis=1)]] = False
    return finite


def only(shapes: NDArray[np.object_], wanted: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Keep the wanted rows and put None in place of the others; shape (n,), a new array."""
    kept = shapes.copy()
    kept[~wanted] = None
    return kept


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the polygons of a geometry.

    Parameters
    ----------
    shape : shapely geometry
        Any kind.

    Returns
    -------
    shapely Polygon or MultiPolygon
        Empty when there is none.
    """
    if shapely.get_type_id(shape) in POLYGONAL:
        return shape
    flat = shapely.get_parts(shapely.get_parts(shape))
    polygons = flat[shapely.get_type_id(flat) == shapely.GeometryType.POLYGON]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons.tolist())


def _mended_rows(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, str]]:
    out = shapes.copy()
    reasons: dict[int, str] = {}
    kinds = shapely.get_type_id(shapes)
    broken = np.isin(kinds, (*POLYGONAL, COLLECTION)) & ~shapely.is_empty(shapes)
    broken &= is_finite(shapes)
    broken[broken] = (kinds[broken] == COLLECTION) | ~shapely.is_valid(shapes[broken])
    for row in np.flatnonzero(broken).tolist():
        new = _mended_one(shapes[row])
        if new is not None:
            out[row] = new
            reason = shapely.is_valid_reason(shapes[row]).split("[")[0]
            reasons[row] = "GeometryCollection" if reason == "Valid Geometry" else reason
    return out, reasons


def _mended_one(shape: Any) -> Any:  # noqa: ANN401 - one cell of an object array
    """Mend one geometry; None when it is a tangle."""
    if _crossings(shapely.get_coordinates(shape)) > MOST_CROSSINGS:
        return None
    polygons = polygons_of(shape)
    if not polygons.is_valid:
        polygons = polygons_of(shapely.make_valid(polygons, method="structure", keep_collapsed=False))
    return polygons


def _crossings(xy: NDArray[np.float64]) -> float:
    """Estimate how often the segments between successive points cross, from a sample of them.

    Exact up to 200 segments. Segments between rings are counted too; they raise the estimate a little.
    """
    start, end = xy[:-1], xy[1:]
    sample = min(SAMPLED if len(start) < MANY else SAMPLED_OF_MANY, len(start))
    chosen = np.unique(np.linspace(0, len(start) - 1, sample).astype(int))
    found = 0
    for row in chosen.tolist():
        a, b = start[row], end[row]
        parts_ends = _side(a, b, start) * _side(a, b, end) < 0
        found += int((parts_ends & (_side(start, end, a) * _side(start, end, b) < 0)).sum())
    return found / len(chosen) * len(start) / 2.0


def _side(a: NDArray[np.float64], b: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    along, across = b - a, x - a
    return np.asarray(along[..., 0] * across[..., 1] - along[..., 1] * across[..., 0], dtype=np.float64)


def _seen(shape: Any, crs: CRS) -> Any:  # noqa: ANN401 - one cell of an object array
    """Carry one geometry to WGS 84; None where it has no place there (validation tells that)."""
    try:
        return polygons_of(to_wgs84([shape], crs)[0])
    except CoordinateError:
        return None


def _count(shape: Any) -> int:  # noqa: ANN401 - one cell of an object array
    return 0 if shape.is_empty else int(shapely.get_num_geometries(polygons_of(shape)))
