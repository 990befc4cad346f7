"""What a filter may name: areas, people and departments that the asker knows of.

Known is what their areas reach, and what an issue shows that they may see. All the rest is as unknown as what
does not exist, and refused in the same words.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from server.db import Tx
from server.errors import InputError, NotFound
from server.models import Area, Department, Issue, Person
from server.services.areas import below, reaches
from server.services.people import Actor
from server.services.permissions import visible
from server.services.staffing import subject

__all__ = ["department_name", "departments", "held_by", "held_by_department", "holder_name", "within"]


def within(tx: Tx, actor: Actor, code: str) -> ColumnElement[bool]:
    """Condition: the issue lies in an area.

    Raises
    ------
    InputError
        ``area.unknown``.
    """
    path = tx.session.scalar(select(Area.path).where(Area.code == code))
    if path is not None:
        here = Issue.area_id.in_(select(Area.id).where(below(path)).correlate(None))
        if reaches(actor, path) or _shows(tx, actor, here):
            return here
    raise InputError("area.unknown", field="area", code=code)


def held_by(tx: Tx, actor: Actor, uid: str) -> ColumnElement[bool]:
    """Condition: a person holds the issue.

    Raises
    ------
    InputError
        ``filter.holder``.
    """
    key = tx.session.scalar(select(Person.id).where(Person.uid == UUID(uid)))
    held = Issue.holder_person_id == key
    if key is None or not (_knows(tx, actor, uid) or _shows(tx, actor, held)):
        raise InputError("filter.holder", field="holder", value=uid)
    return held


def holder_name(tx: Tx, uid: str) -> str:
    """Name a person by whom a list was narrowed with :func:`held_by`, which knows whether they may be asked for."""
    return tx.session.scalar(select(Person.name).where(Person.uid == UUID(uid))) or ""


def department_name(tx: Tx, code: str) -> str:
    """Name a department by which a list was narrowed with :func:`held_by_department`."""
    return tx.session.scalar(select(Department.name).where(Department.code == code)) or ""


def held_by_department(tx: Tx, actor: Actor, code: str) -> ColumnElement[bool]:
    """Condition: a department holds the issue.

    Raises
    ------
    InputError
        ``filter.department``.
    """
    found = select(Department.id, Area.path).outerjoin(Area, Area.id == Department.area_id)
    row = tx.session.execute(found.where(Department.code == code)).first()
    if row is not None:
        held = Issue.holder_department_id == row.id
        if _is_near(actor, row.id, row.path) or _shows(tx, actor, held):
            return held
    raise InputError("filter.department", field="department", value=code)


def departments(tx: Tx, actor: Actor) -> tuple[tuple[str, str], ...]:
    """List the departments in service that somebody may narrow to: code and name of those that serve their areas."""
    query = select(Department.id, Department.code, Department.name, Area.path)
    query = query.outerjoin(Area, Area.id == Department.area_id).where(Department.is_active)
    rows = tx.session.execute(query.order_by(Department.id)).all()
    return tuple((row.code, row.name) for row in rows if _is_near(actor, row.id, row.path))


def _is_near(actor: Actor, department_id: int, path: str | None) -> bool:
    return department_id == actor.department_id or path is None or reaches(actor, path)


def _knows(tx: Tx, actor: Actor, uid: str) -> bool:
    try:
        subject(tx, actor, uid)
    except NotFound:
        return False
    return True


def _shows(tx: Tx, actor: Actor, condition: ColumnElement[bool]) -> bool:
    query = select(Issue.id).where(condition, visible(actor)).limit(1)
    return tx.session.scalar(query) is not None
