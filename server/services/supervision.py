"""When something overdue is supervised, and at which level: pure rules.

The holder at once, the leader after an interval, the supervisor after another, and all of it again in
turns. Only the step that an instant has reached is ever told: whoever comes back after a standstill finds
one reminder per issue, not those of every day missed, and its turn says how many went by. Nothing earlier
than the newest step recorded is told afterwards, even where an edited calendar moves the steps.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.config import Config
from server.worktime import Calendar

__all__ = ["LEVELS", "WAITING", "Ladder", "Reckoning", "Step", "WorkClock", "ladders"]

LEVELS = ("holder", "leader", "supervisor")
WAITING = {
    "reported": {"leader": "holder"},  # nobody holds it: who dispatches is told in the holder's place, once
    "dispatched": {"supervisor": "leader"},  # its due is still to come: no higher than the leader
}
"""State in which an issue waits too long -> level of the ladder -> level told in its place."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Step:
    """One step of the ladder.

    Attributes
    ----------
    level : str
        One of :data:`LEVELS`.
    turn : int
        1, and one more each time the ladder begins anew.
    """

    level: str
    turn: int

    @property
    def rank(self) -> int:
        """Place among all steps, from 0; later steps have more."""
        return len(LEVELS) * (self.turn - 1) + LEVELS.index(self.level)

    def of_waiting(self, state: str) -> "Step":
        """Give the step of the same turn for what waits too long in a state; see :data:`WAITING`."""
        return Step(WAITING.get(state, {}).get(self.level, self.level), self.turn)


@dataclass(frozen=True)
class Ladder:
    """How long after the end of a limit each level is told.

    Attributes
    ----------
    leader, supervisor, again : timedelta
        Ascending; the holder is told at once.
    """

    leader: timedelta
    supervisor: timedelta
    again: timedelta

    def step(self, past: timedelta) -> Step:
        """Give the step reached when so much time has gone by since the limit ended."""
        turns = max(past, timedelta(0)) // self.again
        rest = past - turns * self.again
        reached = (rest >= self.leader) + (rest >= self.supervisor)
        return Step(LEVELS[reached], turns + 1)


def ladders(config: Config) -> dict[bool, Ladder]:
    """Read the ladders from the settings; the key says whether what is urgent."""
    return {
        urgent: Ladder(*(hours * HOUR for hours in config.supervise_after(urgent=urgent)))
        for urgent in (False, True)
    }


class WorkClock:
    """Working time up to one instant, from many earlier ones.

    Parameters
    ----------
    calendar : Calendar
        When people work.
    begin, end : datetime
        The earliest instant that will be asked about, and the one up to which time is measured.
    """

    def __init__(self, calendar: Calendar, begin: datetime, end: datetime) -> None:
        self.begins: list[datetime] = []
        self.ends: list[datetime] = []
        self.before: list[timedelta] = []  # working time before each stretch
        self.total = timedelta(0)
        for opened, closed in calendar.stretches(begin):
            if opened >= end:
                break
            self.begins.append(opened.astimezone(UTC))  # instants of one zone are compared without asking it
            self.ends.append(min(closed, end).astimezone(UTC))
            self.before.append(self.total)
            self.total += self.ends[-1] - opened

    def since(self, start: datetime) -> timedelta:
        """Measure the working time from an instant on; as :func:`server.worktime.elapsed`, without counting anew."""
        place = bisect_right(self.begins, start) - 1
        if place < 0:
            return self.total
        return self.total - self.before[place] - (min(start, self.ends[place]) - self.begins[place])


@dataclass(frozen=True)
class Reckoning:
    """Which step each limit has reached at one instant.

    Attributes
    ----------
    now : datetime
        The instant.
    work : WorkClock
        Up to it, from the earliest limit on.
    ladders : Mapping
        Whether urgent -> ladder.
    """

    now: datetime
    work: WorkClock
    ladders: Mapping[bool, Ladder]

    def step(self, until: datetime, *, urgent: bool) -> Step:
        """Give the step of a limit that ended at ``until``; urgent ones go by the clock, others by working time."""
        past = self.now - until if urgent else self.work.since(until)
        return self.ladders[urgent].step(past)
