"""Output formats of lists: one decorated function each, from a table to bytes as they go.

What protects a spreadsheet from a cell that would run as a formula stands here and nowhere else. Knows
nothing of requests or of what is listed.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

import orjson

__all__ = ["FORMATS", "Format", "Record", "Table", "format_of", "safe_cell", "safe_text"]

BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
BATCH = 200


@dataclass(frozen=True)
class Record:
    """One row.

    Attributes
    ----------
    facts : Mapping[str, object]
        Key -> text, number, datetime or None; the first is its identity.
    geometry : object
        GeoJSON geometry as a mapping, or as text in an :class:`orjson.Fragment`; None without a place.
    """

    facts: Mapping[str, object]
    geometry: object = None


@dataclass(frozen=True)
class Table:
    """Rows and what to call their columns.

    Attributes
    ----------
    columns : Mapping[str, str]
        Key -> heading, in order; a spreadsheet shows these.
    records : Iterable of Record
        Read once.
    zone : tzinfo
        In which a spreadsheet shows instants.
    """

    columns: Mapping[str, str]
    records: Iterable[Record]
    zone: tzinfo


Writer = Callable[[Table], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    suffix, mimetype : str
        As in ``issues.csv``, and what it is told to be.
    write : Callable[[Table], Iterator[bytes]]
        Writes a table in pieces.
    """

    suffix: str
    mimetype: str
    write: Writer


FORMATS: dict[str, Format] = {}


def format_of(suffix: str, mimetype: str) -> Callable[[Writer], Writer]:
    """Register a writer as a format."""

    def register(write: Writer) -> Writer:
        FORMATS[suffix] = Format(suffix, mimetype, write)
        return write

    return register


@format_of("geojson", "application/geo+json")
def write_geojson(table: Table) -> Iterator[bytes]:
    """Write a FeatureCollection (RFC 7946); a record without a place has a null geometry."""
    yield b'{"type":"FeatureCollection","features":['
    comma = b""
    for record in table.records:
        facts = {name: value for name, value in record.facts.items() if name not in ("lon", "lat")}
        feature = {
            "type": "Feature",
            "id": next(iter(facts.values())),
            "properties": facts,
            "geometry": record.geometry,
        }
        yield comma + orjson.dumps(feature, option=orjson.OPT_UTC_Z)
        comma = b",\n"
    yield b"]}"


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
