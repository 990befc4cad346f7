"""What a supervisor is told about retention: how long what is kept, and what is due next in their own areas."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from server.db import Tx
from server.models import Issue
from server.services.idempotency import KEPT
from server.services.people import Actor
from server.services.retention import NEVER, ended_before, horizon
from server.services.rights import supervised
from server.services.traces import FAILURES, LINKS, SESSIONS

__all__ = ["SOON", "Outlook", "outlook"]

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Outlook:
    """What is kept how long, and what is due.

    Attributes
    ----------
    days : int
        Days from an issue's end until its words about people go; 0: never.
    due, soon : int
        Issues whose time is up, and those whose time is up in thirty days.
    next_at : datetime or None
        When the next of these is due.
    purged : int
        Issues whose words went.
    sessions, links, failures, answers : int
        Days for which these traces of coming in are kept.
    """

    days: int
    due: int
    soon: int
    next_at: datetime | None
    purged: int
    sessions: int = SESSIONS.days
    links: int = LINKS.days
    failures: int = FAILURES.days
    answers: int = KEPT.days


def outlook(tx: Tx, actor: Actor) -> Outlook:
    """Tell what is due in the areas that an actor supervises.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides.
    actor : Actor
        Who asks.
    """
    days, now = tx.config.personal_days, horizon(tx)
    purged = _count(tx, actor, Issue.purged_at.is_not(None))
    if now is None:
        return Outlook(NEVER, 0, 0, None, purged)
    due = _count(tx, actor, ended_before(now))
    soon = _count(tx, actor, ended_before(now + SOON))
    waiting = and_(ended_before(tx.now), Issue.ended_at >= now, supervised(actor))
    first = tx.session.scalar(select(func.min(Issue.ended_at)).where(waiting))
    return Outlook(days, due, soon - due, first + timedelta(days=days) if first else None, purged)


def _count(tx: Tx, actor: Actor, condition: object) -> int:
    query = select(func.count()).select_from(Issue).where(condition, supervised(actor))  # type: ignore[arg-type]
    return int(tx.session.scalar(query) or 0)
