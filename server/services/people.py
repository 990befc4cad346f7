"""People: who they are, what they are over which areas, how they prove it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted, NotSignedIn
from server.models import Area, Department, Person, RoleGrant, SignInAttempt, Token
from server.uids import uuid7
from server.workflow import Role

__all__ = [
    "Actor",
    "Grant",
    "NewPerson",
    "actor_of",
    "actor_of_token",
    "create",
    "issue_token",
    "sign_in",
    "system_actor",
]

PASSWORD_LEAST = 8
FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))  # so that an unknown login takes as long as a known one


@dataclass(frozen=True)
class Grant:
    """A role over an area and all below it.

    Attributes
    ----------
    role : Role
        The role.
    area_id, code, name, path :
        The area.
    """

    role: Role
    area_id: int
    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with grants, or the system.

    Attributes
    ----------
    person_id : int or None
        None for the system.
    uid, login, name :
        The person.
    grants : tuple of Grant
        What they are, where.
    department_id : int or None
        Department they handle issues for.
    scopes : frozenset of str
        ``read report act``; a token may have fewer.
    """

    person_id: int | None
    uid: UUID | None
    login: str
    name: str
    grants: tuple[Grant, ...] = ()
    department_id: int | None = None
    scopes: frozenset[str] = frozenset({"read", "report", "act"})

    @property
    def is_system(self) -> bool:
        """Whether the program itself acts."""
        return self.person_id is None

    @property
    def roles(self) -> frozenset[Role]:
        """All roles, wherever they hold."""
        return frozenset(grant.role for grant in self.grants)

    def roles_at(self, path: str) -> frozenset[Role]:
        """Roles over the area with this path.

        Parameters
        ----------
        path : str
            ``/district/…/code/``.
        """
        if self.is_system:
            return frozenset({Role.SYSTEM})
        return frozenset(grant.role for grant in self.grants if path.startswith(grant.path))

    def need(self, scope: str) -> None:
        """Refuse when a token lacks a scope.

        Raises
        ------
        NotPermitted
            It does.
        """
        if scope not in self.scopes:
            raise NotPermitted("auth.scope", scope=scope)


def system_actor() -> Actor:
    """Give the actor that stands for the program itself."""
    return Actor(None, None, "system", "系统")


@dataclass(frozen=True)
class NewPerson:
    """What is needed to add a person.

    Attributes
    ----------
    login, name : str
        Login name (lower case) and full name.
    password : str or None
        None: cannot sign in until one is set.
    phone : str or None
        Office phone.
    roles : tuple of (role, area code)
        What they are, where.
    department : str or None
        Code of the department they handle issues for.
    """

    login: str
    name: str
    password: str | None = None
    phone: str | None = None
    roles: tuple[tuple[str, str], ...] = ()
    department: str | None = None


def create(tx: Tx, people: Iterable[NewPerson], *, hashed: dict[str, str] | None = None) -> list[int]:
    """Add people with their roles.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    people : Iterable of NewPerson
        Whom to add.
    hashed : dict[str, str], optional
        Shelf of password -> hash that spares hashing one password many times (demonstration town).

    Returns
    -------
    list of int
        Their ids, in order.

    Raises
    ------
    InputError
        Login taken, unknown role, area or department, short password.
    """
    wanted = list(people)
    taken = set(
        tx.session.scalars(select(Person.login).where(Person.login.in_([one.login for one in wanted])))
    )
    areas = dict(tx.session.execute(select(Area.code, Area.id)).tuples())
    departments = dict(tx.session.execute(select(Department.code, Department.id)).tuples())
    rows = []
    for one in wanted:
        if one.login in taken:
            raise InputError("person.taken", field="login", login=one.login)
        taken.add(one.login)
        person = Person(
            uid=uuid7(tx.now),
            login=one.login,
            name=one.name,
            phone=one.phone,
            password_hash=_hash(one.password, hashed),
            department_id=_known(departments, one.department, "department.unknown"),
            created_at=tx.now,
        )
        tx.session.add(person)
        rows.append((person, one))
    tx.session.flush()
    for person, one in rows:
        for role, code in dict.fromkeys(one.roles):
            tx.session.add(
                RoleGrant(
                    person_id=person.id, role=role_of(role), area_id=_known(areas, code, "area.unknown")
                )
            )
    tx.session.flush()
    return [person.id for person, _ in rows]


def role_of(value: str) -> Role:
    """Find a role by code.

    Raises
    ------
    InputError
        There is none, or nobody can hold it.
    """
    known = [role for role in Role if role not in (Role.SYSTEM, Role.RESIDENT)]
    if value not in known:
        raise InputError("role.unknown", field="role", value=value, known="、".join(known))
    return Role(value)


def _known(table: dict[str, int], code: str | None, error: str) -> Any:  # noqa: ANN401 - id or None
    if code is None:
        return None
    if code not in table:
        raise InputError(error, field="code", code=code)
    return table[code]


def _hash(password: str | None, hashed: dict[str, str] | None) -> str | None:
    if password is None:
        return None
    if len(password) < PASSWORD_LEAST:
        raise InputError("password.short", field="password", least=PASSWORD_LEAST)
    if hashed is None:
        return _HASHER.hash(password)
    return hashed.setdefault(password, hashed.get(password) or _HASHER.hash(password))


def actor_of(tx: Tx, person_id: int) -> Actor | None:
    """Load a person as an actor; None when absent or no longer active."""
    person = tx.session.get(Person, person_id)
    if person is None or not person.is_active:
        return None
    rows = tx.session.execute(
        select(RoleGrant.role, Area.id, Area.code, Area.name, Area.path)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(Area.path, RoleGrant.role)
    )
    grants = tuple(Grant(Role(role), *area) for role, *area in rows)
    return Actor(person.id, person.uid, person.login, person.name, grants, person.department_id)


def sign_in(tx: Tx, login: str, password: str, address: str) -> Actor:
    """Check a password; failures are counted in the database.

    Parameters
    ----------
    tx : Tx
        Writing transaction; the caller must let it commit even when this raises
        (see :func:`server.services.people.note_failure`).
    login, password : str
        As typed.
    address : str
        Where from.

    Raises
    ------
    NotSignedIn
        Unknown login or wrong password (the same for both), or too many failures.
    """
    since = tx.now - FAILURE_WINDOW
    failures = tx.session.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(SignInAttempt.at > since)
        .where((SignInAttempt.login == login[:64]) | (SignInAttempt.address == address[:64]))
    )
    if failures and failures >= FAILURES:
        raise NotSignedIn("auth.too_many", minutes=int(FAILURE_WINDOW.total_seconds() // 60))
    person = tx.session.scalar(select(Person).where(Person.login == login.strip().lower()[:64]))
    known = person.password_hash if person and person.is_active and person.password_hash else _NOBODYS_HASH
    actor = actor_of(tx, person.id) if _matches(known, password) and person else None
    if actor is None:
        raise NotSignedIn("auth.failed")
    return actor


def note_failure(tx: Tx, login: str, address: str) -> None:
    """Count a failed sign-in against login and address."""
    tx.session.add(SignInAttempt(login=login[:64], address=address[:64], at=tx.now))


def _matches(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password[:1024])
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
    NotFound
        No such person.
    """
    person_id = tx.session.scalar(select(Person.id).where(Person.login == login))
    if person_id is None:
        raise NotFound("person.unknown", login=login)
    token = "wg_" + secrets.token_urlsafe(32)
    tx.session.add(
        Token(
            person_id=person_id,
            name=name,
            digest=_digest(token),
            scopes=" ".join(sorted(scopes)),
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
    row = tx.session.scalar(select(Token).where(Token.digest == _digest(token)))
    expired = row is not None and row.expires_at is not None and row.expires_at <= tx.now
    actor = actor_of(tx, row.person_id) if row and not row.revoked_at and not expired else None
    if row is None or actor is None:
        raise NotSignedIn("auth.token")
    return Actor(
        actor.person_id,
        actor.uid,
        actor.login,
        actor.name,
        actor.grants,
        actor.department_id,
        frozenset(row.scopes.split()),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
