"""What departments have on them: people who handle, issues they hold, calls they have not answered."""

from sqlalchemy import Executable, func, or_, select

from server.db import Tx
from server.models import Issue, Person, Whistle
from server.workflow import OPEN

__all__ = ["handlers", "issues", "whistles"]

OPEN_STATES = tuple(str(state) for state in OPEN)


def handlers(tx: Tx) -> dict[int, int]:
    """Count the active people of each department, by its key."""
    department = Person.department_id
    query = select(department, func.count()).where(department.is_not(None), Person.is_active)
    return _counted(tx, query.group_by(department))


def issues(tx: Tx) -> dict[int, int]:
    """Count the open issues that each department or one of its people holds."""
    department = func.coalesce(Issue.holder_department_id, Person.department_id)
    query = (
        select(department, func.count())
        .select_from(Issue)
        .outerjoin(Person, Person.id == Issue.holder_person_id)
        .where(Issue.state.in_(OPEN_STATES))
        .where(or_(Issue.holder_department_id.is_not(None), Person.department_id.is_not(None)))
    )
    return _counted(tx, query.group_by(department))


def whistles(tx: Tx) -> dict[int, int]:
    """Count the calls to open issues that each department has not answered."""
    query = select(Whistle.department_id, func.count()).join(Issue, Issue.id == Whistle.issue_id)
    query = query.where(Whistle.answered_at.is_(None), Issue.state.in_(OPEN_STATES))
    return _counted(tx, query.group_by(Whistle.department_id))


def _counted(tx: Tx, query: Executable) -> dict[int, int]:
    return {int(key): count for key, count in tx.session.execute(query)}
