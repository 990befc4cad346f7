"""What runs beside an issue, with names: departments called, requests for more time, issues merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server.db import Tx
from server.models import Ask, Department, Issue, Person, Whistle

__all__ = ["Asked", "Called", "asked", "called", "families"]


@dataclass(frozen=True)
class Called:
    """A department called to an issue.

    Attributes
    ----------
    id : int
        Key of the call.
    department, code : str
        Its name and code.
    at, answer_by : datetime
        When it was called, and by when it should answer.
    answered_at : datetime or None
        When it did.
    result : str or None
        ``done partly cannot``.
    who : str
        Name of who answered.
    """

    id: int
    department: str
    code: str
    at: datetime
    answer_by: datetime
    answered_at: datetime | None
    result: str | None
    who: str


@dataclass(frozen=True)
class Asked:
    """A request for more time.

    Attributes
    ----------
    kind, state : str
        ``extend suspend``; ``open granted refused withdrawn``.
    at, until : datetime
        When it was made; the new due, or when it is looked at again.
    who, decided_by : str
        Names.
    decided_at : datetime or None
        When it was decided.
    """

    kind: str
    state: str
    at: datetime
    until: datetime
    who: str
    decided_by: str
    decided_at: datetime | None


def called(tx: Tx, whistles: list[Whistle]) -> tuple[Called, ...]:
    """Name the departments called, and who answered."""
    if not whistles:
        return ()
    rows = tx.session.execute(
        select(Department.id, Department.name, Department.code).where(
            Department.id.in_({one.department_id for one in whistles})
        )
    )
    units = {row.id: row for row in rows}
    names = _people(tx, [one.answered_by_id for one in whistles])
    return tuple(
        Called(one.id, units[one.department_id].name, units[one.department_id].code, one.at, one.answer_by,
               one.answered_at, one.result, names.get(one.answered_by_id, ""))
        for one in whistles
    )  # fmt: skip


def asked(tx: Tx, asks: list[Ask]) -> tuple[Asked, ...]:
    """Name who asked for more time, and who decided."""
    names = _people(tx, [key for one in asks for key in (one.by_id, one.decided_by_id)])
    return tuple(
        Asked(one.kind, one.state, one.at, one.until, names.get(one.by_id, ""),
              names.get(one.decided_by_id, ""), one.decided_at)
        for one in asks
    )  # fmt: skip


def _people(tx: Tx, ids: list[int | None]) -> dict[int | None, str]:
    wanted = {key for key in ids if key is not None}
    if not wanted:
        return {}
    rows = tx.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def families(tx: Tx, issues: Sequence[Issue]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Give the number of the issue that each was merged into, and those merged into it, by key."""
    above = {issue.parent_id for issue in issues if issue.parent_id is not None}
    below = [issue.id for issue in issues if issue.repeats]
    parents: dict[int | None, str] = {}
    children: dict[int | None, tuple[str, ...]] = {}
    if above:
        rows = tx.session.execute(select(Issue.id, Issue.number).where(Issue.id.in_(above)))
        parents.update({row.id: row.number for row in rows})
    if below:
        query = select(Issue.parent_id, Issue.number).where(Issue.parent_id.in_(below)).order_by(Issue.number)
        for parent, number in tx.session.execute(query):
            children[parent] = (*children.get(parent, ()), number)
    return {issue.id: (parents.get(issue.parent_id, ""), children.get(issue.id, ())) for issue in issues}
