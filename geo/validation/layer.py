"""All checks of a layer, run together."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import parse_crs
from geo.validation.codes import check_codes, check_parents
from geo.validation.datums import suspect_datum, twins
from geo.validation.findings import Finding, in_order
from geo.validation.ground import Ground
from geo.validation.mending import mended
from geo.validation.places import LonLatBox, place
from geo.validation.schemes import CodeScheme
from geo.validation.topology import check_outside_parents, check_rings, check_slivers

__all__ = ["Tolerances", "validate"]

Shapes = NDArray[np.object_]
HOME_MARGIN_DEG = 1.0
"""How far from the known areas a layer of the same town may lie."""


@dataclass(frozen=True)
class Tolerances:
    """From which size on a leftover is told.

    Coordinates written to six decimals are off by up to 6 cm at each vertex, so that along 100 m of a
    common border two neighbours may differ by some 10 m² without anybody's fault; and no issue is lost
    in less, for a point in no cell goes to the nearest one within 50 m.

    Attributes
    ----------
    gap_m2, overlap_m2 : float
        Smaller gaps and overlaps are not told.
    sliver_m : float
        Gaps, overlaps and pieces of areas whose mean width (twice the area over the perimeter) is
        smaller are called slivers: leftovers of drawing, not ground.
    """

    gap_m2: float = 10.0
    overlap_m2: float = 10.0
    sliver_m: float = 1.0


def validate(
    frame: gpd.GeoDataFrame,
    *,
    scheme: CodeScheme | None = None,
    level: str | None = None,
    parents: gpd.GeoDataFrame | None = None,
    known_parents: Collection[str] | None = None,
    existing: gpd.GeoDataFrame | None = None,
    allow_outside_china: bool = False,
    is_crs_declared: bool = True,
    tolerances: Tolerances | None = None,
) -> list[Finding]:
    """Find everything that is wrong with a layer of areas.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Column ``code`` (text), optionally ``parent`` (text), geometry, and a CRS.
    scheme : CodeScheme, optional
        How codes are built; None: free text.
    level : str, optional
        Level of the areas, for the scheme.
    parents : geopandas.GeoDataFrame, optional
        Areas above: ``code`` and geometry (may be None) in WGS 84. Their codes count as known.
    known_parents : collection of str, optional
        Further codes that a parent may have. With neither, orphans are not looked for.
    existing : geopandas.GeoDataFrame, optional
        The same areas as known so far, ``code`` and geometry in WGS 84; for the datum only.
    allow_outside_china : bool
        Whether places outside China are fine.
    is_crs_declared : bool
        Whether the file itself names its coordinate system; for the datum only.
    tolerances : Tolerances, optional
        From which size on leftovers are told.

    Returns
    -------
    list of Finding
        All of them; errors first, then warnings, then hints, each by code, size, row. Errors:
        ``code.missing code.duplicate code.unusable code.scheme parent.missing parent.orphan
        parent.wrong geometry.empty geometry.type ring.invalid coordinate.not_finite
        coordinate.off_globe coordinate.null_island axes.swapped outside.china``. Warnings:
        ``gap overlap sliver overlap.too_many parent.outside``. Hints: ``datum.gcj02 datum.bd09
        datum.gcj02_possible``.

    Raises
    ------
    CrsError
        The frame has no CRS, or one without a way to WGS 84.
    """
    crs = parse_crs(frame.crs)
    limits = tolerances or Tolerances()
    codes, above = _texts(frame, "code"), _texts(frame, "parent")
    given = np.asarray(frame.geometry.to_numpy(), dtype=object)
    known = _known_places(parents, existing)
    placed = place(given, crs, codes, home=_home(known), allow_outside_china=allow_outside_china)
    valid = mended(placed.shapes)
    findings = [*check_codes(codes, scheme, level), *placed.findings]
    if "parent" in frame.columns:
        findings += check_parents(codes, above, _known_codes(parents, known_parents), scheme)
    findings += check_rings(given, placed.shapes, valid, codes)
    ground = Ground(valid, codes, limits.sliver_m)
    findings += [*ground.gaps(limits.gap_m2), *ground.overlaps(limits.overlap_m2)]
    findings += check_slivers(valid, codes, limits.sliver_m)
    findings += check_outside_parents(valid, codes, above, _polygons(parents), limits.gap_m2)
    pairs = twins(codes, above, valid, known)
    findings += suspect_datum(placed.shapes, pairs, is_declared=is_crs_declared)
    return in_order(findings)


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    """Read a column as text; empty where it is absent or holds nothing."""
    if column not in frame.columns:
        return [""] * len(frame)
    return ["" if pd.isna(value) else str(value).strip() for value in frame[column]]


def _known_codes(parents: gpd.GeoDataFrame | None, known: Collection[str] | None) -> set[str] | None:
    if parents is None and known is None:
        return None
    return set(known or ()) | (set(parents["code"]) if parents is not None else set())


def _known_places(*frames: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Put together what has a polygon, valid."""
    codes: list[str] = []
    shapes: list[Any] = []
    for frame in frames:
        for code, shape in _polygons(frame).items():
            codes.append(code)
            shapes.append(shape)
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326) if codes else None


def _polygons(frame: gpd.GeoDataFrame | None) -> dict[str, shapely.Geometry]:
    if frame is None:
        return {}
    valid = mended(np.asarray(frame.geometry.to_numpy(), dtype=object))
    return {code: shape for code, shape in zip(frame["code"], valid, strict=True) if shape is not None}


def _home(known: gpd.GeoDataFrame | None) -> LonLatBox | None:
    if known is None:
        return None
    return LonLatBox(*known.total_bounds.tolist()).widened(HOME_MARGIN_DEG)
