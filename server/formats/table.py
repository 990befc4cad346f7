"""What a list is before it becomes a file: rows, what to call their columns, and the register of formats.

A format is one decorated function, from a table to bytes as they go. Knows nothing of requests or of what is
listed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

__all__ = ["FORMATS", "Format", "Record", "Table", "format_of"]


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
    types : Mapping[str, type]
        Key -> ``int``, ``float`` or ``datetime``; what is not named is text. Only a format whose columns have a
        type asks.
    layer : str
        What the rows are, in one ASCII word: name of a layer or a sheet.
    geometry : str
        ``Point`` or ``MultiPolygon``.
    folder : Path or None
        Where a format that has to make a whole file first makes it; the system's own place when None.
    """

    columns: Mapping[str, str]
    records: Iterable[Record]
    zone: tzinfo
    types: Mapping[str, type] = field(default_factory=dict)
    layer: str = "rows"
    geometry: str = "Point"
    folder: Path | None = None


Writer = Callable[[Table], Iterator[bytes]]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes
    ----------
    suffix, mimetype : str
        As in ``issues.csv``, and what it is told to be.
    write : Callable[[Table], Iterator[bytes]]
        Writes a table in pieces; an empty piece is a sign of life.
    streams : bool
        Whether the first piece comes before the last row was read.
    most : int or None
        It holds no more rows.
    """

    suffix: str
    mimetype: str
    write: Writer
    streams: bool = True
    most: int | None = None


FORMATS: dict[str, Format] = {}


def format_of(
    suffix: str, mimetype: str, *, streams: bool = True, most: int | None = None
) -> Callable[[Writer], Writer]:
    """Register a writer as a format; see :class:`Format`."""

    def register(write: Writer) -> Writer:
        FORMATS[suffix] = Format(suffix, mimetype, write, streams, most)
        return write

    return register
