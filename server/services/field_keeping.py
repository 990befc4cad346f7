"""How long is kept what happened in the field: words of visits as those of issues, raw points some days only.

Words of care stay while it lasts, and go at its end. What is deleted row by row is in
:mod:`server.services.traces`; here are words that are blanked in rows that stay for the figures.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, update

from server.db import Tx
from server.models import Patrol, Visit, VisitIssue
from server.services.overwriting import overwriting
from server.services.tracks import latest

__all__ = ["blank_due", "blank_of", "settle", "visits_due"]

GONE: dict[str, Any] = {"box": None, "lon": None, "lat": None, "accuracy_m": None, "place_id": None}


def visits_due(before: datetime | None) -> ColumnElement[bool]:
    """Condition: words of this visit are due, as it was before an instant; None keeps them for good."""
    if before is None:
        return false()
    has_words = or_(Visit.box.is_not(None), Visit.lon.is_not(None), Visit.place_id.is_not(None))
    return and_(Visit.happened_at < before, Visit.purged_at.is_(None), has_words)


def blank_due(tx: Tx, before: datetime | None) -> int:
    """Take the words from visits before an instant; gives how many."""
    return _blanked(tx, visits_due(before))


def blank_of(tx: Tx, issue_ids: Sequence[int]) -> int:
    """Take the words from the visits that led to issues; gives how many."""
    led = select(VisitIssue.visit_id).where(VisitIssue.issue_id.in_(issue_ids))
    return _blanked(tx, and_(Visit.id.in_(led), Visit.purged_at.is_(None)))


def _blanked(tx: Tx, condition: ColumnElement[bool]) -> int:
    done = tx.session.execute(
        update(Visit).where(condition).values(GONE | {"purged_at": tx.now}),
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
