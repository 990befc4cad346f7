"""Reading a layer of areas from a file: which rows, which columns, which coordinate system.

Whether the layer is any good is asked elsewhere (:mod:`geo.validation`); here only what cannot be read at
all is refused, naming file, column, row and value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from shapely.errors import ShapelyError

from geo.crs import WGS84, parse_crs, short_name
from geo.errors import CrsError
from geo.systems import NAMES, name_of, to_wgs84, usable
from server.errors import InputError
from server.services.gdal import asking_gdal
from server.services.layer_columns import chosen, numbers, texts
from server.services.layer_files import LayerFile, opened

__all__ = ["Layer", "LayerOptions", "read_layer"]

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
MIXED = shapely.GeometryType.GEOMETRYCOLLECTION


@dataclass(frozen=True)
class LayerOptions:
    """What a user may say about a file.

    Attributes
    ----------
    code, name, parent : str or None
        Names of columns; None: guessed.
    crs : str or None
        Coordinate system of a file that does not name one, as :func:`geo.crs.parse_crs` reads it; or one of
        :data:`geo.systems.NAMES`, ``gcj02 bd09 bd09mc`` for coordinates of Chinese web maps.
    layer : str or None
        Which layer of a file that holds several.
    encoding : str or None
        Encoding of its texts; None: found out.
    """

    code: str | None = None
    name: str | None = None
    parent: str | None = None
    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Layer:
    """A layer as read.

    Attributes
    ----------
    frame : geopandas.GeoDataFrame
        Rows in file order, columns ``code name kind`` (text, empty where there is none), ``households
        population`` (int or None), ``parent`` (text) if the file has such a column, geometry (2-D) with CRS.
    file, layer : str
        File name; layer name.
    digest : str
        SHA-256 of the file, hexadecimal.
    columns : Mapping[str, str]
        What was read -> column it came from.
    is_crs_declared : bool
        Whether file or user named the coordinate system; GDAL takes any other GeoJSON for WGS 84.
    """

    frame: gpd.GeoDataFrame
    file: str
    layer: str
    digest: str
    columns: Mapping[str, str]
    is_crs_declared: bool


def read_layer(path: Path, level: str | None = None, options: LayerOptions | None = None) -> Layer:
    """Read a layer of areas.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, FlatGeobuf, KML (kmz), Shapefile (.shp, or zip).
    level : str, optional
        Level of the areas; helps to guess the columns.
    options : LayerOptions, optional
        What the user says about it.

    Returns
    -------
    Layer
        Every row of the file, broken ones too.

    Raises
    ------
    InputError
        The file cannot be read as a layer of polygons: see :func:`server.services.layer_files.opened`;
        ``layer.unreadable layer.no_polygons layer.no_code layer.crs_missing layer.crs_conflict
        import.column layer.code_inexact layer.number``.
    CrsError
        The coordinate system given cannot be read.
    """
    said = options or LayerOptions()
    with opened(path, layer=said.layer, encoding=said.encoding) as file:
        name = _layer_name(file, said.layer)
        raw = _read(file, name)
    if raw.empty:
        raise InputError("import.empty", file=file.name)
    frame, is_declared = _with_crs(file, raw, said.crs)
    _refuse_without_polygons(file, frame)
    columns = chosen(file.name, _usable_columns(file, frame), level, said.code, said.name, said.parent)
    return Layer(_tidy(file, frame, columns), file.name, name, file.digest, columns, is_declared)


def _layer_name(file: LayerFile, wanted: str | None) -> str:
    """Choose the layer: the one named, else the only one that may hold polygons."""
    with asking_gdal(file, ValueError, ShapelyError):
        found = pyogrio.list_layers(file.path).tolist()
    names = [str(name) for name, kind in found if kind is not None]
    likely = [str(name) for name, kind in found if kind and ("Polygon" in kind or "Unknown" in kind)]
    known = "、".join(names)
    if wanted is not None and wanted in names:
        return wanted
    if wanted is not None and file.suffix not in (".shp", ".geojson", ".json", ".fgb"):
        raise InputError("layer.not_found", file=file.name, layer=wanted, known=known)
    if not names:
        raise InputError("layer.no_polygons", file=file.name)
    if len(names) == 1 or len(likely) == 1:
        return (likely or names)[0]
    raise InputError("layer.several", file=file.name, known=known)


def _read(file: LayerFile, layer: str) -> gpd.GeoDataFrame:
    with asking_gdal(file, ValueError, ShapelyError), np.errstate(invalid="ignore"):
        frame = pyogrio.read_dataframe(
            file.path, layer=layer, encoding=file.encoding, on_invalid="fix", fid_as_index=True
        )
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("layer.no_polygons", file=file.name)
    is_json = file.suffix in (".geojson", ".json")
    if is_json and "id" not in frame.columns and frame.index.tolist() != list(range(len(frame))):
        frame["id"] = frame.index  # GDAL keeps whole numbers at "id" apart from the columns
    return frame.reset_index(drop=True)


def _with_crs(file: LayerFile, frame: gpd.GeoDataFrame, given: str | None) -> tuple[gpd.GeoDataFrame, bool]:
    """Settle the coordinate system: the file's own, else the one given; never two."""
    own = frame.crs if file.has_crs_word else None
    if given is None:
        if frame.crs is None:
            raise InputError("layer.crs_missing", file=file.name)
        return frame, own is not None
    wanted = _wanted(given)
    # A file in a web map's datum may call itself WGS 84, for no format can declare such a datum.
    expected = wanted if isinstance(wanted, CRS) else WGS84
    if own is not None and not parse_crs(own).equals(expected, ignore_axis_order=True):
        raise InputError("layer.crs_conflict", file=file.name, own=short_name(parse_crs(own)), given=given)
    if isinstance(wanted, str):
        return _undatumed(frame, wanted), True
    return frame.set_crs(wanted, allow_override=True), True


def _wanted(given: str) -> str | CRS:
    """Read what the user says: a datum of web maps by its name, anything else as a coordinate system."""
    try:
        name = name_of(given)
    except CrsError:
        return parse_crs(given)
    return name if name in NAMES else parse_crs(name)


def _undatumed(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Carry coordinates of a web map's datum to WGS 84; impossible ones stay, to be found by validation."""

    def carry(xy: Any) -> Any:  # noqa: ANN401 - shapely's signature
        out = xy.copy()
        good = usable(xy[:, 0], xy[:, 1], datum)
        out[good] = np.column_stack(to_wgs84(xy[good, 0], xy[good, 1], datum))
        return out

    moved = shapely.transform(shapely.force_2d(frame.geometry.to_numpy()), carry)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=4326))


def _refuse_without_polygons(file: LayerFile, frame: gpd.GeoDataFrame) -> None:
    kinds = shapely.get_type_id(frame.geometry.to_numpy())
    if not np.isin(kinds, (*POLYGONAL, MIXED)).any():
        raise InputError("layer.no_polygons", file=file.name)


def _usable_columns(file: LayerFile, frame: gpd.GeoDataFrame) -> Sequence[str]:
    """Name the columns that hold facts; KML's ``id`` is only the row's number in disguise."""
    dropped = {str(frame.geometry.name)} | ({"id"} if file.suffix == ".kml" else set())
    return [str(column) for column in frame.columns if column not in dropped]


def _tidy(file: LayerFile, frame: gpd.GeoDataFrame, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Keep what is ours, under our names."""
    count = len(frame)
    taken: dict[str, Any] = {
        field: texts(file.name, column, frame[column], is_code=field in ("code", "parent"))
        for field, column in columns.items()
        if field in ("code", "name", "parent", "kind")
    }
    for field in ("households", "population"):
        column = columns.get(field)
        values = numbers(file.name, column, frame[column]) if column else [None] * count
        taken[field] = pd.Series(values, dtype=object)
    for field in ("name", "kind"):
        taken.setdefault(field, [""] * count)
    with np.errstate(invalid="ignore"):
        shapes = shapely.force_2d(frame.geometry.to_numpy())
    return gpd.GeoDataFrame(taken, geometry=shapes, crs=frame.crs)
