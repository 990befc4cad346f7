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

__all__ = ["Form", "delimited_rows", "form_of", "open_delimited", "open_text", "readable", "table_of"]

CHUNK = 1 << 20
SEPARATORS = (",", ";", "\t")
SAMPLE_LINES = 50
FIELD_MOST = 64 << 20  # characters; longer ones mean a quote without its end
LINE_MOST = 64 << 20  # bytes; a longer line would be held in memory whole
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Form:
    """How delimited text is written.

    Attributes
    ----------
    columns : tuple of str
        Names in the header, trimmed; blank ones at its end are left out.
    encoding, separator : str
        Python's name; one character.
    digest : str
        SHA-256 of the content, unpacked, hexadecimal.
    lines : int
        All lines, the header's and blank ones too.
    """

    columns: tuple[str, ...]
    encoding: str
    separator: str
    digest: str
    lines: int


@dataclass(frozen=True)
class _Scan:
    digest: str
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
    return table_of(path, form_of(path, encoding))


def table_of(path: Path, form: Form) -> Table:
    """Give a file of known form as a table."""
    return Table(
        name=path.name,
        columns=form.columns,
        digest=form.digest,
        about=max(form.lines - 1, 1),
        form=f"CSV {form.encoding} {form.separator!r}",
        rows=lambda: delimited_rows(path, form),
    )


def form_of(path: Path, encoding: str | None = None) -> Form:
    """Find out how delimited text is written, reading all of it once.

    Raises
    ------
    InputError
        As :func:`server.services.imports.tables.open_table`.
    """
    with readable(path):
        found, scan = _scan(path, encoding)
        separator = _separator(path, found)
        with open_text(path, found) as file:
            header = next(csv.reader(file, delimiter=separator), [])
    columns = tuple(name.strip() for name in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    return Form(columns, found, separator, scan.digest, scan.lines)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what can be wrong with a file of delimited text, while it is read, into one of our errors."""
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


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open delimited text, unpacked, its line ends as they are."""
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _scan(path: Path, encoding: str | None) -> tuple[str, _Scan]:
    """Find the first encoding that fits from beginning to end; another is only tried where one does not."""
    with _bytes(path) as file:
        names = _encodings(path, file.read(CHUNK), encoding)
    for name in names:
        scan = _scan_as(path, name)
        if scan is not None:
            return name, scan
    raise InputError("import.encoding", file=path.name)


def _scan_as(path: Path, encoding: str) -> _Scan | None:
    """Read all bytes once: digest and lines; None when the encoding does not fit."""
    digest, lines, open_bytes, ends = hashlib.sha256(), 0, 0, True
    decoder = codecs.getincrementaldecoder(encoding)()
    with _bytes(path) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            lines += chunk.count(b"\n")
            last_end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            open_bytes = len(chunk) - last_end - 1 + (open_bytes if last_end < 0 else 0)
            if open_bytes > LINE_MOST:
                raise InputError("import.line_long", file=path.name, limit=f"{LINE_MOST >> 20} MB")
            ends = chunk.endswith(b"\n")
            if not _fits(decoder, chunk, last=False):
                return None
    return _Scan(digest.hexdigest(), lines + (not ends)) if _fits(decoder, b"", last=True) else None


def _encodings(path: Path, start: bytes, encoding: str | None) -> tuple[str, ...]:
    if not start:
        raise InputError("import.empty", file=path.name)
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
    except (LookupError, UnicodeError) as error:
        raise InputError("import.encoding_unknown", value=encoding) from error
    return names


def _fits(decoder: codecs.IncrementalDecoder, chunk: bytes, *, last: bool) -> bool:
    try:
        decoder.decode(chunk, last)
    except UnicodeError:
        return False
    return True


def _separator(path: Path, encoding: str) -> str:
    """Choose the separator under which the first lines have most columns, equally many in each."""
    with open_text(path, encoding) as file:
        sample = list(islice(file, SAMPLE_LINES))

    def merit(separator: str) -> tuple[bool, int]:
        try:
            records = [one for one in csv.reader(sample, delimiter=separator) if one]
        except csv.Error:
            return False, 0
        width = len(records[0]) if records else 0
        return width > 1 and all(len(one) == width for one in records[:-1]), width

    return max(SEPARATORS, key=merit)


def delimited_rows(path: Path, form: Form) -> Iterator[Row]:
    """Read the rows below the header one by one; wholly blank ones are passed over.

    Parameters
    ----------
    path : Path
        The file.
    form : Form
        As :func:`form_of` found it.

    Yields
    ------
    Row
        What is wrong with it in its ``fault``.
    """
    with readable(path), open_text(path, form.encoding) as file:
        reader = csv.reader(file, delimiter=form.separator, strict=True)
        next(reader, None)
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = InputError("import.quote", file=path.name, row=number, why=str(error))
                yield Row(number, ("",) * len(form.columns), fault)
                continue
            if any(cell.strip() for cell in cells):
                yield fitted(path.name, number, tuple(cells), len(form.columns))
