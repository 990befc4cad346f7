"""What fell due and of whom nobody was reminded yet: the queries of supervision, and whom each step tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, select

from server.db import Tx
from server.models import Area, Issue, Person, Reminder, RoleGrant, Whistle
from server.services import conditions, duties
from server.services.conditions import is_open
from server.services.supervision import LEVELS
from server.workflow import Role, State

__all__ = [
    "DUE",
    "STAGE",
    "Told",
    "Until",
    "amber",
    "late",
    "locked",
    "resting",
    "stalled",
    "told",
    "unanswered",
]

DUE, STAGE = "due", "stage"
_BY_HOLDER = (State.DISPATCHED, State.HANDLING)
"""Where the next step is the holder's; elsewhere it waits for the desk."""


@dataclass(frozen=True)
class Until:
    """A limit that is over, and how far people were reminded of it.

    Attributes
    ----------
    key, issue_id : int
        Of the issue or whistle, and of the issue.
    subject : str
        ``due``, ``stage`` or ``whistle:ID``.
    until : datetime
        When the limit ended.
    urgent : bool
        Whether it goes by the clock.
    newest : int or None
        Rank of the last step recorded; None for none.
    department_id : int or None
        Who was whistled.
    waits : str
        State in which it waits too long; empty for a due or a whistle.
    """

    key: int
    issue_id: int
    subject: str
    until: datetime
    urgent: bool
    newest: int | None
    department_id: int | None = None
    waits: str = ""


@dataclass(frozen=True)
class Told:
    """Whom a step tells.

    Attributes
    ----------
    level : str
        ``holder department leader supervisor``; higher than the step's where nobody is there to be told.
    person_id : int or None
        None: all handlers of the department, or nobody at all.
    """

    level: str
    person_id: int | None


def locked(tx: Tx, ids: Sequence[int]) -> list[Issue]:
    """Lock issues in the order of their keys and read them anew; those that somebody works on are left out."""
    query = select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id)
    fresh = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return list(tx.session.scalars(fresh))


def amber(tx: Tx, ids: Sequence[int] | None = None) -> list[int]:
    """List open issues with three quarters of their time used that are not marked, by key; among ``ids`` if given."""
    marked = select(Reminder.id).where(
        Reminder.issue_id == Issue.id, Reminder.subject == DUE, Reminder.until == Issue.due_at,
        Reminder.step == "amber",
    )  # fmt: skip
    query = select(Issue.id).where(
        is_open(), Issue.due_at > tx.now, Issue.amber_at <= tx.now, ~marked.exists()
    )
    return list(tx.session.scalars(_among(query, Issue.id, ids)))


def late(tx: Tx, ids: Sequence[int] | None = None) -> list[Until]:
    """List open issues past their due, by key; among ``ids`` if given."""
    query = select(Issue.id, Issue.due_at, Issue.urgent, _newest(literal(DUE), Issue.due_at)).where(
        is_open(), Issue.due_at <= tx.now
    )
    return [Until(key, key, DUE, *facts) for key, *facts in tx.session.execute(_among(query, Issue.id, ids))]


def stalled(tx: Tx, ids: Sequence[int] | None = None) -> list[Until]:
    """List issues that nobody dispatched or took in time and that are not past their due; among ``ids`` if given."""
    newest = _newest(literal(STAGE), Issue.stage_due_at)
    query = select(Issue.id, Issue.stage_due_at, Issue.urgent, newest, Issue.state).where(
        conditions.is_stalled(tx)
    )
    rows = tx.session.execute(_among(query, Issue.id, ids))
    return [
        Until(key, key, STAGE, until, urgent, rank, waits=state) for key, until, urgent, rank, state in rows
    ]


def unanswered(tx: Tx, ids: Sequence[int] | None = None) -> list[Until]:
    """List this round's whistles past their time without an answer, by key; among ``ids`` if given."""
    subject = literal("whistle:") + cast(Whistle.id, String)
    query = (
        select(
            Whistle.id, Issue.id, subject, Whistle.answer_by, Issue.urgent,
            _newest(subject, Whistle.answer_by), Whistle.department_id,
        )
        .join(Issue, Issue.id == Whistle.issue_id)
        .where(conditions.unanswered(tx))
    )  # fmt: skip
    return [Until(*row) for row in tx.session.execute(_among(query, Whistle.id, ids))]


def resting(tx: Tx) -> list[int]:
    """List suspended issues whose day of review has come, by key."""
    query = select(Issue.id).where(Issue.state == State.SUSPENDED, Issue.review_at <= tx.now)
    return list(tx.session.scalars(query.order_by(Issue.id)))


def _among(query: Any, key: Any, ids: Sequence[int] | None) -> Any:  # noqa: ANN401 - a SELECT, a column
    return query.order_by(key) if ids is None else query.where(key.in_(ids)).order_by(key)


def _newest(subject: ColumnElement[str], until: Any) -> ColumnElement[int | None]:  # noqa: ANN401 - a column
    """Rank of the last step recorded about a limit; as :attr:`server.services.supervision.Step.rank`."""
    level = case({name: place for place, name in enumerate(LEVELS)}, value=Reminder.step)
    rank = func.max(len(LEVELS) * (Reminder.turn - 1) + level)  # marks have no level, and do not count
    rows = select(rank).where(
        Reminder.issue_id == Issue.id, Reminder.subject == subject, Reminder.until == until
    )
    return rows.correlate(Issue, Whistle).scalar_subquery()


def told(tx: Tx, issue: Issue, step: str, department_id: int | None = None) -> Told:
    """Find whom a step tells; where nobody is there to be told, the level above.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    issue : Issue
        Which one.
    step : str
        One of :data:`server.services.supervision.LEVELS`.
    department_id : int, optional
        Who was whistled: its handlers take the holder's place.

    Returns
    -------
    Told
        While an issue waits for the desk, to be dispatched, verified or surveyed, its leader comes first.
    """
    if step == "holder":
        if department_id is not None:
            return Told("department", None)
        if issue.state in _BY_HOLDER and (issue.holder_person_id or issue.holder_department_id):
            return Told("holder", issue.holder_person_id)
    if step != "supervisor":
        leader = _leader(tx, issue)
        if leader is not None:
            return Told("leader", leader)
    return Told("supervisor", _supervisor(tx, issue))


def _leader(tx: Tx, issue: Issue) -> int | None:
    """Find who answers for the community, or for what is above when that person holds the issue."""
    area = tx.session.get(Area, issue.area_id)
    if area is None:
        return None
    return duties.above(tx, area.id, issue.holder_person_id, itself=area.level != "cell")


def _supervisor(tx: Tx, issue: Issue) -> int | None:
    """Find the nearest supervisor over the issue's area; all of them see it on their desk."""
    path = tx.session.scalar(select(Area.path).where(Area.id == issue.area_id)) or "/"
    codes = path.strip("/").split("/")
    return tx.session.scalar(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Area, Area.id == RoleGrant.area_id)
        .where(RoleGrant.role == Role.SUPERVISOR, Person.is_active, Area.code.in_(codes))
        .order_by(func.length(Area.path).desc(), Person.id)
        .limit(1)
    )
