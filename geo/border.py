"""Distances from points to the edges of cells.

Edges lie in small runs, runs in a tree: a point asks only the runs that its search box meets. The
nearest spot of an edge is found in a plane through the point that has the ellipsoid's own scale
there, and the distance to that spot is then measured geodesically. Knows nothing of insides.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import GEOD, distance_m

__all__ = ["Border", "Pairs", "nearest_of"]

RUN = 16
BLOCK = 100_000
"""Runs looked at together, to bound memory: 16 edges of some 150 bytes each."""
SMALLEST_DEGREE_M = 110_574.0  # metres in a degree of latitude on the equator, where it is shortest
EQUATOR_DEGREE_M = 111_319.49  # metres in a degree of longitude on the equator

TIE_M = 1e-6
"""Cells as near as this to each other are equally near."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Pairs = tuple[Rows, Rows, Floats]
"""Point, cell number, metres: three arrays of one length, by point, then number."""


class Border:
    """All edges of a layer.

    Parameters
    ----------
    shapes : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        WGS 84 degrees; a cell's number is its position.

    Attributes
    ----------
    segments : ndarray of float64, shape (m, 4)
        lon, lat, lon, lat of every edge, ring by ring.
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        parts, cell_of_part = shapely.get_parts(shapes, return_index=True)
        rings, part_of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        begins = np.flatnonzero(ring[1:] == ring[:-1])
        self.segments: Floats = np.hstack([xy[begins], xy[begins + 1]])
        ring = ring[begins]
        position = np.arange(len(ring)) - np.searchsorted(ring, ring)
        self._first: Rows = np.flatnonzero(position % RUN == 0)
        self._count: Rows = np.diff(np.append(self._first, len(ring)))
        self._cell: Rows = cell_of_part[part_of_ring[ring[self._first]]].astype(np.intp)
        self._tree = shapely.STRtree(_diagonals(*self._boxes()))
        # The tree is built by its first question; threads must find it built.
        self._tree.query(shapely.Point(0, 0))

    def reach(self, lon: Floats, lat: Floats, radius_m: float) -> Pairs:
        """Find the cells whose edges come within a radius of each point.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            WGS 84 degrees, in range.
        radius_m : float
            Geodesic metres, not negative. Below 5 km the distances are right to 1 cm, below 50 m
            to 1 micrometre; beyond they are bounds from above that grow worse with the radius.

        Returns
        -------
        point, number : ndarray of intp, shape (k,)
            Position of the point and number of the cell, by point, then number; each pair once.
        distance_m : ndarray of float64, shape (k,)
            Metres to the nearest edge of that cell, at most ``radius_m``.
        """
        point, x, y, east, north = _windows(lon, lat, radius_m)
        asked, run = self._tree.query(_diagonals(x - east, y - north, x + east, y + north))
        blocks = [
            self._nearest_spots(point, x, y, asked[start : start + BLOCK], run[start : start + BLOCK])
            for start in range(0, max(len(asked), 1), BLOCK)
        ]
        points, numbers, spots = (np.concatenate(column) for column in zip(*blocks, strict=True))
        metres = distance_m(lon[points], lat[points], spots[:, 0], spots[:, 1])
        order = np.lexsort((metres, numbers, points))
        order = order[metres[order] <= radius_m]
        points, numbers, metres = points[order], numbers[order], metres[order]
        is_first = np.ones(len(points), dtype=bool)
        is_first[1:] = (points[1:] != points[:-1]) | (numbers[1:] != numbers[:-1])
        return points[is_first], numbers[is_first], metres[is_first]

    def candidates(self, lon: float, lat: float, within_m: float) -> Pairs:
        """Find the nearest cell of one point far from all, and those hardly farther.

        Parameters
        ----------
        lon, lat : float
            WGS 84 degrees, in range.
        within_m : float
            Geodesic metres beyond which nothing is looked for.

        Returns
        -------
        Pairs
            As :meth:`reach`: all within 1.2 times the distance of some cell that is close in degrees,
            so the nearest is among them; none beyond ``within_m``.
        """
        x, y = np.array([lon]), np.array([lat])
        runs = self._tree.query_nearest(shapely.Point(lon, lat), all_matches=False).astype(np.intp)
        zero = np.zeros(len(runs), dtype=np.intp)
        _, _, spots = self._nearest_spots(zero, x, y, zero, runs)
        some_m = distance_m(lon, lat, spots[:, 0], spots[:, 1])
        return self.reach(x, y, float(np.min(some_m * 1.2, initial=within_m)))

    def _boxes(self) -> tuple[Floats, Floats, Floats, Floats]:
        """West, south, east, north of each run."""
        low = np.minimum(self.segments[:, :2], self.segments[:, 2:])
        high = np.maximum(self.segments[:, :2], self.segments[:, 2:])
        if not len(low):
            return low[:, 0], low[:, 1], high[:, 0], high[:, 1]
        low = np.minimum.reduceat(low, self._first)
        high = np.maximum.reduceat(high, self._first)
        return low[:, 0], low[:, 1], high[:, 0], high[:, 1]

    def _nearest_spots(
        self, point: Rows, x: Floats, y: Floats, asked: Rows, run: Rows
    ) -> tuple[Rows, Rows, Floats]:
        """Find, for each pair of a window and a run, the run's spot nearest to the window's point."""
        if not len(asked):
            return np.empty(0, np.intp), np.empty(0, np.intp), np.empty((0, 2))
        count = self._count[run]
        starts = np.cumsum(count) - count
        edge = np.repeat(self._first[run] - starts, count) + np.arange(int(count.sum()))
        window = np.repeat(asked, count)
        spots, squared = _feet(self.segments[edge], x[window], y[window])
        best = np.minimum.reduceat(squared, starts)
        hits = np.flatnonzero(squared == np.repeat(best, count))
        pair = np.repeat(np.arange(len(run)), count)[hits]
        hits = hits[np.flatnonzero(np.diff(pair, prepend=-1))]
        return point[asked], self._cell[run], spots[hits]


def _feet(segments: Floats, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Drop a perpendicular from each point on its edge: the spots in degrees, squared metres."""
    scale = np.column_stack(_degree_m(lat))
    begin = (segments[:, :2] - np.column_stack([lon, lat])) * scale
    along = (segments[:, 2:] - segments[:, :2]) * scale
    length = (along**2).sum(axis=1)
    share = np.clip(-(begin * along).sum(axis=1) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    squared = ((begin + share[:, None] * along) ** 2).sum(axis=1)
    spots = segments[:, :2] + share[:, None] * (segments[:, 2:] - segments[:, :2])
    return spots, squared


def _degree_m(lat: Floats) -> tuple[Floats, Floats]:
    """Metres in a degree of longitude and of latitude at a latitude, from the radii of curvature."""
    w2 = 1.0 - GEOD.es * np.sin(np.radians(lat)) ** 2
    parallel = GEOD.a / np.sqrt(w2) * np.cos(np.radians(lat))
    return np.radians(parallel), np.radians(GEOD.a * (1.0 - GEOD.es) / w2**1.5)


def _windows(lon: Floats, lat: Floats, radius_m: float) -> tuple[Rows, Floats, Floats, Floats, Floats]:
    """Half sizes in degrees of boxes that hold all within the radius; a box across 180 degrees comes twice."""
    north = np.minimum(radius_m * 1.001 / SMALLEST_DEGREE_M + 1e-9, 180.0) + np.zeros_like(lat)
    narrowest = np.cos(np.radians(np.minimum(np.abs(lat) + north, 90.0)))
    wide = radius_m * 1.001 / EQUATOR_DEGREE_M + 1e-9
    east = np.where(wide < 180.0 * narrowest, wide / np.maximum(narrowest, 1e-12), 180.0)
    point = np.arange(len(lon))
    over_east, over_west = np.flatnonzero(lon + east >= 180.0), np.flatnonzero(lon - east <= -180.0)
    take = np.concatenate([point, over_east, over_west])
    x = np.concatenate([lon, lon[over_east] - 360.0, lon[over_west] + 360.0])
    return take, x, lat[take], east[take], north[take]


def _diagonals(west: Floats, south: Floats, east: Floats, north: Floats) -> NDArray[np.object_]:
    """Make a line across each box; a tree asks only for its bounds, and flat boxes are no trouble."""
    corners = np.stack([np.column_stack([west, south]), np.column_stack([east, north])], axis=1)
    return np.asarray(shapely.linestrings(corners), dtype=object)


def nearest_of(count: int, pairs: Pairs) -> tuple[Rows, Floats]:
    """Choose each point's nearest cell.

    Parameters
    ----------
    count : int
        How many points were asked.
    pairs : Pairs
        As :meth:`Border.reach` answers.

    Returns
    -------
    number : ndarray of intp, shape (count,)
        Of those equally near (:data:`TIE_M`) the smallest; -1 for none.
    distance_m : ndarray of float64, shape (count,)
        Metres; NaN for none.
    """
    point, number, metres = pairs
    least = np.full(count, np.inf)
    np.minimum.at(least, point, metres)
    ties = np.flatnonzero(metres <= least[point] + TIE_M)[::-1]
    chosen, distance = np.full(count, -1, dtype=np.intp), np.full(count, np.nan)
    # Written backwards, so that the smallest number of each point is written last.
    chosen[point[ties]], distance[point[ties]] = number[ties], metres[ties]
    return chosen, distance
