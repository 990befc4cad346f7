"""Failed sign-ins, counted in the database by login and address: a try counts as failed until it succeeds."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import case, delete, func, or_, select

from server.db import Store, Tx
from server.errors import NotSignedIn
from server.locks import Lock
from server.models import Person, SignInAttempt
from server.services import audit
from server.services.people import system_actor
from server.services.sessions import ADDRESS_LONGEST, Device

__all__ = ["Attempt", "count", "drop", "failed", "forgive", "stamp_of"]

FAILURES = 10  # of one login from one address
FAILURES_OF_LOGIN = 50  # from wherever
FAILURES_OF_ADDRESS = 100  # whoever was tried; a street office shares one
FAILURE_WINDOW = timedelta(minutes=15)


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
    has_second : bool
        Whether a code is asked after the password.
    stamp : str
        Since when the password is what it is; another once it is set anew.
    """

    key: int
    person_id: int | None
    known: str | None
    has_second: bool
    stamp: str


def stamp_of(tx: Tx, person_id: int) -> str:
    """Say since when a person's password is what it is, to be compared with later."""
    since = tx.session.scalar(select(Person.password_at).where(Person.id == person_id))
    return since.isoformat() if since else ""


def count(store: Store, login: str, address: str) -> Attempt:
    """Count a try against login and address before it is made, so that many at once count too.

    Raises
    ------
    NotSignedIn
        Too many failures: of a login from one address, of a login, of an address. Nobody can lock others
        out from afar with a few tries, nor everybody who shares an address.
    """
    login, address = _spelled(login), address[:ADDRESS_LONGEST]
    with store.write() as tx:
        if not tx.on_sqlite:
            tx.session.execute(select(func.pg_advisory_xact_lock(Lock.ATTEMPTS.value)))
        _refuse_many(tx, login, address)
        row = SignInAttempt(login=login, address=address, at=tx.now)
        person = tx.session.scalar(select(Person).where(Person.login == login))
        tx.session.add(row)
        tx.session.flush()
        known = person.password_hash if person and person.is_active else None
        has_second = person is not None and person.totp_key is not None
        stamp = stamp_of(tx, person.id) if person else ""
        return Attempt(row.id, person.id if person else None, known, has_second, stamp)


def forgive(store: Store, attempt: Attempt) -> None:
    """Count a try no longer: it succeeded, or was never made."""
    with store.write() as tx:
        drop(tx, attempt)


def failed(store: Store, attempt: Attempt, device: Device, step: str = "password") -> NotSignedIn:
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
    nobody = replace(system_actor(), address=device.address[:ADDRESS_LONGEST])
    with store.write() as tx:
        audit.record(tx, nobody, "sign_in.failed", subject_id=attempt.person_id, step=step)
    return NotSignedIn("auth.failed" if step == "password" else "auth.code")


def drop(tx: Tx, attempt: Attempt) -> None:
    """Count a try no longer, in the transaction that its success is written in."""
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
