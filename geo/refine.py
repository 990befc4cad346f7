"""Cut mixed pixels that many edges touch into blocks of smaller ones.

A layer may hold a county beside a compound of ten metres: pixels that suit the one hold a hundred edges
of the other. Such a pixel gets a block of smaller pixels, made from its own edges alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.cover import Cover
from geo.edges import Edges
from geo.raster import BLOCK, DEEPER, OUTSIDE, SEVERAL, Mixed, Raster
from geo.rasterize import ONE, first_east, sides_of_centres, touches, weight_of
from geo.runs import begins, slices, spread

__all__ = ["refine"]

MANY = 16
"""Edges above which a mixed pixel is cut."""
DEEPEST = 4
"""Blocks within blocks; the smallest pixel is then 4096 times as narrow."""
PAIRS = 1 << 18
"""Pixels and edges looked at together, to bound memory."""
NONE = -ONE * ONE // 4
"""A weight no sweep makes good: the block is not to be used."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Numbers = NDArray[np.int32]


class Heavy(NamedTuple):
    """Mixed pixels to be cut.

    Attributes
    ----------
    k : ndarray of intp, shape (n,)
        Which.
    column, row : ndarray of intp, shape (n,)
        Where, in pixels ``scale`` times as small as the raster's.
    scale : int
        As said.
    """

    k: Rows
    column: Rows
    row: Rows
    scale: int

    def take(self, part: slice) -> "Heavy":
        """Give some of them."""
        return Heavy(self.k[part], self.column[part], self.row[part], self.scale)

    def inner(self, small: Rows) -> tuple[Rows, Rows]:
        """Give column and row of small pixels, numbered block by block."""
        block, (row, column) = small // BLOCK**2, np.divmod(small % BLOCK**2, BLOCK)
        return self.column[block] * BLOCK + column, self.row[block] * BLOCK + row


class Blocks(NamedTuple):
    """Blocks made of heavy pixels.

    Attributes
    ----------
    of : ndarray of intp, shape (n,)
        Which of the heavy pixels.
    numbers : ndarray of int32, shape (n * BLOCK * BLOCK,)
        What covers each small pixel's centre.
    small, edge : ndarray of int, shape (m,)
        Small pixels, numbered block by block, and the edges that touch them, ascending.
    is_left : ndarray of bool, shape (m,)
        Whether the small pixel's centre is left of the edge.
    """

    of: Rows
    numbers: Numbers
    small: Rows
    edge: Numbers
    is_left: NDArray[np.bool_]


def refine(raster: Raster, edges: Edges) -> Raster:
    """Cut the pixels of a raster that many edges touch.

    Parameters
    ----------
    raster : Raster
        Without blocks.
    edges : Edges
        That it was made from.

    Returns
    -------
    Raster
        With blocks, where they help; it answers the same.
    """
    mixed, columns = raster.mixed, raster.frame.columns
    k = _many(mixed, 0)
    pixel = mixed.pixel[k].astype(np.intp)
    heavy = Heavy(k, pixel % columns, pixel // columns, 1)
    for _ in range(DEEPEST):
        loads = raster.mixed.first[heavy.k + 1] - raster.mixed.first[heavy.k]
        found = [(part.start, _cut(raster, edges, heavy.take(part))) for part in slices(loads, PAIRS)]
        if not found:
            break
        known = len(raster.mixed.label)
        raster, small = _appended(raster, heavy, found)
        k = _many(raster.mixed, known)
        heavy = Heavy(k, *heavy.inner(small[k - known]), heavy.scale * BLOCK)
    return raster


def _many(mixed: Mixed, start: int) -> Rows:
    """Find the mixed pixels from ``start`` on that are worth cutting."""
    has_many = np.diff(mixed.first[start:]) > MANY
    return np.flatnonzero(has_many & (mixed.label[start:] > SEVERAL)) + start


def _cut(raster: Raster, edges: Edges, heavy: Heavy) -> Blocks:
    """Make blocks; none of a pixel where cells overlap or a small centre is in line with an edge."""
    block, at = spread(raster.mixed.first[heavy.k], raster.mixed.first[heavy.k + 1])
    edge = raster.mixed.pairs[at] >> 1
    total = _totals(raster, edges, heavy, block, edge)
    piece, column, row = touches(_in_block(raster, edges, heavy, block, edge), BLOCK, BLOCK)
    key = np.sort(((block[piece] * BLOCK + row) * BLOCK + column) << 32 | edge[piece])
    small, edge = key >> 32, (key & (ONE - 1)).astype(np.int32)
    centres = raster.frame.centres(*heavy.inner(small), heavy.scale * BLOCK)
    side = sides_of_centres(edges, edge, *centres)
    is_good: NDArray[np.bool_] = np.all((total >= 0) & (total < 2 * ONE), axis=1)
    is_good[small[side == 0] // BLOCK**2] = False
    keep = is_good[small // BLOCK**2]
    small, edge, side = small[keep], edge[keep], side[keep]
    small = (np.cumsum(is_good) - 1)[small // BLOCK**2] * BLOCK**2 + small % BLOCK**2
    total = total[is_good].reshape(-1)
    numbers = np.where(total == 0, OUTSIDE, total & (ONE - 1)).astype(np.int32)
    return Blocks(np.flatnonzero(is_good), numbers, small, edge, side > 0)


def _in_block(raster: Raster, edges: Edges, heavy: Heavy, block: Rows, edge: Numbers) -> Floats:
    """Give the ends of edges in small pixels from their block's corner."""
    frame, scale = raster.frame, heavy.scale * BLOCK
    corner = np.column_stack([heavy.column, heavy.row, heavy.column, heavy.row])[block] * BLOCK
    ends = edges.ends[edge] - [frame.west, frame.south] * 2
    small: Floats = ends * ([frame.per_lon * scale, frame.per_lat * scale] * 2) - corner
    return small


def _totals(raster: Raster, edges: Edges, heavy: Heavy, block: Rows, edge: Numbers) -> NDArray[np.int64]:
    """Weigh what covers the small centres, shape (n, BLOCK * BLOCK).

    The westernmost centre of each row is asked; from it the row is swept to the east.
    """
    count, scale = len(heavy.k), heavy.scale * BLOCK
    rows = np.arange(count * BLOCK)
    lon, lat = raster.frame.centres(*heavy.inner(rows * BLOCK), scale)
    of = rows // BLOCK
    centre = raster.frame.centres(heavy.column[of], heavy.row[of], heavy.scale)
    asked = Cover(raster, edges).resolve(lon, lat, (-2 - heavy.k[of]).astype(np.int32), *centre)
    total = np.zeros((count * BLOCK, BLOCK), dtype=np.int64)
    total[:, 0] = np.where(asked < OUTSIDE, NONE, weight_of(asked))
    for row in range(BLOCK):
        row_lat = lat[block * BLOCK + row]
        crosses = np.flatnonzero((edges.ends[edge, 1] <= row_lat) & (row_lat < edges.ends[edge, 3]))
        met, there = edge[crosses], block[crosses]
        whole = heavy.row[there] * BLOCK + row
        column = first_east(edges.ends[met], whole, row_lat[crosses], raster.frame, scale)
        column -= heavy.column[there] * BLOCK
        within = (column > 0) & (column < BLOCK)
        change = weight_of(edges.right[met]) - weight_of(edges.left[met])
        np.add.at(total, (there[within] * BLOCK + row, column[within]), change[within])
    return np.cumsum(total, axis=1).reshape(count, BLOCK**2)


def _appended(raster: Raster, heavy: Heavy, found: list[tuple[int, Blocks]]) -> tuple[Raster, Rows]:
    """Put blocks behind what there is; give the new mixed pixels as :meth:`Heavy.inner` numbers them."""
    mixed = raster.mixed
    of = np.concatenate([blocks.of + start for start, blocks in found])
    before = np.cumsum([0, *(len(blocks.numbers) for _, blocks in found)])
    small = np.concatenate([one.small + begin for (_, one), begin in zip(found, before, strict=False)])
    edge = np.concatenate([blocks.edge for _, blocks in found])
    is_left = np.concatenate([blocks.is_left for _, blocks in found])
    numbers = np.concatenate([blocks.numbers for _, blocks in found])
    starts = np.flatnonzero(begins(small))
    touched, ends = small[starts], len(mixed.pairs) + np.append(starts, len(small))[1:]
    label = np.append(mixed.label, numbers[touched])
    numbers[touched] = -2 - len(mixed.label) - np.arange(len(touched), dtype=np.int32)
    known = (len(raster.numbers) - raster.frame.rows * raster.frame.columns) // BLOCK**2
    label[heavy.k[of]] = DEEPER - known - np.arange(len(of), dtype=np.int32)
    whole = Mixed(
        mixed.pixel,
        np.append(mixed.first, ends.astype(np.int32)),
        label,
        np.append(mixed.pairs, 2 * edge + is_left),
    )
    made = Raster(raster.frame, np.append(raster.numbers, numbers), whole, raster.set_ends, raster.set_cells)
    return made, of[touched // BLOCK**2] * BLOCK**2 + touched % BLOCK**2
