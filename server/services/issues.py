"""What is done with one issue.

:func:`perform` is the only writer after the report (but for :mod:`server.services.moving`, which moves many at
once after a change of grid): one transaction, the version checked, one entry appended, and what the system does
next appended behind it. Words about people are sealed; the entry keeps their uid
and digest. What each action reads and changes is in :mod:`server.services.steps`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import Area, Entry, Issue, Person
from server.services import candidates as around
from server.services import clocks
from server.services.candidates import Candidate
from server.services.drafts import is_blank
from server.services.issue_view import IssueView, found, one, view
from server.services.ledger import NewEntry, append, count_times, role_shown, with_private
from server.services.people import Actor, system_actor
from server.services.private import keep, seal
from server.services.rules import rules_of
from server.services.standing import asks_of, relations_of, situation_of, whistles_of
from server.services.steps import DO, READ, fields
from server.services.steps.asks import close_open
from server.services.steps.step import Step
from server.workflow import (
    ENDED,
    HAND_OFFS,
    NEW_ROUND,
    IllegalAction,
    State,
    advance,
    available,
    rows_for,
)

__all__ = ["TEXT_MOST", "Candidate", "IssueView", "act", "candidates", "one", "perform"]

TEXT_MOST = fields.TEXT_MOST
ON_THE_SPOT = frozenset({"take", "finish", "settle", "answer", "note", "attach"})
"""Acts that a device may tell of afterwards; requests, grants and verdicts happen when they are received."""
BACKDATED_MOST = timedelta(days=7)
LOST = frozenset({State.REPORTED, State.REJECTED, State.MERGED})
SYSTEM_CODES = frozenset({"reason_code", "assigned", "level", "person", "department", "turn"})
_NEEDS_OWN_WORDS = ("reason", "text")


def candidates(tx: Tx, actor: Actor, number: str) -> list[Candidate]:
    """List whom an issue can be given to; see :func:`server.services.candidates.candidates`.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    _, path = found(tx, actor, number)
    return around.candidates(tx, path)


def act(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
) -> IssueView:
    """Do one thing with an issue, and read it anew as the actor sees it; see :func:`perform`."""
    issue = perform(tx, actor, number, action, given, version, happened_at)
    return view(tx, actor, issue, tx.session.get_one(Area, issue.area_id).path)


def perform(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
) -> Issue:
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
        What; a row of the workflow's table.
    given : Mapping[str, Any]
        What the action needs and may take, see :mod:`server.services.steps.fields`; ``holder`` as ``person:ID``
        or ``department:ID``. The system gives ``reason_code`` in place of words.
    version : int, optional
        Version the actor saw; None takes the present one.
    happened_at : datetime, optional
        When it happened, where that differs from the transaction's instant.

    Returns
    -------
    Issue
        Its row afterwards.

    Raises
    ------
    NotFound, Conflict, IllegalAction, NotPermittedAction, MissingField, InputError
        Nothing is written.
    """
    _lock(tx, number, given)
    issue, path = found(tx, actor, number)
    given = {name: said for name, said in given.items() if not (isinstance(said, str) and is_blank(said))}
    step = _step(tx, actor, issue, path, action, given, version, happened_at)
    while True:
        _carry_out(step)
        if not step.follow:
            return issue
        action, given = step.follow[0]
        step = _step(tx, system_actor(), issue, path, action, given, None, step.at)


def _lock(tx: Tx, number: str, given: Mapping[str, Any]) -> None:
    """Lock the issue, and the one it is merged with, always in the same order."""
    numbers = [number, str(given["parent"]).strip()[:40]] if given.get("parent") else [number]
    rows = tx.session.execute(select(Issue.id, Issue.parent_id).where(Issue.number.in_(numbers))).all()
    ids = {key for row in rows for key in row if key is not None}
    while ids:
        locked = select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id).with_for_update()
        found = tx.session.scalars(locked.execution_options(populate_existing=True)).all()
        parents = {one.parent_id for one in found if one.parent_id is not None}
        ids = parents - ids  # merged while we waited


def _step(
    tx: Tx,
    actor: Actor,
    issue: Issue,
    path: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None,
    happened_at: datetime | None,
) -> Step:
    """Decide whether it may be done and where it leads; nothing is written yet."""
    query = select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)
    entries = list(tx.session.scalars(query))
    whistles, asks, state = whistles_of(tx, issue.id), asks_of(tx, issue.id), State(issue.state)
    mine = (
        actor.roles_at(path),
        relations_of(actor, issue, entries, whistles, path),
        situation_of(tx, issue, entries, asks),
    )
    possible = list(dict.fromkeys(row.action for row in available(state, *mine)))
    if version is not None and version != issue.version:
        changed = _changes(tx, entries, version)
        raise Conflict("state.stale", state=state, version=issue.version, possible=possible, changed=changed)
    said = dict(given)
    if actor.is_system:
        said |= {name: given["reason_code"] for name in _NEEDS_OWN_WORDS if "reason_code" in given}
    try:
        target = advance(state, action, *mine[:2], said, mine[2])
    except IllegalAction as refused:
        raise IllegalAction(state=state, action=action, possible=possible) from refused
    _refuse_strange(action, state, actor, given)
    at = _when(tx, actor, action, happened_at, entries[-1])
    return Step(tx, actor, issue, path, entries, whistles, asks, action, target, given, at)


def _when(tx: Tx, actor: Actor, action: str, happened_at: datetime | None, last: Entry) -> datetime:
    """Tell when a step happened: now, or when a device without a network says that the work was done.

    Raises
    ------
    InputError
        Not an act that is done on the spot, or too long ago.
    """
    if happened_at is None:
        return tx.now
    if actor.is_system:  # follows an act of somebody else
        return min(max(happened_at, last.happened_at), tx.now)
    if action not in ON_THE_SPOT:
        raise InputError("time.not_backdated", field="happened_at", action=action)
    if happened_at < tx.now - BACKDATED_MOST:
        days = BACKDATED_MOST.days
        raise InputError("time.backdated", field="happened_at", value=happened_at.isoformat(), days=days)
    return min(max(happened_at, last.happened_at), tx.now)


def _changes(tx: Tx, entries: Sequence[Entry], seen: int) -> list[dict[str, Any]]:
    """Tell what was done since a version was seen; each entry makes one version."""
    newer = entries[max(seen, 0) :]
    ids = {entry.person_id for entry in newer}
    rows = tx.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    return [
        {"action": entry.action, "who": names.get(entry.person_id, ""), "at": entry.happened_at.isoformat()}
        for entry in newer
    ]


def _refuse_strange(action: str, state: State, actor: Actor, given: Mapping[str, Any]) -> None:
    known = {name for row in rows_for(action, state) for name in (*row.requires, *row.takes)}
    known |= SYSTEM_CODES if actor.is_system else {"text"}
    for name in given:
        if name not in known:
            raise InputError("field.not_taken", field=name[:40], action=action)


def _carry_out(step: Step) -> None:
    """Write a step: what is read from the given, the entry, the columns, then what follows."""
    tx, issue, action = step.tx, step.issue, step.action
    codes = step.codes
    if step.actor.is_system:
        codes |= {
            name: step.given[name] for name in ("level", "person", "department", "turn") if name in step.given
        }
        if "reason_code" in step.given:
            codes["reason"] = step.given["reason_code"]
    texts = {name: fields.words(name, said) for name, said in step.given.items() if name in fields.WORDS}
    if action in READ:
        READ[action](step)
    rules = rules_of(tx)
    used = clocks.used_s(rules, issue, step.at) if step.target != step.state or _stage(step) else None
    codes |= clocks.turned(
        rules, issue, step.entries, action=action, target=step.target, stage=_stage(step), at=step.at
    )
    sealed = [seal(tx, kind, said) for kind, said in texts.items()]
    keep(tx, issue.id, sealed)
    entry = NewEntry(
        issue.id,
        step.seq,
        step.actor,
        role_shown(step.actor, step.path),
        action,
        step.state,
        step.target,
        step.at,
        with_private(codes, sealed),
        step.entries[-1].digest,
        used,
    )
    append(tx, [entry])
    count_times(issue, entry)
    if action in DO:
        DO[action](step)
    close_open(step)
    _stand(step)
    tx.session.flush()


def _stage(step: Step) -> str | None:
    return rows_for(step.action, step.state)[0].starts


def _stand(step: Step) -> None:
    """Let the issue stand as its entries now add up."""
    issue, target, held = step.issue, step.target, step.codes.get("holder")
    if target in LOST:
        issue.holder_person_id = issue.holder_department_id = None
    elif held:
        issue.holder_person_id = held[1] if held[0] == "person" else None
        issue.holder_department_id = held[1] if held[0] == "department" else None
    if held and step.action != "take":
        issue.assigned = _why(step)
    new_round = step.action in NEW_ROUND
    issue.round += new_round
    issue.hand_offs = 0 if new_round else issue.hand_offs + (step.action in HAND_OFFS)
    issue.final = bool(step.codes.get("final", issue.final and not new_round))
    issue.attempts = issue.attempts if target == State.VERIFIED else 0
    if target != State.SUSPENDED:
        issue.review_at = None
    issue.state = str(target)
    issue.ended_at = step.at if target in ENDED else None
    issue.updated_at = step.tx.now
    issue.version += 1


def _why(step: Step) -> dict[str, Any]:
    """Say why the holder holds it: who is on duty, why the system moved it, or who gave it."""
    duty = step.given.get("assigned")
    if duty is not None:
        return {"code": duty.reason, "values": duty.values}
    if step.actor.is_system:
        return {"code": f"reason.{step.codes.get('reason', '')}", "values": {}}
    return {"code": "assigned.by", "values": {"name": step.actor.name}}
