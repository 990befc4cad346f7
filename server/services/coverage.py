"""What a patrol came through: plots of its cells, shown to the walker alone, a week back.

A plot (see :mod:`geo.plots`) is a cell's when its middle lies in it, by the same rule that gives an issue its cell,
so that two cells share none; a cell so narrow that it holds no middle has all that reach into it. No time and no
order is kept, and nothing of where somebody walked outside their own cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select

from geo.plots import SIDE_M, boxes, middles, plots_at, plots_in
from server.db import Tx
from server.models import Area, Boundary, Patrol, PatrolCover
from server.services.duties import cells_of
from server.services.locating import OpenLocator, open_locator
from server.services.people import Actor
from server.services.permissions import walks
from server.services.shelves import shelved

__all__ = ["DAYS", "KEPT", "SIDE_M", "Cover", "add", "mine", "plots_of"]

DAYS = 7
"""Days that a walker looks back."""
KEPT = timedelta(days=31)
"""Then what a patrol came through is forgotten too."""
CELLS = 200
Plots = NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """How much of a cell somebody came through.

    Attributes
    ----------
    code, name : str
        The cell.
    total : int
        Plots that it has.
    plots : tuple of int
        Numbers of those walked, ascending.
    boxes : tuple
        West, south, east, north of each, WGS 84 degrees.
    """

    code: str
    name: str
    total: int
    plots: tuple[int, ...]
    boxes: tuple[tuple[float, ...], ...]

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return len(self.plots) / self.total if self.total else 0.0


def add(tx: Tx, actor: Actor, patrol: Patrol, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
    """Put what points came through to what the patrol came through before.

    Parameters
    ----------
    tx : Tx
        Writing transaction that holds the patrol's row.
    actor : Actor
        The walker; plots of cells that are none of theirs are not kept.
    patrol : Patrol
        Whose.
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees.
    """
    grid = open_locator(tx)
    if grid is None or not len(lon):
        return
    plots = np.unique(plots_at(lon, lat))
    rows = {*_rows(grid, *middles(plots)), *_rows(grid, lon, lat)} - {-1}
    walked = {int(grid.area_ids[row]): np.intersect1d(plots, _own(tx, grid, row)) for row in rows}
    theirs = _theirs(tx, actor, set(walked))
    there = {one.area_id: one for one in _covers(tx, patrol.id)}
    for area_id in sorted(theirs):
        found = walked[area_id].tolist()
        if area_id in there:
            there[area_id].squares = sorted({*there[area_id].squares, *found})
        elif found:
            tx.session.add(PatrolCover(patrol_id=patrol.id, area_id=area_id, squares=found))


def _rows(grid: OpenLocator, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> set[int]:
    return set(np.asarray(grid.locator.locate(lon, lat)).tolist())


def _covers(tx: Tx, patrol_id: int) -> list[PatrolCover]:
    return list(tx.session.scalars(select(PatrolCover).where(PatrolCover.patrol_id == patrol_id)))


def _theirs(tx: Tx, actor: Actor, area_ids: set[int]) -> set[int]:
    """Leave the cells that somebody answers for now, or works in or leads."""
    rows = tx.session.execute(select(Area.id, Area.path).where(Area.id.in_(area_ids)))
    return {key for key, path in rows if walks(actor, path)} | (
        area_ids & set(cells_of(tx, actor.person_id or 0, tx.now))
    )


def mine(tx: Tx, actor: Actor) -> tuple[Cover, ...]:
    """Tell the walker what they came through in the last days: the cells they answer for, and others of theirs.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks; nobody is told of anybody else.
    """
    grid = open_locator(tx)
    if grid is None:
        return ()
    walked = _walked(tx, actor)
    keys = list(dict.fromkeys([*cells_of(tx, actor.person_id or 0, tx.now), *walked]))[:CELLS]
    row_of = {int(key): row for row, key in enumerate(grid.area_ids.tolist())} if keys else {}
    found = [(key, row_of[key]) for key in keys if key in row_of]
    return tuple(_told(tx, grid, row, walked.get(key, set())) for key, row in found)


def _walked(tx: Tx, actor: Actor) -> Mapping[int, set[int]]:
    rows = tx.session.execute(
        select(PatrolCover.area_id, PatrolCover.squares)
        .join(Patrol, Patrol.id == PatrolCover.patrol_id)
        .where(Patrol.person_id == actor.person_id, Patrol.began_at >= tx.now - timedelta(days=DAYS))
        .order_by(PatrolCover.area_id, PatrolCover.id)
    )
    found: dict[int, set[int]] = {}
    for area_id, squares in rows:
        found.setdefault(area_id, set()).update(squares)
    return found


def _told(tx: Tx, grid: OpenLocator, row: int, walked: set[int]) -> Cover:
    own = plots_of(tx, grid, row)
    plots = np.intersect1d(np.array(sorted(walked), dtype=np.int64), own)
    around = tuple(tuple(one) for one in boxes(plots).round(7).tolist())
    return Cover(str(grid.codes[row]), grid.names[row], len(own), tuple(plots.tolist()), around)


def plots_of(tx: Tx, grid: OpenLocator, row: int) -> Plots:
    """List the plots of a cell, kept in this process until the area tree changes.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    grid : OpenLocator
        The grid.
    row : int
        Of the cell in it.

    Returns
    -------
    ndarray of int64, shape (n,)
        Ascending.
    """
    key = int(grid.boundary_ids[row])
    return shelved(tx, "plots", grid.layout, lambda: _own(tx, grid, row), which=key, most=CELLS)


def _own(tx: Tx, grid: OpenLocator, row: int) -> Plots:
    edges = (Boundary.west, Boundary.south, Boundary.east, Boundary.north)
    key = int(grid.boundary_ids[row])
    found = tx.session.execute(select(*edges).where(Boundary.id == key)).one()
    around = plots_in(shapely.box(*found))
    if not len(around):
        return around
    own = around[np.asarray(grid.locator.locate(*middles(around))) == row]
    return (
        own
        if len(own)
        else plots_in(tx.session.scalars(select(Boundary.geom).where(Boundary.id == key)).one())
    )
