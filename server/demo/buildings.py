"""Put buildings on parcels in rows that face south."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from server.demo.parcels import Parcel

__all__ = ["STYLES", "Footprint", "Style", "place_buildings"]


@dataclass(frozen=True, slots=True)
class Style:
    """How the buildings of a compound look.

    Attributes
    ----------
    depth, pitch, gap : float
        Metres: depth of a building, distance of rows, gap between buildings of a row.
    lengths : tuple of (int, float)
        Entrances and length in metres of each type, used in turn at random.
    dwellings : int
        Per entrance and floor; 0 where nobody lives.
    floors : tuple of int
        Lowest, usual and highest number of floors.
    most : int
        At most so many buildings on one parcel.
    """

    depth: float
    pitch: float
    gap: float
    lengths: tuple[tuple[int, float], ...]
    dwellings: int
    floors: tuple[int, int, int]
    most: int = 999


STYLES = {
    "slab": Style(12.5, 27.0, 9.0, ((2, 33.0), (3, 49.0), (4, 65.0), (3, 49.0)), 2, (3, 6, 11)),
    "tower": Style(17.0, 50.0, 22.0, ((1, 25.0), (2, 46.0)), 4, (6, 18, 33)),
    "villa": Style(11.0, 27.0, 9.0, ((1, 16.0), (2, 31.0)), 2, (3, 4, 6)),
    "court": Style(8.0, 15.0, 2.5, ((1, 11.0), (1, 13.0)), 2, (1, 2, 3)),
    "school": Style(13.0, 38.0, 16.0, ((3, 56.0), (2, 40.0)), 0, (2, 4, 5), 4),
    "public": Style(16.0, 40.0, 14.0, ((2, 38.0), (1, 24.0)), 0, (2, 4, 8), 3),
    "hall": Style(30.0, 48.0, 14.0, ((2, 62.0), (1, 44.0)), 0, (1, 1, 2), 5),
}


@dataclass(frozen=True, slots=True)
class Footprint:
    """One building without its name.

    Attributes
    ----------
    parcel : int
        Row of its parcel.
    entrances : int
        单元.
    outline : Polygon
        Metres of the bent plane.
    """

    parcel: int
    entrances: int
    outline: Polygon


def place_buildings(row: int, parcel: Parcel, style: Style, rng: np.random.Generator) -> list[Footprint]:
    """Fill a parcel with rows of buildings.

    Parameters
    ----------
    row : int
        Row of the parcel, kept in the result.
    parcel : Parcel
        Its ground; no building leaves it.
    style : Style
        What is built.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    list of Footprint
        From the northern row to the southern, each from west to east; may be empty.
    """
    middle = np.array(parcel.ground.centroid.coords[0])
    cos, sin = np.cos(parcel.turn), np.sin(parcel.turn)
    turn = np.array([[cos, sin], [-sin, cos]])
    local = shapely.transform(parcel.ground, lambda xy: (xy - middle) @ turn.T)
    boxes: list[tuple[float, float, float]] = []
    entrances: list[int] = []
    for y, west, east in _rows(local, style, rng):
        for count, start, length in _series(west, east, style, rng):
            boxes.append((start, y, length))
            entrances.append(count)
    outlines = _boxes(np.array(boxes).reshape(-1, 3), style.depth)
    inside = shapely.contains_properly(local, outlines)
    turned = shapely.transform(outlines, lambda xy: xy @ turn + middle)
    kept = [Footprint(row, entrances[i], turned[i]) for i in np.flatnonzero(inside)]
    return kept[: style.most]


def _rows(local: Polygon, style: Style, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Free stretches (y, west, east) for rows of buildings, north to south."""
    west, south, east, north = local.bounds
    slack = (north - south - style.depth) % style.pitch
    first = north - style.depth / 2.0 - min(slack / 2.0, style.pitch / 3.0) - rng.uniform(0.0, 1.5)
    ys = np.arange(first, south + style.depth / 2.0, -style.pitch)
    if not ys.size:
        return []
    strips = shapely.box(west - 1.0, ys - style.depth / 2.0, east + 1.0, ys + style.depth / 2.0)
    outside = shapely.difference(strips, local)
    stretches: list[tuple[float, float, float]] = []
    for y, blocked in zip(ys, outside, strict=True):
        edges = shapely.bounds(shapely.get_parts(blocked))[:, [0, 2]]
        edges = edges[np.argsort(edges[:, 0])]
        reach = west - 1.0
        for low, high in [*edges, (east + 1.0, east + 1.0)]:
            if low - reach > style.lengths[0][1]:
                stretches.append((float(y), float(reach), float(low)))
            reach = max(reach, high)
    return stretches


def _series(
    west: float, east: float, style: Style, rng: np.random.Generator
) -> list[tuple[int, float, float]]:
    """Line up buildings (entrances, start, length), spread over a stretch."""
    chosen: list[tuple[int, float]] = []
    free = east - west
    while True:
        fitting = [kind for kind in style.lengths if kind[1] <= free]
        if not fitting:
            break
        kind = fitting[int(rng.integers(len(fitting)))]
        chosen.append(kind)
        free -= kind[1] + style.gap
    spread = max(0.0, free + style.gap) / (len(chosen) + 1)
    start, series = west + min(spread, 8.0), []
    for count, length in chosen:
        series.append((count, start, length))
        start += length + style.gap + min(spread, 8.0)
    return series


def _boxes(boxes: NDArray[np.float64], depth: float) -> NDArray[np.object_]:
    start, y, length = boxes.T
    return np.atleast_1d(shapely.box(start, y - depth / 2.0, start + length, y + depth / 2.0))
