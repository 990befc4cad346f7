"""The columns of a process, brought up to date at each question.

Every change of an issue leaves an entry, and entries are numbered: what is newer than the newest known is read
again. PostgreSQL hands numbers out before it shows the rows, so there the last two hundred are looked at each
time; and on both, whatever was changed within the last minute. Rows whose version is known are not read again.

What a writing transaction has not committed yet is seen by itself alone.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import numpy as np
from sqlalchemy import bindparam, func, select, union

from server.db import Tx
from server.models import Entry, Issue
from server.services.categories import categories
from server.services.columns.narrow import CODED, NARROW, Array, shrunk
from server.services.columns.reading import read, read_these
from server.services.columns.rows import Columns
from server.words import NAMES as WORDS

__all__ = ["columns_of", "columns_read"]

SHELF, LOCK = "columns", "columns lock"
OVERLAP = timedelta(seconds=60)
BEHIND = 200  # numbers that PostgreSQL may still show rows of
MOST_APART = 50_000  # rows kept apart before all are laid together

_NEWEST = select(select(func.max(Issue.id)).scalar_subquery(), select(func.max(Entry.id)).scalar_subquery())
_ANY = union(
    select(Issue.id).where(Issue.updated_at >= bindparam("since")),
    select(Issue.id).where(Issue.id > bindparam("issue")),
    select(Entry.issue_id).where(Entry.id > bindparam("entry")),
).subquery()
_TOUCHED = select(Issue.id, Issue.version).join(
    _ANY, _ANY.c.id == Issue.id
)  # made once: each question asks it


def columns_of(tx: Tx) -> Columns:
    """Give the columns as of a transaction.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    """
    if tx.writes:
        known = tx.store.shelf.get(SHELF)
        return _all(tx) if known is None else _refreshed(tx, known)
    if SHELF in tx.seen:
        return cast("Columns", tx.seen[SHELF])
    lock: threading.Lock = tx.store.shelf.setdefault(LOCK, threading.Lock())
    with lock:
        known = tx.store.shelf.get(SHELF)
        found = _all(tx) if known is None else _refreshed(tx, known)
        tx.store.shelf[SHELF] = tx.seen[SHELF] = found
    return found


def columns_read(tx: Tx) -> Columns | None:
    """Give the columns as of a transaction if this process has read them; None before, and while it does."""
    return columns_of(tx) if SHELF in tx.store.shelf else None


def _last(tx: Tx) -> tuple[int, int]:
    issue, entry = tx.rows(_NEWEST)[0]
    return int(issue or 0), int(entry or 0)


def _all(tx: Tx) -> Columns:
    last = _last(tx)  # before the rows: whatever comes in between is read again
    columns, codes = read(tx, _codes())
    base = {name: shrunk(name, values) for name, values in columns.items()}
    return Columns(base, None, _none(), codes, tx.now, last)


def _codes() -> dict[str, list[str]]:
    known = {name: list(WORDS[name]) for name in CODED if name in WORDS}
    return {**known, "category": list(categories())}


def _none() -> dict[str, Array]:
    return {name: np.empty(0, kind.dtype) for name, kind in NARROW.items()}


def _refreshed(tx: Tx, known: Columns) -> Columns:
    last = _last(tx)
    if tx.now > known.at + OVERLAP and (last[0] < known.last[0] or last[1] < known.last[1]):
        return _all(tx)  # another store lies where these were read from: nothing of one is ever deleted
    last = max(last[0], known.last[0]), max(last[1], known.last[1])
    rows = _touched(tx, known)
    changed = rows[rows[:, 1] > _versions(known, rows[:, 0]), 0]
    if not len(changed):
        return replace(known, at=tx.now, last=last)
    if len(changed) > MOST_APART:
        return _all(tx)
    fresh, codes = read_these(tx, known.codes, np.sort(changed))
    tail, alive = _replaced(known.tail, fresh), _outlived(known, fresh["id"])
    found = Columns(known.base, alive, tail, codes, tx.now, last)
    return _together(found) if len(tail["id"]) > MOST_APART else found


def _touched(tx: Tx, known: Columns) -> Array:
    """Give whatever may have changed, with its version."""
    issue, entry = (number - (0 if tx.on_sqlite else BEHIND) for number in known.last)
    since = min(known.at, tx.now) - OVERLAP
    rows = tx.rows(_TOUCHED, {"since": since, "issue": issue, "entry": entry})
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 2)


def _versions(known: Columns, ids: Array) -> Array:
    """Give the versions in which issues are known, -1 for none."""
    found = np.full(len(ids), -1, np.int64)
    for columns in (known.base, known.tail):
        places, inside = _places(columns["id"], ids)
        found[inside] = columns["version"][places]
    return found


def _places(known: Array, ids: Array) -> tuple[Array, Array]:
    """Find keys among ordered ones: the places of those that are there, and which they are."""
    places = np.searchsorted(known, ids)
    inside = places < len(known)
    inside[inside] = known[places[inside]] == ids[inside]
    return places[inside], inside


def _replaced(tail: Mapping[str, Array], fresh: Mapping[str, Array]) -> dict[str, Array]:
    kept = ~np.isin(tail["id"], fresh["id"])
    ids = np.concatenate([tail["id"][kept], fresh["id"]])
    order = np.argsort(ids, kind="stable")
    return {name: np.concatenate([tail[name][kept], fresh[name]])[order] for name in NARROW}


def _outlived(known: Columns, ids: Array) -> Array | None:
    """Tell which rows of the base still stand when others stand for some of them."""
    places, _inside = _places(known.base["id"], ids)
    if not len(places):
        return known.alive
    alive = np.ones(len(known.base["id"]), bool) if known.alive is None else known.alive.copy()
    alive[places] = False
    return alive


def _together(found: Columns) -> Columns:
    """Lay what was kept apart among the rest."""
    alive = slice(None) if found.alive is None else found.alive
    order = np.argsort(np.concatenate([found.base["id"][alive], found.tail["id"]]), kind="stable")
    base = {
        name: shrunk(name, np.concatenate([found.base[name][alive], found.tail[name]])[order])
        for name in NARROW
    }
    return replace(found, base=base, alive=None, tail=_none())
