"""What people change of their own account: the password, the second factor."""

from dataclasses import dataclass
from datetime import datetime

from server.db import Store, Tx
from server.models import Person
from server.services import audit, reset_links, totp
from server.services.passwords import HASHER
from server.services.people import Actor
from server.services.sign_in import prove

__all__ = ["OwnAccount", "change_password", "confirm", "of", "turn_off_second"]


@dataclass(frozen=True)
class OwnAccount:
    """What is kept of one's own account.

    Attributes
    ----------
    has_password, has_second, has_outside : bool
        Whether a password is set, a second factor is on, the organisation's account is linked.
    password_at : datetime or None
        When the password was set; None when that is not known.
    """

    has_password: bool
    has_second: bool
    has_outside: bool
    password_at: datetime | None


def of(tx: Tx, actor: Actor) -> OwnAccount:
    """Read one's own account."""
    person = tx.session.get_one(Person, actor.person_id)
    return OwnAccount(
        person.password_hash is not None,
        person.totp_key is not None,
        person.oidc_subject is not None,
        person.password_at,
    )


def change_password(store: Store, actor: Actor, old: str, new: str, again: str) -> None:
    """Change one's own password; all other sessions end.

    Parameters
    ----------
    store : Store
        Where the accounts are; no transaction is open while passwords are hashed.
    actor : Actor
        Who.
    old, new, again : str
        As typed.

    Raises
    ------
    InputError
        The old one is wrong, the new ones differ, or it is none that may be chosen.
    NotSignedIn
        Too many wrong tries.
    Busy
        Too many others sign in at this moment.
    """
    reset_links.check_new(new, again, actor.login)
    prove(store, actor, old)
    hashed = HASHER.hash(new)
    with store.write() as tx:
        reset_links.put_password(tx, actor, actor.person_id or 0, hashed)
        audit.record(tx, actor, "password.changed", subject_id=actor.person_id)


def confirm(store: Store, actor: Actor, password: str) -> None:
    """Ask for the password before something lasting that a borrowed device shall not do.

    Whoever has none, because another organisation signs them in, is not asked.

    Raises
    ------
    InputError
        It is wrong.
    NotSignedIn
        Too many wrong tries.
    """
    with store.read() as tx:
        has_password = of(tx, actor).has_password
    if has_password:
        prove(store, actor, password)


def turn_off_second(store: Store, actor: Actor, password: str) -> None:
    """Turn one's second factor off; asks for the password as :func:`confirm` does.

    Raises
    ------
    InputError
        The password is wrong.
    Conflict
        It is off.
    NotSignedIn
        Too many wrong tries.
    """
    confirm(store, actor, password)
    with store.write() as tx:
        totp.turn_off(tx, actor, actor.person_id or 0)
