"""Which point the fields of a place mean: a pin on the map, a place chosen from a list, or words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.db import Tx
from server.errors import InputError
from server.services import gazetteer
from server.services.drafts import is_blank
from server.services.gazetteer import FoundPlace
from server.services.people import Actor

__all__ = ["Fault", "Spotted", "address_of", "point_of"]

Fault = tuple[str, dict[str, Any]]
"""What is wrong with a field: code and values."""


@dataclass(frozen=True)
class Spotted:
    """What the fields of a place mean.

    Attributes
    ----------
    point : (lon, lat) or None
        WGS 84 degrees; None when they mean no place, or several.
    place : FoundPlace or None
        The one that was chosen or found.
    several : tuple of FoundPlace
        To choose from.
    faults : dict
        Field -> fault.
    """

    point: tuple[float, float] | None = None
    place: FoundPlace | None = None
    several: tuple[FoundPlace, ...] = ()
    faults: Mapping[str, Fault] = field(default_factory=dict)


def point_of(tx: Tx, actor: Actor, q: str, spot: str, lon: str, lat: str) -> Spotted:
    """Find out which point the fields of a place mean: a pin, else the place chosen, else the words.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Finds the cells of their own areas.
    q, spot : str
        Words to search the place by, and the reference of the one chosen.
    lon, lat : str
        The pin, WGS 84 degrees.
    """
    if lon.strip() or lat.strip():
        return _pinned(lon, lat)
    if spot:
        try:
            chosen = gazetteer.spot(tx, actor, spot)
        except InputError as error:
            return Spotted(faults={"q": (error.code, error.values)})
        return Spotted((chosen.lon, chosen.lat), chosen)
    if is_blank(q):
        return Spotted(faults={"q": ("field.missing", {"field": "place"})})
    found = gazetteer.find(tx, actor, q)
    certain = [one for one in found if one.match == "exact"]
    if len(certain) == 1:
        return Spotted((certain[0].lon, certain[0].lat), certain[0])
    code = "entry.several" if found else "entry.nowhere"
    return Spotted(several=tuple(found), faults={"q": (code, {"value": q[:80]})})


def _pinned(lon: str, lat: str) -> Spotted:
    numbers, faults = [], {}
    for name, said in (("lon", lon), ("lat", lat)):
        try:
            numbers.append(float(said))
        except ValueError:
            faults[name] = ("field.not_number", {"field": name, "value": said[:40]})
    return Spotted(None if faults else (numbers[0], numbers[1]), faults=faults)


def address_of(said: str, place: FoundPlace | None) -> str:
    """Join the place that was found and what was said of it; a cell's name is no address."""
    said = said.strip()
    if place is None or place.kind == "cell" or said.startswith(place.name):
        return said
    return f"{place.name} {said}".strip()
