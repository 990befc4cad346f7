"""Where positions lie and who answers there, as an asker may see it; nothing is taken in.

The cell is everybody's to know; who is on duty there is told only in the asker's own areas.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.db import Tx
from server.services import duties, grid_above, placing, positions
from server.services.areas import visible_paths
from server.services.duties import OnDuty
from server.services.locating import OpenLocator, open_locator
from server.services.people import Actor
from server.services.placing import Placed

__all__ = ["Answered", "Answers", "answer_many", "answer_one"]


@dataclass(frozen=True)
class Answered:
    """One position.

    Attributes
    ----------
    placed : Placed
        Where it lies.
    grid : OpenLocator or None
        The grid that was asked, which names the cells; None when there is none.
    holder : OnDuty or None
        Who is on duty in its cell; None outside cells, outside the asker's areas, or when nobody is.
    """

    placed: Placed
    grid: OpenLocator | None
    holder: OnDuty | None

    @property
    def cell(self) -> tuple[str, str] | None:
        """Code and name of its cell."""
        if self.grid is None or not self.placed.in_cell:
            return None
        return str(self.grid.codes[self.placed.row]), self.grid.names[self.placed.row]


@dataclass(frozen=True)
class Answers:
    """Many positions, as columns of one length in the order asked.

    Attributes
    ----------
    lon, lat : list of float
        WGS 84 degrees.
    how : list of str
        As in :data:`geo.placement.HOWS`.
    cell, cell_name, holder : list of str or None
        Code and name of the cell, name of who is on duty; None as in :class:`Answered`.
    distance_m : list of float or None
        Metres to the cell; None outside.
    grid : int or None
        Grid version.
    """

    lon: list[float]
    lat: list[float]
    how: list[str]
    cell: list[str | None]
    cell_name: list[str | None]
    distance_m: list[float | None]
    holder: list[str | None]
    grid: int | None


def answer_one(tx: Tx, actor: Actor, lon: float, lat: float, crs: str, accuracy_m: float | None) -> Answered:
    """Answer one position.

    Parameters
    ----------
    tx : Tx
        Grid and duties are read inside this transaction.
    actor : Actor
        Who asks.
    lon, lat : float
        In ``crs``.
    crs : str
        A name for :func:`geo.systems.name_of`.
    accuracy_m : float or None
        Radius of the device's own doubt.

    Raises
    ------
    InputError
        The position cannot be used, or there is no area at all yet.
    """
    placed, grid = placing.explain(tx, lon, lat, crs, accuracy_m)
    is_mine = placed.in_cell and placed.path.startswith(visible_paths(actor))
    holder = None
    if is_mine and grid is not None:
        tree = grid_above.tree_of(tx, grid, np.array([placed.row]))
        holder = duties.on_duty(tx, placed.area_id, tx.now, tree)
    return Answered(placed, grid, holder if holder and holder.person_id is not None else None)


def answer_many(tx: Tx, actor: Actor, lon: Sequence[Any], lat: Sequence[Any], crs: str) -> Answers:
    """Answer many positions at once; each is answered as :func:`answer_one` would.

    Parameters
    ----------
    tx, actor, crs :
        As there.
    lon, lat : Sequence, length n
        In ``crs``.

    Raises
    ------
    InputError, CoordinateError
        As :func:`server.services.positions.read`, or there is no area at all yet; nothing is answered.
    """
    x, y = positions.read(lon, lat, crs)
    grid = open_locator(tx)
    if grid is None:
        placing.desk_of(tx, None)
        none: list[None] = [None] * len(x)
        return Answers(x.tolist(), y.tolist(), ["outside"] * len(x), [*none], [*none], [*none], [*none], None)
    found = grid.locator.place(x, y, nearest_m=tx.config.nearest_m)
    rows, place_of = np.unique(found.row, return_inverse=True)
    holders = _holders(tx, actor, grid, rows)
    cells = [(str(grid.codes[row]), grid.names[row]) if row >= 0 else (None, None) for row in rows.tolist()]
    return Answers(
        x.tolist(),
        y.tolist(),
        found.how.tolist(),
        _spread([code for code, _ in cells], place_of),
        _spread([name for _, name in cells], place_of),
        [
            None if row < 0 else metres
            for row, metres in zip(found.row.tolist(), found.distance_m.tolist(), strict=True)
        ],
        _spread(holders, place_of),
        grid.grid_id,
    )


def _holders(tx: Tx, actor: Actor, grid: OpenLocator, rows: NDArray[np.intp]) -> list[str | None]:
    """Name who is on duty in cells; None for no cell, one elsewhere, and nobody."""
    paths, mine = grid_above.paths_of(tx, grid, rows), visible_paths(actor)
    keys = [int(grid.area_ids[row]) if row >= 0 else None for row in rows.tolist()]
    seen = [key for key in keys if key is not None and paths[key].startswith(mine)]
    on_duty = duties.on_duty_many(tx, seen, tx.now, grid_above.tree_of(tx, grid, rows[rows >= 0]))
    return [(on_duty[key].name or None) if key in on_duty else None for key in keys]


def _spread(values: list[str | None], place_of: NDArray[np.intp]) -> list[str | None]:
    """Give each position the value of its cell."""
    return [values[place] for place in place_of.tolist()]
