"""A year of the calendar in a CSV file: every finding with its line, none stops the reading."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from server.errors import InputError, InvalidRows
from server.services.imports.columns import Field, choose
from server.services.imports.rejects import Reject
from server.services.imports.tables import Cell, Row, open_table, text_of
from server.services.imports.values import instant
from server.words import field_name, sentence
from server.worktime import SATURDAY

__all__ = ["DayView", "read_days", "shown_name"]

SHOWN = "calendar.csv"
FIELDS = (
    Field("day", ("day", "date", "日期"), is_needed=True),
    Field("kind", ("kind", "type", "类型", "类别"), is_needed=True),
    Field("name", ("name", "名称", "节日", "节假日")),
)
KINDS = {
    "holiday": "holiday", "放假": "holiday", "休": "holiday", "节假日": "holiday", "假期": "holiday",
    "make_up": "make_up", "上班": "make_up", "班": "make_up", "调休": "make_up", "调休上班": "make_up",
    "补班": "make_up",
}  # fmt: skip
ROWS_MOST, NAME_MOST = 1_000, 64


@dataclass(frozen=True)
class DayView:
    """A day that is not as the week says.

    Attributes
    ----------
    day : date
        Which.
    kind : str
        ``holiday`` or ``make_up``.
    name : str
        The holiday it belongs to; may be empty in an upload.
    """

    day: date
    kind: str
    name: str


def shown_name(file_name: str) -> str:
    """Give a name that is short and printable, whatever a device said."""
    plain = "".join(
        letter for letter in file_name.replace("\\", "/").rpartition("/")[2] if letter.isprintable()
    )
    return plain.strip()[:200] or SHOWN


def read_days(content: bytes, year: int, shown: str, zone: ZoneInfo) -> list[DayView]:
    """Read the days of a year.

    Parameters
    ----------
    content : bytes
        Of the file.
    year : int
        Which all days must be of.
    shown : str
        Name of the file, for errors.
    zone : ZoneInfo
        In which days begin.

    Returns
    -------
    list of DayView
        In the order of the file.

    Raises
    ------
    InvalidRows
        All findings.
    InputError
        The file cannot be read at all, lacks a column, or is far too long.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SHOWN
        path.write_bytes(content)
        table = open_table(path)
        places = choose(table, FIELDS, {})
        rows = list(islice(table.rows(), ROWS_MOST + 1))
    if len(rows) > ROWS_MOST:
        raise InputError("calendar.long", field="file", most=ROWS_MOST)
    days: dict[date, tuple[int, DayView]] = {}
    faults: list[Reject] = []
    for row in rows:
        try:
            one = _day(year, row, places, zone)
            _check_new(one.day, days)
            days[one.day] = (row.number, one)
        except InputError as error:
            faults.append(_reject(row, error))
    if faults:
        raise InvalidRows(shown, faults)
    return [one for _number, one in days.values()]


def _day(year: int, row: Row, places: dict[str, int], zone: ZoneInfo) -> DayView:
    if row.fault:
        raise row.fault
    said = {name: text_of(row.cells[place]) for name, place in places.items()}
    at = _instant(row.cells[places["day"]], zone)
    if at is None:
        raise InputError("field.missing", field="day")
    day = at.astimezone(zone).date()
    if day.year != year:
        raise InputError("calendar.other_year", field="day", value=str(day), year=year)
    kind = KINDS.get(said["kind"].casefold())
    if kind is None:
        raise InputError("calendar.kind", field="kind", value=said["kind"][:40])
    if kind == "make_up" and day.weekday() < SATURDAY:
        raise InputError("calendar.weekday", field="day", value=str(day))
    name = "".join(letter for letter in said.get("name", "") if letter.isprintable())
    if len(name) > NAME_MOST:
        raise InputError("field.too_long", field="name", length=len(name), limit=NAME_MOST)
    return DayView(day, kind, name)


def _instant(cell: Cell, zone: ZoneInfo) -> datetime | None:
    try:
        return instant(cell, "day", zone)
    except InputError as error:
        raise InputError("calendar.day", field="day", value=text_of(cell)[:40]) from error


def _check_new(day: date, known: dict[date, tuple[int, DayView]]) -> None:
    if day in known:
        raise InputError("calendar.twice", field="day", value=str(day), row=known[day][0])


def _reject(row: Row, error: InputError) -> Reject:
    column = str(error.values.get("field", ""))
    value = str(error.values.get("value", ""))
    told = {**error.values, "field": field_name(column), "file": SHOWN}
    return Reject(row.number, column, value, error.code, sentence(error.code, told))
