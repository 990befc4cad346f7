"""Leaving nothing of what was erased in SQLite's files: freed space is overwritten, the log beside emptied.

PostgreSQL reuses freed space by its vacuum. What either leaves behind of sealed words is closed, and opens no
more once the key that sealed it is retired.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from server.db import BUSY_MS, Store, Tx

__all__ = ["empty_log", "overwriting"]

PATIENCE_MS = 1_000
"""For whoever reads just now; if they go on longer, the log is emptied another time."""


@contextmanager
def overwriting(tx: Tx) -> Iterator[None]:
    """Overwrite what is freed within the block; does nothing on PostgreSQL."""
    if not tx.on_sqlite:
        yield
        return
    connection = tx.session.connection()
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")


def empty_log(store: Store) -> None:
    """Bring SQLite's log into its file and empty it; does nothing on PostgreSQL."""
    if not store.on_sqlite:
        return
    with closing(store.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            cursor.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchall()  # says whether it was busy; never raises
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            cursor.close()
