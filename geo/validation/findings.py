"""What a finding is, and the one order in which findings are listed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Finding", "Severity", "in_order", "spot", "spots"]


class Severity(StrEnum):
    """How much a finding matters: an error stops an import, a warning is told, a hint is a suspicion."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True)
class Finding:
    """One fault of a layer, at one place.

    Attributes
    ----------
    severity : Severity
        Whether it stops an import.
    code : str
        Stable name of the fault, e.g. ``"ring.invalid"``; see :func:`geo.validation.validate` for all.
    areas : tuple of str
        Codes of the areas it is about, as in the layer; empty for the layer as a whole.
    row : int or None
        Row of the layer, from 0; the first one where several are concerned; None for the whole layer.
    lon, lat : float or None
        WGS 84 degrees of the place to look at; None where it has none.
    size_m2 : float or None
        Area on the ellipsoid of what is wrong (the gap, the overlap, the piece), within 2e-5 of the
        geodesic one; None where it has no size.
    values : Mapping[str, Any]
        What the sentence needs besides.
    """

    severity: Severity
    code: str
    areas: tuple[str, ...] = ()
    row: int | None = None
    lon: float | None = None
    lat: float | None = None
    size_m2: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}
NOWHERE = 999.0


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """List findings errors first, then by code, size (largest first), row, areas and place.

    Parameters
    ----------
    findings : Iterable of Finding
        In any order.

    Returns
    -------
    list of Finding
        The same list for the same layer, whatever order the checks ran in.
    """
    return sorted(findings, key=_order)


def _order(one: Finding) -> tuple[Any, ...]:
    return (
        RANK[one.severity],
        one.code,
        -(one.size_m2 or 0.0),
        -1 if one.row is None else one.row,
        one.areas,
        NOWHERE if one.lon is None else one.lon,
        NOWHERE if one.lat is None else one.lat,
        tuple((name, str(value)) for name, value in sorted(one.values.items())),
    )


def spots(shapes: NDArray[np.object_]) -> list[tuple[float | None, float | None]]:
    """Choose the point of each geometry to look at: inside its largest part where that has an inside.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        WGS 84 degrees; valid or not, None allowed.

    Returns
    -------
    list of (lon, lat)
        Rounded to 1e-7 degrees (1 cm); (None, None) for None and empty geometries.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    order = np.lexsort((-shapely.area(parts), owner))
    rows, first = np.unique(owner[order], return_index=True)
    largest = parts[order][first]
    points = shapely.get_coordinates(_points(largest)).round(7).tolist()
    found: list[tuple[float | None, float | None]] = [(None, None)] * len(shapes)
    for row, (lon, lat) in zip(rows.tolist(), points, strict=True):
        found[row] = (lon, lat)
    return found


def spot(shape: shapely.Geometry | None) -> tuple[float | None, float | None]:
    """Choose the point of one geometry to look at; see :func:`spots`."""
    return spots(np.array([shape], dtype=object))[0]


def _points(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take a point inside of valid shapes, and the first vertex of others."""
    is_valid = shapely.is_valid(shapes)
    points = np.empty(len(shapes), dtype=object)
    points[is_valid] = shapely.point_on_surface(shapes[is_valid])
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    firsts = shapely.points(xy[np.unique(owner, return_index=True)[1]])
    points[~is_valid] = firsts[~is_valid]
    return points
