"""The gazetteer: compounds, buildings, roads, landmarks and cells by name.

Every process keeps the names until they change. How they are spelled is :mod:`server.services.place_names`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import shapely
from rapidfuzz import fuzz, process
from sqlalchemy import select

from geo.crs import distance_m
from server.db import Tx
from server.errors import InputError
from server.models import Area, Boundary, Place
from server.services import areas, grid_above
from server.services.areas import pinyin_of, visible_paths
from server.services.locating import open_locator
from server.services.marks import PLACES, mark, set_mark
from server.services.people import Actor
from server.services.place_names import building_of, is_within, plain
from server.uids import uuid7

__all__ = ["KINDS", "MATCHES", "MOST", "FoundPlace", "Kept", "NewPlace", "find", "keep", "spot"]

KINDS = ("compound", "building", "road", "landmark")
MATCHES = ("exact", "prefix", "contains", "pinyin", "similar", "near")
MOST = 50
NEAR_M = 300.0  # without any words, what lies within this distance of the point is found
_LOOKED_AT = 60  # the best so many are asked for their cells
_SIMILAR = 60.0  # least likeness of 100
_SAYS_MORE = 4  # a name of so many characters may be a part of what was said


@dataclass(frozen=True)
class NewPlace:
    """A place to be kept.

    Attributes
    ----------
    external_key : str
        Identity where it comes from; the same one again changes the place.
    name, kind, address : str
        Kind as in :data:`KINDS`; the address may be empty.
    lon, lat : float
        WGS 84 degrees.
    """

    external_key: str
    name: str
    kind: str
    address: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Kept:
    """How many places were added, changed, and found to be just so."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True)
class FoundPlace:
    """A place that fits the words.

    Attributes
    ----------
    ref : str
        ``place:ID`` or ``cell:CODE``; :func:`spot` reads it.
    kind : str
        One of :data:`KINDS`, or ``cell``.
    name, address : str
        As kept.
    lon, lat : float
        WGS 84 degrees; a point inside, for a cell.
    cell : tuple of str or None
        Code and name of the cell it lies in.
    match : str
        How it fits, see :data:`MATCHES`.
    distance_m : float or None
        From the point asked about.
    """

    ref: str
    kind: str
    name: str
    address: str
    lon: float
    lat: float
    cell: tuple[str, str] | None
    match: str
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """A name as a process keeps it; a cell has a path and no position."""

    ref: str
    kind: str
    name: str
    address: str
    key: str
    whole: str  # the address, plain
    pinyin: str
    lon: float = 0.0
    lat: float = 0.0
    path: str = ""


def keep(tx: Tx, places: Iterable[NewPlace]) -> Kept:
    """Add places, or change those with a known key.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    places : Iterable of NewPlace
        Checked.
    """
    known = {one.external_key: one for one in tx.session.scalars(select(Place))}
    new = changed = same = 0
    for place in places:
        values = {**vars(place), "pinyin": pinyin_of(plain(place.name))}
        old = known.get(place.external_key)
        if old is None:
            known[place.external_key] = added = Place(**values)
            tx.session.add(added)
            new += 1
        elif any(getattr(old, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(old, name, value)
            changed += 1
        else:
            same += 1
    tx.session.flush()
    set_mark(tx, PLACES, str(uuid7(tx.now)))
    return Kept(new, changed, same)


def find(
    tx: Tx, actor: Actor, words: str, *, near: tuple[float, float] | None = None, limit: int = 8
) -> list[FoundPlace]:
    """Find places by words: exact names first, then beginnings, parts, pinyin, and what is spelled alike.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Finds the cells of their own areas, and every other place; of equal ones theirs come first.
    words : str
        Name, address, pinyin (whole or initials), or code of a cell.
    near : (lon, lat), optional
        WGS 84 degrees; of equal ones the nearer come first. Without words: what lies around.
    limit : int
        At most so many, 1 to :data:`MOST`.
    """
    key, limit = building_of(plain(words[:200])), max(1, min(limit, MOST))
    known = [*_places(tx), *_cells(tx, actor)]
    if key:
        fits = list(_fitting(known, key))
        if len(fits) < limit:
            taken = {one.ref for _, one in fits}
            fits += _alike([one for one in known if one.ref not in taken], key, limit)
    else:
        fits = [(MATCHES.index("near"), one) for one in known if one.kind != "cell"] if near else []
    far = _metres(near, fits)
    order = sorted(range(len(fits)), key=lambda row: (fits[row][0], far[row], len(fits[row][1].key)))
    found = _told(tx, actor, [fits[row] for row in order[: max(_LOOKED_AT, limit)]], near)
    if near and not key:
        return [one for one in found if (one.distance_m or 0) <= NEAR_M][:limit]
    return found[:limit]


def spot(tx: Tx, actor: Actor, ref: str) -> FoundPlace:
    """Give the place that a reference of :class:`FoundPlace` means.

    Raises
    ------
    InputError
        There is none (any more), or it is a cell elsewhere.
    """
    kind, _, _key = ref.partition(":")
    among = _cells(tx, actor) if kind == "cell" else _places(tx)
    known = next((one for one in among if one.ref == ref), None)
    if known is None:
        raise InputError("gazetteer.unknown", field="place", value=ref[:80])
    return _told(tx, actor, [(0, known)], None)[0]


def _places(tx: Tx) -> list[_Known]:
    state = mark(tx, PLACES)
    kept = tx.store.shelf.get("places")
    if kept is None or kept[0] != state:
        rows = tx.session.execute(select(Place.id, Place.name, Place.kind, Place.address, Place.pinyin, Place.lon,
                                         Place.lat).order_by(Place.id)).all()  # fmt: skip
        names = [
            _Known(f"place:{key}", kind, name, address, plain(name), plain(address), pinyin, lon, lat)
            for key, name, kind, address, pinyin, lon, lat in rows
        ]
        kept = tx.store.shelf["places"] = (state, names)
    found: list[_Known] = kept[1]
    return found


def _cells(tx: Tx, actor: Actor) -> list[_Known]:
    state = areas.layout(tx)
    kept = tx.store.shelf.get("cell_names")
    if kept is None or kept[0] != state:
        query = select(Area.code, Area.name, Area.pinyin, Area.path).where(Area.level == "cell")
        rows = tx.session.execute(query.where(Area.retired_grid_id.is_(None)).order_by(Area.code)).all()
        names = [
            _Known(f"cell:{code}", "cell", name, code, plain(name), plain(code), pinyin, path=path)
            for code, name, pinyin, path in rows
        ]
        kept = tx.store.shelf["cell_names"] = (state, names)
    mine = visible_paths(actor)
    return [one for one in kept[1] if one.path.startswith(mine)]


def _fitting(known: list[_Known], key: str) -> Iterator[tuple[int, _Known]]:
    matches = ((_match(one, key, key.isascii()), one) for one in known)
    yield from ((match, one) for match, one in matches if match is not None)


def _match(one: _Known, key: str, latin: bool) -> int | None:
    name, whole = one.key, one.whole
    if key in name or key in whole:
        if key in (name, whole):
            return 0
        if name.startswith(key) or whole.startswith(key):
            return 1
        return 2 if is_within(key, name) or is_within(key, whole) else None
    if name in key and len(name) >= _SAYS_MORE and is_within(name, key):
        return 2
    if latin and key in one.pinyin and any(part.startswith(key) for part in one.pinyin.split(" ")):
        return 3
    return None


def _alike(known: list[_Known], key: str, limit: int) -> list[tuple[int, _Known]]:
    names = [one.key for one in known]
    best = process.extract(key, names, scorer=fuzz.ratio, score_cutoff=_SIMILAR, limit=limit)
    return [(MATCHES.index("similar"), known[place]) for _, _, place in best]


def _metres(near: tuple[float, float] | None, fits: list[tuple[int, _Known]]) -> list[float]:
    """Measure from the point asked about; 0 without one, and for cells."""
    if near is None or not fits:
        return [0.0] * len(fits)
    far = distance_m(*near, [one.lon for _, one in fits], [one.lat for _, one in fits]).tolist()
    return [0.0 if one.kind == "cell" else metres for (_, one), metres in zip(fits, far, strict=True)]


def _told(
    tx: Tx, actor: Actor, fits: list[tuple[int, _Known]], near: tuple[float, float] | None
) -> list[FoundPlace]:
    """Tell where each lies: a cell's point inside it, the cell around every other place."""
    points = _points_inside(tx, [one.address for _, one in fits if one.kind == "cell"])
    found = []
    for (match, one), metres in zip(fits, _metres(near, fits), strict=True):
        lon, lat = points.get(one.address, (one.lon, one.lat)) if one.kind == "cell" else (one.lon, one.lat)
        cell = (one.address, one.name) if one.kind == "cell" else None
        address = "" if one.kind == "cell" else one.address
        far = metres if near and one.kind != "cell" else None
        found.append(FoundPlace(one.ref, one.kind, one.name, address, lon, lat, cell, MATCHES[match], far))
    return _in_cells(tx, actor, found)


def _points_inside(tx: Tx, codes: list[str]) -> dict[str, tuple[float, float]]:
    if not codes:
        return {}
    current = (Boundary.level == "cell", Boundary.last_grid_id.is_(None), Boundary.code.in_(codes))
    rows = tx.session.execute(select(Boundary.code, Boundary.geom).where(*current)).all()
    points: dict[str, Any] = {code: shapely.point_on_surface(geom) for code, geom in rows}
    return {code: (point.x, point.y) for code, point in points.items()}


def _in_cells(tx: Tx, actor: Actor, found: list[FoundPlace]) -> list[FoundPlace]:
    """Tell the cell of each; those of the actor's areas come before equal ones elsewhere."""
    grid = open_locator(tx)
    if grid is None or not found:
        return found
    nearest_m = tx.config.nearest_m
    where = grid.locator.place([one.lon for one in found], [one.lat for one in found], nearest_m=nearest_m)
    paths, mine = grid_above.paths_of(tx, grid, where.row), visible_paths(actor)
    told = []
    for one, row in zip(found, where.row.tolist(), strict=True):
        cell = (str(grid.codes[row]), grid.names[row]) if row >= 0 else None
        own = row >= 0 and paths[int(grid.area_ids[row])].startswith(mine)
        told.append((MATCHES.index(one.match), not own, replace(one, cell=one.cell or cell)))
    return [one for _match, _own, one in sorted(told, key=lambda fit: fit[:2])]
