"""What a process keeps of the database between transactions, each under the state that it was made of.

Only transactions that read put something by: what one that writes has seen may yet be rolled back, and its keys
given out again for something else.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from server.db import Tx

__all__ = ["kept_before", "shelved"]

Made = TypeVar("Made")
Kept = dict[Hashable, tuple[object, Any]]


def shelved(
    tx: Tx, name: str, state: object, make: Callable[[], Made], *, which: Hashable = None, most: int = 1
) -> Made:
    """Give what is made of a state, made once.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    name : str
        Place on the store's shelf.
    state : object
        What it is made of, as can be compared; made anew when another.
    make : Callable
        Makes it.
    which : hashable, optional
        Which of several of that name.
    most : int, optional
        So many are kept; the one not asked for longest goes first.
    """
    kept: Kept = tx.store.shelf.setdefault(name, {})
    found = kept.get(which)
    if found is None or found[0] != state:
        found = state, make()
        if tx.writes:
            return found[1]
    kept.pop(which, None)
    kept[which] = found
    for old in list(kept)[: max(len(kept) - most, 0)]:
        kept.pop(old, None)
    return found[1]


def kept_before(tx: Tx, name: str, which: Hashable = None) -> tuple[Any, Any] | None:
    """Give what was put by last with its state, whatever that is now; None for nothing."""
    kept: Kept = tx.store.shelf.get(name, {})
    return kept.get(which)
