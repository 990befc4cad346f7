"""The triage queue: what waits to be given to somebody, the oldest first, with why and with whom it could go.

Suggestions come from who is on duty where it lies, or in the nearest cell, and from the department that its
category names; whoever returned it stands last. All of a page is read in a fixed number of statements.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select

from server.db import Tx
from server.models import Area, Department, Entry, Issue
from server.services import duties
from server.services.areas import below
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.categories import categories
from server.services.duties import OnDuty
from server.services.locating import OpenLocator, open_locator
from server.services.orders import OLDEST, order_of
from server.services.people import Actor
from server.services.serving import staffed
from server.services.standing import SPENT_AT
from server.workflow import TRANSITIONS, Role, State

__all__ = ["DISPATCHERS", "Queue", "Suggestion", "Waiting", "count", "find"]

PER_PAGE = 20
DISPATCHERS = next(row.roles for row in TRANSITIONS if row.action == "dispatch") - {Role.SYSTEM}
"""Roles that the queue is for."""
_EXTRA = [getattr(Issue, name) for name in ("assigned", "runner_ups", "hand_offs")]


@dataclass(frozen=True)
class Suggestion:
    """Somebody whom it could go to.

    Attributes
    ----------
    holder, name : str
        ``person:ID`` or ``department:ID``, and their name.
    why : str
        Code of a sentence.
    values : Mapping
        What the sentence speaks about.
    """

    holder: str
    name: str
    why: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Waiting:
    """An issue that waits.

    Attributes
    ----------
    brief : Brief
        The issue.
    reason : dict or None
        Code and values: why it waits.
    near : tuple of (str, float)
        Names of the cells nearby and metres to each.
    suggestions : tuple of Suggestion
        The best first.
    is_spent : bool
        Whether only a supervisor's last word is left.
    """

    brief: Brief
    reason: dict[str, Any] | None
    near: tuple[tuple[str, float], ...]
    suggestions: tuple[Suggestion, ...]
    is_spent: bool


@dataclass(frozen=True)
class Queue:
    """A page of the queue.

    Attributes
    ----------
    items : tuple of Waiting
        The oldest first.
    next : str or None
        Where the next page begins.
    total : int
        How many wait in all.
    """

    items: tuple[Waiting, ...]
    next: str | None
    total: int


def _waiting(actor: Actor) -> ColumnElement[bool]:
    """Condition: it waits where the actor may dispatch."""
    paths = dict.fromkeys(grant.path for grant in actor.grants if grant.role in DISPATCHERS)
    if not paths:
        return false()
    own = select(Area.id).where(or_(*(below(path) for path in paths)))
    return (Issue.state == str(State.REPORTED)) & Issue.area_id.in_(own.correlate(None))


def count(tx: Tx, actor: Actor) -> tuple[int, datetime | None]:
    """Tell how many wait for the actor, and since when the oldest does."""
    query = select(func.count(), func.min(Issue.reported_at)).select_from(Issue).where(_waiting(actor))
    total, oldest = tx.session.execute(query).one()
    return total, oldest


def find(tx: Tx, actor: Actor, after: str | None = None) -> Queue:
    """Read a page of the queue.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees what waits where they may dispatch.
    after : str, optional
        ``next`` of the page before.

    Raises
    ------
    InputError
        Unreadable ``after``.
    """
    order, waiting = order_of(OLDEST), _waiting(actor)
    query = select(*COLUMNS, *_EXTRA).where(waiting, *order.beyond(after)).order_by(*order.columns)
    rows = tx.session.execute(query.limit(PER_PAGE + 1)).all()
    briefs = briefs_of(tx, rows[:PER_PAGE])
    more = order.cursor(briefs[-1]) if len(rows) > PER_PAGE else None
    return Queue(tuple(_described(tx, briefs, rows)), more, count(tx, actor)[0])


def _described(tx: Tx, briefs: Sequence[Brief], rows: Sequence[Any]) -> Iterator[Waiting]:
    grid = open_locator(tx)
    nearest = {one.id: _nearest(grid, row) for one, row in zip(briefs, rows, strict=False)}
    spots = {one.id: one.area.id if one.cell else nearest[one.id] for one in briefs}
    on_duty = duties.on_duty_many(tx, {key for key in spots.values() if key is not None}, tx.now)
    units, returned = _units(tx, briefs), _returned(tx, briefs)
    for brief, row in zip(briefs, rows, strict=False):
        near = [(grid.name_of(one["code"]) if grid else one["code"], one["distance_m"])
                for one in row.runner_ups or ()]  # fmt: skip
        spot = spots[brief.id]
        found = [*_person(on_duty.get(spot) if spot else None, brief, near), *_unit(units, brief)]
        by = returned.get(brief.id, set())
        again = [replace(it, why="triage.returner", values={}) for it in found if it.holder in by]
        found = [*(it for it in found if it.holder not in by), *again]
        yield Waiting(brief, row.assigned, tuple(near), tuple(found), row.hand_offs >= SPENT_AT)


def _nearest(grid: OpenLocator | None, row: Any) -> int | None:  # noqa: ANN401 - a row of the queue
    """Give the area of the nearest cell that was named when it was placed."""
    if grid is None or not row.runner_ups:
        return None
    code = row.runner_ups[0]["code"]
    place = bisect_left(grid.codes, code)
    is_there = place < len(grid.codes) and grid.codes[place] == code
    return int(grid.area_ids[place]) if is_there else None


def _person(duty: OnDuty | None, brief: Brief, near: Sequence[tuple[str, float]]) -> Iterator[Suggestion]:
    if duty is None or duty.person_id is None:
        return
    holder = f"person:{duty.person_id}"
    if brief.cell:
        yield Suggestion(holder, duty.name, duty.reason, duty.values)
    else:
        name, metres = near[0]
        yield Suggestion(holder, duty.name, "triage.nearest", {"cell": name, "metres": round(metres)})


def _units(tx: Tx, briefs: Sequence[Brief]) -> Sequence[Any]:
    """Read the departments with handlers of the kinds that the categories name, those of small areas first.

    A department's kind may be words of an import; its code then tells the kind.
    """
    kinds = {_kind(one) for one in briefs}
    return tx.session.execute(
        select(Department.id, Department.name, Department.code, Department.kind, Area.path)
        .outerjoin(Area, Area.id == Department.area_id)
        .where(staffed(), or_(Department.kind.in_(kinds), Department.code.in_(kinds)))
        .order_by(func.length(func.coalesce(Area.path, "")).desc(), Department.id)
    ).all()


def _kind(brief: Brief) -> str:
    known = categories().get(brief.category)
    return known.row["department"] if known else ""


def _unit(units: Sequence[Any], brief: Brief) -> Iterator[Suggestion]:
    for one in units:
        if _kind(brief) in (one.kind, one.code) and brief.area.path.startswith(one.path or "/"):
            yield Suggestion(f"department:{one.id}", one.name, "triage.department", {})
            return


def _returned(tx: Tx, briefs: Sequence[Brief]) -> dict[int, set[str]]:
    """Tell who returned what."""
    rows = tx.session.execute(
        select(Entry.issue_id, Entry.person_id).where(
            Entry.issue_id.in_([one.id for one in briefs]), Entry.action == "return"
        )
    )
    found: dict[int, set[str]] = {}
    for issue_id, person_id in rows:
        found.setdefault(issue_id, set()).add(f"person:{person_id}")
    return found
