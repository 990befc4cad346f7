"""Lists one page at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func

from server.db import Tx

__all__ = ["Page", "paged"]

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list.

    Attributes
    ----------
    rows : tuple
        In order.
    total, number, pages : int
        Rows there are, which page, of how many.
    """

    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int


def paged(
    tx: Tx, query: Select[Any], number: int, most: int, read: Callable[[Select[Any]], Iterable[Row]]
) -> Page[Row]:
    """Read one page of what a query finds.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    query : Select
        In order.
    number : int
        From 1; the last page when there are fewer.
    most : int
        Rows on a page.
    read : callable
        Makes rows of the part of the query that the page shows.
    """
    counted = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = tx.session.scalar(counted) or 0
    pages = max(1, -(-total // most))
    shown = min(max(number, 1), pages)
    return Page(tuple(read(query.limit(most).offset((shown - 1) * most))), total, shown, pages)
