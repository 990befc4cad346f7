"""Counts over the columns: as many lists as are asked for in one look at a window, by unit or altogether.

A list is a window and what narrows it. Who may see what is asked of all rows before anything is counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from datetime import datetime
from typing import Any

import numpy as np

from server.db import Tx
from server.errors import InputError
from server.models.types import to_micros
from server.services.columns import Array, Columns, Rows, columns_of, conditions
from server.services.columns.reopened import ended_at
from server.services.filter_text import text_of
from server.services.filters import FIELDS, Filters
from server.services.people import Actor
from server.services.statistics.shapes import Query
from server.words import _, field_name

__all__ = ["NARROWING", "Ask", "Asker", "By", "ask_of", "asker", "joined", "narrowed"]

NARROWING = ("bbox", "area", "category", "source", "q", "holder", "urgent", "department")
"""Filters that statistics take; times and states are the indicators' own."""
HOUR_S = 3600
SEEN = "statistics"
VALUE_BITS = 31  # of seconds, which the database keeps in as many

Ask = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""A window and what narrows it, as they can be compared."""


def ask_of(window: Query, narrowing: Query) -> Ask:
    """Make an ask."""
    return tuple(sorted(window.items())), tuple(sorted(narrowing.items()))


@dataclass(frozen=True)
class By:
    """What rows are counted by.

    Attributes
    ----------
    keys : Callable
        Rows -> a whole number from 0 on for each.
    told : Callable
        Number -> what it stands for; None for what belongs to no unit.
    """

    keys: Callable[[Rows], Array]
    told: Callable[[int], Any]


@dataclass(frozen=True)
class Asker:
    """Who asks, of what.

    Attributes
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Counts only what they may see.
    query : Query
        What is asked for in all, as text.
    rows : tuple of Rows
        The issues that this is, in parts.
    codes : Mapping[str, list of str]
        Of the columns.
    """

    tx: Tx
    actor: Actor
    query: Query
    rows: tuple[Rows, ...]
    codes: Mapping[str, list[str]]
    _windows: dict[Any, tuple[Rows, ...]] = made(default_factory=dict, repr=False, compare=False)

    def counts(self, asks: Iterable[Ask], unit: By | None = None) -> dict[Ask, Counter[Any]]:
        """Count lists, by unit where there is one.

        Parameters
        ----------
        asks : Iterable of Ask
            Lists; the same one is counted once.
        unit : By, optional
            What they are counted by.

        Returns
        -------
        dict
            Ask -> unit -> how many; the unit is None without one.
        """
        windows: dict[Any, list[Ask]] = defaultdict(list)
        for one in dict.fromkeys(asks):
            windows[one[0]].append(one)
        found: dict[Ask, Counter[Any]] = {one: Counter() for ones in windows.values() for one in ones}
        for window, ones in windows.items():
            fields = dict.fromkeys(said for _window, narrowing in ones for said in narrowing)
            wanted = {said: self._conditions(dict([said])) for said in fields}
            for rows in self._within(window):
                keys = unit.keys(rows) if unit else None
                masks = {
                    said: _all_of(rows, each) for said, each in wanted.items()
                }  # each once, many share it
                for one in ones:
                    mask = _and(masks[said] for said in one[1])
                    found[one].update(_counted(mask, len(rows), keys, unit))
        return found

    def medians(self, window: Query, measure: str, unit: By | None = None) -> dict[Any, float]:
        """Find the median hours that issues took, by unit where there is one.

        Parameters
        ----------
        window : Query
            Which issues.
        measure : str
            ``take``: waiting to be taken, in all; ``close``: every stage from the report on. By the clock of the
            issue's own limit, working time or the wall's; what it was suspended for does not count.
        unit : By, optional
            By what.

        Returns
        -------
        dict
            Unit -> hours; units of which no issue was measured are not there.
        """
        parts = self._within(tuple(sorted(window.items())))
        used = np.concatenate([rows["take_s" if measure == "take" else "used_s"] for rows in parts])
        is_known = used >= 0
        if unit is None:
            return {None: float(np.median(used[is_known])) / HOUR_S} if is_known.any() else {}
        keys = np.concatenate([unit.keys(rows) for rows in parts])
        found = _middles(keys[is_known].astype(np.int64), used[is_known].astype(np.int64))
        return {unit.told(key): seconds / HOUR_S for key, seconds in found}

    def open_at(self, at: datetime) -> int:
        """Count what was open at an earlier instant: reported by then, and not ended, or opened again by then."""
        micros, count = to_micros(at), 0
        ended = ended_at(self.tx, micros)
        for rows in self.rows:
            was_open = rows.where((rows["reported_us"] <= micros) & (rows["ended_us"] > micros))
            count += len(was_open) - int(np.isin(was_open["id"], ended).sum())
        return count

    def _within(self, window: tuple[tuple[str, str], ...]) -> tuple[Rows, ...]:
        if window not in self._windows:
            wanted = self._conditions(dict(window))
            self._windows[window] = tuple(rows.where(_all_of(rows, wanted)) for rows in self.rows)
        return self._windows[window]

    def _conditions(self, query: Query) -> list[Callable[[Rows], Array]]:
        return list(conditions(self.tx, self.actor, Filters.parse(query, self.tx.config.zone), self.codes))


def _all_of(rows: Rows, wanted: Iterable[Callable[[Rows], Array]]) -> Array | None:
    return _and(one(rows) for one in wanted)


def _and(masks: Iterable[Array | None]) -> Array | None:
    whole: Array | None = None
    for mask in masks:
        whole = mask if whole is None else whole if mask is None else whole & mask
    return whole


def _counted(mask: Array | None, length: int, keys: Array | None, unit: By | None) -> dict[Any, int]:
    if keys is None or unit is None:
        return {None: length if mask is None else int(np.count_nonzero(mask))}
    many = np.bincount(keys if mask is None else keys[mask])
    return {unit.told(key): int(many[key]) for key in np.flatnonzero(many).tolist()}


def _middles(keys: Array, values: Array) -> Iterator[tuple[int, float]]:
    """Find the median of each key's values, which are whole and not negative."""
    both = np.sort(keys << VALUE_BITS | values)
    ordered = both & ((1 << VALUE_BITS) - 1)
    many = np.bincount(both >> VALUE_BITS)
    ends = np.cumsum(many)
    for key in np.flatnonzero(many).tolist():
        begin, length = int(ends[key] - many[key]), int(many[key])
        low, high = ordered[begin + (length - 1) // 2], ordered[begin + length // 2]
        yield key, (int(low) + int(high)) / 2


def asker(tx: Tx, actor: Actor, filters: Filters) -> Asker:
    """Make the asker of filters; the same one again while its transaction sees the same issues.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.
    filters : Filters
        Any of :data:`NARROWING`.

    Raises
    ------
    InputError
        Another filter is given: names it; or there is no area, person or department of that name.
    """
    query = text_of(filters, tx.config.zone)
    for field in FIELDS:
        if field in query and field not in NARROWING:
            known = _("、").join(field_name(one) for one in NARROWING)
            raise InputError("stats.filter", field=field_name(field), known=known)
    kept = columns_of(tx)
    askers: dict[tuple[Actor, Filters], tuple[Columns, Asker]] = tx.seen.setdefault(SEEN, {})
    found = askers.get((actor, filters))
    if found is None or not (found[0].base is kept.base and found[0].tail is kept.tail):
        found = kept, Asker(tx, actor, query, kept.found(tx, actor, filters), kept.codes)
        askers[actor, filters] = found
    return found[1]


def narrowed(whole: Asker, unit: Query) -> Asker:
    """Narrow to a unit, in words only: for the lists of figures that were counted by unit."""
    return replace(whole, query={**whole.query, **unit})


def joined(*queries: Mapping[str, str]) -> Query | None:
    """Say several queries as one that must hold in all; None where filters cannot say it.

    Of a field with several codes those are kept that all of them name.
    """
    whole: dict[str, str] = {}
    for query in queries:
        for field, said in query.items():
            if field not in whole or whole[field] == said:
                whole[field] = said
                continue
            kept = [one for one in said.split(",") if one in whole[field].split(",")]
            if not kept:
                return None
            whole[field] = ",".join(kept)
    return whole
