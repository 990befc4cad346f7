"""Accounts as an administrator sees them: who there is, passwords, tokens."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from server.db import Tx
from server.errors import NotFound
from server.models import Area, Person, RoleGrant, Token
from server.services.people import Actor, actor_of, hashed_password

__all__ = [
    "Account",
    "TokenView",
    "accounts",
    "actor_of_login",
    "revoke_token",
    "revoke_tokens",
    "set_password",
    "tokens",
]


@dataclass(frozen=True)
class Account:
    """A person as an account.

    Attributes
    ----------
    login, name : str
        The person.
    is_active, has_password : bool
        Whether they may sign in, and whether they can.
    roles : tuple of (role, area code)
        What they are, where.
    """

    login: str
    name: str
    is_active: bool
    has_password: bool
    roles: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TokenView:
    """A token without its secret.

    Attributes
    ----------
    id : int
        Key, to revoke it by.
    login, name, scopes : str
        Whose, what for, what it may do.
    created_at, expires_at, revoked_at : datetime or None
        Its life.
    """

    id: int
    login: str
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_expired(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= now


def accounts(tx: Tx) -> list[Account]:
    """List all accounts by login."""
    found: dict[int, Account] = {}
    for person in tx.session.scalars(select(Person).order_by(Person.login)):
        found[person.id] = Account(person.login, person.name, person.is_active, bool(person.password_hash))
    grants = tx.session.execute(
        select(RoleGrant.person_id, RoleGrant.role, Area.code)
        .join(Area, Area.id == RoleGrant.area_id)
        .order_by(Area.code, RoleGrant.role)
    )
    for person_id, role, code in grants:
        one = found[person_id]
        found[person_id] = replace(one, roles=(*one.roles, (role, code)))
    return list(found.values())


def actor_of_login(tx: Tx, login: str) -> Actor:
    """Load a person by login as an actor.

    Raises
    ------
    NotFound
        None of this login, or no longer active.
    """
    actor = actor_of(tx, _person_id(tx, login))
    if actor is None:
        raise NotFound("person.unknown", login=login)
    return actor


def set_password(tx: Tx, login: str, password: str) -> None:
    """Set a person's password.

    Raises
    ------
    NotFound
        None of this login.
    InputError
        Too short.
    """
    key = _person_id(tx, login)
    tx.session.execute(update(Person).where(Person.id == key).values(password_hash=hashed_password(password)))


def tokens(tx: Tx) -> list[TokenView]:
    """List all tokens, oldest first."""
    rows = tx.session.execute(
        select(Token, Person.login).join(Person, Person.id == Token.person_id).order_by(Token.id)
    )
    return [_view(token, login) for token, login in rows]


def revoke_token(tx: Tx, key: int) -> None:
    """Revoke a token; harmless when it is already.

    Raises
    ------
    NotFound
        There is none of this key.
    """
    token = tx.session.get(Token, key)
    if token is None:
        raise NotFound("token.unknown", id=key)
    token.revoked_at = token.revoked_at or tx.now


def revoke_tokens(tx: Tx, login: str, name: str) -> None:
    """Revoke all of a person's tokens of one name."""
    mine = (Token.person_id == _person_id(tx, login), Token.name == name, Token.revoked_at.is_(None))
    tx.session.execute(update(Token).where(*mine).values(revoked_at=tx.now))


def _view(token: Any, login: str) -> TokenView:  # noqa: ANN401 - a row
    return TokenView(
        token.id, login, token.name, token.scopes, token.created_at, token.expires_at, token.revoked_at
    )


def _person_id(tx: Tx, login: str) -> int:
    found = tx.session.scalar(select(Person.id).where(Person.login == login.strip().lower()))
    if found is None:
        raise NotFound("person.unknown", login=login)
    return found
