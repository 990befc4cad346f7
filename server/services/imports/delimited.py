"""Delimited text: encoding and separator are found out, rows are streamed."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from server.errors import InputError
from server.services.imports.tables import Row, Table, fitted

__all__ = ["open_delimited"]

CHUNK = 1 << 20
SEPARATORS = (",", ";", "\t")
SAMPLE_LINES = 50
FIELD_MOST = 64 << 20  # characters; longer ones mean a quote without its end
LINE_MOST = 64 << 20  # bytes; a longer line would be held in memory whole
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class _Scan:
    digest: str
    encoding: str
    lines: int


def open_delimited(path: Path, encoding: str | None = None) -> Table:
    """Open delimited text; see :func:`server.services.imports.tables.open_table`.

    Parameters
    ----------
    path : Path
        Plain or ``.gz``.
    encoding : str, optional
        Python's name; UTF-8 (with or without BOM), UTF-16 with BOM and GB18030 are found out.
    """
    with _readable(path):
        scan = _scan(path, encoding)
        separator = _separator(path, scan.encoding)
        with _text(path, scan.encoding) as file:
            header = next(csv.reader(file, delimiter=separator), [])
    columns = tuple(name.strip() for name in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    return Table(
        name=path.name,
        columns=columns,
        digest=scan.digest,
        about=max(scan.lines - 1, 1),
        form=f"CSV {scan.encoding} {separator!r}",
        rows=lambda: _rows(path, scan.encoding, separator, len(columns)),
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    csv.field_size_limit(FIELD_MOST)
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError("import.damaged", file=path.name) from error
    except UnicodeError as error:
        raise InputError("import.encoding", file=path.name) from error
    except (OSError, csv.Error) as error:
        raise InputError("import.unreadable", file=path.name, why=str(error)) from error


def _bytes(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb"))


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _scan(path: Path, encoding: str | None) -> _Scan:
    """Read all bytes once: digest, lines, and the first encoding that fits from beginning to end."""
    digest, lines, open_bytes, decoders = hashlib.sha256(), 0, 0, None
    with _bytes(path) as file:
        while chunk := file.read(CHUNK):
            if decoders is None:
                decoders = _decoders(path, chunk, encoding)
            digest.update(chunk)
            lines += chunk.count(b"\n")
            _feed(decoders, chunk, last=False)
            last_end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            open_bytes = len(chunk) - last_end - 1 + (open_bytes if last_end < 0 else 0)
            if open_bytes > LINE_MOST:
                raise InputError("import.line_long", file=path.name, limit=f"{LINE_MOST >> 20} MB")
            ends = chunk.endswith(b"\n")
    if not decoders:
        raise InputError("import.empty" if decoders is None else "import.encoding", file=path.name)
    _feed(decoders, b"", last=True)
    if not decoders:
        raise InputError("import.encoding", file=path.name)
    return _Scan(digest.hexdigest(), next(iter(decoders)), lines + (not ends))


def _decoders(path: Path, start: bytes, encoding: str | None) -> dict[str, codecs.IncrementalDecoder]:
    if encoding is not None:
        names: tuple[str, ...] = (encoding,)
    elif start.startswith(codecs.BOM_UTF8):
        names = ("utf-8-sig",)
    elif start.startswith(UTF16_BOMS):
        names = ("utf-16",)
    elif b"\x00" in start[:512]:
        raise InputError("import.not_text", file=path.name)
    else:
        names = ("utf-8", "gb18030")
    try:
        "a".encode(names[0])  # refuses codecs that are not of text, such as base64
        return {name: codecs.getincrementaldecoder(name)() for name in names}
    except (LookupError, UnicodeError) as error:
        raise InputError("import.encoding_unknown", value=encoding) from error


def _feed(decoders: dict[str, codecs.IncrementalDecoder], chunk: bytes, *, last: bool) -> None:
    for name, decoder in tuple(decoders.items()):
        try:
            decoder.decode(chunk, last)
        except UnicodeError:
            del decoders[name]


def _separator(path: Path, encoding: str) -> str:
    """Choose the separator under which the first lines have most columns, equally many in each."""
    with _text(path, encoding) as file:
        sample = list(islice(file, SAMPLE_LINES))

    def merit(separator: str) -> tuple[bool, int]:
        try:
            records = [one for one in csv.reader(sample, delimiter=separator) if one]
        except csv.Error:
            return False, 0
        width = len(records[0]) if records else 0
        return width > 1 and all(len(one) == width for one in records[:-1]), width

    return max(SEPARATORS, key=merit)


def _rows(path: Path, encoding: str, separator: str, width: int) -> Iterator[Row]:
    with _readable(path), _text(path, encoding) as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        next(reader, None)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = InputError("import.quote", file=path.name, row=number, why=str(error))
                yield Row(number, ("",) * width, fault)
                continue
            if any(cell.strip() for cell in cells):
                yield fitted(path.name, number, tuple(cells), width)
