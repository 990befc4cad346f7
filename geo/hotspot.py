"""Hot spots (热点): where counts are high together, beyond what chance would bring about.

Getis and Ord's Gi* compares the sum over a unit's neighbourhood, the unit itself included, with what a
random order of all values would give. The one idea: **a unit is hot because its neighbourhood is, and only
as far as the false discoveries among all units tested are kept under control.** Density (热力) says where
much is; this says where it is more than chance. Knows nothing of periods in a row: see :mod:`geo.emerging`.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import ValuesError
from geo.neighbours import Neighbours

__all__ = ["HotSpots", "false_discovery", "hotspots", "rates", "two_sided"]

FEWEST = 3
"""Known values without which no unit can stand out."""
MOST_RUNS = 99_999
NAMED_ROWS = 10
ROUNDING = 1e-12

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HotSpots:
    """What was found for each unit; every array has the shape of the values, (n,) or (n, t).

    Attributes
    ----------
    z : ndarray of float64
        Gi* as a standard score: positive where high values gather. 0 where all values are equal or the
        neighbourhood holds every unit alike; NaN where the unit's own value is missing, and everywhere
        with fewer than three known values.
    p : ndarray of float64
        Two-sided: by the normal approximation, or by permutations where they were asked for. NaN where z is.
    q : ndarray of float64
        ``p`` adjusted for the false discovery rate within its column. NaN where z is.
    is_hot, is_cold : ndarray of bool
        ``q <= alpha`` with z above 0, below 0.
    neighbours : ndarray of intp
        Known values in the neighbourhood, the unit's own included: 1 for an island.
    """

    z: Floats
    p: Floats
    q: Floats
    is_hot: Truths
    is_cold: Truths
    neighbours: NDArray[np.intp]


def hotspots(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    alpha: float = 0.05,
    permutations: int = 0,
    seed: int = 0,
) -> HotSpots:
    """Find where high and low values gather.

    Parameters
    ----------
    values : array_like of float, shape (n,) or (n, t)
        Counts or rates by unit, or by unit and period; each period is judged by itself. NaN is missing,
        which is not 0: such a unit has no answer and counts in no neighbourhood.
    neighbours : Neighbours
        Of the same n units.
    alpha : float
        False discovery rate allowed in each period, above 0 and below 1.
    permutations : int
        0 for the normal approximation. Else so many conditional permutations: the unit keeps its value,
        the others are dealt anew. No p is below ``2 / (permutations + 1)`` then, so among thousands of
        units a few hundred permutations find nothing at all.
    seed : int
        Of the permutations: the same seed gives the same answer.

    Returns
    -------
    HotSpots

    Raises
    ------
    ValuesError
        ``values.shape``, ``values.infinite``, ``values.setting``.

    References
    ----------
    .. [1] Ord and Getis (1995), Local spatial autocorrelation statistics, Geographical Analysis 27(4),
       286-306: Gi* with any weights, equation 6.
    .. [2] Anselin (1995), Local indicators of spatial association, Geographical Analysis 27(2), 93-115:
       conditional permutation.
    .. [3] Caldas de Castro and Singer (2006), Controlling the false discovery rate: a new application to
       account for multiple and dependent tests in local statistics of spatial association, Geographical
       Analysis 38(2), 180-208.
    """
    table = _as_table(values, len(neighbours))
    if not 0.0 < alpha < 1.0:
        raise ValuesError("values.setting", name="alpha", given=alpha, least=0, most=1)
    if not 0 <= permutations <= MOST_RUNS:
        raise ValuesError("values.setting", name="permutations", given=permutations, least=0, most=MOST_RUNS)
    scaled, known = _centred(table)
    z, held = _scores(scaled, known, neighbours)
    if permutations:
        p = _dealt(scaled, known, neighbours, permutations, seed)
        p[np.isnan(z)] = np.nan
        p[z == 0.0] = 1.0
    else:
        p = two_sided(z)
    q = false_discovery(p)
    is_found = np.nan_to_num(q, nan=1.0) <= alpha
    shape = np.shape(values)
    hot, cold = (is_found & (z > 0.0)).reshape(shape), (is_found & (z < 0.0)).reshape(shape)
    return HotSpots(z.reshape(shape), p.reshape(shape), q.reshape(shape), hot, cold, held.reshape(shape))


def rates(counts: ArrayLike, denominators: ArrayLike, *, per: float = 1_000.0) -> Floats:
    """Relate counts to households or people.

    Parameters
    ----------
    counts : array_like of float, shape (n,) or (n, t)
        Not negative; NaN is missing.
    denominators : array_like of float, shape (n,)
        Households or people of each unit, not negative. Where they are 0 or missing there is no rate.
    per : float
        So many households the rate is told for.

    Returns
    -------
    ndarray of float64, shape of ``counts``
        NaN where there is no rate; never infinite.

    Raises
    ------
    ValuesError
        ``values.shape``, ``values.infinite``, ``values.negative``.
    """
    below = np.asarray(denominators, dtype=np.float64).reshape(-1)
    table = _as_table(counts, len(below))
    for name, given in (("counts", table), ("denominators", below[:, None])):
        _refuse("values.infinite", np.isinf(given))
        _refuse("values.negative", given < 0.0, name=name)
    usable = np.where(below > 0.0, below, np.nan)[:, None]
    return np.asarray(table * (per / usable), dtype=np.float64).reshape(np.shape(counts))


def false_discovery(p: ArrayLike) -> Floats:
    """Adjust p values so that those at most alpha hold false discoveries at a rate of at most alpha.

    Parameters
    ----------
    p : array_like of float, shape (n,) or (n, t)
        Each column by itself. NaN counts as not tested.

    Returns
    -------
    ndarray of float64, shape of ``p``
        At least ``p``, at most 1, in the order of ``p``; NaN where ``p`` is.

    References
    ----------
    .. [1] Benjamini and Hochberg (1995), Controlling the false discovery rate, Journal of the Royal
       Statistical Society B 57(1), 289-300.
    """
    given = np.asarray(p, dtype=np.float64)
    columns = np.ascontiguousarray(np.atleast_2d(given.T))
    order = np.argsort(columns, axis=1)  # NaN last
    tested = np.count_nonzero(~np.isnan(columns), axis=1)[:, None]
    raised = np.take_along_axis(columns, order, axis=1) * (tested / np.arange(1, columns.shape[1] + 1))
    least = np.fmin.accumulate(raised[:, ::-1], axis=1)[:, ::-1]
    adjusted = np.empty_like(columns)
    np.put_along_axis(adjusted, order, np.minimum(least, 1.0), axis=1)
    return np.ascontiguousarray(adjusted.T).reshape(given.shape)


def two_sided(z: Floats) -> Floats:
    """Tell how probable it is that a standard normal variable lies at least as far from 0.

    Parameters
    ----------
    z : ndarray of float64, any shape
        Standard scores; NaN stays NaN.
    """
    tails = (np.abs(z) / math.sqrt(2.0)).reshape(-1).tolist()
    return np.fromiter(map(math.erfc, tails), dtype=np.float64, count=len(tails)).reshape(z.shape)


def _as_table(values: ArrayLike, size: int) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim not in {1, 2} or len(given) != size:
        raise ValuesError("values.shape", given=given.shape, wanted=size)
    table = given if given.ndim == 2 else given[:, None]
    _refuse("values.infinite", np.isinf(table))
    return table


def _refuse(code: str, bad: Truths, **values: str) -> None:
    rows = np.flatnonzero(bad.any(axis=1))
    if len(rows):
        raise ValuesError(code, rows=tuple(rows[:NAMED_ROWS].tolist()), count=len(rows), **values)


def _centred(table: Floats) -> tuple[Floats, Truths]:
    """Take off each column's mean, to a scale of 1 (no count is too large), 0 for missing; and what is known.

    Gi* does not change by either. A column of equal values becomes exact zeros.
    """
    known = ~np.isnan(table)
    filled = np.where(known, table, 0.0)
    most = np.abs(filled).max(axis=0, initial=0.0)
    scaled = filled / np.where(most > 0.0, most, 1.0)
    count = np.maximum(known.sum(axis=0), 1)
    top = np.where(known, scaled, -np.inf).max(axis=0, initial=-np.inf)
    bottom = np.where(known, scaled, np.inf).min(axis=0, initial=np.inf)
    for _ in range(2):  # the second time for the rounding of the first
        scaled = np.where(known, scaled - scaled.sum(axis=0) / count, 0.0)
    scaled[:, top == bottom] = 0.0
    wide = np.abs(scaled).max(axis=0, initial=0.0)
    return scaled / np.where(wide > 0.0, wide, 1.0), known


def _scores(scaled: Floats, known: Truths, neighbours: Neighbours) -> tuple[Floats, NDArray[np.intp]]:
    """Gi* of centred values, and the known members of each neighbourhood."""
    count = known.sum(axis=0).astype(np.float64)
    # Where the same units are known in every period, the neighbourhoods of one period are those of all.
    told = known[:, :1] if (known == known[:, :1]).all() else known
    total = neighbours.sums(told)
    of_squares = total if neighbours.weights is None else neighbours.squared().sums(told)
    held = (
        total if neighbours.weights is None else Neighbours(neighbours.starts, neighbours.members).sums(told)
    )
    # What a neighbourhood of every unit alike leaves to chance: nothing.
    room = count * of_squares - total**2
    room[room <= ROUNDING * count * of_squares] = 0.0
    spread = np.sqrt((scaled**2).sum(axis=0) / np.maximum(count, 1.0))
    below = spread * np.sqrt(room / np.maximum(count - 1.0, 1.0))
    z = np.divide(neighbours.sums(scaled), below, out=np.zeros_like(scaled), where=below > 0.0)
    z[~known] = np.nan
    z[:, count < FEWEST] = np.nan
    return z, np.broadcast_to(np.rint(held).astype(np.intp), z.shape).copy()


def _dealt(scaled: Floats, known: Truths, neighbours: Neighbours, runs: int, seed: int) -> Floats:
    """Two-sided pseudo p of each column by conditional permutation."""
    random = np.random.default_rng(seed)
    p = np.full(scaled.shape, np.nan)
    for period in range(scaled.shape[1]):
        rows = np.flatnonzero(known[:, period])
        if len(rows) >= FEWEST:
            p[:, period] = _dealt_once(scaled[:, period], rows, neighbours, runs, random)
    return p


def _dealt_once(
    scaled: Floats, rows: NDArray[np.intp], neighbours: Neighbours, runs: int, random: np.random.Generator
) -> Floats:
    """Deal the values of all others to each unit's neighbours; the same hands for every unit."""
    place = np.full(len(scaled), -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    weights = np.ones(len(neighbours.members)) if neighbours.weights is None else neighbours.weights
    most = min(int(neighbours.sizes.max()), len(rows)) - 1
    hands = np.array(
        [random.choice(len(rows) - 1, most, replace=False) for _ in range(runs)], dtype=np.intp
    ).reshape(runs, most)
    values, p = scaled[rows], np.full(len(scaled), np.nan)
    for unit in rows.tolist():
        span = slice(neighbours.starts[unit], neighbours.starts[unit + 1])
        member, weight = neighbours.members[span], weights[span]
        others = (place[member] >= 0) & (member != unit)
        seen = float(scaled[member[others]] @ weight[others])
        hand = hands[:, : int(others.sum())]
        dealt = values[hand + (hand >= place[unit])] @ weight[others]
        more = int((dealt >= seen - ROUNDING).sum())
        less = int((dealt <= seen + ROUNDING).sum())
        p[unit] = min(1.0, 2.0 * (min(more, less) + 1) / (runs + 1))
    return p
