"""Visits in lists and in figures: by kind and cell over a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from server.db import Tx
from server.errors import InputError
from server.models import Area, Visit
from server.services.areas import below, path_of
from server.services.lines import whole
from server.services.people import Actor
from server.services.permissions import visits_seen
from server.services.visit_rows import VisitRow, rows_of
from server.services.visits import KINDS, RESULTS, SUBJECTS

__all__ = ["MOST", "USUAL", "CellCount", "VisitFilter", "counts", "listed", "walk"]

USUAL, MOST = 50, 200
BATCH = 500


@dataclass(frozen=True)
class VisitFilter:
    """Which visits to list.

    Attributes
    ----------
    kind, subject, result : str
        Codes; empty for all.
    area : str
        Code of an area: it and all below; empty for all that may be seen.
    since, until : datetime or None
        First instant, and first instant after.
    is_mine : bool
        Only the asker's own.
    """

    kind: str = ""
    subject: str = ""
    result: str = ""
    area: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_mine: bool = False


@dataclass(frozen=True)
class CellCount:
    """Visits in one area over a period.

    Attributes
    ----------
    code, name : str
        Of the area, mostly a cell.
    by_kind : dict
        Kind -> how many.
    issues, households : int
        How many led to something, and households called at.
    """

    code: str
    name: str
    by_kind: dict[str, int]
    issues: int
    households: int

    @property
    def count(self) -> int:
        """Visits of all kinds."""
        return sum(self.by_kind.values())


def listed(
    tx: Tx, actor: Actor, wanted: VisitFilter, after: str = "", limit: int = USUAL
) -> tuple[list[VisitRow], str | None]:
    """List visits, newest first, and tell from where the next page goes on.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees their own, and those in areas that they oversee.
    wanted : VisitFilter
        Which of them.
    after : str
        What the page before gave; empty for the first.
    limit : int
        At most so many.

    Raises
    ------
    InputError
        A code or the mark of the page is unknown.
    NotFound
        There is no such area.
    """
    query = select(Visit).where(_matching(tx, actor, wanted))
    if after:
        key = whole(after)
        seen = (Visit.id == key, visits_seen(actor))
        last = tx.session.scalar(select(Visit).where(*seen)) if key else None
        if last is None:
            raise InputError("cursor.invalid", field="after", value=after[:40])
        same = and_(Visit.happened_at == last.happened_at, Visit.id < last.id)
        query = query.where(or_(Visit.happened_at < last.happened_at, same))
    found = tx.session.scalars(
        query.order_by(Visit.happened_at.desc(), Visit.id.desc()).limit(limit + 1)
    ).all()
    more = str(found[limit - 1].id) if len(found) > limit else None
    return rows_of(tx, actor, found[:limit]), more


def walk(tx: Tx, actor: Actor, wanted: VisitFilter) -> Iterator[VisitRow]:
    """Read all visits that match, newest first, in batches."""
    after: str | None = ""
    while after is not None:
        rows, after = listed(tx, actor, wanted, after, BATCH)
        yield from rows


def counts(tx: Tx, actor: Actor, wanted: VisitFilter) -> tuple[CellCount, ...]:
    """Count visits by area and kind; areas without any are left out.

    Parameters
    ----------
    tx, actor, wanted :
        As of :func:`listed`.

    Returns
    -------
    tuple of CellCount
        By path.
    """
    led_to = func.sum(case((Visit.result == "issue", 1), else_=0))
    columns = (
        Area.code,
        Area.name,
        Area.path,
        Visit.kind,
        func.count(),
        func.coalesce(func.sum(Visit.households), 0),
    )
    query = select(*columns, led_to).join(Area, Area.id == Visit.area_id).where(_matching(tx, actor, wanted))
    rows = tx.session.execute(
        query.group_by(Area.code, Area.name, Area.path, Visit.kind).order_by(Area.path)
    ).all()
    found: dict[str, CellCount] = {}
    for code, name, _path, kind, count, households, issues in rows:
        one = found.get(code) or CellCount(code, name, {}, 0, 0)
        kinds = one.by_kind | {kind: count}
        found[code] = CellCount(
            code, name, kinds, one.issues + int(issues or 0), one.households + int(households or 0)
        )
    return tuple(found.values())


def _matching(tx: Tx, actor: Actor, wanted: VisitFilter) -> ColumnElement[bool]:
    conditions = [visits_seen(actor)]
    for field, among in (("kind", KINDS), ("subject", SUBJECTS), ("result", RESULTS)):
        value = getattr(wanted, field)
        if value and value not in among:
            raise InputError("field.not_one_of", field=field, value=value[:40], expected="、".join(among))
        if value:
            conditions.append(getattr(Visit, field) == value)
    if wanted.area:
        here = select(Area.id).where(below(path_of(tx, actor, wanted.area)))
        conditions.append(Visit.area_id.in_(here.correlate(None)))
    if wanted.since:
        conditions.append(Visit.happened_at >= wanted.since)
    if wanted.until:
        conditions.append(Visit.happened_at < wanted.until)
    if wanted.is_mine:
        conditions.append(Visit.person_id == actor.person_id)
    return and_(*conditions)
