"""How people prove who they are with a password; failures are counted in the database, before they are known to be some."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, or_, select, update

from server.db import Store, Tx
from server.errors import Busy, InputError, NotFound, NotSignedIn
from server.models import Person, SignInAttempt, Token
from server.services import audit, sessions
from server.services.passwords import HASHER
from server.services.people import Actor, actor_of, system_actor
from server.services.sessions import Device

__all__ = [
    "SCOPES",
    "Admission",
    "Attempt",
    "count",
    "forget_failures",
    "forgive",
    "issue_token",
    "refuse",
    "sign_in",
]

SCOPES = ("read", "report", "act")
FAILURES = 10  # of one login from one address
FAILURES_OF_LOGIN = 50  # from wherever
FAILURES_OF_ADDRESS = 100  # whoever was tried; a street office shares one
FAILURE_WINDOW = timedelta(minutes=15)
COUNTING = 778_901  # lock of PostgreSQL under which failures are counted


@dataclass(frozen=True)
class Attempt:
    """A try to sign in, counted as failed until it succeeds.

    Attributes
    ----------
    key : int
        Its row.
    person_id : int or None
        Whose account was tried; None when there is none of the login.
    known : str or None
        Hash to compare with; None when nobody can sign in by it.
    """

    key: int
    person_id: int | None
    known: str | None


@dataclass(frozen=True)
class Admission:
    """Somebody has proved who they are.

    Attributes
    ----------
    actor : Actor
        Who.
    secret : str
        What the session's cookie shall hold.
    """

    actor: Actor
    secret: str


def sign_in(store: Store, login: str, password: str, device: Device) -> Admission:
    """Check a password and begin a session; no transaction is open while the password is compared.

    Parameters
    ----------
    store : Store
        Where the accounts are.
    login, password : str
        As typed.
    device : Device
        Where from.

    Raises
    ------
    NotSignedIn
        Unknown login or wrong password (the same for both), or too many failures.
    Busy
        Too many others sign in at this moment.
    """
    attempt = count(store, login, device.address)
    try:
        is_right = HASHER.verify(attempt.known, password)
        fresh = HASHER.hash(password) if is_right and HASHER.is_dated(attempt.known or "") else None
    except Busy:
        forgive(store, attempt)
        raise
    if not is_right or attempt.person_id is None:
        raise refuse(store, attempt, device)
    with store.write() as tx:
        actor = actor_of(tx, attempt.person_id)
        if actor is None:
            raise NotSignedIn("auth.failed")
        if fresh:
            same = (Person.id == attempt.person_id, Person.password_hash == attempt.known)
            tx.session.execute(update(Person).where(*same).values(password_hash=fresh))
        _drop(tx, attempt)
        return admit(tx, actor, "password", device)


def admit(tx: Tx, actor: Actor, method: str, device: Device) -> Admission:
    """Begin a session of somebody who has proved who they are, and write it down.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who.
    method : str
        How: ``password``, ``totp`` or ``oidc``.
    device : Device
        Where.
    """
    actor = replace(actor, address=device.address[: sessions.ADDRESS_LONGEST])
    audit.record(tx, actor, "sign_in", subject_id=actor.person_id, method=method)
    return Admission(actor, sessions.begin(tx, actor, method, device))


def count(store: Store, login: str, address: str) -> Attempt:
    """Count a try against login and address before it is made, so that many at once count too.

    Raises
    ------
    NotSignedIn
        Too many failures: of a login from one address, of a login, of an address. Nobody can lock others
        out from afar with a few tries, nor everybody who shares an address.
    """
    login, address = _spelled(login), address[: sessions.ADDRESS_LONGEST]
    with store.write() as tx:
        if not tx.on_sqlite:
            tx.session.execute(select(func.pg_advisory_xact_lock(COUNTING)))
        _refuse_many(tx, login, address)
        row = SignInAttempt(login=login, address=address, at=tx.now)
        person = tx.session.scalar(select(Person).where(Person.login == login))
        tx.session.add(row)
        tx.session.flush()
        known = person.password_hash if person and person.is_active else None
        return Attempt(row.id, person.id if person else None, known)


def forgive(store: Store, attempt: Attempt) -> None:
    """Count a try no longer: it succeeded, or was never made."""
    with store.write() as tx:
        _drop(tx, attempt)


def refuse(store: Store, attempt: Attempt, device: Device, step: str = "password") -> NotSignedIn:
    """Write down that a try failed, and give the error to raise.

    Parameters
    ----------
    store : Store
        Where it is written down: whose account, never what was typed.
    attempt : Attempt
        The try.
    device : Device
        Where from.
    step : str
        What was wrong: ``password`` or ``code``.
    """
    nobody = replace(system_actor(), address=device.address[: sessions.ADDRESS_LONGEST])
    with store.write() as tx:
        audit.record(tx, nobody, "sign_in.failed", subject_id=attempt.person_id, step=step)
    return NotSignedIn("auth.failed" if step == "password" else "auth.code")


def forget_failures(tx: Tx, before: datetime) -> int:
    """Delete failures from before an instant; tells how many. Those that count still are kept in any case."""
    before = min(before, tx.now - FAILURE_WINDOW)
    gone = tx.session.scalars(
        delete(SignInAttempt).where(SignInAttempt.at < before).returning(SignInAttempt.id)
    )
    return len(tuple(gone))


def _drop(tx: Tx, attempt: Attempt) -> None:
    tx.session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt.key))


def _spelled(login: str) -> str:
    """Spell a login as it is stored, so that failures under any spelling of it count together."""
    return login.replace("\x00", "").strip().lower()[:64]


def _refuse_many(tx: Tx, login: str, address: str) -> None:
    by_login, by_address = SignInAttempt.login == login, SignInAttempt.address == address
    counts = [
        func.coalesce(func.sum(case((which, 1), else_=0)), 0)
        for which in (by_login & by_address, by_login, by_address)
    ]
    recent = SignInAttempt.at > tx.now - FAILURE_WINDOW
    both, of_login, of_address = tx.session.execute(
        select(*counts).where(recent, or_(by_login, by_address))
    ).one()
    if both >= FAILURES or of_login >= FAILURES_OF_LOGIN or of_address >= FAILURES_OF_ADDRESS:
        raise NotSignedIn("auth.too_many", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


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
            digest=sessions.digest_of(token),
            scopes=" ".join(one for one in SCOPES if one in wanted),
            created_at=tx.now,
            expires_at=tx.now + timedelta(days=days) if days else None,
        )
    )
    return token
