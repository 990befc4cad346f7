"""Traces that are past their time: sessions, one-time links, failed sign-ins, remembered answers, ways walked."""

from datetime import timedelta

from sqlalchemy import ColumnElement, or_

from server.db import Tx
from server.models import (
    Base,
    PatrolCover,
    RememberedAnswer,
    ResetLink,
    SignedIn,
    SignInAttempt,
)
from server.services.field_keeping import patrols_due
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
    return {
        "sessions": (SignedIn, or_(SignedIn.ended_at < idle, SignedIn.expires_at < idle)),
        "links": (ResetLink, or_(ResetLink.used_at < used, ResetLink.expires_at < used)),
        "failures": (SignInAttempt, SignInAttempt.at < tx.now - FAILURES),
        "answers": (RememberedAnswer, RememberedAnswer.at < tx.now - KEPT),
        "covers": (PatrolCover, PatrolCover.patrol_id.in_(patrols_due(tx))),
    }
