"""The second factor: codes of six digits that a phone shows for thirty seconds (RFC 6238). Extra ``totp``.

The key is sealed at rest. A time step is taken once, the one before and the one after now are taken too.
"""

import hmac
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select, update

from server.db import Tx
from server.errors import Conflict, InputError, NotSignedIn
from server.models import Person
from server.services import audit
from server.services.people import Actor
from server.services.private import open_box, seal_box

__all__ = [
    "Setup",
    "bound",
    "new_key",
    "opened",
    "sealed",
    "setup_of",
    "spend",
    "turn_off",
    "turn_on",
]

STEP_S = 30
LENIENT = 1  # steps before and after now
ISSUER = "wangge"


@dataclass(frozen=True)
class Setup:
    """What a phone is told once.

    Attributes
    ----------
    image : str
        The picture to scan, as an address ``data:image/svg+xml…``.
    words : str
        The key in groups of four, to type where nothing can be scanned.
    """

    image: str
    words: str


def new_key() -> str:
    """Make a key.

    Raises
    ------
    InputError
        The extra ``totp`` is not installed.
    """
    return str(_part("pyotp").random_base32())


def setup_of(key: str, login: str) -> Setup:
    """Draw what a phone is told.

    Parameters
    ----------
    key : str
        From :func:`new_key`.
    login : str
        Whose; shown in the app.

    Raises
    ------
    InputError
        The extra ``totp`` is not installed.
    """
    address = _part("pyotp").TOTP(key).provisioning_uri(name=login, issuer_name=ISSUER)
    image = _part("segno").make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    return Setup(image, " ".join(key[at : at + 4] for at in range(0, len(key), 4)))


def sealed(tx: Tx, actor: Actor, key: str) -> bytes:
    """Seal a key that is not kept yet."""
    return seal_box(tx, key.encode(), bound(actor.uid))


def opened(tx: Tx, actor: Actor, box: bytes) -> str:
    """Undo :func:`sealed`.

    Raises
    ------
    InputError
        It was sealed for somebody else, or long ago.
    """
    try:
        return open_box(tx, box, bound(actor.uid)).decode()
    except (InvalidTag, KeyError, ValueError) as error:
        raise InputError("totp.late", field="digits") from error


def turn_on(tx: Tx, actor: Actor, key: str, digits: str) -> None:
    """Keep a key from now on, once a code shows that the phone has it.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Whose.
    key : str
        As scanned.
    digits : str
        The code that the phone shows.

    Raises
    ------
    InputError
        The code is wrong.
    Conflict
        One is kept already.
    """
    step = _step(tx, key, digits)
    if step is None:
        raise InputError("auth.code", field="digits")
    person = tx.session.get_one(Person, actor.person_id)
    if person.totp_key is not None:
        raise Conflict("totp.on")
    person.totp_key, person.totp_step = seal_box(tx, key.encode(), bound(person.uid)), step
    audit.record(tx, actor, "totp.on", subject_id=person.id)


def spend(tx: Tx, person_id: int, digits: str) -> bool:
    """Take a code, if it is right and its time step was not used yet.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    person_id : int
        Whose.
    digits : str
        As typed.

    Raises
    ------
    NotSignedIn
        The key is kept but cannot be opened: it was changed, or the file of keys is another.
    """
    person = tx.session.scalar(select(Person).where(Person.id == person_id, Person.is_active))
    if person is None or person.totp_key is None:
        return False
    try:
        key = open_box(tx, person.totp_key, bound(person.uid)).decode()
    except (InvalidTag, KeyError, ValueError) as error:
        raise NotSignedIn("totp.lost") from error
    step = _step(tx, key, digits)
    if step is None:
        return False
    unused = or_(Person.totp_step.is_(None), Person.totp_step < step)
    taken = update(Person).where(Person.id == person_id, unused).values(totp_step=step).returning(Person.id)
    return tx.session.scalar(taken) is not None


def turn_off(tx: Tx, actor: Actor, person_id: int) -> int:
    """Forget a person's key; gives the key of the act in the record.

    Raises
    ------
    Conflict
        None is kept.
    """
    kept = (Person.id == person_id, Person.totp_key.is_not(None))
    gone = update(Person).where(*kept).values(totp_key=None, totp_step=None).returning(Person.id)
    if tx.session.scalar(gone) is None:
        raise Conflict("totp.off")
    return audit.record(tx, actor, "totp.off", subject_id=person_id)


def _step(tx: Tx, key: str, digits: str) -> int | None:
    """Find the time step whose code was given; None for none of those near now."""
    given = "".join(digits.split())[:16].encode()
    codes = _part("pyotp").TOTP(key, interval=STEP_S)
    now = int(tx.now.timestamp()) // STEP_S
    near = [
        step
        for step in range(now - LENIENT, now + LENIENT + 1)
        if hmac.compare_digest(codes.generate_otp(step).encode(), given)
    ]
    return near[0] if near else None


def bound(uid: UUID | None) -> bytes:
    """Say what a second factor is sealed to: whose it is."""
    return b"totp" + (uid.bytes if uid else b"")


def _part(name: str) -> Any:  # noqa: ANN401 - a module of the extra
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError("totp.extra", field="digits") from error
