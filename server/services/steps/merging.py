"""并案: one issue becomes part of another; the other counts it, and takes the earlier due."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import exists, select

from server.errors import InputError
from server.models import Area, Entry, Issue
from server.services import clocks
from server.services.drafts import ANSWERED
from server.services.ledger import NewEntry, append, role_shown
from server.services.permissions import visible
from server.services.steps.holding import waits
from server.services.steps.step import Step
from server.workflow import OPEN, TRANSITIONS, State

__all__ = ["DO", "MERGERS", "READ"]

MERGERS = next(row.roles for row in TRANSITIONS if row.action == "merge")


def _parent(step: Step) -> None:
    number = str(step.given["parent"]).strip()[:40]
    row = step.tx.session.execute(
        select(Issue, Area.path)
        .join(Area, Area.id == Issue.area_id)
        .where(Issue.number == number, visible(step.actor))
    ).first()
    if row is None:
        raise InputError("merge.unknown", field="parent", number=number)
    parent, path = row
    if parent.id == step.issue.id:
        raise InputError("merge.itself", field="parent", number=number)
    if State(parent.state) not in OPEN:
        raise InputError("merge.ended", field="parent", number=number, state=parent.state)
    if not step.actor.roles_at(path) & MERGERS:
        raise InputError("merge.elsewhere", field="parent", number=number)
    step.codes["parent"] = parent.id


def _merged(step: Step) -> None:
    issue = step.issue
    parent = step.tx.session.get_one(Issue, step.codes["parent"])
    issue.parent_id = parent.id
    parent.repeats += 1
    given: dict[str, object] = {"child": issue.id}
    if issue.callback and not parent.callback:
        parent.callback = given["callback"] = True
    last = _entries(step, parent)
    given |= clocks.joined(parent, last, issue.due_at)
    _note(step, parent, last[-1], "absorb", given)


def _unmerged(step: Step) -> None:
    issue = step.issue
    if issue.parent_id is not None:
        parent = step.tx.session.get_one(Issue, issue.parent_id)
        parent.repeats -= 1
        entries = _entries(step, parent)
        given: dict[str, object] = {"child": issue.id}
        if parent.callback and not _is_awaited(step, parent, entries):
            parent.callback = given["callback"] = False
        _note(step, parent, entries[-1], "release", given)
    issue.parent_id = None
    waits(step)


def _entries(step: Step, parent: Issue) -> list[Entry]:
    query = select(Entry).where(Entry.issue_id == parent.id).order_by(Entry.seq)
    return list(step.tx.session.scalars(query))


def _is_awaited(step: Step, parent: Issue, entries: Sequence[Entry]) -> bool:
    """Whether somebody waits for an answer of the other issue itself, or of what is still merged into it."""
    private = entries[0].given.get("private", {})
    if parent.source in ANSWERED or {"reporter_name", "reporter_phone"} & set(private):
        return True
    others = exists().where(Issue.parent_id == parent.id, Issue.callback, Issue.id != step.issue.id)
    return bool(step.tx.session.scalar(select(others)))


def _note(step: Step, parent: Issue, last: Entry, action: str, given: dict[str, object]) -> None:
    """Write into the other issue's ledger what happened to it."""
    tx = step.tx
    path = tx.session.get_one(Area, parent.area_id).path
    state = State(parent.state)
    entry = NewEntry(
        parent.id,
        last.seq + 1,
        step.actor,
        role_shown(step.actor, path),
        action,
        state,
        state,
        max(step.at, last.happened_at),
        given,
        last.digest,
    )
    append(tx, [entry])
    parent.version, parent.updated_at = parent.version + 1, tx.now


READ: Mapping[str, Callable[[Step], None]] = {"merge": _parent}
DO: Mapping[str, Callable[[Step], None]] = {"merge": _merged, "unmerge": _unmerged}
