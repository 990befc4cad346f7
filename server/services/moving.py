"""Moving open issues to the cells they lie in since the grid was changed: one correction each, on confirmation.

In batches, each of them one transaction. An issue that was moved is of the newest grid, so whoever runs it
again, after a break or beside somebody else, does the rest and nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import chain, islice
from typing import Any

from sqlalchemy import func, select

from server.db import Store, Tx
from server.models import Area, Entry, Issue
from server.services import clocks, duties
from server.services.drafts import Draft
from server.services.duties import OnDuty
from server.services.ledger import NewEntry, append, count_times, role_shown
from server.services.people import Actor, system_actor
from server.services.placing import Placed, place
from server.services.regrid import elsewhere
from server.services.rules import Rules, rules_of
from server.services.standing import SPENT_AT, asks_of
from server.services.steps.corrections import PLACE, off_duty, spot, write_place
from server.workflow import OPEN, Role, Situation, State, advance

__all__ = ["BATCH_MOST", "REASON", "Moved", "move", "move_all"]

BATCH_MOST = 500
REASON = "grid_change"
HELD = frozenset({State.DISPATCHED, State.HANDLING, State.SUSPENDED})
REASSIGNED = frozenset({State.DISPATCHED, State.HANDLING})


@dataclass(frozen=True)
class Moved:
    """What was moved.

    Attributes
    ----------
    moved : int
        Issues, one correction each.
    dispatched, reassigned : int
        Of them given by the system to who is on duty in the new cell: waiting ones, and held ones.
    flagged : int
        Of them kept by a holder who is not on duty there, marked for the leader to look at.
    """

    moved: int = 0
    dispatched: int = 0
    reassigned: int = 0
    flagged: int = 0

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass
class _Step:
    """One issue on its way."""

    issue: Issue
    where: Placed
    seq: int
    digest: str
    code: str  # of the cell it leaves; "" for none
    path: str  # of the area it leaves
    rules: Rules

    @property
    def situation(self) -> frozenset[Situation]:
        """Whether its hand-offs are used up, so that only a supervisor may give it to somebody."""
        return frozenset({Situation.SPENT} if self.issue.hand_offs >= SPENT_AT else ())


def move_all(
    store: Store,
    actor: Actor,
    *,
    reassign: bool = False,
    batches: int | None = None,
    on_progress: Callable[[Moved], None] = lambda _moved: None,
) -> Moved:
    """Move all that lies elsewhere; see :func:`move`.

    Parameters
    ----------
    store : Store
        Where.
    actor : Actor
        Who confirmed it.
    reassign : bool
        As for :func:`move`.
    batches : int, optional
        Stop after so many transactions; what is left is found again.
    on_progress : Callable, optional
        Called after each transaction with what was moved in all.
    """
    total, after, done = Moved(), 0, 0
    while batches is None or done < batches:
        with store.write() as tx:
            moved, last = move(tx, actor, after, reassign=reassign)
        if last is None:
            break
        total, after, done = total + moved, last, done + 1
        on_progress(total)
    return total


def move(
    tx: Tx, actor: Actor, after: int = 0, *, reassign: bool = False, limit: int = BATCH_MOST
) -> tuple[Moved, int | None]:
    """Move the next issues that lie elsewhere to their cells.

    Waiting ones are dispatched to who is on duty there. Held ones keep their holder, and are flagged when
    that person is not on duty there; department holders answer for no cell. The due stays as it is.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who confirmed it: moves only what they may correct.
    after : int
        Key of the issue after which to begin.
    reassign : bool
        Give issues not yet taken or in work to who is on duty there, instead of flagging them.
    limit : int
        Issues at most.

    Returns
    -------
    moved : Moved
        What became of them.
    last : int or None
        Key to go on after; None when there is no more.
    """
    found = chain.from_iterable(part.ids.tolist() for part in elsewhere(tx, actor, after))
    ids = list(islice(found, limit))
    if not ids:
        return Moved(), None
    steps = _steps(tx, ids)
    on_duty = duties.on_duty_many(tx, {one.where.area_id for one in steps if one.where.in_cell}, tx.now)
    moved = Moved()
    entries: list[NewEntry] = []
    for step in steps:
        own, told = _move_one(tx, actor, step, on_duty.get(step.where.area_id), reassign=reassign)
        moved += told
        entries += own
    append(tx, entries)
    tx.session.flush()
    return moved, ids[-1]


def _steps(tx: Tx, ids: Sequence[int]) -> list[_Step]:
    """Lock the issues, and place those anew that nobody moved or ended meanwhile."""
    query = select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id).with_for_update()
    locked = tx.session.scalars(query.execution_options(populate_existing=True)).all()
    issues = [issue for issue in locked if State(issue.state) in OPEN]
    places = place(tx, [_draft(issue) for issue in issues]) if issues else []
    areas = select(Area.id, Area.code, Area.path).where(Area.id.in_({issue.area_id for issue in issues}))
    left = {row.id: row for row in tx.session.execute(areas)}
    last, rules = _last_entries(tx, [issue.id for issue in issues]), rules_of(tx)
    steps = []
    for issue, where in zip(issues, places, strict=True):
        source = left[issue.area_id]
        was_in = issue.area_id if issue.boundary_id is not None else None
        if was_in != (where.area_id if where.in_cell else None):
            code = source.code if was_in is not None else ""
            steps.append(_Step(issue, where, *last[issue.id], code, source.path, rules))
    return steps


def _draft(issue: Issue) -> Draft:
    return Draft(issue.category, issue.source, lon=issue.lon, lat=issue.lat, accuracy_m=issue.accuracy_m)


def _last_entries(tx: Tx, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    newest = (
        select(Entry.issue_id, func.max(Entry.seq).label("seq"))
        .where(Entry.issue_id.in_(ids))
        .group_by(Entry.issue_id)
        .subquery()
    )
    rows = tx.session.execute(
        select(Entry.issue_id, Entry.seq, Entry.digest).join(
            newest, (newest.c.issue_id == Entry.issue_id) & (newest.c.seq == Entry.seq)
        )
    )
    return {row.issue_id: (row.seq, row.digest) for row in rows}


def _move_one(
    tx: Tx, actor: Actor, step: _Step, duty: OnDuty | None, *, reassign: bool
) -> tuple[list[NewEntry], Moved]:
    issue, state = step.issue, State(step.issue.state)
    target = step.where.path.rstrip("/").rpartition("/")[2] if step.where.in_cell else ""
    change = {
        "from": spot({name: getattr(issue, name) for name in PLACE}, step.code),
        "to": spot(step.where.columns, target),
    }
    given = {"changes": {"place": change}, "reason": REASON}
    advance(state, "correct", actor.roles_at(step.path), (), given)
    role = role_shown(actor, step.path)
    entries = [
        NewEntry(issue.id, step.seq + 1, actor, role, "correct", state, state, tx.now, given, step.digest)
    ]
    follow = _follow_up(state, issue, duty, reassign=reassign)
    is_left = state in HELD and off_duty(issue, duty) and follow is None
    write_place(issue, step.where.columns)
    issue.needs_check = issue.needs_check or is_left
    issue.version, issue.updated_at = issue.version + 1, tx.now
    if state == State.REPORTED:
        reason = duty or OnDuty(issue.area_id, None, "", "duty.no_cell")
        issue.assigned = {"code": reason.reason, "values": reason.values}
    if follow is not None and duty is not None and duty.person_id is not None:
        entries.append(_give(tx, step, follow, state, duty.person_id, duty))
    return entries, Moved(1, int(follow == "dispatch"), int(follow == "reassign"), int(is_left))


def _follow_up(state: State, issue: Issue, duty: OnDuty | None, *, reassign: bool) -> str | None:
    """Name what the system does next; None when the issue stays with whoever has it."""
    if duty is None or duty.person_id is None:
        return None
    if state == State.REPORTED:
        return "dispatch" if issue.hand_offs < SPENT_AT else None
    return "reassign" if reassign and state in REASSIGNED and off_duty(issue, duty) else None


def _give(tx: Tx, step: _Step, action: str, state: State, person_id: int, duty: OnDuty) -> NewEntry:
    issue = step.issue
    given: dict[str, Any] = {"holder": ["person", person_id], "reason": duty.reason}
    target = advance(state, action, {Role.SYSTEM}, (), given, step.situation)
    if issue.hand_offs >= SPENT_AT:
        given["final"] = issue.final = True
    for ask in asks_of(tx, issue.id) if state == State.HANDLING else ():
        if ask.state == "open":
            ask.state, ask.decided_at = "withdrawn", tx.now
    used = clocks.used_s(step.rules, issue, tx.now)
    given |= clocks.turned(step.rules, issue, (), action=action, target=target, stage="take", at=tx.now)
    issue.state, issue.holder_person_id = str(target), person_id
    issue.assigned = {"code": duty.reason, "values": duty.values}
    issue.version += 1
    entry = NewEntry(
        issue.id, step.seq + 2, system_actor(), Role.SYSTEM, action, state, target, tx.now, given, "", used
    )
    count_times(issue, entry)
    return entry
