"""Counting what is asked of the database, so that no page asks once a row."""

from contextlib import contextmanager

from sqlalchemy import event

__all__ = ["counted"]


@contextmanager
def counted(store):
    """Give a list that collects every statement sent inside the block."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
