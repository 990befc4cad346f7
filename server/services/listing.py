"""Lists of issues: what may be seen, what is asked for, and a page of the answer.

Which issues somebody may see, :func:`server.services.permissions.visible` says; lists, maps, counts and single
issues all ask it. What can be asked is spelled in :mod:`server.services.filters`, in which order in
:mod:`server.services.orders`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, select

from server.db import Tx
from server.models import Issue
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.columns import are_held, columns_read
from server.services.conditions import asked
from server.services.filters import Filters
from server.services.orders import NEWEST, order_of
from server.services.people import Actor
from server.services.permissions import visible, ways

__all__ = [
    "Page",
    "count",
    "find",
    "matching",
    "these",
    "walk",
]

USUAL = 50
MOST = 500
"""Longest page."""


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Attributes
    ----------
    items : tuple of Brief
        In the order asked for.
    next : str or None
        Where the next page begins; None on the last one.
    total : int or None
        How many match in all; counted on the first page only.
    """

    items: tuple[Brief, ...]
    next: str | None
    total: int | None


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
        There is no area, person or department of that name.
    """
    return and_(visible(actor), *asked(tx, actor, filters))


def count(tx: Tx, actor: Actor, filters: Filters) -> int:
    """Count the issues that match; see :func:`matching`.

    Over the columns where this process has read them and they hold what is asked for; else by the database, where
    what somebody sees by area is counted by its index, and what they see besides on its own: one condition with OR would
    have every issue there is looked at for its area.
    """
    kept = columns_read(tx) if are_held(filters) else None
    if kept is not None:
        return kept.count(tx, actor, filters)
    first, *rest = ways(actor)
    wanted = tuple(asked(tx, actor, filters))
    counted = select(func.count()).select_from(Issue).where(*wanted)
    parts = [counted.where(first), *(counted.where(one, not_(first)) for one in rest)]
    return sum(int(tx.session.scalar(part) or 0) for part in parts)


def find(
    tx: Tx,
    actor: Actor,
    filters: Filters,
    after: str | None = None,
    limit: int = USUAL,
    order: str = NEWEST,
) -> Page:
    """List issues.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what is visible to them.
    filters : Filters
        What is asked for.
    after : str, optional
        ``next`` of the page before, in the same order.
    limit : int
        At most so many, 1 to :data:`MOST`.
    order : str
        One of :data:`server.services.orders.ORDERS`.

    Raises
    ------
    InputError
        Unknown area, person, department or order; unreadable ``after``.
    """
    condition, wanted = matching(tx, actor, filters), order_of(order)
    total = None if after else count(tx, actor, filters)
    limit = max(1, min(limit, MOST))
    query = select(*COLUMNS).where(condition, *wanted.beyond(after)).order_by(*wanted.columns)
    rows = tx.session.execute(query.limit(limit + 1)).all()
    items = tuple(briefs_of(tx, rows[:limit]))
    more = wanted.cursor(items[-1]) if len(rows) > limit else None
    return Page(items, more, total)


def these(tx: Tx, actor: Actor, numbers: Sequence[str]) -> tuple[Brief, ...]:
    """Read issues by number, newest first; those that the actor may not see are left out, as if absent."""
    wanted = order_of(NEWEST)
    query = select(*COLUMNS).where(visible(actor), Issue.number.in_(numbers)).order_by(*wanted.columns)
    return tuple(briefs_of(tx, tx.session.execute(query).all()))


def walk(tx: Tx, actor: Actor, filters: Filters) -> Iterator[Brief]:
    """Go through all issues that match, newest first, read in batches as they are taken; see :func:`find`."""
    return _walked(tx, matching(tx, actor, filters))


def _walked(tx: Tx, condition: ColumnElement[bool]) -> Iterator[Brief]:
    newest, after = order_of(NEWEST), None
    while True:
        query = select(*COLUMNS).where(condition, *newest.beyond(after)).order_by(*newest.columns)
        items = briefs_of(tx, tx.session.execute(query.limit(MOST)).all())
        yield from items
        if len(items) < MOST:
            return
        after = newest.cursor(items[-1])
