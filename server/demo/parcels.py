"""Cut each cell into parcels by inner lanes and give every parcel its use."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from server.demo.ground import bend
from server.demo.plots import Plot
from server.demo.streets import HALF_WIDTH, Street, Waters
from server.demo.subdivide import INNER, Divider

__all__ = ["Parcel", "Use", "build_parcels"]

_HECTARES = {"new": 1.8, "dense": 1.5, "mixed": 1.6, "old": 0.55, "edge": 1.9}  # wished size of a parcel
_GRID = 0.01  # m, precision of parcels
_SET_BACK = -2.5  # m
_SMALLEST = 900.0  # m², below it a parcel is left green
_WANTED = {
    "new": ("office", "school", "park", "kindergarten", "market", "park"),
    "dense": ("office", "market", "school", "park", "kindergarten"),
    "mixed": ("office", "school", "market", "park", "kindergarten", "factory"),
    "old": ("office", "school", "market"),
    "edge": ("park", "office", "school", "factory", "market"),
}


class Use(StrEnum):
    """What a parcel is used for; the values are those of map landuse where one fits."""

    RESIDENTIAL = "residential"
    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    MARKET = "market"
    PARK = "park"
    HOSPITAL = "hospital"
    FACTORY = "factory"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of a cell that can be built on.

    Attributes
    ----------
    plot : int
        Row of its cell.
    use : Use
        What it is used for.
    ground : Polygon
        Metres of the bent plane, without streets, water and set-back.
    turn : float
        Direction of the local east, radians from x.
    """

    plot: int
    use: Use
    ground: Polygon
    turn: float


def build_parcels(
    plots: Sequence[Plot], streets: Sequence[Street], waters: Waters, rng: np.random.Generator
) -> tuple[list[Parcel], list[Street]]:
    """Cut all cells into parcels.

    Parameters
    ----------
    plots : sequence of Plot
        The cells.
    streets : sequence of Street
        Parcels keep off them.
    waters : Waters
        Parcels keep off its banks.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    parcels : list of Parcel
        By cell.
    lanes : list of Street
        The nameless lanes between the parcels of a cell.
    """
    corridors = [shapely.buffer(street.line, HALF_WIDTH[street.rank]) for street in streets]
    corridors.append(shapely.buffer(waters.bank, HALF_WIDTH[streets[-1].rank]))
    tree = shapely.STRtree(corridors)
    parcels: list[Parcel] = []
    lanes: list[Street] = []
    for row, plot in enumerate(plots):
        flat, inner = _cut(plot, rng)
        taken = shapely.union_all(np.asarray(corridors, dtype=object)[tree.query(plot.plane)])
        lines = bend(inner) if len(inner) else inner
        lanes += [
            Street("", INNER, line) for line in shapely.difference(lines, waters.bank) if not line.is_empty
        ]
        if len(inner):
            taken = shapely.union(taken, shapely.union_all(shapely.buffer(lines, HALF_WIDTH[INNER])))
        grounds = shapely.buffer(
            shapely.difference(shapely.buffer(bend(flat), 0.0), taken, grid_size=_GRID), _SET_BACK
        )
        turns = _turns(flat)
        parcels += [
            Parcel(row, Use.RESIDENTIAL, _largest(ground), turn)
            for ground, turn in zip(grounds, turns, strict=True)
            if ground.area > _SMALLEST
        ]
    return _assigned(parcels, plots, rng), lanes


def _cut(plot: Plot, rng: np.random.Generator) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    count = max(2, round(plot.flat.area / 1e4 / _HECTARES[plot.character]))
    divider = Divider(rng)
    pieces = divider.divide(plot.flat, list(rng.uniform(0.75, 1.25, count)), (INNER,))
    lines = shapely.segmentize([cut.line for cut in divider.cuts], 30.0)
    grounds = shapely.set_precision(np.array(pieces, dtype=object), _GRID)
    return shapely.segmentize(grounds, 30.0), np.asarray(lines, dtype=object)


def _turns(flat: NDArray[np.object_]) -> NDArray[np.float64]:
    middle = shapely.get_coordinates(shapely.centroid(flat))
    step = np.array([10.0, 0.0])
    west, east = (shapely.get_coordinates(bend(shapely.points(middle + shift))) for shift in (-step, step))
    return np.asarray(np.arctan2(*(east - west).T[::-1]))


def _largest(ground: shapely.Geometry) -> Polygon:
    return max(shapely.get_parts(ground), key=lambda part: part.area)


def _assigned(parcels: list[Parcel], plots: Sequence[Plot], rng: np.random.Generator) -> list[Parcel]:
    """Give each community its office, school, market and so on; the rest stays residential."""
    members: dict[str, list[int]] = defaultdict(list)
    for row, parcel in enumerate(parcels):
        members[plots[parcel.plot].community_code].append(row)
    uses: dict[int, Use] = {}
    for place, rows in enumerate(members.values()):
        plot = plots[parcels[rows[0]].plot]
        wanted = [Use(use) for use in _WANTED[plot.character]]
        if place % 9 == 4:
            wanted.insert(1, Use.HOSPITAL)
        free = _spare(rows, parcels, plot.character, rng)
        for use in wanted:
            if not free:
                break
            small = use in {Use.OFFICE, Use.MARKET, Use.KINDERGARTEN}
            chosen = (min if small else max)(free[:6], key=lambda row: parcels[row].ground.area)
            uses[chosen] = use
            free = [row for row in free if parcels[row].plot != parcels[chosen].plot]
    return [replace(parcel, use=uses.get(row, parcel.use)) for row, parcel in enumerate(parcels)]


def _spare(rows: list[int], parcels: list[Parcel], character: str, rng: np.random.Generator) -> list[int]:
    """Shuffle the parcels that a cell can spare: those of cells with at least three."""
    count: dict[int, int] = defaultdict(int)
    for row in rows:
        count[parcels[row].plot] += 1
    least = 5 if character == "old" else 3
    return [int(row) for row in rng.permutation(rows) if count[parcels[row].plot] >= least]
