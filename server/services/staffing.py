"""People as staff: who may decide about whose duties and leave, and who can stand in for whom.

Everybody decides about themselves; a leader or supervisor about those who have a role or a duty in their area.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from server.db import Tx
from server.errors import NotFound, NotPermitted
from server.models import Area, Duty, Person, RoleGrant
from server.services.areas import below, visible_paths
from server.services.people import Actor
from server.workflow import Role

__all__ = [
    "MANAGERS",
    "Colleague",
    "Subject",
    "check_may_hand_over",
    "check_may_manage",
    "colleagues",
    "colleagues_of",
    "managed",
    "may_hand_over",
    "may_manage",
    "runs",
    "subject",
]

MANAGERS = frozenset({Role.LEADER, Role.SUPERVISOR})
"""Who decides about duties in their area."""


@dataclass(frozen=True)
class Subject:
    """Somebody whose duties are spoken of.

    Attributes
    ----------
    id : int
        Key inside the program.
    uid, name :
        The person.
    is_active : bool
        Whether in service.
    leaves_at : datetime or None
        Announced end of service.
    department_id : int or None
        Department they handle issues for.
    roles : frozenset of Role
        All roles, wherever they hold.
    paths : tuple of str
        Areas of their roles, and of their duties now and to come.
    """

    id: int
    uid: UUID
    name: str
    is_active: bool
    leaves_at: datetime | None
    department_id: int | None
    roles: frozenset[Role]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Colleague:
    """Somebody who can stand in or take over.

    Attributes
    ----------
    uid, name :
        The person.
    what : str
        Name of the area they answer for or have a role over.
    """

    uid: UUID
    name: str
    what: str


def subject(tx: Tx, actor: Actor, uid: UUID | str) -> Subject:
    """Find a person whom the actor may know of.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Knows themselves and people in their areas; an unreadable uid is nobody's.
    uid : UUID or str
        Whose.

    Raises
    ------
    NotFound
        Absent, or in no area of the actor's.
    """
    try:
        key = UUID(str(uid))
    except ValueError:
        key = UUID(int=0)
    person = tx.session.scalar(select(Person).where(Person.uid == key))
    if person is not None:
        found = _subject(tx, person)
        seen = any(path.startswith(own) for path in found.paths for own in visible_paths(actor))
        if seen or actor.is_system or actor.person_id == person.id:
            return found
    raise NotFound("person.absent", uid=str(uid)[:40])


def _subject(tx: Tx, person: Person) -> Subject:
    grants = tx.session.execute(
        select(RoleGrant.role, Area.path)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(RoleGrant.person_id == person.id)
    ).all()
    held = tx.session.scalars(
        select(Area.path)
        .join(Duty, Duty.area_id == Area.id)
        .where(Duty.person_id == person.id, or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now))
    )
    paths = tuple(sorted({*(path for _, path in grants), *held}))
    roles = frozenset(Role(role) for role, _ in grants)
    return Subject(
        person.id,
        person.uid,
        person.name,
        person.is_active,
        person.leaves_at,
        person.department_id,
        roles,
        paths,
    )


def runs(actor: Actor, path: str) -> bool:
    """Tell whether somebody decides about duties in the area with this path."""
    return actor.is_system or bool(MANAGERS & actor.roles_at(path))


def may_manage(actor: Actor, who: Subject) -> bool:
    """Tell whether the actor decides about somebody: themselves, or one with a role or duty in their area."""
    own = actor.is_system or actor.person_id == who.id
    return own or any(runs(actor, path) for path in who.paths)


def managed(actor: Actor) -> tuple[str, ...] | None:
    """List the areas in which the actor decides about duties and sees whose issues are whose; None for all."""
    if actor.is_system:
        return None
    return tuple(dict.fromkeys(grant.path for grant in actor.grants if grant.role in MANAGERS))


def may_hand_over(actor: Actor, who: Subject) -> bool:
    """Tell whether the actor hands over somebody's issues: a leader or supervisor over them, nobody their own."""
    return actor.is_system or (actor.person_id != who.id and may_manage(actor, who))


def check_may_hand_over(actor: Actor, who: Subject) -> None:
    """Refuse whoever may not hand over somebody's issues.

    Raises
    ------
    NotPermitted
        See :func:`may_hand_over`.
    """
    check_may_manage(actor, who)
    if not may_hand_over(actor, who):
        raise NotPermitted("duty.own_issues")


def check_may_manage(actor: Actor, who: Subject) -> None:
    """Refuse whoever may not decide about somebody.

    Raises
    ------
    NotPermitted
        See :func:`may_manage`.
    """
    if not may_manage(actor, who):
        raise NotPermitted("duty.not_yours", name=who.name)


def colleagues(tx: Tx, who: Subject) -> list[Colleague]:
    """List who can stand in for somebody: those in service in their subdistricts or department.

    Returns
    -------
    list of Colleague
        The nearest first, each once; never the person themselves.
    """
    return [one for one in colleagues_of(tx, who.paths, who.department_id) if one.uid != who.uid]


def colleagues_of(tx: Tx, areas: Sequence[str], department_id: int | None = None) -> list[Colleague]:
    """List people in service in the subdistricts of some areas, or of a department; the nearest first.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    areas : Sequence of str
        Paths.
    department_id : int, optional
        Department whose handlers count too.
    """
    conditions = [below(root) for root in {_root(path) for path in areas}]
    if department_id is not None:
        conditions.append(Person.department_id == department_id)
    held = select(Duty.person_id, Duty.area_id).where(or_(Duty.ends_at.is_(None), Duty.ends_at > tx.now))
    places = held.union(
        select(RoleGrant.person_id, RoleGrant.area_id).where(RoleGrant.role != str(Role.ADMIN))
    ).subquery()
    rows = tx.session.execute(
        select(Person.id, Person.uid, Person.name, Area.name, Area.path)
        .join(places, places.c.person_id == Person.id)
        .join(Area, Area.id == places.c.area_id)
        .where(Person.is_active, or_(*conditions, Area.id == -1))
        .order_by(Area.path, Person.id)
    ).all()
    found: dict[int, Colleague] = {}
    for key, uid, name, area, _path in sorted(rows, key=lambda row: -_nearness(row[4], areas)):
        found.setdefault(key, Colleague(uid, name, area))
    return list(found.values())


def _root(path: str) -> str:
    """Give the subdistrict of a path, or what there is of it."""
    return "/" + "/".join(path.strip("/").split("/")[:2]) + "/"


def _nearness(path: str, paths: Iterable[str]) -> int:
    codes = path.strip("/").split("/")
    steps = (zip(codes, one.strip("/").split("/"), strict=False) for one in paths)
    return max((sum(mine == theirs for mine, theirs in pairs) for pairs in steps), default=0)
