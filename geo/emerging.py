"""Emerging hot spots: what became of each unit's hot spot over the periods, told as a code and numbers.

The one idea: a hot spot matters by its course. Each period is judged by itself (:mod:`geo.hotspot`); the
row of answers then gets one of :data:`COURSES`, after the categories of Esri's Emerging Hot Spot Analysis
[1]_ with two differences: neighbours are taken in the same period only, and Esri's "diminishing" and
"historical" are both ``fading``, "oscillating" is ``sporadic``. A unit has the first course that fits:

===============  ====================================================================================
``new``          hot in the last period and never before
``intensifying`` hot in the last period and in nine of ten periods; Gi* rises significantly
``fading``       hot in nine of ten periods; Gi* falls significantly, or the last period is not hot
``persistent``   hot in the last period and in nine of ten periods, neither rising nor falling
``consecutive``  hot in the last periods, two or more without a break, and never before
``sporadic``     hot in the last period, on and off before
``none``         anything else: not hot now, and not in nine of ten periods
===============  ====================================================================================

Rising and falling is the Mann-Kendall test on Gi* by period [2]_ [3]_.

References
----------
.. [1] Esri, ArcGIS Pro, Space Time Pattern Mining toolbox, "How Emerging Hot Spot Analysis works".
.. [2] Mann (1945), Nonparametric tests against trend, Econometrica 13(3), 245-259.
.. [3] Kendall and Gibbons (1990), Rank Correlation Methods, 5th edition: ties, continuity correction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import ValuesError
from geo.hotspot import HotSpots, hotspots, two_sided
from geo.neighbours import Neighbours

__all__ = ["COURSES", "Emerging", "Trend", "emerging", "emerging_each", "mann_kendall"]

COURSES = ("none", "new", "intensifying", "fading", "persistent", "consecutive", "sporadic")
ALWAYS = 0.9
"""Share of the known periods from which on a unit counts as hot all the time."""
A_HAIR = 1e-12
AT_ONCE = 4_000_000
"""Values judged at a time."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Trend:
    """Whether rows of numbers rise or fall.

    Attributes
    ----------
    s : ndarray of float64, shape (n,)
        Pairs that rise less pairs that fall.
    z : ndarray of float64, shape (n,)
        Standard score of ``s``, corrected for ties and continuity; 0 where nothing rises or falls more often.
    p : ndarray of float64, shape (n,)
        Two-sided, by the normal approximation; on the safe side below ten periods (with four even a steady
        rise has 0.09).
    """

    s: Floats
    z: Floats
    p: Floats


@dataclass(frozen=True, eq=False)
class Emerging:
    """The course of each unit's hot spot.

    Attributes
    ----------
    course : ndarray of str, shape (n,)
        One of :data:`COURSES`.
    in_a_row : ndarray of intp, shape (n,)
        Periods in a row, up to and with the last one, in which the unit was hot; 0 when it is not now. A
        missing period ends the row.
    cold_in_a_row : ndarray of intp, shape (n,)
        The same for cold.
    hot_share : ndarray of float64, shape (n,)
        Periods in which it was hot over those in which it had an answer; NaN where there is none.
    trend : Trend
        Of Gi* over the periods.
    spots : HotSpots
        The answers by unit and period, shape (n, t).
    """

    course: NDArray[np.str_]
    in_a_row: Numbers
    cold_in_a_row: Numbers
    hot_share: Floats
    trend: Trend
    spots: HotSpots


def emerging(values: ArrayLike, neighbours: Neighbours, *, alpha: float = 0.05) -> Emerging:
    """Find what became of each unit's hot spot.

    Parameters
    ----------
    values : array_like of float, shape (n, t)
        Counts or rates by unit and period, oldest first; NaN is missing. All periods of one length.
    neighbours : Neighbours
        Of the same n units.
    alpha : float
        False discovery rate of each period's hot spots, and level of the trend.

    Returns
    -------
    Emerging
        Without periods every course is ``none``.

    Raises
    ------
    ValuesError
        As for :func:`geo.hotspot.hotspots`; ``values.shape`` also when there are not two dimensions.
    """
    return next(emerging_each([values], neighbours, alpha=alpha))


def emerging_each(
    tables: Sequence[ArrayLike], neighbours: Neighbours, *, alpha: float = 0.05
) -> Iterator[Emerging]:
    """Find what became of each unit's hot spot in several tables: of one kind of issues each, for example.

    As :func:`emerging` of each, but the periods of many tables are judged together, which is several times faster.

    Parameters
    ----------
    tables : Sequence of array_like of float, shape (n, t)
        Each as the values of :func:`emerging`; all of one shape.
    neighbours, alpha :
        As of :func:`emerging`.
    """
    given = [np.asarray(values, dtype=np.float64) for values in tables]
    for table in given:
        if table.ndim != 2:
            raise ValuesError("values.shape", given=table.shape, wanted=len(neighbours))
    many = max(AT_ONCE // max(given[0].size, 1), 1) if given else 1
    for first in range(0, len(given), many):
        some = given[first : first + many]
        spots = hotspots(np.concatenate(some, axis=1), neighbours, alpha=alpha)
        length = some[0].shape[1]
        for start in range(len(some)):
            periods = slice(start * length, (start + 1) * length)
            own = HotSpots(*(getattr(spots, one.name)[:, periods] for one in fields(spots)))
            yield _followed(own, alpha)


def _followed(spots: HotSpots, alpha: float) -> Emerging:
    trend = mann_kendall(spots.z)
    known = (~np.isnan(spots.z)).sum(axis=1)
    hot = spots.is_hot.sum(axis=1)
    share = np.divide(hot, known, out=np.full(len(spots.z), np.nan), where=known > 0)
    in_a_row = _last_run(spots.is_hot)
    course = _courses(hot, in_a_row, np.nan_to_num(share), np.sign(trend.z) * (trend.p <= alpha))
    return Emerging(course, in_a_row, _last_run(spots.is_cold), share, trend, spots)


def mann_kendall(values: ArrayLike) -> Trend:
    """Test each row for a trend (Mann-Kendall).

    Parameters
    ----------
    values : array_like of float, shape (n, t)
        Oldest first; NaN is left out.

    Returns
    -------
    Trend
        No trend (0, 0, 1) in a row with fewer than two known values, and in one of equal values.
    """
    by_row = np.asarray(values, dtype=np.float64)
    table = np.ascontiguousarray(by_row.T)  # periods first: a lag is then a block
    known = ~np.isnan(table)
    s = np.zeros(table.shape[1])
    # A value of a group of e equals adds (e - 1)(2e + 5), so the group adds e(e - 1)(2e + 5).
    equals = known.astype(np.float64)
    for lag in range(1, len(table)):
        early, late = table[:-lag], table[lag:]
        s += _how_many(late > early) - _how_many(late < early)
        same = late == early
        if same.any():
            equals[:-lag] += same
            equals[lag:] += same
    count = known.sum(axis=0)
    ties = np.where(known, (equals - 1.0) * (2.0 * equals + 5.0), 0.0).sum(axis=0)
    variance = (count * (count - 1.0) * (2.0 * count + 5.0) - ties) / 18.0
    nearer = np.sign(s) * np.maximum(np.abs(s) - 1.0, 0.0)
    z = np.divide(nearer, np.sqrt(np.maximum(variance, 0.0)), out=np.zeros(len(s)), where=variance > 0.0)
    return Trend(s, z, two_sided(z))


def _how_many(is_so: Truths) -> NDArray[np.int32]:
    """Count down each column; whole numbers are added faster than truths."""
    return np.asarray(np.add.reduce(is_so.view(np.int8), axis=0, dtype=np.int32), dtype=np.int32)


def _last_run(is_so: Truths) -> Numbers:
    """Count the periods in a row, up to the last one, in which it is so."""
    backwards = np.logical_and.accumulate(is_so[:, ::-1], axis=1)
    return np.asarray(backwards.sum(axis=1), dtype=np.intp)


def _courses(hot: Numbers, in_a_row: Numbers, share: Floats, direction: Floats) -> NDArray[np.str_]:
    """Give each unit the first course that fits."""
    is_hot_now, is_always = in_a_row > 0, share >= ALWAYS - A_HAIR
    tests = (
        ("new", is_hot_now & (hot == 1)),
        ("intensifying", is_hot_now & is_always & (direction > 0)),
        ("fading", is_always & (~is_hot_now | (direction < 0))),
        ("persistent", is_hot_now & is_always),
        ("consecutive", (in_a_row >= 2) & (hot == in_a_row)),
        ("sporadic", is_hot_now),
    )
    chosen = np.select([fits for _, fits in tests], [name for name, _ in tests], default=COURSES[0])
    return np.asarray(chosen, dtype=np.str_)
