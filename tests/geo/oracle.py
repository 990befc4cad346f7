"""Which cell holds a point, by GEOS's prepared predicates alone: nothing here is ours but the rule."""

from dataclasses import dataclass

import numpy as np
import shapely

AT_ONCE = 100_000
HOWS = np.array(["outside", "inside", "edge", "overlap"])


class Oracle:
    """Asks every cell whose box holds a point; the smallest code by string order answers.

    The meridian of 180 degrees is one line, met from both sides of the map.
    """

    def __init__(self, cells):
        self.codes = cells.codes
        self.shapes = shapely.from_wkb(shapely.to_wkb(cells.geometry))
        self.tree = shapely.STRtree(self.shapes)
        shapely.prepare(self.shapes)
        self.rank = np.empty(len(cells), dtype=np.intp)
        self.rank[sorted(range(len(cells)), key=self.codes.tolist().__getitem__)] = np.arange(len(cells))

    def answer(self, lon, lat):
        """Row (-1 for none) and how, for each point."""
        lon, lat = np.atleast_1d(lon), np.atleast_1d(lat)
        parts = [
            self._answer(lon[start : start + AT_ONCE], lat[start : start + AT_ONCE])
            for start in range(0, max(len(lon), 1), AT_ONCE)
        ]
        rows, hows = (np.concatenate(column) for column in zip(*parts, strict=True))
        return rows, hows

    def _answer(self, lon, lat):
        point, cell, is_inner = self._covering(lon, lat)
        at_180 = np.flatnonzero(np.abs(lon) == 180.0)
        if len(at_180):
            other, also, inner = self._covering(-lon[at_180], lat[at_180])
            point, cell = np.append(point, at_180[other]), np.append(cell, also)
            is_inner = np.append(is_inner, inner)
        order = np.lexsort((self.rank[cell], point))
        point, cell, is_inner = point[order], cell[order], is_inner[order]
        first = np.ones(len(point), dtype=bool)
        first[1:] = (point[1:] != point[:-1]) | (cell[1:] != cell[:-1])
        point, cell, is_inner = point[first], cell[first], is_inner[first]
        rows = np.full(len(lon), -1, dtype=np.intp)
        rows[point[::-1]] = cell[::-1]
        covers, inner = (np.bincount(one, minlength=len(lon)) for one in (point, point[is_inner]))
        hows = HOWS[np.select([covers == 0, inner > 1, inner == covers], [0, 3, 1], default=2)]
        return rows, hows

    def _covering(self, lon, lat):
        points = shapely.points(lon, lat)
        point, cell = self.tree.query(points)
        kept = shapely.covers(self.shapes[cell], points[point])
        point, cell = point[kept], cell[kept]
        return point, cell, shapely.contains(self.shapes[cell], points[point])


@dataclass(frozen=True)
class Difference:
    """One point answered otherwise than the oracle does."""

    kind: str
    lon: float
    lat: float
    expected: str
    given: str


def differences(locator, oracle, points):
    """Ask both about points of one kind or many; differences in cell or in how.

    Parameters
    ----------
    points : dict of str to ndarray, shape (n, 2)
        As of `hard_points`.

    Returns
    -------
    dict of str to int, list of Difference
        Points asked by kind; what differs.
    """
    counts, found = {}, []
    codes = np.append(locator.codes, "")
    for kind, spots in points.items():
        lon, lat = np.ascontiguousarray(spots.T)
        counts[kind] = len(lon)
        rows, hows = oracle.answer(lon, lat)
        located, placed = locator.locate(lon, lat), locator.place(lon, lat, nearest_m=0.0)
        # A point that no cell covers may still be nearest at a distance that rounds to nothing.
        is_near = (hows == "outside") & (placed.how == "nearest") & (placed.distance_m == 0.0)
        wrong = (located != rows) | ~is_near & ((placed.row != rows) | (placed.how != hows))
        found += [
            Difference(kind, lon[at].item(), lat[at].item(), f"{codes[rows[at]]} {hows[at]}",
                       f"{codes[located[at]]} {codes[placed.row[at]]} {placed.how[at]}")
            for at in np.flatnonzero(wrong).tolist()
        ]  # fmt: skip
    return counts, found
