"""Kernel density (热力) in metres of the ground, on a lattice of squares.

The one idea: **each issue is spread by the quartic kernel, and every square gets the exact part of it that
lies over the square**, by a closed form, not what the kernel happens to be at the square's middle. So sums
are counts whatever the sides and the radius, fine squares add up to coarse ones, and no view or zoom enters.
Says where much is, nothing of significance: see :mod:`geo.hotspot`.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import check_metres
from geo.errors import ValuesError
from geo.lattice import Lattice, refuse_amounts
from geo.quartic import convolved, shares, stencil
from geo.squares import middles

__all__ = ["Density", "density_of_counts", "density_of_points", "density_of_squares"]

Mode = Literal["raw", "per_km2", "per_household"]
PER_HOUSEHOLDS = 1_000.0
LEAST_HOUSEHOLDS = 1.0
"""Households, each weighted by the kernel to a peak of 1, below which there is no rate."""
MOST_REACH = 200
"""Squares that a radius may span."""
AT_ONCE = 1_000_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Density:
    """What the squares of a lattice have.

    Attributes
    ----------
    lattice : Lattice
        The squares.
    mode : {"raw", "per_km2", "per_household"}
        Issues in a square, issues per square kilometre, issues per thousand households.
    amounts : ndarray of float64, shape (rows, columns)
        NaN is missing: without households, or held back because of too few issues.
    reach : ndarray of int64, shape (rows, columns)
        Issues whose kernel reaches into the square; 0 where held back.
    """

    lattice: Lattice
    mode: Mode
    amounts: Floats
    reach: NDArray[np.int64]


def density_of_points(
    lon: ArrayLike,
    lat: ArrayLike,
    lattice: Lattice,
    radius_m: float,
    *,
    weights: ArrayLike | None = None,
    issues: ArrayLike | None = None,
    mode: Mode = "per_km2",
    households: ArrayLike | None = None,
    least: int = 0,
) -> Density:
    """Spread points, each from its very place.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        WGS 84 degrees. Points beyond the lattice count as far as they reach into it.
    lattice : Lattice
        The squares.
    radius_m : float
        Of the kernel, metres, above 0.
    weights : array_like of float, shape (n,), optional
        What each point spreads; ``issues`` if not given.
    issues : array_like of int, shape (n,), optional
        Issues that each point stands for; 1 each if not given. Only ``reach`` and ``least`` ask for them.
    mode : {"raw", "per_km2", "per_household"}
        See :class:`Density`. The last divides what is spread by households spread alike; points in squares
        of unknown households are left out.
    households : array_like of float, shape (rows, columns), optional
        From :func:`geo.lattice.households_on`; needed for ``"per_household"`` only.
    least : int
        Squares that fewer issues reach are held back, empty ones too: for people who must not learn of
        single issues. Densities of differing periods or radii still tell more together than each alone.

    Returns
    -------
    Density
        With ``"raw"`` the amounts sum to the weights where the lattice covers all kernels.

    Raises
    ------
    CoordinateError
        A coordinate is NaN, infinite or out of range; ``coordinate.bad_distance``.
    ValuesError
        ``values.shape``, ``values.setting``; weights or issues missing, infinite or negative.
    """
    radius = _radius(lattice, radius_m)
    up, across = lattice.positions(lon, lat)
    number = np.ones(len(up)) if issues is None else refuse_amounts("issues", issues, len(up))
    weight = number if weights is None else refuse_amounts("weights", weights, len(up))
    below = _households(lattice, mode, households)
    if below is not None:
        row, column = np.floor(up).astype(np.int64), np.floor(across).astype(np.int64)
        inside = (row >= 0) & (row < lattice.rows) & (column >= 0) & (column < lattice.columns)
        unknown = np.zeros(len(up), dtype=bool)
        unknown[inside] = np.isnan(below[row[inside], column[inside]])
        up, across, weight, number = (one[~unknown] for one in (up, across, weight, number))
    total, reach = _scattered(up, across, weight, number, lattice.shape, radius)
    return _told(lattice, mode, total, reach, below, radius, least)


def density_of_squares(
    square: ArrayLike,
    counts: ArrayLike,
    lattice: Lattice,
    radius_m: float,
    *,
    mode: Mode = "per_km2",
    households: ArrayLike | None = None,
    least: int = 0,
) -> Density:
    """Spread counts of the squares of :mod:`geo.squares`, each from the square's middle.

    Parameters
    ----------
    square : array_like of int, shape (n,)
        Numbers of squares; some 450 m wide at 42 degrees, so the radius should be larger.
    counts : array_like of int, shape (n,)
        Issues in each.
    lattice, radius_m, mode, households, least
        As for :func:`density_of_points`; it tells of results and errors too.
    """
    lon, lat = middles(square)
    return density_of_points(
        lon, lat, lattice, radius_m, issues=counts, mode=mode, households=households, least=least
    )


def density_of_counts(
    counts: ArrayLike,
    lattice: Lattice,
    radius_m: float,
    *,
    mode: Mode = "per_km2",
    households: ArrayLike | None = None,
    least: int = 0,
) -> Density:
    """Spread counts of the lattice's own squares, each from its square's middle: the fast way for millions.

    Parameters
    ----------
    counts : array_like of float, shape (rows, columns)
        Issues in each square, as of :meth:`geo.lattice.Lattice.count`.
    lattice, radius_m, mode, households, least
        As for :func:`density_of_points`; it tells of results and errors too. What lies within the radius of
        the lattice's edge spreads beyond it.
    """
    radius = _radius(lattice, radius_m)
    if np.shape(counts) != lattice.shape:
        raise ValuesError("values.shape", given=np.shape(counts), wanted=lattice.shape)
    given = refuse_amounts("counts", counts, lattice.rows * lattice.columns).reshape(lattice.shape)
    below = _households(lattice, mode, households)
    if below is not None:
        given = np.where(np.isnan(below), 0.0, given)
    share, touched = stencil(radius)
    reach = convolved(given, touched.astype(np.float64))
    return _told(lattice, mode, convolved(given, share), reach, below, radius, least)


def _told(
    lattice: Lattice,
    mode: Mode,
    total: Floats,
    reach: Floats,
    below: Floats | None,
    radius: float,
    least: int,
) -> Density:
    amounts = total.copy() if mode == "raw" else total / lattice.square_km2
    if below is not None:
        share = stencil(radius)[0]
        homes = convolved(np.nan_to_num(below, nan=0.0), share)
        is_told = (homes >= LEAST_HOUSEHOLDS * share.max() * (1.0 - 1e-9)) & ~np.isnan(below)
        amounts = np.full(lattice.shape, np.nan)
        amounts[is_told] = PER_HOUSEHOLDS * total[is_told] / homes[is_told]
    number = np.rint(reach).astype(np.int64)
    held_back = number < least
    amounts[held_back], number[held_back] = np.nan, 0
    return Density(lattice, mode, amounts, number)


def _radius(lattice: Lattice, radius_m: float) -> float:
    check_metres("radius_m", radius_m)
    radius = radius_m / lattice.side_m
    if not 0.0 < radius <= MOST_REACH:
        most = MOST_REACH * lattice.side_m
        raise ValuesError("values.setting", name="radius_m", given=radius_m, least=0, most=most)
    return radius


def _households(lattice: Lattice, mode: Mode, households: ArrayLike | None) -> Floats | None:
    if mode != "per_household":
        return None
    given = np.empty(0) if households is None else np.asarray(households, dtype=np.float64)
    if given.shape != lattice.shape:
        raise ValuesError("values.shape", given=given.shape, wanted=lattice.shape)
    return refuse_amounts("households", given, given.size, may_miss=True).reshape(lattice.shape)


def _scattered(
    up: Floats, across: Floats, weight: Floats, number: Floats, shape: tuple[int, int], radius: float
) -> tuple[Floats, Floats]:
    """Sum the points' shares, and the issues that reach, by square; those beyond the edge fall off."""
    k = math.ceil(radius)
    near = (up > -k - 1) & (up < shape[0] + k + 1) & (across > -k - 1) & (across < shape[1] + k + 1)
    up, across, weight, number = (one[near] for one in (up, across, weight, number))
    row, column = np.floor(up), np.floor(across)
    margin = 2 * k + 1
    high, wide = shape[0] + 2 * margin, shape[1] + 2 * margin
    steps = np.arange(-k, k + 1)
    around = (steps[:, None] * wide + steps).reshape(-1)
    place = ((row + margin) * wide + column + margin).astype(np.int64)
    total, reach = np.zeros(high * wide), np.zeros(high * wide)
    at_once = max(AT_ONCE // (len(steps) + 1) ** 2, 1)
    for first in range(0, len(up), at_once):
        some = slice(first, first + at_once)
        share, touched = shares(up[some] - row[some], across[some] - column[some], radius)
        where = (place[some, None] + around).reshape(-1)
        total += np.bincount(where, (share * weight[some, None, None]).reshape(-1), len(total))
        reach += np.bincount(where, (touched * number[some, None, None]).reshape(-1), len(reach))
    inner = (slice(margin, margin + shape[0]), slice(margin, margin + shape[1]))
    return total.reshape(high, wide)[inner], reach.reshape(high, wide)[inner]
