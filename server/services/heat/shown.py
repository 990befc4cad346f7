"""The heat that a map shows: spread, held back, and thinned out to what can be sent and drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import or_, select

from geo.field import PEAK
from server.db import Tx
from server.models import Area
from server.services.areas import below
from server.services.filters import Bbox, Filters
from server.services.heat.asked import Look
from server.services.heat.boxes import meeting, widened
from server.services.heat.ground import COARSEST, GROUP, View, degrees_around, middle_of, reach_of, view_of
from server.services.heat.homes import homes_of
from server.services.heat.legend import bounds_of, even_bounds_of
from server.services.heat.points import Points, points_of
from server.services.heat.spreading import spread_over, told
from server.services.people import Actor
from server.services.permissions import overseen
from server.services.statistics import Period

__all__ = ["UNITS", "Heat", "difference", "heat"]

USUAL_VALUES, MOST_VALUES = 16_000, 40_000
"""Squares laid together beyond the first as long as four go to a radius, beyond the second in any case."""
NEGLIGIBLE = 1e-6
"""Share of the largest difference below which there is none."""
UNITS = {"raw": "issues", "per_km2": "issues_per_km2", "per_household": "issues_per_1000_households"}

Floats = NDArray[np.float64]
Wholes = NDArray[np.int64]
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Heat:
    """Values on a lattice.

    Attributes
    ----------
    radius_m, mode :
        As asked for.
    cell_m : float
        Side of a square.
    is_coarse : bool
        Whether squares are wider than a quarter of the radius, so that values are means over them.
    least : int
        Issues that places need to be shown where the asker does not work; 0: all places are.
    total : int
        Issues that match and may be seen, in the box.
    than_total : int or None
        Those of the period compared with.
    most : float
        Largest value; of a difference the largest either way.
    breaks : tuple of float
        Upper bounds of the legend's classes, ascending; round, the last not below ``most``.
    rows, columns : int
        Of the lattice; 0 where there is nothing.
    corners : tuple of (lon, lat)
        Of the lattice: north-west, north-east, south-east, south-west, WGS 84 degrees.
    row, column, value : ndarray, shape (n,)
        Squares with a value, row 0 in the north; 0 and missing ones are left out.
    per_issue : float
        What the values of one issue sum to; 0 where that depends on the place.
    """

    radius_m: float
    mode: str
    cell_m: float
    is_coarse: bool
    least: int
    total: int
    than_total: int | None
    most: float
    breaks: tuple[float, ...]
    rows: int
    columns: int
    corners: Corners
    row: Wholes
    column: Wholes
    value: Floats
    per_issue: float

    @property
    def unit(self) -> str:
        """Key of ``NAMES["heat_unit"]``."""
        return UNITS[self.mode]


def heat(tx: Tx, actor: Actor, filters: Filters, period: Period | None, look: Look) -> Heat:
    """Show where issues are dense.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is overdue.
    actor : Actor
        Counts only what they may see.
    filters : Filters
        What is asked for; the box is what is shown, and what lies beyond it within the radius counts too.
    period : Period or None
        When issues were reported; None for whenever.
    look : Look
        How it is drawn.

    Raises
    ------
    InputError
        Unknown area, person or department in the filters.
    """
    return _shown(tx, actor, filters, (period,), look)


def difference(
    tx: Tx, actor: Actor, filters: Filters, period: Period | None, than: Period, look: Look
) -> Heat:
    """Show where issues became more, and fewer, than in another period.

    Parameters
    ----------
    tx, actor, filters, look :
        As of :func:`heat`.
    period : Period or None
        What is shown.
    than : Period
        What is taken away; as :func:`server.services.heat.beside` reads it.

    Returns
    -------
    Heat
        Values may be negative. Where places are held back they are unless both periods have enough issues.
    """
    return _shown(tx, actor, filters, (period, than), look)


def _shown(tx: Tx, actor: Actor, filters: Filters, periods: Sequence[Period | None], look: Look) -> Heat:
    middle = middle_of(tx)
    near = [points_of(tx, actor, filters, one, middle, look.slot) for one in periods]
    sets = [parts for parts, _total in near]
    plain = _nothing(look, [total for _parts, total in near])
    homes = homes_of(tx, middle) if look.mode == "per_household" else None
    if homes is not None and len(homes.unknown):
        sets = [_where(parts, lambda one: ~_among(one.rows["area"], homes.unknown)) for parts in sets]
    view = _view(filters.bbox, sets, middle, look)
    if view is None:
        return plain
    own = _own(tx, actor, outside=look.outside)
    least = tx.config.heat_minimum
    whole, held_back = zip(*(_spread(view, parts, own, least) for parts in sets), strict=True)
    values = whole[0] if len(whole) == 1 else whole[0] - whole[1]
    return replace(
        _told(plain, view, told(view, values, look.mode, homes)), least=least if any(held_back) else 0
    )


def _nothing(look: Look, totals: Sequence[int]) -> Heat:
    than = totals[1] if len(totals) > 1 else None
    none = np.empty(0, np.int64)
    return Heat(look.radius_m, look.mode, look.radius_m / COARSEST, False, 0, totals[0], than, 0.0, (), 0, 0, (),
                none, none, np.empty(0), 0.0)  # fmt: skip


def _where(parts: Sequence[Points], which: Callable[[Points], NDArray[np.bool_]]) -> tuple[Points, ...]:
    return tuple(one.where(which(one)) for one in parts)


def _view(
    bbox: Bbox | None, sets: Sequence[Sequence[Points]], middle: tuple[float, float], look: Look
) -> View | None:
    """Lay the lattice over what is asked for, as far as there is anything in it."""
    some = [one for parts in sets for one in parts if len(one)]
    if not some:
        return None
    x = [float(edge) for one in some for edge in (one.x.min(), one.x.max())]
    y = [float(edge) for one in some for edge in (one.y.min(), one.y.max())]
    whole = degrees_around((min(x), min(y), max(x), max(y)), middle)
    shown = meeting(widened(whole, look.radius_m * 2.0), reach_of(middle))
    if bbox is not None and shown is not None:
        shown = meeting(bbox, shown)
    if shown is None:
        return None
    return view_of(shown, middle, look.radius_m, look.zoom, is_whole=bbox is None)


def _own(tx: Tx, actor: Actor, *, outside: bool) -> Wholes | None:
    """List the areas of which the actor sees all the heat; None for all areas."""
    if actor.is_system and not outside:
        return None
    paths = () if outside else overseen(actor)
    if not paths:
        return np.empty(0, np.int64)
    rows = tx.rows(select(Area.id).where(or_(*(below(path) for path in paths))))
    return np.array([row[0] for row in rows], np.int64)


def _spread(view: View, parts: Sequence[Points], own: Wholes | None, least: int) -> tuple[Floats, bool]:
    """Spread points; of those beyond the actor's own areas only where there are enough. And whether any were."""
    if own is None or least <= 1:
        return spread_over(view, parts, 0), False
    mine = [_among(one.rows["area"], own) for one in parts]
    if all(one.all() for one in mine):
        return spread_over(view, parts, 0), False
    known = [one.where(mask) for one, mask in zip(parts, mine, strict=True)]
    others = [one.where(~mask) for one, mask in zip(parts, mine, strict=True)]
    told_of = spread_over(view, others, least)
    if not any(len(one) for one in known):
        return told_of, True
    return spread_over(view, known, 0) + np.nan_to_num(told_of, nan=0.0), True


def _among(areas: NDArray[Any], own: Wholes) -> NDArray[np.bool_]:
    """Tell which keys are among some, by a table: keys are small numbers, and there are many of them."""
    size = int(max(areas.max(initial=0), own.max(initial=0))) + 1
    table = np.zeros(size, bool)
    table[own] = True
    return np.asarray(table.take(areas))


def _most_values(view: View, group: int) -> int:
    return USUAL_VALUES if view.radius / group >= 2 * COARSEST * (1.0 - 1e-9) else MOST_VALUES


def _told(plain: Heat, view: View, values: Floats) -> Heat:
    """Thin values out to what can be sent, row 0 in the north."""
    lattice, margin = view.lattice, view.margin
    values = values[margin : lattice.rows - margin, margin : lattice.columns - margin]
    group = 1
    while group < GROUP and np.count_nonzero(np.nan_to_num(values)) > _most_values(view, group):
        rows, columns = values.shape[0] // 2, values.shape[1] // 2
        values = values.reshape(rows, 2, columns, 2).mean(axis=(1, 3))
        group *= 2
    rows, columns = values.shape
    values = np.nan_to_num(values)
    if plain.than_total is not None:  # what two periods' equal heat leaves by rounding
        values = np.where(np.abs(values) < NEGLIGIBLE * np.abs(values).max(initial=0.0), 0.0, values)
    row, column = np.nonzero(values)
    found = values[row, column]
    most = float(np.abs(found).max(initial=0.0))
    spot = lattice.corners(
        [margin, margin, lattice.rows - margin - 1, lattice.rows - margin - 1],
        [margin, lattice.columns - margin - 1] * 2,
    )
    corners = spot[2, 3], spot[3, 2], spot[1, 1], spot[0, 0]
    side = view.lattice.side_m * group
    per_issue = {"raw": (plain.radius_m / side) ** 2 / PEAK, "per_km2": 1e6 / side**2}.get(plain.mode, 0.0)
    return replace(
        plain,
        cell_m=side,
        is_coarse=side > plain.radius_m / COARSEST * (1.0 + 1e-9),
        most=most,
        breaks=bounds_of(most) if plain.than_total is None else even_bounds_of(most),
        rows=rows,
        columns=columns,
        corners=tuple((float(lon), float(lat)) for lon, lat in corners),
        row=rows - 1 - row,
        column=column,
        value=found,
        per_issue=per_issue,
    )
