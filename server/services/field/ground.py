"""The ground somebody works on: their cells as exact as the server knows them, those around, and the places in them.

What depends on boundaries and places alone is kept in this process until these change; who is on duty is asked
each time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import shapely
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Boundary, Place
from server.services import areas, duties
from server.services.areas import visible_paths
from server.services.field.mine import CAUSES, Mine, Own, mine
from server.services.locating import open_locator
from server.services.marks import PLACES, mark
from server.services.people import Actor
from server.services.shelves import shelved

__all__ = ["NO_REACH", "FieldCell", "FieldPlace", "Ground", "ground"]

Box = tuple[float, float, float, float]
NO_REACH: Box = (180.0, 90.0, -180.0, -90.0)
"""Nowhere: no point lies in this box."""
MARGIN_M = 550.0
"""So far around the own cells every cell is known."""
CELLS_MOST = 1_000
"""Where so many would have to be known around distant cells, only the own ones are."""
PLACES_MOST = 10_000
GROUNDS_KEPT = 100
SMALLEST_DEGREE_M = 110_500.0  # of a meridian; 110,574 at the equator
DEGREE_M = 111_319.0  # of the equator
KINDS = ("compound", "building", "landmark", "road")


@dataclass(frozen=True)
class FieldCell:
    """A cell as the tablet keeps it.

    Attributes
    ----------
    code, name, community : str
        The cell, and the name of what it belongs to ("" at the top).
    own : Own or None
        Why it is somebody's; None for a neighbour.
    holder : str or None
        Who answers for it now; None for nobody, and for cells outside the actor's areas.
    outline : bytes
        GeoJSON geometry with the very doubles that positions are located by.
    bbox : tuple of float
        West, south, east, north in WGS 84 degrees.
    """

    code: str
    name: str
    community: str
    own: Own | None
    holder: str | None
    outline: bytes
    bbox: Box


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """A compound, building, landmark or road in one of somebody's cells.

    Attributes
    ----------
    id : int
        Key inside the program.
    name, kind : str
        As kept.
    lon, lat : float
        WGS 84 degrees.
    cell : str
        Code of its cell.
    """

    id: int
    name: str
    kind: str
    lon: float
    lat: float
    cell: str


@dataclass(frozen=True)
class Ground:
    """Somebody's ground.

    Attributes
    ----------
    cells : tuple of FieldCell
        By code: their own, and those around.
    reach : tuple of float
        Box in which, and within ``nearest_m`` around which, every cell is here; :data:`NO_REACH` for none.
    places : tuple of FieldPlace
        In their own cells, compounds first.
    """

    cells: tuple[FieldCell, ...]
    reach: Box
    places: tuple[FieldPlace, ...]


@dataclass(frozen=True)
class _Row:
    """What stays of a cell until the layout changes."""

    id: int
    code: str
    name: str
    path: str
    community: str
    outline: bytes
    bbox: Box


@dataclass(frozen=True)
class _Laid:
    """What stays of a ground until the layout changes."""

    rows: tuple[_Row, ...]
    reach: Box
    places: tuple[FieldPlace, ...]


def ground(tx: Tx, actor: Actor, own: Mine | None = None) -> Ground:
    """Read the ground that somebody works on.

    Parameters
    ----------
    tx : Tx
        Any transaction; duty is asked at its instant.
    actor : Actor
        Whose.
    own : Mine, optional
        What is theirs, where that is known already.
    """
    own = own or mine(tx, actor)
    state = (areas.layout(tx), mark(tx, PLACES), tx.config.nearest_m)
    which = tuple((key, one.cause) for key, one in own.cells.items())
    laid = shelved(tx, "field", state, partial(_laid, tx, own.cells), which=which, most=GROUNDS_KEPT)
    seen = visible_paths(actor)
    known = [row.id for row in laid.rows if row.id in own.cells or row.path.startswith(seen)]
    on_duty = duties.on_duty_many(tx, known, tx.now)
    cells = (
        FieldCell(
            row.code, row.name, row.community, own.cells.get(row.id),
            (on_duty[row.id].name or None) if row.id in on_duty else None, row.outline, row.bbox,
        )
        for row in laid.rows
    )  # fmt: skip
    return Ground(tuple(cells), laid.reach, laid.places)


def _laid(tx: Tx, own: Mapping[int, Own]) -> _Laid:
    boxes = _boxes(tx, own)
    reach, met = _reached(tx, own, boxes)
    rows = _rows(tx, {*boxes, *met})
    return _Laid(rows, reach, _places(tx, [row for row in rows if row.id in own]))


def _boxes(tx: Tx, own: Iterable[int]) -> dict[int, Box]:
    """Read the boxes of cells; one that has no outline now is left out."""
    query = select(Boundary.area_id, Boundary.west, Boundary.south, Boundary.east, Boundary.north)
    rows = tx.rows(query.where(Boundary.last_grid_id.is_(None), Boundary.area_id.in_(list(own))))
    return {key: (west, south, east, north) for key, west, south, east, north in rows}


def _reached(tx: Tx, own: Mapping[int, Own], boxes: Mapping[int, Box]) -> tuple[Box, list[int]]:
    """Choose how far to know everything: around all own cells, else around those of the strongest causes.

    Returns
    -------
    (tuple of float, list of int)
        The box, and the cells that it meets when widened by the distance within which a cell counts as nearest.
    """
    for least in reversed(range(len(CAUSES))):
        chosen = [box for key, box in boxes.items() if CAUSES.index(own[key].cause) <= least]
        if not chosen:
            break
        west, south, east, north = zip(*chosen, strict=True)
        reach = _widened((min(west), min(south), max(east), max(north)), MARGIN_M)
        met = _met(tx, _widened(reach, tx.config.nearest_m))
        if len(met) <= max(CELLS_MOST, 2 * len(chosen)):
            return reach, met
    return NO_REACH, []


def _widened(box: Box, metres: float) -> Box:
    """Widen a box by at least so many metres on each side."""
    west, south, east, north = box
    high = metres / SMALLEST_DEGREE_M
    farthest = min(max(abs(south - high), abs(north + high)), 89.0)
    wide = metres / (DEGREE_M * math.cos(math.radians(farthest)))
    return west - wide, south - high, east + wide, north + high


def _met(tx: Tx, box: Box) -> list[int]:
    west, south, east, north = box
    meets = and_(
        Boundary.west <= east, Boundary.east >= west, Boundary.south <= north, Boundary.north >= south
    )
    query = select(Boundary.area_id).where(Boundary.level == "cell", Boundary.last_grid_id.is_(None), meets)
    return [key for (key,) in tx.rows(query)]


def _rows(tx: Tx, keys: Iterable[int]) -> tuple[_Row, ...]:
    above = aliased(Area)
    box = (Boundary.west, Boundary.south, Boundary.east, Boundary.north)
    rows = tx.rows(
        select(Area.id, Area.code, Area.name, Area.path, above.name, Boundary.geom, *box)
        .join(Boundary, and_(Boundary.area_id == Area.id, Boundary.last_grid_id.is_(None)))
        .outerjoin(above, above.id == Area.parent_id)
        .where(Area.id.in_(list(keys)))
        .order_by(Area.code)
    )
    texts = shapely.to_geojson([row[5] for row in rows]) if rows else []
    return tuple(
        _Row(key, code, name, path, community or "", text.encode(), (west, south, east, north))
        for (key, code, name, path, community, _geom, west, south, east, north), text in zip(
            rows, texts, strict=True
        )
    )


def _places(tx: Tx, own: Sequence[_Row]) -> tuple[FieldPlace, ...]:
    """Read the places in somebody's cells, each located as an issue would be."""
    grid = open_locator(tx)
    if grid is None or not own:
        return ()
    codes = {row.code for row in own}
    near = [_widened(row.bbox, tx.config.nearest_m) for row in own]
    rows = tx.rows(
        select(Place.id, Place.name, Place.kind, Place.lon, Place.lat)
        .where(or_(*(_holds(box) for box in _joined(near))))
        .order_by(Place.id)
    )
    if not rows:
        return ()
    where = grid.locator.place(
        [row.lon for row in rows], [row.lat for row in rows], nearest_m=tx.config.nearest_m
    )
    found = [
        FieldPlace(row.id, row.name, row.kind, row.lon, row.lat, str(grid.codes[number]))
        for row, number in zip(rows, where.row.tolist(), strict=True)
        if number >= 0 and str(grid.codes[number]) in codes
    ]
    return tuple(sorted(found, key=lambda place: KINDS.index(place.kind))[:PLACES_MOST])


def _joined(boxes: Sequence[Box]) -> Sequence[Box]:
    """Give few boxes for many: all of them, or one around all."""
    if len(boxes) <= 8:
        return boxes
    west, south, east, north = zip(*boxes, strict=True)
    return [(min(west), min(south), max(east), max(north))]


def _holds(box: Box) -> ColumnElement[bool]:
    west, south, east, north = box
    return and_(Place.lon.between(west, east), Place.lat.between(south, north))
