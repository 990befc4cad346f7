"""The ledger: entries appended, never changed, chained per issue over canonical JSON.

An entry's digest is SHA-256 over the digest before it and the canonical JSON (sorted keys, no blanks,
UTF-8) of its facts, so any later change to any entry of an issue shows.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select

from server.db import Tx
from server.models import Entry, Issue
from server.models.types import to_micros
from server.services.people import Actor
from server.services.private import Sealed
from server.workflow import FINISHED, NEW_ROUND, Role, State

__all__ = ["NewEntry", "append", "broken_chains", "digest_of", "role_shown", "row_of"]

FACTS = (
    "issue_id",
    "seq",
    "actor",
    "person_id",
    "role",
    "action",
    "from_state",
    "to_state",
    "given",
    "happened_at",
    "received_at",
    "stage_used_s",
)


@dataclass(frozen=True)
class NewEntry:
    """One step to be written.

    Attributes
    ----------
    issue_id, seq : int
        Issue and running number within it, from 1.
    actor : Actor
        Who.
    role : str
        As what.
    action : str
        What.
    from_state, to_state : State or None
        From where to where.
    happened_at : datetime
        When it happened; the transaction's instant is when it was received.
    given : dict
        Codes, ids and digests; no words about people.
    previous : str
        Digest of the entry before; "" for the first.
    stage_used_s : int or None
        Seconds that the stage which it ends took, by the clock of its limit.
    received_at : datetime or None
        When it was received, where that is not the transaction's instant.
    """

    issue_id: int
    seq: int
    actor: Actor
    role: str
    action: str
    from_state: State | None
    to_state: State
    happened_at: datetime
    given: dict[str, Any] = field(default_factory=dict)
    previous: str = ""
    stage_used_s: int | None = None
    received_at: datetime | None = None


def role_shown(actor: Actor, path: str) -> str:
    """Name the role under which somebody acts on an area: the first of their own there, or ``system``."""
    if actor.is_system:
        return Role.SYSTEM
    held = actor.roles_at(path) or actor.roles
    return next((role for role in Role if role in held), Role.WORKER)


def with_private(given: Mapping[str, Any], sealed: Iterable[Sealed]) -> dict[str, Any]:
    """Add references to sealed words to what an entry holds."""
    references = {one.row["kind"]: one.reference for one in sealed}
    return {**given, "private": references} if references else dict(given)


def append(tx: Tx, entries: Iterable[NewEntry]) -> dict[int, str]:
    """Write entries, in order.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    entries : Iterable of NewEntry
        Several of one issue may follow each other; each later one continues the chain.

    Returns
    -------
    dict[int, str]
        Issue id -> digest of its last entry.
    """
    last: dict[int, str] = {}
    rows = []
    for one in entries:
        previous = last.get(one.issue_id, one.previous)
        row = row_of(tx, one, previous)
        last[one.issue_id] = row["digest"]
        rows.append(row)
    if rows:
        tx.session.execute(insert(Entry.__table__), rows)  # type: ignore[arg-type] # without the ORM: half the time
    return last


def row_of(tx: Tx, one: NewEntry, previous: str) -> dict[str, Any]:
    """Give the columns of a step to be written; it continues the chain at a digest."""
    row: dict[str, Any] = {
        "issue_id": one.issue_id,
        "seq": one.seq,
        "actor": "system" if one.actor.is_system else "person",
        "person_id": one.actor.person_id,
        "role": str(one.role),
        "action": one.action,
        "from_state": str(one.from_state) if one.from_state else None,
        "to_state": str(one.to_state),
        "given": one.given,
        "happened_at": one.happened_at,
        "received_at": one.received_at or tx.now,
        "stage_used_s": one.stage_used_s,
    }
    return row | {"previous": previous, "digest": digest_of(previous, row)}


def count_times(issue: Issue, entry: NewEntry) -> None:
    """Add an entry's times to its issue's own: what it took, and when it was first told done in this round.

    Parameters
    ----------
    issue : Issue
        Being written.
    entry : NewEntry
        Its newest.
    """
    used = entry.stage_used_s
    if used is not None:
        issue.used_s = (issue.used_s or 0) + used
        if entry.action == "take":
            issue.take_used_s = (issue.take_used_s or 0) + used
    if entry.action in NEW_ROUND:
        issue.finished_at = None
    elif entry.action in FINISHED and issue.finished_at is None:
        issue.finished_at = entry.happened_at


def digest_of(previous: str, facts: Mapping[str, Any]) -> str:
    """Compute an entry's digest.

    Parameters
    ----------
    previous : str
        Digest of the entry before, "" for the first.
    facts : Mapping[str, Any]
        The columns named in ``FACTS``; instants count as microseconds since 1970 UTC.
    """
    plain = {
        name: to_micros(facts[name]) if isinstance(facts[name], datetime) else facts[name] for name in FACTS
    }
    canonical = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(previous.encode() + canonical).hexdigest()


def broken_chains(tx: Tx) -> list[tuple[int, int]]:
    """Find entries whose digest or predecessor does not fit.

    Returns
    -------
    list of (issue id, seq)
        The first bad entry of each broken chain.
    """
    broken: list[tuple[int, int]] = []
    issue_id, previous, seq = 0, "", 0
    rows = tx.session.execute(
        select(Entry).order_by(Entry.issue_id, Entry.seq).execution_options(yield_per=5000)
    )
    for (entry,) in rows:
        if entry.issue_id != issue_id:
            issue_id, previous, seq = entry.issue_id, "", 0
        facts = {name: getattr(entry, name) for name in FACTS}
        fits = (
            entry.seq == seq + 1 and entry.previous == previous and entry.digest == digest_of(previous, facts)
        )
        if not fits and (not broken or broken[-1][0] != issue_id):
            broken.append((issue_id, entry.seq))
        previous, seq = entry.digest, entry.seq
    return broken
