"""Build the compounds up: footprints, floors, households and numbers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.demo.buildings import STYLES, Footprint, place_buildings
from server.demo.compounds import Compound
from server.demo.dwellings import floors_of, households_of, thinned
from server.demo.parcels import Parcel, Use
from server.demo.plots import Plot

__all__ = ["Home", "build_homes"]

_FEWEST, _MOST = 305, 495  # households of a cell


@dataclass(frozen=True, slots=True)
class Home:
    """One building, lived in or not.

    Attributes
    ----------
    compound : int
        Row of its compound.
    number : int
        幢 or 号, 1, 2, ... within the compound.
    footprint : Footprint
        Its outline and entrances.
    floors, households : int
        Of the building; nobody lives in a school.
    """

    compound: int
    number: int
    footprint: Footprint
    floors: int
    households: int


def build_homes(
    compounds: Sequence[Compound], parcels: Sequence[Parcel], plots: Sequence[Plot], rng: np.random.Generator
) -> tuple[Home, ...]:
    """Build on every parcel and let 300 to 500 households live in every cell.

    Parameters
    ----------
    compounds : sequence of Compound
        Tell style and order.
    parcels : sequence of Parcel
        The ground.
    plots : sequence of Plot
        The cells.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    tuple of Home
        By compound and number.
    """
    placed = [
        (row, footprint)
        for row, compound in enumerate(compounds)
        if compound.style
        for parcel in compound.parcels
        for footprint in place_buildings(parcel, parcels[parcel], STYLES[compound.style], rng)
    ]
    lived_in: dict[int, list[int]] = defaultdict(list)
    for item, (row, footprint) in enumerate(placed):
        if compounds[row].use is Use.RESIDENTIAL:
            lived_in[parcels[footprint.parcel].plot].append(item)
    floors = {
        item: int(
            rng.integers(STYLES[compounds[row].style].floors[0], STYLES[compounds[row].style].floors[1] + 1)
        )
        for item, (row, _) in enumerate(placed)
        if compounds[row].use is not Use.RESIDENTIAL
    }
    households: dict[int, int] = {}
    for plot in range(len(plots)):
        _people(lived_in[plot], placed, compounds, floors, households, rng)
    return _numbered(placed, floors, households)


def _people(
    items: list[int],
    placed: Sequence[tuple[int, Footprint]],
    compounds: Sequence[Compound],
    floors: dict[int, int],
    households: dict[int, int],
    rng: np.random.Generator,
) -> None:
    """Settle one cell: fill in floors and households of the buildings that stay."""
    styles = [compounds[placed[item][0]].style for item in items]
    kept = thinned([placed[item][1] for item in items], styles, rng)
    items, styles = [items[row] for row in kept], [styles[row] for row in kept]
    footprints = [placed[item][1] for item in items]
    names = [compounds[placed[item][0]].name for item in items]
    target = int(rng.integers(_FEWEST, _MOST + 1))
    high = floors_of(footprints, styles, names, target)
    floors.update(zip(items, high.tolist(), strict=True))
    households.update(zip(items, households_of(footprints, styles, high, target).tolist(), strict=True))


def _numbered(
    placed: Sequence[tuple[int, Footprint]], floors: dict[int, int], households: dict[int, int]
) -> tuple[Home, ...]:
    homes: list[Home] = []
    number, last = 0, -1
    for item, (row, footprint) in enumerate(placed):
        if item in floors:
            number = number + 1 if row == last else 1
            last = row
            homes.append(Home(row, number, footprint, floors[item], households.get(item, 0)))
    return tuple(homes)
