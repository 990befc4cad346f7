"""Classes of a choropleth: where one colour ends and the next begins, and the numbers its legend says.

The one idea: **class i holds what is above bound i - 1 and not above bound i**, for map and legend alike;
the legend's numbers are rounder than the bounds, yet put every value into the same class. Missing is no
class, and not 0. Knows nothing of colours.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import ValuesError

__all__ = ["MISSING", "Classes", "classify"]

Method = Literal["quantile", "natural", "fixed"]
MISSING = -1
MOST_CLASSES = 20
END_SHARE = 0.01
"""Share of the range by which the legend's ends may lie beyond the values, to be rounder."""
NAMED_ROWS = 10

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Cost = Callable[[Rows, Rows], Floats]
"""Of a class from one distinct value up to, not with, another."""


@dataclass(frozen=True)
class Classes:
    """The classes of a layer.

    Attributes
    ----------
    method : {"quantile", "natural", "fixed"}
        How the bounds were chosen.
    bounds : tuple of float, length k
        Upper bounds, ascending; the last is the largest value, or the last fixed bound if that is larger.
        None where no value is known.
    legend : tuple of float, length k + 1
        Where the first class begins and each ends, rounded: as upper bounds, all but the first make the same
        classes of the same values. Whole numbers stay exact at the two ends. None where no value is known.
    counts : tuple of int, length k
        Values in each class; 0 happens with fixed bounds only.
    missing : int
        Values that are missing.
    """

    method: Method
    bounds: tuple[float, ...]
    legend: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int

    def of(self, values: ArrayLike) -> Rows:
        """Give the class of each value.

        Parameters
        ----------
        values : array_like of float, shape (n,)
            Those the classes were made for, or others; what is above the last bound is in the last class.

        Returns
        -------
        ndarray of intp, shape (n,)
            From 0; :data:`MISSING` for NaN, and for all where there are no classes.
        """
        given = np.asarray(values, dtype=np.float64).reshape(-1)
        if not self.bounds:
            return np.full(len(given), MISSING, dtype=np.intp)
        return _placed(given, np.array(self.bounds))


def classify(
    values: ArrayLike, classes: int = 5, method: Method = "quantile", *, bounds: ArrayLike | None = None
) -> Classes:
    """Choose the classes of a choropleth.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        NaN is missing; 0 is a value like any other.
    classes : int
        Most classes wanted, 1 to 20; fewer where values coincide: never more than distinct values.
    method : {"quantile", "natural", "fixed"}
        About equally many values in each class; natural breaks, that is the least sum of squared distances
        to the class's mean there is (Fisher 1958, exact) [1]_; or ``bounds``.
    bounds : array_like of float, optional
        For ``"fixed"``: upper bounds, ascending. One more class is added if values lie above the last.

    Returns
    -------
    Classes

    Raises
    ------
    ValuesError
        ``values.infinite`` names the rows; ``values.setting``: ``classes`` out of range, ``bounds`` absent,
        not ascending or not finite, or too many.

    References
    ----------
    .. [1] Fisher (1958), On grouping for maximum homogeneity, Journal of the American Statistical
       Association 53(284), 789-798; Wang and Song (2011), Ckmeans.1d.dp, The R Journal 3(2), 29-33.
    """
    given = np.asarray(values, dtype=np.float64).reshape(-1)
    if np.isinf(given).any():
        rows = np.flatnonzero(np.isinf(given))
        raise ValuesError("values.infinite", rows=tuple(rows[:NAMED_ROWS].tolist()), count=len(rows))
    if not 1 <= classes <= MOST_CLASSES:
        raise ValuesError("values.setting", name="classes", given=classes, least=1, most=MOST_CLASSES)
    chosen = _fixed(bounds) if method == "fixed" else np.empty(0)
    known = given[~np.isnan(given)]
    missing = len(given) - len(known)
    if not len(known):
        return Classes(method, (), (), (), missing)
    distinct, times = np.unique(known, return_counts=True)
    if method == "fixed":
        chosen = np.append(chosen, distinct[-1]) if distinct[-1] > chosen[-1] else chosen
    elif len(distinct) <= classes:
        chosen = distinct
    elif method == "quantile":
        chosen = np.unique(np.quantile(known, np.arange(1, classes + 1) / classes, method="inverted_cdf"))
    else:
        chosen = distinct[_natural(distinct, times, classes)]
    counts = np.bincount(_placed(known, chosen), minlength=len(chosen))
    legend = _legend(distinct, chosen, is_fixed=method == "fixed")
    return Classes(method, tuple(chosen.tolist()), legend, tuple(counts.tolist()), missing)


def _placed(values: Floats, bounds: Floats) -> Rows:
    place = np.minimum(np.searchsorted(bounds, values, side="left"), len(bounds) - 1)
    return np.where(np.isnan(values), MISSING, place).astype(np.intp)


def _fixed(bounds: ArrayLike | None) -> Floats:
    given = np.asarray([] if bounds is None else bounds, dtype=np.float64).reshape(-1)
    if not (1 <= len(given) <= MOST_CLASSES and np.isfinite(given).all() and (np.diff(given) > 0).all()):
        told = tuple(given[:NAMED_ROWS].tolist())
        raise ValuesError("values.setting", name="bounds", given=told, least=1, most=MOST_CLASSES)
    return given


def _natural(distinct: Floats, times: NDArray[np.intp], classes: int) -> Rows:
    """Find the last distinct value of each class, by dynamic programming over sorted distinct values."""
    size = len(distinct)
    mean = float(np.average(distinct, weights=times))
    centred = (distinct - mean) / max(float(np.abs(distinct - mean).max()), 1e-300)
    sums = np.zeros((3, size + 1))
    np.cumsum([times, times * centred, times * centred**2], axis=1, out=sums[:, 1:])

    def cost(begin: Rows, end: Rows) -> Floats:
        weight, total, squares = sums[:, end] - sums[:, begin]
        return np.asarray(np.maximum(squares - total**2 / weight, 0.0), dtype=np.float64)

    ends = np.arange(1, size + 1)
    best = np.concatenate([[0.0], cost(np.zeros(size, dtype=np.intp), ends)])
    begins = np.zeros((classes + 1, size + 1), dtype=np.intp)
    for count in range(2, classes + 1):
        following = np.full(size + 1, np.inf)
        # Classes 1 to count - 1 end where class ``count`` begins, and that begin never moves back as the
        # end moves on: each middle end's answer halves the search for those on either side of it.
        todo = np.array([[count, size, count - 1, size - 1]], dtype=np.intp)
        while len(todo):
            first, last, low, high = todo.T
            middle = (first + last) // 2
            found, following[middle] = _cheapest(best, cost, middle, low, np.minimum(high, middle - 1))
            begins[count, middle] = found
            before = np.column_stack([first, middle - 1, low, found])
            todo = np.concatenate([before, np.column_stack([middle + 1, last, found, high])])
            todo = todo[todo[:, 0] <= todo[:, 1]]
        best = following
    lasts, end = [], size
    for count in range(classes, 0, -1):
        lasts.append(end - 1)
        end = int(begins[count, end])
    return np.array(lasts[::-1], dtype=np.intp)


def _cheapest(best: Floats, cost: Cost, ends: Rows, low: Rows, high: Rows) -> tuple[Rows, Floats]:
    """For each end, the cheapest begin of its class from low to high, and what all classes cost then."""
    sizes = high - low + 1
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    begin = np.arange(int(sizes.sum())) - np.repeat(starts - low, sizes)
    price = best[begin] + cost(begin, np.repeat(ends, sizes))
    least = np.minimum.reduceat(price, starts)
    hits = np.flatnonzero(price == np.repeat(least, sizes))
    return begin[hits[np.searchsorted(hits, starts)]], least


def _legend(distinct: Floats, bounds: Floats, *, is_fixed: bool) -> tuple[float, ...]:
    """Round the bounds as far as every value stays in its class; fixed ones are what was asked for."""
    least, most = float(distinct[0]), float(distinct[-1])
    room = 0.0 if (distinct == np.floor(distinct)).all() else (most - least) * END_SHARE
    first = 0.0 - _roundest(-least, -least + room)
    if is_fixed:
        return (min(first, float(bounds[0])), *bounds.tolist())
    following = distinct[np.searchsorted(distinct, bounds[:-1], side="right")]
    inner = [_roundest(*pair) for pair in zip(bounds[:-1].tolist(), following.tolist(), strict=True)]
    return (first, *inner, _roundest(most, most + room))


def _roundest(low: float, high: float) -> float:
    """Find the number with the fewest digits, not below low and below high; low itself if there is none.

    0 is the roundest of all.
    """
    if not low < high:
        return low
    if low <= 0.0 < high:
        return 0.0
    exact = Decimal(repr(low))
    power = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    while Decimal(10) ** power > Decimal(10) ** _last_power(exact):
        for digit in (10, 5, 2):
            step = digit * Decimal(10) ** (power - 1)
            round_one = float((exact / step).to_integral_value(ROUND_CEILING) * step)
            if low <= round_one < high:
                return round_one
        power -= 1
    return low


def _last_power(number: Decimal) -> int:
    """Tell the power of ten of a finite number's last digit."""
    return number.adjusted() - len(number.as_tuple().digits) + 1
