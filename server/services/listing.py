"""Lists of issues: what may be seen, what is asked for, and a page of the answer.

:func:`visible` is the one place that says which issues somebody may see; lists, maps, counts and single
issues all ask it. What can be asked is spelled in :mod:`server.services.filters`.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, and_, func, literal, or_, select, true, tuple_

from geo.squares import band
from server.db import Tx
from server.errors import InputError
from server.models import Area, Issue, Person
from server.models.types import Instant, from_micros, to_micros
from server.services.areas import below, pattern
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.filters import Bbox, Filters
from server.services.people import Actor
from server.workflow import OPEN, Role, State

__all__ = [
    "Page",
    "count",
    "find",
    "matching",
    "visible",
    "walk",
]

USUAL = 50
MOST = 500
"""Longest page."""
MOST_KEY = 2**63
_AREA_ROLES = frozenset({Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR})
_OPEN_STATES = [str(state) for state in State if state in OPEN]


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    items : tuple of Brief
        Newest first.
    next : str or None
        Where the next page begins; None on the last one.
    total : int or None
        How many match in all; counted on the first page only.
    """

    items: tuple[Brief, ...]
    next: str | None
    total: int | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may see this issue.

    Workers, leaders, dispatchers and supervisors see what lies in their areas; handlers what they or
    their department hold; everybody what they hold or reported themselves. Being an administrator shows
    nothing: accounts and settings are no issue content.

    Parameters
    ----------
    actor : Actor
        Who looks; the system sees all.
    """
    if actor.is_system:
        return true()
    ways = [Issue.holder_person_id == actor.person_id, Issue.reporter_person_id == actor.person_id]
    paths = dict.fromkeys(grant.path for grant in actor.grants if grant.role in _AREA_ROLES)
    if paths:
        own = select(Area.id).where(or_(*(below(path) for path in paths)))
        ways.insert(0, Issue.area_id.in_(own.correlate(None)))
    if actor.department_id is not None and Role.HANDLER in actor.roles:
        ways.append(Issue.holder_department_id == actor.department_id)
    return or_(*ways)


def matching(tx: Tx, actor: Actor, filters: Filters) -> ColumnElement[bool]:
    """Condition: the actor may see this issue, and it is what the filters ask for.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is overdue.
    actor : Actor
        Who looks.
    filters : Filters
        What is asked for.

    Raises
    ------
    InputError
        There is no area or person of that name.
    """
    wanted: list[ColumnElement[bool]] = [visible(actor)]
    for column, codes in (
        (Issue.state, filters.states),
        (Issue.category, filters.categories),
        (Issue.source, filters.sources),
    ):
        if codes:
            wanted.append(column.in_(codes))
    if filters.since:
        wanted.append(Issue.reported_at >= filters.since)
    if filters.until:
        wanted.append(Issue.reported_at < filters.until)
    if filters.overdue:
        wanted.append(Issue.state.in_(_OPEN_STATES) & (Issue.due_at <= tx.now))
    if filters.area:
        wanted.append(_within(tx, filters.area))
    if filters.bbox:
        wanted.append(_inside(filters.bbox))
    if filters.holder:
        wanted.append(_held(tx, actor, filters.holder))
    if filters.q:
        wanted.append(_says(tx, filters.q))
    return and_(*wanted)


def _within(tx: Tx, code: str) -> ColumnElement[bool]:
    path = tx.session.scalar(select(Area.path).where(Area.code == code))
    if path is None:
        raise InputError("area.unknown", field="area", code=code)
    return Issue.area_id.in_(select(Area.id).where(below(path)).correlate(None))


def _inside(bbox: Bbox) -> ColumnElement[bool]:
    """Condition on the point: the index over squares narrows to a band of latitudes, the doubles decide."""
    west, south, east, north = bbox
    first, last = band(south, north)
    rows = Issue.square.between(first, last)
    return rows & Issue.lon.between(west, east) & Issue.lat.between(south, north)


def _held(tx: Tx, actor: Actor, holder: str | UUID) -> ColumnElement[bool]:
    """Condition: this person holds it; for "me", a handler's department counts as well."""
    if holder == "me":
        mine = Issue.holder_person_id == (-1 if actor.person_id is None else actor.person_id)
        if actor.department_id is None or Role.HANDLER not in actor.roles:
            return mine
        return mine | (Issue.holder_department_id == actor.department_id)
    key = tx.session.scalar(select(Person.id).where(Person.uid == holder))
    if key is None:
        raise InputError("filter.holder", field="holder", value=str(holder))
    return Issue.holder_person_id == key


def _says(tx: Tx, words: str) -> ColumnElement[bool]:
    """Condition on the words; asks no more of the database than these words need."""
    like = pattern(words)
    could_be_number = all(one.isdigit() or one == "-" for one in words)
    columns = (Issue.summary, Issue.place_text, *([Issue.number] if could_be_number else []))
    if tx.on_sqlite or words.lower() == words.upper():
        # SQLite's LIKE folds ASCII already; SQLAlchemy's ilike would add lower(), four times slower.
        return or_(*(one.like(like, escape="\\") for one in columns))
    # Folding ASCII alone, as SQLite does, is twice as fast as folding by the database's language.
    return or_(*(one.collate("C").ilike(like, escape="\\") for one in columns))


def count(tx: Tx, actor: Actor, filters: Filters) -> int:
    """Count the issues that match; see :func:`matching`."""
    query = select(func.count()).select_from(Issue).where(matching(tx, actor, filters))
    return int(tx.session.scalar(query) or 0)


def find(tx: Tx, actor: Actor, filters: Filters, after: str | None = None, limit: int = USUAL) -> Page:
    """List issues, newest first.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what is :func:`visible` to them.
    filters : Filters
        What is asked for.
    after : str, optional
        ``next`` of the page before.
    limit : int
        At most so many, 1 to :data:`MOST`.

    Raises
    ------
    InputError
        Unknown area or person, unreadable ``after``.
    """
    condition = matching(tx, actor, filters)
    total = None if after else count(tx, actor, filters)
    limit = max(1, min(limit, MOST))
    rows = _rows(tx, condition, _position(after), limit + 1)
    items = tuple(briefs_of(tx, rows[:limit]))
    more = _cursor(items[-1]) if len(rows) > limit else None
    return Page(items, more, total)


def walk(tx: Tx, actor: Actor, filters: Filters) -> Iterator[Brief]:
    """Go through all issues that match, newest first, read in batches as they are taken; see :func:`find`."""
    return _walked(tx, matching(tx, actor, filters))


def _walked(tx: Tx, condition: ColumnElement[bool]) -> Iterator[Brief]:
    after: tuple[datetime, int] | None = None
    while True:
        items = briefs_of(tx, _rows(tx, condition, after, MOST))
        yield from items
        if len(items) < MOST:
            return
        after = (items[-1].reported_at, items[-1].id)


def _rows(
    tx: Tx, condition: ColumnElement[bool], after: tuple[datetime, int] | None, limit: int
) -> Sequence[Row[Any]]:
    query = select(*COLUMNS).where(condition)
    if after:
        here = tuple_(literal(after[0], Instant), literal(after[1]))
        query = query.where(tuple_(Issue.reported_at, Issue.id) < here)
    return tx.session.execute(query.order_by(Issue.reported_at.desc(), Issue.id.desc()).limit(limit)).all()


def _cursor(last: Brief) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([to_micros(last.reported_at), last.id])).decode().rstrip("=")


def _position(cursor: str | None) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        micros, key = (_whole(one) for one in orjson.loads(raw))
        return from_micros(micros), key
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError("cursor.invalid", field="after", value=cursor[:40]) from error


def _whole(given: object) -> int:
    if type(given) is not int or abs(given) >= MOST_KEY:
        raise ValueError
    return given
