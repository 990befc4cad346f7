"""Open and overdue issues counted by area, each area with all below it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, func, select

from server.db import Tx
from server.models import Area, Issue
from server.services.areas import AreaView
from server.services.filters import Filters
from server.services.listing import matching
from server.services.people import Actor
from server.workflow import OPEN

__all__ = ["Tally", "tally_by_area"]


@dataclass(frozen=True)
class Tally:
    """Counts of one area and all below it.

    Attributes
    ----------
    open, overdue : int
        Issues not ended, and those of them past their due.
    """

    open: int = 0
    overdue: int = 0


def tally_by_area(tx: Tx, actor: Actor, areas: Iterable[AreaView]) -> dict[str, Tally]:
    """Count what the actor may see.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is overdue.
    actor : Actor
        Who looks.
    areas : Iterable of AreaView
        Areas asked about, in any order.

    Returns
    -------
    dict[str, Tally]
        Code -> counts; an area without any open issue has zeros.
    """
    late = func.sum(case((Issue.due_at <= tx.now, 1), else_=0))
    rows = tx.session.execute(
        select(Area.path, func.count(), late)
        .join(Area, Area.id == Issue.area_id)
        .where(matching(tx, actor, Filters(states=tuple(sorted(OPEN)))))
        .group_by(Area.path)
    ).all()
    opened: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for path, count, past in rows:
        for code in path.strip("/").split("/"):
            opened[code] += count
            overdue[code] += int(past or 0)
    return {area.code: Tally(opened[area.code], overdue[area.code]) for area in areas}
