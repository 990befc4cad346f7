"""Arrow columns -> coordinates, texts and plain values, as fast as the usual case allows."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from server.services.points.positions import number_or_nan

__all__ = ["floats", "points_of", "simple", "spelled", "wkb_of"]

WKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
SIMPLE = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_date32,
    pa.types.is_timestamp,
)

Floats = NDArray[np.float64]


def floats(column: pa.Array) -> Floats:
    """Read a column as numbers.

    Parameters
    ----------
    column : pyarrow.Array
        Numbers of any kind, or text.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where there is none.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    try:
        numbers = column.cast(pa.float64(), safe=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        said = (number_or_nan(str(one)) if one is not None else np.nan for one in column.to_pylist())
        return np.fromiter(said, dtype=np.float64, count=len(column))
    return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)


def points_of(column: pa.Array) -> tuple[Floats, Floats]:
    """Read a column of geometries as x and y, shape (n,) each; NaN for null, empty and what is no point.

    Parameters
    ----------
    column : pyarrow.Array
        WKB, or a struct of ``x`` and ``y``.
    """
    if pa.types.is_struct(column.type):
        x, y = column.flatten()[:2]
        return floats(x), floats(y)
    packed = _packed_points(column)
    if packed is not None:
        return packed["x"].copy(), packed["y"].copy()
    shapes = shapely.from_wkb(np.array(column.to_pylist(), dtype=object), on_invalid="ignore")
    return np.asarray(shapely.get_x(shapes)), np.asarray(shapely.get_y(shapes))


def _packed_points(column: pa.Array) -> NDArray[Any] | None:
    """View little-endian 2-D points where they lie; None when there is anything else in the column."""
    if column.null_count or not len(column) or not pa.types.is_binary(column.type):
        return None
    _valid, starts, content = column.buffers()
    offsets = np.frombuffer(starts, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    size = WKB_POINT.itemsize
    if (np.diff(offsets) != size).any():
        return None
    packed = np.frombuffer(content, dtype=WKB_POINT, count=len(column), offset=int(offsets[0]))
    return packed if ((packed["order"] == 1) & (packed["kind"] == 1)).all() else None


def wkb_of(lon: Floats, lat: Floats) -> pa.Array:
    """Make a column of WKB points; null where a coordinate is NaN."""
    packed = np.empty(len(lon), dtype=WKB_POINT)
    packed["order"], packed["kind"], packed["x"], packed["y"] = 1, 1, lon, lat
    offsets = np.arange(len(lon) + 1, dtype=np.int32) * WKB_POINT.itemsize
    there = np.packbits(np.isfinite(lon) & np.isfinite(lat), bitorder="little")
    buffers = [pa.py_buffer(there.tobytes()), pa.py_buffer(offsets), pa.py_buffer(packed.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(lon), buffers)


def simple(column: pa.Array) -> pa.Array:
    """Give a column as something that any table can hold: numbers, truth, dates and text stay, the rest is
    written as text (lists and structs as JSON, bytes in hexadecimal).
    """  # noqa: D205 - one sentence
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if any(is_kind(column.type) for is_kind in SIMPLE):
        return column
    if pa.types.is_null(column.type):
        return column.cast(pa.string())
    try:
        if not pa.types.is_nested(column.type) and not pa.types.is_binary(column.type):
            return column.cast(pa.string())
    except pa.ArrowNotImplementedError:
        pass
    said = [
        None if one is None else orjson.dumps(one, default=spelled).decode() for one in column.to_pylist()
    ]
    return pa.array(said, pa.string())


def spelled(value: Any) -> str:  # noqa: ANN401 - whatever JSON has no form for
    """Spell out a value for JSON: bytes in hexadecimal, anything else as it is said."""
    return value.hex() if isinstance(value, bytes) else str(value)
