"""The area tree as it stands, read whole: what an import is compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import select

from server.db import Tx
from server.models import LEVELS, Area, Boundary

__all__ = ["Node", "Tree", "level_above", "load_tree", "rank"]


@dataclass(frozen=True)
class Node:
    """An area as it stands.

    Attributes
    ----------
    id : int
        Its key.
    code, level, name, kind, path :
        As stored.
    households, population : int or None
        As stored.
    parent : str or None
        Code of the parent.
    is_retired : bool
        Whether its code is out of use.
    boundary_id : int or None
        Key of its current boundary.
    shape : shapely geometry or None
        That boundary, WGS 84.
    """

    id: int
    code: str
    level: str
    name: str
    kind: str | None
    path: str
    households: int | None
    population: int | None
    parent: str | None
    is_retired: bool
    boundary_id: int | None
    shape: Any


class Tree:
    """All areas, by code.

    Parameters
    ----------
    nodes : Iterable of Node
        Retired ones too.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = {node.code: node for node in nodes}

    def __contains__(self, code: object) -> bool:
        return code in self._nodes

    def __getitem__(self, code: str) -> Node:
        return self._nodes[code]

    def get(self, code: str) -> Node | None:
        """Find an area; None when there is none of this code."""
        return self._nodes.get(code)

    @property
    def current(self) -> list[Node]:
        """Areas that are not retired, by path."""
        return sorted(
            (node for node in self._nodes.values() if not node.is_retired), key=lambda node: node.path
        )

    def is_under(self, code: str, root: str) -> bool:
        """Tell whether an area is another or lies below it; False when either is absent."""
        one, above = self.get(code), self.get(root)
        return one is not None and above is not None and one.path.startswith(above.path)

    def frame(self, nodes: Iterable[Node]) -> gpd.GeoDataFrame:
        """Lay out areas with their polygons (None where there is none), for validation."""
        chosen = list(nodes)
        shapes = gpd.GeoSeries([node.shape for node in chosen], crs=4326)
        return gpd.GeoDataFrame({"code": [node.code for node in chosen]}, geometry=shapes, crs=4326)


def rank(level: str) -> int:
    """Tell how far down a level is: 0 for the district."""
    return LEVELS.index(level)


def level_above(level: str) -> str | None:
    """Name the level above; None above the district."""
    return LEVELS[rank(level) - 1] if rank(level) else None


def load_tree(tx: Tx) -> Tree:
    """Read all areas with their current boundaries.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    """
    columns = (Area.id, Area.code, Area.level, Area.name, Area.kind, Area.path, Area.households)
    rows = tx.session.execute(
        select(*columns, Area.population, Area.parent_id, Area.retired_grid_id, Boundary.id, Boundary.geom)
        .outerjoin(Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None))
        .order_by(Area.path)
    ).all()
    codes = {row[0]: row[1] for row in rows}
    return Tree(
        Node(*row[:8], codes.get(row[8] or 0), row[9] is not None, row[10], _shape(row[11])) for row in rows
    )


def _shape(stored: Any) -> shapely.Geometry | None:  # noqa: ANN401 - a geometry or None
    return stored if isinstance(stored, shapely.Geometry) else None
