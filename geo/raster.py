"""Pixels that answer for most points at once.

A pixel that no cell's edge touches lies wholly in one cell, in none, or in several: its number says
which. Only points in pixels that an edge touches need exact geometry. Touching is judged generously
(by a millionth of a pixel), so rounding never gives a pixel a number it does not deserve.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MIXED", "OUTSIDE", "Raster", "build_raster"]

OUTSIDE = -1
MIXED = -2
MARGIN = 1e-6
"""Pixels; rounding moves a point by far less (1e-12 of the raster's width)."""
FEWEST_PIXELS, MOST_PIXELS, PIXELS_PER_SEGMENT = 1 << 12, 1 << 20, 64

Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster of cell numbers over a layer and a margin of a pixel or more.

    Attributes
    ----------
    west, south : float
        Corner, degrees.
    per_lon, per_lat : float
        Pixels per degree.
    numbers : ndarray of int32, shape (rows, columns)
        From the south-west corner; a cell's number, :data:`OUTSIDE` or :data:`MIXED`.
    """

    west: float
    south: float
    per_lon: float
    per_lat: float
    numbers: Numbers

    def lookup(self, lon: Floats, lat: Floats) -> Numbers:
        """Read each point's number; :data:`OUTSIDE` beyond the raster.

        Parameters
        ----------
        lon, lat : ndarray of float64, shape (n,)
            Degrees, finite.

        Returns
        -------
        ndarray of int32, shape (n,)
        """
        rows, columns = self.numbers.shape
        u = np.floor((lon - self.west) * self.per_lon)
        v = np.floor((lat - self.south) * self.per_lat)
        within = (u >= 0) & (u < columns) & (v >= 0) & (v < rows)
        # One pass over all points is faster than picking those within: the rest read pixel 0.
        flat = np.where(within, v * columns + u, 0).astype(np.intp)
        return np.where(within, self.numbers.reshape(-1)[flat], OUTSIDE).astype(np.int32)


def build_raster(segments: Floats, number_at: Callable[[Floats, Floats], Numbers]) -> Raster:
    """Make the raster of a layer.

    Parameters
    ----------
    segments : ndarray of float64, shape (n, 4)
        Every edge of every cell: lon, lat, lon, lat.
    number_at : callable
        Exact answer for points no edge touches: a cell's number, or OUTSIDE, or MIXED where cells overlap.

    Returns
    -------
    Raster
    """
    if not len(segments):
        return Raster(0.0, 0.0, 1.0, 1.0, np.full((1, 1), OUTSIDE, dtype=np.int32))
    low = np.minimum(segments[:, :2], segments[:, 2:]).min(axis=0)
    high = np.maximum(segments[:, :2], segments[:, 2:]).max(axis=0)
    width, height = np.maximum(high - low, 1e-9)
    wanted = min(max(PIXELS_PER_SEGMENT * len(segments), FEWEST_PIXELS), MOST_PIXELS)
    side = np.sqrt(width * height / wanted)
    columns, rows = (int(np.clip(extent / side, 8, wanted // 8)) for extent in (width, height))
    per_lon, per_lat = columns / width, rows / height
    west, south = low[0] - 1.5 / per_lon, low[1] - 1.5 / per_lat
    shape = (rows + 3, columns + 3)
    ends = (segments - [west, south, west, south]) * [per_lon, per_lat, per_lon, per_lat]
    numbers = _fill_runs(
        _touched(ends, shape),
        lambda row, column: number_at(west + (column + 0.5) / per_lon, south + (row + 0.5) / per_lat),
    )
    return Raster(float(west), float(south), float(per_lon), float(per_lat), numbers)


def _touched(ends: Floats, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Tell which pixels an edge touches; ``ends`` are u, v, u, v in pixels.

    Each edge is cut at the columns' borders; the rows that each piece spans are counted by adding one
    where they begin and taking one off where they have ended.
    """
    ends = np.where((ends[:, 0] <= ends[:, 2])[:, None], ends, ends[:, [2, 3, 0, 1]])
    u1, v1, u2, v2 = ends.T
    first = np.floor(u1 - MARGIN).astype(np.intp)
    count = np.floor(u2 + MARGIN).astype(np.intp) - first + 1
    edge = np.repeat(np.arange(len(ends)), count)
    column = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    du, dv = (u2 - u1)[edge], (v2 - v1)[edge]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        begin = np.where(du > 0, np.clip((column - MARGIN - u1[edge]) / du, 0.0, 1.0), 0.0)
        end = np.where(du > 0, np.clip((column + 1 + MARGIN - u1[edge]) / du, 0.0, 1.0), 1.0)
    at_begin, at_end = v1[edge] + begin * dv, v1[edge] + end * dv
    low = np.floor(np.minimum(at_begin, at_end) - MARGIN).astype(np.intp)
    high = np.floor(np.maximum(at_begin, at_end) + MARGIN).astype(np.intp)
    change = np.zeros((shape[0] + 1, shape[1]), dtype=np.int32)
    np.add.at(change, (low, column), 1)
    np.add.at(change, (high + 1, column), -1)
    return np.asarray(np.cumsum(change, axis=0)[:-1] > 0)


def _fill_runs(touched: NDArray[np.bool_], number_at: Callable[[Floats, Floats], Numbers]) -> Numbers:
    """Answer for the untouched pixels: neighbours in a row without an edge between share one answer."""
    starts = ~touched
    starts[:, 1:] &= touched[:, :-1]
    row, column = np.nonzero(starts)
    answers = np.append(number_at(row.astype(np.float64), column.astype(np.float64)), np.int32(MIXED))
    run = np.cumsum(starts.reshape(-1)).reshape(starts.shape) - 1
    return np.asarray(np.where(touched, MIXED, answers[run]), dtype=np.int32)
