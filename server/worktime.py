"""Working time: when a limit is due, and how much of it has gone by. Pure: standard library only.

Four kinds of limit are customary in 数字城管 and on the 12345 line:

- **urgent_hour**: hours by the wall clock, day and night;
- **work_hour**: hours of working time;
- **work_day**: until working hours end on the n-th working day after the start's day;
- **natural_day**: the same time of day, n days on.

All but the first count from the next opening when they start outside working hours. Holidays and
make-up days (调休上班日) are published for a year at a time; a year that is not known falls back to
Monday to Friday, and :meth:`Calendar.unknown_years` tells which, so that people can be warned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

__all__ = ["Calendar", "Kind", "Limit", "due", "elapsed", "moved", "part", "part_of"]

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SATURDAY = 5


class Kind(StrEnum):
    """Units of a limit."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"

    @property
    def by_the_wall(self) -> bool:
        """Whether its time goes by day and night, workday and holiday."""
        return self in (Kind.URGENT_HOUR, Kind.NATURAL_DAY)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take.

    Parameters
    ----------
    kind : Kind
        Unit.
    amount : float
        How many; whole for days. Not negative.

    Raises
    ------
    ValueError
        A negative amount, or a part of a day.
    """

    kind: Kind
    amount: float

    def __post_init__(self) -> None:
        is_days = self.kind in (Kind.WORK_DAY, Kind.NATURAL_DAY)
        if not 0 <= self.amount < 100_000 or (is_days and self.amount != int(self.amount)):
            raise ValueError(self.kind, self.amount)


@dataclass(frozen=True)
class Calendar:
    """When people work.

    Parameters
    ----------
    zone : tzinfo
        Of the working hours and days.
    hours : tuple of (time, time)
        Stretches of a working day, ascending, apart; a lunch break lies between two.
    holidays, make_up_days : frozenset of date
        Published days without and with work, against the rule of Monday to Friday.
    years : frozenset of int
        Years for which these were published.

    Raises
    ------
    ValueError
        No working hours, or out of order.
    """

    zone: tzinfo
    hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        moments = [moment for stretch in self.hours for moment in stretch]
        if not moments or any(one >= other for one, other in pairwise(moments)):
            raise ValueError(self.hours)

    def is_working_day(self, day: date) -> bool:
        """Tell whether people work on a day."""
        if day in self.make_up_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def unknown_years(self, begin: datetime, end: datetime) -> tuple[int, ...]:
        """Name the years between two instants whose holidays are not known."""
        first, last = begin.astimezone(self.zone).year, end.astimezone(self.zone).year
        return tuple(year for year in range(first, last + 1) if year not in self.years)

    def stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the working stretches from an instant on, the first one cut at it; without end."""
        start = start.astimezone(self.zone)
        day = start.date()
        while True:
            for opening, closing in self.hours if self.is_working_day(day) else ():
                begin = datetime.combine(day, opening, self.zone)
                end = datetime.combine(day, closing, self.zone)
                if end > start:
                    yield max(begin, start), end
            day += DAY


def due(start: datetime, limit: Limit, calendar: Calendar) -> datetime:
    """Tell when a limit is over.

    Parameters
    ----------
    start : datetime
        Aware; when it begins.
    limit : Limit
        How long.
    calendar : Calendar
        When people work.

    Returns
    -------
    datetime
        In the calendar's zone; never before ``start``, and the later, the later the start.
    """
    if limit.kind is Kind.URGENT_HOUR:
        return (start + timedelta(hours=limit.amount)).astimezone(calendar.zone)
    opened, _ = next(calendar.stretches(start))
    if limit.kind is Kind.NATURAL_DAY:
        return opened + int(limit.amount) * DAY  # by the clock on the wall
    if limit.kind is Kind.WORK_DAY:
        day = _nth_working_day(opened.date(), int(limit.amount), calendar)
        return datetime.combine(day, calendar.hours[-1][1], calendar.zone)
    left, stretches = timedelta(hours=limit.amount), calendar.stretches(start)
    begin, end = next(stretches)
    while end - begin < left:
        left -= end - begin
        begin, end = next(stretches)
    return begin + left


def elapsed(begin: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Measure the working time between two instants; nothing when the second is not later."""
    total = timedelta(0)
    for opened, closed in calendar.stretches(begin):
        if opened >= end:
            break
        total += min(closed, end) - opened
    return total


def part(start: datetime, until: datetime, share: float, kind: Kind, calendar: Calendar) -> datetime:
    """Tell when a share of the time between two instants is used, by the clock of a kind of limit.

    Parameters
    ----------
    start, until : datetime
        Aware; the whole time.
    share : float
        0 to 1.
    kind : Kind
        By the wall, or by working time.
    calendar : Calendar
        When people work.

    Returns
    -------
    datetime
        From ``start`` to ``until``.
    """
    if kind.by_the_wall or until <= start:
        return start + share * max(until - start, timedelta(0))
    worked = elapsed(start, until, calendar)
    return min(due(start, Limit(Kind.WORK_HOUR, share * (worked / HOUR)), calendar), until)


def part_of(
    segments: Sequence[tuple[datetime, datetime]], share: float, kind: Kind, calendar: Calendar
) -> datetime:
    """Tell when a share of a time with pauses is used.

    Parameters
    ----------
    segments : Sequence of (datetime, datetime)
        Stretches in which the clock ran, ascending; at least one.
    share, kind, calendar :
        As for :func:`part`.
    """
    lengths = [_length(begin, end, kind, calendar) for begin, end in segments]
    left = share * sum(lengths, timedelta(0))
    for (begin, end), length in zip(segments, lengths, strict=True):
        if left <= length and length:
            return part(begin, end, left / length, kind, calendar)
        left -= length
    return segments[-1][1]


def _length(begin: datetime, end: datetime, kind: Kind, calendar: Calendar) -> timedelta:
    return max(end - begin, timedelta(0)) if kind.by_the_wall else elapsed(begin, end, calendar)


def moved(until: datetime, stopped: datetime, resumed: datetime, kind: Kind, calendar: Calendar) -> datetime:
    """Move the end of a limit whose clock stood still for a while.

    Parameters
    ----------
    until : datetime
        Where it ended when the clock stopped.
    stopped, resumed : datetime
        When the clock stopped and went on.
    kind : Kind
        By the wall, or by working time.
    calendar : Calendar
        When people work.

    Returns
    -------
    datetime
        With as much left at ``resumed`` as there was at ``stopped``; unchanged where nothing was left.
    """
    if until <= stopped or resumed <= stopped:
        return until
    if kind.by_the_wall:
        return until + (resumed - stopped)
    left = elapsed(stopped, until, calendar)
    return max(due(resumed, Limit(Kind.WORK_HOUR, left / HOUR), calendar), until)


def _nth_working_day(day: date, count: int, calendar: Calendar) -> date:
    while count:
        day += DAY
        count -= calendar.is_working_day(day)
    return day
