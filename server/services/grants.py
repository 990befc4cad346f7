"""Roles over areas, given and taken by administrators within their own areas; the last administrator stays."""

from collections import defaultdict

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError, NotPermitted
from server.models import Area, Audit, Department, Person, RoleGrant, Token
from server.services import audit, reset_links
from server.services.administered import acting, answers_for, area_named, decides_on, looked_after
from server.services.people import Actor, role_of
from server.workflow import Role

__all__ = ["check_not_last", "check_others", "close_ways", "give", "is_last_admin", "may_serve", "take"]


def give(tx: Tx, actor: Actor, login: str, role: str, area: str) -> int | None:
    """Give somebody a role over an area and all below it.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        An administrator of the area who looks after the person; never the person themselves.
    login : str
        Whom.
    role : str
        Which; a handler needs a department.
    area : str
        Code or name.

    Returns
    -------
    int or None
        Key of the act in the record; None when they had it.

    Raises
    ------
    NotFound
        Somebody else's to look after.
    NotPermitted
        Themselves, or the department serves more than the actor's areas.
    InputError
        No such role or area of the actor's; a handler without a department.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    check_others(actor, person)
    wanted, place = role_of(role), area_named(tx, actor, area)
    if wanted is Role.HANDLER:
        if person.department_id is None:
            raise InputError("grant.department", field="role", name=person.name)
        if not may_serve(tx, actor, person.department_id):
            raise NotPermitted("account.department_foreign")
    same = select(RoleGrant.id).where(RoleGrant.person_id == person.id, RoleGrant.role == str(wanted))
    if tx.session.scalar(same.where(RoleGrant.area_id == place.id)):
        return None
    tx.session.add(RoleGrant(person_id=person.id, role=str(wanted), area_id=place.id))
    tx.session.flush()
    written = audit.record(
        tx, actor, "grant.add", subject_id=person.id, role=str(wanted), code=place.code, area=place.name
    )
    close_ways(tx, actor, person)
    return written


def take(tx: Tx, actor: Actor, login: str, role: str, code: str) -> int | None:
    """Take a role over an area from somebody.

    Returns
    -------
    int or None
        Key of the act in the record; None when they did not have it.

    Raises
    ------
    NotFound
        Somebody else's to look after.
    NotPermitted
        Themselves.
    Conflict
        The last administrator of the whole.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    check_others(actor, person)
    found = tx.session.execute(
        select(RoleGrant, Area)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(RoleGrant.person_id == person.id, RoleGrant.role == role, Area.code == code)
    ).first()
    if found is None:
        return None
    grant, area = found
    if grant.role == str(Role.ADMIN):
        check_not_last(tx, person, area.id)
    tx.session.delete(grant)
    tx.session.flush()
    reset_links.kill_foreign(tx, actor, person.id)
    if grant.role == str(Role.ADMIN):
        reset_links.kill_made_by(tx, person.id)
    return audit.record(
        tx, actor, "grant.remove", subject_id=person.id, role=grant.role, code=area.code, area=area.name
    )


def close_ways(tx: Tx, actor: Actor, person: Person) -> None:
    """Close what others hold to act as somebody who may more from now on.

    Links to set their password die that somebody else made, and a program's tokens that somebody made who does not
    look after it now. Whoever made them before could else act by a role that they never could have given.
    """
    reset_links.kill_foreign(tx, actor, person.id)
    if not person.is_program:
        return
    issued = select(Audit).where(Audit.subject_id == person.id, Audit.kind == "token.issue")
    makers = {row.given.get("token"): row.person_id for row in tx.session.scalars(issued)}
    alive = select(Token).where(Token.person_id == person.id, Token.revoked_at.is_(None))
    for token in tx.session.scalars(alive):
        if not answers_for(tx, makers.get(token.id), person.id):
            token.revoked_at = tx.now
            audit.record(tx, actor, "token.revoke", subject_id=person.id, token=token.id)
    tx.session.flush()


def check_others(actor: Actor, person: Person) -> None:
    """Refuse to decide about oneself what another administrator has to decide.

    Raises
    ------
    NotPermitted
        It is oneself.
    """
    if actor.person_id == person.id:
        raise NotPermitted("account.own")


def may_serve(tx: Tx, actor: Actor, department_id: int) -> bool:
    """Tell whether an actor may let people handle for a department: they would see all that it holds."""
    path = tx.session.scalar(
        select(Area.path)
        .join(Department, Department.area_id == Area.id)
        .where(Department.id == department_id)
    )
    return decides_on(tx, actor, path)


def check_not_last(tx: Tx, person: Person, area_id: int | None = None) -> None:
    """Refuse to leave the whole without an administrator.

    Raises
    ------
    Conflict
        ``account.last_admin``.
    """
    if is_last_admin(tx, person.id, area_id):
        raise Conflict("account.last_admin", name=person.name)


def is_last_admin(tx: Tx, person_id: int, area_id: int | None = None) -> bool:
    """Tell whether nobody else who can sign in administers what somebody administers at the top.

    Where nobody administers the top, the administrators further down count together.

    Parameters
    ----------
    tx : Tx
        A writing transaction that has had its turn, see :func:`server.services.turns.alone`.
    person_id : int
        Who would go.
    area_id : int, optional
        Only as administrator of this area.
    """
    rows = tx.session.execute(
        select(Person, Area.id, Area.parent_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(RoleGrant.role == str(Role.ADMIN), Person.is_active)
    ).all()
    at_top = any(parent_id is None for _, _, parent_id in rows)
    staying: dict[int, set[int]] = defaultdict(set)
    mine: set[int] = set()
    for person, key, parent_id in rows:
        if at_top and parent_id is not None:
            continue
        place = key if at_top else 0
        if person.id == person_id and area_id in (None, key):
            mine.add(place)
        elif person.id != person_id and _can_sign_in(person):
            staying[place].add(person.id)
    return any(not staying[place] for place in mine)


def _can_sign_in(person: Person) -> bool:
    has_way = person.password_hash is not None or person.oidc_subject is not None
    return has_way and person.leaves_at is None
