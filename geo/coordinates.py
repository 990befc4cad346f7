"""The one reading of ``lon, lat`` arguments.

Whatever a caller hands in (numbers, lists, Series, arrays) becomes two float64 arrays, or a
CoordinateError that names the rows at fault. Knows nothing of cells, datums or planes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import CoordinateError

__all__ = ["as_points"]

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
        ``coordinate.not_a_number``: not convertible to float, or NaN, None; ``coordinate.shape``:
        more than one dimension, or lengths that differ; ``coordinate.out_of_range``: infinite or
        beyond the ranges above. The last names up to ten ``rows`` with their values and the ``count``.
    """
    try:
        x = np.asarray(lon, dtype=np.float64)
        y = np.asarray(lat, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CoordinateError("coordinate.not_a_number", rows=()) from error
    if x.shape != y.shape or x.ndim > 1:
        raise CoordinateError("coordinate.shape", lon=x.shape, lat=y.shape)
    is_scalar = x.ndim == 0
    x, y = x.reshape(-1), y.reshape(-1)
    good = (np.abs(x) <= 180.0) & (np.abs(y) <= 90.0)
    if not good.all():
        _refuse(x, y, ~good)
    return x, y, is_scalar


def _refuse(x: NDArray[np.float64], y: NDArray[np.float64], bad: NDArray[np.bool_]) -> None:
    is_nan = np.isnan(x) | np.isnan(y)
    code = "coordinate.not_a_number" if is_nan[bad].all() else "coordinate.out_of_range"
    rows = np.flatnonzero(bad)
    named = rows[:NAMED_ROWS].tolist()
    raise CoordinateError(
        code,
        rows=tuple(named),
        count=len(rows),
        lon=tuple(x[named].tolist()),
        lat=tuple(y[named].tolist()),
    )
