"""What is made of whole columns, kept beside them by each process for as long as they stand."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from server.db import Tx
from server.services.columns.narrow import Array

__all__ = ["beside"]

SHELF = "columns beside"
MOST = 4
"""Columns of which something is kept: those last asked about, so that the many stay while the few change."""

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
    known.pop(id(own), None)
    known[id(own)] = found
    for old in list(known)[:-MOST]:
        known.pop(old, None)
    return found[1]
