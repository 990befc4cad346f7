"""The units over which hot spots are sought: which there are, where, who is whose neighbour, who lives there.

Kept per frame and state of the area tree, for neighbours change with the grid alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import func, select

from geo.lattice import Lattice, households_on
from geo.neighbours import Neighbours, lattice, queen
from server.db import Tx
from server.models import Area, Boundary
from server.services.areas import PATH_END, below, layout
from server.services.locating import open_locator
from server.services.people import Actor
from server.services.permissions import overseen
from server.services.shelves import shelved

__all__ = ["FEWEST_UNITS", "Frame", "Ground", "frame_of", "ground_of", "own_paths"]

FEWEST_UNITS = 30
"""Units without which no unit is compared with the others: the normal approximation of Gi* wants as many."""
GAP = 1e-5  # degrees, a metre: layers drawn by hand leave slivers between neighbours
SIDES_M = (100.0, 150.0, 200.0, 300.0, 500.0, 1_000.0, 2_000.0, 5_000.0)
MOST_SQUARES = 20_000
MOST_AROUND = 400_000  # squares of the box around the frame
BAND = 3.0  # sides of a square
KEPT = 6  # frames whose ground is kept
LEAST_HOMES = 0.9  # share of the units whose households must be known for counts by household

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """The area whose units are compared with each other.

    Attributes
    ----------
    code, name, path : str
        The area; no code for everything there is.
    units : int
        Cells in it.
    """

    code: str
    name: str
    path: str
    units: int


@dataclass(frozen=True, eq=False)
class Ground:
    """Units of a frame.

    Attributes
    ----------
    kind : {"cells", "lattice"}
        What they are.
    keys, names, paths : tuple of str, length n
        Of each unit: key (a cell's code; ``side-row-column`` of a square), and of the cell that it is or that
        its middle lies in, name and path.
    neighbours : Neighbours
        Cells that touch; squares within ``band_m``.
    households : ndarray of float64, shape (n,)
        NaN where not known.
    geometry : ndarray of shapely geometry, shape (n,)
        Outlines, WGS 84 degrees.
    rows : ndarray of int64
        Of cells: area ids ascending in the first row, their units in the second.
    lattice : Lattice or None
        Of squares.
    places : ndarray of int64, shape (rows, columns)
        Of squares: unit by row and column, -1 for none; empty for cells.
    """

    kind: str
    keys: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[str, ...]
    neighbours: Neighbours
    households: Floats
    geometry: NDArray[np.object_]
    rows: Whole
    lattice: Lattice | None
    places: Whole

    @property
    def is_by_household(self) -> bool:
        """Whether enough units have households to tell counts by them; squares have fewer than noise allows."""
        known = np.nan_to_num(self.households) > 0
        return self.kind == "cells" and len(known) > 0 and float(known.mean()) >= LEAST_HOMES

    def unit_of(self, area: Whole, lon: Floats, lat: Floats) -> Whole:
        """Give the unit of each issue, -1 for none: its cell as assigned, or the square of its point."""
        if self.lattice is None:
            if not self.rows.size:
                return np.full(len(area), -1, dtype=np.int64)
            at = np.minimum(np.searchsorted(self.rows[0], area), self.rows.shape[1] - 1)
            return np.where(self.rows[0][at] == area, self.rows[1][at], -1)
        found = np.full(len(lon), -1, dtype=np.int64)
        has = np.flatnonzero(~np.isnan(lon))
        up, across = self.lattice.positions(lon[has], lat[has])
        row, column = np.floor(up), np.floor(across)
        inside = (row >= 0) & (row < self.lattice.rows) & (column >= 0) & (column < self.lattice.columns)
        at_row, at_column = row[inside].astype(np.int64), column[inside].astype(np.int64)
        found[has[inside]] = self.places[at_row, at_column]
        return found


def own_paths(actor: Actor) -> tuple[str, ...]:
    """List the paths of the areas whose issues somebody sees by a role."""
    if actor.is_system:
        return ("/",)
    return overseen(actor)


def frame_of(tx: Tx, actor: Actor) -> Frame | None:
    """Find what an actor's spots are compared with: see the package.

    Returns
    -------
    Frame or None
        None for somebody without an area.
    """
    paths = own_paths(actor)
    if not paths:
        return None
    codes = [path.strip("/").split("/") for path in paths]
    shared = [part[0] for part in zip(*codes, strict=False) if len(set(part)) == 1 and part[0]]
    while True:
        path = f"/{'/'.join(shared)}/" if shared else "/"
        units = _cells_in(tx, path)
        if units >= FEWEST_UNITS or not shared:
            break
        shared = shared[:-1]
    code = shared[-1] if shared else ""
    name = tx.session.scalar(select(Area.name).where(Area.code == code)) or ""
    return Frame(code, name, path, units)


def _cells_in(tx: Tx, path: str) -> int:
    current = (Area.level == "cell", Area.retired_grid_id.is_(None), below(path))
    return int(tx.session.scalar(select(func.count()).select_from(Area).where(*current)) or 0)


def ground_of(tx: Tx, frame: Frame, kind: str) -> Ground:
    """Give the units of a frame, from this process's shelf when there.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    frame : Frame
        Which area.
    kind : {"cells", "lattice"}
        Which units.
    """
    make = _cells if kind == "cells" else _lattice
    which = (frame.path, kind)
    return shelved(tx, "hotspot ground", layout(tx), lambda: make(tx, frame), which=which, most=KEPT)


def _rows(tx: Tx, frame: Frame) -> list[Any]:
    query = (
        select(Area.id, Area.code, Area.name, Area.path, Area.households, Boundary.geom)
        .join(Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None))
        .where(Area.level == "cell", Area.retired_grid_id.is_(None))
        .where(Area.path >= frame.path, Area.path < frame.path[:-1] + PATH_END)
        .order_by(Area.path)
    )
    return list(tx.rows(query))


def _homes(rows: list[Any]) -> Floats:
    return np.array([np.nan if row.households is None else row.households for row in rows], dtype=np.float64)


def _cells(tx: Tx, frame: Frame) -> Ground:
    rows = _rows(tx, frame)
    shapes = np.array([row.geom for row in rows], dtype=object)
    ids = np.array([row.id for row in rows], dtype=np.int64)
    order = np.argsort(ids)
    return Ground(
        "cells",
        tuple(row.code for row in rows),
        tuple(row.name for row in rows),
        tuple(row.path for row in rows),
        queen(shapes, gap=GAP),
        _homes(rows),
        shapes,
        np.stack([ids[order], order]),
        None,
        np.empty((0, 0), dtype=np.int64),
    )


def _lattice(tx: Tx, frame: Frame) -> Ground:
    """Lay squares over the cells of a frame: those whose middles lie in one of them."""
    rows, grid = _rows(tx, frame), open_locator(tx)
    if not rows or grid is None:
        return _cells(tx, frame)
    shapes = np.array([row.geom for row in rows], dtype=object)
    over = _laid(tx, shapes)
    up, across = (axis.reshape(-1) for axis in np.mgrid[: over.rows, : over.columns])
    lon, lat = over.middles(up, across)
    cell_of = {row.code: place for place, row in enumerate(rows)}
    ours = np.array([cell_of.get(str(code), -1) for code in grid.codes], dtype=np.int64)
    found = np.asarray(grid.locator.locate(lon, lat))
    cell = np.where(found >= 0, ours[found], -1)
    kept = np.flatnonzero(cell >= 0)
    row, column, cell = up[kept], across[kept], cell[kept]
    places = np.full(over.shape, -1, dtype=np.int64)
    places[row, column] = np.arange(len(kept))
    side = f"{over.side_m:g}"
    keys = zip((row + over.south).tolist(), (column + over.west).tolist(), strict=True)
    return Ground(
        "lattice",
        tuple(f"{side}:{one}:{other}" for one, other in keys),
        tuple(rows[place].name for place in cell.tolist()),
        tuple(rows[place].path for place in cell.tolist()),
        lattice(row, column, over.side_m, BAND * over.side_m),
        households_on(over, shapes, _homes(rows))[row, column],
        shapely.polygons(over.corners(row, column)),
        np.empty((2, 0), dtype=np.int64),
        over,
        places,
    )


def _laid(tx: Tx, shapes: NDArray[np.object_]) -> Lattice:
    """Choose the finest squares that are few enough; they lie where those of every other frame do."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    whole = select(
        func.min(Boundary.west), func.max(Boundary.east), func.min(Boundary.south), func.max(Boundary.north)
    )
    left, right, bottom, top = tx.rows(
        whole.where(Boundary.last_grid_id.is_(None), Boundary.level == "cell")
    )[0]
    at = ((left + right) / 2.0, (bottom + top) / 2.0)
    covered = float(shapely.area(shapes).sum())
    share = covered / max((east - west) * (north - south), covered, 1e-300)
    for side in SIDES_M:
        if side == SIDES_M[-1]:
            break
        try:
            over = Lattice.over((west, south, east, north), side, at=at)
        except ValueError:
            continue
        if over.rows * over.columns * share <= MOST_SQUARES and over.rows * over.columns <= MOST_AROUND:
            return over
    return Lattice.over((west, south, east, north), SIDES_M[-1], at=at)
