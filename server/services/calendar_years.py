"""The calendar by year: what is published, uploading a year, taking an upload back, and warning in time."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from server.db import Tx
from server.errors import InputError, NotFound
from server.models import CalendarDay, CalendarYear, Issue, Person
from server.services import audit
from server.services.administered import acting_for_all
from server.services.calendar_files import DayView, read_days, shown_name
from server.services.calendars import shipped_days
from server.services.marks import RULES, mark
from server.services.people import Actor
from server.services.rules import edited, rules_of
from server.workflow import OPEN

__all__ = ["YEARS", "YearView", "days_of", "listed", "remove", "unpublished", "unpublished_now", "upload"]

YEARS = range(2000, 2101)
AHEAD = timedelta(days=30)
SHELF = "calendar.unpublished"


@dataclass(frozen=True)
class YearView:
    """A year of the calendar.

    Attributes
    ----------
    year : int
        Which.
    source : str
        ``shipped``, ``uploaded`` or ``unpublished``.
    holidays, make_up_days : int
        How many days are given as such.
    is_shipped : bool
        Whether the program ships it, and would count without the upload.
    file_name, who : str
        Of an upload; empty else.
    at : datetime or None
        When it was uploaded, UTC.
    """

    year: int
    source: str
    holidays: int = 0
    make_up_days: int = 0
    is_shipped: bool = False
    file_name: str = ""
    who: str = ""
    at: datetime | None = None


def listed(tx: Tx) -> tuple[YearView, ...]:
    """List the years that are published, and this and the next one in any case; ascending.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    """
    this = tx.now.astimezone(tx.config.zone).year
    query = select(CalendarYear, Person.name).outerjoin(Person, Person.id == CalendarYear.by_id)
    uploads = {row.year: (row, who or "") for row, who in tx.session.execute(query)}
    shipped = {day.year for day, _kind, _name in shipped_days()}
    found = []
    for year in sorted({this, this + 1, *shipped, *uploads}):
        given = days_of(tx, year)
        holidays = sum(1 for one in given if one.kind == "holiday")
        source = "uploaded" if year in uploads else "shipped" if year in shipped else "unpublished"
        one = YearView(year, source, holidays, len(given) - holidays, year in shipped)
        if year in uploads:
            row, who = uploads[year]
            one = replace(one, file_name=row.file_name, who=who, at=row.at)
        found.append(one)
    return tuple(found)


def days_of(tx: Tx, year: int) -> tuple[DayView, ...]:
    """List a year's days that are not as the week says, as they count now; ascending."""
    if tx.session.get(CalendarYear, year) is None:
        return tuple(DayView(*one) for one in shipped_days() if one[0].year == year)
    rows = tx.session.scalars(
        select(CalendarDay)
        .where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
        .order_by(CalendarDay.day)
    )
    return tuple(DayView(row.day, row.kind, row.name) for row in rows)


def upload(tx: Tx, actor: Actor, year: int, file_name: str, content: bytes) -> int:
    """Take a year in from a CSV file; it replaces the whole year, or nothing happens.

    Limits that run already keep their end; those that begin from now on are counted by it.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who uploads it.
    year : int
        Which year the file is for.
    file_name : str
        As the user's device calls it.
    content : bytes
        Columns ``day,kind,name`` or 日期、类型、名称; UTF-8, UTF-16 with BOM or GB18030.

    Returns
    -------
    int
        Key of the act in the record.

    Raises
    ------
    InvalidRows
        All findings: unreadable, of another year, twice, a make-up day that is a working day already.
    InputError
        The file cannot be read at all, lacks a column, or the year is none that is counted.
    """
    if year not in YEARS:
        raise InputError("calendar.year", field="year", value=year, least=YEARS[0], most=YEARS[-1])
    shown = shown_name(file_name)
    actor = acting_for_all(tx, actor)
    days = read_days(content, year, shown, tx.config.zone)
    _forget(tx, year)
    tx.session.add(CalendarYear(year=year, file_name=shown, by_id=actor.person_id, at=tx.now))
    tx.session.add_all(CalendarDay(day=one.day, kind=one.kind, name=one.name) for one in days)
    tx.session.flush()
    edited(tx)
    holidays = sum(1 for one in days if one.kind == "holiday")
    return audit.record(
        tx, actor, "calendar.upload", year=year, holidays=holidays, make_up_days=len(days) - holidays
    )


def remove(tx: Tx, actor: Actor, year: int) -> int:
    """Remove an uploaded year: the shipped one counts again, or none where none is shipped.

    Returns
    -------
    int
        Key of the act in the record.

    Raises
    ------
    NotFound
        This year was not uploaded.
    """
    actor = acting_for_all(tx, actor)
    if year not in YEARS or tx.session.get(CalendarYear, year) is None:
        raise NotFound("calendar.not_uploaded", year=year)
    _forget(tx, year)
    edited(tx)
    is_shipped = any(day.year == year for day, _kind, _name in shipped_days())
    return audit.record(tx, actor, "calendar.remove", year=year, is_shipped=is_shipped)


def unpublished(tx: Tx, until: datetime) -> tuple[int, ...]:
    """Name the years from now to an instant whose holidays are not known; ascending.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    until : datetime
        Aware.
    """
    return rules_of(tx).calendar.unknown_years(tx.now, max(until, tx.now))


def unpublished_now(tx: Tx) -> tuple[int, ...]:
    """Name the years whose holidays are missed now: this one, and the next once it matters.

    It matters from thirty days before it begins, and as soon as an open issue is due in it. Asked by
    every page of a supervisor: one look at the rules' mark, the rest is kept for the hour.
    """
    zone = tx.config.zone
    hour = tx.now.astimezone(zone).strftime("%Y%m%d%H")
    key = (mark(tx, RULES) or "", hour)
    kept = tx.store.shelf.get(SHELF)
    if kept is not None and kept[0] == key:
        found: tuple[int, ...] = kept[1]
        return found
    turn = datetime(tx.now.astimezone(zone).year + 1, 1, 1, tzinfo=zone)
    found = unpublished(tx, turn)
    if turn.year in found and tx.now + AHEAD < turn and not _is_any_due_after(tx, turn):
        found = tuple(year for year in found if year != turn.year)
    tx.store.shelf[SHELF] = (key, found)
    return found


def _is_any_due_after(tx: Tx, at: datetime) -> bool:
    states = [str(state) for state in OPEN]
    query = select(Issue.id).where(Issue.state.in_(states), Issue.due_at >= at).limit(1)
    return tx.session.execute(query).first() is not None


def _forget(tx: Tx, year: int) -> None:
    tx.session.execute(
        delete(CalendarDay).where(CalendarDay.day >= date(year, 1, 1), CalendarDay.day <= date(year, 12, 31))
    )
    tx.session.execute(delete(CalendarYear).where(CalendarYear.year == year))
