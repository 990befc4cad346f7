"""Sessions and tokens: whom the secret that comes with a request stands for, and since when it has not been used.

The cookie holds a random secret, the database its digest. A session ends by signing out, by being revoked, after
some days, and after some hours without use; a copied cookie is dead from then on.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from server.db import Store, Tx
from server.errors import Conflict, NotFound, NotSignedIn
from server.models import Person, SignedIn, Token
from server.services import audit
from server.services.people import ACTOR_ROWS, Actor, actor_from

__all__ = [
    "Device",
    "SessionView",
    "actor_of_session",
    "actor_of_token",
    "begin",
    "digest_of",
    "end",
    "end_all",
    "end_one",
    "listed",
    "refreshed",
    "touch",
]

TOUCH_AFTER = timedelta(minutes=10)
ADDRESS_LONGEST, AGENT_LONGEST = 64, 200
_BY_TOKEN = (
    ACTOR_ROWS.add_columns(Token.id.label("key"), Token.seen_at, Token.scopes)
    .join(Token, Token.person_id == Person.id)
    .where(Token.digest == bindparam("digest"), Token.revoked_at.is_(None))
    .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
)
_BY_SESSION = (
    ACTOR_ROWS.add_columns(SignedIn.id.label("key"), SignedIn.seen_at)
    .join(SignedIn, SignedIn.person_id == Person.id)
    .where(SignedIn.digest == bindparam("digest"), SignedIn.ended_at.is_(None))
    .where(SignedIn.expires_at > bindparam("now"), SignedIn.seen_at > bindparam("idle_since"))
)

_STILL_SESSION = (
    ACTOR_ROWS.join(SignedIn, SignedIn.person_id == Person.id)
    .where(SignedIn.id == bindparam("key"), SignedIn.ended_at.is_(None))
    .where(SignedIn.expires_at > bindparam("now"), SignedIn.seen_at > bindparam("idle_since"))
)
_STILL_TOKEN = (
    ACTOR_ROWS.join(Token, Token.person_id == Person.id)
    .where(Token.id == bindparam("key"), Token.revoked_at.is_(None))
    .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
)


@dataclass(frozen=True)
class Device:
    """Where somebody signs in.

    Attributes
    ----------
    address : str
        Network address.
    agent : str
        What the browser calls itself.
    """

    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class SessionView:
    """A session that runs.

    Attributes
    ----------
    id : int
        Key, to end it by.
    method : str
        ``password``, ``totp`` or ``oidc``.
    device : Device
        Where it was begun.
    created_at, seen_at : datetime
        Since when, and when it was last used, within some minutes.
    """

    id: int
    method: str
    device: Device
    created_at: datetime
    seen_at: datetime


def digest_of(secret: str) -> str:
    """Digest a secret that a program made; what people think up is hashed instead."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def begin(tx: Tx, actor: Actor, method: str, device: Device) -> str:
    """Begin a session; gives the secret that the cookie shall hold.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Whose.
    method : str
        How they proved who they are: ``password``, ``totp`` or ``oidc``.
    device : Device
        Where.
    """
    secret = secrets.token_urlsafe(32)
    row = SignedIn(
        digest=digest_of(secret),
        person_id=actor.person_id or 0,
        method=method,
        address=device.address[:ADDRESS_LONGEST],
        agent="".join(one for one in device.agent if one.isprintable())[:AGENT_LONGEST],
        created_at=tx.now,
        seen_at=tx.now,
        expires_at=tx.now + timedelta(days=tx.config.session_days),
    )
    tx.session.add(row)
    tx.session.flush()
    return secret


def actor_of_session(tx: Tx, secret: str, address: str = "") -> tuple[Actor | None, bool]:
    """Find whom a session stands for, in one statement.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    secret : str
        From the cookie.
    address : str
        Where the request comes from.

    Returns
    -------
    tuple of (Actor or None, bool)
        None when it is unknown, ended or over, or the person is no longer active; and whether it is time
        to :func:`touch` it.
    """
    idle_since = tx.now - timedelta(hours=tx.config.session_idle_hours)
    values = {"digest": digest_of(secret), "now": tx.now, "idle_since": idle_since}
    rows = tx.rows(_BY_SESSION, values)
    actor = actor_from(tx, rows)
    if actor is None:
        return None, False
    return replace(actor, address=address[:ADDRESS_LONGEST], session_id=rows[0].key), _is_stale(tx, rows)


def actor_of_token(tx: Tx, token: str, address: str = "") -> tuple[Actor, bool]:
    """Find whom a token acts as, and whether it is time to :func:`touch` it.

    Raises
    ------
    NotSignedIn
        Unknown, expired or revoked.
    """
    rows = tx.rows(_BY_TOKEN, {"digest": digest_of(token), "now": tx.now})
    actor = actor_from(tx, rows)
    if actor is None:
        raise NotSignedIn("auth.token")
    scopes = frozenset(rows[0].scopes.split())
    actor = replace(actor, scopes=scopes, address=address[:ADDRESS_LONGEST], token_id=rows[0].key)
    return actor, _is_stale(tx, rows)


def refreshed(tx: Tx, actor: Actor) -> Actor | None:
    """Find whom the session or token that an actor came with stands for by now; None when it is over.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asked some time ago, and is still here.
    """
    by_token = actor.token_id is not None
    values = {"key": actor.token_id if by_token else actor.session_id, "now": tx.now}
    if not by_token:
        values["idle_since"] = tx.now - timedelta(hours=tx.config.session_idle_hours)
    now = actor_from(tx, tx.rows(_STILL_TOKEN if by_token else _STILL_SESSION, values))
    if now is None:
        return None
    kept = replace(now, scopes=actor.scopes, address=actor.address)
    return replace(kept, session_id=actor.session_id, token_id=actor.token_id)


def _is_stale(tx: Tx, rows: Sequence[Any]) -> bool:
    return rows[0].seen_at is None or rows[0].seen_at <= tx.now - TOUCH_AFTER


def touch(store: Store, actor: Actor) -> None:
    """Write down that a session or token is in use, if nobody else does; its own short transaction.

    Raises
    ------
    Busy, StoreError
        Others write, or the database did not answer; nothing is lost by that.
    """
    with store.write(waits=False) as tx:
        for model, key in ((SignedIn, actor.session_id), (Token, actor.token_id)):
            if key is None:
                continue
            is_stale = or_(model.seen_at.is_(None), model.seen_at <= tx.now - TOUCH_AFTER)
            free = select(model.id).where(model.id == key, is_stale).with_for_update(skip_locked=True)
            those = model.id == free.scalar_subquery()
            tx.session.execute(update(model).where(those).values(seen_at=tx.now))


def listed(tx: Tx, person_id: int) -> tuple[SessionView, ...]:
    """List a person's sessions that run, the one last used first."""
    idle_since = tx.now - timedelta(hours=tx.config.session_idle_hours)
    running = (SignedIn.expires_at > tx.now, SignedIn.seen_at > idle_since, *_running(person_id))
    rows = tx.session.scalars(
        select(SignedIn).where(*running).order_by(SignedIn.seen_at.desc(), SignedIn.id.desc())
    )
    return tuple(
        SessionView(row.id, row.method, Device(row.address, row.agent), row.created_at, row.seen_at)
        for row in rows
    )


def end(tx: Tx, actor: Actor) -> None:
    """Sign out: end the session that the request came with, if it came with one."""
    if actor.session_id is None:
        return
    tx.session.execute(update(SignedIn).where(SignedIn.id == actor.session_id).values(ended_at=tx.now))
    audit.record(tx, actor, "sign_out", subject_id=actor.person_id)


def end_one(tx: Tx, actor: Actor, key: int) -> None:
    """End one of one's own sessions that runs elsewhere.

    Raises
    ------
    NotFound
        No session of theirs that runs has this key.
    Conflict
        It is the one that asks, which ends by signing out.
    """
    if key == actor.session_id:
        raise Conflict("session.this")
    found = tx.session.scalar(select(SignedIn).where(SignedIn.id == key, *_running(actor.person_id or 0)))
    if found is None:
        raise NotFound("session.unknown")
    found.ended_at = tx.now
    audit.record(tx, actor, "session.ended", subject_id=actor.person_id, count=1)


def end_all(tx: Tx, actor: Actor, person_id: int, *, but: int | None = None) -> int | None:
    """End all sessions of a person; gives the key of the act in the record, None when none ran.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who ends them: the person, an administrator, the system.
    person_id : int
        Whose.
    but : int, optional
        Key of the one that goes on.
    """
    those = [*_running(person_id), SignedIn.expires_at > tx.now]
    if but is not None:
        those.append(SignedIn.id != but)
    keys = tuple(
        tx.session.scalars(update(SignedIn).where(*those).values(ended_at=tx.now).returning(SignedIn.id))
    )
    return audit.record(tx, actor, "session.ended", subject_id=person_id, count=len(keys)) if keys else None


def _running(person_id: int) -> tuple[Any, ...]:
    return SignedIn.person_id == person_id, SignedIn.ended_at.is_(None)
