"""Which departments an issue can be given to, or called to: one rule for candidates, whistles, triage and pages.

A department serves an area when it serves everywhere, or its own area holds that area or lies in it; and it can
be given something only while it is in service and somebody handles issues for it.
"""

from itertools import accumulate

from sqlalchemy import ColumnElement, exists, or_, select

from server.db import Tx
from server.models import Area, Department, Person, RoleGrant
from server.services.areas import below
from server.workflow import Role

__all__ = ["keep", "serving", "staffed"]


def staffed() -> ColumnElement[bool]:
    """Condition: a department is in service and has a handler who is."""
    theirs = exists().where(Person.department_id == Department.id, Person.is_active)
    return Department.is_active & theirs.where(
        RoleGrant.person_id == Person.id, RoleGrant.role == str(Role.HANDLER)
    )


def serving(path: str) -> ColumnElement[bool]:
    """Condition: a department can be given issues of an area.

    Parameters
    ----------
    path : str
        Path of the area.
    """
    holding = accumulate((f"{code}/" for code in path.strip("/").split("/")), initial="/")
    areas = select(Area.id).where(or_(Area.path.in_(list(holding)), below(path))).correlate(None)
    return staffed() & or_(Department.area_id.is_(None), Department.area_id.in_(areas))


def keep(tx: Tx, department_id: int) -> bool:
    """Keep a department in service until the transaction ends; tell whether it is.

    Parameters
    ----------
    tx : Tx
        Writing transaction; whoever retires the department waits for it, and sees what it gave.
    department_id : int
        Which.
    """
    query = select(Department.id).where(Department.id == department_id, Department.is_active)
    return tx.session.scalar(query.with_for_update(read=True)) is not None
