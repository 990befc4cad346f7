"""Faults of single areas: broken rings, nothing or the wrong kind, thin pieces, reaching out of the parent.

Slivers and parents are asked of valid polygons; broken ones take part as mending would make them.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.validation.findings import Finding, Severity, spot, spots
from geo.validation.mending import POLYGONAL
from geo.validation.sizes import flat_sizes, mean_width_m

__all__ = ["check_outside_parents", "check_rings", "check_slivers"]

Shapes = NDArray[np.object_]
PLACE = re.compile(r"^(?P<reason>[^\[]*)\[(?P<lon>\S+) (?P<lat>\S+)\]")
OUTSIDE_SHARE = 0.01
"""Share of an area that may lie outside its parent's polygon before it is told."""


def check_rings(shapes: Shapes, placed: Shapes, valid: Shapes, codes: Sequence[str]) -> Iterator[Finding]:
    """Look for rows that hold no polygon, or one whose rings cross themselves.

    Parameters
    ----------
    shapes : ndarray of shapely geometry, shape (n,)
        As given; tells what is missing or of another kind.
    placed : ndarray of shapely geometry, shape (n,)
        The same in WGS 84; None where a row has no usable place (told elsewhere).
    valid : ndarray of shapely geometry, shape (n,)
        ``placed`` as mending makes it; None where it cannot.
    codes : sequence of str, length n
        For the findings.

    Yields
    ------
    Finding
        ``geometry.empty``, ``geometry.type`` (value ``kind``), ``ring.invalid`` (value ``reason`` in
        GEOS's words; the size is that of the whole area once mended); all errors.
    """
    kinds = shapely.get_type_id(shapes)
    is_empty = (kinds < 0) | shapely.is_empty(shapes)
    for row in np.flatnonzero(is_empty).tolist():
        yield Finding(Severity.ERROR, "geometry.empty", (codes[row],), row)
    for row in np.flatnonzero(~is_empty & ~np.isin(kinds, POLYGONAL)).tolist():
        lon, lat = spot(placed[row])
        kind = {"kind": shapely.GeometryType(kinds[row]).name.lower()}
        yield Finding(Severity.ERROR, "geometry.type", (codes[row],), row, lon, lat, values=kind)
    asked = np.isin(shapely.get_type_id(placed), POLYGONAL)
    asked[asked] = ~shapely.is_valid(placed[asked])
    rows = np.flatnonzero(asked)
    for row, said in zip(rows.tolist(), shapely.is_valid_reason(placed[rows]), strict=True):
        match = PLACE.match(said)
        reason = match["reason"] if match else said
        lon, lat = (float(match["lon"]), float(match["lat"])) if match else spot(placed[row])
        size = float(flat_sizes(valid[[row]])[0][0]) if valid[row] is not None else None
        values = {"reason": reason, "vertices": int(shapely.get_num_coordinates(placed[row]))}
        yield Finding(Severity.ERROR, "ring.invalid", (codes[row],), row, lon, lat, size, values)


def check_slivers(valid: Shapes, codes: Sequence[str], sliver_m: float) -> Iterator[Finding]:
    """Look for pieces of areas that are too thin to be ground.

    Parameters
    ----------
    valid : ndarray of shapely polygon or None, shape (n,)
        WGS 84, valid.
    codes : sequence of str, length n
        For the findings.
    sliver_m : float
        Pieces of a smaller mean width (twice the area over the perimeter) are told.

    Yields
    ------
    Finding
        ``sliver`` (value ``of`` = ``piece``), a warning; one per area, at its largest piece, with the
        ``count`` of pieces and their size together.
    """
    pieces, owner = shapely.get_parts(valid, return_index=True)
    size, around = flat_sizes(pieces)
    thin = np.flatnonzero(mean_width_m(size, around) < sliver_m)
    for row in np.unique(owner[thin]).tolist():
        own = thin[owner[thin] == row]
        lon, lat = spot(pieces[own[int(size[own].argmax())]])
        values = {"of": "piece", "count": len(own)}
        total = float(size[own].sum())
        yield Finding(Severity.WARNING, "sliver", (codes[row],), row, lon, lat, total, values)


def check_outside_parents(
    valid: Shapes,
    codes: Sequence[str],
    parents: Sequence[str],
    polygons: dict[str, shapely.Geometry],
    least_m2: float,
) -> Iterator[Finding]:
    """Look for areas that reach out of their parent's polygon.

    Parameters
    ----------
    valid : ndarray of shapely polygon or None, shape (n,)
        WGS 84, valid.
    codes, parents : sequence of str, length n
        Empty text where there is none.
    polygons : dict of str to shapely polygon
        Parents that have one, WGS 84, valid.
    least_m2 : float
        Smaller parts outside are not told, nor less than one per cent of the area.

    Yields
    ------
    Finding
        ``parent.outside``, a warning; its size is the part outside.
    """
    rows = [row for row, parent in enumerate(parents) if parent in polygons and valid[row] is not None]
    if not rows:
        return
    above = np.array([polygons[parents[row]] for row in rows], dtype=object)
    # Most areas lie well inside; only those that do not are cut.
    reaching = ~shapely.covers(above, valid[rows])
    rows = np.asarray(rows)[reaching].tolist()
    outside = shapely.difference(valid[rows], above[reaching])
    size, whole = flat_sizes(outside)[0], flat_sizes(valid[rows])[0]
    kept = np.flatnonzero(size >= np.maximum(least_m2, OUTSIDE_SHARE * whole))
    for number, (lon, lat) in zip(kept.tolist(), spots(outside[kept]), strict=True):
        row, out_m2 = rows[number], float(size[number])
        values = {"parent": parents[row], "share": round(100.0 * out_m2 / float(whole[number]), 1)}
        yield Finding(Severity.WARNING, "parent.outside", (codes[row],), row, lon, lat, out_m2, values)
