"""A set of grid cells (网格), checked once and carried once into WGS 84.

After construction every reader may rely on it: unique text codes, non-empty polygons or
multipolygons, two dimensions, finite degrees. Whether rings are valid, leave gaps or overlap is not
asked here: that is validation's business, and a locator answers on such cells too.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.crs import parse_crs, to_wgs84
from geo.errors import CellsError

__all__ = ["Cells"]

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
NAMED = 10


class Cells:
    """Grid cells in the order given, in WGS 84.

    Edges are straight in longitude and latitude, and "exact" everywhere in this package refers to
    the doubles kept here. A cell across 180 degrees is a multipolygon split at that meridian.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        With columns ``code`` (text; integers are written out in decimal) and ``name``, an active
        geometry column of Polygon or MultiPolygon, and a CRS. It may have no rows. Z is dropped.

    Attributes
    ----------
    codes : ndarray of str, shape (n,)
        Unique, in the frame's row order.
    names : ndarray of str, shape (n,)
        Empty text where the frame has none.
    geometry : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        WGS 84 degrees, 2-D.

    Raises
    ------
    CrsError
        The frame has no CRS, or there is no way from it to WGS 84.
    CellsError
        ``cells.not_a_frame``, ``cells.columns_missing``, ``cells.code_missing`` (None, NaN, empty),
        ``cells.code_not_text`` (a float would have lost digits), ``cells.code_twice``,
        ``cells.geometry_missing`` (None, empty), ``cells.geometry_type``, ``cells.out_of_range``;
        each names up to ten rows or codes and the ``count`` of all.
    """

    codes: NDArray[np.str_]
    names: NDArray[np.str_]
    geometry: NDArray[np.object_]

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        if not isinstance(frame, gpd.GeoDataFrame):
            raise CellsError("cells.not_a_frame", given=type(frame).__name__)
        missing = [name for name in ("code", "name") if name not in frame.columns]
        if frame.active_geometry_name is None:
            missing.append("geometry")
        if missing:
            raise CellsError("cells.columns_missing", columns=tuple(missing))
        crs = parse_crs(frame.crs)
        codes = _codes(frame["code"])
        geometry = np.asarray(frame.geometry.to_numpy(), dtype=object)
        _check_kinds(codes, geometry)
        self.codes = np.array(codes, dtype=np.str_)
        self.names = np.array([_text(name) for name in frame["name"]], dtype=np.str_)
        self.geometry = to_wgs84(geometry, crs)
        _check_range(codes, self.geometry)
        for kept in (self.codes, self.names, self.geometry):
            kept.flags.writeable = False

    @classmethod
    def from_arrays(cls, codes: Sequence[str], names: Sequence[str], geometry: ArrayLike) -> Self:
        """Make cells from columns that are in WGS 84 already, as a database keeps them.

        Parameters
        ----------
        codes, names : sequence of str, length n
            As the columns of a frame.
        geometry : array_like of shapely Polygon or MultiPolygon, shape (n,)
            WGS 84 degrees.

        Returns
        -------
        Cells

        Raises
        ------
        CellsError
            As for the class; ``cells.lengths`` when the three differ in length.
        """
        shapes = np.asarray(geometry, dtype=object)
        if not len(codes) == len(names) == len(shapes):
            raise CellsError("cells.lengths", codes=len(codes), names=len(names), geometry=len(shapes))
        return cls(gpd.GeoDataFrame({"code": list(codes), "name": list(names)}, geometry=shapes, crs=4326))

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"<Cells: {len(self)}>"

    @property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of each cell in WGS 84 degrees, shape (n, 4)."""
        return np.asarray(shapely.bounds(self.geometry), dtype=np.float64).reshape(-1, 4)

    @property
    def total_bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all cells in WGS 84 degrees; four NaN when there are none."""
        if not len(self):
            return (np.nan, np.nan, np.nan, np.nan)
        west, south, east, north = shapely.total_bounds(self.geometry).tolist()
        return west, south, east, north


def _text(name: Any) -> str:  # noqa: ANN401 - whatever a column holds
    return "" if pd.isna(name) else str(name)


def _codes(column: pd.Series) -> list[str]:
    """Read codes as text: integers in decimal, everything else refused."""
    absent = np.asarray(column.isna() | (column == "").fillna(value=True), dtype=bool)
    if absent.any():
        rows = np.flatnonzero(absent)
        raise CellsError("cells.code_missing", rows=tuple(rows[:NAMED].tolist()), count=len(rows))
    read = column.tolist()
    wrong = [
        row for row, code in enumerate(read) if not isinstance(code, str | Integral) or isinstance(code, bool)
    ]
    if wrong:
        types = tuple(type(read[row]).__name__ for row in wrong[:NAMED])
        raise CellsError("cells.code_not_text", rows=tuple(wrong[:NAMED]), types=types, count=len(wrong))
    codes = [str(code) for code in read]
    _refuse_if("cells.code_twice", codes, pd.Series(codes, dtype=object).duplicated(keep=False).to_numpy())
    return codes


def _check_kinds(codes: list[str], geometry: NDArray[np.object_]) -> None:
    kinds = shapely.get_type_id(geometry)
    _refuse_if("cells.geometry_missing", codes, (kinds < 0) | shapely.is_empty(geometry))
    names = tuple(shapely.GeometryType(kind).name for kind in kinds)
    _refuse_if("cells.geometry_type", codes, ~np.isin(kinds, POLYGONAL), names)


def _check_range(codes: list[str], geometry: NDArray[np.object_]) -> None:
    """Refuse coordinates beyond the globe, NaN included, which bounds alone would overlook."""
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    is_on_globe = (np.abs(xy[:, 0]) <= 180.0) & (np.abs(xy[:, 1]) <= 90.0)
    bad = np.zeros(len(codes), dtype=bool)
    bad[owner[~is_on_globe]] = True
    _refuse_if("cells.out_of_range", codes, bad)


def _refuse_if(
    code: str, codes: list[str], bad: NDArray[np.bool_], types: Sequence[str] | None = None
) -> None:
    rows = np.flatnonzero(bad)[:NAMED].tolist()
    if not rows:
        return
    found: dict[str, Any] = {} if types is None else {"types": tuple(types[row] for row in rows)}
    named = tuple(codes[row] for row in rows)
    raise CellsError(code, rows=tuple(rows), codes=named, count=int(bad.sum()), **found)
