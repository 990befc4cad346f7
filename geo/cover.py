"""Which cells cover a point, decided exactly.

A tree of the cells' boxes proposes, GEOS's robust predicates on the WGS 84 doubles decide. Knows
nothing of codes: cells are numbers, and the smallest number has precedence. A point on the meridian of
180 degrees is asked on both sides of the map.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.raster import MIXED, OUTSIDE

__all__ = ["EDGE", "INSIDE", "NOWHERE", "OVERLAP", "Cover", "Judged", "decide"]

INSIDE, EDGE, OVERLAP, NOWHERE = 0, 1, 2, 4
"""Positions in :data:`geo.placement.HOWS`."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Judged = tuple[Rows, Rows, NDArray[np.bool_]]
"""Point, cell number, whether inside (else on the border): three arrays of one length."""


class Cover:
    """The exact cells, ready to be asked by several threads.

    Parameters
    ----------
    shapes : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        WGS 84 degrees; a cell's number is its position. They are prepared in place.
    """

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes)
        # GEOS builds a tree at its first question and a prepared polygon's index at its second (measured),
        # unguarded against threads: they are asked here before anyone else can.
        shapely.prepare(shapes)
        west, south, _, _ = shapely.bounds(shapes).reshape(-1, 4).T
        for _ in range(2):
            shapely.intersects_xy(shapes, west, south)
            shapely.contains_xy(shapes, west, south)
        self._tree.query(shapely.Point(0, 0))

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
        asked, number = self._tree.query(shapely.points(x, y))
        shapes, x, y = self._shapes[number], x[asked], y[asked]
        covers = shapely.intersects_xy(shapes, x, y)
        is_inner = shapely.contains_xy(shapes[covers], x[covers], y[covers])
        point, number = point[asked[covers]], number[covers]
        order = np.lexsort((number, point))
        point, number, is_inner = point[order], number[order], is_inner[order]
        is_first = np.ones(len(point), dtype=bool)
        is_first[1:] = (point[1:] != point[:-1]) | (number[1:] != number[:-1])
        return point[is_first], number[is_first], is_inner[is_first]

    def smallest(self, lon: Floats, lat: Floats) -> Rows:
        """Find the smallest number that covers each point; -1 (OUTSIDE) for none."""
        point, number, _ = self.judge(lon, lat)
        return _first_of(len(lon), point, number)

    def number_at(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """Answer for the raster: OUTSIDE, the one covering cell, or MIXED for several."""
        point, number, _ = self.judge(lon, lat)
        covers = np.bincount(point, minlength=len(lon))
        return np.where(covers > 1, MIXED, _first_of(len(lon), point, number)).astype(np.int32)


def decide(count: int, judged: Judged) -> tuple[Rows, Rows]:
    """Give each point one answer.

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
    return _first_of(count, point, number), np.where(covers == 0, NOWHERE, how).astype(np.intp)


def _first_of(count: int, point: Rows, number: Rows) -> Rows:
    """Take each point's first number; pairs come by point, then number."""
    first = np.full(count, OUTSIDE, dtype=np.intp)
    first[point[::-1]] = number[::-1]
    return first
