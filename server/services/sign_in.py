"""How people prove who they are: a password, then perhaps a code; and the tokens of programs."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, update

from server.db import Store, Tx
from server.errors import Busy, InputError, NotFound, NotSignedIn
from server.models import Person, Token
from server.services import audit, sessions, totp
from server.services.attempts import count, drop, forgive, refuse
from server.services.passwords import HASHER
from server.services.people import Actor, actor_of
from server.services.sessions import Device

__all__ = ["SCOPES", "Admission", "admit", "give_code", "issue_token", "prove", "sign_in"]

SCOPES = ("read", "report", "act")


@dataclass(frozen=True)
class Admission:
    """Somebody has proved who they are.

    Attributes
    ----------
    actor : Actor
        Who.
    secret : str
        What the session's cookie shall hold; empty when a code is to be given first.
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
        drop(tx, attempt)
        return Admission(actor, "") if attempt.has_second else admit(tx, actor, "password", device)


def give_code(store: Store, person_id: int, digits: str, device: Device) -> Admission:
    """Check the code of a person whose password was right, and begin a session.

    Parameters
    ----------
    store : Store
        Where the accounts are.
    person_id : int
        Who; from what the edge kept since :func:`sign_in`.
    digits : str
        The code, as typed.
    device : Device
        Where from.

    Raises
    ------
    NotSignedIn
        Wrong or used before, too many failures; no longer active, or no code to give.
    """
    with store.read() as tx:
        actor = actor_of(tx, person_id)
    if actor is None:
        raise NotSignedIn("auth.failed")
    attempt = count(store, actor.login, device.address)
    with store.write() as tx:
        if totp.spend(tx, person_id, digits):
            drop(tx, attempt)
            return admit(tx, actor, "totp", device)
    raise refuse(store, attempt, device, "code")


def prove(store: Store, actor: Actor, password: str) -> None:
    """Ask for the password again, before something that a borrowed device shall not do.

    Raises
    ------
    InputError
        It is wrong; counted as a failed sign-in.
    NotSignedIn
        Too many failures.
    Busy
        Too many others sign in at this moment.
    """
    attempt = count(store, actor.login, actor.address)
    try:
        is_right = HASHER.verify(attempt.known, password)
    except Busy:
        forgive(store, attempt)
        raise
    if not is_right:
        refuse(store, attempt, Device(actor.address))
        raise InputError("password.wrong", field="old")
    forgive(store, attempt)


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
