"""Bearer tokens for devices and integrations: made, listed, revoked.

A token acts as its person. Whoever makes one for another could act as them, so people make their own, and an
administrator only for accounts of programs, which nobody signs in with.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted
from server.models import Person, Token
from server.services import audit
from server.services.administered import acting, need_session, people_of
from server.services.lines import line, whole
from server.services.paging import Page, paged
from server.services.people import Actor
from server.services.sessions import digest_of

__all__ = [
    "DAYS",
    "MOST_DAYS",
    "SCOPES",
    "TokenView",
    "TokenWish",
    "everything",
    "issue",
    "issue_for_program",
    "listed",
    "one",
    "own",
    "revoke",
    "revoke_named",
]

SCOPES = ("read", "report", "act")
DAYS, MOST_DAYS = 90, 3650
NAME_MOST = 100
PAGE = 50


@dataclass(frozen=True)
class TokenView:
    """A token without its secret.

    Attributes
    ----------
    id : int
        Key, to revoke it by.
    login, person, name, scopes : str
        Whose, what for, what it may do.
    created_at, expires_at, revoked_at, seen_at : datetime or None
        Its life; last used, within some minutes.
    is_alive : bool
        Whether it can be used now.
    """

    id: int
    login: str
    person: str
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    seen_at: datetime | None
    is_alive: bool


@dataclass(frozen=True)
class TokenWish:
    """A token as somebody wants it.

    Attributes
    ----------
    name : str
        What it is for.
    scopes : tuple of str
        Of ``read report act``.
    days : str, int or None
        Days until it expires, as typed; None never, which only the command line may ask for.
    """

    name: str
    scopes: tuple[str, ...]
    days: str | int | None = DAYS


def issue(tx: Tx, actor: Actor, login: str, wish: TokenWish) -> str:
    """Make a token, for oneself or for a program that one looks after; gives the secret, which is kept nowhere.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who makes it; whoever came with a token makes none.
    login : str
        Whose.
    wish : TokenWish
        What it may do, and for how long.

    Raises
    ------
    NotFound
        No such person among those the actor looks after.
    NotPermitted
        A person, who makes their own; or the request came with a token.
    InputError
        No name, no such scope, days that cannot be; switched off.
    """
    need_session(actor)
    if actor.login != login or actor.is_system:
        actor = acting(tx, actor)
    own = Person.id == actor.person_id
    person = tx.session.scalar(select(Person).where(Person.login == login, or_(own, people_of(actor))))
    if person is None:
        raise NotFound("person.unknown", login=login[:64])
    if not (actor.is_system or person.is_program or actor.person_id == person.id):
        raise NotPermitted("token.not_theirs", name=person.name)
    if not person.is_active:
        raise InputError("account.off", field="login", name=person.name)
    scopes = _scopes(wish.scopes)
    for scope in scopes:
        actor.need(scope)
    forever = actor.is_system and wish.days is None
    name, days = line("name", wish.name, NAME_MOST), None if forever else _days(wish.days)
    secret, said = f"wg_{secrets.token_urlsafe(32)}", " ".join(scopes)
    expires_at = tx.now + timedelta(days=days) if days else None
    row = Token(person_id=person.id, name=name, digest=digest_of(secret), scopes=said, created_at=tx.now,
                expires_at=expires_at)  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    audit.record(tx, actor, "token.issue", subject_id=person.id, token=row.id, scopes=said, days=days)
    return secret


def issue_for_program(tx: Tx, actor: Actor, login: str, wish: TokenWish) -> str:
    """Make a token for a program that one looks after; one's own are made where the password is asked for.

    Raises
    ------
    NotFound, NotPermitted, InputError
        As for :func:`issue`; one's own login.
    """
    if actor.login == login:
        raise NotPermitted("token.not_theirs", name=actor.name)
    return issue(tx, actor, login, wish)


def revoke(tx: Tx, actor: Actor, key: int) -> int | None:
    """Revoke a token of one's own, or of somebody whom one looks after.

    Returns
    -------
    int or None
        Key of the act in the record; None when it was revoked already.

    Raises
    ------
    NotFound
        There is none of this key among them.
    """
    mine = or_(Token.person_id == actor.person_id, people_of(actor))
    query = select(Token).join(Person, Person.id == Token.person_id).where(Token.id == key, mine)
    found = tx.session.scalar(query)
    if found is None:
        raise NotFound("token.unknown", id=key)
    if found.revoked_at is not None:
        return None
    found.revoked_at = tx.now
    tx.session.flush()
    return audit.record(tx, actor, "token.revoke", subject_id=found.person_id, token=found.id)


def revoke_named(tx: Tx, actor: Actor, login: str, name: str) -> None:
    """Revoke all of a person's tokens of one name; for the command line."""
    person = select(Person.id).where(Person.login == login, people_of(actor)).scalar_subquery()
    mine = (Token.person_id == person, Token.name == name, Token.revoked_at.is_(None))
    for key in tx.session.scalars(select(Token.id).where(*mine).order_by(Token.id)).all():
        revoke(tx, actor, key)


def everything(tx: Tx) -> list[TokenView]:
    """List all tokens, oldest first."""
    return [_view(tx, row) for row in tx.session.execute(_ROWS.order_by(Token.id))]


def own(tx: Tx, person_id: int) -> tuple[TokenView, ...]:
    """List a person's tokens, newest first."""
    query = _ROWS.where(Token.person_id == person_id).order_by(Token.id.desc())
    return tuple(_view(tx, row) for row in tx.session.execute(query))


def one(tx: Tx, actor: Actor, key: int) -> TokenView:
    """Show a token of somebody whom one looks after.

    Raises
    ------
    NotFound
        There is none of this key among them.
    """
    row = tx.session.execute(_ROWS.where(Token.id == key, people_of(actor))).first()
    if row is None:
        raise NotFound("token.unknown", id=key)
    return _view(tx, row)


def listed(tx: Tx, actor: Actor, *, login: str = "", is_alive: bool = True, page: int = 1) -> Page[TokenView]:
    """List the tokens of the people whom an administrator looks after, newest first, one page at a time.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        The administrator.
    login : str
        Only this person's; empty for all.
    is_alive : bool
        Only those that can be used now.
    page : int
        From 1; the last one when there are fewer.
    """
    conditions = [people_of(actor)]
    conditions += [Person.login == login] if login else []
    conditions += _alive(tx) if is_alive else []
    query = _ROWS.where(*conditions).order_by(Token.id.desc())
    return paged(tx, query, page, PAGE, lambda part: [_view(tx, row) for row in tx.session.execute(part)])


_ROWS: Any = select(Token, Person.login, Person.name, Person.is_active).join(
    Person, Person.id == Token.person_id
)


def _alive(tx: Tx) -> list[ColumnElement[bool]]:
    in_time = or_(Token.expires_at.is_(None), Token.expires_at > tx.now)
    return [Token.revoked_at.is_(None), in_time, Person.is_active.is_(True)]


def _view(tx: Tx, row: Any) -> TokenView:  # noqa: ANN401 - a row
    token, login, name, is_active = row
    is_alive = is_active and token.revoked_at is None
    is_alive = is_alive and (token.expires_at is None or token.expires_at > tx.now)
    return TokenView(
        token.id, login, name, token.name, token.scopes, token.created_at, token.expires_at, token.revoked_at,
        token.seen_at, is_alive,
    )  # fmt: skip


def _scopes(given: Iterable[str]) -> tuple[str, ...]:
    """Check what a token may do, and bring it into order."""
    wanted = set(given)
    if not wanted or wanted - set(SCOPES):
        raise InputError(
            "token.scopes", field="scopes", value=" ".join(sorted(wanted)), known=" ".join(SCOPES)
        )
    return tuple(one for one in SCOPES if one in wanted)


def _days(given: str | int | None) -> int:
    words = str(given or "")
    days = whole(words, MOST_DAYS)
    if not days:
        raise InputError("token.days", field="days", value=words.strip()[:20], most=MOST_DAYS)
    return days
