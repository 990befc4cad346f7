"""Lay the district out on the flat plane: who owns which piece, and which streets divide them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from server.demo.plan import BORDERS, OUTLINE, RIVER, SUBDISTRICTS
from server.demo.subdivide import ARTERIAL, COMMUNITY, LANE, Cut, Divider, faces

__all__ = ["Layout", "lay_out"]

_GAP = 0.01  # m, where a hand-drawn street ends short of the middle of the river


@dataclass(frozen=True, slots=True)
class Layout:
    """The flat plan of the district.

    Attributes
    ----------
    cells : ndarray of Polygon, shape (n,)
        Flat metres; together they tile the outline, neighbours share vertices.
    community : ndarray of int, shape (n,)
        Of each cell: row in the list of all communities of the plan.
    cuts : tuple of Cut
        Every street but those inside a cell; the first are the outline and the hand-drawn arterials.
    """

    cells: NDArray[np.object_]
    community: NDArray[np.intp]
    cuts: tuple[Cut, ...]


def lay_out(rng: np.random.Generator) -> Layout:
    """Divide the district into subdistricts, communities and cells.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Layout
        As many cells per community as the plan says.
    """
    divider = Divider(rng)
    ring = LineString(OUTLINE.exterior.coords)
    tops = faces([ring, RIVER, *BORDERS])
    for line in (ring, *BORDERS):
        banks = shapely.get_parts(shapely.difference(line, shapely.buffer(RIVER, _GAP)))
        divider.add(line if line is ring else max(banks, key=shapely.length), ARTERIAL)
        for u, v in shapely.get_coordinates(shapely.intersection(line, RIVER)):
            divider.meet(u, v)
    owned: list[tuple[Polygon, int]] = []
    community = 0
    for subdistrict in SUBDISTRICTS:
        ground = next(face for face in tops if face.contains(shapely.Point(subdistrict.inside)))
        sizes = [plan.cells for plan in subdistrict.communities]
        for piece, size in zip(
            divider.divide(ground, sizes, (ARTERIAL, ARTERIAL, COMMUNITY)), sizes, strict=True
        ):
            owned += [(cell, community) for cell in divider.divide(piece, [1.0] * size, (LANE,))]
            community += 1
    fixed = [LineString(face.exterior.coords) for face in tops]
    streets = [cut.line for cut in divider.cuts[1 + len(BORDERS) :]]
    cells = faces([*fixed, *streets])
    return Layout(cells, _owners(cells, owned), tuple(divider.cuts))


def _owners(cells: NDArray[np.object_], owned: list[tuple[Polygon, int]]) -> NDArray[np.intp]:
    """Tell whose each face is: the piece in which its inner point lies."""
    tree = shapely.STRtree([piece for piece, _ in owned])
    face, piece = tree.query(shapely.point_on_surface(cells), predicate="within")
    if len(cells) != len(owned) or not np.array_equal(face, np.arange(len(cells))):
        raise ValueError(f"{len(owned)} pieces were cut but {len(cells)} faces closed")
    return np.array([owned[row][1] for row in piece], dtype=np.intp)
