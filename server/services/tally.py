"""Open and overdue issues counted by area, each area with all below it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from server.db import Tx
from server.models.types import to_micros
from server.services.areas import AreaView
from server.services.columns import columns_of
from server.services.columns.tree import tree_of
from server.services.filters import Filters
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
    rows = columns_of(tx).chosen(tx, actor, Filters(states=tuple(sorted(OPEN))), ("area", "due_us"))
    path_of = {row.id: row.path for row in tree_of(tx).areas}
    many = np.bincount(rows["area"])
    late = np.bincount(rows["area"][rows["due_us"] <= to_micros(tx.now)], minlength=len(many))
    opened: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    for key in np.flatnonzero(many).tolist():
        for code in path_of.get(key, "").strip("/").split("/"):
            opened[code] += int(many[key])
            overdue[code] += int(late[key])
    return {area.code: Tally(opened[area.code], overdue[area.code]) for area in areas}
