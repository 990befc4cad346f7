"""Hot spots as somebody may be told of them: those in their own areas, each with the list of its issues."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.db import Tx
from server.errors import NotFound
from server.services.areas import path_of
from server.services.hotspots.asked import ALL, EACH, Asked, Weeks
from server.services.hotspots.behind import Spot, finder
from server.services.hotspots.finding import FEWEST_ISSUES, FEWEST_UNITS, Judged, judged
from server.services.hotspots.ground import BAND, Frame, Ground, frame_of, own_paths
from server.services.hotspots.parts import Part, parts_of
from server.services.people import Actor
from server.services.permissions import oversees

__all__ = ["MOST", "Found", "Short", "Spot", "find", "one"]

MOST = 100
"""Spots told; the highest first."""


@dataclass(frozen=True)
class Short:
    """Why there is no answer.

    Attributes
    ----------
    code : str
        ``hotspot.no_area``, ``hotspot.few_units``, ``hotspot.few_issues``, and ``hotspot.too_few`` for those
        who do not oversee the whole that is compared: how many there are elsewhere is not told.
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
    tested : int
        Units compared.
    issues : int or None
        Counted in the categories that were told of; None for those who do not oversee the whole that is compared.
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
    issues: int | None = 0
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
    sought = _seek(tx, actor, asked)
    if sought.ground is None:
        return Found(asked, None, sought.weeks, short=Short("hotspot.no_area", {}))
    ground, lattice = sought.ground, sought.ground.lattice
    told = [one for one in sought.every if one.answer is not None]
    is_whole = sought.frame is not None and oversees(actor, sought.frame.path)
    few = tuple(one.category for one in sought.every if one.answer is None) if asked.category == EACH else ()
    return Found(
        asked, sought.frame, sought.weeks, len(ground.keys),
        sum(one.issues for one in told) if is_whole else None,
        ground.is_by_household,
        None if lattice is None else lattice.side_m, None if lattice is None else BAND * lattice.side_m,
        tuple(finder(tx, actor, sought.weeks, ground).spots(sought.parts[:MOST])),
        few, _short(ground, sought.every, told, is_whole=is_whole),
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
    sought = _seek(tx, actor, Asked(asked.units, category or ALL, asked.weeks, asked.area))
    if sought.ground is None:
        raise NotFound("hotspot.gone")
    ground = sought.ground
    part = next(
        (
            part
            for part in sought.parts
            if (ground.keys[int(part.units[0])], part.category) == (key, category)
        ),
        None,
    )
    if part is None:
        raise NotFound("hotspot.gone")
    return next(finder(tx, actor, sought.weeks, ground).spots([part]))


@dataclass(frozen=True, eq=False)
class _Sought:
    """What was found before it is told; no ground for somebody without an area."""

    weeks: Weeks
    frame: Frame | None = None
    ground: Ground | None = None
    every: tuple[Judged, ...] = ()
    parts: tuple[Part, ...] = ()


def _seek(tx: Tx, actor: Actor, asked: Asked) -> _Sought:
    """Find the parts in an actor's areas, the highest score first."""
    weeks = Weeks.before(tx.now, asked.weeks, tx.config.zone)
    base = path_of(tx, actor, asked.area) if asked.area else "/"
    frame = frame_of(tx, actor)
    if frame is None:
        return _Sought(weeks)
    ground, every = judged(tx, frame, asked, weeks)
    owned = _owned(ground, own_paths(actor), base)
    parts = [part for one in every for part in parts_of(one, ground, owned)]
    parts.sort(key=lambda part: (-part.z, part.path, part.category))
    return _Sought(weeks, frame, ground, every, tuple(parts))


def _short(ground: Ground, every: Iterable[Judged], told: list[Judged], *, is_whole: bool) -> Short | None:
    if told:
        return None
    if len(ground.keys) < FEWEST_UNITS:
        return Short("hotspot.few_units", {"count": len(ground.keys), "least": FEWEST_UNITS})
    if not is_whole:
        return Short("hotspot.too_few", {"least": FEWEST_ISSUES})
    most = max((one.issues for one in every), default=0)
    return Short("hotspot.few_issues", {"count": most, "least": FEWEST_ISSUES})


def _owned(ground: Ground, own: tuple[str, ...], base: str) -> NDArray[np.bool_]:
    kept = (path.startswith(base) and path.startswith(own) for path in ground.paths)
    return np.fromiter(kept, dtype=np.bool_, count=len(ground.paths))
