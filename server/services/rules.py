"""The rules that can be changed in the administration: limits, and the calendar they count by.

Read once per process and change: a mark in the store tells when they were last edited, and each
transaction that needs them asks for that mark first; the categories are brought up to date with it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import select

from server.db import Tx
from server.models import CalendarDay, CalendarYear, LimitEdit
from server.services.calendars import shipped_calendar, with_years
from server.services.categories import refresh
from server.services.marks import RULES, mark, set_mark
from server.shipped import shipped
from server.uids import uuid7
from server.worktime import Calendar, Kind, Limit, due, moved, part, part_of

__all__ = ["ALL", "STAGES", "Rules", "edited", "rules_of", "shipped_limits"]

ALL = "*"
STAGES = ("total", "dispatch", "take", "verify", "survey")
AMBER = 0.75  # share of the due's own time
Key = tuple[str, str, bool]
"""Category or :data:`ALL`, stage, whether urgent."""


@dataclass(frozen=True)
class Rules:
    """Limits and calendar as they stand.

    Attributes
    ----------
    version : str
        Changes whenever they do.
    calendar : Calendar
        When people work.
    limits : Mapping
        (category, stage, urgent) -> limit.
    """

    version: str
    calendar: Calendar
    limits: Mapping[Key, Limit]

    def limit(self, category: str, stage: str, *, urgent: bool) -> Limit:
        """Give a category's limit for a stage; what a category does not say, the row of all says."""
        return next(self._found(category, stage, urgent))

    def _found(self, category: str, stage: str, urgent: bool) -> Iterator[Limit]:
        for named in (category, ALL):
            if (named, stage, urgent) in self.limits:
                yield self.limits[named, stage, urgent]

    def due(self, start: datetime, category: str, stage: str, *, urgent: bool) -> datetime:
        """Tell when a stage is over; what is urgent never has longer than what is not.

        Parameters
        ----------
        start : datetime
            Aware; when the clock begins.
        category, stage : str
            Code, and one of :data:`STAGES`.
        urgent : bool
            Whether somebody must be there day and night.

        Returns
        -------
        datetime
            UTC.
        """
        ends = [due(start, self.limit(category, stage, urgent=urgent), self.calendar)]
        if urgent and (category, stage, True) not in self.limits:
            ends.append(due(start, self.limit(category, stage, urgent=False), self.calendar))
        return min(ends).astimezone(UTC)

    def kind(self, category: str, *, urgent: bool) -> Kind:
        """Tell by which clock the whole time of a category goes by."""
        return self.limit(category, "total", urgent=urgent).kind

    def amber(self, start: datetime, until: datetime, kind: Kind) -> datetime:
        """Tell when three quarters of the time are used; UTC."""
        return part(start, until, AMBER, kind, self.calendar).astimezone(UTC)

    def amber_of(self, segments: Sequence[tuple[datetime, datetime]], kind: Kind) -> datetime:
        """Tell when three quarters of a time with pauses are used; UTC."""
        return part_of(segments, AMBER, kind, self.calendar).astimezone(UTC)

    def moved(self, until: datetime, stopped: datetime, resumed: datetime, kind: Kind) -> datetime:
        """Move an end by the time that the clock stood still; see :func:`server.worktime.moved`; UTC."""
        return moved(until, stopped, resumed, kind, self.calendar).astimezone(UTC)


def rules_of(tx: Tx) -> Rules:
    """Give the rules as they stand in this transaction."""
    version = mark(tx, RULES) or ""
    refresh(tx, version)
    kept = tx.store.shelf.get(RULES)
    if isinstance(kept, Rules) and kept.version == version:
        return kept
    rules = Rules(version, _calendar(tx), {**shipped_limits(), **_edits(tx)})
    tx.store.shelf[RULES] = rules
    return rules


def edited(tx: Tx) -> None:
    """Tell every process that the rules were edited in this transaction."""
    set_mark(tx, RULES, str(uuid7(tx.now)))


def _calendar(tx: Tx) -> Calendar:
    years = tx.session.scalars(select(CalendarYear.year)).all()
    days = [(row.day, row.kind) for row in tx.session.scalars(select(CalendarDay))]
    return with_years(shipped_calendar(tx.config.zone, tx.config.hours), years, days)


def _edits(tx: Tx) -> dict[Key, Limit]:
    rows = tx.session.scalars(select(LimitEdit))
    return {(row.category, row.stage, row.urgent): Limit(Kind(row.kind), row.amount) for row in rows}


@cache
def shipped_limits() -> dict[Key, Limit]:
    """Read the limits that ship with the program, ``data/limits.csv``."""
    with (shipped("data") / "limits.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["category"], row["stage"], row["urgent"] == "yes"): Limit(
                Kind(row["kind"]), float(row["amount"])
            )
            for row in csv.DictReader(file)
        }
