"""Make the parts of a locator from cells."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.cells import Cells
from geo.edges import edges_of
from geo.errors import CellsError
from geo.rasterize import rasterize
from geo.refine import refine
from geo.saved import Parts, by_code, digest_of

__all__ = ["assemble"]

NAMED = 10

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def assemble(cells: Cells) -> Parts:
    """Turn cells into edges and pixels; cells are numbered by code.

    Parameters
    ----------
    cells : Cells
        In any order; none are fine.

    Returns
    -------
    Parts
        Which answer every question about places without the polygons.

    Raises
    ------
    CellsError
        ``cells.invalid_rings``; see :class:`geo.Locator`.
    """
    rows = np.flatnonzero(~shapely.is_valid(cells.geometry))
    if len(rows):
        named = tuple(rows[:NAMED].tolist())
        codes = tuple(str(cells.codes[row]) for row in named)
        raise CellsError("cells.invalid_rings", rows=named, codes=codes, count=len(rows))
    shapes = cells.geometry[by_code(cells.codes)]
    edges = edges_of(shapes)
    raster = rasterize(edges, lambda lon, lat: _covering(shapes, lon, lat))
    return Parts(cells.codes, digest_of(cells), edges, refine(raster, edges))


def _covering(shapes: NDArray[np.object_], lon: Floats, lat: Floats) -> tuple[Rows, Rows]:
    """Name, by point and then by number, the cells that cover points on no border."""
    point, number = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    order = np.lexsort((number, point))
    return point[order], number[order]
