"""Who may see and do what: role × area × relation, decided here alone.

What may be done with an issue is a row of :mod:`server.workflow.table`; which issues somebody may see is
:func:`visible`, a condition of the database, so that nothing is filtered afterwards; whether they may ask who
reported it is :func:`may_unmask`; whose accounts and areas an administrator looks after is :func:`administers`.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from server.db import Tx
from server.models import Area, Department, Issue, Whistle
from server.services.areas import below
from server.services.people import Actor
from server.workflow import Relation, Role

__all__ = ["administers", "is_handler", "may_unmask", "over", "visible", "ways"]

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
    paths = dict.fromkeys(grant.path for grant in actor.grants if grant.role in AREA_ROLES)
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


def over(actor: Actor, role: Role) -> tuple[str, ...]:
    """List the paths of the areas over which an actor has a role."""
    return tuple(dict.fromkeys(grant.path for grant in actor.grants if grant.role == role))


def administers(actor: Actor, path: str) -> bool:
    """Tell whether an actor looks after the accounts and settings of an area; the system does everywhere."""
    return actor.is_system or any(path.startswith(own) for own in over(actor, Role.ADMIN))
