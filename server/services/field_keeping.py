"""How long is kept what happened in the field: words of visits as those of issues, raw points some days only.

Words of care stay while it lasts, and go at its end. What is deleted row by row is in
:mod:`server.services.traces`; here are words that are blanked in rows that stay for the figures.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, false, func, select, update

from server.db import Tx
from server.models import Patrol, TrackPiece, Visit, VisitIssue
from server.services.coverage import KEPT
from server.services.overwriting import overwriting
from server.services.tracks import latest

__all__ = [
    "blank_due",
    "blank_of",
    "blank_tracks",
    "forget",
    "patrols_due",
    "settle",
    "tracks_due",
    "visits_due",
]


def visits_due(before: datetime | None) -> ColumnElement[bool]:
    """Condition: words of this visit are due, as it was before an instant; None keeps them for good."""
    if before is None:
        return false()
    return and_(Visit.happened_at < before, Visit.purged_at.is_(None), Visit.box.is_not(None))


def blank_due(tx: Tx, before: datetime | None) -> int:
    """Take the words from visits before an instant; gives how many."""
    return _blanked(tx, visits_due(before))


def blank_of(tx: Tx, issue_ids: Sequence[int]) -> int:
    """Take the words from the visits that led to issues; gives how many."""
    led = select(VisitIssue.visit_id).where(VisitIssue.issue_id.in_(issue_ids))
    return _blanked(tx, and_(Visit.id.in_(led), Visit.purged_at.is_(None)))


def _blanked(tx: Tx, condition: ColumnElement[bool]) -> int:
    done = tx.session.execute(
        update(Visit).where(condition).values(box=None, purged_at=tx.now),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def settle(tx: Tx) -> None:
    """End patrols of days gone by, and forget where those ended that are past their time."""
    left = (Patrol.ended_at.is_(None), Patrol.began_at <= tx.now - timedelta(days=1))
    for one in tx.session.scalars(select(Patrol).where(*left)):
        one.ended_at = latest(tx, one)
    tx.session.flush()
    old = (Patrol.newest.is_not(None), Patrol.ended_at <= tx.now - timedelta(days=tx.config.track_days))
    with overwriting(tx):
        tx.session.execute(update(Patrol).where(*old).values(newest=None))


def forget(tx: Tx, before: datetime | None) -> dict[str, int]:
    """Forget of the field what is past its time, once what old patrols came through is gone; gives how many.

    Parameters
    ----------
    tx : Tx
        Writing transaction; its instant decides of patrols.
    before : datetime or None
        Words of visits before this instant go; None keeps them for good.
    """
    settle(tx)
    old = patrols_due(tx)
    with overwriting(tx):
        gone = {"tracks": blank_tracks(tx), "visits": blank_due(tx, before)}
        for statement in (
            update(Visit).where(Visit.patrol_id.in_(old)).values(patrol_id=None),
            delete(TrackPiece).where(TrackPiece.patrol_id.in_(old)),
            delete(Patrol).where(Patrol.id.in_(old)),
        ):
            tx.session.execute(statement, execution_options={"synchronize_session": False})
    return gone


def patrols_due(tx: Tx) -> Select[Any]:
    """Ask for the keys of the patrols that are past their time, with all that hangs on them."""
    return select(Patrol.id).where(Patrol.began_at < tx.now - KEPT)


def tracks_due(tx: Tx) -> int:
    """Count the pieces whose raw points are past their time."""
    return int(tx.session.scalar(select(func.count()).select_from(TrackPiece).where(_are_old(tx))) or 0)


def _are_old(tx: Tx) -> ColumnElement[bool]:
    return and_(TrackPiece.box.is_not(None), TrackPiece.at <= tx.now - timedelta(days=tx.config.track_days))


def blank_tracks(tx: Tx) -> int:
    """Take the raw points from pieces that are past their time; gives how many."""
    done = tx.session.execute(
        update(TrackPiece).where(_are_old(tx)).values(box=None),
        execution_options={"synchronize_session": False},
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
