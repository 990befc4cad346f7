"""Pixels that answer for most points, and for the rest name the few edges to look at.

A pixel that no edge touches lies wholly in one cell or in none: its number says which. Any other pixel
is **mixed**: it keeps its edges, and the cells that cover its **centre**; a point of the pixel is in
the same cells, but for those whose edges lie between the two. Touching is judged generously (by a
millionth of a pixel), so rounding never hides an edge from a point. Mixed pixels with many edges are cut
into blocks of smaller pixels, and those again (:mod:`geo.refine`).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "CENTRE", "DEEPER", "OUTSIDE", "SEVERAL", "Frame", "Mixed", "Raster"]

OUTSIDE = -1
SEVERAL = -2
"""Labels from here down to :data:`DEEPER` are sets of cells: set number ``SEVERAL - label``."""
DEEPER = -(1 << 30)
"""Labels from here down are blocks of smaller pixels: block number ``DEEPER - label``."""
BLOCK = 8
"""Smaller pixels along each side of a mixed pixel that is cut up."""
CENTRE = (0.487_316_29, 0.513_927_41)
"""Where in a pixel its centre is: a little off the middle, where borders that follow a lattice never run."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Numbers = NDArray[np.int32]


class Frame(NamedTuple):
    """Where the pixels lie. The outermost ones are empty and stand for all the world beyond.

    Attributes
    ----------
    west, south : float
        Corner, degrees.
    per_lon, per_lat : float
        Pixels per degree.
    columns, rows : int
        Pixels along each axis.
    """

    west: float
    south: float
    per_lon: float
    per_lat: float
    columns: int
    rows: int

    @property
    def reaches_180(self) -> bool:
        """Whether the pixels reach the meridian of 180 degrees on either side of the map."""
        return self.west <= -180.0 or self.west + self.columns / self.per_lon >= 180.0

    def pixels(self, lon: Floats, lat: Floats, scale: int = 1) -> tuple[Rows, Rows]:
        """Give each point's column and row, of pixels ``scale`` times as small."""
        found = []
        for spot, origin, per, count in (
            (lon, self.west, self.per_lon, self.columns),
            (lat, self.south, self.per_lat, self.rows),
        ):
            place = spot - origin
            place *= per * scale
            np.clip(place, 0.0, count * scale - 1.0, out=place)
            found.append(place.astype(np.intp))
        return found[0], found[1]

    def centres(self, column: Rows, row: Rows, scale: int = 1) -> tuple[Floats, Floats]:
        """Give the centres, lon and lat, of pixels ``scale`` times as small; to the bit the same at any time."""
        lon = self.west + (column + CENTRE[0]) / (self.per_lon * scale)
        lat = self.south + (row + CENTRE[1]) / (self.per_lat * scale)
        return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


class Mixed(NamedTuple):
    """The mixed pixels' edges and labels.

    Attributes
    ----------
    pixel : ndarray of int32, shape (m,)
        Of the whole raster's mixed pixels, row by row; those in blocks come after them and have none.
    first : ndarray of int32, shape (k + 1,)
        Where each one's edges begin in ``pairs``; the last entry is where they end.
    label : ndarray of int32, shape (k,)
        What covers its centre: a cell's number, :data:`OUTSIDE`, a set, or a block to ask instead.
    pairs : ndarray of int32
        ``2 * edge + 1`` where the centre is left of the edge, else ``2 * edge``.
    """

    pixel: Numbers
    first: Numbers
    label: Numbers
    pairs: Numbers


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels over a layer.

    Attributes
    ----------
    frame : Frame
        Where they lie.
    numbers : ndarray of int32, shape (rows * columns + blocks * 64,)
        By row from the south-west corner, then each block likewise: a cell's number, :data:`OUTSIDE`,
        or ``-2 - k`` for the mixed pixel ``k``.
    mixed : Mixed
        The mixed pixels.
    set_ends, set_cells : ndarray of int32
        Cells of each set, ascending, one after the other.
    """

    frame: Frame
    numbers: Numbers
    mixed: Mixed
    set_ends: Numbers
    set_cells: Numbers

    def lookup(self, lon: Floats, lat: Floats) -> Numbers:
        """Read each point's number; ``-2 - k`` in a mixed pixel of the whole raster."""
        column, row = self.frame.pixels(lon, lat)
        row *= self.frame.columns
        row += column
        return self.numbers.take(row)

    def find(self, lon: float, lat: float) -> tuple[int, float, float]:
        """Answer as :meth:`lookup` and :meth:`descend` for one point, in plain Python."""
        frame, number, scale = self.frame, 0, 1
        begin, width, label = 0, frame.columns, DEEPER
        while label <= DEEPER:
            u = (lon - frame.west) * (frame.per_lon * scale)
            v = (lat - frame.south) * (frame.per_lat * scale)
            column = int(min(max(u, 0.0), frame.columns * scale - 1.0))
            row = int(min(max(v, 0.0), frame.rows * scale - 1.0))
            inner = (column, row) if scale == 1 else (column % BLOCK, row % BLOCK)
            number = self.numbers.item(begin + inner[1] * width + inner[0])
            if number > SEVERAL:
                return number, 0.0, 0.0
            label = self.mixed.label.item(-2 - number)
            begin = frame.rows * frame.columns + (DEEPER - label) * BLOCK * BLOCK
            width = BLOCK
            scale *= BLOCK
        scale //= BLOCK
        centre_lon = frame.west + (column + CENTRE[0]) / (frame.per_lon * scale)
        return number, centre_lon, frame.south + (row + CENTRE[1]) / (frame.per_lat * scale)

    def bounds_of_sets(self, label: Numbers) -> tuple[Rows, Rows]:
        """Give where in ``set_cells`` labels that are sets begin and end."""
        ends = np.concatenate([[0], self.set_ends]).astype(np.intp)
        return ends[SEVERAL - label], ends[SEVERAL - label + 1]

    def descend(self, lon: Floats, lat: Floats, number: Numbers) -> tuple[Numbers, Floats, Floats]:
        """Follow points of mixed pixels into blocks.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            Degrees.
        number : ndarray of int32, shape (n,)
            As :meth:`lookup` gave it, all mixed.

        Returns
        -------
        number : ndarray of int32, shape (n,)
            No block any more: of a cell, OUTSIDE, or a mixed pixel's.
        centre_lon, centre_lat : ndarray of float64, shape (n,)
            Degrees, of the mixed pixel.
        """
        number, scale = number.copy(), 1
        centre_lon, centre_lat = self.frame.centres(*self.frame.pixels(lon, lat))
        deep = self._in_blocks(np.arange(len(lon)), number)
        while len(deep):
            scale *= BLOCK
            column, row = self.frame.pixels(lon[deep], lat[deep], scale)
            block = (DEEPER - self.mixed.label[-2 - number[deep]]).astype(np.intp)
            at = (block * BLOCK + row % BLOCK) * BLOCK + column % BLOCK
            number[deep] = self.numbers[self.frame.rows * self.frame.columns + at]
            centre_lon[deep], centre_lat[deep] = self.frame.centres(column, row, scale)
            deep = self._in_blocks(deep, number)
        return number, centre_lon, centre_lat

    def _in_blocks(self, asked: Rows, number: Numbers) -> Rows:
        asked = asked[number[asked] <= SEVERAL]
        return asked[self.mixed.label[-2 - number[asked]] <= DEEPER]
