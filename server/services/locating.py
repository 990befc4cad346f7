"""The locator over the newest grid: kept by each process, shared between them as a file of the folder's cache."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from geo import Cells, Locator
from geo.errors import IndexFileError
from geo.saved import digest_of
from server.db import Tx
from server.models import Area, Boundary
from server.services.areas import Layout, layout

__all__ = ["OpenLocator", "open_locator"]

log = logging.getLogger("wangge")


@dataclass(frozen=True)
class OpenLocator:
    """A locator with the keys of its rows.

    Attributes
    ----------
    grid_id : int
        Grid version it was made from.
    layout : tuple
        State of the area tree it was made from, see :func:`layout`.
    locator : Locator
        Row numbers refer to the two arrays below.
    area_ids, boundary_ids : ndarray of int, shape (n,)
        Keys by row.
    names : tuple of str
        Cell names by row.
    codes : tuple of str
        Cell codes by row.
    """

    grid_id: int
    layout: Layout
    locator: Locator
    area_ids: np.ndarray
    boundary_ids: np.ndarray
    names: tuple[str, ...]
    codes: tuple[str, ...]

    def name_of(self, code: str) -> str:
        """Name of the cell with this code; the code itself when it has none."""
        return self.names[self.codes.index(code)] if code in self.codes else code


def open_locator(tx: Tx) -> OpenLocator | None:
    """Open the locator over the newest grid, from this process's shelf or the folder's cache.

    Parameters
    ----------
    tx : Tx
        The state of the tree is read inside this transaction, so no answer comes from an old grid.

    Returns
    -------
    OpenLocator or None
        None when there is no cell.
    """
    state = layout(tx)
    shelved = tx.store.shelf.get("locator")
    if shelved is not None and shelved.layout == state:
        return shelved
    if state[0] is None:
        return None
    rows = tx.session.execute(
        select(Boundary.id, Boundary.area_id, Boundary.code, Boundary.geom, Area.name)
        .join(Area, Area.id == Boundary.area_id)
        .where(Boundary.level == "cell", Boundary.last_grid_id.is_(None))
        .order_by(Boundary.code)
    ).all()
    if not rows:
        return None
    opened = _open(tx, state[0], state, rows)
    tx.store.shelf["locator"] = opened
    return opened


def _open(tx: Tx, grid_id: int, state: Layout, rows: Sequence[Any]) -> OpenLocator:
    cells = Cells.from_arrays(
        [row.code for row in rows], [row.name for row in rows], [row.geom for row in rows]
    )
    path = tx.store.folder / "cache" / f"locator-{digest_of(cells)}"
    try:
        found = Locator.open(path)
    except (OSError, IndexFileError):
        found = Locator(cells)
        _keep(found, path)
    by_code = {row.code: row for row in rows}
    ordered = [by_code[str(code)] for code in found.codes]  # a saved locator keeps its own order
    return OpenLocator(
        grid_id,
        state,
        found,
        np.array([row.area_id for row in ordered]),
        np.array([row.id for row in ordered]),
        tuple(row.name for row in ordered),
        tuple(row.code for row in ordered),
    )


def _keep(found: Locator, path: Path) -> None:
    """Save a locator for others; without room for it each process makes its own."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        found.save(path)
        for old in path.parent.glob("locator-*"):
            if old != path:
                old.unlink(missing_ok=True)  # a process that maps it keeps it until it lets go
    except OSError as error:
        log.warning("the locator cannot be kept in %s: %s", path.parent, error.strerror)
