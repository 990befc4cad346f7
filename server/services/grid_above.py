"""What lies above the cells of a grid: names, keys and paths, kept in each process until the area tree changes."""

from collections import ChainMap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from server.db import Tx
from server.models import Area
from server.services.locating import OpenLocator
from server.services.roster import Tree

__all__ = ["Above", "above_cells", "paths_of", "tree_of"]


@dataclass(frozen=True)
class Above:
    """The areas above the cells, by key.

    Attributes
    ----------
    tree : dict
        Name and parent id.
    paths : dict
        Tree path; that of 0, which stands for no area, is ``/``.
    """

    tree: dict[int, tuple[str, int | None]]
    paths: dict[int, str]


def paths_of(tx: Tx, grid: OpenLocator, rows: np.ndarray) -> dict[int, str]:
    """Give the tree paths of cells.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    grid : OpenLocator
        Names the cells by row.
    rows : ndarray of int, shape (n,)
        Rows of it, -1 for none.

    Returns
    -------
    dict[int, str]
        Area id -> path.
    """
    paths = above_cells(tx, grid).paths
    cells = [row for row in dict.fromkeys(rows.tolist()) if row >= 0]
    parents, keys = grid.parent_ids[cells].tolist(), grid.area_ids[cells].tolist()
    codes = grid.codes[cells].tolist()
    return {key: f"{paths[parent]}{code}/" for key, parent, code in zip(keys, parents, codes, strict=True)}


def above_cells(tx: Tx, grid: OpenLocator) -> Above:
    """Read the areas above the cells; kept in this process until the area tree changes.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    grid : OpenLocator
        Knows the state of the tree.
    """
    kept = tx.store.shelf.get("above")
    if kept is None or kept[0] != grid.layout:
        rows = tx.session.execute(
            select(Area.id, Area.name, Area.parent_id, Area.path).where(Area.level != "cell")
        ).all()
        tree = {key: (name, parent) for key, name, parent, _ in rows}
        above = Above(tree, {0: "/", **{key: path for key, *_, path in rows}})
        kept = tx.store.shelf["above"] = (grid.layout, above)
    found: Above = kept[1]
    return found


def tree_of(tx: Tx, grid: OpenLocator, rows: NDArray[np.intp]) -> Tree:
    """Give cells and all areas above them, as the grid knows them: id -> name, parent id.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    grid : OpenLocator
        The grid.
    rows : ndarray of int, shape (n,)
        Rows of cells in it.
    """
    columns = (grid.area_ids[rows].tolist(), grid.parent_ids[rows].tolist(), rows.tolist())
    cells = {key: (grid.names[row], parent or None) for key, parent, row in zip(*columns, strict=True)}
    return ChainMap(cells, above_cells(tx, grid).tree)
