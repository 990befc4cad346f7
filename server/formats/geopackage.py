"""GeoPackage: for desktop GIS; headings as people read them, typed columns, instants in UTC.

GDAL writes it, some thousand rows at a time, into a file that is then passed on.
"""

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from server.formats.table import Record, Table, format_of

__all__ = ["shapes", "write_geopackage"]

AT_ONCE = 10_000
PIECE = 1 << 20
UTC_FLAG = 100  # GDAL's sign that a column of instants is in UTC
EMPTY: Mapping[type, Any] = {str: None, int: 0, float: np.nan, datetime: np.datetime64("NaT")}
DTYPES: Mapping[type, Any] = {str: object, int: np.int64, float: np.float64, datetime: "datetime64[ms]"}


@format_of("gpkg", "application/geopackage+sqlite3", streams=False)
def write_geopackage(table: Table) -> Iterator[bytes]:
    """Write one layer in WGS 84; a record without a place has no geometry.

    Raises
    ------
    OSError
        The disk is full, or GDAL could not write.
    """
    with _draft(table.folder) as path:
        records = iter(table.records)
        several = list(islice(records, AT_ONCE))
        _write(path, table, several, append=False)  # without any row there is still the layer
        while several := list(islice(records, AT_ONCE)):
            yield b""
            _write(path, table, several, append=True)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


@contextmanager
def _draft(folder: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".gpkg-", dir=folder) as place:
        yield Path(place) / "layer.gpkg"


def _write(path: Path, table: Table, records: Sequence[Record], *, append: bool) -> None:
    from pyogrio import raw  # noqa: PLC0415 - GDAL takes a while to load
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    names = [name for name in table.columns if name not in ("lon", "lat")]
    types = [table.types.get(name, str) for name in names]
    columns = [_column(records, name, kind) for name, kind in zip(names, types, strict=True)]
    offsets = {
        heading: np.full(len(records), UTC_FLAG)
        for heading, kind in zip(_headings(table, names), types, strict=True)
        if kind is datetime
    }
    found = shapes(records)
    single = shapely.get_type_id(found) == shapely.GeometryType.POLYGON
    found[single] = [shapely.multipolygons([one]) for one in found[single]]  # a layer is of one type
    try:
        raw.write(
            str(path),
            shapely.to_wkb(found),
            [values for values, _missing in columns],
            _headings(table, names),
            field_mask=[missing for _values, missing in columns],
            gdal_tz_offsets=offsets,
            layer=table.layer,
            driver="GPKG",
            geometry_type=table.geometry,
            crs="EPSG:4326",
            append=append,
        )
    except (DataSourceError, RuntimeError) as error:
        raise OSError(_why(path), str(error)) from error


def _why(path: Path) -> int:
    """Tell what GDAL does not: whether there was room left."""
    place = os.statvfs(path.parent)
    return errno.ENOSPC if place.f_bavail * place.f_frsize < PIECE else errno.EIO


def _headings(table: Table, names: Sequence[str]) -> list[str]:
    """Name the columns as people read them; two that read alike, or as one of the format's own, by their keys."""
    shown = [table.columns[name] for name in names]
    lower = [one.lower() for one in shown]
    own = {"fid", "geom"}
    return [
        name if lower.count(one.lower()) > 1 or one.lower() in own else one
        for name, one in zip(names, shown, strict=True)
    ]


def _column(records: Sequence[Record], name: str, kind: type) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Make a column, and tell where it holds nothing."""
    given = [record.facts.get(name) for record in records]
    missing = np.array([one is None for one in given], dtype=bool)
    if kind is datetime:
        given = [
            one.astimezone(UTC).replace(tzinfo=None) if isinstance(one, datetime) else one for one in given
        ]
    elif kind is str:
        given = [None if one is None else str(one).replace("\x00", "") for one in given]
    values = np.empty(len(given), dtype=DTYPES[kind])
    values[:] = [EMPTY[kind] if one is None else one for one in given]
    return values, missing


def shapes(records: Sequence[Record]) -> NDArray[Any]:
    """Make the geometries of records, None without a place.

    Parameters
    ----------
    records : sequence of Record
        With GeoJSON geometries, points as mappings.
    """
    found = np.full(len(records), None, dtype=object)
    points = [place for place, one in enumerate(records) if isinstance(one.geometry, Mapping)]
    if points:
        corners = np.array([records[place].geometry["coordinates"] for place in points], dtype=np.float64)  # type: ignore[index]
        found[points] = shapely.points(corners)
    for place, one in enumerate(records):
        if isinstance(one.geometry, orjson.Fragment):
            found[place] = shapely.from_geojson(orjson.dumps(one.geometry))
    return found
