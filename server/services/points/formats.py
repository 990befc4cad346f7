"""Formats of point files: one reader and one writer each, chosen by the file's suffix.

Batches are Arrow record batches and their rows keep the file's order. This module only names the formats;
what reads and writes them is loaded when a file of that kind comes, and with it pyarrow.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from server.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "BATCH",
    "IS_JSON",
    "Located",
    "Reader",
    "Shape",
    "Source",
    "Writer",
    "has_arrow",
    "reader_of",
    "suffix_of",
    "writer_of",
]

BATCH = 1 << 18
"""Rows read, placed and written at a time."""
IS_JSON = {b"json": b"1"}
"""Metadata of a column of text that holds JSON."""
HOME = "server.services.points"
READERS = {
    ".csv": "delimited:read_delimited",
    ".tsv": "delimited:read_delimited",
    ".txt": "delimited:read_delimited",
    ".csv.gz": "delimited:read_delimited",
    ".tsv.gz": "delimited:read_delimited",
    ".txt.gz": "delimited:read_delimited",
    ".xlsx": "delimited:read_workbook",
    ".xlsm": "delimited:read_workbook",
    ".parquet": "parquet:read_parquet",
    ".geojson": "layers:read_layer",
    ".json": "layers:read_layer",
    ".gpkg": "layers:read_layer",
}
WRITERS = {
    ".csv": "delimited:write_csv",
    ".csv.gz": "delimited:write_csv_gz",
    ".parquet": "parquet:write_parquet",
    ".geojson": "geojson:write_geojson",
    ".json": "geojson:write_geojson",
    ".gpkg": "layers:write_gpkg",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """The geometry column of a file.

    Attributes
    ----------
    column : str
        Its name; it holds points as WKB.
    crs : pyproj.CRS or None
        Declared by the file; None: not declared, which means WGS 84.
    kind : str
        As GDAL names it: ``Point``, ``Point Z``.
    """

    column: str
    crs: Any
    kind: str = "Point"


@dataclass(frozen=True)
class Source:
    """A file of points, opened.

    Attributes
    ----------
    name : str
        File name without folders.
    schema : pyarrow.Schema
        Columns of every batch; no name stands twice.
    shape : Shape or None
        None: positions stand in two columns.
    about : int
        Rows, estimated where the file does not say; for progress only.
    batches : Callable[[], Iterator[pyarrow.RecordBatch]]
        Reads the file from its beginning.
    """

    name: str
    schema: "pa.Schema"
    shape: Shape | None
    about: int
    batches: Callable[[], "Iterator[pa.RecordBatch]"]


@dataclass(frozen=True)
class Located:
    """A batch with its answers.

    Attributes
    ----------
    batch : pyarrow.RecordBatch
        Every column of the file, then those added.
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees; NaN where a row has no usable position.
    """

    batch: "pa.RecordBatch"
    lon: Floats
    lat: Floats


Reader = Callable[[Path], AbstractContextManager[Source]]
Writer = Callable[[Path, str, "pa.Schema", Shape | None, Iterator[Located]], None]
"""Takes the file, the name of its layer, the schema of every batch, which column is its geometry, batches."""


def reader_of(path: Path) -> Reader:
    """Find what reads a file.

    Parameters
    ----------
    path : Path
        A file, or a folder of Parquet files.

    Raises
    ------
    InputError
        ``file.missing``; ``import.unknown_format``; ``points.bulk`` without pyarrow.
    """
    if path.is_dir():
        return _load(path, READERS[".parquet"])
    where = _known(path, READERS)
    if not path.is_file():
        raise InputError("file.missing", file=str(path))
    return _load(path, where)


def writer_of(path: Path) -> Writer:
    """Find what writes a file.

    Parameters
    ----------
    path : Path
        Need not exist.

    Raises
    ------
    InputError
        ``import.unknown_format``; ``points.bulk`` without pyarrow.
    """
    return _load(path, _known(path, WRITERS))


def suffix_of(path: Path) -> str:
    """Give a file's suffix in lower case, ``.csv.gz`` whole."""
    several = "".join(path.suffixes[-2:]).lower()
    return several if several.endswith(".gz") else path.suffix.lower()


def has_arrow() -> bool:
    """Tell whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def _known(path: Path, table: dict[str, str]) -> str:
    where = table.get(suffix_of(path))
    if where is None:
        raise InputError("import.unknown_format", file=path.name, known=" ".join(table))
    return where


def _load(path: Path, where: str) -> Any:  # noqa: ANN401 - a reader or a writer
    if not has_arrow():
        raise InputError("points.bulk", file=path.name)
    module, _colon, name = where.partition(":")
    return getattr(import_module(f"{HOME}.{module}"), name)
