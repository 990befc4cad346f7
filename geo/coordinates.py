"""The one reading of ``lon, lat`` arguments.

Whatever a caller hands in (numbers, lists, Series, arrays) becomes two float64 arrays, or a
CoordinateError that names the rows at fault. Knows nothing of cells, datums or planes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import CoordinateError

__all__ = ["as_metres", "as_points", "check_metres", "refuse_rows"]

NAMED_ROWS = 10


def as_points(lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Read longitudes and latitudes as two checked arrays.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,) or scalar
        Degrees; ``-180 <= lon <= 180`` and ``-90 <= lat <= 90``. Any length, none included.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,)
        As given; n is 1 for scalars.
    is_scalar : bool
        True when both were scalars.

    Raises
    ------
    CoordinateError
        ``coordinate.not_finite``: NaN, None, infinite or not convertible to float;
        ``coordinate.out_of_range``: beyond the ranges above; ``coordinate.swapped``: beyond them, and all
        such rows would be within them the other way round. All name up to ten ``rows``, the ``count`` of
        all and the first pair as ``value``. ``coordinate.shape``: more than one dimension, or shapes that
        differ.
    """
    x, y, is_scalar = _as_arrays(lon, lat)
    good = (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)
    if not good.all():
        _refuse(x, y, ~good)
    return x, y, is_scalar


def as_metres(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Read positions in a plane as two checked arrays; as :func:`as_points`, but any finite number will do."""
    east, north, is_scalar = _as_arrays(x, y)
    bad = ~(np.isfinite(east) & np.isfinite(north))
    if bad.any():
        refuse_rows("coordinate.not_finite", east, north, bad)
    return east, north, is_scalar


def refuse_rows(
    code: str, x: NDArray[np.float64], y: NDArray[np.float64], bad: NDArray[np.bool_], **values: str
) -> None:
    """Raise the error that names rows.

    Parameters
    ----------
    code : str
        What is wrong with them.
    x, y : ndarray of float64, shape (n,)
        Positions as given.
    bad : ndarray of bool, shape (n,)
        Those at fault; at least one.
    **values : str
        What else the error is about.

    Raises
    ------
    CoordinateError
        Always: up to ten ``rows``, the ``count`` of all, and the first pair as ``value``.
    """
    rows = np.flatnonzero(bad)
    value = (float(x[rows[0]]), float(y[rows[0]]))
    raise CoordinateError(
        code, rows=tuple(rows[:NAMED_ROWS].tolist()), count=len(rows), value=value, **values
    )


def check_metres(name: str, metres: float) -> None:
    """Refuse a distance that is none.

    Parameters
    ----------
    name : str
        Of the argument, for the error.
    metres : float
        Must be finite and not negative.

    Raises
    ------
    CoordinateError
        ``coordinate.bad_distance`` with name and value.
    """
    if not 0.0 <= metres < np.inf:
        raise CoordinateError("coordinate.bad_distance", name=name, given=metres)


def _as_arrays(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    try:
        first, second = _as_array(x), _as_array(y)
    except (TypeError, ValueError, OverflowError) as error:
        raise CoordinateError("coordinate.not_finite", rows=(), value=(x, y)) from error
    if first.shape != second.shape or first.ndim > 1:
        raise CoordinateError("coordinate.shape", lon=first.shape, lat=second.shape)
    return first.reshape(-1), second.reshape(-1), first.ndim == 0


def _as_array(given: ArrayLike) -> NDArray[np.float64]:
    """Make an array of numbers; what a mask hides is none."""
    if isinstance(given, np.ma.MaskedArray):
        given = np.ma.filled(given.astype(np.float64), np.nan)
    return np.asarray(given, dtype=np.float64)


def _refuse(x: NDArray[np.float64], y: NDArray[np.float64], bad: NDArray[np.bool_]) -> None:
    unreadable = ~(np.isfinite(x) & np.isfinite(y))
    if unreadable.any():
        refuse_rows("coordinate.not_finite", x, y, unreadable)
    swapped = (np.abs(x[bad]) <= 90.0) & (np.abs(y[bad]) <= 180.0)
    refuse_rows("coordinate.swapped" if swapped.all() else "coordinate.out_of_range", x, y, bad)
