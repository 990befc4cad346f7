"""Who may see and do what: role × area × relation, decided here alone.

What may be done with an issue is a row of :mod:`server.workflow.table`; which issues somebody may see is
:func:`visible`, a condition of the database, so that nothing is filtered afterwards; whether they may ask who
reported it is :func:`may_unmask`; whose accounts and areas an administrator looks after is :func:`administers`; who
judges, who appeals and who reads what of an evaluation are :func:`may_judge`, :func:`may_appeal`, :func:`reads_unit`.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from server.db import Tx
from server.models import Area, Department, Issue, Visit, Whistle
from server.services.areas import below
from server.services.people import Actor, Grant
from server.workflow import Relation, Role

__all__ = [
    "administers", "counts_cares", "is_handler", "may_appeal", "may_inspect", "may_judge", "may_unmask", "over", "overseen", "oversees", "reads_unit", "reports_on", "tends", "visible", "visits_seen", "walks", "ways",
]  # fmt: skip

AREA_ROLES = frozenset({Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR})
"""Roles that show all issues of an area."""
LEADING = frozenset({Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR})
"""Roles that may ask for a reporter's name and phone, with a reason, wherever they hold."""
WORKING = AREA_ROLES | {Role.HANDLER}
"""Roles of those who work over an area; whoever administers it does not."""
HANDLING = frozenset({Relation.HOLDER, Relation.REPORTER})
"""Relations of whoever handles an issue, or took it in."""


def is_handler(actor: Actor) -> bool:
    """Tell whether somebody handles issues for a department."""
    return actor.department_id is not None and Role.HANDLER in actor.roles


def visible(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may see this issue.

    Workers, leaders, dispatchers and supervisors see what lies in their areas; handlers what they or
    their department hold, and what their department was whistled to; everybody what they hold or reported
    themselves. Being an administrator shows nothing: accounts and settings are no issue content.

    Parameters
    ----------
    actor : Actor
        Who looks; the system sees all.
    """
    # SQLite would look up each part of the OR by its index and sort what it found; the sum keeps it from that.
    return or_(*ways(actor, reporter=Issue.reporter_person_id + 0))


def ways(
    actor: Actor,
    reporter: ColumnElement[int | None] | InstrumentedAttribute[int | None] = Issue.reporter_person_id,
) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions of :func:`visible`, each of which does: by area, where there is one, and by relation.

    They overlap: an issue of somebody's area may be held by them as well.

    Parameters
    ----------
    actor : Actor
        Who looks.
    reporter : ColumnElement
        How the reporter is spelled; as it is by default, so that its index serves.
    """
    if actor.is_system:
        return (true(),)
    related = [Issue.holder_person_id == actor.person_id, reporter == actor.person_id]
    if is_handler(actor):
        called = select(Whistle.issue_id).where(Whistle.department_id == actor.department_id)
        related += [Issue.holder_department_id == actor.department_id, Issue.id.in_(called.correlate(None))]
    paths = overseen(actor)
    if not paths:
        return (or_(*related),)
    own = select(Area.id).where(or_(*(below(path) for path in paths)))
    return Issue.area_id.in_(own.correlate(None)), or_(*related)


def may_unmask(tx: Tx, actor: Actor, relations: Iterable[Relation], path: str) -> bool:
    """Tell whether an actor may ask who reported an issue, and read its words whole.

    Those who handle it may, and who took it in as long as they work over its area, and the leaders, dispatchers
    and supervisors over it. A department's handlers may where the administration allows their department to;
    others, and workers of the same area who do not hold it, may not.

    Having taken it in is not enough once somebody works elsewhere: whoever looks after their account there
    could set its password, and read who reported what in areas that are none of theirs.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.
    relations : Iterable of Relation
        What they are to the issue.
    path : str
        Path of its area.
    """
    if actor.is_system or LEADING & actor.roles_at(path):
        return True
    found = frozenset(relations)
    if not WORKING & actor.roles_at(path):
        found -= {Relation.REPORTER}
    if is_handler(actor):
        involved = found & (HANDLING | {Relation.WHISTLED, Relation.CALLED})
        unit = tx.session.get(Department, actor.department_id)
        if unit is not None and not unit.sees_private:
            return Relation.REPORTER in found
        return bool(involved)
    return bool(found & HANDLING)


def overseen(actor: Actor) -> tuple[str, ...]:
    """List the paths of the areas of which an actor sees all issues; what they see besides are single ones."""
    return tuple(dict.fromkeys(grant.path for grant in actor.grants if grant.role in AREA_ROLES))


def over(actor: Actor, role: Role) -> tuple[str, ...]:
    """List the paths of the areas over which an actor has a role."""
    return tuple(dict.fromkeys(grant.path for grant in actor.grants if grant.role == role))


def administers(actor: Actor, path: str) -> bool:
    """Tell whether an actor looks after the accounts and settings of an area; the system does everywhere."""
    return actor.is_system or any(path.startswith(own) for own in over(actor, Role.ADMIN))


def reports_on(actor: Actor, path: str) -> bool:
    """Tell whether an actor supervises or leads the whole of an area, and so tells its numbers as the area's."""
    return actor.is_system or bool({Role.LEADER, Role.SUPERVISOR} & actor.roles_at(path))


def oversees(actor: Actor, path: str) -> bool:
    """Tell whether an actor sees every issue of an area, and not only those of a part or single ones."""
    return actor.is_system or any(path.startswith(own) for own in overseen(actor))


def may_judge(actor: Actor, path: str) -> bool:
    """Tell whether an actor supervises an area: judges its units, and decides appeals; the system does everywhere."""
    return actor.is_system or Role.SUPERVISOR in actor.roles_at(path)


def may_appeal(actor: Actor, kind: str, code: str, path: str, department: str = "") -> bool:
    """Tell whether an actor may appeal for a judged unit: whoever leads it, or is it.

    Parameters
    ----------
    actor : Actor
        Who asks.
    kind, code, path : str
        The unit: ``cell community worker department``, its code, the path it was judged under.
    department : str
        Code of the actor's department, if any.
    """
    roles = actor.roles_at(path)
    if kind == "department":
        return is_handler(actor) and code == department
    if kind == "worker" and code == str(actor.uid):
        return True
    return Role.LEADER in roles or (kind == "cell" and Role.WORKER in roles)


def reads_unit(actor: Actor, over: str, kind: str, code: str, path: str, department: str = "") -> str:
    """Say how much of a judged unit an actor reads: ``whole``, its ``line`` of the ranking, or nothing ("").

    Whole for those who supervise it, lead it or are it. The ranking is of cells and communities, which are no
    persons: leaders and supervisors in the area compared read all of its lines, a worker those of the cells of
    the own community and of that community. Other workers, and other departments, are no line at all.

    Parameters
    ----------
    actor : Actor
        Who asks.
    over : str
        Path of the area whose units are compared.
    kind, code, path, department :
        As of :func:`may_appeal`.
    """
    if may_judge(actor, path) or may_appeal(actor, kind, code, path, department):
        return "whole"
    is_beside = kind in ("cell", "community") and any(
        _leads_in(grant, over) or _works_beside(grant, kind, path) for grant in actor.grants
    )
    return "line" if is_beside else ""


def _leads_in(grant: Grant, over: str) -> bool:
    is_near = grant.path.startswith(over) or over.startswith(grant.path)
    return grant.role in (Role.LEADER, Role.SUPERVISOR) and is_near


def _works_beside(grant: Grant, kind: str, path: str) -> bool:
    same = grant.path.startswith(path) if kind == "community" else _above(grant.path) == _above(path)
    return grant.role == Role.WORKER and same


def _above(path: str) -> str:
    return path[: path.rstrip("/").rfind("/") + 1]


def may_inspect(actor: Actor, path: str) -> bool:
    """Tell whether an actor may have a hot spot in an area inspected: who leads, dispatches or supervises there."""
    return bool(LEADING & actor.roles_at(path))


def walks(actor: Actor, path: str) -> bool:
    """Tell whether somebody walks an area as theirs: works in it or leads it."""
    return bool({Role.WORKER, Role.LEADER} & actor.roles_at(path))


def tends(actor: Actor, path: str, *, answers: bool) -> bool:
    """Tell whether somebody tends those who asked to be looked in on in a cell, and so may know their names.

    Parameters
    ----------
    actor : Actor
        Who asks.
    path : str
        Of the cell.
    answers : bool
        Whether they answer for the cell now, or stand in there.
    """
    return answers or Role.LEADER in actor.roles_at(path)


def visits_seen(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may see this visit: it is theirs, or in an area that they oversee."""
    if actor.is_system:
        return true()
    paths = overseen(actor)
    if not paths:
        return Visit.person_id == actor.person_id
    own = select(Area.id).where(or_(*(below(path) for path in paths)))
    return or_(Visit.person_id == actor.person_id, Visit.area_id.in_(own.correlate(None)))


def counts_cares(actor: Actor) -> tuple[str, ...]:
    """List the paths of the areas in which somebody is told, without names, who is to be looked in on when."""
    return tuple(dict.fromkeys([*over(actor, Role.LEADER), *over(actor, Role.SUPERVISOR)]))
