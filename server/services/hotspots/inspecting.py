"""From a hot spot to a check on the ground (由点及面): an issue with source ``inspection`` that names it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select

from server.db import Tx
from server.errors import InputError, NotFound, NotPermitted
from server.models import Area, Boundary, Issue
from server.services import duties, intake
from server.services.categories import categories
from server.services.drafts import Draft, is_blank
from server.services.filters import Filters
from server.services.hotspots.asked import Asked, Weeks
from server.services.hotspots.behind import Spot
from server.services.hotspots.spots import one
from server.services.hotspots.told import ORIGIN, said
from server.services.listing import matching
from server.services.locating import open_locator
from server.services.people import Actor
from server.services.permissions import may_inspect

__all__ = ["Inspection", "Proposal", "inspect", "proposal"]

SOURCE = "inspection"
DAYS = 7  # within which the same spot is not inspected twice
POINTS_READ = 2_000
TOGETHER = "*"
"""In the key of an inspection: all categories."""


@dataclass(frozen=True)
class Proposal:
    """An inspection before it is made.

    Attributes
    ----------
    spot : Spot
        What calls for it.
    category : str
        Code of the issue that will be made: the spot's, or that of most of its issues.
    description : str
        Words to begin with.
    worker : str
        Who will get it; "" for nobody on duty, so that it waits to be dispatched.
    existing : str
        Number of the one made for the same spot within the last week; "" for none.
    """

    spot: Spot
    category: str
    description: str
    worker: str
    existing: str


@dataclass(frozen=True)
class Inspection:
    """What became of it.

    Attributes
    ----------
    number : str
        Of the issue.
    is_new : bool
        False: it was there already.
    """

    number: str
    is_new: bool


def proposal(tx: Tx, actor: Actor, asked: Asked, key: str, category: str) -> Proposal:
    """Say what inspecting a hot spot would bring about.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Leads, dispatches or supervises over it.
    asked : Asked
        How it was found.
    key, category : str
        Of the spot.

    Raises
    ------
    NotFound
        It is no hot spot any more, or not in their areas.
    NotPermitted
        They see it, and may not have it inspected.
    """
    spot = one(tx, actor, asked, key, category)
    if not may_inspect(actor, spot.path):
        raise NotPermitted("hotspot.not_yours")
    return _proposal(tx, actor, spot)


def _proposal(tx: Tx, actor: Actor, spot: Spot) -> Proposal:
    cell = tx.session.scalar(select(Area.id).where(Area.code == spot.cell)) or 0
    on_duty = duties.on_duty_many(tx, [cell], tx.now)[cell]
    existing = tx.session.scalar(select(Issue.number).where(Issue.external_key.in_(_keys(tx, spot))).limit(1))
    chosen = spot.category or _most(tx, actor, spot)
    return Proposal(spot, chosen, said(spot.values), on_duty.name, existing or "")


def inspect(tx: Tx, actor: Actor, asked: Asked, key: str, category: str, description: str = "") -> Inspection:
    """Make an inspection of a hot spot, once.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor, asked, key, category :
        As of :func:`proposal`.
    description : str
        In the asker's words; the sentence of the spot if empty.

    Returns
    -------
    Inspection
        The issue made, or the one that was made for it within the last week.

    Raises
    ------
    NotFound, NotPermitted
        As of :func:`proposal`.
    InputError
        Words that cannot be used.
    """
    spot = one(tx, actor, asked, key, category)
    if not may_inspect(actor, spot.path):
        raise NotPermitted("hotspot.not_yours")
    # Whoever asks at the same instant waits here, and then finds what was made.
    tx.session.execute(select(Area.id).where(Area.code == spot.cell).with_for_update(key_share=True))
    found = _proposal(tx, actor, spot)
    if found.existing:
        return Inspection(found.existing, is_new=False)
    if description and is_blank(description):
        raise InputError("field.missing", field="description")
    lon, lat = _point(tx, actor, spot)
    origin = {"units": asked.units, "key": spot.key, "of_weeks": asked.weeks, **spot.values}
    where = spot.values["where"]
    draft = Draft(
        found.category,
        SOURCE,
        description.strip() or found.description,
        lon=lon,
        lat=lat,
        place_text=_place(where) if where else spot.name,
        external_key=_keys(tx, spot)[0],
        origin={"code": ORIGIN, "values": origin},
    )
    return Inspection(intake.report(tx, actor, draft).number, is_new=True)


def _place(where: dict[str, Any]) -> str:
    return f"{where['compound']}{'、'.join(where['numbers'])}{where['unit']}"


def _keys(tx: Tx, spot: Spot) -> list[str]:
    """Give the keys of its inspections, its own as of today first, and of each day of the week before.

    By cell and category: a spot of squares grows and wanders, and its cell is checked once all the same. A spot of
    all categories together is checked with any of them, and any of them with all.
    """
    edge = Weeks.before(tx.now, 1, tx.config.zone).edges[-1].astimezone(tx.config.zone)
    days = [(edge - timedelta(days=back)).date().isoformat() for back in range(DAYS)]
    codes = (spot.category, TOGETHER) if spot.category else (TOGETHER, *categories())
    return [f"hotspot:{code}:{spot.cell}:{day}" for code in codes for day in days]


def _most(tx: Tx, actor: Actor, spot: Spot) -> str:
    """Find the category of most of its issues."""
    many = func.count().label("many")
    wanted = matching(tx, actor, Filters.parse(spot.query, tx.config.zone))
    query = select(Issue.category, many).where(wanted).group_by(Issue.category)
    rows = tx.rows(query.order_by(many.desc(), Issue.category).limit(1))
    return str(rows[0].category) if rows else next(iter(categories()))


def _point(tx: Tx, actor: Actor, spot: Spot) -> tuple[float, float]:
    """Choose a place in its cell: the issue's that lies most in the middle of all, else a point of the cell."""
    wanted = matching(tx, actor, Filters.parse(spot.query, tx.config.zone))
    query = select(Issue.lon, Issue.lat).where(wanted, Issue.lon.is_not(None)).limit(POINTS_READ)
    points = np.array([tuple(row) for row in tx.rows(query)], dtype=np.float64).reshape(-1, 2)
    grid = open_locator(tx)
    if grid is not None and len(points):
        rows = np.asarray(grid.locator.locate(points[:, 0], points[:, 1]))
        inside = points[[row >= 0 and str(grid.codes[row]) == spot.cell for row in rows.tolist()]]
        if len(inside):
            nearest = np.square(inside - np.median(inside, axis=0)).sum(axis=1).argmin()
            return float(inside[nearest, 0]), float(inside[nearest, 1])
    query = select(Boundary.geom).join(Area, Area.id == Boundary.area_id)
    shape = tx.session.scalar(query.where(Area.code == spot.cell, Boundary.last_grid_id.is_(None)))
    if shape is None:  # another grid is in force by now
        raise NotFound("hotspot.gone")
    middle = shapely.point_on_surface(shape)
    return float(middle.x), float(middle.y)
