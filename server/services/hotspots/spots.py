"""Hot spots as somebody may be told of them: those in their own areas, each with the list of its issues."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select

from server.db import Tx
from server.errors import NotFound
from server.models import Issue
from server.services.areas import path_of
from server.services.columns import Columns, Rows, columns_of, conditions
from server.services.columns.tree import tree_of
from server.services.filters import Filters
from server.services.hotspots.asked import ALL, EACH, Asked, Weeks
from server.services.hotspots.buildings import Where, where_of
from server.services.hotspots.finding import FEWEST_ISSUES, FEWEST_UNITS, Judged, judged
from server.services.hotspots.ground import BAND, Frame, Ground, frame_of, own_paths
from server.services.hotspots.parts import Part, parts_of
from server.services.people import Actor
from server.services.statistics.indicators import said
from server.services.statistics.shapes import Query

__all__ = ["MOST", "Found", "Short", "Spot", "find", "one"]

MOST = 100
"""Spots told; the highest first."""
PLACES_READ = 2_000
WHERE_KEPT = 2_000  # spots whose buildings are kept
DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Spot:
    """A hot spot.

    Attributes
    ----------
    key : str
        Of the cell, or of the square with the highest score.
    cell, name, path : str
        The cell that it is, or that this square lies in.
    category : str
        Code; "" for all together.
    course : str
        One of :data:`geo.emerging.COURSES` but ``none``.
    weeks : int
        In a row, up to the last one, in which it was hot; 0 when it fades and is not hot now.
    z, q : float
        Gi* of the last week, and its p adjusted for the false discovery rate.
    units : int
        Cells or squares together.
    counts : tuple of int
        Issues by week, oldest first, in these units.
    count : int
        Issues that ``query`` lists for the asker.
    query : Query
        The issues of the weeks in a row; of squares those in the box around them.
    geometry : shapely geometry
        Outline, WGS 84 degrees.
    where : Where or None
        Buildings that these issues speak of.
    """

    key: str
    cell: str
    name: str
    path: str
    category: str
    course: str
    weeks: int
    z: float
    q: float
    units: int
    counts: tuple[int, ...]
    count: int
    query: Query
    geometry: Any
    where: Where | None

    @property
    def values(self) -> dict[str, Any]:
        """What its sentence is made of; codes and numbers, fit to be kept with an issue."""
        told = {"place": self.name, "category": self.category, "course": self.course, "weeks": self.weeks}
        where = None if self.where is None else {**asdict(self.where), "numbers": list(self.where.numbers)}
        return {**told, "z": round(self.z, 2), "where": where}


@dataclass(frozen=True)
class Short:
    """Why there is no answer.

    Attributes
    ----------
    code : str
        ``hotspot.no_area``, ``hotspot.few_units``, ``hotspot.few_issues``.
    values : dict
        How many there are, and how many it takes.
    """

    code: str
    values: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Found:
    """The hot spots of somebody's areas.

    Attributes
    ----------
    asked : Asked
        The question.
    frame : Frame or None
        What they stand out of.
    weeks : Weeks
        When.
    tested, issues : int
        Units compared, and issues counted in the categories that were told of.
    is_by_household : bool
        Whether counts were related to households; else they are counts as they are.
    side_m, band_m : float or None
        Of squares: their side, and how far neighbours lie.
    spots : tuple of Spot
        The highest score first; at most :data:`MOST`.
    few : tuple of str
        Categories with too few issues to tell, where each was asked for.
    short : Short or None
        Why nothing could be told at all.
    """

    asked: Asked
    frame: Frame | None
    weeks: Weeks
    tested: int = 0
    issues: int = 0
    is_by_household: bool = False
    side_m: float | None = None
    band_m: float | None = None
    spots: tuple[Spot, ...] = ()
    few: tuple[str, ...] = ()
    short: Short | None = None


def find(tx: Tx, actor: Actor, asked: Asked) -> Found:
    """Find the hot spots in an actor's areas.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks; see the package for what is compared and what is told.
    asked : Asked
        Of what.

    Raises
    ------
    NotFound
        There is no such area, or none that the actor's reach.
    """
    weeks = Weeks.before(tx.now, asked.weeks, tx.config.zone)
    base = path_of(tx, actor, asked.area) if asked.area else "/"
    frame = frame_of(tx, actor)
    if frame is None:
        return Found(asked, None, weeks, short=Short("hotspot.no_area", {}))
    ground, every = judged(tx, frame, asked, weeks)
    lattice = ground.lattice
    told = [one for one in every if one.answer is not None]
    few = tuple(one.category for one in every if one.answer is None) if asked.category == EACH else ()
    owned = _owned(ground, own_paths(actor), base)
    raw = [part for one in told for part in parts_of(one, ground, owned)]
    raw.sort(key=lambda part: (-part.z, part.path, part.category))
    finder = _finder(tx, actor, weeks, ground)
    return Found(
        asked, frame, weeks, len(ground.keys), sum(one.issues for one in told), ground.is_by_household,
        None if lattice is None else lattice.side_m, None if lattice is None else BAND * lattice.side_m,
        tuple(finder.spot(part) for part in raw[:MOST]), few, _short(ground, every, told),
    )  # fmt: skip


def one(tx: Tx, actor: Actor, asked: Asked, key: str, category: str) -> Spot:
    """Find one hot spot again.

    Parameters
    ----------
    tx, actor, asked :
        As of :func:`find`.
    key, category : str
        Of the spot.

    Raises
    ------
    NotFound
        It is none (any more), or lies in nobody's area of theirs: both look the same.
    """
    wanted = Asked(asked.units, category or ALL, asked.weeks, asked.area)
    spots = find(tx, actor, wanted).spots
    spot = next((spot for spot in spots if (spot.key, spot.category) == (key, category)), None)
    if spot is None:
        raise NotFound("hotspot.gone")
    return spot


def _short(ground: Ground, every: Iterable[Judged], told: list[Judged]) -> Short | None:
    if told:
        return None
    if len(ground.keys) < FEWEST_UNITS:
        return Short("hotspot.few_units", {"count": len(ground.keys), "least": FEWEST_UNITS})
    most = max((one.issues for one in every), default=0)
    return Short("hotspot.few_issues", {"count": most, "least": FEWEST_ISSUES})


def _owned(ground: Ground, own: tuple[str, ...], base: str) -> NDArray[np.bool_]:
    kept = (path.startswith(base) and path.startswith(own) for path in ground.paths)
    return np.fromiter(kept, dtype=np.bool_, count=len(ground.paths))


def _finder(tx: Tx, actor: Actor, weeks: Weeks, ground: Ground) -> "_Finder":
    columns = columns_of(tx)
    within = Filters(since=weeks.edges[0], until=weeks.edges[-1])
    return _Finder(tx, actor, weeks, ground, columns, columns.found(tx, actor, within))


@dataclass(frozen=True, eq=False)
class _Finder:
    """Finds the issues behind a spot, among those of the weeks that the actor may see."""

    tx: Tx
    actor: Actor
    weeks: Weeks
    ground: Ground
    columns: Columns
    rows: tuple[Rows, ...]

    def spot(self, part: Part) -> Spot:
        """Tell a part as a spot: with its outline, the list of its issues, and the buildings they speak of."""
        peak = int(part.units[0])
        shape = shapely.union_all(self.ground.geometry[part.units])
        cell = part.path.strip("/").rsplit("/", 1)[-1]
        span = part.weeks or len(self.weeks)
        since, until = self.weeks.last(span)
        zone = self.tx.config.zone
        query = {"area": cell} if self.ground.lattice is None else {"bbox": _box(shape)}
        if part.category:
            query["category"] = part.category
        query |= {"since": said(since, zone), "until": said(until, zone, end=True)}
        ids = self._issues(query, part.path)
        return Spot(
            self.ground.keys[peak], cell, self.ground.names[peak], part.path, part.category, part.course,
            part.weeks, part.z, part.q, len(part.units), part.counts, len(ids), query, shape,
            self._where(ids[-PLACES_READ:]),
        )  # fmt: skip

    def _issues(self, query: Query, path: str) -> NDArray[np.int64]:
        """List what a query finds, as key and version, by key; ``path`` is that of its area, if it names one."""
        asked = Filters.parse(
            {name: text for name, text in query.items() if name != "area"}, self.tx.config.zone
        )
        wanted = list(conditions(self.tx, self.actor, asked, self.columns.codes))
        if "area" in query:
            told = tree_of(self.tx).below([path])
            wanted.append(lambda rows: told[np.minimum(rows["area"], len(told) - 1)])
        found = [rows.where(np.logical_and.reduce([one(rows) for one in wanted])) for rows in self.rows]
        keys = np.concatenate(
            [np.stack([rows["id"], rows["version"]], axis=1, dtype=np.int64) for rows in found]
        )
        return np.asarray(keys[np.argsort(keys[:, 0])])

    def _where(self, issues: NDArray[np.int64]) -> Where | None:
        """Find the buildings that issues speak of; kept while they are what they were."""
        kept: dict[bytes, Where | None] = self.tx.store.shelf.setdefault("hotspot where", {})
        key = blake2b(issues.tobytes(), digest_size=16).digest()
        if key not in kept:
            query = select(Issue.place_text).where(
                Issue.id.in_(issues[:, 0].tolist()), Issue.place_text != ""
            )
            while len(kept) >= WHERE_KEPT:
                kept.pop(next(iter(kept)), None)
            kept[key] = where_of(row.place_text for row in self.tx.rows(query))
        return kept[key]


def _box(shape: Any) -> str:  # noqa: ANN401 - a shapely geometry
    """Say the box of an outline, a hair wider."""
    unit = 10**DECIMALS
    west, south, east, north = shape.bounds
    low = [math.floor(one * unit) / unit for one in (west, south)]
    high = [math.ceil(one * unit) / unit for one in (east, north)]
    return ",".join(f"{one:.{DECIMALS}f}" for one in (*low, *high))
