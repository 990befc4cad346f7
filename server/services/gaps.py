"""Gaps: cells where no worker is on duty, now or in the days to come, and whether a leader catches what comes.

Who is on duty changes only where a duty, a leave or somebody's service begins or ends, so only those
instants are asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.services.areas import below, visible_paths
from server.services.duties import OnDuty, on_duty_many
from server.services.people import Actor

__all__ = ["Gap", "uncovered"]

WITHOUT_WORKER = frozenset({"duty.leader", "duty.nobody"})


@dataclass(frozen=True)
class Gap:
    """A time in which a cell has no worker.

    Attributes
    ----------
    code, name, community : str
        The cell, and the name of the area above it.
    starts_at, ends_at : datetime or None
        From when until when; the beginning is not before the instant asked about, None: not over within
        the days asked about.
    leader : str
        Who gets what comes; empty for nobody, so that it waits for a dispatcher.
    """

    code: str
    name: str
    community: str
    starts_at: datetime
    ends_at: datetime | None
    leader: str


def uncovered(tx: Tx, actor: Actor, at: datetime, days: int = 0) -> list[Gap]:
    """List cells in the actor's areas that have no worker on duty.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees cells in their areas.
    at : datetime
        Aware instant.
    days : int
        How far to look ahead; 0 asks about the instant alone.

    Returns
    -------
    list of Gap
        Those without even a leader first; then by beginning and code. A cell has several where who catches
        it changes.
    """
    cells = _cells(tx, actor)
    gaps: list[Gap] = []
    running: dict[int, Gap] = {}
    until = at + timedelta(days=days)
    for instant in (at, *(_changes(tx, at, until) if days else ())):
        answers = on_duty_many(tx, cells, instant)
        for key, (code, name, community) in cells.items():
            gap, now = running.get(key), answers[key]
            if gap is not None and not (_is_gap(now) and gap.leader == now.name):
                gaps.append(replace(running.pop(key), ends_at=instant))
            if _is_gap(now) and key not in running:
                running[key] = Gap(code, name, community, instant, None, now.name)
    gaps += running.values()
    return sorted(gaps, key=lambda one: (bool(one.leader), one.starts_at, one.code))


def _is_gap(answer: OnDuty) -> bool:
    return answer.reason in WITHOUT_WORKER


def _cells(tx: Tx, actor: Actor) -> dict[int, tuple[str, str, str]]:
    mine = or_(*(below(path) for path in visible_paths(actor)), Area.id == -1)
    query = select(Area.id, Area.code, Area.name, Area.parent_id).where(
        mine, Area.level == "cell", Area.retired_grid_id.is_(None)
    )
    rows = tx.session.execute(query.order_by(Area.code)).all()
    above = {row.parent_id for row in rows}
    names = dict(tx.session.execute(select(Area.id, Area.name).where(Area.id.in_(above))).all())
    return {row.id: (row.code, row.name, names.get(row.parent_id, "")) for row in rows}


def _changes(tx: Tx, after: datetime, until: datetime) -> Iterable[datetime]:
    """List the instants at which who is on duty may change."""
    found: set[datetime] = set()
    columns = (Duty.starts_at, Duty.ends_at, Leave.starts_at, Leave.ends_at, Person.leaves_at)
    for column in columns:
        found.update(tx.session.scalars(select(column).where(column > after, column <= until).distinct()))
    return sorted(found)
