"""The calendar of a year as people read it: twelve months, with holidays and make-up days marked."""

import calendar
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError, InvalidRows
from server.formats import safe_text
from server.pages.admin_parts import Around, around, done, refusal
from server.pages.frame import render
from server.services import calendar_years
from server.services.calendar_files import DayView
from server.services.calendar_years import YEARS, YearView
from server.translate import status_of
from server.words import _
from server.workflow import Role

__all__ = ["blueprint"]

BOM = "\ufeff"
SATURDAY = 5
blueprint = Blueprint("admin_calendar", __name__)


@dataclass(frozen=True)
class Day:
    """A day in the grid.

    Attributes
    ----------
    number : int
        Of the month.
    kind : str
        ``holiday``, ``make_up``, ``weekend`` or ``working``.
    name : str
        The holiday it belongs to.
    is_today : bool
        Whether it is today.
    """

    number: int
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    """A month in the grid.

    Attributes
    ----------
    name : str
        Its name.
    weeks : tuple of tuple of Day or None
        Monday first; None outside the month.
    """

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True)
class CalendarPage:
    """``admin/calendar.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    year : YearView
        The year shown.
    years : tuple of YearView
        All that can be chosen.
    months : tuple of Month
        Twelve.
    weekdays : tuple of str
        Monday first.
    missed : tuple of int
        Years whose holidays are missed now.
    faults : tuple
        What is wrong with a file that was refused: row, column, value, sentence.
    first, last : int
        Years that can be uploaded.
    """

    around: Around
    year: YearView
    years: tuple[YearView, ...]
    months: tuple[Month, ...]
    weekdays: tuple[str, ...]
    missed: tuple[int, ...]
    faults: tuple[Any, ...] = field(default=())
    first: int = YEARS[0]
    last: int = YEARS[-1]


@blueprint.get("/admin/calendar")
@allow(Role.ADMIN, Role.SUPERVISOR)
def index() -> str:
    """Show a year; this one unless another is asked for."""
    given = request.args.get("year", "")
    with current_store().read() as tx:
        this = tx.now.astimezone(tx.config.zone).year
        return _page(tx, _checked(given) if given else this)


@blueprint.post("/admin/calendar")
@allow(Role.ADMIN)
def upload() -> Response | tuple[str, int]:
    """Take a year in from a file."""
    year = _asked(request.form.get("year", ""))
    try:
        name, content = _given()
        with current_store().write() as tx:
            key = calendar_years.upload(tx, current_actor(), year, name, content)
    except InputError as error:
        faults = tuple(error.faults) if isinstance(error, InvalidRows) else ()
        with current_store().read() as tx:
            return _page(tx, year, error, faults), status_of(error)
    return done("admin_calendar.index", key, year=year)


@blueprint.post("/admin/calendar/<int(max=9999):year>/remove")
@allow(Role.ADMIN)
def remove(year: int) -> Response:
    """Remove an uploaded year."""
    with current_store().write() as tx:
        key = calendar_years.remove(tx, current_actor(), year)
    return done("admin_calendar.index", key, year=year)


@blueprint.get("/admin/calendar/<int(max=9999):year>.csv")
@allow(Role.ADMIN, Role.SUPERVISOR)
def download(year: int) -> Response:
    """Give a year as it counts, in the form of an upload; only the heading where nothing is known."""
    with current_store().read() as tx:
        days = calendar_years.days_of(tx, _checked(str(year)))
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("日期", "类型", "名称"))
    rows.writerows(
        (one.day, "放假" if one.kind == "holiday" else "上班", safe_text(one.name)) for one in days
    )
    answer = Response(BOM + text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="calendar-{year}.csv"'
    return answer


def _given() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InputError("calendar.file", field="file")
    return file.filename, file.read()


def _checked(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and int(given[:9]) in YEARS):
        abort(404)
    return int(given)


def _asked(given: str) -> int:
    """Read the year of an upload."""
    if not (given.isascii() and given.isdecimal() and int(given[:9]) in YEARS):
        raise InputError("field.unreadable", field="year", value=given[:20])
    return int(given)


def _page(tx: Tx, year: int, error: InputError | None = None, faults: tuple[Any, ...] = ()) -> str:
    known = calendar_years.listed(tx)
    shown = next((one for one in known if one.year == year), YearView(year, "unpublished"))
    years = known if shown in known else tuple(sorted((*known, shown), key=lambda one: one.year))
    days = {one.day: one for one in calendar_years.days_of(tx, year)}
    today = tx.now.astimezone(tx.config.zone).date()
    above = around(tx, "calendar", refusal(error) if error else "")
    missed = calendar_years.unpublished_now(tx)
    months = tuple(_months(year, days, today))
    return render(
        "admin/calendar.html", CalendarPage(above, shown, years, months, _weekdays(), missed, faults)
    )


def _months(year: int, days: Mapping[date, DayView], today: date) -> Iterator[Month]:
    for number in range(1, 13):
        weeks = tuple(
            tuple(_day(day, days, today) if day.month == number else None for day in week)
            for week in calendar.Calendar().monthdatescalendar(year, number)
        )
        yield Month(_month_name(number), weeks)


def _day(day: date, days: Mapping[date, DayView], today: date) -> Day:
    known = days.get(day)
    kind = known.kind if known else "weekend" if day.weekday() >= SATURDAY else "working"
    return Day(day.day, kind, known.name if known else "", day == today)


def _month_name(number: int) -> str:
    return (
        _("一月"), _("二月"), _("三月"), _("四月"), _("五月"), _("六月"),
        _("七月"), _("八月"), _("九月"), _("十月"), _("十一月"), _("十二月"),
    )[number - 1]  # fmt: skip


def _weekdays() -> tuple[str, ...]:
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
