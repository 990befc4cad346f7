"""Counts in the database: as many lists as are asked for in one statement a window, by unit or altogether.

A list is a window and what narrows it. Who may see what is in every statement; nothing is counted afterwards.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, literal, not_, select

from server.db import Tx
from server.errors import InputError
from server.models import Entry, Issue
from server.services.conditions import asked
from server.services.filter_text import text_of
from server.services.filters import FIELDS, Filters
from server.services.people import Actor
from server.services.permissions import visible, ways
from server.services.statistics.shapes import Query
from server.words import _, field_name

__all__ = ["NARROWING", "Ask", "Asker", "ask_of", "asker", "joined", "narrowed"]

NARROWING = ("bbox", "area", "category", "source", "q", "holder", "urgent", "department")
"""Filters that statistics take; times and states are the indicators' own."""
HOUR_S = 3600

Ask = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""A window and what narrows it, as they can be compared."""


def ask_of(window: Query, narrowing: Query) -> Ask:
    """Make an ask."""
    return tuple(sorted(window.items())), tuple(sorted(narrowing.items()))


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
    conditions : tuple
        The same, for the database.
    """

    tx: Tx
    actor: Actor
    query: Query
    conditions: tuple[ColumnElement[bool], ...]

    def counts(self, asks: Iterable[Ask], unit: ColumnElement[Any] | None = None) -> dict[Ask, Counter[Any]]:
        """Count lists, by unit where there is one; see :meth:`medians`.

        Parameters
        ----------
        asks : Iterable of Ask
            Lists; the same one is counted once.
        unit : ColumnElement, optional
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
            for key, *numbers in self._rows(dict(window), ones, unit):
                for one, many in zip(ones, numbers, strict=True):
                    found[one][key] += many
        return found

    def _rows(self, window: Query, asks: Sequence[Ask], unit: ColumnElement[Any] | None) -> Iterator[Any]:
        columns = [self._column(dict(narrowing)) for _window, narrowing in asks]
        query = select(literal(None) if unit is None else unit, *columns).select_from(Issue)
        query = query.where(*self._asked(window), *self.conditions)
        if unit is not None:
            query = query.group_by(unit)
        # What is seen by area is counted by its index, and what is seen besides on its own; see listing.count.
        first, *rest = ways(self.actor)
        for way in (first, *(and_(one, not_(first)) for one in rest)):
            yield from self.tx.rows(query.where(way))

    def _column(self, narrowing: Query) -> ColumnElement[int]:
        conditions = self._asked(narrowing)
        return func.count().filter(and_(*conditions)) if conditions else func.count()

    def _asked(self, query: Query) -> list[ColumnElement[bool]]:
        return list(asked(self.tx, self.actor, Filters.parse(query, self.tx.config.zone)))

    def medians(
        self,
        window: Query,
        measure: str,
        unit: ColumnElement[Any] | None = None,
        mapping: CTE | None = None,
    ) -> dict[Any, float]:
        """Find the median hours that issues took, by unit where there is one.

        Parameters
        ----------
        window : Query
            Which issues.
        measure : str
            ``take``: waiting to be taken, in all; ``close``: every stage from the report on. By the clock of the
            issue's own limit, working time or the wall's; what it was suspended for does not count.
        unit : ColumnElement, optional
            By what.
        mapping : CTE, optional
            ``key`` that the column holds -> ``unit`` that it stands for.

        Returns
        -------
        dict
            Unit -> hours; units of which no issue was measured are not there.
        """
        key = literal(0) if unit is None else unit if mapping is None else mapping.c.unit
        used = select(key.label("unit"), func.sum(Entry.stage_used_s).label("used"))
        used = used.select_from(Issue).join(Entry, Entry.issue_id == Issue.id)
        if mapping is not None and unit is not None:
            used = used.outerjoin(mapping, mapping.c.key == unit)
        used = used.where(*self._asked(window), *self.conditions, visible(self.actor))
        used = used.where(Entry.stage_used_s.is_not(None))
        if measure == "take":
            used = used.where(Entry.action == "take")
        each = (used.group_by(Issue.id) if unit is None else used.group_by(Issue.id, key)).subquery()
        same = each.c.unit
        place = func.row_number().over(partition_by=same, order_by=each.c.used).label("place")
        many = func.count().over(partition_by=same).label("many")
        ranked = select(each.c.unit, each.c.used, place, many).subquery()
        middle = ranked.c.place.in_([(ranked.c.many + 1) // 2, (ranked.c.many + 2) // 2])
        query = select(ranked.c.unit, func.avg(ranked.c.used)).where(middle).group_by(ranked.c.unit)
        found = {one: float(seconds) / HOUR_S for one, seconds in self.tx.rows(query)}
        return {None: found[0]} if unit is None and found else found


def asker(tx: Tx, actor: Actor, filters: Filters) -> Asker:
    """Make the asker of filters.

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
    return Asker(tx, actor, query, tuple(asked(tx, actor, filters)))


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
