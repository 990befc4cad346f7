"""One round of supervision: what fell due is marked, who must act is told, suspended issues are resumed.

Any number of processes may go through rounds at once, and any of them may be killed: a reminder is written
in the same transaction as its entry, under the lock of its issue, and its key is unique. What is planned
outside the lock is decided anew inside it. An issue that somebody is working on just now is left to the
next round instead of waiting for it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from server.db import Store, Tx
from server.errors import ServerError
from server.models import Issue, Reminder
from server.services import issues, reminders
from server.services.people import system_actor
from server.services.reminders import DUE, Until
from server.services.rules import rules_of
from server.services.supervision import Reckoning, Step, WorkClock, ladders
from server.workflow import State, WorkflowError

__all__ = ["Round", "supervise"]

MARKS = 200
"""Marks in one transaction."""
ENTRIES = 5
"""Entries in one transaction; on SQLite a report waits for it."""
REASONS = {"reported": "undispatched", "dispatched": "untaken"}
log = logging.getLogger("wangge.supervision")


@dataclass
class Round:
    """What one round did.

    Attributes
    ----------
    amber, red : int
        Limits marked.
    holder, leader, supervisor : int
        Reminders about an overdue issue, by the step of the ladder.
    stages : int
        Reminders about an issue that nobody dispatched or took in time.
    whistles : int
        Reminders about a department that has not answered.
    resumed : int
        Suspended issues that go on.
    failed : int
        Issues that refused; told in the log, tried again in the next round.
    """

    amber: int = 0
    red: int = 0
    holder: int = 0
    leader: int = 0
    supervisor: int = 0
    stages: int = 0
    whistles: int = 0
    resumed: int = 0
    failed: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name."""
        return asdict(self)

    def add(self, other: "Round") -> None:
        """Count what another one did as well."""
        for name, count in other.counts.items():
            setattr(self, name, getattr(self, name) + count)


Work = Callable[[Tx, Sequence[int]], Round]


def supervise(store: Store, breathe: Callable[[float], None] | None = None) -> Round:
    """Go through everything that fell due.

    Parameters
    ----------
    store : Store
        Where; its clock says what is due.
    breathe : Callable[[float], None], optional
        Called after each transaction with the seconds that it took, so that others get at the store.

    Returns
    -------
    Round
        What was done; nothing a second time, whoever did it.
    """
    done = Round()
    for keys, size, work in _plan(store):
        for start in range(0, len(keys), size):
            begun = monotonic()
            with store.write() as tx:
                batch = work(tx, keys[start : start + size])
            done.add(batch)
            if breathe is not None:
                breathe(monotonic() - begun)
    return done


def _plan(store: Store) -> tuple[tuple[Sequence[int], int, Work], ...]:
    with store.read() as tx:
        return (
            (reminders.resting(tx), ENTRIES, _resume),
            (reminders.amber(tx), MARKS, _mark_amber),
            ([one.key for one, _step in _behind(tx, reminders.late(tx))], ENTRIES, _remind),
            ([one.key for one, _step in _behind(tx, reminders.stalled(tx))], ENTRIES, _remind_stalled),
            ([one.key for one, _step in _behind(tx, reminders.unanswered(tx))], ENTRIES, _remind_whistled),
        )


def _behind(tx: Tx, limits: Sequence[Until]) -> list[tuple[Until, Step]]:
    """Pick the limits that have reached a step later than the last one recorded."""
    earliest = min((one.until for one in limits), default=tx.now)
    work = WorkClock(rules_of(tx).calendar, earliest, tx.now)
    reckoning = Reckoning(tx.now, work, ladders(tx.config))
    reached = ((one, reckoning.step(one.until, urgent=one.urgent).of_waiting(one.waits)) for one in limits)
    return [(one, step) for one, step in reached if one.newest is None or step.rank > one.newest]


def _resume(tx: Tx, ids: Sequence[int]) -> Round:
    done = Round()
    for issue in reminders.locked(tx, ids):
        if issue.state == State.SUSPENDED and issue.review_at is not None and issue.review_at <= tx.now:
            acted = _act(tx, issue, "resume", {"reason_code": "review"})
            done.add(Round(resumed=1) if acted else Round(failed=1))
    return done


def _mark_amber(tx: Tx, ids: Sequence[int]) -> Round:
    there = {issue.id: issue for issue in reminders.locked(tx, ids)}
    still = reminders.amber(tx, list(there))
    for key in still:
        issue = there[key]
        if issue.due_at is not None:
            _record(tx, Until(key, key, DUE, issue.due_at, issue.urgent, None), "amber")
    return Round(amber=len(still))


def _remind(tx: Tx, ids: Sequence[int]) -> Round:
    there = {issue.id: issue for issue in reminders.locked(tx, ids)}
    done = Round()
    for one, step in _behind(tx, reminders.late(tx, list(there))):
        if not _tell(tx, there[one.issue_id], one, step):
            done.failed += 1
            continue
        done.red += one.newest is None
        done.add(Round(**{step.level: 1}))
    return done


def _remind_stalled(tx: Tx, ids: Sequence[int]) -> Round:
    there = {issue.id: issue for issue in reminders.locked(tx, ids)}
    done = Round()
    for one, step in _behind(tx, reminders.stalled(tx, list(there))):
        acted = _tell(tx, there[one.issue_id], one, step)
        done.add(Round(stages=1) if acted else Round(failed=1))
    return done


def _remind_whistled(tx: Tx, ids: Sequence[int]) -> Round:
    issue_ids = {one.issue_id for one in reminders.unanswered(tx, ids)}
    there = {issue.id: issue for issue in reminders.locked(tx, list(issue_ids))}
    done = Round()
    for one, step in _behind(tx, reminders.unanswered(tx, ids)):  # read anew under the locks
        if one.issue_id in there:
            acted = _tell(tx, there[one.issue_id], one, step)
            done.add(Round(whistles=1) if acted else Round(failed=1))
    return done


def _tell(tx: Tx, issue: Issue, one: Until, step: Step) -> bool:
    told = reminders.told(tx, issue, step.level, one.department_id)
    given: dict[str, Any] = {"level": told.level, "person": told.person_id, "turn": step.turn}
    if one.department_id is not None:
        given["department"] = one.department_id
    reason = "unanswered" if one.department_id else REASONS.get(one.waits, "overdue")
    try:
        with tx.session.begin_nested():
            if one.newest is None:
                _record(tx, one, "red")
            _record(tx, one, step.level, step.turn, told.person_id)
            issues.perform(tx, system_actor(), issue.number, "supervise", {**given, "reason_code": reason})
    except (ServerError, WorkflowError) as error:
        _refused(issue, error)
        return False
    return True


def _act(tx: Tx, issue: Issue, action: str, given: dict[str, Any]) -> bool:
    try:
        with tx.session.begin_nested():
            issues.perform(tx, system_actor(), issue.number, action, given)
    except (ServerError, WorkflowError) as error:
        _refused(issue, error)
        return False
    return True


def _refused(issue: Issue, error: ServerError | WorkflowError) -> None:
    log.warning("issue %s refused: %s %s", issue.number, error.code, error.values)


def _record(tx: Tx, one: Until, step: str, turn: int = 1, person_id: int | None = None) -> None:
    tx.session.add(
        Reminder(
            issue_id=one.issue_id,
            subject=one.subject,
            until=one.until,
            step=step,
            turn=turn,
            person_id=person_id,
            at=tx.now,
        )
    )
