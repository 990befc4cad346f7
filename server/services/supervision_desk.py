"""The supervision desk: what is overdue, about to be, or waits too long in somebody's areas, whom it was brought before, who asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from server.db import Tx
from server.errors import InputError
from server.models import Area, Ask, Department, Entry, Issue, Person, Whistle
from server.models.types import from_micros, to_micros
from server.services import briefs
from server.services.areas import below
from server.services.briefs import Brief
from server.services.columns import NEVER, Array, columns_of
from server.services.columns.asked import one_of
from server.services.columns.tree import lies_below
from server.services.conditions import (
    OPEN_STATES,
    WAITING_STATES,
    asked,
    may_decide,
    unanswered,
)
from server.services.filters import Filters, known
from server.services.people import Actor
from server.workflow import Role

__all__ = ["PER_PAGE", "TABS", "Desk", "Line", "Said", "desk"]

TABS = ("red", "amber", "stages", "whistles", "asks")
PER_PAGE = 50
_CHECK = frozenset({Role.LEADER, Role.SUPERVISOR})


@dataclass(frozen=True)
class Said:
    """How often an issue was supervised or urged, and the last time of it.

    Attributes
    ----------
    count : int
        Times.
    at : datetime
        The last one.
    level, name : str
        Whom it told: a level, empty when somebody wrote to the holder; the person's name, empty for a department.
    """

    count: int
    at: datetime
    level: str = ""
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the desk.

    Attributes
    ----------
    brief : Brief
        The issue.
    until : datetime
        Its due, the end of its stage, the whistle's time, or what is asked for.
    what : str
        Department that was whistled, or kind of the request (``extend suspend``); empty for an issue itself.
    who : str
        Who asks; empty elsewhere.
    can_supervise : bool
        Whether this person may supervise it by hand.
    supervised, urged : Said or None
        None: never.
    """

    brief: Brief
    until: datetime
    what: str
    who: str
    can_supervise: bool
    supervised: Said | None
    urged: Said | None


@dataclass(frozen=True)
class Desk:
    """One page of one tab, and how much there is on each.

    Attributes
    ----------
    tab : str
        One of :data:`TABS`.
    counts : dict[str, int]
        Tab -> how many; by the filters.
    lines : tuple of Line
        The latest first.
    page : int
        From 1.
    has_more : bool
        Whether there is another page.
    """

    tab: str
    counts: dict[str, int]
    lines: tuple[Line, ...]
    page: int
    has_more: bool


def desk(tx: Tx, actor: Actor, filters: Filters, tab: str = "red", page: int = 1) -> Desk:
    """Show a person what needs pressing in the areas they lead or supervise.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is late.
    actor : Actor
        Who looks.
    filters : Filters
        To narrow it.
    tab : str
        One of :data:`TABS`; "asks" are those that this person may decide.
    page : int
        From 1.

    Raises
    ------
    InputError
        No such tab; unknown area.
    """
    if tab not in TABS:
        raise InputError("field.not_one_of", field="tab", value=tab[:40], expected=known("tab"))
    narrowed = and_(*asked(tx, actor, filters), _over(actor, _CHECK))
    late = _late(tx, actor, filters)
    queries = {"whistles": _whistles(tx, narrowed), "asks": _asks(actor, narrowed)}
    beside = [select(func.count()).select_from(one.order_by(None).subquery()) for one in queries.values()]
    waiting = tx.session.execute(select(*(one.scalar_subquery() for one in beside))).one()
    start = (page - 1) * PER_PAGE
    rows: Sequence[Any]
    if tab in late:
        keys, ends = late[tab]
        some = np.lexsort((keys, ends))[start : start + PER_PAGE + 1]
        rows = [
            (key, from_micros(end)) for key, end in zip(keys[some].tolist(), ends[some].tolist(), strict=True)
        ]
    else:
        rows = tx.session.execute(queries[tab].offset(start).limit(PER_PAGE + 1)).all()
    lines = _lines(tx, actor, rows[:PER_PAGE])
    counts = {name: len(keys) for name, (keys, _ends) in late.items()} | dict(
        zip(queries, waiting, strict=True)
    )
    return Desk(tab, counts, lines, page, len(rows) > PER_PAGE)


def _over(actor: Actor, roles: frozenset[Role]) -> ColumnElement[bool]:
    paths = dict.fromkeys(grant.path for grant in actor.grants if grant.role in roles)
    if not paths:
        return false()
    return Issue.area_id.in_(select(Area.id).where(or_(*(below(path) for path in paths))).correlate(None))


def _late(tx: Tx, actor: Actor, filters: Filters) -> dict[str, tuple[Array, Array]]:
    """Find what is red, amber and stalled where this person checks: keys, and when it was or is due."""
    paths = [grant.path for grant in actor.grants if grant.role in _CHECK]
    kept, lies, now = columns_of(tx), lies_below(tx, paths), to_micros(tx.now)
    is_open, waits = (one_of("state", states, kept.codes) for states in (OPEN_STATES, WAITING_STATES))
    parts: dict[str, list[Array]] = {"red": [], "amber": [], "stages": []}
    for found in kept.found(tx, actor, filters):  # they see all that lies where they check
        rows = found.where(is_open(found))
        rows = rows if lies is None else rows.where(lies(rows))
        due = rows["due_us"]
        for tab, mask in (
            ("red", due <= now),
            ("amber", (due > now) & (due != NEVER) & (rows["amber_us"] <= now)),
            ("stages", (due > now) & (rows["stage_us"] <= now) & waits(rows)),
        ):
            late = rows.where(mask)
            end = late["stage_us" if tab == "stages" else "due_us"]
            parts[tab].append(np.stack([late["id"].astype(np.int64), end]))
    whole = {tab: np.concatenate(some, axis=1) for tab, some in parts.items()}
    return {tab: (both[0], both[1]) for tab, both in whole.items()}


def _whistles(tx: Tx, narrowed: ColumnElement[bool]) -> Any:  # noqa: ANN401
    waiting = select(Whistle.issue_id).where(Whistle.answered_at.is_(None), Whistle.answer_by <= tx.now)
    return (
        select(Issue.id, Whistle.answer_by, Department.name)
        .join(Whistle, Whistle.issue_id == Issue.id)
        .join(Department, Department.id == Whistle.department_id)
        .where(_among(waiting), unanswered(tx), narrowed)
        .order_by(Whistle.answer_by, Whistle.id)
    )


def _asks(actor: Actor, narrowed: ColumnElement[bool]) -> Any:  # noqa: ANN401
    """Select the requests that this person may decide."""
    theirs = or_(Ask.kind == "extend", _over(actor, frozenset({Role.SUPERVISOR})))
    waiting = select(Ask.issue_id).where(Ask.state == "open")
    return (
        select(Issue.id, Ask.until, Ask.kind, Person.name)
        .join(Ask, Ask.issue_id == Issue.id)
        .outerjoin(Person, Person.id == Ask.by_id)
        .where(_among(waiting), may_decide(actor), theirs, narrowed)
        .order_by(Ask.at, Ask.id)
    )


def _among(few: Select[int]) -> ColumnElement[bool]:
    """Condition: one of these issues; said first, so that a database need not read all that are open for them."""
    return Issue.id.in_(few.correlate(None))


def _lines(tx: Tx, actor: Actor, rows: Sequence[Any]) -> tuple[Line, ...]:
    ids = list(dict.fromkeys(row[0] for row in rows))
    found, said = briefs.by_ids(tx, ids), _said(tx, ids)
    lines = []
    for key, until, *facts in (row for row in rows if row[0] in found):
        what, who = [*facts, "", ""][:2]
        may = Role.SUPERVISOR in actor.roles_at(found[key].area.path)
        told = said.get((key, "supervise")), said.get((key, "urge"))
        lines.append(Line(found[key], until, what, who or "", may, *told))
    return tuple(lines)


def _said(tx: Tx, ids: Sequence[int]) -> dict[tuple[int, str], Said]:
    """Count what was said about issues, and read the last of it: three statements however many there are."""
    if not ids:
        return {}
    last = (
        select(Entry.issue_id, Entry.action, func.count().label("count"), func.max(Entry.seq).label("seq"))
        .where(Entry.issue_id.in_(ids), Entry.action.in_(("supervise", "urge")))
        .group_by(Entry.issue_id, Entry.action)
        .subquery()
    )
    rows = tx.session.execute(
        select(Entry.issue_id, Entry.action, last.c.count, Entry.happened_at, Entry.given).join(
            last, (Entry.issue_id == last.c.issue_id) & (Entry.seq == last.c.seq)
        )
    ).all()
    people = {row.given.get("person") for row in rows} - {None}
    names = select(Person.id, Person.name).where(Person.id.in_(people))
    named = dict(tx.session.execute(names).all()) if people else {}
    return {
        (issue_id, action): Said(count, at, given.get("level", ""), named.get(given.get("person"), ""))
        for issue_id, action, count, at, given in rows
    }
