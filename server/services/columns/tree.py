"""Areas as masks: which keys of areas lie below given ones, read once for each state of the tree."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select

from server.db import Tx
from server.models import Area
from server.services.areas import PATH_END, layout
from server.services.columns.narrow import Array
from server.services.columns.rows import Rows
from server.services.shelves import shelved

__all__ = ["Tree", "lies_below", "tree_of"]

SHELF = "columns tree"
_COLUMNS = (Area.path, Area.id, Area.code, Area.name, Area.level, Area.households, Area.retired_grid_id)


@dataclass(frozen=True)
class Tree:
    """The area tree.

    Attributes
    ----------
    areas : list of rows
        ``path id code name level households retired_grid_id`` of each, by path.
    paths : list of str
        All, in order.
    ids : ndarray of int
        Key of each.
    path_of : dict[str, str]
        Code -> path.
    """

    areas: list[Any]
    paths: list[str]
    ids: Array
    path_of: dict[str, str]

    def below(self, paths: Iterable[str]) -> Array:
        """Tell of each key, as far as there are areas, whether it lies at or below any of these paths."""
        told = np.zeros(int(self.ids.max(initial=0)) + 2, bool)
        for path in paths:
            begin = bisect_left(self.paths, path)
            told[self.ids[begin : bisect_left(self.paths, path[:-1] + PATH_END)]] = True
        return told

    def at_level(self, level: str) -> Callable[[Array], Array]:
        """Give what tells of keys of areas, however narrow, which area of a level each lies in; 0: in none."""
        unit = np.zeros(int(self.ids.max(initial=0)) + 2, np.int64)
        for row in self.areas:
            if row.level == level:
                begin = bisect_left(self.paths, row.path)
                unit[self.ids[begin : bisect_left(self.paths, row.path[:-1] + PATH_END)]] = row.id
        return lambda keys: unit.take(keys, mode="clip")

    def is_all(self, told: Array) -> bool:
        """Tell whether a mask names every area that there is."""
        return bool(told[self.ids].all())


def tree_of(tx: Tx) -> Tree:
    """Give the tree as a transaction sees it."""
    newest, many = tx.rows(select(func.max(Area.id), func.count(Area.id)))[0]
    return shelved(tx, SHELF, (layout(tx), newest, many), lambda: _read(tx))


def _read(tx: Tx) -> Tree:
    rows = sorted(tx.rows(select(*_COLUMNS)), key=lambda row: row.path)
    ids = np.array([row.id for row in rows], np.int64)
    return Tree(rows, [row.path for row in rows], ids, {row.code: row.path for row in rows})


def lies_below(
    tx: Tx, paths: Iterable[str] = (), codes: Iterable[str] = ()
) -> Callable[[Rows], Array] | None:
    """Condition: an issue lies at or below any of these areas; None where that is all there are."""
    tree = tree_of(tx)
    told = tree.below([*paths, *(tree.path_of[code] for code in codes)])
    if tree.is_all(told):
        return None
    return lambda rows: told.take(rows["area"], mode="clip")
