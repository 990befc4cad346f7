"""The edges of a layer, each once, with the cell on either side.

Edges point upward (to the east when level), so the left is west of them. Two neighbours that share a
border to the last bit share its edges; where they don't (T-junctions, gaps, overlaps) each keeps its
own, and nobody is on the other side. Edges that lie near each other stand near each other.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["NOBODY", "Edges", "edges_of"]

NOBODY = -1
BANDS = 1 << 12
"""Steps along each axis by which edges are put in order."""
HASH_BITS = 39

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


class Edges(NamedTuple):
    """All edges of a layer.

    Attributes
    ----------
    ends : ndarray of float64, shape (n, 4)
        lon, lat of the lower end, lon, lat of the upper one, degrees. No edge has length nought.
    left, right : ndarray of int32, shape (n,)
        Number of the cell on that side; :data:`NOBODY` for none.
    """

    ends: Floats
    left: Numbers
    right: Numbers


def edges_of(shapes: NDArray[np.object_]) -> Edges:
    """Take polygons apart.

    Parameters
    ----------
    shapes : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        Valid; a cell's number is its position.

    Returns
    -------
    Edges
    """
    parts, cell_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    is_hole = np.diff(part_of_ring, prepend=-1) == 0
    is_edge = (xy[1:, 0] != xy[:-1, 0]) | (xy[1:, 1] != xy[:-1, 1])
    begins = np.flatnonzero(is_edge & (ring[1:] == ring[:-1]))
    one, other = xy[begins], xy[begins + 1]
    ring = ring[begins]
    cell = cell_of_part[part_of_ring].astype(np.int32)[ring]
    is_left = (shapely.is_ccw(rings) != is_hole)[ring]
    is_down = (other[:, 1] < one[:, 1]) | ((other[:, 1] == one[:, 1]) & (other[:, 0] < one[:, 0]))
    is_left ^= is_down
    ends = np.empty((len(begins), 4))
    ends[:, :2] = np.where(is_down[:, None], other, one)
    ends[:, 2:] = np.where(is_down[:, None], one, other)
    return _merged(
        Edges(
            ends,
            np.where(is_left, cell, NOBODY).astype(np.int32),
            np.where(is_left, NOBODY, cell).astype(np.int32),
        )
    )


def _merged(edges: Edges) -> Edges:
    """Put edges in order of place and make one of two that differ only in their side."""
    order = np.argsort(_keys(edges.ends))
    ends, left, right = edges.ends[order], edges.left[order], edges.right[order]
    is_pair = (left[1:] < 0) != (left[:-1] < 0)
    for column in ends.T:
        is_pair &= column[1:] == column[:-1]
    # Of a row of equals every other one begins a pair.
    position = np.arange(len(is_pair))
    run_begin = np.maximum.accumulate(np.where(is_pair, -1, position))
    is_pair &= (position - run_begin) % 2 == 1
    first = np.flatnonzero(is_pair)
    left[first] = np.maximum(left[first], left[first + 1])
    right[first] = np.maximum(right[first], right[first + 1])
    keep = np.ones(len(ends), dtype=bool)
    keep[first + 1] = False
    return Edges(ends[keep], left[keep], right[keep])


def _keys(ends: Floats) -> NDArray[np.int64]:
    """Give each edge a number, by place and then by a hash of its bits: equal edges have equal ones."""
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    x_band, y_band = (_banded(column) for column in ends.T[:2])
    mixed = np.zeros(len(ends), dtype=np.uint64)
    for column in np.ascontiguousarray(ends).view(np.uint64).T:
        mixed = (mixed ^ column) * np.uint64(0x9E37_79B9_7F4A_7C15)
        mixed ^= mixed >> np.uint64(29)
    keys: NDArray[np.int64] = (y_band * BANDS + x_band) << HASH_BITS | (
        mixed >> np.uint64(64 - HASH_BITS)
    ).astype(np.int64)
    return keys


def _banded(column: Floats) -> NDArray[np.int64]:
    low, high = float(column.min()), float(column.max())
    return ((column - low) * ((BANDS - 1) / max(high - low, 1e-12))).astype(np.int64)
