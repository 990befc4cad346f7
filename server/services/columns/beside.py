"""What is made of whole columns, kept beside them by each process for as long as they stand."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from server.db import Tx
from server.services.columns.narrow import Array

__all__ = ["beside"]

SHELF = "columns beside"
MOST = 4
"""Columns of which something is kept: those as of now and a moment ago, of two parts."""

Made = TypeVar("Made")


def beside(tx: Tx, columns: Mapping[str, Array], what: Hashable, make: Callable[[], Made]) -> Made:
    """Give what is made of columns, made once.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    columns : Mapping[str, ndarray]
        Whole columns: those of :attr:`server.services.columns.Rows.columns`.
    what : hashable
        Which of all that is made of them.
    make : Callable
        Makes it.
    """
    kept: dict[Hashable, dict[int, tuple[Array, Made]]] = tx.store.shelf.setdefault(SHELF, {})
    known = kept.setdefault(what, {})
    own = columns["id"]
    found = known.get(id(own))
    if found is None or found[0] is not own:
        found = own, make()
        for old in list(known)[: max(len(known) - MOST + 1, 0)]:
            known.pop(old, None)
        known[id(own)] = found
    return found[1]
