"""Patrols: begun and ended by the walker; a track only while one runs, and only inside working hours.

The same uid is the same patrol, however often and late it comes. Raw points are deleted some days later, see
:mod:`server.services.field_keeping`. Nobody but the walker is told of any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import Patrol, Person, TrackPiece
from server.services import tracks
from server.services.drafts import AHEAD, EARLIEST
from server.services.people import Actor
from server.services.tracks import Point, latest, points_of

__all__ = ["PatrolView", "begin", "end", "patrol_of", "take", "theirs"]


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
        other.ended_at = min(at, latest(tx, other))
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
        one.ended_at = min(at, latest(tx, one))
    return _view(one)


def take(tx: Tx, actor: Actor, uid: UUID, piece: UUID, points: Sequence[Point]) -> PatrolView:
    """Take in some minutes of a patrol's points; see :func:`server.services.tracks.add`.

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
        A coordinate that is none.
    Conflict
        ``uid.taken``: the piece is another patrol's.
    """
    one = _held(tx, actor, uid)
    there = tx.session.scalar(select(TrackPiece).where(TrackPiece.uid == piece))
    if there is not None and there.patrol_id != one.id:
        raise Conflict("uid.taken")
    if there is None:
        tracks.add(tx, actor, one, piece, points)
        tx.session.flush()
    return _view(one)


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


def theirs(tx: Tx, actor: Actor) -> list[dict[str, Any]]:
    """Tell somebody all that is kept of their own patrols, in order; raw points too, while they are there."""
    told = []
    mine = select(Patrol).where(Patrol.person_id == actor.person_id).order_by(Patrol.began_at, Patrol.id)
    for one in tx.session.scalars(mine):
        pieces = tx.session.scalars(
            select(TrackPiece).where(TrackPiece.patrol_id == one.id).order_by(TrackPiece.id)
        )
        told.append(
            {**vars(_view(one)), "track": [point for piece in pieces for point in points_of(tx, piece)]}
        )
    return told


def _view(one: Patrol) -> PatrolView:
    return PatrolView(one.uid, one.began_at, one.ended_at, round(one.metres, 1), one.points, one.left_out)
