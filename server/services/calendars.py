"""The calendar of working days: holidays and make-up days (调休上班日), as shipped and as uploaded."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time, tzinfo
from functools import cache

from server.shipped import shipped
from server.worktime import Calendar

__all__ = ["shipped_calendar", "shipped_days", "with_years"]

Hours = tuple[tuple[time, time], ...]


@cache
def shipped_days() -> tuple[tuple[date, str, str], ...]:
    """Read the days that ship with the program: day, ``holiday`` or ``make_up``, name."""
    with (shipped("data") / "calendar.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            (date.fromisoformat(row["day"]), row["kind"], row["name"]) for row in csv.DictReader(file)
        )


def shipped_calendar(zone: tzinfo, hours: Hours | None = None) -> Calendar:
    """Read the calendar that ships with the program.

    Parameters
    ----------
    zone : tzinfo
        In which days begin and end.
    hours : tuple of (time, time), optional
        Working hours; 8:30 to 12:00 and 13:30 to 17:30 by default.
    """
    calendar = Calendar(zone, hours) if hours else Calendar(zone)
    return with_years(calendar, (), ((day, kind) for day, kind, _name in shipped_days()))


def with_years(calendar: Calendar, years: Iterable[int], days: Iterable[tuple[date, str]]) -> Calendar:
    """Put years into a calendar; each takes the place of what was there of it.

    Parameters
    ----------
    calendar : Calendar
        As it was.
    years : Iterable of int
        Years that are known now, besides those of ``days``.
    days : Iterable of (date, str)
        Days that are not as the week says: ``holiday`` or ``make_up``.
    """
    given = list(days)
    known = {*years, *(day.year for day, _kind in given)}
    return replace(
        calendar,
        holidays=_merged(calendar.holidays, known, given, "holiday"),
        make_up_days=_merged(calendar.make_up_days, known, given, "make_up"),
        years=calendar.years | known,
    )


def _merged(
    there: frozenset[date], years: set[int], given: list[tuple[date, str]], kind: str
) -> frozenset[date]:
    kept = {day for day in there if day.year not in years}
    return frozenset(kept | {day for day, one in given if one == kind})
