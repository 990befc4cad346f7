"""Open issues that lie elsewhere since the grid was changed: found in bulk, counted by where they go, listed.

An issue keeps the cell of its assignment until somebody moves it (:mod:`server.services.moving`); here is
only asked which ones are concerned. What is found is never stored, so a report that began before the change
and came in after it is found like all others.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, false, or_, select

from server.db import Tx
from server.models import Area, Issue
from server.services.areas import below
from server.services.briefs import Brief, by_ids
from server.services.conditions import OPEN_STATES
from server.services.locating import OpenLocator, open_locator
from server.services.people import Actor
from server.workflow import State, rows_for

__all__ = [
    "MOVERS",
    "NOWHERE",
    "Misplaced",
    "Page",
    "Shift",
    "Spot",
    "elsewhere",
    "misplaced",
    "movable",
    "page",
]

NOWHERE = -1
"""Stands for "in no cell" among keys of areas."""
AT_ONCE = 5_000
USUAL = 50
MOVERS = rows_for("correct", State.REPORTED)[0].roles
"""Who may correct a place."""
Keys = NDArray[np.int64]


@dataclass(frozen=True)
class Misplaced:
    """Issues and where they go, by issue key.

    Attributes
    ----------
    ids : ndarray of int, shape (n,)
        Keys of the issues, rising.
    sources, targets : ndarray of int, shape (n,)
        Keys of the cells they are in and lie in now; ``NOWHERE`` for none.
    """

    ids: Keys
    sources: Keys
    targets: Keys

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Spot:
    """A cell as a list names it.

    Attributes
    ----------
    code, name : str
        Empty for "in no cell".
    """

    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class Shift:
    """How many issues go from one cell to another.

    Attributes
    ----------
    source, target : Spot
        From where to where.
    count : int
        Issues.
    """

    source: Spot
    target: Spot
    count: int


@dataclass(frozen=True)
class Page:
    """What is found, and a page of it.

    Attributes
    ----------
    total : int
        Issues that lie elsewhere.
    shifts : tuple of Shift
        All of them counted, the most frequent first.
    items : tuple of (Brief, Spot)
        Issues of this page by key, and the cell that each lies in now.
    next : int or None
        Key after which the next page begins; None on the last one.
    """

    total: int
    shifts: tuple[Shift, ...]
    items: tuple[tuple[Brief, Spot], ...]
    next: int | None


def movable(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may correct this issue's place, by a role over the area that it is in."""
    if actor.is_system:
        return Issue.area_id.in_(select(Area.id).correlate(None))
    paths = dict.fromkeys(grant.path for grant in actor.grants if grant.role in MOVERS)
    if not paths:
        return false()
    return Issue.area_id.in_(select(Area.id).where(or_(*(below(path) for path in paths))).correlate(None))


def elsewhere(tx: Tx, actor: Actor, after: int = 0) -> Iterator[Misplaced]:
    """Find open issues that lie in another cell than they are in, some thousands looked at a time.

    Issues of the newest grid are where they belong, and issues whose cell only got another outline are
    not elsewhere.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Only what they may correct.
    after : int
        Key after which to begin.

    Yields
    ------
    Misplaced
        May be empty, while there are more to come.
    """
    grid = open_locator(tx)
    if grid is None:
        return
    # The index over areas and states gives the keys; the wide rows are read of open issues only.
    candidates = select(Issue.id).where(movable(actor), Issue.state.in_(OPEN_STATES))
    keys = sorted(key for key in tx.session.scalars(candidates) if key > after)
    columns = (Issue.id, Issue.lon, Issue.lat, Issue.area_id, Issue.boundary_id)
    of_older_grid = or_(Issue.grid_id.is_(None), Issue.grid_id != grid.grid_id)
    for start in range(0, len(keys), AT_ONCE):
        rows = tx.session.execute(
            select(*columns)
            .where(Issue.id.in_(keys[start : start + AT_ONCE]), Issue.lon.is_not(None), of_older_grid)
            .order_by(Issue.id)
        ).all()
        if not rows:
            continue
        lon, lat = np.array([row.lon for row in rows]), np.array([row.lat for row in rows])
        ids = np.array([row.id for row in rows], dtype=np.int64)
        sources = np.array([row.area_id if row.boundary_id is not None else NOWHERE for row in rows])
        targets = _cells_at(tx, grid, lon, lat)
        is_elsewhere = targets != sources
        yield Misplaced(ids[is_elsewhere], sources[is_elsewhere], targets[is_elsewhere])


def _cells_at(tx: Tx, grid: OpenLocator, lon: np.ndarray, lat: np.ndarray) -> Keys:
    """Give the keys of the cells that positions lie in now; ``NOWHERE`` for none."""
    row = grid.locator.place(lon, lat, nearest_m=tx.config.nearest_m).row
    return np.where(row >= 0, grid.area_ids[row], NOWHERE)


def misplaced(tx: Tx, actor: Actor) -> Misplaced:
    """Find all open issues that lie elsewhere; see :func:`elsewhere`."""
    parts = list(elsewhere(tx, actor))
    empty = np.zeros(0, dtype=np.int64)
    return Misplaced(
        np.concatenate([empty, *(part.ids for part in parts)]),
        np.concatenate([empty, *(part.sources for part in parts)]),
        np.concatenate([empty, *(part.targets for part in parts)]),
    )


def page(tx: Tx, actor: Actor, after: int = 0, limit: int = USUAL) -> Page:
    """Count what lies elsewhere, and list a page of it.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Only what they may correct.
    after : int
        ``next`` of the page before.
    limit : int
        Issues on a page; 0 only counts.
    """
    found = misplaced(tx, actor)
    pairs, counts = np.unique(np.stack([found.sources, found.targets]), axis=1, return_counts=True)
    spots = _spots(tx, pairs)
    shifts = [
        Shift(spots[source], spots[target], count)
        for (source, target), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
    ]
    first = int(np.searchsorted(found.ids, after, side="right"))
    ids, targets = found.ids[first : first + limit].tolist(), found.targets[first : first + limit].tolist()
    briefs = by_ids(tx, ids)
    return Page(
        len(found),
        tuple(sorted(shifts, key=lambda one: (-one.count, one.source.code, one.target.code))),
        tuple((briefs[key], spots[target]) for key, target in zip(ids, targets, strict=True)),
        ids[-1] if ids and first + limit < len(found) else None,
    )


def _spots(tx: Tx, keys: NDArray[np.int64]) -> dict[int, Spot]:
    wanted = np.unique(keys).tolist()
    rows = tx.session.execute(select(Area.id, Area.code, Area.name).where(Area.id.in_(wanted)))
    return {NOWHERE: Spot(), **{row.id: Spot(row.code, row.name) for row in rows}}
