"""Coordinates as a file has them -> WGS 84, and which of them are none. Knows nothing of files or cells."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.systems import name_of, to_wgs84, usable

__all__ = ["Positions", "number_or_nan", "read_positions"]


Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Positions:
    """Where the rows of a batch lie.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees; NaN for rows without a usable position.
    is_usable : ndarray of bool, shape (n,)
        Which rows have one.
    is_missing : ndarray of bool, shape (n,)
        Which have no two numbers at all: blank, no number, NaN, infinite.
    is_swapped : ndarray of bool, shape (n,)
        Which cannot be used as they are, but could be the other way round.
    """

    lon: Floats
    lat: Floats
    is_usable: Mask
    is_missing: Mask
    is_swapped: Mask


def read_positions(x: Floats, y: Floats, crs: Any) -> Positions:  # noqa: ANN401 - name or pyproj.CRS
    """Carry coordinates to WGS 84, row by row whatever is wrong with others.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Longitude and latitude, or east and north, in ``crs``; NaN where there is none.
    crs : str or pyproj.CRS
        As :func:`geo.systems.to_wgs84` takes it.

    Returns
    -------
    Positions

    Raises
    ------
    CrsError
        The coordinate system cannot be read.
    """
    good = usable(x, y, crs)
    lon, lat = x, y
    if good.all():
        none = np.zeros(len(x), dtype=bool)
        if not _is_wgs84(crs):
            lon, lat = to_wgs84(x, y, crs)
        return Positions(lon, lat, good, none, none)
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lon[good], lat[good] = to_wgs84(x[good], y[good], crs)
    missing = ~(np.isfinite(x) & np.isfinite(y))
    return Positions(lon, lat, good, missing, ~good & ~missing & usable(y, x, crs))


def number_or_nan(said: str) -> float:
    """Read a decimal number from text; NaN for blanks and for what is none."""
    try:
        return float(said) if "_" not in said else np.nan
    except ValueError:
        return np.nan


def _is_wgs84(crs: Any) -> bool:  # noqa: ANN401 - name or pyproj.CRS
    return isinstance(crs, str) and name_of(crs) == "wgs84"
