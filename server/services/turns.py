"""Turns: what must not be decided by two at once is decided by one after the other."""

from sqlalchemy import func, select

from server.db import Tx
from server.locks import Lock

__all__ = ["alone"]

_ALONE = select(func.pg_advisory_xact_lock(Lock.RULES.value))


def alone(tx: Tx) -> None:
    """Wait until nobody else changes rules or accounts: each change sees those before it."""
    if not tx.on_sqlite:  # where one transaction writes at a time anyway
        tx.session.execute(_ALONE)
