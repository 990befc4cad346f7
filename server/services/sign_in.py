"""How people prove who they are: a password, then perhaps a code."""

from dataclasses import dataclass, replace

from sqlalchemy import update

from server.db import Store, Tx
from server.errors import Busy, InputError, NotSignedIn
from server.models import Person
from server.services import audit, sessions, totp
from server.services.attempts import count, drop, failed, forgive, stamp_of
from server.services.passwords import HASHER
from server.services.people import Actor, actor_of
from server.services.sessions import Device

__all__ = ["Admission", "admit", "give_code", "prove", "sign_in"]


@dataclass(frozen=True)
class Admission:
    """Somebody has proved who they are.

    Attributes
    ----------
    actor : Actor
        Who.
    secret : str
        What the session's cookie shall hold; empty when a code is to be given first.
    stamp : str
        Of the password that was right, for :func:`give_code`.
    """

    actor: Actor
    secret: str
    stamp: str = ""


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
        raise failed(store, attempt, device)
    with store.write() as tx:
        actor = _still(tx, attempt.person_id, attempt.stamp)
        if fresh:
            same = (Person.id == attempt.person_id, Person.password_hash == attempt.known)
            tx.session.execute(update(Person).where(*same).values(password_hash=fresh))
        drop(tx, attempt)
        if attempt.has_second:
            return Admission(actor, "", attempt.stamp)
        return admit(tx, actor, "password", device)


def _still(tx: Tx, person_id: int, stamp: str) -> Actor:
    """Give a person who is active, and whose password was not set anew meanwhile."""
    actor = actor_of(tx, person_id)
    if actor is None or stamp_of(tx, person_id) != stamp:
        raise NotSignedIn("auth.failed")
    return actor


def give_code(store: Store, person_id: int, stamp: str, digits: str, device: Device) -> Admission:
    """Check the code of a person whose password was right, and begin a session.

    Parameters
    ----------
    store : Store
        Where the accounts are.
    person_id : int
        Who; from what the edge kept since :func:`sign_in`.
    stamp : str
        Of the password that was right; kept likewise.
    digits : str
        The code, as typed.
    device : Device
        Where from.

    Raises
    ------
    NotSignedIn
        Wrong or used before, too many failures; no longer active, or no code to give; another password by now.
    """
    with store.read() as tx:
        actor = _still(tx, person_id, stamp)
    attempt = count(store, actor.login, device.address)
    with store.write() as tx:
        if totp.spend(tx, person_id, digits):
            actor = _still(tx, person_id, stamp)
            drop(tx, attempt)
            return admit(tx, actor, "totp", device)
    raise failed(store, attempt, device, "code")


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
        failed(store, attempt, Device(actor.address))
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
