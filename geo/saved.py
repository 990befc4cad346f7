"""A locator as plain arrays, and the digest that names its cells.

The polygons themselves are not kept: edges and pixels answer every question.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cells import Cells
from geo.edges import Edges
from geo.errors import IndexFileError
from geo.raster import Frame, Mixed, Raster

__all__ = ["FORMAT_VERSION", "Parts", "by_code", "digest_of", "pack", "unpack"]

FORMAT_VERSION = 2
"""Of the saved form; part of the digest, so another version never opens an old file by its name."""

Arrays = dict[str, NDArray[Any]]


class Parts(NamedTuple):
    """What a locator is made of.

    Attributes
    ----------
    codes : ndarray of str, shape (n,)
        The cells' codes in the order given.
    digest : str
        Of the cells.
    edges : Edges
        Of all cells.
    raster : Raster
        Over the edges.
    """

    codes: NDArray[np.str_]
    digest: str
    edges: Edges
    raster: Raster


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
    order = by_code(cells.codes)
    texts = [code.encode() for code in cells.codes[order].tolist()]
    shapes = shapely.to_wkb(cells.geometry[order], output_dimension=2, byte_order=1).tolist()
    for parts in (texts, shapes):
        digest.update(_ends(parts).data)
        digest.update(b"".join(parts))
    return digest.hexdigest()


def by_code(codes: NDArray[np.str_]) -> list[int]:
    """Give the rows of codes in their string order."""
    return sorted(range(len(codes)), key=codes.tolist().__getitem__)


def pack(parts: Parts) -> tuple[dict[str, Any], Arrays]:
    """Turn a locator's parts into facts and arrays.

    Parameters
    ----------
    parts : Parts
        Of one locator.

    Returns
    -------
    facts : dict
        JSON values: format, digest and frame.
    arrays : dict of ndarray
        Little-endian, of plain dtypes.
    """
    texts = [code.encode() for code in parts.codes.tolist()]
    raster = parts.raster
    facts = {"format": FORMAT_VERSION, "digest": parts.digest, "frame": list(raster.frame)}
    whole = {
        "codes": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "code_ends": _ends(texts),
        **parts.edges._asdict(),
        "numbers": raster.numbers,
        **raster.mixed._asdict(),
        "set_ends": raster.set_ends,
        "set_cells": raster.set_cells,
    }
    return facts, {name: array.astype(array.dtype.newbyteorder("<")) for name, array in whole.items()}


def unpack(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parts:
    """Undo :func:`pack`; the arrays given are kept, mapped or not.

    Raises
    ------
    IndexFileError
        ``index.version``: another format version; ``index.damaged``: parts missing or unreadable.
    """
    if not isinstance(facts, Mapping):
        raise IndexFileError("index.damaged")
    if facts.get("format") != FORMAT_VERSION:
        raise IndexFileError("index.version", found=facts.get("format"), known=FORMAT_VERSION)
    try:
        west, south, per_lon, per_lat, columns, rows = facts["frame"]
        frame = Frame(float(west), float(south), float(per_lon), float(per_lat), int(columns), int(rows))
        codes = _split(arrays["codes"], arrays["code_ends"])
        return Parts(
            np.array([data.decode() for data in codes], dtype=np.str_),
            str(facts["digest"]),
            Edges(*(arrays[name] for name in Edges._fields)),
            Raster(
                frame,
                arrays["numbers"],
                Mixed(*(arrays[name] for name in Mixed._fields)),
                arrays["set_ends"],
                arrays["set_cells"],
            ),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise IndexFileError("index.damaged") from error


def _ends(parts: Iterable[bytes]) -> NDArray[np.int64]:
    return np.cumsum([len(part) for part in parts], dtype="<i8")


def _split(joined: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[bytes]:
    data, stops = joined.tobytes(), ends.tolist()
    return [data[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]
