"""The calendar of working days: holidays and make-up days (调休上班日) as the program ships them."""

import csv
from datetime import date, tzinfo

from server.shipped import shipped
from server.worktime import Calendar

__all__ = ["shipped_calendar"]


def shipped_calendar(zone: tzinfo) -> Calendar:
    """Read the calendar that ships with the program.

    Parameters
    ----------
    zone : tzinfo
        In which days begin and end.

    Returns
    -------
    Calendar
        With the customary working hours, 8:30 to 12:00 and 13:30 to 17:30.
    """
    with (shipped("data") / "calendar.csv").open(encoding="utf-8", newline="") as file:
        days = [(date.fromisoformat(row["day"]), row["kind"]) for row in csv.DictReader(file)]
    return Calendar(
        zone,
        holidays=frozenset(day for day, kind in days if kind == "holiday"),
        make_up_days=frozenset(day for day, kind in days if kind == "make_up"),
        years=frozenset(day.year for day, _ in days),
    )
