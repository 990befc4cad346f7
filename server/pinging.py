"""Asking a pooled connection whether it still lives, but only one that has lain idle.

SQLAlchemy's own ping asks each time a connection is taken, which doubles the talk of a short transaction.
"""

from time import monotonic
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

__all__ = ["pinging"]

IDLE_S = 5.0
RESTED = "rested since"


def pinging(engine: Engine) -> Engine:
    """Let an engine ping connections that were idle; a dead one is replaced before anybody meets it."""
    driver = engine.dialect.loaded_dbapi

    def wakes(connection: Any, record: Any, _proxy: Any) -> None:  # noqa: ANN401 - a driver's connection
        if monotonic() - record.info.get(RESTED, monotonic()) < IDLE_S:
            return
        try:
            connection.cursor().execute("SELECT 1")
            connection.rollback()
        except driver.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", _rests)
    event.listen(engine, "checkout", wakes)
    return engine


def _rests(_connection: Any, record: Any) -> None:  # noqa: ANN401
    record.info[RESTED] = monotonic()
