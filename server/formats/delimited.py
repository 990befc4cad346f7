"""CSV for a spreadsheet; what protects it from a cell that would run as a formula stands here and nowhere else."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, tzinfo

from server.formats.table import Table, format_of

__all__ = ["safe_cell", "safe_text", "write_csv"]

BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
BATCH = 200


@format_of("csv", "text/csv")
def write_csv(table: Table) -> Iterator[bytes]:
    """Write a spreadsheet's CSV: UTF-8 with a byte order mark, headings, local times, safe cells."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(safe_cell(heading, table.zone) for heading in table.columns.values())
    yield BOM
    for count, record in enumerate(table.records, start=1):
        writer.writerow(safe_cell(record.facts.get(name), table.zone) for name in table.columns)
        if count % BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    said = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return said


def safe_cell(value: object, zone: tzinfo) -> str | int | float:
    """Make a value fit for a spreadsheet's cell.

    Parameters
    ----------
    value : object
        Text, number, datetime or None.
    zone : tzinfo
        For datetimes.

    Returns
    -------
    str or int or float
        Numbers stay numbers. Text that a spreadsheet would take for a formula gets an apostrophe before
        it; NUL is dropped; None is empty.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | float):
        return value
    return safe_text(str(value).replace("\x00", ""))


def safe_text(said: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return "'" + said if said.startswith(FORMULA_STARTS) else said
