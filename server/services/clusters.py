"""Issues as a map shows them: clusters counted in the database when far, single points when near.

Below zoom 15 the database groups by the issues' squares (measured: a third of the time of fetching the
points and grouping them here); wider squares are unions of those. From zoom 15 on every issue is a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, func, select

from geo.squares import ZOOM, merged
from server.db import Tx
from server.models import Issue
from server.services.briefs import clock_of
from server.services.filters import Filters
from server.services.listing import matching
from server.services.people import Actor

__all__ = ["SINGLE_FROM", "Gathered", "Spot", "gather"]

SINGLE_FROM = 15
MOST = 2_000
MOST_DOUBLINGS = 16


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
    condition = matching(tx, actor, filters) & Issue.square.is_not(None)
    rows = tx.session.execute(
        select(Issue.square, func.count(), func.sum(Issue.lon), func.sum(Issue.lat))
        .where(condition)
        .group_by(Issue.square)
    ).all()
    return Gathered(_with_facts(tx, condition, _merge(rows, ZOOM - zoom))) if rows else Gathered(())


def _merge(rows: Sequence[Any], doublings: int) -> list[tuple[Spot, int]]:
    """Unite squares; give each spot with its first square, which is the only one of a lonely issue."""
    square, count, lon, lat = (np.array(column) for column in zip(*rows, strict=True))
    doublings = max(doublings, 0)
    wide, first, group = np.unique(merged(square, doublings), return_index=True, return_inverse=True)
    while len(wide) > MOST and doublings < MOST_DOUBLINGS:
        doublings += 1
        wide, first, group = np.unique(merged(square, doublings), return_index=True, return_inverse=True)
    total = np.bincount(group, count)
    mean_lon, mean_lat = (np.bincount(group, axis) / total for axis in (lon, lat))
    columns = (mean_lon, mean_lat, total.astype(int), square[first])
    return [(Spot(x, y, n), own) for x, y, n, own in zip(*(one.tolist() for one in columns), strict=True)]


def _with_facts(tx: Tx, condition: ColumnElement[bool], spots: list[tuple[Spot, int]]) -> tuple[Spot, ...]:
    """Say of each lonely issue which it is."""
    lonely = [square for spot, square in spots if spot.count == 1]
    rows = tx.session.execute(select(*_FACTS).where(condition, Issue.square.in_(lonely))) if lonely else ()
    known = {row.square: _facts(tx, row) for row in rows}
    return tuple(replace(spot, **known[square]) if spot.count == 1 else spot for spot, square in spots)


_FACTS = (
    Issue.square,
    Issue.number,
    Issue.category,
    Issue.state,
    Issue.amber_at,
    Issue.due_at,
    Issue.lon,
    Issue.lat,
)


def _facts(tx: Tx, row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of _FACTS
    clock = clock_of(row.state, row.amber_at, row.due_at, tx.now)
    return {"number": row.number, "category": row.category, "state": row.state, "clock": clock}


def _points(tx: Tx, actor: Actor, filters: Filters) -> Gathered:
    rows = tx.session.execute(
        select(*_FACTS)
        .where(matching(tx, actor, filters), Issue.square.is_not(None))
        .order_by(Issue.reported_at.desc(), Issue.id.desc())
        .limit(MOST + 1)
    ).all()
    spots = tuple(Spot(row.lon, row.lat, 1, **_facts(tx, row)) for row in rows[:MOST])
    return Gathered(spots, is_truncated=len(rows) > MOST)
