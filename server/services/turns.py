"""Turns: what must not be decided by two at once is decided by one after the other."""

from sqlalchemy import text

from server.db import Tx

__all__ = ["alone"]

_ALONE = text("SELECT pg_advisory_xact_lock(778901)")


def alone(tx: Tx) -> None:
    """Wait until nobody else changes rules or accounts: each change sees those before it."""
    if not tx.on_sqlite:  # where one transaction writes at a time anyway
        tx.session.execute(_ALONE)
