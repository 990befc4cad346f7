"""Patrols: begun and ended by the walker; a track only while one runs, and only inside working hours.

The same uid is the same patrol, however often and late it comes. Raw points are blanked some days later and the
patrol is forgotten after a month, see :mod:`server.services.field_keeping`. Nobody but the walker is told of any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import Patrol, Person, TrackPiece
from server.services import tracks
from server.services.drafts import AHEAD, EARLIEST
from server.services.lines import whole
from server.services.people import Actor
from server.services.sent import refuse_nil
from server.services.tracks import Point, latest, points_of

__all__ = ["MOST", "USUAL", "PatrolView", "begin", "end", "patrol_of", "take", "theirs"]

USUAL, MOST = 20, 50


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
        The instant cannot be, or the uid is none.
    Conflict
        ``uid.taken``: it is somebody else's.
    """
    refuse_nil(uid)
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
        A coordinate, doubt, instant or uid that is none.
    Conflict
        ``uid.taken``: the piece is another patrol's.
    """
    refuse_nil(piece)
    one = _held(tx, actor, uid)
    there = tx.session.scalar(select(TrackPiece).where(TrackPiece.uid == piece))
    if there is not None and there.patrol_id != one.id:
        raise Conflict("uid.taken")
    if there is None:
        tracks.add(tx, actor, one, piece, points)
        tx.session.flush()
    return _view(one)


def patrol_of(tx: Tx, actor: Actor, uid: UUID) -> int | None:
    """Give the key of one of the actor's own patrols; None where there is none, as it may be forgotten by now."""
    return tx.session.scalar(select(Patrol.id).where(Patrol.uid == uid, Patrol.person_id == actor.person_id))


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


def theirs(
    tx: Tx, actor: Actor, after: str = "", limit: int = USUAL
) -> tuple[list[dict[str, Any]], str | None]:
    """Tell somebody all that is kept of their own patrols, newest first; raw points too, while they are there.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.
    after : str
        What the page before gave; empty for the first.
    limit : int
        At most so many.

    Raises
    ------
    InputError
        The mark of the page is unknown.
    """
    own = Patrol.person_id == actor.person_id
    query = select(Patrol).where(own).order_by(Patrol.began_at.desc(), Patrol.id.desc())
    if after:
        key = whole(after)
        last = tx.session.scalar(select(Patrol).where(own, Patrol.id == key)) if key else None
        if last is None:
            raise InputError("cursor.invalid", field="after", value=after[:40])
        same = and_(Patrol.began_at == last.began_at, Patrol.id < last.id)
        query = query.where(or_(Patrol.began_at < last.began_at, same))
    found = tx.session.scalars(query.limit(limit + 1)).all()
    more = str(found[limit - 1].id) if len(found) > limit else None
    pieces = select(TrackPiece).where(TrackPiece.patrol_id.in_([one.id for one in found[:limit]]))
    tracks_of: dict[int, list[Any]] = {}
    for piece in tx.session.scalars(pieces.order_by(TrackPiece.id)):
        tracks_of.setdefault(piece.patrol_id, []).extend(points_of(tx, piece))
    return [{**vars(_view(one)), "track": tracks_of.get(one.id, [])} for one in found[:limit]], more


def _view(one: Patrol) -> PatrolView:
    return PatrolView(one.uid, one.began_at, one.ended_at, round(one.metres, 1), one.points, one.left_out)
