"""The one reading of ``lon, lat`` arguments.

Whatever a caller hands in (numbers, lists, Series, arrays) becomes two float64 arrays, or a
CoordinateError that names the rows at fault. Knows nothing of cells, datums or planes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import CoordinateError

__all__ = ["as_points", "check_metres"]

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
        ``coordinate.out_of_range``: beyond the ranges above; both name up to ten ``rows``, the
        ``count`` of all and the first pair as ``value``. ``coordinate.shape``: more than one
        dimension, or shapes that differ.
    """
    try:
        x = np.asarray(lon, dtype=np.float64)
        y = np.asarray(lat, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CoordinateError("coordinate.not_finite", rows=(), value=(lon, lat)) from error
    if x.shape != y.shape or x.ndim > 1:
        raise CoordinateError("coordinate.shape", lon=x.shape, lat=y.shape)
    is_scalar = x.ndim == 0
    x, y = x.reshape(-1), y.reshape(-1)
    good = (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)
    if not good.all():
        _refuse(x, y, ~good)
    return x, y, is_scalar


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


def _refuse(x: NDArray[np.float64], y: NDArray[np.float64], bad: NDArray[np.bool_]) -> None:
    unreadable = ~(np.isfinite(x) & np.isfinite(y))
    code = "coordinate.not_finite" if unreadable.any() else "coordinate.out_of_range"
    rows = np.flatnonzero(unreadable if unreadable.any() else bad)
    raise CoordinateError(
        code,
        rows=tuple(rows[:NAMED_ROWS].tolist()),
        count=len(rows),
        value=(float(x[rows[0]]), float(y[rows[0]])),
    )
