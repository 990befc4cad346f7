"""One step of an issue: decided by the table of the loop, then done, as :mod:`server.services.issues` does one by one.

Words about people are sealed; the entry keeps their uid and digest. What each action reads and changes besides
is in :mod:`server.services.steps`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import Ask, Entry, Issue, Person, Whistle
from server.services import clocks
from server.services.ledger import NewEntry, count_times, role_shown, with_private
from server.services.people import Actor
from server.services.private import Sealed, seal
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

__all__ = ["TEXT_MOST", "Standing", "carry_out", "decided", "standing_of"]

TEXT_MOST = fields.TEXT_MOST
ON_THE_SPOT = frozenset({"take", "finish", "settle", "answer", "note", "attach"})
"""Acts that a device may tell of afterwards; requests, grants and verdicts happen when they are received."""
BACKDATED_MOST = timedelta(days=7)
LOST = frozenset({State.REPORTED, State.REJECTED, State.MERGED})
SYSTEM_CODES = frozenset({"reason_code", "assigned", "level", "person", "department", "turn"})
_NEEDS_OWN_WORDS = ("reason", "text")


@dataclass(frozen=True)
class Standing:
    """How an issue stands before a step.

    Attributes
    ----------
    issue : Issue
        Locked.
    path : str
        Path of its area.
    entries, whistles, asks : list
        What was done before, departments called, and requests, in order.
    """

    issue: Issue
    path: str
    entries: list[Entry]
    whistles: list[Whistle]
    asks: list[Ask]


def standing_of(tx: Tx, issue: Issue, path: str) -> Standing:
    """Look up how an issue stands."""
    query = select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)
    entries = list(tx.session.scalars(query))
    return Standing(issue, path, entries, whistles_of(tx, issue.id), asks_of(tx, issue.id))


def decided(
    tx: Tx,
    actor: Actor,
    standing: Standing,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    happened_at: datetime | None = None,
) -> Step:
    """Decide whether something may be done with an issue and where it leads; nothing is written yet.

    Parameters
    ----------
    tx, actor, action, given, version, happened_at :
        As in :func:`server.services.issues.perform`.
    standing : Standing
        The issue.

    Raises
    ------
    Conflict, IllegalAction, NotPermittedAction, MissingField, InputError
        It may not be done.
    """
    issue, path, entries = standing.issue, standing.path, standing.entries
    whistles, asks, state = standing.whistles, standing.asks, State(issue.state)
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


def carry_out(step: Step, write: Callable[[Step, NewEntry, list[Sealed]], None]) -> None:
    """Do a step: what is read from the given, the entry, the columns; what follows stands in the step.

    Parameters
    ----------
    step : Step
        Decided.
    write : Callable
        Writes its entry and the sealed words that come with it.
    """
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
    write(step, entry, sealed)
    count_times(issue, entry)
    if action in DO:
        DO[action](step)
    close_open(step)
    _stand(step)


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
