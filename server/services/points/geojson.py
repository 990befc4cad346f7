"""GeoJSON out (RFC 7946): WGS 84, every digit kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from server.services.points.columns import spelled
from server.services.points.formats import IS_JSON, Located, Shape

__all__ = ["write_geojson"]

PIECE = 1 << 14  # rows spelled out at a time


def write_geojson(
    path: Path, layer: str, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]
) -> None:
    """Write a FeatureCollection of points; a row without a usable position has a null geometry."""
    names = [name for name in schema.names if shape is None or name != shape.column]
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","name":' + orjson.dumps(layer) + b',"features":[')
        start = b"\n"
        for one in located:
            for at in range(0, one.batch.num_rows, PIECE):
                file.write(start + b",\n".join(_features(one, names, at)))
                start = b",\n"
        file.write(b"\n]}\n")


def _features(one: Located, names: list[str], at: int) -> Iterator[bytes]:
    facts = _facts(one.batch.select(names).slice(at, PIECE))
    for name in (field.name for field in one.batch.schema if field.metadata == IS_JSON):
        for row in facts:
            row[name] = None if row[name] is None else _json(row[name])
    lon, lat = (axis[at : at + PIECE].tolist() for axis in (one.lon, one.lat))
    for properties, x, y in zip(facts, lon, lat, strict=True):
        place = {"type": "Point", "coordinates": (x, y)} if x == x else None  # noqa: PLR0124 - NaN
        feature = {"type": "Feature", "properties": properties, "geometry": place}
        yield orjson.dumps(feature, default=spelled)


def _facts(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    try:
        return batch.to_pylist()
    except (OverflowError, ValueError):  # a time beyond those that Python knows
        said = [one.cast(pa.string()) if pa.types.is_temporal(one.type) else one for one in batch.columns]
        return pa.record_batch(said, names=batch.schema.names).to_pylist()


def _json(said: str) -> Any:  # noqa: ANN401 - whatever orjson writes
    """Give JSON as it stands; where a column holds texts too, GDAL gives these as they are."""
    try:
        orjson.loads(said)
    except orjson.JSONDecodeError:
        return said
    return orjson.Fragment(said)
