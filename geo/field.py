"""Density of very many points at once: shared among squares, then spread all together.

The one idea: **a point is shared among the four squares around it by nearness, and the kernel is drawn in by just
the blur that this adds**, so that a square has the kernel's value at its middle, whatever its side, and the sum is
the number of points. At four squares to a radius a value is off by at most 5 % of a single point's peak, at eight
by 1.5 %; :mod:`geo.kernel` spreads each point from its very place, exactly and slowly.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.quartic import stencil

__all__ = ["PEAK", "counted", "reached", "shared", "spread"]

PEAK = 3.0 / math.pi
"""Of the quartic kernel of radius 1; a kernel of radius r has this over r squared."""
BLUR = 4.0 / 3.0
"""Square squares taken from the kernel's: an eighth of that is its variance, a sixth what sharing adds."""
LEAST_RADIUS = 0.5
SMALL = 1e-14
"""Of the largest amount: what Fourier transforms leave where nothing is."""
HALF = np.float32(0.5)
AT_ONCE = 65_536  # points whose arrays stay in the processor's cache

Floats = NDArray[np.float64]
Places = NDArray[np.floating[Any]]
Counts = NDArray[np.int64]


def shared(up: Places, across: Places, shape: tuple[int, int], weights: Floats | None = None) -> Floats:
    """Share points among the squares whose middles are around them.

    Parameters
    ----------
    up, across : ndarray of float32 or float64, shape (n,)
        Places in squares from the south-western corner; those half a square beyond the edge are left out.
    shape : tuple of int
        Rows and columns.
    weights : ndarray of float64, shape (n,), optional
        What each counts; 1 if not given.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        Sums to the weights of all points at least half a square from the edge.
    """
    rows, columns = shape
    wide = columns + 2  # a table with one more row and column on each side
    sums = np.zeros((4, (rows + 2) * wide))
    at_once = max(AT_ONCE, sums.shape[1])
    for first in range(0, len(up), at_once):
        some = slice(first, first + at_once)
        _add(sums, up[some] + HALF, across[some] + HALF, shape, None if weights is None else weights[some])
    whole, east, north, corner = sums
    table = whole - east - north + corner
    table[1:] += (east - corner)[:-1]
    table[wide:] += (north - corner)[:-wide]
    table[wide + 1 :] += corner[: -wide - 1]
    return np.maximum(table.reshape(rows + 2, wide)[1:-1, 1:-1], 0.0)


def _add(sums: Floats, v: Places, u: Places, shape: tuple[int, int], weights: Floats | None) -> None:
    """Add to each square its points' weights, and these by their places in the square and by both."""
    rows, columns = shape
    inside = (v >= 0.0) & (v < rows + 1) & (u >= 0.0) & (u < columns + 1)
    if not inside.all():
        v, u = v[inside], u[inside]
        weights = None if weights is None else weights[inside]
    row, column = v.astype(np.int32), u.astype(np.int32)
    place = (row * (columns + 2) + column).astype(np.intp)
    east, north = (u - column).astype(np.float64), (v - row).astype(np.float64)
    corner = east * north
    if weights is not None:
        east, north, corner = east * weights, north * weights, corner * weights
    for kind, part in enumerate((weights, east, north, corner)):
        sums[kind] += np.bincount(place, part, sums.shape[1])


def counted(up: Places, across: Places, shape: tuple[int, int]) -> Counts:
    """Count points by square; those outside are left out. Parameters as of :func:`shared`."""
    row, column = np.floor(up), np.floor(across)
    inside = (row >= 0) & (row < shape[0]) & (column >= 0) & (column < shape[1])
    place = (row[inside] * shape[1] + column[inside]).astype(np.int64)
    return np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)


def spread(table: Floats, radius: float) -> Floats:
    """Spread what was shared by the kernel.

    Parameters
    ----------
    table : ndarray of float64, shape (rows, columns)
        Of :func:`shared`.
    radius : float
        Of the kernel, in squares. Below 1.5 squares are wider than the kernel and values are their means.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        Points' parts in each square, exactly 0 where none reaches. What reaches over an edge comes in again on the
        other side: ``ceil(radius) + 1`` squares along the edges are no answer.
    """
    share, _ = stencil(max(math.sqrt(max(radius**2 - BLUR, 0.0)), LEAST_RADIUS))
    whole = _convolved(table, share)
    whole[whole < SMALL * float(table.max(initial=0.0))] = 0.0
    return whole


def reached(counts: Counts, radius: float) -> Counts:
    """Count the points that surely lie within the radius of each square's middle.

    Parameters
    ----------
    counts : ndarray of int64, shape (rows, columns)
        Of :func:`counted`.
    radius : float
        In squares.

    Returns
    -------
    ndarray of int64, shape (rows, columns)
        Of squares that lie whole within the radius, so never more than there are; the square itself always counts.
        Edges as of :func:`spread`.
    """
    k = math.ceil(radius)
    far = np.abs(np.arange(-k, k + 1)) + 0.5
    disc = (far[:, None] ** 2 + far[None, :] ** 2 <= radius**2).astype(np.float64)
    disc[k, k] = 1.0
    return np.rint(_convolved(counts.astype(np.float64), disc)).astype(np.int64)


def _convolved(table: Floats, share: Floats) -> Floats:
    """Convolve by Fourier transforms, around the edges."""
    rows, columns = table.shape
    k = len(share) // 2
    shape = (_round_size(max(rows, len(share))), _round_size(max(columns, len(share))))
    kernel = np.zeros(shape)
    kernel[: len(share), : len(share)] = share
    kernel = np.roll(kernel, (-k, -k), axis=(0, 1))
    found = np.fft.irfft2(np.fft.rfft2(table, shape) * np.fft.rfft2(kernel), shape)
    return np.ascontiguousarray(found[:rows, :columns])


def _round_size(least: int) -> int:
    """Find the next size of factors 2, 3 and 5 alone, which transforms fast."""
    sizes = (2**two * 3**three * 5**five for two in range(13) for three in range(8) for five in range(6))
    return min((size for size in sizes if size >= least), default=least)
