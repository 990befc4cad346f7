"""Files of photos that nobody points to: let go of some at a time, so that nobody who writes waits long.

Whoever names a file and whoever removes it keep out of each other's way, so that no row is ever without its file.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import func, select, union

from server.blobs import blobs_of
from server.db import Store, Tx
from server.locks import Lock
from server.models import Attachment
from server.services.marks import mark, set_mark

__all__ = ["drop", "may_be_dropped", "share", "sweep", "unnamed"]

UNNAMED = timedelta(days=1)
"""So long a file may lie without a row: its transaction may be under way."""
AT_ONCE = 500
"""Digests asked about in one statement."""
DROPPED_AT_ONCE, HELD_S = 10, 1.0
"""Files removed while everybody who writes waits, and for how long; a bucket may be slow."""
DROPPED = "files dropped"
"""Mark: when files were last removed."""
DROPPING_MOST = timedelta(minutes=10)
"""No transaction that removes files takes longer, and no clock is further off."""
_LOCK = Lock.FILES.value
"""Whoever names files holds it with others, whoever removes them alone."""


def share(tx: Tx) -> None:
    """Keep files from being removed until this transaction, which names some, is done."""
    if not tx.on_sqlite:  # SQLite has one writer anyway
        tx.session.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))


def may_be_dropped(tx: Tx, put_at: datetime) -> bool:
    """Tell whether files were removed since an instant, or little before; asked under :func:`share`.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    put_at : datetime
        When some file was put.
    """
    said = mark(tx, DROPPED)
    return said is not None and put_at <= datetime.fromisoformat(said) + DROPPING_MOST


def unnamed(tx: Tx, digests: Sequence[str]) -> tuple[str, ...]:
    """Give those of some files that no photo needs any longer, in order."""
    left = {digest for start in range(0, len(digests), AT_ONCE)
            for digest in _named(tx, digests[start : start + AT_ONCE])}  # fmt: skip
    return tuple(digest for digest in digests if digest not in left)


def _named(tx: Tx, digests: Sequence[str]) -> set[str]:
    """Tell which files some photo still needs."""
    columns = (Attachment.digest, Attachment.thumb)
    asked = (select(one).where(one.in_(digests), Attachment.purged_at.is_(None)) for one in columns)
    return set(tx.session.scalars(union(*asked)))


def drop(store: Store, digests: Sequence[str], breathe: Callable[[float], None] | None = None) -> int:
    """Remove files that nobody points to; what somebody attached again meanwhile stays.

    Parameters
    ----------
    store : Store
        Whose files.
    digests : Sequence of str
        Any number; some at a time, so that nobody who writes waits long.
    breathe : Callable[[float], None], optional
        Called after each transaction with the seconds that it took, so that others get at the store.

    Returns
    -------
    int
        How many were removed.
    """
    count, at = 0, 0
    while at < len(digests):
        begun = monotonic()
        with store.write() as tx:
            done, gone = _dropped(tx, digests[at : at + DROPPED_AT_ONCE])
        at, count = at + done, count + gone
        if breathe is not None:
            breathe(monotonic() - begun)
    return count


def _dropped(tx: Tx, several: Sequence[str]) -> tuple[int, int]:
    """Remove the first of some files until it has taken long; gives how many were looked at, and removed."""
    if not tx.on_sqlite:
        tx.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    gone, until, count = unnamed(tx, several), monotonic() + HELD_S, 0
    if gone:
        set_mark(tx, DROPPED, tx.now.isoformat())
    for done, digest in enumerate(several, 1):
        if digest in gone:
            blobs_of(tx.store).delete(digest)
            count += 1
        if monotonic() >= until:
            return done, count
    return len(several), count


def sweep(store: Store, breathe: Callable[[float], None] | None = None) -> int:
    """Remove files that no photo names and that have lain for a day; gives how many. See :func:`drop`."""
    before = store.clock() - UNNAMED
    old = [digest for digest, at in blobs_of(store).kept() if at < before]
    with store.read() as tx:
        gone = unnamed(tx, old)
    return drop(store, gone, breathe)
