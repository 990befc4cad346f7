"""When issues had ended for a while and were opened again: what their columns no longer say.

Kept by each process beside the columns, and read from the entries that are newer than those known.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Entry
from server.models.types import to_micros
from server.services.columns.narrow import Array
from server.workflow import ENDED, State

__all__ = ["ended_at"]

SHELF, LOCK = "columns reopened", "columns reopened lock"
BEHIND = 200  # entries that PostgreSQL may still show
_ENDED = [str(state) for state in State if state in ENDED]


@dataclass(frozen=True)
class _Stretches:
    """Stretches of time in which issues had ended.

    Attributes
    ----------
    last : int
        Newest entry that was looked at.
    rows : ndarray of int, shape (n, 4)
        Entry that opened it again, issue, microseconds UTC at which it ended and was opened.
    """

    last: int
    rows: Array


def ended_at(tx: Tx, at_us: int) -> Array:
    """Give the issues that had ended at an instant, and were opened again since.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    at_us : int
        Microseconds UTC.

    Returns
    -------
    ndarray of int
        Keys.
    """
    rows = _stretches(tx).rows
    return np.asarray(rows[(rows[:, 2] <= at_us) & (rows[:, 3] > at_us), 1])


def _stretches(tx: Tx) -> _Stretches:
    lock: threading.Lock = tx.store.shelf.setdefault(LOCK, threading.Lock())
    with lock:
        found = _refreshed(tx, tx.store.shelf.get(SHELF, _Stretches(0, np.empty((0, 4), np.int64))))
        if not tx.writes:
            tx.store.shelf[SHELF] = found
    return found


def _refreshed(tx: Tx, known: _Stretches) -> _Stretches:
    last = int(tx.rows(select(func.max(Entry.id)))[0][0] or 0)
    if last < known.last:
        known = _Stretches(0, known.rows[:0])
    if last == known.last and tx.on_sqlite:
        return known
    begin = known.last - (0 if tx.on_sqlite else BEHIND)
    fresh = np.array([_told(row) for row in _opened(tx, begin)], np.int64).reshape(-1, 4)
    kept = known.rows[~np.isin(known.rows[:, 0], fresh[:, 0])]
    return _Stretches(last, np.concatenate([kept, fresh]))


def _opened(tx: Tx, begin: int) -> Sequence[Any]:
    """Read the entries by which something that had ended was opened, and when it had."""
    before = aliased(Entry)
    ended = select(before.happened_at).where(before.issue_id == Entry.issue_id, before.seq < Entry.seq)
    ended = ended.where(before.to_state.in_(_ENDED), before.from_state.is_distinct_from(before.to_state))
    newest = ended.order_by(before.seq.desc()).limit(1).correlate(Entry).scalar_subquery()
    opened = select(Entry.id, Entry.issue_id, newest.label("ended"), Entry.happened_at)
    return tx.rows(
        opened.where(Entry.id > begin, Entry.from_state.in_(_ENDED), Entry.to_state.not_in(_ENDED))
    )


def _told(row: Any) -> tuple[int, int, int, int]:  # noqa: ANN401 - a row
    key, issue, ended, opened = row
    return key, issue, to_micros(ended), to_micros(opened)
