"""The track of a patrol: points are believed or not, counted, turned into what they came through, and sealed.

What comes from a device may come late, twice and in any order: the same piece is taken once, what a point came
through is a set, and nothing is counted that is not newer than what was counted. Points outside the patrol's time
or outside working hours are counted and thrown away unread.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import orjson
from cryptography.exceptions import InvalidTag

from geo.coordinates import as_points
from geo.crs import distance_m
from geo.errors import CoordinateError
from server.db import Tx
from server.errors import InputError
from server.models import Patrol, TrackPiece
from server.services import coverage
from server.services.drafts import ACCURACY_MOST_M, AHEAD, EARLIEST
from server.services.people import Actor
from server.services.private import open_box, seal_box
from server.services.rules import rules_of
from server.worktime import Calendar

__all__ = ["ACCURACY_M", "NEVER", "SPEED_M_S", "Point", "add", "bound", "is_working", "latest", "points_of"]

ACCURACY_M, SPEED_M_S = 100.0, 40.0
"""What a device doubts more, and what is faster, is not believed."""
FAST = timedelta(days=1)
"""Points of a clock that is fast by less are left out and counted; those beyond are a mistake and refused."""
NEVER = 0
"""As ``track_days``: raw points are not kept at all."""


class Point(NamedTuple):
    """Where a device was: instant, WGS 84 degrees, radius of its own doubt in metres, if it told one."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None


def add(tx: Tx, actor: Actor, one: Patrol, piece: UUID, points: Sequence[Point]) -> None:
    """Add some minutes to a patrol.

    Parameters
    ----------
    tx : Tx
        Writing transaction that holds the patrol's row.
    actor : Actor
        The walker.
    one : Patrol
        Whose counts change.
    piece : UUID
        Of these points; was not taken before.
    points : Sequence of Point
        In any order.

    Raises
    ------
    InputError
        A coordinate, doubt or instant that cannot be; names the first one's number, from 0.
    """
    _refuse_impossible(tx, points)
    since, before = _newest(tx, one)
    believed = _believed(_timely(tx, one, points), before)
    fresh = [point for point in believed if point.at > since]
    one.points += len(fresh)
    one.left_out += sum(point.at > since for point in points) - len(fresh)
    one.metres += _metres([*([before] if before else []), *fresh])
    coverage.add(tx, actor, one, *_arrays(believed))
    if fresh:
        one.newest = seal_box(tx, orjson.dumps(_marked(tx, fresh[-1])), bound("patrol", one.uid))
    _keep(tx, one, piece, believed if tx.config.track_days != NEVER else ())


def points_of(tx: Tx, piece: TrackPiece) -> list[Any]:
    """Read the raw points of a piece: instant, lon, lat, accuracy; none where they are gone or cannot be opened."""
    if piece.box is None:
        return []
    try:
        found: list[Any] = orjson.loads(open_box(tx, piece.box, bound("track", piece.uid)))
    except (InvalidTag, KeyError):
        return []
    return found


def bound(kind: str, uid: UUID) -> bytes:
    """Say what a box of the field is sealed to."""
    return f"{kind} {uid}".encode()


def latest(tx: Tx, one: Patrol) -> datetime:
    """Tell when a patrol is over at the latest: with the day on which it began."""
    day = one.began_at.astimezone(tx.config.zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), tx.config.zone).astimezone(one.began_at.tzinfo)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Tell whether people work at an instant."""
    here = at.astimezone(calendar.zone)
    return calendar.is_working_day(here.date()) and any(
        opening <= here.time() < closing for opening, closing in calendar.hours
    )


def _keep(tx: Tx, one: Patrol, piece: UUID, points: Sequence[Point]) -> None:
    """Keep that a piece was taken in, so that it is not counted again, with the points that may be kept."""
    told = [_plain(point) for point in points]
    box = seal_box(tx, orjson.dumps(told), bound("track", piece)) if told else None
    tx.session.add(TrackPiece(uid=piece, patrol_id=one.id, points=len(points), box=box, at=tx.now))


def _timely(tx: Tx, one: Patrol, points: Sequence[Point]) -> list[Point]:
    """Leave the points inside the patrol and inside working hours, in order."""
    calendar = rules_of(tx).calendar
    until = min(one.ended_at or tx.now + AHEAD, latest(tx, one))
    kept = [point for point in points if one.began_at <= point.at <= until and is_working(calendar, point.at)]
    return sorted(kept, key=lambda point: point.at)


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


def _refuse_impossible(tx: Tx, points: Sequence[Point]) -> None:
    for row, one in enumerate(points):
        if one.accuracy_m is not None and not 0 <= one.accuracy_m <= ACCURACY_MOST_M:
            field, most = f"points.{row}.accuracy_m", f"0–{ACCURACY_MOST_M:.0f}"
            raise InputError("field.invalid", field=field, value=one.accuracy_m, why=most)
        if one.at < EARLIEST:
            raise InputError("time.too_early", field=f"points.{row}.at", value=one.at.isoformat())
        if one.at > tx.now + FAST:
            raise InputError("time.future", field=f"points.{row}.at", value=one.at.isoformat())
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
