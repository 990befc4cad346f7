"""Which cells cover a point, decided exactly.

Looks at the edges of the point's pixel alone. The straight way from the pixel's centre, whose cells are
known, to the point crosses some of them, and each crossing leaves a cell and enters another. Knows
nothing of codes: cells are numbers, and the smallest number has precedence. A point on the meridian of
180 degrees is asked on both sides of the map.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.edges import NOBODY, Edges
from geo.orientation import CERTAIN, SMALLEST, line_of, side_of
from geo.raster import OUTSIDE, SEVERAL, Raster
from geo.rasterize import ONE, weight_of
from geo.runs import begins, slices, spread

__all__ = ["EDGE", "INSIDE", "NOWHERE", "OVERLAP", "UNDECIDED", "Cover", "Judged", "decide"]

INSIDE, EDGE, OVERLAP, NOWHERE = 0, 1, 2, 4
"""Positions in :data:`geo.placement.HOWS`."""
UNDECIDED = -2
"""Instead of a number: on a border or in several cells, to be judged."""
PAIRS = 1 << 17
"""Points and edges looked at together, to stay within the processor's cache."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Numbers = NDArray[np.int32]
Judged = tuple[Rows, Rows, NDArray[np.bool_]]
"""Point, cell number, whether inside (else on the border): three arrays of one length."""


class Ways(NamedTuple):
    """The ways from pixels' centres to points, with the edges of the pixel.

    Attributes
    ----------
    point : ndarray of intp, shape (n,)
        Position of the point, ascending.
    edge : ndarray of intp, shape (n,)
        The edge.
    crossing : ndarray of int8, shape (n,)
        1 where the way crosses the edge to its left, -1 to its right, 0 where it does not cross.
    is_on : ndarray of bool, shape (n,)
        Whether the point lies on the edge.
    """

    point: Rows
    edge: Rows
    crossing: NDArray[np.int8]
    is_on: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cover:
    """The cells, ready to be asked by several threads.

    Attributes
    ----------
    raster : Raster
        Over the edges.
    edges : Edges
        Of all cells.
    """

    raster: Raster
    edges: Edges

    def numbers(self, lon: Floats, lat: Floats) -> Numbers:
        """Find each point's cell.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees, in range.

        Returns
        -------
        ndarray of int32, shape (n,)
            The one cell the point is inside of, OUTSIDE for none, :data:`UNDECIDED` on a border, in
            several cells, and on the meridian of 180 degrees.
        """
        number = self.raster.lookup(lon, lat)
        hard = np.flatnonzero(number <= SEVERAL)
        if len(hard):
            x, y = lon[hard], lat[hard]
            number[hard] = self.resolve(x, y, *self.raster.descend(x, y, number[hard]))
        if self.raster.frame.reaches_180:
            number[np.abs(lon) == 180.0] = UNDECIDED
        return number

    def number(self, lon: float, lat: float) -> int:
        """Answer as :meth:`numbers` for one point, in plain Python: several times as fast as arrays of one."""
        raster, mixed = self.raster, self.raster.mixed
        if raster.frame.reaches_180 and abs(lon) == 180.0:
            return UNDECIDED
        number, centre_lon, centre_lat = raster.find(lon, lat)
        if number > SEVERAL:
            return number
        label = mixed.label.item(-2 - number)
        if label <= SEVERAL:
            return UNDECIDED
        total = 0 if label < 0 else ONE + label
        for at in range(mixed.first.item(-2 - number), mixed.first.item(-1 - number)):
            edge, is_left = divmod(mixed.pairs.item(at), 2)
            crossing = _crossing(self.edges.ends[edge].tolist(), is_left, centre_lon, centre_lat, lon, lat)
            if crossing is None:
                return UNDECIDED
            if crossing:
                left, right = self.edges.left.item(edge), self.edges.right.item(edge)
                change = (left + ONE if left >= 0 else 0) - (right + ONE if right >= 0 else 0)
                total += crossing * change
        if total >= 2 * ONE:
            return UNDECIDED
        return total - ONE if total else OUTSIDE

    def judge(self, lon: Floats, lat: Floats) -> Judged:
        """Find every cell that covers each point, its border included.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees, in range.

        Returns
        -------
        Judged
            By point, then number; each pair once.
        """
        at_180 = np.flatnonzero(np.abs(lon) == 180.0)
        point = np.concatenate([np.arange(len(lon)), at_180])
        x, y = np.concatenate([lon, -lon[at_180]]), lat[point]
        number = self.raster.lookup(x, y)
        mixed = np.flatnonzero(number <= SEVERAL)
        number[mixed], centre_x, centre_y = self.raster.descend(x[mixed], y[mixed], number[mixed])
        sure, is_hard = np.flatnonzero(number >= 0), number[mixed] <= SEVERAL
        hard = mixed[is_hard]
        found = [(point[sure], number[sure].astype(np.intp), np.ones(len(sure), dtype=bool))]
        k = (-2 - number[hard]).astype(np.intp)
        for part in self._parts(k):
            here = hard[part]
            ways = self._ways(x[here], y[here], k[part], centre_x[is_hard][part], centre_y[is_hard][part])
            asked, cells, is_inner = self._weighed(k[part], ways)
            found.append((point[here[asked]], cells, is_inner))
        points, cells, is_inner = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((cells, points))
        points, cells, is_inner = points[order], cells[order], is_inner[order]
        is_first = begins(points, cells)
        return points[is_first], cells[is_first], is_inner[is_first]

    def resolve(
        self, lon: Floats, lat: Floats, number: Numbers, centre_lon: Floats, centre_lat: Floats
    ) -> Numbers:
        """Find the cell of points whose pixels are known.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees.
        number : ndarray of int32, shape (n,)
            As :meth:`Raster.descend` gives it.
        centre_lon, centre_lat : ndarray of float64, shape (n,)
            Degrees, of the mixed pixels.

        Returns
        -------
        ndarray of int32, shape (n,)
            As :meth:`numbers`.
        """
        number = number.copy()
        hard = np.flatnonzero(number <= SEVERAL)
        k = (-2 - number[hard]).astype(np.intp)
        for part in self._parts(k):
            here = hard[part]
            ways = self._ways(lon[here], lat[here], k[part], centre_lon[here], centre_lat[here])
            label = self.raster.mixed.label[k[part]]
            cross = np.flatnonzero(ways.crossing)
            edge = ways.edge[cross]
            change = weight_of(self.edges.left[edge]) - weight_of(self.edges.right[edge])
            change *= ways.crossing[cross]
            total = np.bincount(ways.point[cross], change, len(here)).astype(np.int64) + weight_of(label)
            found = np.where(total == 0, OUTSIDE, total & (ONE - 1))
            found[(total >= 2 * ONE) | (label <= SEVERAL)] = UNDECIDED
            found[ways.point[ways.is_on]] = UNDECIDED
            number[here] = found
        return number

    def _parts(self, k: Rows) -> Iterator[slice]:
        """Cut mixed pixels into slices of some :data:`PAIRS` edges."""
        return slices(self.raster.mixed.first[k + 1] - self.raster.mixed.first[k] + 1, PAIRS)

    def _ways(self, lon: Floats, lat: Floats, k: Rows, centre_lon: Floats, centre_lat: Floats) -> Ways:
        first = self.raster.mixed.first
        point, at = spread(first[k], first[k + 1])
        pair = self.raster.mixed.pairs[at]
        edge = pair >> 1
        ends, x, y = self.edges.ends[edge], lon[point], lat[point]
        side = side_of(line_of(ends), x, y)
        is_on = np.zeros(len(point), dtype=bool)
        level = np.flatnonzero(side == 0)
        is_on[level] = _is_between(ends[level], x[level], y[level])
        away = np.flatnonzero(side == 1 - 2 * (pair & 1))
        way = (centre_lon[point[away]], centre_lat[point[away]], x[away], y[away])
        is_low_left = side_of(way, ends[away, 0], ends[away, 1]) >= 0
        is_high_left = side_of(way, ends[away, 2], ends[away, 3]) >= 0
        crossed = away[is_low_left != is_high_left]
        crossing = np.zeros(len(point), dtype=np.int8)
        crossing[crossed] = side[crossed]
        return Ways(point, edge, crossing, is_on)

    def _weighed(self, k: Rows, ways: Ways) -> Judged:
        """Tell, for every point and cell that its way has to do with, whether the cell covers it."""
        label = self.raster.mixed.label[k]
        single, several = np.flatnonzero(label >= 0), np.flatnonzero(label <= SEVERAL)
        owner, at = spread(*self.raster.bounds_of_sets(label[several]))
        met = np.flatnonzero(ways.is_on | (ways.crossing != 0))
        edge, point = ways.edge[met], ways.point[met]
        points = np.concatenate([single, several[owner], point, point])
        cells = [label[single], self.raster.set_cells[at], self.edges.left[edge], self.edges.right[edge]]
        cell = np.concatenate(cells).astype(np.intp)
        begun, is_on, crossed = len(points) - 2 * len(met), ways.is_on[met], ways.crossing[met] != 0
        is_on = np.concatenate([np.zeros(begun, dtype=bool), is_on, is_on])
        crossed = np.concatenate([np.ones(begun, dtype=bool), crossed, crossed])
        order = np.lexsort((cell, points))
        order = order[cell[order] != NOBODY]
        points, cell = points[order], cell[order]
        starts = np.flatnonzero(begins(points, cell))
        if not len(starts):
            return points, cell, is_on[:0]
        is_on = np.logical_or.reduceat(is_on[order], starts)
        is_inner = np.logical_xor.reduceat(crossed[order], starts) & ~is_on
        covers = is_on | is_inner
        return points[starts][covers], cell[starts][covers], is_inner[covers]


def decide(count: int, judged: Judged) -> tuple[Rows, Rows]:
    """Choose each point's cell.

    Parameters
    ----------
    count : int
        How many points were asked.
    judged : Judged
        As :meth:`Cover.judge` answers.

    Returns
    -------
    number, how : ndarray of intp, shape (count,)
        -1 and NOWHERE for no cell; else the smallest number that covers the point, and INSIDE when
        inside one cell and on no border, OVERLAP when inside several, EDGE otherwise.
    """
    point, number, is_inner = judged
    covers = np.bincount(point, minlength=count)
    inner = np.bincount(point[is_inner], minlength=count)
    how = np.where(inner > 1, OVERLAP, np.where(inner == covers, INSIDE, EDGE))
    first = np.full(count, OUTSIDE, dtype=np.intp)
    first[point[::-1]] = number[::-1]  # pairs come by point, then number: the smallest is written last
    return first, np.where(covers == 0, NOWHERE, how).astype(np.intp)


def _is_between(ends: Floats, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Tell which points in line with an edge lie on it."""
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    spot = np.column_stack([lon, lat])
    return np.asarray(((low <= spot) & (spot <= high)).all(axis=1))


def _crossing(
    ends: list[float], is_left: int, from_lon: float, from_lat: float, lon: float, lat: float
) -> int | None:
    """Tell as :class:`Ways` whether a way crosses an edge; None when rounding leaves a doubt."""
    low_lon, low_lat, high_lon, high_lat = ends
    one, two = (low_lon - lon) * (high_lat - lat), (low_lat - lat) * (high_lon - lon)
    side = one - two
    if abs(side) <= CERTAIN * (abs(one) + abs(two)) + SMALLEST:
        return None
    if (side > 0) == is_left:
        return 0
    one, two = (from_lon - low_lon) * (lat - low_lat), (from_lat - low_lat) * (lon - low_lon)
    low = one - two
    if abs(low) <= CERTAIN * (abs(one) + abs(two)) + SMALLEST:
        return None
    one, two = (from_lon - high_lon) * (lat - high_lat), (from_lat - high_lat) * (lon - high_lon)
    high = one - two
    if abs(high) <= CERTAIN * (abs(one) + abs(two)) + SMALLEST:
        return None
    if (low > 0) == (high > 0):
        return 0
    return 1 if side > 0 else -1
