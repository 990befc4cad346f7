"""Streets and water of the town: lines with names, widths and kinds, in the bent plane.

Pieces that run on across a crossing are one street and share a name: 街 from east to west, 路 from north to
south. A street crosses the river where it meets one from the other side, else it ends on the bank.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from server.demo.ground import bend
from server.demo.names import road_names
from server.demo.plan import RIVER, SEA
from server.demo.subdivide import ARTERIAL, COMMUNITY, INNER, LANE, Cut

__all__ = ["HALF_WIDTH", "Street", "Waters", "build_streets", "build_waters"]

HALF_WIDTH = {ARTERIAL: 15.0, COMMUNITY: 11.0, LANE: 7.0, INNER: 3.5}  # m, carriageway and pavements
_RIVER_HALF_WIDTH = 27.0  # m
_BANK = 58.0  # m, from the middle of the river to the riverside road
_SAME_PLACE = 2.0  # m
_STRAIGHT = np.deg2rad(24.0)
_STEP = 30.0  # m
_RING = "环城路"  # the street around the town


@dataclass(frozen=True, slots=True)
class Street:
    """One named street.

    Attributes
    ----------
    name : str
        Chinese name; empty for a nameless lane inside a compound.
    rank : int
        As in :mod:`server.demo.subdivide`.
    line : LineString or MultiLineString
        Metres of the bent plane.
    """

    name: str
    rank: int
    line: shapely.Geometry


@dataclass(frozen=True, slots=True)
class Waters:
    """The river and the sea of the bent plane.

    Attributes
    ----------
    river, sea : Polygon
        Metres.
    bank : Polygon
        The river and its green banks.
    riverside : tuple of LineString
        The road on the west bank, then the one on the east bank.
    """

    river: Polygon
    sea: Polygon
    bank: Polygon
    riverside: tuple[LineString, LineString]


def build_waters(district: Polygon) -> Waters:
    """Bend the river and the sea, and lay the riverside roads.

    Parameters
    ----------
    district : Polygon
        Bent metres; the riverside roads end at its border.

    Returns
    -------
    Waters
        In bent metres.
    """
    line = bend(shapely.segmentize(RIVER, _STEP))[0]
    wide = bend(shapely.segmentize(SEA, 60.0))[0]
    smooth = shapely.simplify(line, 2.0)
    sides = [shapely.offset_curve(smooth, distance, join_style="round") for distance in (_BANK, -_BANK)]
    west, east = (shapely.intersection(side, district) for side in sides)
    river = shapely.difference(shapely.buffer(line, _RIVER_HALF_WIDTH), wide)
    return Waters(river, wide, shapely.buffer(line, _BANK), (west, east))


def build_streets(cuts: Sequence[Cut], waters: Waters) -> tuple[Street, ...]:
    """Join cuts to streets and name them.

    Parameters
    ----------
    cuts : sequence of Cut
        Flat metres.
    waters : Waters
        Cell borders end at its banks.

    Returns
    -------
    tuple of Street
        The longest first; the riverside roads last.
    """
    lines = bend(shapely.segmentize([cut.line for cut in cuts], _STEP))
    ranks = np.array([cut.rank for cut in cuts])
    lines[ranks > COMMUNITY] = shapely.difference(lines[ranks > COMMUNITY], waters.bank)
    lines = shapely.difference(lines, waters.sea)
    groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(_joined(lines, ranks)):
        if not lines[row].is_empty:
            groups[group].append(row)
    lines = _ashore(lines, waters)
    merged = [(int(ranks[rows].min()), _merge(lines[rows])) for rows in groups.values()]
    merged = [street for street in merged if not street[1].is_empty]
    merged.sort(key=lambda street: (street[0], -street[1].length))
    named = _named(merged)
    banks = zip(("滨河西路", "滨河东路"), waters.riverside, strict=True)
    return (*named, *(Street(name, COMMUNITY, line) for name, line in banks))


def _ashore(lines: NDArray[np.object_], waters: Waters) -> NDArray[np.object_]:
    """End a street on the bank where it runs into the river and none goes on from the other side."""
    single = np.flatnonzero(shapely.get_type_id(lines) == 1)
    ends, rows = shapely.get_parts(shapely.boundary(lines[single]), return_index=True)
    wet = shapely.intersects(ends, waters.river)
    ends, rows = ends[wet], single[rows[wet]]
    met = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=_SAME_PLACE)[0]
    trimmed = lines.copy()
    for end in np.flatnonzero(np.bincount(met, minlength=len(ends)) == 1):
        water = shapely.intersection(waters.bank, shapely.buffer(ends[end], 3.0 * _BANK))
        trimmed[rows[end]] = shapely.difference(trimmed[rows[end]], water)
    return trimmed


def _merge(lines: NDArray[np.object_]) -> shapely.Geometry:
    return shapely.line_merge(shapely.union_all(lines, grid_size=0.05))


def _named(merged: Sequence[tuple[int, shapely.Geometry]]) -> list[Street]:
    pools = {"街": road_names("街"), "路": road_names("路")}
    streets: list[Street] = []
    for rank, line in merged:
        west, south, east, north = line.bounds
        suffix = "街" if east - west > north - south else "路"
        streets.append(Street(_RING if shapely.is_closed(line) else next(pools[suffix]), rank, line))
    return streets


def _joined(lines: NDArray[np.object_], ranks: NDArray[np.int_]) -> list[int]:
    """Group of each line: lines whose ends meet and that run on in the same direction share one."""
    ends = [(row, end) for row, line in enumerate(lines) for end in (0, -1) if line.geom_type == "LineString"]
    ends = [(row, end) for row, end in ends if not lines[row].is_empty]
    places = np.array([lines[row].coords[end] for row, end in ends])
    headings = np.array([_heading(lines[row], end) for row, end in ends])
    group = list(range(len(lines)))
    for i in range(len(ends)):
        near = np.flatnonzero(np.hypot(*(places[i + 1 :] - places[i]).T) < _SAME_PLACE) + i + 1
        for j in near:
            turn = (headings[i] - headings[j]) % (2.0 * np.pi) - np.pi
            a, b = ends[i][0], ends[j][0]
            if abs(turn) < _STRAIGHT and abs(ranks[a] - ranks[b]) <= 1 and group[a] != group[b]:
                group = [group[a] if g == group[b] else g for g in group]
    return group


def _heading(line: LineString, end: int) -> float:
    """Direction in which a line leaves its end, radians."""
    coords = np.asarray(line.coords)
    x, y = (coords[1] - coords[0]) if end == 0 else (coords[-2] - coords[-1])
    return float(np.arctan2(y, x))
