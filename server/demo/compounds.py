"""Group parcels into compounds (小区) and places, and name them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from server.demo.names import FIXED_COMPOUNDS, LANES, compound_names
from server.demo.parcels import Parcel, Use
from server.demo.plots import Plot

__all__ = ["Compound", "group_compounds"]

_STYLES = {
    "new": (("tower", 0.4), ("slab", 0.35), ("villa", 0.25)),
    "dense": (("slab", 0.9), ("tower", 0.1)),
    "mixed": (("slab", 0.72), ("tower", 0.2), ("villa", 0.08)),
    "old": (("court", 1.0),),
    "edge": (("slab", 0.5), ("tower", 0.25), ("villa", 0.25)),
}
_USE_STYLES = {
    Use.SCHOOL: "school",
    Use.KINDERGARTEN: "public",
    Use.MARKET: "hall",
    Use.PARK: "",
    Use.HOSPITAL: "public",
    Use.FACTORY: "hall",
    Use.OFFICE: "public",
}
_PLACE_NAMES = {
    Use.SCHOOL: ("{base}小学", "{base}中学", "{base}实验学校"),
    Use.KINDERGARTEN: ("{base}幼儿园", "{base}第二幼儿园"),
    Use.MARKET: ("{base}农贸市场", "{base}便民市场"),
    Use.PARK: ("{base}公园", "{base}游园", "{base}绿地"),
    Use.HOSPITAL: ("{base}医院", "{base}门诊部"),
    Use.FACTORY: ("{base}机械厂", "{base}食品厂", "{base}服装厂"),
    Use.OFFICE: ("{base}社区党群服务中心", "{base}社区服务站"),
}


@dataclass(frozen=True, slots=True)
class Compound:
    """Parcels that bear one name.

    Attributes
    ----------
    name : str
        Chinese name, unique in the town.
    use : Use
        What it is used for.
    style : str
        Kind of its buildings; empty for a park.
    parcels : tuple of int
        Rows of its parcels, in the order in which its buildings are numbered.
    """

    name: str
    use: Use
    style: str
    parcels: tuple[int, ...]


def group_compounds(
    parcels: Sequence[Parcel], plots: Sequence[Plot], rng: np.random.Generator
) -> tuple[Compound, ...]:
    """Name every parcel; neighbours in a cell, at times across its border, make one compound.

    Parameters
    ----------
    parcels : sequence of Parcel
        Of all cells, by cell.
    plots : sequence of Plot
        The cells.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    tuple of Compound
        Every parcel in exactly one of them.
    """
    fresh = compound_names(rng)
    lanes = iter(LANES)
    members: dict[str, list[int]] = {}
    styles: dict[str, str] = {}
    last = ""
    for row, parcel in enumerate(parcels):
        plot = plots[parcel.plot]
        if parcel.use is not Use.RESIDENTIAL:
            name = _place_name(parcel.use, plot, members)
            styles[name] = _USE_STYLES[parcel.use]
        else:
            fixed = FIXED_COMPOUNDS.get((plot.community, plot.number))
            old = plot.character == "old"
            joined = not fixed and _joins(last, parcel, parcels, members, rng)
            last = name = fixed or (last if joined else _free(lanes if old else fresh, members))
            styles.setdefault(name, _style(plot.character, rng))
        members.setdefault(name, []).append(row)
    return tuple(
        Compound(name, parcels[rows[0]].use, styles[name], tuple(rows)) for name, rows in members.items()
    )


def _free(names: Iterator[str], taken: dict[str, list[int]]) -> str:
    return next(name for name in names if name not in taken)


def _place_name(use: Use, plot: Plot, taken: dict[str, list[int]]) -> str:
    base = plot.community.removesuffix("社区")
    forms = (form.format(base=base) for form in _PLACE_NAMES[use])
    return next(name for name in forms if name not in taken)


def _joins(
    last: str,
    parcel: Parcel,
    parcels: Sequence[Parcel],
    members: dict[str, list[int]],
    rng: np.random.Generator,
) -> bool:
    """Tell whether a parcel belongs to the compound named before it."""
    if not last or len(members[last]) > 3 or last in FIXED_COMPOUNDS.values():
        return False
    before = parcels[members[last][-1]]
    if before.plot == parcel.plot:
        return bool(rng.random() < 0.5)
    return bool(shapely.distance(before.ground, parcel.ground) < 25.0 and rng.random() < 0.25)


def _style(character: str, rng: np.random.Generator) -> str:
    names, shares = zip(*_STYLES[character], strict=True)
    return str(rng.choice(names, p=shares))
