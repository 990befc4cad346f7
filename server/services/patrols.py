"""Patrols: begun and ended by the walker; a track only while one runs, and only inside working hours.

What comes from a device may come late, twice and in any order: the same uid is the same patrol or piece, what a
point came through is a set, and nothing is counted that is not newer than what was counted. Points outside the
patrol's time or outside working hours are counted and thrown away unread; raw ones are sealed, and deleted by
:func:`forget` after the setting ``track_days``. Nobody but the walker is told of any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import delete, select, update

from geo.coordinates import as_points
from geo.crs import distance_m
from geo.errors import CoordinateError
from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import Patrol, Person, TrackPiece
from server.services import coverage
from server.services.drafts import AHEAD, EARLIEST
from server.services.overwriting import overwriting
from server.services.people import Actor
from server.services.private import open_box, seal_box
from server.services.rules import rules_of
from server.worktime import Calendar

__all__ = [
    "ACCURACY_M",
    "SPEED_M_S",
    "PatrolView",
    "Point",
    "begin",
    "bound",
    "end",
    "forget",
    "patrol_of",
    "take",
    "theirs",
]

ACCURACY_M, SPEED_M_S = 100.0, 40.0
"""What a device doubts more, and what is faster, is not believed."""
NEVER = 0
"""As ``track_days``: raw points are not kept at all."""


class Point(NamedTuple):
    """Where a device was: instant, WGS 84 degrees, radius of its own doubt in metres, if it told one."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


@dataclass(frozen=True)
class PatrolView:
    """A patrol as its walker sees it.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    began_at, ended_at : datetime or None
        UTC; None while it runs.
    metres : float
        Walked, between points that were believed.
    points, left_out : int
        Believed, and left out: outside working hours or the patrol, or not to be believed.
    """

    uid: UUID
    began_at: datetime
    ended_at: datetime | None
    metres: float
    points: int
    left_out: int


def begin(tx: Tx, actor: Actor, uid: UUID, began_at: datetime | None) -> PatrolView:
    """Begin a patrol; one of the walker's that runs from before ends with it.

    Raises
    ------
    InputError
        The instant cannot be.
    Conflict
        ``uid.taken``: it is somebody else's.
    """
    there = tx.session.scalar(select(Patrol).where(Patrol.uid == uid))
    if there is not None:
        if there.person_id != actor.person_id:
            raise Conflict("uid.taken")
        return _view(there)
    at = _instant(tx, "began_at", began_at)
    # One after another, so that of two begun at once one ends the other.
    tx.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())
    running = select(Patrol).where(Patrol.person_id == actor.person_id, Patrol.ended_at.is_(None))
    for other in tx.session.scalars(running.where(Patrol.began_at <= at)):
        other.ended_at = min(at, _latest(tx, other))
    one = Patrol(
        uid=uid, person_id=actor.person_id, began_at=at, received_at=tx.now, metres=0.0, points=0, left_out=0
    )
    tx.session.add(one)
    tx.session.flush()
    return _view(one)


def end(tx: Tx, actor: Actor, uid: UUID, ended_at: datetime | None) -> PatrolView:
    """End a patrol; one that has ended stays as it was.

    Raises
    ------
    NotFound
        ``patrol.unknown``: absent, or not the asker's.
    InputError
        It would end before it began, or later than now.
    """
    one = _held(tx, actor, uid)
    if one.ended_at is None:
        at = _instant(tx, "ended_at", ended_at)
        if at < one.began_at:
            raise InputError(
                "patrol.backwards", field="ended_at", value=at.isoformat(), began=one.began_at.isoformat()
            )
        one.ended_at = min(at, _latest(tx, one))
    return _view(one)


def take(tx: Tx, actor: Actor, uid: UUID, piece: UUID, points: Sequence[Point]) -> PatrolView:
    """Take in some minutes of a patrol's points.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        The walker.
    uid, piece : UUID
        Of the patrol, and of these points; the same piece again changes nothing.
    points : Sequence of Point
        In any order.

    Raises
    ------
    NotFound
        ``patrol.unknown``.
    InputError
        A coordinate that is none; names the first one's number, from 0.
    Conflict
        ``uid.taken``: the piece is another patrol's.
    """
    one = _held(tx, actor, uid)
    there = tx.session.scalar(select(TrackPiece).where(TrackPiece.uid == piece))
    if there is not None:
        if there.patrol_id != one.id:
            raise Conflict("uid.taken")
        return _view(one)
    _refuse_impossible(points)
    since, before = _newest(tx, one)
    timely = _timely(tx, one, points)
    believed = _believed(timely, before)
    fresh = [point for point in believed if point.at > since]
    one.points += len(fresh)
    one.left_out += sum(point.at > since for point in points) - len(fresh)
    one.metres += _metres([*([before] if before else []), *fresh])
    coverage.add(tx, actor, one, *_arrays(believed))
    if fresh:
        one.newest = seal_box(tx, orjson.dumps(_marked(tx, fresh[-1])), bound("patrol", uid))
    if believed and tx.config.track_days != NEVER:
        _keep(tx, one, piece, believed)
    tx.session.flush()
    return _view(one)


def _keep(tx: Tx, one: Patrol, piece: UUID, points: Sequence[Point]) -> None:
    box = seal_box(tx, orjson.dumps([_plain(point) for point in points]), bound("track", piece))
    tx.session.add(TrackPiece(uid=piece, patrol_id=one.id, points=len(points), box=box, at=tx.now))


def bound(kind: str, uid: UUID) -> bytes:
    """Say what a box of the field is sealed to."""
    return f"{kind} {uid}".encode()


def patrol_of(tx: Tx, actor: Actor, uid: UUID) -> int:
    """Give the key of one of the actor's own patrols.

    Raises
    ------
    NotFound
        ``patrol.unknown``.
    """
    key = tx.session.scalar(select(Patrol.id).where(Patrol.uid == uid, Patrol.person_id == actor.person_id))
    if key is None:
        raise NotFound("patrol.unknown", uid=str(uid))
    return key


def _held(tx: Tx, actor: Actor, uid: UUID) -> Patrol:
    mine = (Patrol.uid == uid, Patrol.person_id == actor.person_id)
    one = tx.session.scalar(select(Patrol).where(*mine).with_for_update())
    if one is None:
        raise NotFound("patrol.unknown", uid=str(uid))
    return one


def _instant(tx: Tx, field: str, given: datetime | None) -> datetime:
    at = given or tx.now
    if at < EARLIEST:
        raise InputError("time.too_early", field=field, value=at.isoformat())
    if at > tx.now + AHEAD:
        raise InputError("time.future", field=field, value=at.isoformat())
    return min(at, tx.now)


def _latest(tx: Tx, one: Patrol) -> datetime:
    """Tell when a patrol is over at the latest: with the day on which it began."""
    day = one.began_at.astimezone(tx.config.zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), tx.config.zone).astimezone(one.began_at.tzinfo)


def _timely(tx: Tx, one: Patrol, points: Sequence[Point]) -> list[Point]:
    """Leave the points inside the patrol and inside working hours, in order."""
    calendar = rules_of(tx).calendar
    until = min(one.ended_at or tx.now + AHEAD, _latest(tx, one))
    kept = [point for point in points if one.began_at <= point.at <= until and is_working(calendar, point.at)]
    return sorted(kept, key=lambda point: point.at)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Tell whether people work at an instant."""
    here = at.astimezone(calendar.zone)
    return calendar.is_working_day(here.date()) and any(
        opening <= here.time() < closing for opening, closing in calendar.hours
    )


def _believed(points: Sequence[Point], before: Point | None) -> list[Point]:
    """Leave what can be: accurate enough, and reached from the point before at a speed that is none of an aeroplane."""
    kept: list[Point] = []
    for point in points:
        last = kept[-1] if kept else before
        is_vague = point.accuracy_m is not None and point.accuracy_m > ACCURACY_M
        if is_vague or (last is not None and _speed(last, point) > SPEED_M_S):
            continue
        kept.append(point)
    return kept


def _speed(one: Point, other: Point) -> float:
    metres = _metres([one, other])
    seconds = abs((other.at - one.at).total_seconds())
    return metres / seconds if seconds else (0.0 if metres <= SPEED_M_S else float("inf"))


def _metres(points: Sequence[Point]) -> float:
    if len(points) < 2:
        return 0.0
    lon, lat = _arrays(points)
    return float(distance_m(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())


def _arrays(points: Sequence[Point]) -> tuple[Any, Any]:
    return np.array([one.lon for one in points], dtype=float), np.array(
        [one.lat for one in points], dtype=float
    )


def _refuse_impossible(points: Sequence[Point]) -> None:
    for row, one in enumerate(points):
        try:
            as_points(one.lon, one.lat)
        except CoordinateError as error:
            shown = f"{one.lon}, {one.lat}"
            raise InputError(
                error.code, **{**error.values, "field": f"points.{row}.lon", "value": shown}
            ) from error


def _plain(point: Point) -> list[Any]:
    return [point.at.isoformat(), point.lon, point.lat, point.accuracy_m]


def _marked(tx: Tx, point: Point) -> list[Any]:
    return [point.at.isoformat(), None, None, None] if tx.config.track_days == NEVER else _plain(point)


def _newest(tx: Tx, one: Patrol) -> tuple[datetime, Point | None]:
    """Tell up to when points were counted, and the last of them, where it is kept."""
    if one.newest is None:
        return EARLIEST, None
    try:
        said, lon, lat, accuracy = orjson.loads(open_box(tx, one.newest, bound("patrol", one.uid)))
    except (InvalidTag, KeyError):  # its key is gone: the way goes on from here
        return EARLIEST, None
    at = datetime.fromisoformat(said)
    return at, None if lon is None else Point(at, lon, lat, accuracy)


def forget(tx: Tx) -> int:
    """Delete raw points whose days are over, end patrols of days gone by; gives how many pieces went."""
    before = tx.now - timedelta(days=tx.config.track_days)
    with overwriting(tx):
        gone = tx.session.execute(delete(TrackPiece).where(TrackPiece.at <= before))
        old = (Patrol.newest.is_not(None), Patrol.ended_at <= before)
        tx.session.execute(update(Patrol).where(*old).values(newest=None))
    for one in tx.session.scalars(
        select(Patrol).where(Patrol.ended_at.is_(None), Patrol.began_at <= tx.now - timedelta(days=1))
    ):
        one.ended_at = _latest(tx, one)
    return int(gone.rowcount)  # type: ignore[attr-defined]


def theirs(tx: Tx, person_id: int) -> list[dict[str, Any]]:
    """Tell all that is kept of somebody's patrols, for themself alone: raw points too, while they are there."""
    told = []
    for one in tx.session.scalars(select(Patrol).where(Patrol.person_id == person_id).order_by(Patrol.id)):
        pieces = tx.session.scalars(
            select(TrackPiece).where(TrackPiece.patrol_id == one.id).order_by(TrackPiece.id)
        )
        view = _view(one)
        points = [
            point
            for piece in pieces
            for point in orjson.loads(open_box(tx, piece.box, bound("track", piece.uid)))
        ]
        told.append({"uid": str(view.uid), "began_at": view.began_at, "ended_at": view.ended_at, "metres": view.metres,
                     "points": view.points, "left_out": view.left_out, "track": points})  # fmt: skip
    return told


def _view(one: Patrol) -> PatrolView:
    return PatrolView(one.uid, one.began_at, one.ended_at, round(one.metres, 1), one.points, one.left_out)
