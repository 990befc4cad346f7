"""The locator over the newest grid: kept by each process, shared between them as a file of the folder's cache.

The file bears the digest that the grid got when it was imported, so to open it no polygon is read: only
the keys and names that stand beside each cell. Polygons are read by whoever finds no file, or a damaged one.
"""

import logging
import threading
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Select, or_, select

from geo import Cells, Locator
from geo.errors import IndexFileError
from geo.saved import FORMAT_VERSION
from server.db import Tx
from server.models import Area, Boundary, Grid
from server.services.areas import Layout, current_grid, layout

__all__ = ["Names", "OpenLocator", "open_locator", "prepare_locator"]

AT_ONCE = 5_000
LEFT_OVER_S = 3600.0  # a draft of a file that is so much older than a whole one was given up
log = logging.getLogger("wangge")


class Names:
    """Texts by row, kept as one run of bytes: a hundred thousand Python strings would weigh ten times that."""

    def __init__(self) -> None:
        self._text, self._ends = bytearray(), array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self._text[self._ends[row] : self._ends[row + 1]].decode()

    def add(self, name: str) -> None:
        """Put a name at the end."""
        self._text += name.encode()
        self._ends.append(len(self._text))


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
        Row numbers refer to the arrays below; its codes are in string order.
    area_ids, boundary_ids : ndarray of int, shape (n,)
        Keys by row.
    parent_ids : ndarray of int, shape (n,)
        Key of the area above, by row; 0 for none.
    names : Names
        Cell names by row.
    """

    grid_id: int
    layout: Layout
    locator: Locator
    area_ids: np.ndarray
    boundary_ids: np.ndarray
    parent_ids: np.ndarray
    names: Names

    @property
    def codes(self) -> np.ndarray:
        """Cell codes by row."""
        return self.locator.codes

    def name_of(self, code: str) -> str:
        """Name of the cell with this code; the code itself when there is no such cell."""
        row = bisect_left(self.codes, code)
        return self.names[row] if row < len(self.codes) and self.codes[row] == code else code


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
    shelved = _shelved(tx, state)
    if shelved is not None or state[0] is None:
        return shelved
    lock: threading.Lock = tx.store.shelf.setdefault("locator lock", threading.Lock())
    with lock:  # one thread opens it, the others wait and find it
        return _shelved(tx, state) or _opened(tx, state, state[0])


def _shelved(tx: Tx, state: Layout) -> OpenLocator | None:
    shelved: OpenLocator | None = tx.store.shelf.get("locator")
    return shelved if shelved is not None and shelved.layout == state else None


def _opened(tx: Tx, state: Layout, grid_id: int) -> OpenLocator | None:
    """Open the saved locator of a grid, or make it; put it on the shelf."""
    opened: OpenLocator | None
    try:
        opened = _with_keys(tx, state, Locator.open(_path(tx, grid_id)))
    except (OSError, IndexFileError):
        made = _made(tx, grid_id)
        opened = _with_keys(tx, state, made) if made is not None else None
    if opened is not None:
        tx.store.shelf["locator"] = opened
        _tidy(tx, _path(tx, grid_id))
    return opened


def prepare_locator(tx: Tx) -> None:
    """Save the locator over the newest grid, unless it is there.

    An import asks for it before it commits, so that nobody who reports afterwards waits for it, and not
    several at once make the same. The file answers to the grid's content: if the import is undone, it lies
    there unasked for.

    Parameters
    ----------
    tx : Tx
        The transaction that wrote the grid.
    """
    grid_id = current_grid(tx)
    if grid_id is not None and not _path(tx, grid_id).is_file():
        _made(tx, grid_id)


def _path(tx: Tx, grid_id: int) -> Path:
    digest = tx.session.scalar(select(Grid.digest).where(Grid.id == grid_id))
    return tx.store.folder / "cache" / f"locator-{digest}.{FORMAT_VERSION}"


def _cells(tx: Tx, grid_id: int, *columns: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Ask for the cells of one grid, by code.

    Boundaries never change and tell the grids they hold in, so the rows are this grid's even when a newer
    one is committed between two statements.
    """
    by_code = Boundary.code if tx.on_sqlite else Boundary.code.collate("C")
    return (
        select(Boundary.code, *columns)
        .where(
            Boundary.level == "cell",
            Boundary.first_grid_id <= grid_id,
            or_(Boundary.last_grid_id.is_(None), Boundary.last_grid_id >= grid_id),
        )
        .order_by(by_code)
        .execution_options(yield_per=AT_ONCE)
    )


def _with_keys(tx: Tx, state: Layout, found: Locator) -> OpenLocator:
    """Read the keys and names of a locator's rows.

    Raises
    ------
    IndexFileError
        It is not over the cells of this grid.
    """
    grid_id = state[0] or 0
    area_ids, boundary_ids, parent_ids, names = array("q"), array("q"), array("q"), Names()
    query = _cells(tx, grid_id, Boundary.area_id, Boundary.id, Area.parent_id, Area.name)
    rows = tx.session.execute(query.join(Area, Area.id == Boundary.area_id))
    for several in rows.partitions():
        start = len(names)
        if found.codes[start : start + len(several)].tolist() != [row.code for row in several]:
            raise IndexFileError("index.damaged")
        for row in several:
            area_ids.append(row.area_id)
            boundary_ids.append(row.id)
            parent_ids.append(row.parent_id or 0)
            names.add(row.name)
    if len(names) != len(found):
        raise IndexFileError("index.damaged")
    keys = [np.frombuffer(ids, dtype=np.int64) for ids in (area_ids, boundary_ids, parent_ids)]
    return OpenLocator(grid_id, state, found, keys[0], keys[1], keys[2], names)


def _made(tx: Tx, grid_id: int) -> Locator | None:
    """Make the locator of a grid from its polygons, and save it for others; None without any cell."""
    rows = tx.session.execute(_cells(tx, grid_id, Boundary.geom)).all()
    if not rows:
        return None
    codes = [row.code for row in rows]
    found = Locator(Cells.from_arrays(codes, [""] * len(codes), [row.geom for row in rows]))
    return _kept(found, _path(tx, grid_id))


def _kept(found: Locator, path: Path) -> Locator:
    """Save a locator and give it as others will see it; without room for it each process makes its own."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        found.save(path)
        return Locator.open(path)  # mapped, and free of polygons
    except (OSError, IndexFileError) as error:
        log.warning("the locator cannot be kept in %s: %s", path.parent, error)
        return found


def _tidy(tx: Tx, path: Path) -> None:
    """Remove the files of earlier grids; a process that maps one keeps it until it lets go.

    The newest grid is asked for after the folder was listed: a file listed is then either the newest
    grid's, or older than it. A transaction that reads on SQLite may not see the newest grid, and leaves
    the folder to one that writes.
    """
    listed = [one for one in path.parent.glob("locator-*") if one != path]
    drafts = list(path.parent.glob(".locator-*"))
    if not (listed or drafts) or (tx.on_sqlite and not tx.writes):
        return
    newest = current_grid(tx)
    kept = _path(tx, newest) if newest is not None else path
    try:
        for old in (one for one in listed if one != kept):
            old.unlink(missing_ok=True)
        for draft in drafts:
            if path.stat().st_mtime - draft.stat().st_mtime > LEFT_OVER_S:
                draft.unlink(missing_ok=True)
    except OSError as error:  # somebody else tidies, or the folder is not ours to tidy
        log.info("old locators stay in %s: %s", path.parent, error)
