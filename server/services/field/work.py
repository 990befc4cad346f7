"""What somebody has to do, and what is open in their cells: in brief for all of it, whole for some."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, select

from server.db import Tx
from server.models import Department, Issue, Person
from server.services import album, areas, briefs
from server.services.album import Picture
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.conditions import asked, is_open
from server.services.field.mine import mine
from server.services.filters import Filters
from server.services.issue_view import IssueView, several
from server.services.marks import RULES, mark
from server.services.people import Actor
from server.services.permissions import visible

__all__ = ["ISSUES_MOST", "WHOLE_MOST", "FieldIssue", "WholeIssue", "Work", "whole", "work"]

ISSUES_MOST = 2_000
WHOLE_MOST = 20
"""So many are read whole at once."""


@dataclass(frozen=True)
class FieldIssue:
    """An issue on somebody's tablet.

    Attributes
    ----------
    brief : Brief
        As a list shows it.
    mine : bool
        Whether they hold it.
    """

    brief: Brief
    mine: bool


@dataclass(frozen=True)
class Work:
    """What somebody has to do.

    Attributes
    ----------
    issues : tuple of FieldIssue
        Those they hold first, each part by due; at most :data:`ISSUES_MOST`.
    stamp : str
        Changes whenever something of this does, whoever looks; not as time goes by.
    """

    issues: tuple[FieldIssue, ...]
    stamp: str


@dataclass(frozen=True)
class WholeIssue:
    """An issue with everything that is needed to handle it without a network.

    Attributes
    ----------
    view : IssueView
        As the actor sees it.
    brief : Brief
        The same in brief.
    photos : tuple of Picture
        Those the actor may see.
    """

    view: IssueView
    brief: Brief
    photos: tuple[Picture, ...]


def work(tx: Tx, actor: Actor, known: str = "") -> Work:
    """Read the open issues that somebody holds, and those open in their cells.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what is visible to them.
    known : str
        Stamp of what the asker has: while it is the same, no issue is told.
    """
    held = _rows(tx, *asked(tx, actor, Filters(holder="me")))
    taken = {row.id for row in held}
    own = mine(tx, actor)
    places = [*own.cells, *own.posts]
    here = _rows(tx, visible(actor), Issue.area_id.in_(places)) if places else []
    rows = [*held, *(row for row in here if row.id not in taken)][:ISSUES_MOST]
    stamp = _stamp(tx, actor, rows, len(held))
    if stamp == known:
        return Work((), stamp)
    issues = tuple(FieldIssue(brief, brief.id in taken) for brief in briefs_of(tx, rows))
    return Work(issues, stamp)


def _rows(tx: Tx, *conditions: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Read open issues with the names of who holds them, by due; those without one last."""
    query: Select[Any] = (
        select(*COLUMNS, Person.name.label("person"), Department.name.label("unit"))
        .outerjoin(Person, Person.id == Issue.holder_person_id)
        .outerjoin(Department, Department.id == Issue.holder_department_id)
        .where(is_open(), *conditions)
        .order_by(Issue.due_at.is_(None), Issue.due_at, Issue.id)
    )
    return tx.session.execute(query.limit(ISSUES_MOST)).all()


def _stamp(tx: Tx, actor: Actor, rows: Sequence[Row[Any]], held: int) -> str:
    """Sum up whose work it is, each issue, and how areas are called; categories and limits by their mark."""
    whole_state = [str(actor.uid), held, areas.layout(tx), mark(tx, RULES)]
    facts = [
        (row.id, row.version, row.person, row.unit, row.area_id, row.summary, row.place_text, row.due_at)
        for row in rows
    ]
    return hashlib.sha256(orjson.dumps([*whole_state, facts])).hexdigest()[:32]


def whole(tx: Tx, actor: Actor, numbers: Sequence[str]) -> tuple[WholeIssue, ...]:
    """Read issues whole, in the order asked; those that the actor may not see are left out, as if absent.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who looks.
    numbers : sequence of str
        At most :data:`WHOLE_MOST`.
    """
    found = several(tx, actor, numbers[:WHOLE_MOST])
    known = briefs.by_ids(tx, [view.issue.id for view in found])
    photos = album.of_rows(tx, actor, [(view.issue, view.may_unmask) for view in found])
    return tuple(WholeIssue(view, known[view.issue.id], photos[view.issue.id]) for view in found)
