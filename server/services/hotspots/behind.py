"""What lies behind a hot spot: its issues as a list that its asker may open, and the buildings these speak of."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import select

from server.db import Tx
from server.models import Issue
from server.services.columns import Columns, Rows, columns_of, conditions
from server.services.columns.asked import one_of
from server.services.columns.tree import Tree, tree_of
from server.services.filters import Filters
from server.services.hotspots.asked import Weeks
from server.services.hotspots.buildings import Where, where_of
from server.services.hotspots.ground import Ground
from server.services.hotspots.parts import Part
from server.services.people import Actor
from server.services.shelves import kept_before, shelved
from server.services.statistics.indicators import said
from server.services.statistics.shapes import Query

__all__ = ["Finder", "Spot", "finder"]

SHELF = "hotspot where"
PLACES_READ = 2_000  # issues of a spot, the newest, of which buildings are read
AT_A_TIME = 10_000  # issues in one statement
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
        return {**told, "z": round(self.z, 1), "where": where}


def finder(tx: Tx, actor: Actor, weeks: Weeks, ground: Ground) -> "Finder":
    """Make a finder of the issues behind the spots of a ground in these weeks."""
    columns = columns_of(tx)
    within = Filters(since=weeks.edges[0], until=weeks.edges[-1])
    return Finder(tx, actor, weeks, ground, columns, tree_of(tx), columns.found(tx, actor, within))


@dataclass(frozen=True, eq=False)
class Finder:
    """Finds the issues behind a spot, among those of the weeks that the actor may see."""

    tx: Tx
    actor: Actor
    weeks: Weeks
    ground: Ground
    columns: Columns
    tree: Tree
    rows: tuple[Rows, ...]
    _of_category: dict[str, tuple[Rows, ...]] = field(default_factory=dict, repr=False)

    def spots(self, parts: Iterable[Part]) -> Iterator[Spot]:
        """Tell parts as spots: with outline, the list of their issues, and the buildings they speak of."""
        shaped = [(part, shapely.union_all(self.ground.geometry[part.units])) for part in parts]
        queries = [self._query(part, shape) for part, shape in shaped]
        found = [self._issues(query, part.path) for (part, _), query in zip(shaped, queries, strict=True)]
        where = self._where([issues[-PLACES_READ:] for issues in found])
        for (part, shape), query, issues, place in zip(shaped, queries, found, where, strict=True):
            peak, cell = int(part.units[0]), part.path.strip("/").rsplit("/", 1)[-1]
            yield Spot(
                self.ground.keys[peak], cell, self.ground.names[peak], part.path, part.category, part.course,
                part.weeks, part.z, part.q, len(part.units), part.counts, len(issues), query, shape, place,
            )  # fmt: skip

    def _query(self, part: Part, shape: Any) -> Query:  # noqa: ANN401 - a shapely geometry
        cell = part.path.strip("/").rsplit("/", 1)[-1]
        since, until = self.weeks.last(part.weeks or len(self.weeks))
        zone = self.tx.config.zone
        query = {"area": cell} if self.ground.lattice is None else {"bbox": _box(shape)}
        if part.category:
            query["category"] = part.category
        return query | {"since": said(since, zone), "until": said(until, zone, end=True)}

    def _issues(self, query: Query, path: str) -> NDArray[np.int64]:
        """List what a query finds, as key and version, by key; ``path`` is that of its area, if it names one."""
        rest = {name: text for name, text in query.items() if name not in ("area", "category")}
        asked = Filters.parse(rest, self.tx.config.zone)
        wanted = list(conditions(self.tx, self.actor, asked, self.columns.codes))
        if "area" in query:
            told = self.tree.below([path])
            wanted.append(lambda rows: told.take(rows["area"], mode="clip"))
        several = self._of(query.get("category", ""))
        found = [rows.where(np.logical_and.reduce([one(rows) for one in wanted])) for rows in several]
        keys = np.concatenate(
            [np.stack([rows["id"], rows["version"]], axis=1, dtype=np.int64) for rows in found]
        )
        return np.asarray(keys[np.argsort(keys[:, 0])])

    def _of(self, category: str) -> tuple[Rows, ...]:
        """Give the rows of a category, or all; found once for all its spots."""
        if category and category not in self._of_category:
            is_one = one_of("category", (category,), self.columns.codes)
            self._of_category[category] = tuple(rows.where(is_one(rows)) for rows in self.rows)
        return self._of_category[category] if category else self.rows

    def _where(self, found: list[NDArray[np.int64]]) -> list[Where | None]:
        """Find the buildings that issues speak of, spot by spot; kept while these issues are what they were."""
        keys = [blake2b(issues.tobytes(), digest_size=16).digest() for issues in found]
        known = {key: kept for key in keys if (kept := kept_before(self.tx, SHELF, key)) is not None}
        new = {key: issues for key, issues in zip(keys, found, strict=True) if key not in known}
        places = self._places(np.concatenate([issues[:, 0] for issues in new.values()])) if new else {}

        def where(key: bytes) -> Where | None:
            return where_of(places[issue] for issue in new[key][:, 0].tolist() if issue in places)

        for key in new:
            told = shelved(self.tx, SHELF, None, partial(where, key), which=key, most=WHERE_KEPT)
            known[key] = None, told
        return [known[key][1] for key in keys]

    def _places(self, issues: NDArray[np.int64]) -> dict[int, str]:
        """Read where issues are said to be, many at a time."""
        wanted, found = np.unique(issues).tolist(), {}
        for begin in range(0, len(wanted), AT_A_TIME):
            some = Issue.id.in_(wanted[begin : begin + AT_A_TIME])
            query = select(Issue.id, Issue.place_text).where(some, Issue.place_text != "")
            found.update({row.id: row.place_text for row in self.tx.rows(query)})
        return found


def _box(shape: Any) -> str:  # noqa: ANN401 - a shapely geometry
    """Say the box of an outline, a hair wider."""
    unit = 10**DECIMALS
    west, south, east, north = shape.bounds
    low = [math.floor(one * unit) / unit for one in (west, south)]
    high = [math.ceil(one * unit) / unit for one in (east, north)]
    return ",".join(f"{one:.{DECIMALS}f}" for one in (*low, *high))
