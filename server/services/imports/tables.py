"""Tables in files: CSV in whatever encoding and separator, XLSX; read row by row, never whole.

A row's number is the line of the file as a person counts it: the header is 1. What is wrong with one row
is carried by the row (:attr:`Row.fault`), what is wrong with the file is raised.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.errors import InputError

__all__ = ["TABLE_SUFFIXES", "UNCALCULATED", "Cell", "Row", "Table", "Uncalculated", "open_table", "text_of"]

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".xlsx", ".xlsm")


class Uncalculated:
    """What stands in a cell whose formula was saved without its value."""


UNCALCULATED = Uncalculated()
Cell = str | datetime | Uncalculated


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    number : int
        Line of the file where it begins; the header is line 1.
    cells : tuple of Cell
        One a column; ``""`` where nothing stands. Spreadsheets give dates as naive datetime.
    fault : InputError or None
        Why the row cannot be read at all: too many cells, a quote without its end.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: InputError | None = None


@dataclass(frozen=True)
class Table:
    """A table in a file, opened and looked at, ready to be read as often as wanted.

    Attributes
    ----------
    name : str
        File name without folders.
    columns : tuple of str
        Names in the header, trimmed.
    digest : str
        SHA-256 of the content (unpacked for ``.gz``), hexadecimal.
    about : int
        Number of rows, estimated from the lines; for progress only.
    form : str
        What it was read as, such as ``CSV gb18030 ;``.
    rows : Callable[[], Iterator[Row]]
        Reads the rows below the header; wholly blank ones are passed over.
    """

    name: str
    columns: tuple[str, ...]
    digest: str
    about: int
    form: str
    rows: Callable[[], Iterator[Row]]


def open_table(path: Path, encoding: str | None = None) -> Table:
    """Open a table and check all of it that can be checked before reading rows.

    Parameters
    ----------
    path : Path
        ``.csv .tsv .txt`` (also with ``.gz``), ``.xlsx`` or ``.xlsm``.
    encoding : str, optional
        Python's name of the encoding; found out when omitted.

    Returns
    -------
    Table
        With at least one row.

    Raises
    ------
    InputError
        Absent, unknown format, unreadable, unknown encoding, no rows, a column name twice.
    """
    suffix = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise InputError("import.unknown_format", file=path.name, known=" ".join(TABLE_SUFFIXES))
    if not path.is_file():
        raise InputError("file.missing", file=str(path))
    # Either reader is loaded when its kind of file comes: openpyxl alone takes 0.2 s.
    if suffix in (".xlsx", ".xlsm"):
        from server.services.imports.workbooks import open_workbook  # noqa: PLC0415

        return checked_columns(open_workbook(path))
    from server.services.imports.delimited import open_delimited  # noqa: PLC0415

    return checked_columns(open_delimited(path, encoding))


def checked_columns(table: Table) -> Table:
    """Pass a table on if its header and its first row can be used.

    Raises
    ------
    InputError
        No header, no row, a column name twice.
    """
    if not any(table.columns):
        raise InputError("import.empty", file=table.name)
    named = [column for column in table.columns if column]
    twice = next((column for column in named if named.count(column) > 1), None)
    if twice is not None:
        raise InputError("import.column_twice", file=table.name, column=twice)
    if next(table.rows(), None) is None:
        raise InputError("import.empty", file=table.name)
    return table


def fitted(name: str, number: int, cells: tuple[Cell, ...], width: int) -> Row:
    """Make a row of the table's width: short rows are filled up, long ones carry a fault.

    Parameters
    ----------
    name : str
        File name, for the fault.
    number : int
        Line of the file.
    cells : tuple of Cell
        As read.
    width : int
        Number of columns.
    """
    surplus = [cell for cell in cells[width:] if cell != ""]
    if surplus:
        fault = InputError("import.width", file=name, row=number, count=len(cells), expected=width)
        return Row(number, cells[:width], fault)
    return Row(number, cells[:width] + ("",) * (width - len(cells)))


def text_of(cell: Cell) -> str:
    """Show a cell as text, trimmed; a date in ISO form."""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return "" if isinstance(cell, Uncalculated) else cell.strip()
