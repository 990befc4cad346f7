"""People: who they are, and what they are over which areas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from server.db import Tx
from server.errors import InputError, NotPermitted
from server.models import Area, Department, Person, RoleGrant
from server.services.marks import RULES_MARK, saw
from server.services.passwords import HASHER, check_password
from server.uids import uuid7
from server.workflow import Role

__all__ = [
    "ACTOR_ROWS",
    "Actor",
    "Grant",
    "NewPerson",
    "actor_from",
    "actor_of",
    "create",
    "hashed_password",
    "role_of",
    "system_actor",
]


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
    address : str
        Where the request comes from; "" for the command line and the program itself.
    session_id, token_id : int or None
        Session or token that the request came with.
    """

    person_id: int | None
    uid: UUID | None
    login: str
    name: str
    grants: tuple[Grant, ...] = ()
    department_id: int | None = None
    scopes: frozenset[str] = frozenset({"read", "report", "act"})
    address: str = ""
    session_id: int | None = None
    token_id: int | None = None

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
    areas = dict(tx.session.execute(select(Area.code, Area.id)).all())
    departments = dict(tx.session.execute(select(Department.code, Department.id)).all())
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
            password_hash=hashed_password(one.password, hashed, one.login),
            password_at=tx.now if one.password else None,
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


def hashed_password(
    password: str | None, hashed: dict[str, str] | None = None, login: str = ""
) -> str | None:
    """Hash a password for keeping; None stays None.

    Parameters
    ----------
    password : str or None
        As typed.
    hashed : dict[str, str], optional
        Shelf of password -> hash, see :func:`create`.
    login : str
        Whose it shall be.

    Raises
    ------
    InputError
        Too short, the login itself, or among the commonest.
    """
    if password is None:
        return None
    check_password(password, login)
    if hashed is None:
        return HASHER.hash(password)
    return hashed.setdefault(password, hashed.get(password) or HASHER.hash(password))


ACTOR_ROWS = (
    select(Person.id, Person.uid, Person.login, Person.name, Person.department_id, RoleGrant.role,
           Area.id, Area.code, Area.name, Area.path, RULES_MARK)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(Area, Area.id == RoleGrant.area_id)
    .where(Person.is_active)
    .order_by(Area.path, RoleGrant.role)
)  # fmt: skip
"""Active people with their grants, one row a grant; :func:`actor_from` reads the rows of one.

Made once, with parameters in place of values, because every request asks it.
"""
_BY_KEY = ACTOR_ROWS.where(Person.id == bindparam("person_id"))


def actor_of(tx: Tx, person_id: int) -> Actor | None:
    """Load a person as an actor; None when absent or no longer active."""
    return actor_from(tx, tx.rows(_BY_KEY, {"person_id": person_id}))


def actor_from(tx: Tx, rows: Sequence[Sequence[Any]]) -> Actor | None:
    """Make an actor of the rows of one person, as :data:`ACTOR_ROWS` asks for them; None without any."""
    if not rows:
        return None
    saw(tx, rows[0][10])
    key, uid, login, name, department_id, *_ = rows[0]
    grants = tuple(Grant(Role(row[5]), *row[6:10]) for row in rows if row[5] is not None)
    return Actor(key, uid, login, name, grants, department_id)
