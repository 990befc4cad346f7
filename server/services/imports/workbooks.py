"""Workbooks (XLSX): first sheet, streamed; formulas give the value that was saved with them."""

import hashlib
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from server.errors import InputError
from server.services.imports.tables import UNCALCULATED, Cell, Row, Table, fitted

__all__ = ["open_workbook"]

CHUNK = 1 << 20
EXACT_WHOLE = 1e15  # whole numbers below this are exact in a spreadsheet
_FORMULA = re.compile(rb"<f[ >/]")


def open_workbook(path: Path) -> Table:
    """Open a workbook's first sheet; see :func:`server.services.imports.tables.open_table`.

    Parameters
    ----------
    path : Path
        ``.xlsx`` or ``.xlsm``.
    """
    with _readable(path), path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        has_formulas = _has_formulas(path)
        with _sheet(path, values=True) as sheet:
            about = max((sheet.max_row or 1) - 1, 1)
            header = next(sheet.iter_rows(values_only=True), ())
    columns = tuple(str(name).strip() if name is not None else "" for name in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    return Table(
        name=path.name,
        columns=columns,
        digest=digest,
        about=about,
        form="XLSX",
        rows=lambda: _rows(path, len(columns), has_formulas=has_formulas),
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, KeyError, InvalidFileException, ParseError, EOFError, zlib.error) as error:
        raise InputError("import.damaged", file=path.name) from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "import.unreadable", file=path.name, why=(str(error).splitlines() or [""])[0]
        ) from error


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_holds_formula(archive, name) for name in sheets if name.endswith(".xml"))


def _holds_formula(archive: zipfile.ZipFile, name: str) -> bool:
    tail = b""
    with archive.open(name) as file:
        while chunk := file.read(CHUNK):
            if _FORMULA.search(tail + chunk):
                return True
            tail = chunk[-2:]
    return False


@contextmanager
def _sheet(path: Path, *, values: bool) -> Iterator[Any]:
    with warnings.catch_warnings():
        # openpyxl warns of styles and validations that it leaves out; we read values only.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(path, read_only=True, data_only=values)
    try:
        if not book.worksheets:
            raise InputError("import.empty", file=path.name)
        yield book.worksheets[0]
    finally:
        book.close()


def _rows(path: Path, width: int, *, has_formulas: bool) -> Iterator[Row]:
    with _readable(path), _sheet(path, values=True) as sheet:
        formulas = _formula_cells(path, width) if has_formulas else None
        for number, values in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
            cells = tuple(_cell(value) for value in values)
            if formulas is not None:
                cells = _without_value(cells, next(formulas, ()))
            if any(cell != "" for cell in cells):
                yield fitted(path.name, number, cells, width)


def _formula_cells(path: Path, width: int) -> Iterator[tuple[bool, ...]]:
    with _sheet(path, values=False) as sheet:
        for cells in sheet.iter_rows(min_row=2, max_col=width):
            yield tuple(cell.data_type == "f" for cell in cells)


def _without_value(cells: tuple[Cell, ...], is_formula: tuple[bool, ...]) -> tuple[Cell, ...]:
    padded = cells + ("",) * (len(is_formula) - len(cells))
    marks = is_formula + (False,) * (len(padded) - len(is_formula))
    return tuple(
        UNCALCULATED if mark and cell == "" else cell for cell, mark in zip(padded, marks, strict=True)
    )


def _cell(value: Any) -> Cell:  # noqa: ANN401 - whatever a spreadsheet holds
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_WHOLE:
        return str(int(value))
    return str(value)
