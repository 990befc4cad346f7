"""The parts of a locator that are worth keeping, as plain arrays, and the digest that names them.

What is quick to make again (trees, prepared cells) is not kept.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cells import Cells
from geo.errors import CellsError, CrsError, IndexFileError
from geo.raster import Raster

__all__ = ["FORMAT_VERSION", "digest_of", "pack", "unpack"]

FORMAT_VERSION = 1
"""Of the saved form; part of the digest, so another version never opens an old file by its name."""

Arrays = dict[str, NDArray[Any]]


def digest_of(cells: Cells) -> str:
    """Name a set of cells by its content.

    Parameters
    ----------
    cells : Cells
        In any order: the digest is the same.

    Returns
    -------
    str
        SHA-256, in hexadecimal, of the format version and of each cell's code and WKB, by code.
    """
    digest = hashlib.sha256(f"wangge locator {FORMAT_VERSION}".encode())
    for code, wkb in sorted(zip(cells.codes.tolist(), _wkb(cells), strict=True)):
        for data in (code.encode(), wkb):
            digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def pack(cells: Cells, raster: Raster) -> tuple[dict[str, Any], Arrays]:
    """Turn a locator's parts into facts and arrays.

    Parameters
    ----------
    cells : Cells
        Kept in their order, without names.
    raster : Raster
        Of these cells.

    Returns
    -------
    facts : dict
        JSON values: format and digest.
    arrays : dict of ndarray
        Little-endian, of plain dtypes.
    """
    texts = [code.encode() for code in cells.codes.tolist()]
    shapes = _wkb(cells)
    return {"format": FORMAT_VERSION, "digest": digest_of(cells)}, {
        "codes": _joined(texts),
        "code_ends": _ends(texts),
        "wkb": _joined(shapes),
        "wkb_ends": _ends(shapes),
        "frame": np.array([raster.west, raster.south, raster.per_lon, raster.per_lat], dtype="<f8"),
        "numbers": raster.numbers.astype("<i4"),
    }


def unpack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> tuple[Cells, Raster]:
    """Undo :func:`pack`; the raster keeps the array given, mapped or not.

    Raises
    ------
    IndexFileError
        ``index.version``: another format version; ``index.damaged``: parts missing, unreadable or
        not those of the digest.
    """
    if facts.get("format") != FORMAT_VERSION:
        raise IndexFileError("index.version", found=facts.get("format"), known=FORMAT_VERSION)
    try:
        codes = [data.decode() for data in _split(arrays["codes"], arrays["code_ends"])]
        shapes = shapely.from_wkb(_split(arrays["wkb"], arrays["wkb_ends"]))
        cells = Cells.from_arrays(codes, [""] * len(codes), shapes)
        west, south, per_lon, per_lat = arrays["frame"].tolist()
        raster = Raster(west, south, per_lon, per_lat, arrays["numbers"])
    except (KeyError, UnicodeError, CellsError, CrsError, shapely.errors.GEOSException) as error:
        raise IndexFileError("index.damaged") from error
    if digest_of(cells) != facts.get("digest"):
        raise IndexFileError("index.damaged")
    return cells, raster


def _wkb(cells: Cells) -> list[bytes]:
    return list(shapely.to_wkb(cells.geometry, output_dimension=2, byte_order=1))


def _joined(parts: Iterable[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(parts), dtype=np.uint8)


def _ends(parts: Iterable[bytes]) -> NDArray[np.int64]:
    return np.cumsum([len(part) for part in parts], dtype="<i8")


def _split(joined: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[bytes]:
    data, stops = joined.tobytes(), ends.tolist()
    return [data[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]
