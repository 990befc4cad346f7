"""The layer of cells: outlines simplified for the zoom, with what is open in each and who answers for it.

Outlines are simplified together, so that neighbours keep one common border, and kept per grid version and
zoom class; counts are read anew for each answer.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Boundary
from server.services import areas, duties
from server.services.areas import below
from server.services.filters import Bbox
from server.services.people import Actor
from server.services.shelves import shelved
from server.services.tally import tally_by_area
from server.workflow import Role

__all__ = ["CellOnMap", "ZoomClass", "cells", "simplified", "zoom_class"]

TILE_PIXELS = 256


@dataclass(frozen=True)
class ZoomClass:
    """Zooms that share one simplification.

    Attributes
    ----------
    most : int
        Largest zoom of the class.
    decimals : int
        Digits after the point; finer than a quarter of a pixel.
    """

    most: int
    decimals: int

    @property
    def tolerance(self) -> float:
        """Half a pixel at the largest zoom, in degrees of longitude."""
        return 0.5 * 360.0 / (TILE_PIXELS * 2**self.most)


CLASSES = tuple(ZoomClass(most, 4 if most < 10 else 5 if most < 14 else 6) for most in range(6, 18))
MOST_BYTES = 1_000_000
"""GeoJSON of one answer's outlines; a quarter of it when compressed."""


@dataclass(frozen=True)
class CellOnMap:
    """A cell as the map shows it.

    Attributes
    ----------
    code, name, community : str
        The cell, and the name of what it belongs to ("" at the top).
    households : int or None
        As imported.
    open, overdue : int
        Open issues the asker may see.
    worker : str
        Who answers for it now; "" for nobody.
    geometry : bytes
        GeoJSON of the simplified outline.
    """

    code: str
    name: str
    community: str
    households: int | None
    open: int
    overdue: int
    worker: str
    geometry: bytes


def zoom_class(zoom: int) -> ZoomClass:
    """Find the class of a zoom; the finest beyond its end."""
    return next((one for one in CLASSES if zoom <= one.most), CLASSES[-1])


def cells(
    tx: Tx, actor: Actor, zoom: int, *, area: str | None = None, bbox: Bbox | None = None
) -> list[CellOnMap]:
    """Read the cells in the actor's areas as a map shows them.

    Parameters
    ----------
    tx : Tx
        Any transaction; duty is asked at its instant.
    actor : Actor
        Sees cells of their areas, counts of what is visible to them.
    zoom : int
        Of the map.
    area : str, optional
        Only cells in the area with this code.
    bbox : tuple of float, optional
        Only cells whose own box meets this one: west, south, east, north in WGS 84 degrees.

    Returns
    -------
    list of CellOnMap
        By path; simplified for the zoom, or more where so many outlines would be too much for one answer.

    Raises
    ------
    NotFound
        There is no such area.
    """
    rows = _rows(tx, actor, area, bbox)
    keys = [row.id for row in rows]
    outlines = _fitting(tx, keys, zoom_class(zoom))
    counts = tally_by_area(tx, actor, rows)
    on_duty = duties.on_duty_many(tx, keys, tx.now)
    found = []
    for row in rows:
        had = counts[row.code]
        facts = (row.code, row.name, row.community or "", row.households, had.open, had.overdue)
        found.append(CellOnMap(*facts, on_duty[row.id].name, outlines[row.id]))
    return found


def _rows(tx: Tx, actor: Actor, area: str | None, bbox: Bbox | None) -> Sequence[Any]:
    parent = aliased(Area)
    # Whoever stands in for a neighbour may ask for a cell beyond their own areas.
    stands_in = area and actor.person_id and Role.WORKER in actor.roles
    duty = duties.cells_of(tx, actor.person_id or 0, tx.now) if stands_in else []
    query = (
        select(Area.id, Area.code, Area.name, Area.households, parent.name.label("community"))
        .join(Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None))
        .outerjoin(parent, parent.id == Area.parent_id)
        .where(Area.level == "cell", Area.retired_grid_id.is_(None))
        .where(or_(*(below(path) for path in areas.visible_paths(actor)), Area.id.in_(duty)))
        .order_by(Area.path)
    )
    if area:
        on_duty = duty and tx.session.scalar(select(Area.path).where(Area.code == area, Area.id.in_(duty)))
        query = query.where(below(on_duty or areas.path_of(tx, actor, area)))
    if bbox:
        west, south, east, north = bbox
        query = query.where(Boundary.west <= east, Boundary.east >= west)
        query = query.where(Boundary.south <= north, Boundary.north >= south)
    return tx.session.execute(query).all()


def _fitting(tx: Tx, keys: Sequence[int], wanted: ZoomClass) -> Mapping[int, bytes]:
    """Choose the finest outlines, up to the class wanted, that fit one answer."""
    outlines = _outlines(tx, wanted)
    if sum(len(outlines[key]) for key in keys) <= MOST_BYTES:
        return outlines

    def size(of: ZoomClass) -> int:
        known = _outlines(tx, of)
        return sum(len(known[key]) for key in keys)

    coarser = CLASSES[: CLASSES.index(wanted)]
    fitting = bisect_right(coarser, MOST_BYTES, key=size)
    return _outlines(tx, coarser[max(fitting - 1, 0)]) if coarser else outlines


def _outlines(tx: Tx, of: ZoomClass) -> Mapping[int, bytes]:
    """Read simplified outlines as GeoJSON, area id -> text, from this process's shelf when there."""
    grid_id = areas.current_grid(tx)
    return shelved(tx, "layer", grid_id, lambda: _drawn(tx, of), which=of.most, most=len(CLASSES))


def _drawn(tx: Tx, of: ZoomClass) -> Mapping[int, bytes]:
    rows = tx.session.execute(
        select(Boundary.area_id, Boundary.geom).where(
            Boundary.level == "cell", Boundary.last_grid_id.is_(None)
        )
    ).all()
    shapes = np.array([row.geom for row in rows], dtype=object)
    texts = simplified(shapes, of) if len(shapes) else []
    return dict(zip((row.area_id for row in rows), texts, strict=True))


def simplified(shapes: NDArray[np.object_], of: ZoomClass) -> Sequence[bytes]:
    """Simplify outlines together and write them as GeoJSON.

    Parameters
    ----------
    shapes : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        WGS 84 degrees.
    of : ZoomClass
        Tolerance and digits.

    Returns
    -------
    sequence of bytes, length n
        Common borders of neighbours stay common (Visvalingam-Whyatt on the coverage's edges); an outline
        that would vanish keeps its full form.
    """
    thin = shapely.coverage_simplify(shapes, of.tolerance)
    thin = shapely.transform(thin, lambda xy: np.round(xy, of.decimals))
    gone = shapely.is_empty(thin)
    whole = np.where(gone, shapes, thin)
    return [text.encode() for text in shapely.to_geojson(whole).tolist()]
