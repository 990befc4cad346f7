"""Planar subdivisions of any size whose shared borders are the same jagged lines on both sides."""

import math

import numpy as np
import shapely

from geo import Cells

BOUNDS = (116.0, 39.5, 117.5, 40.7)
CORNER_SHIFT = 0.15  # of a lattice step: the edges at a corner stay more than 43 degrees apart
SLOPE, WIDEST = 0.3, 0.12  # a border leaves its chord within 17 degrees, so no two can cross
GROWN = 1.15


def jagged_cells(count, vertices=60, seed=1, *, bounds=BOUNDS, drop_every=0, grow_every=0):
    """Make a lattice of jagged cells; the codes' string order is not the rows'.

    Parameters
    ----------
    count : int
        Number of cells before any is dropped.
    vertices : int
        Of each cell, rounded down to a multiple of four, at least four.
    seed : int
        Of shapes and codes.
    bounds : tuple of float
        West, south, east, north in degrees; no cell reaches beyond.
    drop_every : int
        Leave a gap in place of each n-th cell; 0 for none.
    grow_every : int
        Enlarge each n-th cell over its neighbours; 0 for none.

    Returns
    -------
    Cells
    """
    random = np.random.default_rng(seed)
    columns = max(1, math.isqrt(max(count - 1, 0)) + 1)
    lines = -(-count // columns)
    rings = _rings(columns, lines, max(1, vertices // 4), random)[:count]
    west, south, east, north = bounds
    rings = (rings + 0.5) / (columns + 1, lines + 1) * (east - west, north - south) + (west, south)
    if grow_every:
        middle = rings[::grow_every, :-1].mean(axis=1, keepdims=True)
        rings[::grow_every] = middle + (rings[::grow_every] - middle) * GROWN
    numbers = random.permutation(count) * 7 + 1
    shapes = shapely.polygons(shapely.linearrings(rings)) if count else np.empty(0, dtype=object)
    kept = np.ones(count, dtype=bool)
    if drop_every:
        kept[::drop_every] = False
    codes = [f"110105{number:09d}" for number in numbers[kept].tolist()]
    return Cells.from_arrays(codes, [""] * len(codes), shapes[kept])


def _rings(columns, lines, pieces, random):
    """Closed rings in lattice units, row by row, shape (lines * columns, 4 * pieces + 1, 2)."""
    corners = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(lines + 1.0)), axis=-1)
    corners += random.uniform(-CORNER_SHIFT, CORNER_SHIFT, corners.shape)
    across = _borders(corners[:, :-1], corners[:, 1:], pieces, random)
    upward = _borders(corners[:-1], corners[1:], pieces, random)
    sides = (
        across[:-1, :, :-1],
        upward[:, 1:, :-1],
        across[1:, :, :0:-1],
        upward[:, :-1, :0:-1],
        across[:-1, :, :1],
    )
    return np.concatenate(sides, axis=2).reshape(lines * columns, 4 * pieces + 1, 2)


def _borders(begin, end, pieces, random):
    """Jagged lines between corners, both ends exactly those corners; shape (..., pieces + 1, 2)."""
    share = np.linspace(0.0, 1.0, pieces + 1)
    along = (end - begin)[..., None, :]
    most = np.minimum(SLOPE * np.minimum(share, 1.0 - share), WIDEST)
    aside = random.uniform(-most, most, (*begin.shape[:-1], pieces + 1))
    normal = np.stack([-along[..., 1], along[..., 0]], axis=-1)
    line = begin[..., None, :] + along * share[:, None] + normal * aside[..., None]
    line[..., 0, :], line[..., -1, :] = begin, end
    return line
