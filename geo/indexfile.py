"""Named arrays in one file that processes share by mapping it into memory.

Layout: a magic line, the header's length (8 bytes, little-endian), a JSON header (facts; name, dtype,
shape and offset of each array; SHA-256 of all arrays), the arrays, each at a multiple of 64. No pickle.
A file appears whole or not at all.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import IndexFileError

__all__ = ["read_arrays", "write_arrays"]

MAGIC = b"wangge locator\n"
ALIGN = 64

Array = NDArray[Any]


def write_arrays(path: Path, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a file of arrays, replacing any of that name at one stroke.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    facts : mapping of str to JSON values
        Kept in the header.
    arrays : mapping of str to ndarray
        Of plain dtypes.

    Raises
    ------
    OSError
        The folder cannot be written to, or the disk is full; nothing is left behind.
    """
    entries, offset, digest = [], 0, hashlib.sha256()
    bodies = [np.ascontiguousarray(array).reshape(-1).view(np.uint8) for array in arrays.values()]
    for (name, array), body in zip(arrays.items(), bodies, strict=True):
        entries.append({"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": offset})
        offset += len(body) + _padding(len(body))
        digest.update(body.data)
        digest.update(bytes(_padding(len(body))))
    header = {"facts": dict(facts), "arrays": entries, "sha256": digest.hexdigest()}
    text = json.dumps(header).encode()
    head = MAGIC + len(text).to_bytes(8, "little") + text
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(head + bytes(_padding(len(head))))
            for body in bodies:
                file.write(body.data)
                file.write(bytes(_padding(len(body))))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Map a file of arrays into memory.

    Parameters
    ----------
    path : Path
        Written by :func:`write_arrays`.

    Returns
    -------
    facts : dict
        As written.
    arrays : dict of ndarray
        Read-only views of the mapped file.

    Raises
    ------
    IndexFileError
        ``index.not_ours``: another kind of file; ``index.damaged``: cut off or altered.
    OSError
        The file is absent or cannot be read.
    """
    size = len(MAGIC) + 8
    with path.open("rb") as file:
        start = file.read(size)
        if not start.startswith(MAGIC) or len(start) < size:
            raise IndexFileError("index.not_ours", path=str(path))
        length = int.from_bytes(start[len(MAGIC) :], "little")
        text = file.read(min(length, path.stat().st_size))
    try:
        header = json.loads(text)
        body = np.memmap(
            path, mode="r", dtype=np.uint8, offset=len(start + text) + _padding(len(start + text))
        )
        if hashlib.sha256(body.data).hexdigest() != header["sha256"]:
            raise IndexFileError("index.damaged", path=str(path))
        return header["facts"], {entry["name"]: _view(body, entry) for entry in header["arrays"]}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise IndexFileError("index.damaged", path=str(path)) from error


def _view(body: Array, entry: Mapping[str, Any]) -> Array:
    dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
    size = dtype.itemsize * int(np.prod(shape, dtype=np.int64))
    view: Array = np.asarray(body[entry["offset"] : entry["offset"] + size]).view(dtype).reshape(shape)
    return view


def _padding(size: int) -> int:
    return -size % ALIGN
