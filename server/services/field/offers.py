"""What a tablet must know of the rules to go on without a network: actions, where they lead, and working time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.db import Tx
from server.services.people import Actor
from server.services.rules import rules_of
from server.workflow import ENDED, OPEN, TRANSITIONS, Relation, Role, State, Transition, available

__all__ = ["DAYS_AHEAD", "DAYS_BACK", "WorkingTime", "moves", "offered_to", "working_time"]

DAYS_BACK = 31
DAYS_AHEAD = 45  # a month, seen from two weeks later
_DONE = frozenset({State.HANDLED, State.VERIFIED}) | ENDED


@dataclass(frozen=True)
class WorkingTime:
    """When people work, around now.

    Attributes
    ----------
    stretches : tuple of (datetime, datetime)
        From the beginning of the day :data:`DAYS_BACK` days ago on, for :data:`DAYS_AHEAD` days from today.
    day : timedelta
        Length of a working day.
    unknown_years : tuple of int
        Years among them whose holidays are not published yet.
    """

    stretches: tuple[tuple[datetime, datetime], ...]
    day: timedelta
    unknown_years: tuple[int, ...]


def offered_to(actor: Actor) -> Mapping[State, tuple[Transition, ...]]:
    """List what somebody may usually do with an issue they hold, by state; the table decides.

    Parameters
    ----------
    actor : Actor
        In which roles.
    """
    roles = actor.roles - {Role.ADMIN}
    return {state: _once(available(state, roles, _relations(state))) for state in State if state in OPEN}


def _relations(state: State) -> frozenset[Relation]:
    """Tell what a holder is to an issue: once it is done, somebody who had it."""
    worked = {Relation.PAST_HOLDER} if state in _DONE else set()
    return frozenset({Relation.HOLDER, Relation.IN_AREA} | worked)


def _once(rows: tuple[Transition, ...]) -> tuple[Transition, ...]:
    return tuple({row.action: row for row in reversed(rows)}.values())[::-1]


def moves() -> Mapping[str, Mapping[State, State]]:
    """Tell where each action leads from each state, whoever does it; those that keep the state lead nowhere else."""
    found: dict[str, dict[State, State]] = {}
    for row in TRANSITIONS:
        for state in State:
            if state in row.sources:
                found.setdefault(row.action, {})[state] = row.target or state
    return found


def working_time(tx: Tx) -> WorkingTime:
    """Tell when people work around the transaction's instant."""
    calendar = rules_of(tx).calendar
    today = tx.now.astimezone(calendar.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    stretches = []
    for opened, closed in calendar.stretches(begin):
        if opened >= end:
            break
        stretches.append((opened.astimezone(UTC), closed.astimezone(UTC)))
    spans = (
        datetime.combine(today, closing) - datetime.combine(today, opening)
        for opening, closing in calendar.hours
    )
    return WorkingTime(tuple(stretches), sum(spans, timedelta(0)), calendar.unknown_years(begin, end))
