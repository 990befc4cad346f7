"""Accounts as administrators see them: who there is, what they are where, what still hangs on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from server.db import Tx
from server.errors import NotFound
from server.models import Area, Department, Duty, Person, RoleGrant
from server.services import passing_on
from server.services.administered import looked_after, people_of
from server.services.areas import below, pattern
from server.services.paging import Page, paged
from server.services.people import Actor, actor_of

__all__ = [
    "MOST_LISTED",
    "Account",
    "AccountFilter",
    "Hold",
    "Ties",
    "accounts",
    "actor_of_login",
    "listed",
    "one",
    "ties",
]

PAGE, MOST_LISTED = 50, 500
STATES = ("active", "off", "program")


@dataclass(frozen=True)
class Hold:
    """A role over an area.

    Attributes
    ----------
    role, code, name, level : str
        Role; code, name and level of the area.
    """

    role: str
    code: str
    name: str
    level: str


@dataclass(frozen=True)
class Account:
    """A person as an account.

    Attributes
    ----------
    id : int
        Key inside the program.
    uid, login, name :
        The person.
    phone, department, department_name : str
        Office phone; code and name of the department they handle issues for; empty for none.
    is_active, has_password, is_program : bool
        Whether they may sign in, whether they can, whether it acts by tokens alone.
    has_second, has_outside : bool
        Whether a second factor is set up, and whether they sign in by way of another organisation.
    created_at, leaves_at : datetime or None
        Since when; announced end of service.
    roles : tuple of Hold
        What they are, where.
    """

    id: int
    uid: UUID
    login: str
    name: str
    phone: str
    department: str
    department_name: str
    is_active: bool
    has_password: bool
    is_program: bool
    has_second: bool
    has_outside: bool
    created_at: datetime
    leaves_at: datetime | None
    roles: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class AccountFilter:
    """Whom to list.

    Attributes
    ----------
    q : str
        Part of name, login or phone.
    role : str
        Only who has it; empty for all.
    area : str
        Path; only who has a role in it or below; empty for all.
    state : str
        ``active``, ``off``, ``program``; empty for all.
    """

    q: str = ""
    role: str = ""
    area: str = ""
    state: str = "active"


@dataclass(frozen=True)
class Ties:
    """What still hangs on somebody.

    Attributes
    ----------
    issues, duties : int
        Open issues that they hold, duties now and to come.
    """

    issues: int
    duties: int


def accounts(tx: Tx) -> list[Account]:
    """List all accounts by login."""
    return _read(tx, _ROWS.order_by(Person.login))


def listed(tx: Tx, actor: Actor, wanted: AccountFilter, page: int = 1, *, most: int = PAGE) -> Page[Account]:
    """List the people whom an administrator looks after by login, one page at a time.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        The administrator.
    wanted : AccountFilter
        Which of them.
    page : int
        From 1; the last one when there are fewer.
    most : int
        People on a page.
    """
    conditions = [people_of(actor), *_narrowed(wanted)]
    query = _ROWS.where(*conditions).order_by(Person.login)
    return paged(tx, query, page, most, partial(_read, tx))


def one(tx: Tx, actor: Actor, login: str) -> Account:
    """Show one person whom the actor looks after.

    Raises
    ------
    NotFound
        Absent, or somebody else's to look after.
    """
    return _read(tx, _ROWS.where(Person.id == looked_after(tx, actor, login).id))[0]


def ties(tx: Tx, person_id: int) -> Ties:
    """Count what still hangs on somebody."""
    lasting = (Duty.person_id == person_id, or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now))
    duties = tx.session.scalar(select(func.count()).select_from(Duty).where(*lasting)) or 0
    return Ties(passing_on.count(tx, person_id), duties)


def actor_of_login(tx: Tx, login: str) -> Actor:
    """Load a person by login as an actor.

    Raises
    ------
    NotFound
        None of this login, or no longer active.
    """
    key = tx.session.scalar(select(Person.id).where(Person.login == login.strip().lower()))
    actor = actor_of(tx, key) if key is not None else None
    if actor is None:
        raise NotFound("person.unknown", login=login)
    return actor


_ROWS: Any = select(Person, Department.code, Department.name).outerjoin(
    Department, Department.id == Person.department_id
)


def _narrowed(wanted: AccountFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q.strip():
        like = pattern(wanted.q.strip().lower()[:64])
        columns = (Person.login, Person.name, Person.phone)
        conditions.append(or_(*(column.ilike(like, escape="\\") for column in columns)))
    if wanted.role or wanted.area:
        grant = select(RoleGrant.id).join(Area, Area.id == RoleGrant.area_id)
        grant = grant.where(RoleGrant.person_id == Person.id)
        grant = grant.where(RoleGrant.role == wanted.role) if wanted.role else grant
        grant = grant.where(below(wanted.area)) if wanted.area else grant
        conditions.append(grant.exists())
    if wanted.state in STATES:
        conditions.append(Person.is_active.is_(wanted.state != "off"))
    if wanted.state == "program":
        conditions.append(Person.is_program.is_(True))
    return conditions


def _read(tx: Tx, query: Any) -> list[Account]:  # noqa: ANN401 - a query
    rows = tx.session.execute(query).all()
    roles = _roles(tx, [person.id for person, *_ in rows])
    return [
        Account(
            person.id, person.uid, person.login, person.name, person.phone or "", code or "", department or "",
            person.is_active, bool(person.password_hash), person.is_program, person.totp_key is not None,
            person.oidc_subject is not None, person.created_at, person.leaves_at, roles.get(person.id, ()),
        )
        for person, code, department in rows
    ]  # fmt: skip


def _roles(tx: Tx, keys: Sequence[int]) -> dict[int, tuple[Hold, ...]]:
    few = RoleGrant.person_id.in_(keys) if len(keys) <= MOST_LISTED else RoleGrant.id > 0
    grants = tx.session.execute(
        select(RoleGrant.person_id, RoleGrant.role, Area.code, Area.name, Area.level)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(few)
        .order_by(Area.path, RoleGrant.role)
    )
    found: dict[int, tuple[Hold, ...]] = {}
    for person_id, *facts in grants:
        found[person_id] = (*found.get(person_id, ()), Hold(*facts))
    return found
