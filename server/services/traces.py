"""Traces that are past their time: sessions, one-time links, failed sign-ins, remembered answers, ways walked."""

from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select

from server.db import Tx
from server.models import (
    Base,
    Patrol,
    PatrolCover,
    RememberedAnswer,
    ResetLink,
    SignedIn,
    SignInAttempt,
    TrackPiece,
)
from server.services.coverage import KEPT as COVERS
from server.services.idempotency import KEPT

__all__ = ["FAILURES", "LINKS", "SESSIONS", "old_traces"]

SESSIONS = timedelta(days=90)
"""Since a session ended or ran out."""
LINKS = timedelta(days=7)
"""Since a one-time link was used or ran out."""
FAILURES = timedelta(days=1)
"""Since a sign-in failed; what was typed as a login may have been a password."""


def old_traces(tx: Tx) -> dict[str, tuple[type[Base], ColumnElement[bool]]]:
    """Say which rows may go: name of the count -> table and condition."""
    idle, used = tx.now - SESSIONS, tx.now - LINKS
    long_ago = select(Patrol.id).where(Patrol.began_at < tx.now - COVERS)
    return {
        "sessions": (SignedIn, or_(SignedIn.ended_at < idle, SignedIn.expires_at < idle)),
        "links": (ResetLink, or_(ResetLink.used_at < used, ResetLink.expires_at < used)),
        "failures": (SignInAttempt, SignInAttempt.at < tx.now - FAILURES),
        "answers": (RememberedAnswer, RememberedAnswer.at < tx.now - KEPT),
        "tracks": (TrackPiece, TrackPiece.at <= tx.now - timedelta(days=tx.config.track_days)),
        "covers": (PatrolCover, PatrolCover.patrol_id.in_(long_ago)),
    }
