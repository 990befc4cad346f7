"""WGS 84, GCJ-02 and BD-09: the three positions one place has on Chinese maps.

GCJ-02 (国测局, "Mars" coordinates) displaces WGS 84 by up to 734 m through a fixed formula; BD-09 (Baidu)
displaces GCJ-02 by about a kilometre more. The one idea: **a place is displaced exactly when its WGS 84
position lies in the rectangle 72.004-137.8347 E, 0.8293-55.8271 N**, the published rule. All six
functions ask that same question, so inside it every round trip closes, also over two steps. Elsewhere
the three are one and coordinates come back unchanged. (In the strip of 2 km around the rectangle, where a
displaced position may also be an undisplaced one, it is read as displaced.)

The formulas are those published by the community in 2010 and used by every converter since (eviltransform,
gcoord); no official text exists, and the positions that map services publish differ from them by about half a
metre. They have no closed inverse: each inverse is a fixed number of fixed-point steps, and points are
worked on in blocks that stay in the processor's cache, so a point's answer depends neither on the points
beside it nor on their number.

Error of the inverses: over the rectangle a GCJ-02 step shrinks the error at least 90-fold, from at most
734 m, so six leave less than 1e-8 m; only within a millimetre of 105 E, where the formula's root of the
distance from there is infinitely steep, they leave up to 8e-7 m (measured). A BD-09 step shrinks it at
least 40-fold, from at most 1 km, so seven leave 1e-8 m. Every round trip ends within 1e-6 m, over two
steps too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import as_points
from geo.errors import CrsError

__all__ = [
    "DATUMS",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "convert",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

DATUMS = ("wgs84", "gcj02", "bd09")
"""Names that :func:`convert` knows."""

KRASOVSKY_A = 6_378_245.0  # m, semi-major axis, Krasovsky 1940
KRASOVSKY_EE = 0.006_693_421_622_965_943_23  # first eccentricity squared, Krasovsky 1940
GCJ_WEST, GCJ_EAST, GCJ_SOUTH, GCJ_NORTH = (
    72.004,
    137.8347,
    0.8293,
    55.8271,
)  # degrees, the published rectangle
BD_RIPPLE = np.pi * 3000.0 / 180.0  # radians of ripple per degree
BD_LON, BD_LAT = 0.0065, 0.006  # degrees
EDGE_SLACK = 1e-10  # degrees (0.01 mm): a round trip from the rectangle's very edge ends in it again
REACH = 0.1  # degrees; no displaced position lies farther outside the rectangle
GCJ_STEPS = 6
BD_STEPS = 7
BLOCK = 8192  # points; all that a block needs on the way is some hundred kilobytes

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
Shift = Callable[[Floats, Floats], Pair]


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Displace WGS 84 positions to GCJ-02.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,) or scalar
        WGS 84 degrees.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), or float for scalars
        GCJ-02 degrees; unchanged outside the rectangle of the module's docstring.

    Raises
    ------
    CoordinateError
        NaN, infinite or out of range; names the rows.
    """
    return _displace(lon, lat, _to_gcj, _same)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`wgs84_to_gcj02`: GCJ-02 degrees in, WGS 84 degrees out, else as there."""
    return _displace(lon, lat, _from_gcj, _from_gcj)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Displace GCJ-02 positions to BD-09; parameters, result and errors as :func:`wgs84_to_gcj02`."""
    return _displace(lon, lat, _to_bd, _from_gcj)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`gcj02_to_bd09`: BD-09 degrees in, GCJ-02 degrees out, else as there."""
    return _displace(lon, lat, _from_bd, _home_from_bd)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Displace WGS 84 positions to BD-09; parameters, result and errors as :func:`wgs84_to_gcj02`."""
    return _displace(lon, lat, lambda x, y: _to_bd(*_to_gcj(x, y)), _same)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`wgs84_to_bd09`: BD-09 degrees in, WGS 84 degrees out, else as there."""
    return _displace(lon, lat, _home_from_bd, _home_from_bd)


def convert(lon: ArrayLike, lat: ArrayLike, source: str, target: str) -> tuple[Any, Any]:
    """Carry positions from one map datum to another.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,) or scalar
        Degrees in ``source``.
    source, target : {"wgs84", "gcj02", "bd09"}
        Datums; one and the same leaves the coordinates unchanged.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,), or float for scalars
        Degrees in ``target``.

    Raises
    ------
    CrsError
        ``datum.unknown``: a name not in :data:`DATUMS`.
    CoordinateError
        NaN, infinite or out of range; names the rows.
    """
    for name in (source, target):
        if name not in DATUMS:
            raise CrsError("datum.unknown", given=name, known=DATUMS)
    if source == target:
        return _displace(lon, lat, _same, _same)
    return WAYS[source, target](lon, lat)


WAYS: dict[tuple[str, str], Callable[[ArrayLike, ArrayLike], tuple[Any, Any]]] = {
    ("wgs84", "gcj02"): wgs84_to_gcj02,
    ("gcj02", "wgs84"): gcj02_to_wgs84,
    ("wgs84", "bd09"): wgs84_to_bd09,
    ("bd09", "wgs84"): bd09_to_wgs84,
    ("gcj02", "bd09"): gcj02_to_bd09,
    ("bd09", "gcj02"): bd09_to_gcj02,
}


def _displace(lon: ArrayLike, lat: ArrayLike, way: Shift, home: Shift) -> tuple[Any, Any]:
    """Send the points whose WGS 84 position, given by ``home``, lies in the rectangle on their ``way``."""
    x, y, is_scalar = as_points(lon, lat)
    out_x, out_y = x.copy(), y.copy()
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        rows = start + _displaced(x[part], y[part], home)
        out_x[rows], out_y[rows] = way(x[rows], y[rows])
    return (float(out_x[0]), float(out_y[0])) if is_scalar else (out_x, out_y)


def _displaced(x: Floats, y: Floats, home: Shift) -> NDArray[np.intp]:
    """Find the points to displace; far ones are left out first, for the formulas break down at the poles."""
    inside = _in_rectangle(x, y, -REACH)
    rim = np.flatnonzero(_in_rectangle(x, y, REACH) & ~inside)
    inside[rim] = _in_rectangle(*home(x[rim], y[rim]), EDGE_SLACK)
    return np.flatnonzero(inside)


def _in_rectangle(lon: Floats, lat: Floats, slack: float) -> NDArray[np.bool_]:
    return (
        (lon >= GCJ_WEST - slack)
        & (lon <= GCJ_EAST + slack)
        & (lat >= GCJ_SOUTH - slack)
        & (lat <= GCJ_NORTH + slack)
    )


def _same(lon: Floats, lat: Floats) -> Pair:
    return lon, lat


def _from_gcj(lon: Floats, lat: Floats) -> Pair:
    return _undo(_to_gcj, (lon, lat), GCJ_STEPS)


def _from_bd(lon: Floats, lat: Floats) -> Pair:
    return _undo(_to_bd, (lon, lat), BD_STEPS)


def _home_from_bd(lon: Floats, lat: Floats) -> Pair:
    return _from_gcj(*_from_bd(lon, lat))


def _undo(forward: Shift, given: Pair, steps: int) -> Pair:
    """Find what ``forward`` takes to ``given``: guess, and take off by how much the guess misses."""
    lon, lat = given
    for _ in range(steps):
        there_lon, there_lat = forward(lon, lat)
        lon, lat = lon - (there_lon - given[0]), lat - (there_lat - given[1])
    return lon, lat


def _to_gcj(lon: Floats, lat: Floats) -> Pair:
    """Apply the published formula everywhere; x, y are degrees from 105 E 35 N."""
    x, y = lon - 105.0, lat - 35.0
    x30, x12, x3, x1, x2, x6 = _sines(x)
    y30, y12, y3, y1, _, _ = _sines(y)
    both = 0.1 * x * y
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * (x6 + x2)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + both + 0.2 * root
    north += (ripple + 20.0 * y1 + 40.0 * y3 + 160.0 * y12 + 320.0 * y30) * (2.0 / 3.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + both + 0.1 * root
    east += (ripple + 20.0 * x1 + 40.0 * x3 + 150.0 * x12 + 300.0 * x30) * (2.0 / 3.0)
    phi = np.radians(lat)
    w2 = 1.0 - KRASOVSKY_EE * np.sin(phi) ** 2
    meridian_m = KRASOVSKY_A * (1.0 - KRASOVSKY_EE) / (w2 * np.sqrt(w2))
    parallel_m = KRASOVSKY_A / np.sqrt(w2) * np.cos(phi)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _sines(x: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Give the sines of pi x times 1/30, 1/12, 1/3, 1, 2 and 6, all from those of pi x / 60.

    Sines of sums and multiples cost a few products each; rounding grows to 1e-13 at most, which is 1e-12 m.
    """
    s60, c60 = np.sin(x * (np.pi / 60.0)), np.cos(x * (np.pi / 60.0))
    s30, c30 = _doubled(s60, c60)
    s15, c15 = _doubled(s30, c30)
    s12, c12 = s15 * c60 + c15 * s60, c15 * c60 - s15 * s60
    s3, c3 = _doubled(*_doubled(s12, c12))
    s1, c1 = s3 * (3.0 - 4.0 * s3 * s3), c3 * (4.0 * c3 * c3 - 3.0)
    s2 = 2.0 * s1 * c1
    return s30, s12, s3, s1, s2, s2 * (3.0 - 4.0 * s2 * s2)


def _doubled(sine: Floats, cosine: Floats) -> Pair:
    """Give sine and cosine of the double angle."""
    return 2.0 * sine * cosine, 1.0 - 2.0 * sine * sine


def _to_bd(lon: Floats, lat: Floats) -> Pair:
    """Apply Baidu's formula everywhere, to GCJ-02 positions.

    It lengthens (lon, lat) by up to 0.00002 and turns it by up to 0.000003 radians; of so small an angle
    the square's half is all that the cosine lacks, and the sine is the angle itself (to 5e-18).
    """
    longer = 1.0 + 0.000_02 * np.sin(lat * BD_RIPPLE) / np.sqrt(lon * lon + lat * lat)
    turn = 0.000_003 * np.cos(lon * BD_RIPPLE)
    along, across = longer * (1.0 - 0.5 * turn * turn), longer * turn
    return lon * along - lat * across + BD_LON, lat * along + lon * across + BD_LAT
