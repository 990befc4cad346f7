"""Runs of whole numbers: many at once, and cut to a size that memory can bear."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["begins", "slices", "spread"]

Rows = NDArray[np.intp]


def spread(begin: ArrayLike, end: ArrayLike) -> tuple[Rows, Rows]:
    """Count from each begin up to its end.

    Parameters
    ----------
    begin, end : array_like of int, shape (n,)
        First number of each run, and the one after its last; a run may be empty.

    Returns
    -------
    run, number : ndarray of intp, shape (m,)
        Position of the run, ascending, and the numbers counted.
    """
    low = np.asarray(begin, dtype=np.intp)
    count = np.maximum(np.asarray(end, dtype=np.intp) - low, 0)
    run = np.repeat(np.arange(len(low)), count)
    return run, np.arange(len(run)) + np.repeat(low - (np.cumsum(count) - count), count)


def slices(counts: ArrayLike, most: int) -> Iterator[slice]:
    """Cut a row of loads into pieces.

    Parameters
    ----------
    counts : array_like of int, shape (n,)
        Load of each position.
    most : int
        Load of a piece, positive; one that is heavier by itself is a piece of its own, and a piece may
        exceed it by its last position.

    Yields
    ------
    slice
        One after the other, all positions; none when there are none.
    """
    total = np.cumsum(np.asarray(counts), dtype=np.int64)
    begin = 0
    while begin < len(total):
        done = int(total[begin - 1]) if begin else 0
        stop = int(np.searchsorted(total, done + most)) + 1
        yield slice(begin, min(stop, len(total)))
        begin = stop


def begins(*columns: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where in sorted columns of one length a new row of values begins."""
    is_new = np.zeros(len(columns[0]), dtype=bool)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return is_new
