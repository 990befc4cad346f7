"""From points to the values of a lattice: spread, and held back where too few would be told of."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.field import PEAK, counted, reached, shared, spread
from server.services.heat.ground import View
from server.services.heat.homes import Homes, homes_on
from server.services.heat.points import Points

__all__ = ["PER_HOUSEHOLDS", "spread_over", "told"]

PER_HOUSEHOLDS = 1_000.0
LEAST_HOUSEHOLDS = 1.0
"""Households, each weighted by the kernel to a peak of 1, below which there is no rate."""

Floats = NDArray[np.float64]


def spread_over(view: View, parts: Sequence[Points], least: int) -> Floats:
    """Spread points: issues in each square, which sum to the points where the lattice covers all kernels.

    Parameters
    ----------
    view : View
        The lattice.
    parts : sequence of Points
        Which.
    least : int
        Squares within whose radius lie fewer are NaN; 0 holds nothing back.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
    """
    shape, amounts, near = (
        view.lattice.shape,
        np.zeros(view.lattice.shape),
        np.zeros(view.lattice.shape, np.int64),
    )
    for points in parts:
        if len(points):
            up, across = view.places(points.x, points.y)
            amounts += shared(up, across, shape)
            if least > 0:
                near += counted(up, across, shape)
    amounts = spread(amounts, view.radius)
    if least > 0:
        amounts[reached(near, view.radius) < least] = np.nan
    return amounts


def told(view: View, amounts: Floats, mode: str, homes: Homes | None) -> Floats:
    """Say amounts in the unit of a mode.

    Parameters
    ----------
    view : View
        The lattice.
    amounts : ndarray of float64, shape (rows, columns)
        Issues in each square.
    mode : str
        One of :data:`server.services.heat.MODES`.
    homes : Homes or None
        For households.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        NaN is missing.
    """
    if mode == "raw":
        return amounts * (view.radius**2 / PEAK)
    if mode == "per_km2" or homes is None:
        return amounts / view.lattice.square_km2
    below, is_known = homes_on(view, homes)
    enough = is_known & (below >= LEAST_HOUSEHOLDS * PEAK / view.radius**2)
    found = np.full(amounts.shape, np.nan)
    found[enough] = PER_HOUSEHOLDS * amounts[enough] / below[enough]
    return found
