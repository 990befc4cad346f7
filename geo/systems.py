"""Whatever system a position comes in, WGS 84 comes out: the one reader of such names.

A name is a datum of Chinese maps (``wgs84 gcj02 bd09``), Baidu's plane (``bd09mc``), ``cgcs2000``, or an
EPSG number (``EPSG:4490``, ``EPSG:4549``, ``4549``). API, imports and commands hand positions in with the
name as given; what is kept with them is :func:`name_of` it, at most 16 characters.

Planes are held to where they are used, since a position with its axes swapped, in another zone, with or
without the zone's number before the easting, or in degrees is some finite place far away.
"""

import re
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS

from geo.baidu import CLARKE_A, bd09mc_to_bd09
from geo.coordinates import as_metres, as_points, refuse_rows
from geo.crs import WGS84, carry_points, parse_crs, short_name
from geo.datum import DATUMS, bd09_to_wgs84, convert
from geo.errors import CrsError

__all__ = ["NAMES", "is_plane", "name_of", "to_wgs84", "usable"]

NAMES = (*DATUMS, "bd09mc", "cgcs2000")
"""Names besides EPSG numbers; upper case, ``-``, ``_`` and spaces make no difference (``GCJ-02``)."""

CGCS2000 = "EPSG:4490"
EPSG = re.compile(r"(?:epsg:{1,2})?(\d{4,6})", re.IGNORECASE | re.ASCII)
BESIDE = 3.0  # degrees: a city may lie in one zone's plane and a whole zone beyond its border

Floats = NDArray[np.float64]


@lru_cache(maxsize=256)
def name_of(given: str) -> str:
    """Read the name of a system.

    Parameters
    ----------
    given : str
        One of :data:`NAMES` or an EPSG number.

    Returns
    -------
    str
        ``wgs84 gcj02 bd09 bd09mc`` or ``EPSG:n``; ``cgcs2000`` is ``EPSG:4490``.

    Raises
    ------
    CrsError
        ``crs.missing``: empty; ``datum.unknown``: no such name or number; ``crs.not_horizontal``.
    """
    text = given.strip()
    if not text:
        raise CrsError("crs.missing")
    plain = re.sub(r"[-_ ]", "", text.lower())
    if plain in NAMES:
        return CGCS2000 if plain == "cgcs2000" else plain
    found = EPSG.fullmatch(text)
    if found is None:
        raise CrsError("datum.unknown", given=text[:40], known=NAMES)
    try:
        parse_crs(int(found[1]))
    except CrsError as error:
        code = "datum.unknown" if error.code == "crs.unknown" else error.code
        raise CrsError(code, given=text[:40], known=NAMES) from error
    return f"EPSG:{int(found[1])}"


def is_plane(crs: str | CRS) -> bool:
    """Tell whether positions of a system are metres in a plane, not degrees; errors as :func:`name_of`."""
    read = _read(crs)
    # Words first: a CRS compared with a word looks that word up in its whole database, for 0.1 s.
    return read == "bd09mc" if isinstance(read, str) else bool(read.is_projected)


def to_wgs84(x: ArrayLike, y: ArrayLike, crs: str | CRS) -> tuple[Any, Any]:
    """Carry positions of any system to WGS 84.

    Parameters
    ----------
    x, y : array_like of float, shape (n,) or scalar
        Longitude and latitude in degrees, or east and north of a plane (also where the system's definition
        has north first, as CGCS2000's planes do).
    crs : str or pyproj.CRS
        Name as for :func:`name_of`, or a coordinate system that a file brought along.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), or float for scalars
        WGS 84 degrees. CGCS2000 and WGS 84 are taken for one datum: they differ by centimetres.

    Raises
    ------
    CrsError
        The name is unknown, or there is no way to WGS 84.
    CoordinateError
        ``coordinate.not_finite``; ``coordinate.swapped``: right the other way round;
        ``coordinate.out_of_range``: no degrees; ``coordinate.outside_crs``: farther than 3 degrees from where
        the plane is used, or degrees taken for metres. All name the ``rows``.
    """
    read = _read(crs)
    if isinstance(read, str) and read in DATUMS:
        return convert(x, y, read, "wgs84")
    if not is_plane(crs):
        lon, lat, is_scalar = as_points(x, y)
        lon, lat = carry_points(lon, lat, read, WGS84)
    else:
        east, north, is_scalar = as_metres(x, y)
        lon, lat = _carried(east, north, read)
        bad = ~_is_used(east, north, lon, lat, read)
        if bad.any():
            _refuse(east, north, bad, read)
    return (float(lon[0]), float(lat[0])) if is_scalar else (lon, lat)


def usable(x: ArrayLike, y: ArrayLike, crs: str | CRS) -> NDArray[np.bool_]:
    """Tell which positions :func:`to_wgs84` takes, for files whose bad rows shall not stop the good ones.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        As for :func:`to_wgs84`; NaN and infinite ones are none.
    crs : str or pyproj.CRS
        As there.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    CrsError
        The name is unknown, or there is no way to WGS 84.
    """
    read = _read(crs)
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not is_plane(crs):
        return np.asarray((np.abs(east) <= 180.0) & (np.abs(north) <= 90.0))  # false for NaN
    used = np.isfinite(east) & np.isfinite(north)
    if isinstance(read, str):
        used &= np.abs(np.degrees(east / CLARKE_A)) <= 180.0
    used[used] = _is_used(east[used], north[used], *_carried(east[used], north[used], read), read)
    return used


@lru_cache(maxsize=64)
def _read(crs: str | CRS) -> str | CRS:
    """Give a datum of maps or Baidu's plane as its name, anything else as a coordinate system."""
    if isinstance(crs, CRS):
        return parse_crs(crs)
    name = name_of(crs)
    return name if name in NAMES else parse_crs(name)


def _carried(x: Floats, y: Floats, plane: str | CRS) -> tuple[Floats, Floats]:
    if isinstance(plane, CRS):
        return carry_points(x, y, plane, WGS84)
    lon, lat = bd09_to_wgs84(*bd09mc_to_bd09(x, y))
    return lon, lat


def _is_used(x: Floats, y: Floats, lon: Floats, lat: Floats, plane: str | CRS) -> NDArray[np.bool_]:
    is_degrees = (np.abs(x) <= 180.0) & (np.abs(y) <= 180.0)
    used = np.isfinite(lon) & np.isfinite(lat) & ~is_degrees
    lon = np.where(used, lon, 0.0)
    area = plane.area_of_use if isinstance(plane, CRS) else None
    if area is None:
        return used
    wide = (area.east - area.west) % 360.0 or 360.0
    east_of = (lon - area.west + BESIDE) % 360.0  # the area may lie across 180 degrees
    beside = (lat >= area.south - BESIDE) & (lat <= area.north + BESIDE)
    return used & beside & (east_of <= wide + 2.0 * BESIDE)


def _refuse(x: Floats, y: Floats, bad: NDArray[np.bool_], plane: str | CRS) -> None:
    east, north = y[bad], x[bad]
    if isinstance(plane, CRS) and _is_used(east, north, *_carried(east, north, plane), plane).all():
        refuse_rows("coordinate.swapped", x, y, bad)
    name = plane if isinstance(plane, str) else short_name(plane)
    refuse_rows("coordinate.outside_crs", x, y, bad, crs=name)
