"""Rows of columns: all of a process's, and those that a question leaves of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from server.db import Tx
from server.services.columns.narrow import NARROW, Array
from server.services.filters import Filters
from server.services.people import Actor

__all__ = ["Columns", "Rows"]


@dataclass(frozen=True)
class Rows:
    """Some rows; a column is looked up when it is asked for.

    Attributes
    ----------
    columns : Mapping[str, ndarray]
        Whole columns, by id.
    at : ndarray of int or None
        Places of these rows in them; None: all.
    """

    columns: Mapping[str, Array]
    at: Array | None = None
    _taken: dict[str, Array] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns["id"] if self.at is None else self.at)

    def __getitem__(self, name: str) -> Array:
        """Give a column of these rows; not to be written to."""
        if self.at is None:
            return self.columns[name]
        if name not in self._taken:
            self._taken[name] = self.columns[name].take(self.at)
        return self._taken[name]

    def where(self, mask: Array | None) -> "Rows":
        """Give those rows for which a mask says so; None: all."""
        if mask is None:
            return self
        places = np.flatnonzero(mask)
        if len(places) == len(self):
            return self
        if self.at is None:
            return Rows(self.columns, places)
        known = {name: values.take(places) for name, values in self._taken.items()}
        return Rows(self.columns, self.at.take(places), known)


@dataclass(frozen=True)
class Columns:
    """All issues' columns at one moment; never changed, but replaced.

    Attributes
    ----------
    base : Mapping[str, ndarray]
        Rows as they were when they were read in one go, by id.
    alive : ndarray of bool or None
        Which of them still stand; None: all.
    tail : Mapping[str, ndarray]
        Rows that are new or changed since, by id.
    codes : Mapping[str, list of str]
        ``state category source satisfaction`` -> the codes that numbers in these columns stand for.
    at : datetime
        Instant of the transaction that brought them up to date.
    last : tuple of int
        Newest issue and newest entry that are in them.
    """

    base: Mapping[str, Array]
    alive: Array | None
    tail: Mapping[str, Array]
    codes: Mapping[str, list[str]]
    at: datetime
    last: tuple[int, int]

    def __len__(self) -> int:
        """Count the issues."""
        dead = 0 if self.alive is None else len(self.alive) - int(np.count_nonzero(self.alive))
        return len(self.base["id"]) - dead + len(self.tail["id"])

    def parts(self) -> tuple[tuple[Rows, Array | None], ...]:
        """Give the rows in two parts, each with the mask of those that stand."""
        return (Rows(self.base), self.alive), (Rows(self.tail), None)

    def found(self, tx: Tx, actor: Actor, filters: Filters) -> tuple[Rows, ...]:
        """Find the rows that match and may be seen: what :func:`server.services.listing.matching` says.

        Parameters
        ----------
        tx : Tx
            The transaction that these columns were asked for with; its instant decides what is overdue.
        actor : Actor
            Who asks.
        filters : Filters
            What is asked for; what the columns do not hold (words, what is waited for) the database is asked for,
            and nothing else.

        Returns
        -------
        tuple of Rows
            In parts, of no order.

        Raises
        ------
        InputError
            There is no area, person or department of that name, or none that the actor knows of.
        """
        return tuple(rows.where(mask) for rows, mask in self._masked(tx, actor, filters))

    def count(self, tx: Tx, actor: Actor, filters: Filters) -> int:
        """Count the rows that :meth:`found` gives."""
        masked = self._masked(tx, actor, filters)
        return sum(len(rows) if mask is None else int(np.count_nonzero(mask)) for rows, mask in masked)

    def _masked(self, tx: Tx, actor: Actor, filters: Filters) -> Iterator[tuple[Rows, Array | None]]:
        from server.services.columns.asked import conditions  # noqa: PLC0415 - it is told of rows
        from server.services.columns.seen import seen  # noqa: PLC0415

        wanted = [*seen(tx, actor), *conditions(tx, actor, filters, self.codes)]
        for rows, mask in self.parts():
            for one in wanted:
                told = one(rows)
                mask = told if mask is None else mask & told  # noqa: PLW2901 - grown step by step
            yield rows, mask

    def chosen(self, tx: Tx, actor: Actor, filters: Filters, names: Sequence[str]) -> dict[str, Array]:
        """Give columns of the issues that match and may be seen.

        Parameters
        ----------
        tx, actor, filters :
            As of :meth:`found`.
        names : Sequence of str
            Any of :data:`server.services.columns.NAMES`.

        Returns
        -------
        dict of str -> ndarray
            Each as long as there are issues, in the same order, which is no particular one. ``lon lat`` WGS 84
            degrees, NaN without a point; ``…_us`` microseconds UTC, :data:`NEVER` for none; codes as numbers in
            :attr:`codes`; keys 0 and everything else -1 for none.

        Raises
        ------
        InputError
            As of :meth:`found`.
        KeyError
            There is no such column.
        """
        return gathered(self.found(tx, actor, filters), names)


def gathered(parts: Iterable[Rows], names: Sequence[str]) -> dict[str, Array]:
    """Put columns of several parts together."""
    found = list(parts)
    return {
        name: np.concatenate([rows[name] for rows in found]).astype(NARROW[name].dtype, copy=False)
        for name in names
    }
