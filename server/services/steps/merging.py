"""并案: one issue becomes part of another; the other counts it, and takes the earlier due."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from server.errors import InputError
from server.models import Area, Entry, Issue
from server.services.ledger import NewEntry, append, role_shown
from server.services.listing import visible
from server.services.steps.holding import waits
from server.services.steps.step import Step
from server.workflow import OPEN, TRANSITIONS, State

__all__ = ["DO", "READ"]

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
    parent.callback = parent.callback or issue.callback
    given: dict[str, object] = {"child": issue.id}
    dues = [due for due in (parent.due_at, issue.due_at) if due is not None]
    if parent.due_at is not None and min(dues) < parent.due_at:
        parent.due_at = min(dues)
        parent.amber_at = min(
            one for one in (parent.amber_at, issue.amber_at, parent.due_at) if one is not None
        )
        if parent.stage_due_at is not None:
            parent.stage_due_at = min(parent.stage_due_at, parent.due_at)
        given["due_at"] = parent.due_at.isoformat()
    _note(step, parent, "absorb", given)


def _unmerged(step: Step) -> None:
    issue = step.issue
    if issue.parent_id is not None:
        parent = step.tx.session.get_one(Issue, issue.parent_id)
        parent.repeats -= 1
        _note(step, parent, "release", {"child": issue.id})
    issue.parent_id = None
    waits(step)


def _note(step: Step, parent: Issue, action: str, given: dict[str, object]) -> None:
    """Write into the other issue's ledger what happened to it."""
    tx = step.tx
    last = tx.session.scalars(
        select(Entry).where(Entry.issue_id == parent.id).order_by(Entry.seq.desc()).limit(1)
    ).one()
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
