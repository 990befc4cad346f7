"""Outlines of areas of any level for a map: as imported, or else what the areas below them cover together.

Kept per state of the area tree and zoom class, as :mod:`server.services.layer` keeps those of cells; an outline
says where an area lies and nothing of what happens in it.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import LEVELS, Area, Boundary
from server.services.areas import below, layout, path_of, reaches, visible_paths
from server.services.layer import CLASSES, MOST_BYTES, ZoomClass, simplified, zoom_class
from server.services.people import Actor
from server.services.shelves import shelved

__all__ = ["LEVELS", "Outline", "level_below", "outlines", "shapes"]

Shape = Any


@dataclass(frozen=True)
class Outline:
    """An area as a map draws it.

    Attributes
    ----------
    code, name : str
        The area.
    parent : str or None
        Code of the area above it.
    geometry : bytes
        GeoJSON of the simplified outline.
    """

    code: str
    name: str
    parent: str | None
    geometry: bytes


def outlines(tx: Tx, actor: Actor, level: str, zoom: int, area: str | None = None) -> list[Outline]:
    """Read the outlines of a level.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Gets areas in their own, and those that theirs lie in.
    level : str
        One of :data:`LEVELS`.
    zoom : int
        Of the map.
    area : str, optional
        Only those in the area with this code.

    Returns
    -------
    list of Outline
        By path; areas without any outline are left out. Simplified for the zoom, or more where so many would be
        too much for one answer.

    Raises
    ------
    NotFound
        There is no such area.
    """
    rows = _rows(tx, actor, level, area)
    kept = _fitting(tx, level, [row.id for row in rows], zoom_class(zoom))
    return [Outline(row.code, row.name, row.parent, kept[row.id]) for row in rows if row.id in kept]


def level_below(tx: Tx, level: str) -> str | None:
    """Tell the next level down that has areas at all; None at the lowest."""
    has = set(tx.session.scalars(select(Area.level).where(Area.retired_grid_id.is_(None)).distinct()))
    return next((one for one in LEVELS[LEVELS.index(level) + 1 :] if one in has), None)


def _rows(tx: Tx, actor: Actor, level: str, area: str | None) -> list[Any]:
    parent = aliased(Area)
    query = (
        select(Area.id, Area.code, Area.name, Area.path, parent.code.label("parent"))
        .outerjoin(parent, parent.id == Area.parent_id)
        .where(Area.level == level, Area.retired_grid_id.is_(None))
        .order_by(Area.path)
    )
    if area:
        query = query.where(below(path_of(tx, actor, area)))
    if level == LEVELS[-1]:  # nothing lies below a cell, so nobody sees one for what lies in it
        query = query.where(or_(*(below(path) for path in visible_paths(actor)), Area.id == -1))
    return [row for row in tx.rows(query) if reaches(actor, row.path)]


def _fitting(tx: Tx, level: str, keys: list[int], wanted: ZoomClass) -> Mapping[int, bytes]:
    """Choose the finest outlines, up to the class wanted, that fit one answer."""
    for of in reversed(CLASSES[: CLASSES.index(wanted) + 1]):
        kept = _texts(tx, level, of)
        if sum(len(kept.get(key, b"")) for key in keys) <= MOST_BYTES:
            break
    return kept


def _texts(tx: Tx, level: str, of: ZoomClass) -> Mapping[int, bytes]:
    """Give the simplified outlines of a level as GeoJSON, area id -> text, from this process's shelf when there."""

    def make() -> dict[int, bytes]:
        found = shapes(tx, level)
        texts = simplified(np.array(list(found.values()), dtype=object), of) if found else []
        return dict(zip(found, texts, strict=True))

    many = len(LEVELS) * len(CLASSES)
    return shelved(tx, "outlines", layout(tx), make, which=(level, of.most), most=many)


def shapes(tx: Tx, level: str) -> Mapping[int, Shape]:
    """Give the whole outlines of a level, WGS 84 degrees: area id -> geometry.

    An area without an outline of its own has the union of those right below it; without any it is left out.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    level : str
        One of :data:`LEVELS`.
    """
    if level == LEVELS[-1]:
        cells = select(Boundary.area_id, Boundary.geom).join(Area, Area.id == Boundary.area_id)
        current = cells.where(Boundary.last_grid_id.is_(None), Boundary.level == level)
        return {row.area_id: row.geom for row in tx.rows(current.order_by(Area.path))}
    return shelved(tx, "dissolved", layout(tx), lambda: _dissolved(tx)).get(level, {})


def _dissolved(tx: Tx) -> Mapping[str, Mapping[int, Shape]]:
    """Build the outlines above cells from the bottom up: level -> area id -> geometry."""
    own = select(Boundary.area_id, Boundary.geom).where(Boundary.last_grid_id.is_(None))
    shape_of = {row.area_id: row.geom for row in tx.rows(own)}
    tree = tx.rows(
        select(Area.id, Area.parent_id, Area.level, Area.path).where(Area.retired_grid_id.is_(None))
    )
    parts: dict[int | None, list[Shape]] = defaultdict(list)
    found: dict[str, dict[int, Shape]] = defaultdict(dict)
    for row in sorted(tree, key=lambda one: (-one.path.count("/"), one.path)):
        shape = shape_of.get(row.id)
        if shape is None and parts[row.id]:
            shape = shapely.union_all(np.array(parts[row.id], dtype=object))
        if shape is not None:
            parts[row.parent_id].append(shape)
            if row.level != LEVELS[-1]:
                found[row.level][row.id] = shape
    return found
