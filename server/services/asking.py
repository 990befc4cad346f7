"""What the fields of an issue's actions can be filled with: people and departments, times, issues nearby.

Read only for what is offered, so that a page asks no more of the database than it shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from server.db import Tx
from server.models import Area, Department, Duty, Issue
from server.services.candidates import candidates
from server.services.issue_view import IssueView, found
from server.services.people import Actor
from server.services.related import nearby
from server.services.roster import in_force
from server.services.rules import rules_of
from server.services.serving import serving
from server.workflow import Transition
from server.worktime import Calendar, Kind, Limit, due

__all__ = ["Asked", "HolderOption", "asked_for", "departments", "holders", "holders_of", "usual_times"]

COMMUNITY = 2  # place of a community's code in the path of what lies in it
REVIEW_AFTER = timedelta(days=30)

HOLDERS_MOST = 200
"""People to choose from; who lives further off in the tree can be given it over the API."""


@dataclass(frozen=True)
class HolderOption:
    """Somebody an issue can be given to.

    Attributes
    ----------
    holder, name, what : str
        As :class:`server.services.candidates.Candidate`.
    group : str
        Name of the community, or of the area above, that they answer for; empty for departments.
    """

    holder: str
    name: str
    what: str
    group: str


@dataclass(frozen=True)
class Asked:
    """What fields can be filled with; empty where nothing offered asks for it.

    Attributes
    ----------
    holders : tuple of HolderOption
        Nearest first.
    departments : tuple of (code, name)
        Those that serve where the issue lies.
    nearby : tuple of (number, summary)
        Open issues close by.
    times : dict[str, datetime]
        What is usual: ``answer_by``, ``until``, ``review_date``.
    """

    holders: tuple[HolderOption, ...] = ()
    departments: tuple[tuple[str, str], ...] = ()
    nearby: tuple[tuple[str, str], ...] = ()
    times: dict[str, datetime] | None = None


def asked_for(tx: Tx, actor: Actor, view: IssueView, rows: Iterable[Transition]) -> Asked:
    """Read what the fields of actions can be filled with.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who is asked.
    view : IssueView
        The issue.
    rows : Iterable of Transition
        What is offered.
    """
    names = {name for row in rows for name in (*row.requires, *row.takes)}
    return Asked(
        holders=holders(tx, view.path) if "holder" in names else (),
        departments=departments(tx, view.path) if "departments" in names else (),
        nearby=tuple(nearby(tx, actor, view.issue)) if "parent" in names else (),
        times=usual_times(tx, view.issue),
    )


def holders(tx: Tx, path: str) -> tuple[HolderOption, ...]:
    """List whom an issue in an area can be given to, by community, the nearest first, then departments.

    Parameters
    ----------
    tx : Tx
        Tells the instant.
    path : str
        Path of the issue's area.
    """
    near = candidates(tx, path, HOLDERS_MOST)
    people = [int(one.holder.partition(":")[2]) for one in near if one.holder.startswith("person:")]
    query = select(Duty.person_id, Area.name, Area.path).join(Area, Area.id == Duty.area_id)
    rows = tx.session.execute(query.where(Duty.person_id.in_(people), in_force(tx.now))).all()
    codes = {(key, name): path.strip("/").split("/")[: COMMUNITY + 1][-1] for key, name, path in rows}
    names = dict(tx.session.execute(select(Area.code, Area.name).where(Area.code.in_(codes.values()))).all())
    return tuple(
        HolderOption(
            one.holder,
            one.name,
            one.what,
            names.get(codes.get((int(one.holder.partition(":")[2]), one.what), ""), "")
            if one.holder.startswith("person:")
            else "",
        )
        for one in near
    )


def holders_of(tx: Tx, actor: Actor, number: str) -> tuple[HolderOption, ...]:
    """List whom an issue can be given to; see :func:`holders`.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    _, path = found(tx, actor, number)
    return holders(tx, path)


def departments(tx: Tx, path: str) -> tuple[tuple[str, str], ...]:
    """List departments that can be called to issues of an area: code and name.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    path : str
        Of the area.
    """
    query = select(Department.code, Department.name).where(serving(path)).order_by(Department.id)
    rows = tx.session.execute(query)
    return tuple((code, name) for code, name in rows)


def usual_times(tx: Tx, issue: Issue) -> dict[str, datetime]:
    """Suggest times: an answer by the end of the next working day, two working days more, a look in thirty days."""
    calendar = rules_of(tx).calendar
    begin = max(issue.due_at, tx.now) if issue.due_at else tx.now
    return {
        "answer_by": _work_days(tx.now, 1, calendar),
        "until": _work_days(begin, 2, calendar),
        "review_date": tx.now + REVIEW_AFTER,
    }


def _work_days(start: datetime, count: int, calendar: Calendar) -> datetime:
    return due(start, Limit(Kind.WORK_DAY, count), calendar)
