"""The area tree and its boundaries as others read them; the locator over the newest grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pypinyin import lazy_pinyin
from sqlalchemy import Select, func, or_, select

from geo import Cells, Locator
from geo.errors import IndexFileError
from geo.saved import digest_of
from server.db import Tx
from server.errors import NotFound
from server.models import Area, Boundary, Grid
from server.services.extents import boxes
from server.services.people import Actor

__all__ = [
    "AreaView",
    "OpenLocator",
    "below",
    "by_code",
    "by_ids",
    "current_grid",
    "find",
    "intake_area",
    "locator",
    "pinyin_of",
    "visible_paths",
]

PATH_END = "0"  # the character after "/": paths below P are those from P to P[:-1] + "0"


@dataclass(frozen=True)
class AreaView:
    """An area as others see it.

    Attributes
    ----------
    id : int
        Key inside the program.
    code, level, name, kind : str
        As imported.
    path : str
        ``/district/…/code/``.
    path_names : tuple of str
        Names from the district down to itself.
    households, population : int or None
        As imported.
    bbox : tuple of float or None
        West, south, east, north in WGS 84 degrees; without a boundary that of those below, if any.
    """

    id: int
    code: str
    level: str
    name: str
    kind: str | None
    path: str
    path_names: tuple[str, ...]
    households: int | None
    population: int | None
    bbox: tuple[float, float, float, float] | None

    @property
    def parent(self) -> str | None:
        """Code of the parent; None at the top."""
        codes = self.path.strip("/").split("/")
        return codes[-2] if len(codes) > 1 else None


@dataclass(frozen=True)
class OpenLocator:
    """A locator with the keys of its rows.

    Attributes
    ----------
    grid_id : int
        Grid version it was made from.
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
    locator: Locator
    area_ids: np.ndarray
    boundary_ids: np.ndarray
    names: tuple[str, ...]
    codes: tuple[str, ...]

    def name_of(self, code: str) -> str:
        """Name of the cell with this code; the code itself when it has none."""
        return self.names[self.codes.index(code)] if code in self.codes else code


def current_grid(tx: Tx) -> int | None:
    """Tell the newest grid version; None before the first import."""
    return tx.session.scalar(select(func.max(Grid.id)))


def locator(tx: Tx) -> OpenLocator | None:
    """Open the locator over the newest grid, from this process's shelf or the folder's cache.

    Parameters
    ----------
    tx : Tx
        The newest grid id is read inside this transaction, so no answer comes from an old grid.

    Returns
    -------
    OpenLocator or None
        None when there is no cell.
    """
    grid_id = current_grid(tx)
    shelved = tx.store.shelf.get("locator")
    if shelved is not None and shelved.grid_id == grid_id:
        return shelved
    if grid_id is None:
        return None
    rows = tx.session.execute(
        select(Boundary.id, Boundary.area_id, Boundary.code, Boundary.geom, Area.name)
        .join(Area, Area.id == Boundary.area_id)
        .where(Boundary.level == "cell", Boundary.last_grid_id.is_(None))
        .order_by(Boundary.code)
    ).all()
    if not rows:
        return None
    opened = _open(tx, grid_id, rows)
    tx.store.shelf["locator"] = opened
    return opened


def _open(tx: Tx, grid_id: int, rows: Sequence[Any]) -> OpenLocator:
    cells = Cells.from_arrays(
        [row.code for row in rows], [row.name for row in rows], [row.geom for row in rows]
    )
    path = tx.store.folder / "cache" / f"locator-{digest_of(cells)}"
    try:
        found = Locator.open(path)
    except (OSError, IndexFileError):
        found = Locator(cells)
        path.parent.mkdir(parents=True, exist_ok=True)
        found.save(path)
    by_code = {row.code: row for row in rows}
    ordered = [by_code[str(code)] for code in found.codes]  # a saved locator keeps its own order
    return OpenLocator(
        grid_id,
        found,
        np.array([row.area_id for row in ordered]),
        np.array([row.id for row in ordered]),
        tuple(row.name for row in ordered),
        tuple(row.code for row in ordered),
    )


def below(path: str) -> Any:  # noqa: ANN401 - an SQL condition
    """Condition: an area's path is this one or below it."""
    return (Area.path >= path) & (Area.path < path[:-1] + PATH_END)


def visible_paths(actor: Actor) -> tuple[str, ...]:
    """Paths an actor may look into; the system sees all (``("/",)``)."""
    return ("/",) if actor.is_system else tuple(dict.fromkeys(grant.path for grant in actor.grants))


def _views(tx: Tx, query: Select[Any]) -> list[AreaView]:
    rows = tx.session.execute(
        query.add_columns(Boundary.west, Boundary.south, Boundary.east, Boundary.north).outerjoin(
            Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None)
        )
    ).all()
    codes = {code for area, *_ in rows for code in area.path.strip("/").split("/")}
    names = dict(tx.session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all())
    missing = any(bounds[0] is None for _, *bounds in rows)
    below_it = boxes(tx, current_grid(tx)) if missing else {}
    return [
        AreaView(
            area.id,
            area.code,
            area.level,
            area.name,
            area.kind,
            area.path,
            tuple(names.get(code, code) for code in area.path.strip("/").split("/")),
            area.households,
            area.population,
            (bounds[0], bounds[1], bounds[2], bounds[3])
            if bounds[0] is not None
            else below_it.get(area.code),
        )
        for area, *bounds in rows
    ]


def by_ids(tx: Tx, ids: Iterable[int]) -> dict[int, AreaView]:
    """Read areas by key."""
    return {view.id: view for view in _views(tx, select(Area).where(Area.id.in_(set(ids))))}


def by_code(tx: Tx, code: str) -> AreaView:
    """Read an area by code, retired ones too.

    Raises
    ------
    NotFound
        There is none.
    """
    found = _views(tx, select(Area).where(Area.code == code))
    if not found:
        raise NotFound("area.unknown", code=code)
    return found[0]


def find(
    tx: Tx,
    actor: Actor,
    *,
    q: str = "",
    level: str | None = None,
    parent: str | None = None,
    limit: int = 1000,
) -> list[AreaView]:
    """Find areas in the actor's own areas by code, name or pinyin.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what lies in their areas.
    q : str
        Part of code, name or pinyin (full or initials); empty finds all.
    level, parent : str, optional
        Only this level; only below the area with this code.
    limit : int
        At most so many.

    Returns
    -------
    list of AreaView
        By path.
    """
    query = select(Area).where(Area.retired_grid_id.is_(None))
    query = query.where(or_(*(below(path) for path in visible_paths(actor)), Area.id == -1))
    if q.strip():
        like = f"%{_escaped(q.strip().lower())}%"
        columns = (Area.code, Area.name, Area.pinyin)
        query = query.where(or_(*(column.ilike(like, escape="\\") for column in columns)))
    if level:
        query = query.where(Area.level == level)
    if parent:
        query = query.where(below(by_code(tx, parent).path), Area.code != parent)
    return _views(tx, query.order_by(Area.path).limit(limit))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def intake_area(tx: Tx) -> AreaView | None:
    """Where issues wait that lie in no cell: the intake desk's area, else the root.

    Returns
    -------
    AreaView or None
        None when there is no area at all.
    """
    code = tx.config.intake_area
    if code:
        return by_code(tx, code)
    roots = _views(tx, select(Area).where(Area.parent_id.is_(None)).order_by(Area.id).limit(1))
    return roots[0] if roots else None


def pinyin_of(name: str) -> str:
    """Spell a name for search: whole syllables and initials, lower case, e.g. ``wenfeng wf``."""
    syllables = [one.lower() for one in lazy_pinyin(name)]
    return f"{''.join(syllables)} {''.join(one[:1] for one in syllables)}"[:400]
