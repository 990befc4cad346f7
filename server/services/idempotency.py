"""The memory of answers: a request sent again under the same key changes nothing and gets the same answer.

The answer is kept in the transaction of the act itself, so there is never one without the other. It may
hold words about people, so it is sealed, and forgotten after a week.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select

from server.db import Tx
from server.errors import InputError
from server.models import RememberedAnswer
from server.services.people import Actor
from server.services.private import open_box, seal_box

__all__ = ["KEPT", "Answer", "bound", "checked_key", "digest_of", "kept", "recall", "remember"]

KEPT = timedelta(days=7)
FORGETS_EVERY = timedelta(hours=1)
FORGOT = "answers forgotten"
LONGEST = 200
_COLUMNS = (
    RememberedAnswer.person_id,
    RememberedAnswer.key,
    RememberedAnswer.body_digest,
    RememberedAnswer.status,
    RememberedAnswer.answer,
)
_KEPT = select(*_COLUMNS).where(
    RememberedAnswer.person_id == bindparam("person_id"), RememberedAnswer.key == bindparam("key")
)  # made once: every report asks it


@dataclass(frozen=True)
class Answer:
    """An answer given before.

    Attributes
    ----------
    status : int
        HTTP status.
    body : bytes
        What was sent.
    """

    status: int
    body: bytes


def checked_key(given: str | None) -> str | None:
    """Check an Idempotency-Key; None when none was given.

    Raises
    ------
    InputError
        Empty, longer than 200, or other than visible ASCII characters.
    """
    if given is None:
        return None
    if not (0 < len(given) <= LONGEST and given.isascii() and given.isprintable() and " " not in given):
        raise InputError("idempotency.invalid", field="Idempotency-Key")
    return given


def digest_of(place: str, body: bytes) -> str:
    """Tell a request from others: SHA-256 over where it goes and what it says."""
    return hashlib.sha256(place.encode() + b"\x00" + body).hexdigest()


def recall(tx: Tx, actor: Actor, key: str, digest: str) -> Answer | None:
    """Look for the answer to a request; the first thing in its transaction.

    Parameters
    ----------
    tx : Tx
        Writing transaction. The same request under way elsewhere is waited for.
    actor : Actor
        Who asks; keys of different people are different.
    key, digest : str
        Idempotency-Key, and :func:`digest_of` the request.

    Raises
    ------
    InputError
        The key came with another request before.
    """
    if not tx.on_sqlite:  # SQLite has one writer anyway
        lock = hashlib.sha256(f"{actor.person_id} {key}".encode()).digest()[:8]
        tx.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(lock, signed=True))))
    rows = tx.rows(_KEPT, {"person_id": actor.person_id, "key": key})
    if not rows:
        return None
    row = rows[0]
    if row.body_digest != digest:
        raise InputError("idempotency.reused", field="Idempotency-Key")
    return Answer(row.status, _unsealed(tx, row))


def kept(tx: Tx, actor: Actor, key: str) -> Answer | None:
    """Look at the answer that was given under a key, whatever was asked; None when there is none."""
    rows = tx.rows(_KEPT, {"person_id": actor.person_id, "key": key})
    return Answer(rows[0].status, _unsealed(tx, rows[0])) if rows else None


def remember(tx: Tx, actor: Actor, key: str, digest: str, answer: Answer) -> None:
    """Keep an answer, and now and then forget those older than a week.

    Parameters
    ----------
    tx : Tx
        The transaction of the act that is answered.
    actor, key, digest :
        As for :func:`recall`.
    answer : Answer
        What will be sent.
    """
    _forget(tx)
    row = {
        "person_id": actor.person_id,
        "key": key,
        "body_digest": digest,
        "status": answer.status,
        "answer": seal_box(tx, answer.body, bound(actor.person_id, key)),
        "at": tx.now,
    }
    tx.session.execute(insert(RememberedAnswer.__table__), row)  # type: ignore[arg-type] # without the ORM


def _forget(tx: Tx) -> None:
    """Forget old answers; each process once an hour."""
    last: datetime | None = tx.store.shelf.get(FORGOT)
    if last is not None and timedelta(0) <= tx.now - last < FORGETS_EVERY:
        return
    tx.session.execute(delete(RememberedAnswer).where(RememberedAnswer.at < tx.now - KEPT))
    tx.store.shelf[FORGOT] = tx.now


def _unsealed(tx: Tx, row: Row[Any]) -> bytes:
    return open_box(tx, row.answer, bound(row.person_id, row.key))


def bound(person_id: int | None, key: str) -> bytes:
    """Say what a remembered answer is sealed to: who asked, under which key."""
    return f"{person_id} {key}".encode()
