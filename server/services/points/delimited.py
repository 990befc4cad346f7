"""CSV in and out: every value is text and stays the text it was.

Arrow reads what is written by the book, several million rows a second. Where quotes or widths are not, it
would merge or drop rows without a word; from there on the patient reader of :mod:`server.services.imports`
goes on, which refuses what nobody can read.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Semaphore
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from server.formats import safe_text
from server.formats.delimited import BOM, FORMULA_STARTS
from server.services.imports.delimited import form_of, open_text, readable, table_of
from server.services.imports.tables import Table, checked_columns, open_table
from server.services.points.asked import free_name, safe_number, table_columns, texts_of
from server.services.points.columns import simple
from server.services.points.formats import BATCH, Located, Shape, Source

__all__ = ["read_delimited", "read_workbook", "write_csv", "write_csv_gz"]

BLOCK = 8 << 20
AHEAD = 4  # blocks; Arrow would read on to the file's end, however slowly its batches are used
PATIENCE_S = 1.0  # after which a block is given anyway: not every one becomes a batch
QUOTE, RETURN, NEWLINE = b'"'[0], b"\r"[0], b"\n"[0]
SPECIAL, SPECIAL_ONE = (b'"', b",", b"\r", b"\n"), r'[",\r\n]'
IS_RISKY = np.isin(np.arange(256), [ord(sign) for sign in FORMULA_STARTS])  # by a text's first byte
PIECE = 1 << 16  # rows joined to text at a time


@contextmanager
def read_delimited(path: Path) -> Iterator[Source]:
    """Open CSV, TSV or TXT, plain or ``.gz``; errors as :func:`server.services.imports.tables.open_table`."""
    form = form_of(path)
    table = checked_columns(table_of(path, form))
    schema = _schema_of(table)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        stream = _Watched(open_text(path, form.encoding), form.separator)
        with readable(path):
            for batch in _by_arrow(stream, schema, form.separator):
                done += batch.num_rows
                yield batch
        if stream.is_odd:
            yield from _patient(table, schema, done)

    yield Source(table.name, schema, None, table.about, batches)


@contextmanager
def read_workbook(path: Path) -> Iterator[Source]:
    """Open a spreadsheet; its first sheet's cells are read as text."""
    table = open_table(path)
    schema = _schema_of(table)
    yield Source(table.name, schema, None, table.about, lambda: _patient(table, schema, 0))


def _schema_of(table: Table) -> pa.Schema:
    """Give the schema of a table: all text."""
    return pa.schema([(name, pa.string()) for name in table_columns(table)])


class _Watched(io.RawIOBase):
    """Gives a text as UTF-8 bytes, and tells whether a quote stands where none belongs.

    Quotes by the book: every other one opens a value, so it stands behind a separator or a line's end (or
    right behind the last one, a pair that stands for one quote); every other one closes it, so a separator,
    a line's end or a quote follows. Where it ends in between, one was never closed.
    """

    def __init__(self, text: io.TextIOWrapper, separator: str) -> None:
        self.is_odd = False
        self.used = Semaphore(AHEAD)
        self._text = text
        self._ends = np.array([separator.encode()[0], RETURN, NEWLINE], dtype=np.uint8)
        self._last = NEWLINE
        self._quotes = 0
        self._closed_last = False

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read about so many characters, soon after what was read before is used."""
        self.used.acquire(timeout=PATIENCE_S)
        said = self._text.read(size).encode()
        if said:
            self._watch(np.frombuffer(said, dtype=np.uint8))
        elif self._quotes % 2:
            self.is_odd = True
        return said

    def close(self) -> None:
        """Close the file too."""
        self._text.close()
        super().close()

    def _watch(self, said: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        at = np.flatnonzero(said == QUOTE)
        if self._closed_last:
            self.is_odd |= not (said[0] == QUOTE or said[0] in self._ends)
        if len(at):
            opens = (np.arange(len(at)) + self._quotes) % 2 == 0
            before = np.where(at > 0, said[at - 1], self._last)
            good = np.isin(before[opens], self._ends) | (before[opens] == QUOTE)
            after = said[np.minimum(at + 1, len(said) - 1)][~opens]
            closes = np.isin(after, self._ends) | (after == QUOTE) | (at[~opens] == len(said) - 1)
            self.is_odd |= not (good.all() and closes.all())
            self._quotes += len(at)
        self._closed_last = bool(said[-1] == QUOTE and self._quotes % 2 == 0)
        self._last = int(said[-1])


def _by_arrow(stream: _Watched, schema: pa.Schema, separator: str) -> Iterator[pa.RecordBatch]:
    """Read until the end, or until something that is not by the book (then ``stream.is_odd``)."""
    try:
        reader = pacsv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pacsv.ReadOptions(
                block_size=BLOCK, column_names=schema.names, skip_rows_after_names=1
            ),
            parse_options=pacsv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=schema, strings_can_be_null=False, check_utf8=False
            ),
        )
        for batch in reader:
            if stream.is_odd:
                return
            yield _without_blank_rows(batch)
            stream.used.release()
    except pa.ArrowInvalid:
        stream.is_odd = True


def _without_blank_rows(batch: pa.RecordBatch) -> pa.RecordBatch:
    blank = _is_blank(batch.column(0))
    if not pc.any(blank).as_py():
        return batch
    for column in batch.columns[1:]:
        blank = pc.and_(blank, _is_blank(column))
    return batch.filter(pc.invert(blank))


def _is_blank(column: pa.Array) -> pa.Array:
    return pc.equal(pc.utf8_trim_whitespace(column), "")


def _patient(table: Table, schema: pa.Schema, done: int) -> Iterator[pa.RecordBatch]:
    rows = islice(table.rows(), done, None)
    while several := list(islice(rows, BATCH // 8)):
        texts = zip(*(texts_of(row) for row in several), strict=True)
        yield pa.record_batch([pa.array(column, pa.string()) for column in texts], schema=schema)


def write_csv(
    path: Path, layer: str, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]
) -> None:
    """Write CSV in UTF-8 with a byte order mark; a geometry becomes ``lon`` and ``lat``, WGS 84."""
    del layer
    with path.open("wb") as file:
        _write(pa.PythonFile(file, mode="w"), schema, shape, located)


def write_csv_gz(
    path: Path, layer: str, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]
) -> None:
    """Write CSV as :func:`write_csv`, packed."""
    del layer
    with path.open("wb") as file, pa.CompressedOutputStream(file, "gzip") as packed:
        _write(packed, schema, shape, located)


def _write(file: pa.NativeFile, schema: pa.Schema, shape: Shape | None, located: Iterator[Located]) -> None:
    names = [name for name in schema.names if shape is None or name != shape.column]
    taken = {name.lower() for name in names}
    added = [] if shape is None else [free_name("lon", taken), free_name("lat", taken)]
    file.write(BOM)
    file.write(_joined([pa.array([safe_text(name)]) for name in (*names, *added)]))
    for one in located:
        columns = [simple(one.batch.column(name)) for name in names]
        if shape is not None:
            columns += [pa.array(axis, pa.float64(), from_pandas=True) for axis in (one.lon, one.lat)]
        for start in range(0, one.batch.num_rows, PIECE):
            file.write(_joined([_safe(column.slice(start, PIECE)) for column in columns]))


def _joined(columns: list[pa.Array]) -> pa.Buffer:
    """Make lines of columns of text."""
    quoted = [_quoted(column) for column in columns]
    lines = pc.binary_join_element_wise(*quoted, ",", null_handling="replace", null_replacement="")
    ended = pc.binary_join_element_wise(lines, "", "\r\n")
    _valid, offsets, content = ended.buffers()
    first, last = np.frombuffer(offsets, dtype=np.int32)[[ended.offset, ended.offset + len(ended)]]
    return content.slice(int(first), int(last - first))


def _quoted(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    offsets, content = _content(column)
    said = content[offsets[0] : offsets[-1]].tobytes()
    if not any(sign in said for sign in SPECIAL):  # ten times as fast as to ask for each value
        return column
    special = pc.match_substring_regex(column, SPECIAL_ONE)
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def _content(column: pa.Array) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give the offsets, shape (n + 1,), and the bytes of a column of text."""
    _valid, starts, content = column.buffers()
    offsets = np.frombuffer(starts, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return offsets, np.frombuffer(content or b"", dtype=np.uint8)


def _safe(column: pa.Array) -> pa.Array:
    """Guard texts that a spreadsheet would take for a formula; a number may well be negative."""
    if not pa.types.is_string(column.type):
        return column
    offsets, content = _content(column)
    starts, is_some = offsets[:-1], np.diff(offsets) > 0
    if not is_some.any():
        return column
    risky = is_some & IS_RISKY[content[np.where(is_some, starts, starts[is_some][0])]]
    if not risky.any():
        return column
    said = column.filter(pa.array(risky))
    try:
        said.cast(pa.float64())
    except pa.ArrowInvalid:
        safe = pa.array([safe_number(one) for one in said.to_pylist()], pa.string())
        return pc.replace_with_mask(column, pa.array(risky), safe)
    return column
