"""Links by which people set their password once: an administrator makes one and hands it over."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from server.db import Store, Tx
from server.errors import InputError, NotFound
from server.models import Person, ResetLink, SignInAttempt, Token
from server.services import audit, grants, sessions
from server.services.administered import acting, answers_for, looked_after
from server.services.passwords import HASHER, check_password
from server.services.people import Actor, actor_of
from server.services.sessions import digest_of
from server.services.turns import alone

__all__ = [
    "LinkHolder",
    "check_new",
    "holder_of",
    "kill_foreign",
    "kill_made_by",
    "make_link",
    "put_password",
    "reset",
]

LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class LinkHolder:
    """Whose link it is.

    Attributes
    ----------
    person_id : int
        Key.
    login, name : str
        The person.
    """

    person_id: int
    login: str
    name: str


def make_link(tx: Tx, actor: Actor, login: str) -> str:
    """Make a link; gives its secret, to be shown once. Earlier links of the person are dead from now on.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        An administrator who looks after the person, or the command line.
    login : str
        For whom.

    Raises
    ------
    NotFound
        None of this login among those the actor looks after.
    NotPermitted
        Oneself: a borrowed screen would be enough to take the account.
    InputError
        Switched off, or no person but a program.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    grants.check_others(actor, person)
    if not person.is_active or person.is_program:
        raise InputError("reset.cannot", field="login", name=person.name)
    person_id = person.id
    _kill(tx, person_id)
    secret = secrets.token_urlsafe(32)
    tx.session.add(
        ResetLink(
            digest=digest_of(secret),
            person_id=person_id,
            by_id=actor.person_id,
            created_at=tx.now,
            expires_at=tx.now + LIFE,
        )
    )
    audit.record(tx, actor, "password.link", subject_id=person_id)
    return secret


def holder_of(tx: Tx, secret: str) -> LinkHolder:
    """Find whose link this is.

    Raises
    ------
    NotFound
        Unknown, used, expired, replaced, the person is no longer active, or whoever made it does not look after
        them any more: the same for all.
    """
    query = (
        select(Person.id, Person.login, Person.name, ResetLink.by_id)
        .join(ResetLink, ResetLink.person_id == Person.id)
        .where(ResetLink.digest == digest_of(secret), ResetLink.used_at.is_(None))
        .where(ResetLink.expires_at > tx.now, Person.is_active)
    )
    row = tx.session.execute(query).one_or_none()
    if row is None or not answers_for(tx, row.by_id, row.id):
        raise NotFound("reset.gone")
    return LinkHolder(row.id, row.login, row.name)


def reset(store: Store, secret: str, new: str, again: str, address: str) -> None:
    """Set a password by a link, which is used up; all sessions and tokens of the person end.

    Parameters
    ----------
    store : Store
        Where the accounts are; no transaction is open while the password is hashed.
    secret : str
        Of the link.
    new, again : str
        As typed.
    address : str
        Where from.

    Raises
    ------
    NotFound
        The link cannot be used.
    InputError
        The two differ, or it is none that may be chosen; the link stays good.
    Busy
        Too many others sign in at this moment.
    """
    with store.read() as tx:
        holder = holder_of(tx, secret)
    check_new(new, again, holder.login)
    hashed = HASHER.hash(new)
    with store.write() as tx:
        alone(tx)  # nobody gives or takes a role meanwhile
        holder = holder_of(tx, secret)
        good = (
            ResetLink.digest == digest_of(secret),
            ResetLink.used_at.is_(None),
            ResetLink.expires_at > tx.now,
        )
        used = update(ResetLink).where(*good).values(used_at=tx.now).returning(ResetLink.person_id)
        actor = actor_of(tx, tx.session.scalar(used) or 0)
        if actor is None:
            raise NotFound("reset.gone")
        actor = replace(actor, address=address)
        put_password(tx, actor, holder.person_id, hashed)
        _revoke_tokens(tx, actor, holder.person_id)
        tx.session.execute(delete(SignInAttempt).where(SignInAttempt.login == holder.login))
        audit.record(tx, actor, "password.reset", subject_id=holder.person_id)


def check_new(new: str, again: str, login: str) -> None:
    """Make sure that a password was typed twice alike and may be chosen.

    Raises
    ------
    InputError
        It was not, or may not.
    """
    if new != again:
        raise InputError("password.differ", field="again")
    check_password(new, login)


def put_password(tx: Tx, actor: Actor, person_id: int, hashed: str) -> None:
    """Keep a new password's hash; the person's links die and their sessions end, but the one that asks.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who sets it.
    person_id : int
        Whose.
    hashed : str
        From :data:`~server.services.passwords.HASHER`.
    """
    values = {"password_hash": hashed, "password_at": tx.now}
    tx.session.execute(update(Person).where(Person.id == person_id).values(values))
    _kill(tx, person_id)
    own = actor.session_id if actor.person_id == person_id else None
    sessions.end_all(tx, actor, person_id, but=own)


def kill_foreign(tx: Tx, actor: Actor, person_id: int) -> None:
    """End a person's links that somebody else made: what they may was changed, and others shall not sign in as them."""
    _kill(tx, person_id, ResetLink.by_id.is_distinct_from(actor.person_id))


def kill_made_by(tx: Tx, by_id: int) -> None:
    """End the links that somebody made who is no administrator any more."""
    open_ones = (ResetLink.by_id == by_id, ResetLink.used_at.is_(None), ResetLink.expires_at > tx.now)
    tx.session.execute(update(ResetLink).where(*open_ones).values(expires_at=tx.now))


def _revoke_tokens(tx: Tx, actor: Actor, person_id: int) -> None:
    """Revoke a person's tokens: whoever had the password that is set anew may have made some."""
    alive = (
        Token.person_id == person_id,
        Token.revoked_at.is_(None),
        or_(Token.expires_at.is_(None), Token.expires_at > tx.now),
    )
    gone = update(Token).where(*alive).values(revoked_at=tx.now).returning(Token.id)
    for key in sorted(tx.session.scalars(gone)):
        audit.record(tx, actor, "token.revoke", subject_id=person_id, token=key)


def _kill(tx: Tx, person_id: int, *narrower: ColumnElement[bool]) -> None:
    open_ones = (ResetLink.person_id == person_id, ResetLink.used_at.is_(None), ResetLink.expires_at > tx.now)
    tx.session.execute(update(ResetLink).where(*open_ones, *narrower).values(expires_at=tx.now))
