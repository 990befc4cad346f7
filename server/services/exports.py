"""What goes out whole: the cells as they are stored, their outlines unaltered, fit to be imported again."""

from collections.abc import Iterator
from dataclasses import dataclass

import shapely
from sqlalchemy import select

from server.db import Tx
from server.models import Area, Boundary

__all__ = ["StoredCell", "stored_cells"]


@dataclass(frozen=True)
class StoredCell:
    """A cell of the newest grid.

    Attributes
    ----------
    code, name : str
        As imported.
    kind : str or None
        As imported.
    households, population : int or None
        As imported.
    parent : str or None
        Code of the community.
    geometry : str
        GeoJSON, WGS 84.
    """

    code: str
    name: str
    kind: str | None
    households: int | None
    population: int | None
    parent: str | None
    geometry: str


def stored_cells(tx: Tx) -> Iterator[StoredCell]:
    """Go through the cells of the newest grid, by code."""
    rows = tx.session.execute(
        select(Area.code, Area.name, Area.kind, Area.households, Area.population, Area.path, Boundary.geom)
        .join(Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None))
        .where(Boundary.level == "cell")
        .order_by(Area.code)
    )
    for code, name, kind, households, population, path, geom in rows:
        above = path.strip("/").split("/")[:-1]
        parent = above[-1] if above else None
        yield StoredCell(code, name, kind, households, population, parent, shapely.to_geojson(geom))
