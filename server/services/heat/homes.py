"""Households on the ground: each cell's spread evenly over its area, so that they can be spread like issues.

A cell is laid out in dots, once a grid version; a dot has its share of the cell's households. Where a cell's
households are not known, nothing is known: that is not zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select

from geo.crs import WGS84, plane_crs, project
from geo.field import shared, spread
from geo.lattice import Lattice
from server.db import Tx
from server.models import Area, Boundary
from server.services import areas
from server.services.heat.ground import View
from server.services.shelves import shelved

__all__ = ["Homes", "homes_of", "homes_on"]

SHELF = "homes"
MOST_DOTS = 150_000
LEAST_APART_M = 5.0

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Homes:
    """Dots of the cells, in the plane.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
        Metres.
    households : ndarray of float64, shape (n,)
        The dot's share; NaN is unknown.
    apart_m : float
        Distance of neighbours.
    unknown : ndarray of int64, shape (k,)
        Keys of the cells whose households are not known.
    """

    x: Floats
    y: Floats
    households: Floats
    apart_m: float
    unknown: NDArray[np.int64]


def homes_of(tx: Tx, middle: tuple[float, float]) -> Homes:
    """Lay out the cells; kept by this process until they change.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    middle : tuple of float
        Where the plane is chosen.
    """
    query = (
        select(Area.id, Area.households, Boundary.geom)
        .join(Boundary, Boundary.area_id == Area.id)
        .where(Area.level == "cell", Boundary.last_grid_id.is_(None))
    )
    return shelved(tx, SHELF, areas.layout(tx), lambda: _laid_out(tx.rows(query), middle))


def _laid_out(rows: Sequence[Any], middle: tuple[float, float]) -> Homes:
    shapes = shapely.make_valid(np.array([row[2] for row in rows], dtype=object))
    shapes = project(shapes, WGS84, plane_crs(*middle)) if len(rows) else shapes
    shapely.prepare(shapes)
    apart_m = max(math.sqrt(float(shapely.area(shapes).sum()) / MOST_DOTS), LEAST_APART_M)
    dots = [_dots(shape, apart_m) for shape in shapes]
    shares = [
        np.full(len(x), math.nan if row[1] is None else row[1] / len(x))
        for row, (x, _y) in zip(rows, dots, strict=True)
    ]
    x, y = (np.concatenate([np.empty(0), *(dot[axis] for dot in dots)]) for axis in (0, 1))
    unknown = np.array([row[0] for row in rows if row[1] is None], np.int64)
    return Homes(x, y, np.concatenate([np.empty(0), *shares]), apart_m, unknown)


def _dots(shape: shapely.Geometry, apart_m: float) -> tuple[Floats, Floats]:
    """Lay dots over an outline, on one net for all; one dot where the net has none in it."""
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(
        (np.arange(math.ceil(west / apart_m - 0.5), east / apart_m - 0.5) + 0.5) * apart_m,
        (np.arange(math.ceil(south / apart_m - 0.5), north / apart_m - 0.5) + 0.5) * apart_m,
    )
    within = shapely.contains_xy(shape, x.reshape(-1), y.reshape(-1))
    if not within.any():
        point = shapely.point_on_surface(shape)
        return np.array([point.x]), np.array([point.y])
    return x.reshape(-1)[within], y.reshape(-1)[within]


def homes_on(view: View, homes: Homes) -> tuple[Floats, Truths]:
    """Spread households over a lattice.

    Parameters
    ----------
    view : View
        The lattice, in the plane of the dots.
    homes : Homes
        Of :func:`homes_of`.

    Returns
    -------
    households : ndarray of float64, shape (rows, columns)
        In each square, spread by the kernel; sums to all where the lattice covers all kernels.
    is_known : ndarray of bool, shape (rows, columns)
        Whether no cell of unknown households reaches into the square.
    """
    lattice = view.lattice
    up, across = homes.y / lattice.side_m - lattice.south, homes.x / lattice.side_m - lattice.west
    lost = np.isnan(homes.households)
    amounts = shared(up[~lost], across[~lost], lattice.shape, homes.households[~lost])
    return spread(amounts, view.radius), ~_lost(lattice, up[lost], across[lost], homes.apart_m)


def _lost(lattice: Lattice, up: Floats, across: Floats, apart_m: float) -> Truths:
    """Tell which squares dots of unknown households lie in; one dot fills all squares that it stands for."""
    found = np.zeros(lattice.shape, bool)
    around = max(math.ceil(apart_m / lattice.side_m / 2.0), 0) if apart_m > lattice.side_m else 0
    for down in range(-around, around + 1):
        for out in range(-around, around + 1):
            row, column = np.floor(up).astype(np.int64) + down, np.floor(across).astype(np.int64) + out
            some = (row >= 0) & (row < lattice.rows) & (column >= 0) & (column < lattice.columns)
            found[row[some], column[some]] = True
    return found
