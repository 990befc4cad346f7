"""What is done with one issue, and whom it can be given to.

:func:`act` is the only writer after the report: one transaction, the version checked, one entry appended.
Words about people are sealed; the entry keeps their uid and digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import Area, Department, Duty, Entry, Issue, Person
from server.services import duties
from server.services.drafts import is_blank
from server.services.issue_view import OFFERED, IssueView, found, one, relations_of, view
from server.services.ledger import NewEntry, append, role_shown, with_private
from server.services.people import Actor
from server.services.private import keep, seal
from server.services.roster import in_force
from server.workflow import (
    ENDED,
    HAND_OFFS,
    NEW_ROUND,
    TRANSITIONS,
    IllegalAction,
    State,
    advance,
)

__all__ = ["TEXT_MOST", "Candidate", "IssueView", "act", "candidates", "one"]

FREE_TEXT = frozenset({"reason", "told", "outcome", "text"})
CODES = {
    "contacted": frozenset({"yes", "no"}),
    "satisfaction": frozenset({"satisfied", "basically", "dissatisfied"}),
}
TEXT_MOST = 5_000


@dataclass(frozen=True)
class Candidate:
    """Somebody an issue can be given to.

    Attributes
    ----------
    holder : str
        ``person:ID`` or ``department:ID``.
    name, what : str
        Name, and what they answer for; nothing for departments, whose names say it.
    """

    holder: str
    name: str
    what: str


def candidates(tx: Tx, actor: Actor, number: str) -> list[Candidate]:
    """List whom an issue can be given to: those on duty around it, then departments.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    _, path = found(tx, actor, number)
    codes = path.strip("/").split("/")
    root = "/" + "/".join(codes[:2]) + "/"
    rows = tx.session.execute(
        select(Person.id, Person.name, Area.name, Area.path)
        .join(Duty, Duty.person_id == Person.id)
        .join(Area, Area.id == Duty.area_id)
        .where(
            Person.is_active, Area.path >= root, Area.path < root[:-1] + "0", Area.retired_grid_id.is_(None)
        )
        .where(in_force(tx.now))
        .order_by(Area.path, Person.id)
    ).all()
    near = sorted(rows, key=lambda row: -_shared(row[3], path))
    people: dict[int, Candidate] = {}
    for person_id, name, area, _ in near:
        people.setdefault(person_id, Candidate(f"person:{person_id}", name, area))
    units = tx.session.execute(select(Department.id, Department.name).order_by(Department.id))
    return [*people.values(), *(Candidate(f"department:{key}", name, "") for key, name in units)]


def _shared(one_path: str, other: str) -> int:
    steps = zip(one_path.strip("/").split("/"), other.strip("/").split("/"), strict=False)
    return sum(1 for mine, theirs in steps if mine == theirs)


def act(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
) -> IssueView:
    """Do one thing with an issue.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who does it.
    number : str
        Which issue.
    action : str
        What; a row of the workflow's table that this version offers.
    given : Mapping[str, Any]
        What the action needs; ``holder`` as ``person:ID`` or ``department:ID``.
    version : int, optional
        Version the actor saw; None takes the present one.
    happened_at : datetime, optional
        When it happened, where that differs from the transaction's instant.

    Returns
    -------
    IssueView
        The issue afterwards.

    Raises
    ------
    NotFound, Conflict, IllegalAction, NotPermittedAction, MissingField, InputError
        Nothing is written.
    """
    tx.session.execute(select(Issue.id).where(Issue.number == number).with_for_update())
    given = {name: said for name, said in given.items() if not (isinstance(said, str) and is_blank(said))}
    before = one(tx, actor, number)
    issue, state = before.issue, State(before.issue.state)
    possible = [row.action for row in before.actions]
    if version is not None and version != issue.version:
        raise Conflict("state.stale", state=state, version=issue.version, possible=possible)
    if not any(action == row.action and state in row.sources for row in TRANSITIONS if row.action in OFFERED):
        raise IllegalAction(state=state, action=action, possible=possible)
    entries = list(tx.session.scalars(select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)))
    mine = actor.roles_at(before.path), relations_of(actor, issue, entries, before.path)
    target = advance(state, action, *mine, given)
    codes = _codes(tx, actor, before, action, given)
    sealed = [seal(tx, kind, _text(kind, said)) for kind, said in given.items() if kind in FREE_TEXT and said]
    keep(tx, issue.id, sealed)
    at = min(max(happened_at, entries[-1].happened_at), tx.now) if happened_at else tx.now
    entry = NewEntry(
        issue.id,
        len(entries) + 1,
        actor,
        role_shown(actor, before.path),
        action,
        state,
        target,
        at,
        with_private(codes, sealed),
        entries[-1].digest,
    )
    append(tx, [entry])
    _apply(tx, issue, action, target, codes, at)
    return view(tx, actor, issue, before.path)


def _text(field: str, said: object) -> str:
    if not isinstance(said, str):
        raise InputError("field.not_text", field=field)
    if len(said) > TEXT_MOST:
        raise InputError("field.too_long", field=field, length=len(said), limit=TEXT_MOST)
    if "\x00" in said:
        raise InputError("field.invalid", field=field, value="\\x00", why="\\x00")
    return said


def _codes(tx: Tx, actor: Actor, before: IssueView, action: str, given: Mapping[str, Any]) -> dict[str, Any]:
    codes: dict[str, Any] = {}
    for name, allowed in CODES.items():
        if given.get(name):
            if given[name] not in allowed:
                known = "、".join(sorted(allowed))
                raise InputError("field.invalid", field=name, value=str(given[name])[:40], why=known)
            codes[name] = given[name]
    if action in {"dispatch", "transfer", "reassign"}:
        codes["holder"] = _holder(tx, actor, before.issue.number, str(given["holder"]))
    elif action in {"take", "settle"} and actor.person_id is not None:
        codes["holder"] = ["person", actor.person_id]
    elif action == "escalate":
        above = duties.above(tx, before.issue.area_id, before.issue.holder_person_id)
        if above is None:
            raise InputError("holder.nobody_above", field="holder")
        codes["holder"] = ["person", above]
    return codes


def _holder(tx: Tx, actor: Actor, number: str, value: str) -> list[Any]:
    """Read a holder; only those that :func:`candidates` lists can be given an issue."""
    if value not in {one.holder for one in candidates(tx, actor, number)}:
        raise InputError("holder.unknown", field="holder", value=value[:40])
    kind, _, key = value.partition(":")
    return [kind, int(key)]


def _apply(tx: Tx, issue: Issue, action: str, target: State, codes: Mapping[str, Any], at: datetime) -> None:
    held = codes.get("holder")
    if target in (State.REPORTED, State.REJECTED, State.MERGED):
        issue.holder_person_id = issue.holder_department_id = None
    elif held:
        issue.holder_person_id = held[1] if held[0] == "person" else None
        issue.holder_department_id = held[1] if held[0] == "department" else None
    if action == "take":
        issue.border = issue.needs_check = False
    new_round = action in NEW_ROUND
    issue.round += new_round
    issue.hand_offs = 0 if new_round else issue.hand_offs + (action in HAND_OFFS)
    issue.state = str(target)
    issue.ended_at = at if target in ENDED else None
    issue.updated_at = tx.now
    issue.version += 1
    tx.session.flush()
