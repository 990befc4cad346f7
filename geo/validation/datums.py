"""Suspicion that a layer was drawn on a Chinese web map and passed on as WGS 84. A hint, never more.

**Measured** (``datum.gcj02 datum.bd09``): where the layer and areas already known show the same polygons (the same
code with the same size, or all children of one parent and that parent), the median shift of their
centroids is compared with the shifts GCJ-02 and BD-09 have at that place. When it is nearer to one of
them than to none, the layer is suspected of the nearest: they shift by 90-700 m and by a kilometre more,
and surveys by a few metres, so nothing lies in between.

**Possible** (``datum.gcj02_possible``): nothing to compare with, no coordinate system in the file, and
the layer lies where GCJ-02 is used. Most such files are exports of web maps.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.datum import convert
from geo.validation.findings import Finding, Severity
from geo.validation.places import CHINA
from geo.validation.sizes import flat_sizes, metres_per_degree

__all__ = ["Twins", "suspect_datum", "twins"]

Shapes = NDArray[np.object_]
SAME_SIZE = 0.1
"""Two polygons are taken for the same place when their sizes differ by less than this share."""
SUSPECTS = ("gcj02", "bd09")


class Twins(NamedTuple):
    """Polygons that show the same place, once in the layer and once in what is known.

    Attributes
    ----------
    layer, known : ndarray of shapely geometry, shape (n,)
        WGS 84 degrees, pair by pair.
    """

    layer: Shapes
    known: Shapes


def twins(
    codes: Sequence[str], parents: Sequence[str], shapes: Shapes, known: gpd.GeoDataFrame | None
) -> Twins:
    """Pair the layer's polygons with known ones of the same place.

    Parameters
    ----------
    codes, parents : sequence of str, length n
        Columns of the layer; empty text where there is none.
    shapes : ndarray of shapely geometry, shape (n,)
        WGS 84, valid; None where a row has no place.
    known : geopandas.GeoDataFrame or None
        ``code`` and geometry, WGS 84, of the areas above and of the same areas before.

    Returns
    -------
    Twins
        Same code, or all the children of one parent together against the parent; only pairs whose
        sizes agree within a tenth.
    """
    if known is None or known.empty:
        return Twins(np.empty(0, dtype=object), np.empty(0, dtype=object))
    there = {
        code: shape for code, shape in zip(known["code"], known.geometry, strict=True) if shape is not None
    }
    usable = shapely.get_type_id(shapes) >= 0
    pairs = [(shapes[row], there[code]) for row, code in enumerate(codes) if usable[row] and code in there]
    for parent in sorted(set(parents) & there.keys()):
        children = [row for row, one in enumerate(parents) if one == parent and usable[row]]
        if children:
            pairs.append((shapely.union_all(shapes[children]), there[parent]))
    layer = np.array([one for one, _ in pairs], dtype=object)
    before = np.array([other for _, other in pairs], dtype=object)
    if not pairs:
        return Twins(layer, before)
    area, area_before = flat_sizes(layer)[0], flat_sizes(before)[0]
    same = np.abs(area - area_before) <= SAME_SIZE * np.maximum(area, area_before)
    return Twins(layer[same], before[same])


def suspect_datum(shapes: Shapes, pairs: Twins, *, is_declared: bool) -> Iterator[Finding]:
    """Tell whether a layer may be in GCJ-02 or BD-09.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        WGS 84 as declared; None where a row has no place.
    pairs : Twins
        As :func:`twins` found them; none: nothing to compare with.
    is_declared : bool
        Whether the file names its coordinate system.

    Yields
    ------
    Finding
        At most one hint; values ``expected_m`` (length of the datum's shift there), and for the measured
        one ``shift_m`` and ``left_m`` (length of what remains once that is taken off), whole metres.
    """
    if len(pairs.layer):
        yield from _measured(pairs)
        return
    inside = shapes[CHINA.holds(shapes)]
    if is_declared or not len(inside):
        return
    west, south, east, north = shapely.total_bounds(inside).tolist()
    lon, lat = (west + east) / 2.0, (south + north) / 2.0
    expected_m = float(np.hypot(*_shift("gcj02", np.array([lon]), np.array([lat])))[0])
    yield Finding(
        Severity.HINT,
        "datum.gcj02_possible",
        lon=round(lon, 7),
        lat=round(lat, 7),
        values={"expected_m": round(expected_m)},
    )


def _measured(pairs: Twins) -> Iterator[Finding]:
    here, there = (
        shapely.get_coordinates(shapely.centroid(pairs.layer)),
        shapely.get_coordinates(shapely.centroid(pairs.known)),
    )
    scale = np.column_stack(metres_per_degree(there[:, 1]))
    shift = np.median((here - there) * scale, axis=0)
    moved = float(np.hypot(*shift))
    expected = {name: _median_shift(name, there) for name in SUSPECTS}
    left = {name: float(np.hypot(*(shift - expected[name]))) for name in SUSPECTS}
    name = min(SUSPECTS, key=lambda one: left[one])
    if left[name] < moved / 2.0 and np.hypot(*expected[name]) > 0.0:
        lon, lat = np.median(here, axis=0).round(7).tolist()
        values = {
            "shift_m": round(moved),
            "left_m": round(left[name]),
            "expected_m": round(float(np.hypot(*expected[name]))),
        }
        yield Finding(Severity.HINT, f"datum.{name}", lon=lon, lat=lat, values=values)


def _median_shift(datum: str, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.median(np.column_stack(_shift(datum, places[:, 0], places[:, 1])), axis=0))


def _shift(
    datum: str, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres east and north by which a datum displaces WGS 84 positions; zeros where it is not used."""
    there_lon, there_lat = convert(lon, lat, "wgs84", datum)
    east, north = metres_per_degree(lat)
    return (there_lon - lon) * east, (there_lat - lat) * north
