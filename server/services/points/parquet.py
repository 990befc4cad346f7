"""Parquet in and out: plain columns, and GeoParquet points; a folder of files is read as one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from geo.crs import is_wgs84, parse_crs
from server.errors import InputError
from server.services.points.formats import BATCH, Located, Shape, Source

__all__ = ["files_of", "open_parquet", "read_parquet", "read_row_groups", "shape_of", "write_parquet"]

BUFFER = 1 << 20  # bytes read at a time; without it a column of a whole row group is held
GEO = b"geo"
POINTS = ("WKB", "point")  # encodings of GeoParquet 1.1 that hold points


@contextmanager
def read_parquet(path: Path) -> Iterator[Source]:
    """Open a Parquet file, or a folder of them with the same columns, in order of their names.

    Raises
    ------
    InputError
        ``import.damaged``: truncated, or no Parquet; ``import.empty``; ``points.parts_differ``.
    """
    files = files_of(path)
    heads = [open_parquet(one) for one in files]
    schema = heads[0].schema_arrow
    for file, head in zip(files, heads, strict=True):
        if not head.schema_arrow.equals(schema):
            raise InputError("points.parts_differ", file=file.name, other=files[0].name)
    rows = sum(head.metadata.num_rows for head in heads)
    groups = [(file, range(head.num_row_groups)) for file, head in zip(files, heads, strict=True)]
    for head in heads:
        head.close()
    if not rows:
        raise InputError("import.empty", file=path.name)
    shape = shape_of(path.name, schema)
    yield Source(path.name, schema, shape, rows, lambda: read_row_groups(groups))


def files_of(path: Path) -> list[Path]:
    """List the Parquet files of a folder by name, or the one file."""
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.glob("*.parquet") if one.name[0] not in "._")
    if not found:
        raise InputError("points.no_parts", file=str(path))
    return found


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open one file so that reading it holds little of it; errors as :func:`read_parquet`."""
    try:
        return pq.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False)
    except (pa.ArrowException, EOFError, OSError) as error:
        if getattr(error, "errno", None) is not None:  # of the system; Arrow's own have no number
            raise
        raise InputError("import.damaged", file=path.name) from error


def read_row_groups(groups: Sequence[tuple[Path, Sequence[int]]]) -> Iterator[pa.RecordBatch]:
    """Read row groups of files, in the order given."""
    for path, numbers in groups:
        with open_parquet(path) as file:
            try:
                for batch in file.iter_batches(BATCH, row_groups=list(numbers)):
                    batch.validate(full=True)  # Arrow believes that texts are UTF-8
                    yield batch
            except (pa.ArrowException, OSError) as error:
                raise InputError("import.damaged", file=path.name) from error


def shape_of(name: str, schema: pa.Schema) -> Shape | None:
    """Find the geometry column that a GeoParquet file declares.

    Raises
    ------
    InputError
        ``points.not_points``: it holds something else; ``import.damaged``: the declaration cannot be read.
    CrsError
        Its coordinate system cannot be read.
    """
    told = (schema.metadata or {}).get(GEO)
    if told is None:
        return None
    try:
        geo = json.loads(told)
        column = geo["primary_column"]
        facts = geo["columns"][column]
        kinds = [str(kind) for kind in facts.get("geometry_types", [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("import.damaged", file=name) from error
    others = [kind for kind in kinds if not kind.startswith("Point")]
    if others or facts.get("encoding") not in POINTS or column not in schema.names:
        raise InputError("points.not_points", file=name, kind=(others or [facts.get("encoding")])[0])
    kind = schema.field(column).type
    if not _is_wkb(kind) if facts["encoding"] == "WKB" else not _is_pair(kind):
        raise InputError("points.not_points", file=name, kind=str(kind))
    return Shape(column, _declared(facts), kinds[0] if kinds else "Point")


def _is_wkb(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)


def _is_pair(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) and [axis.name for axis in kind][:2] == ["x", "y"]


def _declared(facts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a pyproj.CRS
    """Read a declared coordinate system: without a word WGS 84, null means that nobody knows."""
    if "crs" not in facts:
        return parse_crs("OGC:CRS84")
    return None if facts["crs"] is None else parse_crs(facts["crs"])


def write_parquet(
    path: Path, layer: str, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]
) -> None:
    """Write Parquet, a row group a batch; a geometry that came from another format becomes GeoParquet."""
    del layer
    if shape is not None and GEO not in (schema.metadata or {}):
        schema = schema.with_metadata({**(schema.metadata or {}), GEO: _geo(shape)})
    texts = [field.name for field in schema if _is_text(field.type)]
    with pq.ParquetWriter(path, schema, use_dictionary=texts) as file:
        for one in located:
            file.write_batch(one.batch.replace_schema_metadata(schema.metadata))


def _is_text(kind: pa.DataType) -> bool:
    """Tell whether repeating values are worth looking for; among numbers that costs more than it saves."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _geo(shape: Shape) -> bytes:
    facts: dict[str, Any] = {"encoding": "WKB", "geometry_types": [shape.kind]}
    if shape.crs is not None and not is_wgs84(shape.crs):
        facts["crs"] = shape.crs.to_json_dict()
    told = {"version": "1.1.0", "primary_column": shape.column, "columns": {shape.column: facts}}
    return json.dumps(told).encode()
