"""Distances from points to the edges of cells.

A point asks the edges of the mixed pixels in a window around it. The nearest spot of an edge is found
in a plane through the point that has the ellipsoid's own scale there, and the distance to that spot is
then measured geodesically. Knows nothing of insides.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import GEOD, distance_m
from geo.edges import NOBODY, Edges
from geo.raster import Raster
from geo.runs import begins, slices, spread

__all__ = ["Border", "Pairs", "choose", "nearest_of"]

BLOCK = 1 << 18
"""Points and edges looked at together, to bound memory."""
SLACK = 1.1
"""Distances in the plane are taken for too long by no more than this factor."""
SAMPLE = 4_096
"""Corners that :meth:`Border.closest` looks at first."""
SMALLEST_DEGREE_M = 110_574.0  # metres in a degree of latitude on the equator, where it is shortest
EQUATOR_DEGREE_M = 111_319.49  # metres in a degree of longitude on the equator

FARTHEST_M = 1e9
"""Nothing on the globe is as far; the square of a radius must remain a number."""
TIE_M = 1e-6
"""Cells as near as this to each other are equally near."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Pairs = tuple[Rows, Rows, Floats]
"""Point, cell number, metres: three arrays of one length, by point, then number."""


@dataclass(frozen=True, slots=True)
class Border:
    """All edges of a layer, by place.

    Attributes
    ----------
    raster : Raster
        Over the edges.
    edges : Edges
        Of all cells.
    """

    raster: Raster
    edges: Edges

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
        radius_m = min(radius_m, FARTHEST_M)
        point, x, y, east, north = _windows(lon, lat, radius_m)
        low, high = (
            self.raster.frame.pixels(x - east, y - north),
            self.raster.frame.pixels(x + east, y + north),
        )
        found = [(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))]
        for part in slices(high[1] - low[1] + 1, BLOCK):
            window, row = spread(low[1][part], high[1][part] + 1)
            window += part.start
            begin, end = self._stretches(row, low[0][window], high[0][window])
            for piece in slices(end - begin, BLOCK):
                stretch, at = spread(begin[piece], end[piece])
                asked = point[window[piece][stretch]]
                lon_here = x[window[piece][stretch]]
                edge = self.raster.mixed.pairs[at] >> 1
                found.append(self._nearest(asked, lon_here, lat[asked], edge, radius_m))
        return _least(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def around(self, lon: float, lat: float, radius_m: float) -> dict[int, float]:
        """Give the metres to each cell, by number, whose edges come within a radius of one point."""
        if not radius_m:
            return {}
        _, number, metres = self.reach(np.array([lon]), np.array([lat]), radius_m)
        return dict(zip(number.tolist(), metres.tolist(), strict=True))

    def closest(self, lon: float, lat: float, within_m: float, most: int) -> dict[int, float]:
        """Find the few cells nearest to one point that may be far from all.

        Parameters
        ----------
        lon, lat : float
            WGS 84 degrees, in range.
        within_m : float
            Geodesic metres beyond which nothing is looked for.
        most : int
            How many.

        Returns
        -------
        dict of int to float
            Metres by number, the nearest first. Some thousand corners tell how far is far enough, so
            cells farther than the nearest may be missing.
        """
        if not len(self.edges.ends):
            return {}
        some = self.edges.ends[:: max(len(self.edges.ends) // SAMPLE, 1), :2]
        east, north = _degree_m(np.array([lat]))
        away = (some[:, 0] - lon + 180.0) % 360.0 - 180.0
        near = some[np.argmin((away * east) ** 2 + ((some[:, 1] - lat) * north) ** 2)]
        near_m = float(distance_m(lon, lat, near[0], near[1]))
        found = self.around(lon, lat, min(1.01 * near_m, within_m))
        return dict(sorted(found.items(), key=lambda pair: (pair[1], pair[0]))[:most])

    def _stretches(self, row: Rows, west: Rows, east: Rows) -> tuple[Rows, Rows]:
        """Give where in the raster's pairs those of a row's pixels from west to east begin and end."""
        mixed, columns = self.raster.mixed, self.raster.frame.columns
        # Of the same type as the array: numpy would make the array anew in the wider one each time.
        low, high = (row * columns + west).astype(np.int32), (row * columns + east).astype(np.int32)
        begin, end = np.searchsorted(mixed.pixel, low), np.searchsorted(mixed.pixel, high, side="right")
        return mixed.first[begin].astype(np.intp), mixed.first[end].astype(np.intp)

    def _nearest(self, point: Rows, lon: Floats, lat: Floats, edge: Rows, radius_m: float) -> Pairs:
        """Measure from points to edges, and give each of the two cells of an edge its distance."""
        spots, squared = _feet(self.edges.ends[edge], lon, lat)
        near = np.flatnonzero(squared <= (SLACK * radius_m) ** 2)
        sides = [side[edge[near]].astype(np.intp) for side in (self.edges.left, self.edges.right)]
        near, number = np.tile(near, 2), np.concatenate(sides)
        near, number = near[number != NOBODY], number[number != NOBODY]
        order = np.lexsort((squared[near], number, point[near]))
        near, number = near[order], number[order]
        best = begins(point[near], number)
        near, number = near[best], number[best]
        metres = distance_m(lon[near], lat[near], spots[near, 0], spots[near, 1])
        reached = metres <= radius_m
        return point[near[reached]], number[reached], metres[reached]


def _least(point: Rows, number: Rows, metres: Floats) -> Pairs:
    """Keep the shortest distance of each point and cell."""
    order = np.lexsort((metres, number, point))
    point, number, metres = point[order], number[order], metres[order]
    best = begins(point, number)
    return point[best], number[best], metres[best]


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


def choose(metres_to: dict[int, float], within_m: float) -> tuple[int, float]:
    """Choose as :func:`nearest_of` does, for one point; -1 and NaN for none."""
    near = {number: metres for number, metres in metres_to.items() if metres <= within_m}
    least = min(near.values(), default=np.nan)
    number = min((number for number, metres in near.items() if metres <= least + TIE_M), default=-1)
    return number, near.get(number, np.nan)
