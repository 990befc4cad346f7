"""What is left of a limit, counted by the clock that its category goes by: by the wall, or working time.

Knows no words; pages say them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.db import Tx
from server.services.rules import Rules, rules_of
from server.worktime import elapsed

__all__ = ["Left", "Timer", "timer_of"]

FAR = timedelta(days=30)  # beyond, nobody counts working hours


@dataclass(frozen=True)
class Left:
    """What is left of a limit, or by how much it is passed.

    Attributes
    ----------
    span : timedelta
        How much, by its own clock; never negative.
    is_late : bool
        Whether the limit is passed.
    in_work_time : bool
        Whether ``span`` is working time.
    work_day : timedelta
        Length of a working day.
    """

    span: timedelta
    is_late: bool
    in_work_time: bool
    work_day: timedelta


@dataclass(frozen=True)
class Timer:
    """Tells what is left at one instant.

    Attributes
    ----------
    rules : Rules
        Limits and calendar.
    now : datetime
        The instant.
    """

    rules: Rules
    now: datetime

    def left(
        self, category: str, due_at: datetime | None, *, urgent: bool, stage: str = "total"
    ) -> Left | None:
        """Tell what is left of an issue's limit.

        Parameters
        ----------
        category : str
            Its code decides by which clock.
        due_at : datetime or None
            The limit; None: none runs.
        urgent : bool
            Whether somebody must be there day and night.
        stage : str
            One of :data:`server.services.rules.STAGES`.

        Returns
        -------
        Left or None
            None without a limit; more than thirty days are counted by the wall whatever the category.
        """
        if due_at is None:
            return None
        begin, end = sorted((self.now, due_at))
        is_late, day = due_at <= self.now, self._work_day()
        by_the_wall = self.rules.limit(category, stage, urgent=urgent).kind.by_the_wall
        if by_the_wall or end - begin > FAR:
            return Left(end - begin, is_late, in_work_time=False, work_day=day)
        return Left(elapsed(begin, end, self.rules.calendar), is_late, in_work_time=True, work_day=day)

    def unknown_years(self, due_at: datetime | None) -> tuple[int, ...]:
        """Name the years up to a limit whose holidays are not known; none without a limit or when it is passed."""
        return self.rules.calendar.unknown_years(self.now, due_at) if due_at and due_at > self.now else ()

    def _work_day(self) -> timedelta:
        day = date(2000, 1, 3)
        stretches = self.rules.calendar.hours
        spans = (datetime.combine(day, end) - datetime.combine(day, begin) for begin, end in stretches)
        return sum(spans, timedelta(0))


def timer_of(tx: Tx) -> Timer:
    """Give the timer of a transaction's instant, by the rules as they stand in it."""
    return Timer(rules_of(tx), tx.now)
