"""Issues as a map shows them: clusters when far, single points when near, counted over the columns.

Below zoom 15 issues are counted by square, which each column of points is looked up in once; wider squares are
unions of those. From zoom 15 on every issue is a point. The database is asked for the facts of single ones alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from geo.squares import ZOOM, merged, squares_at
from server.db import Tx
from server.models import Issue
from server.services.briefs import clock_of
from server.services.columns import Array, Rows, beside, columns_of
from server.services.filters import Filters
from server.services.people import Actor

__all__ = ["SINGLE_FROM", "Gathered", "Spot", "gather", "squares_of"]

SINGLE_FROM = 15
MOST = 2_000
MOST_DOUBLINGS = 16

Sums = NDArray[np.float64]
"""Number of a square, and count and sums of lon, lat and key of the issues in it; shape (5, n)."""


@dataclass(frozen=True)
class Spot:
    """A place on the map.

    Attributes
    ----------
    lon, lat : float
        WGS 84 degrees; the mean of a cluster's points.
    count : int
        Issues there.
    number, category, state, clock : str or None
        Of the issue, when it is one.
    """

    lon: float
    lat: float
    count: int
    number: str | None = None
    category: str | None = None
    state: str | None = None
    clock: str | None = None


@dataclass(frozen=True)
class Gathered:
    """What a map shows of the issues that match.

    Attributes
    ----------
    spots : tuple of Spot
        At most 2,000.
    is_truncated : bool
        Whether there are more points; the newest are here.
    """

    spots: tuple[Spot, ...]
    is_truncated: bool = False


def gather(tx: Tx, actor: Actor, filters: Filters, zoom: int) -> Gathered:
    """Gather the issues that match for a map.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what is visible to them.
    filters : Filters
        What is asked for; ``bbox`` is the visible part of the map.
    zoom : int
        Zoom of the map, tiles of 256 pixels. Below 15 what lies in one square of 64 pixels is one spot;
        squares are doubled until 2,000 suffice.

    Raises
    ------
    InputError
        Unknown area or person in the filters.
    """
    if zoom >= SINGLE_FROM:
        return _points(tx, actor, filters)
    parts = [_by_square(tx, rows) for rows in columns_of(tx).found(tx, actor, filters)]
    rows = np.concatenate(parts, axis=1)
    return Gathered(_with_facts(tx, _merge(rows, ZOOM - zoom))) if rows.size else Gathered(())


def squares_of(tx: Tx, rows: Rows) -> tuple[Array, Array]:
    """Tell where all points of the rows' columns lie; found once for as long as these stand.

    Returns
    -------
    numbers : ndarray of int64, shape (n,)
        Squares with any point.
    place : ndarray of int32
        Of each issue's square among these; ``n`` without a point.
    """
    return beside(tx, rows.columns, "squares", lambda: _squares(rows.columns))


def _by_square(tx: Tx, rows: Rows) -> Sums:
    """Add up count, lon, lat and key of the issues in each square; points alone."""
    numbers, place = squares_of(tx, rows)
    place = place if rows.at is None else place.take(rows.at)
    columns = [rows[name] for name in ("lon", "lat", "id")]
    has = place < len(numbers)
    if not has.all():
        place, columns = place[has], [column[has] for column in columns]
    sums = np.array([np.bincount(place, column, len(numbers)) for column in (None, *columns)])
    met = np.flatnonzero(sums[0])
    return np.concatenate([numbers[None, met].astype(np.float64), sums[:, met]])


def _squares(columns: Mapping[str, Array]) -> tuple[Array, Array]:
    """List the squares that points lie in, and the place there of each point's own; behind the last without one."""
    has = ~np.isnan(columns["lon"])
    numbers, found = np.unique(squares_at(columns["lon"][has], columns["lat"][has]), return_inverse=True)
    place = np.full(len(has), len(numbers), np.int32)
    place[has] = found
    return numbers, place


def _merge(rows: Sums, doublings: int) -> list[tuple[Spot, int]]:
    """Unite squares; give each spot with the key of its issue, which means something where it is one."""
    square, count, lon, lat, key = rows
    square = square.astype(np.int64)
    doublings = max(doublings, 0)
    wide, group = np.unique(merged(square, doublings), return_inverse=True)
    while len(wide) > MOST and doublings < MOST_DOUBLINGS:
        doublings += 1
        wide, group = np.unique(merged(square, doublings), return_inverse=True)
    total = np.bincount(group, count)
    mean_lon, mean_lat = (np.bincount(group, axis) / total for axis in (lon, lat))
    columns = (mean_lon, mean_lat, total.astype(int), np.bincount(group, key).astype(np.int64))
    return [(Spot(x, y, n), own) for x, y, n, own in zip(*(one.tolist() for one in columns), strict=True)]


def _with_facts(tx: Tx, spots: list[tuple[Spot, int]]) -> tuple[Spot, ...]:
    """Say of each lonely issue which it is."""
    known = _facts(tx, [key for spot, key in spots if spot.count == 1])
    return tuple(
        replace(spot, **known[key]) if spot.count == 1 and key in known else spot for spot, key in spots
    )


_FACTS = (
    Issue.id,
    Issue.number,
    Issue.category,
    Issue.state,
    Issue.amber_at,
    Issue.due_at,
)


def _facts(tx: Tx, keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Read what is said of single issues; those that this transaction does not see yet are left out."""
    rows = tx.rows(select(*_FACTS).where(Issue.id.in_(keys))) if keys else ()
    return {
        row.id: {
            "number": row.number,
            "category": row.category,
            "state": row.state,
            "clock": clock_of(row.state, row.amber_at, row.due_at, tx.now),
        }
        for row in rows
    }


def _points(tx: Tx, actor: Actor, filters: Filters) -> Gathered:
    found = columns_of(tx).chosen(tx, actor, filters, ("reported_us", "id", "lon", "lat"))
    has = np.flatnonzero(~np.isnan(found["lon"]))
    is_truncated = len(has) > MOST
    if is_truncated:  # so that few are put in order
        at = found["reported_us"][has]
        has = has[at >= np.partition(at, len(at) - MOST)[len(at) - MOST]]
    newest = has[np.lexsort((found["id"][has], found["reported_us"][has]))[::-1][:MOST]]
    rows = list(zip(*(found[name][newest].tolist() for name in ("id", "lon", "lat")), strict=True))
    known = _facts(tx, [key for key, _lon, _lat in rows])
    spots = tuple(Spot(lon, lat, 1, **known[key]) for key, lon, lat in rows if key in known)
    return Gathered(spots, is_truncated)
