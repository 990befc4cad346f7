"""Density of issues for the heat layer: counts in squares of the ground, never single issues.

The database bins, for the net of :func:`geo.density.heat_bins` is linear in degrees; widths and legend are
chosen there too. Says how many were reported where, nothing of significance.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, cast, func, literal, select

from geo.density import bin_degrees, cell_m_for_zoom, class_breaks
from server.db import Tx
from server.errors import InputError
from server.models import Boundary, Issue
from server.services import areas
from server.services.filters import Filters
from server.services.listing import matching
from server.services.people import Actor

__all__ = ["PERIODS", "Heat", "heat", "since_days"]

PERIODS: dict[str, int | None] = {"7": 7, "30": 30, "90": 90, "all": None}
CLASSES = 5
COLUMNS = 2**26  # more than a metre's squares around the earth
WHOLE = (-180.0, -90.0, 180.0, 90.0)
FAR_NORTH = 80.0  # degrees; beyond it squares of degrees are no squares any more


@dataclass(frozen=True)
class Heat:
    """Counts in squares.

    Attributes
    ----------
    cell_m : float
        Side of a square, metres.
    most, total : int
        Largest count, and all of them together.
    breaks : tuple of int
        Upper bounds of the legend's classes, ascending.
    points : tuple of (lat, lon, count)
        Middles of the squares that hold an issue, WGS 84 degrees, from the south, then from the west.
    """

    cell_m: float
    most: int
    total: int
    breaks: tuple[int, ...]
    points: tuple[tuple[float, float, int], ...]


def heat(tx: Tx, actor: Actor, filters: Filters, zoom: int) -> Heat:
    """Count the issues that match in squares as fit for a zoom.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what is visible to them.
    filters : Filters
        What is asked for; see :func:`since_days` for the last so many days.
    zoom : int
        Of the map, 0 to 30.

    Raises
    ------
    InputError
        Unknown area or person in the filters.
    """
    at_lat = _layers_lat(tx)
    cell_m = cell_m_for_zoom(zoom, at_lat)
    wide, high = bin_degrees(cell_m, at_lat)
    west, south = filters.bbox[:2] if filters.bbox else WHOLE[:2]
    left, bottom = math.floor(max(west, WHOLE[0]) / wide), math.floor(south / high)
    # One key is grouped a third faster than two.
    key = _whole(tx, Issue.lat, high, bottom) * COLUMNS + _whole(tx, Issue.lon, wide, left)
    bins = key.label("bin")
    rows = tx.session.execute(
        select(bins, func.count())
        .where(matching(tx, actor, filters), Issue.square.is_not(None))
        .group_by(bins)
    )
    points = tuple(_middles(sorted((key, count) for key, count in rows), (left, bottom), (wide, high)))
    counts = [count for _, _, count in points]
    breaks = tuple(int(bound) for bound in class_breaks(counts, CLASSES))
    return Heat(cell_m, max(counts, default=0), sum(counts), breaks, points)


def since_days(tx: Tx, filters: Filters, days: str) -> Filters:
    """Narrow filters to the last so many days; a later ``since`` of their own stays.

    Parameters
    ----------
    tx : Tx
        Its instant ends the days.
    filters : Filters
        What is asked for.
    days : str
        One of :data:`PERIODS`.

    Raises
    ------
    InputError
        Another text.
    """
    if days not in PERIODS:
        raise InputError("filter.days", field="days", value=days[:40], known="、".join(PERIODS))
    length = PERIODS[days]
    if length is None:
        return filters
    begin = tx.now - timedelta(days=length)
    return replace(filters, since=max(begin, filters.since) if filters.since else begin)


def _layers_lat(tx: Tx) -> float:
    """Middle latitude of the cells, so that the net stays when the view moves; 0 without cells."""
    key = ("middle_lat", areas.current_grid(tx))
    if key not in tx.store.shelf:
        south, north = tx.session.execute(
            select(func.min(Boundary.south), func.max(Boundary.north)).where(
                Boundary.level == "cell", Boundary.last_grid_id.is_(None)
            )
        ).one()
        middle = 0.0 if south is None else (south + north) / 2.0
        tx.store.shelf[key] = max(-FAR_NORTH, min(FAR_NORTH, middle))
    return float(tx.store.shelf[key])


def _whole(tx: Tx, degrees: Any, step: float, base: int) -> ColumnElement[int]:  # noqa: ANN401 - a mapped column
    """Count whole steps above a base that nothing lies below; SQLite may lack ``floor``, its CAST cuts."""
    steps = degrees / literal(step, Float(53)) - literal(base, Float(53))
    return cast(steps if tx.on_sqlite else func.floor(steps), BigInteger)


def _middles(
    rows: Iterable[tuple[int, int]], base: tuple[int, int], side: tuple[float, float]
) -> Iterator[tuple[float, float, int]]:
    for key, count in rows:
        row, column = divmod(key, COLUMNS)
        yield (row + base[1] + 0.5) * side[1], (column + base[0] + 0.5) * side[0], count
