"""How people prove who they are: passwords with counted failures, bearer tokens."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, case, func, or_, select

from server.db import Tx
from server.errors import InputError, NotFound, NotSignedIn
from server.models import Person, SignInAttempt, Token
from server.services.people import ACTOR_ROWS, HASHER, Actor, actor_from, actor_of

__all__ = ["SCOPES", "actor_of_token", "issue_token", "note_failure", "sign_in"]

SCOPES = ("read", "report", "act")
FAILURES = 10  # of one login from one address
FAILURES_OF_LOGIN = 50  # from wherever
FAILURES_OF_ADDRESS = 100  # whoever was tried; a street office shares one
FAILURE_WINDOW = timedelta(minutes=15)
_BY_TOKEN = (
    ACTOR_ROWS.add_columns(Token.scopes)
    .join(Token, Token.person_id == Person.id)
    .where(Token.digest == bindparam("digest"), Token.revoked_at.is_(None))
    .where(or_(Token.expires_at.is_(None), Token.expires_at > bindparam("now")))
)
_NOBODYS_HASH = HASHER.hash(secrets.token_hex(16))  # so that an unknown login takes as long as a known one


def sign_in(tx: Tx, login: str, password: str, address: str) -> Actor:
    """Check a password; failures are counted in the database.

    Parameters
    ----------
    tx : Tx
        Writing transaction; the caller must let it commit even when this raises
        (see :func:`note_failure`).
    login, password : str
        As typed.
    address : str
        Where from.

    Raises
    ------
    NotSignedIn
        Unknown login or wrong password (the same for both), or too many failures.
    """
    login = _spelled(login)
    _refuse_many(tx, login, address[:64])
    person = tx.session.scalar(select(Person).where(Person.login == login))
    known = person.password_hash if person and person.is_active and person.password_hash else _NOBODYS_HASH
    actor = actor_of(tx, person.id) if _matches(known, password) and person else None
    if actor is None:
        raise NotSignedIn("auth.failed")
    return actor


def note_failure(tx: Tx, login: str, address: str) -> None:
    """Count a failed sign-in against login and address."""
    tx.session.add(SignInAttempt(login=_spelled(login), address=address[:64], at=tx.now))


def _spelled(login: str) -> str:
    """Spell a login as it is stored, so that failures under any spelling of it count together."""
    return login.replace("\x00", "").strip().lower()[:64]


def _refuse_many(tx: Tx, login: str, address: str) -> None:
    """Refuse after too many failures: of a login from one address, of a login, of an address.

    Nobody can lock others out from afar with a few tries, nor everybody who shares an address.
    """
    by_login, by_address = SignInAttempt.login == login, SignInAttempt.address == address
    counts = [
        func.coalesce(func.sum(case((which, 1), else_=0)), 0)
        for which in (by_login & by_address, by_login, by_address)
    ]
    recent = SignInAttempt.at > tx.now - FAILURE_WINDOW
    both, of_login, of_address = tx.session.execute(
        select(*counts).where(recent, by_login | by_address)
    ).one()
    if both >= FAILURES or of_login >= FAILURES_OF_LOGIN or of_address >= FAILURES_OF_ADDRESS:
        raise NotSignedIn("auth.too_many", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


def _matches(known: str, password: str) -> bool:
    try:
        return HASHER.verify(known, password[:1024])
    except (VerificationError, InvalidHashError):
        return False


def issue_token(tx: Tx, login: str, name: str, scopes: Iterable[str], days: int | None = None) -> str:
    """Make a bearer token that acts as a person; shown once, stored as digest.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    login : str
        Whose.
    name : str
        What it is for.
    scopes : Iterable of str
        Of ``read report act``.
    days : int, optional
        Days until it expires; None never.

    Raises
    ------
    InputError
        Unknown scope, or none.
    NotFound
        No such person.
    """
    wanted = set(scopes)
    if not wanted or wanted - set(SCOPES):
        raise InputError(
            "token.scopes", field="scopes", value=" ".join(sorted(wanted)), known=" ".join(SCOPES)
        )
    person_id = tx.session.scalar(select(Person.id).where(Person.login == login))
    if person_id is None:
        raise NotFound("person.unknown", login=login)
    token = "wg_" + secrets.token_urlsafe(32)
    tx.session.add(
        Token(
            person_id=person_id,
            name=name,
            digest=_digest(token),
            scopes=" ".join(one for one in SCOPES if one in wanted),
            created_at=tx.now,
            expires_at=tx.now + timedelta(days=days) if days else None,
        )
    )
    return token


def actor_of_token(tx: Tx, token: str) -> Actor:
    """Find whom a token acts as.

    Raises
    ------
    NotSignedIn
        Unknown, expired or revoked.
    """
    rows = tx.rows(_BY_TOKEN, {"digest": _digest(token), "now": tx.now})
    actor = actor_from(tx, rows)
    if actor is None:
        raise NotSignedIn("auth.token")
    return replace(actor, scopes=frozenset(rows[0].scopes.split()))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
