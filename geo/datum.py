"""WGS 84, GCJ-02 and BD-09: the three positions one place has on Chinese maps.

GCJ-02 (国测局, "Mars" coordinates) displaces WGS 84 by up to 734 m through a fixed formula; BD-09 (Baidu)
displaces GCJ-02 by about a kilometre more. The one idea: **a place is displaced exactly when its WGS 84
position lies in the rectangle 72.004-137.8347 E, 0.8293-55.8271 N**, the published rule. All six
functions ask that same question, so inside it every round trip closes, also over two steps. Elsewhere
the three are one and coordinates come back unchanged. (In the strip of 2 km around the rectangle, where a
displaced position may also be an undisplaced one, it is read as displaced.)

The formulas are those published by the community in 2010 and used by every converter since (eviltransform,
gcoord); no official text exists, and the positions that map services publish differ from them by about half a
metre. They have no closed inverse: each inverse is a fixed number of
fixed-point steps, so that a point's answer does not depend on the points beside it. Measured over
the rectangle, a step shrinks the error at least 90-fold and the remainder is below 1e-8 m.
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
BD_STEPS = 10

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
    return _displace(lon, lat, _same, lambda _given, wgs: _to_gcj(*wgs))


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`wgs84_to_gcj02`: GCJ-02 degrees in, WGS 84 degrees out, else as there."""
    return _displace(lon, lat, _from_gcj, lambda _given, wgs: wgs)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Displace GCJ-02 positions to BD-09; parameters, result and errors as :func:`wgs84_to_gcj02`."""
    return _displace(lon, lat, _from_gcj, lambda given, _wgs: _to_bd(*given))


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`gcj02_to_bd09`: BD-09 degrees in, GCJ-02 degrees out, else as there."""
    return _displace(lon, lat, _from_bd, lambda given, _wgs: _undo(_to_bd, given, BD_STEPS))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Displace WGS 84 positions to BD-09; parameters, result and errors as :func:`wgs84_to_gcj02`."""
    return _displace(lon, lat, _same, lambda _given, wgs: _to_bd(*_to_gcj(*wgs)))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Any, Any]:
    """Undo :func:`wgs84_to_bd09`: BD-09 degrees in, WGS 84 degrees out, else as there."""
    return _displace(lon, lat, _from_bd, lambda _given, wgs: wgs)


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
        return _displace(lon, lat, _same, lambda given, _wgs: given)
    return WAYS[source, target](lon, lat)


WAYS: dict[tuple[str, str], Callable[[ArrayLike, ArrayLike], tuple[Any, Any]]] = {
    ("wgs84", "gcj02"): wgs84_to_gcj02,
    ("gcj02", "wgs84"): gcj02_to_wgs84,
    ("wgs84", "bd09"): wgs84_to_bd09,
    ("bd09", "wgs84"): bd09_to_wgs84,
    ("gcj02", "bd09"): gcj02_to_bd09,
    ("bd09", "gcj02"): bd09_to_gcj02,
}


def _displace(
    lon: ArrayLike, lat: ArrayLike, to_wgs84: Shift, answer: Callable[[Pair, Pair], Pair]
) -> tuple[Any, Any]:
    """Replace the points whose WGS 84 position lies in the rectangle by ``answer(given, wgs84)``."""
    x, y, is_scalar = as_points(lon, lat)
    out_x, out_y = x.copy(), y.copy()
    # Far points are left out first, for the formulas break down towards the poles.
    near = np.flatnonzero(_in_rectangle(x, y, REACH))
    given = (x[near], y[near])
    wgs84 = to_wgs84(*given)
    inside = _in_rectangle(*wgs84, EDGE_SLACK)
    new_x, new_y = answer(given, wgs84)
    out_x[near[inside]], out_y[near[inside]] = new_x[inside], new_y[inside]
    return (float(out_x[0]), float(out_y[0])) if is_scalar else (out_x, out_y)


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
    return _from_gcj(*_undo(_to_bd, (lon, lat), BD_STEPS))


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
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    phi = np.radians(lat)
    w2 = 1.0 - KRASOVSKY_EE * np.sin(phi) ** 2
    meridian_m = KRASOVSKY_A * (1.0 - KRASOVSKY_EE) / (w2 * np.sqrt(w2))
    parallel_m = KRASOVSKY_A / np.sqrt(w2) * np.cos(phi)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _to_bd(lon: Floats, lat: Floats) -> Pair:
    """Apply Baidu's formula everywhere, to GCJ-02 positions."""
    radius = np.hypot(lon, lat) + 0.000_02 * np.sin(lat * BD_RIPPLE)
    angle = np.arctan2(lat, lon) + 0.000_003 * np.cos(lon * BD_RIPPLE)
    return radius * np.cos(angle) + BD_LON, radius * np.sin(angle) + BD_LAT
