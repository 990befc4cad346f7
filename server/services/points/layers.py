"""Layers of points: GeoPackage and GeoJSON in, GeoPackage out, through GDAL and with the same guards as cells."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio

from geo.crs import parse_crs
from server.errors import InputError
from server.services.gdal import asking_gdal
from server.services.layer_files import LayerFile, opened
from server.services.points.asked import free_name
from server.services.points.columns import points_of, simple, wkb_of
from server.services.points.formats import IS_JSON, Located, Shape, Source

__all__ = ["read_layer", "write_gpkg"]

BATCH = 1 << 16  # GDAL's own
JSON = (".geojson", ".json")
JSON_OPTIONS = {"DATE_AS_STRING": "YES"}  # what looks like a date stays the text it was


@dataclass(frozen=True)
class _Layer:
    """How a layer is read: what GDAL is told, and which of its columns become which of ours."""

    file: LayerFile
    options: dict[str, Any]
    own: tuple[str, ...]
    schema: pa.Schema


@contextmanager
def read_layer(path: Path) -> Iterator[Source]:
    """Open the one layer of points of a GeoPackage or GeoJSON.

    Raises
    ------
    InputError
        As :func:`server.services.layer_files.opened`; ``layer.unreadable layer.several points.not_points
        import.empty``.
    """
    with opened(path, largest=None) as file:
        options = {"layer": _layer_of(file)} | (JSON_OPTIONS if file.suffix in JSON else {})
        with asking_gdal(file, pa.ArrowException):
            facts = pyogrio.read_info(file.path, **options)
        crs = parse_crs(facts["crs"]) if file.has_crs_word and facts["crs"] else None
        layer, column = _opened(file, options)
        kind = facts["geometry_type"] or "Unknown"
        shape = Shape(column, crs, "Point" if kind == "Unknown" else kind)
        yield Source(file.name, layer.schema, shape, max(int(facts["features"]), 1), lambda: _batches(layer))


def _layer_of(file: LayerFile) -> str:
    """Choose the layer: the only one that may hold points."""
    with asking_gdal(file, pa.ArrowException):
        found = pyogrio.list_layers(file.path).tolist()
    kinds = {str(name): str(kind) for name, kind in found if kind is not None}
    likely = [name for name, kind in kinds.items() if kind.startswith(("Point", "Unknown"))]
    if not likely:
        raise InputError("points.not_points", file=file.name, kind=next(iter(kinds.values()), "-"))
    if len(likely) > 1:
        raise InputError("layer.several", file=file.name, known="、".join(likely))
    return likely[0]


def _opened(file: LayerFile, options: dict[str, Any]) -> tuple[_Layer, str]:
    """Read the first rows, to learn the columns; give the name of the geometry among them."""
    is_json = file.suffix in JSON
    told = {**options, "use_pyarrow": True, "batch_size": BATCH, "return_fids": is_json}
    with asking_gdal(file, pa.ArrowException), pyogrio.open_arrow(file.path, **told) as (meta, reader):
        first = next(iter(reader), None)
    if first is None or not first.num_rows:
        raise InputError("import.empty", file=file.name)
    place = meta["geometry_name"] or "wkb_geometry"
    fid = meta["fid_column"] if is_json else None
    fields = [field for field in first.schema if field.name not in (place, fid)]
    taken = {field.name.lower() for field in fields}
    column = free_name("geometry" if is_json else place, taken)
    ours = [(field.name, _plain(field)) for field in fields] + [(place, pa.field(column, pa.binary()))]
    if fid and "id" not in taken and first.column(fid).to_pylist() != list(range(first.num_rows)):
        ours.insert(0, (fid, pa.field("id", pa.int64())))  # GDAL keeps whole numbers at "id" apart
    own, schema = tuple(name for name, _field in ours), pa.schema([field for _name, field in ours])
    return _Layer(file, told, own, schema), column


def _plain(field: pa.Field) -> pa.Field:
    """Give a field the type that it is kept under; JSON is text that says so in its metadata."""
    if isinstance(field.type, pa.BaseExtensionType):
        return pa.field(field.name, field.type.storage_type, metadata=IS_JSON)
    return pa.field(field.name, field.type)


def _batches(layer: _Layer) -> Iterator[pa.RecordBatch]:
    with ExitStack() as open_file:
        with asking_gdal(layer.file, pa.ArrowException):
            _meta, reader = open_file.enter_context(pyogrio.open_arrow(layer.file.path, **layer.options))
        source = iter(reader)
        while (batch := _next(layer.file, source)) is not None:
            columns = [batch.column(name) for name in layer.own]
            stored = [one.storage if isinstance(one, pa.ExtensionArray) else one for one in columns]
            yield pa.record_batch(
                [one.cast(field.type) for one, field in zip(stored, layer.schema, strict=True)],
                schema=layer.schema,
            )


def _next(file: LayerFile, batches: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    with asking_gdal(file, pa.ArrowException):
        return next(batches, None)


def _wkb(column: pa.Array) -> pa.Array:
    """Give points as WKB; a struct of coordinates loses its height."""
    return wkb_of(*points_of(column)) if pa.types.is_struct(column.type) else column


def write_gpkg(
    path: Path, layer: str, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]
) -> None:
    """Write a GeoPackage: the file's own geometry in its own system, else points in WGS 84."""
    taken: set[str] = set()
    names = [name for name in schema.names if shape is None or name != shape.column]
    ours = [free_name(name, taken) for name in names]  # GDAL takes upper and lower case for one
    place, fid = free_name(shape.column if shape else "geom", taken), free_name("fid", taken)
    fields = [simple(pa.array([], schema.field(name).type)).type for name in names]
    table = pa.schema([*zip(ours, fields, strict=True), (place, pa.binary())])
    fault: list[BaseException] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for one in located:
                columns = [simple(one.batch.column(name)) for name in names]
                own = _wkb(one.batch.column(shape.column)) if shape else wkb_of(one.lon, one.lat)
                yield pa.record_batch([*columns, own], schema=table)
        except BaseException as error:
            fault.append(error)  # the stream to GDAL would carry its text only
            raise

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.write_arrow(
                pa.RecordBatchReader.from_batches(table, batches()),
                path,
                layer=layer,
                driver="GPKG",
                geometry_name=place,
                geometry_type=shape.kind if shape else "Point",
                crs=shape.crs.to_wkt() if shape and shape.crs else "EPSG:4326",
                layer_options={"FID": fid, "GEOMETRY_NAME": place},
            )
    except RuntimeError as error:
        if fault:
            raise fault[0] from None
        raise InputError("points.unwritable", file=layer, why=str(error).splitlines()[0][:300]) from error
