"""Which issues count for which unit: read once from the database, as lists that are kept."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select

from server.db import Tx
from server.models import Area, Issue
from server.services.areas import below
from server.services.conditions import asked
from server.services.evaluation.shapes import Preset
from server.services.evaluation.units import Split, Unit, split
from server.services.filters import Filters
from server.services.people import system_actor
from server.services.statistics.counting import joined
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Query

__all__ = ["count"]


@dataclass(frozen=True)
class _Found:
    """Issues by unit that one list holds, and how many more the rules leave out."""

    ids: Mapping[str, list[int]]
    excluded: Mapping[str, int]


def count(tx: Tx, preset: Preset, period: Period, path: str) -> list[tuple[Unit, dict[str, Any]]]:
    """Count what a preset asks for, by unit.

    Parameters
    ----------
    tx : Tx
        Any transaction; issues are read as they stand now.
    preset : Preset
        What is counted.
    period : Period
        When.
    path : str
        Of the area.

    Returns
    -------
    list of (Unit, dict)
        Each unit and its figures, see :data:`server.services.evaluation.scoring.Kept`.
    """
    reader = _Reader(tx, preset, period, path)
    lists = {one.key: reader.measure(one.key) for one in preset.indicators}
    complaints = reader.complaints(period) if preset.complaints is not None else None
    before = reader.complaints(period.previous()) if preset.complaints is not None else None
    every = [
        found for top, bottom in lists.values() for found in (*(one for _share, one in top), bottom) if found
    ]
    every += [complaints] if complaints else []
    seen = frozenset(code for found in every for code in found.ids)
    told = []
    for unit in reader.parts.units(seen):
        figures: dict[str, Any] = {"households": unit.households, "indicators": {}}
        for key, (top, bottom) in lists.items():
            figures["indicators"][key] = reader.told(key, top, bottom, unit)
        if complaints and before:
            now = complaints.ids.get(unit.code, [])
            figures["complaints"] = {"now": now, "before": len(before.ids.get(unit.code, []))}
        told.append((unit, figures))
    return told


class _Reader:
    """Reads lists for one preset, period and area."""

    def __init__(self, tx: Tx, preset: Preset, period: Period, path: str) -> None:
        self.tx, self.preset, self.period = tx, preset, period
        self.parts: Split = split(tx, preset.unit, path)
        self.measures = {one.key: one for one in preset.indicators}
        here = Issue.area_id.in_(select(Area.id).where(below(path)).correlate(None))
        self.here: ColumnElement[bool] = here
        left_out = or_(false(), *(and_(*self._asked(one)) for one in preset.exclude))
        self.left_out = func.coalesce(left_out, false())

    def _asked(self, query: Query) -> list[ColumnElement[bool]]:
        return list(asked(self.tx, system_actor(), Filters.parse(query, self.tx.config.zone)))

    def measure(self, key: str) -> tuple[list[tuple[float, _Found]], _Found | None]:
        """Read the lists of an indicator."""
        one = self.measures[key]
        window = self.preset.within(one.window, self.period, self.tx.now)
        top = [(share, self._read(window, narrowing)) for share, narrowing in one.top]
        return top, None if one.bottom is None else self._read(window, one.bottom)

    def complaints(self, period: Period) -> _Found:
        """Read what counts as a complaint over a period."""
        return self._read(self.preset.within("reported", period, self.tx.now), self.preset.complaints or {})

    def _read(self, window: Query, narrowing: Query) -> _Found:
        whole = joined(window, narrowing)
        ids: dict[str, list[int]] = defaultdict(list)
        excluded: dict[str, int] = defaultdict(int)
        if whole is None:
            return _Found(ids, excluded)
        conditions = (self.here, *self._asked(whole))
        query = select(self.parts.column, Issue.id).where(*conditions, not_(self.left_out)).order_by(Issue.id)
        for key, issue in self.tx.rows(query):
            if key in self.parts.unit_of:
                ids[self.parts.unit_of[key]].append(issue)
        if self.preset.exclude:
            many = (
                select(self.parts.column, func.count())
                .where(*conditions, self.left_out)
                .group_by(self.parts.column)
            )
            for key, found in self.tx.rows(many):
                if key in self.parts.unit_of:
                    excluded[self.parts.unit_of[key]] += found
        return _Found(ids, excluded)

    def told(
        self, key: str, top: list[tuple[float, _Found]], bottom: _Found | None, unit: Unit
    ) -> dict[str, Any]:
        """Tell an indicator of a unit as it is kept."""
        one = self.measures[key]
        window = self.preset.within(one.window, self.period, self.tx.now)
        base = top[0][1] if bottom is None else bottom
        narrowings = [narrowing for _share, narrowing in one.top]
        queries = [joined(unit.query, window, said) or {} for said in (*narrowings[:1], one.bottom or {})]
        is_said = bool(unit.query) and not base.excluded.get(unit.code)
        return {
            "top": [[share, found.ids.get(unit.code, [])] for share, found in top],
            "bottom": None if bottom is None else bottom.ids.get(unit.code, []),
            "excluded": base.excluded.get(unit.code, 0),
            "query": queries[0] if is_said and len(narrowings) == 1 else {},
            "of": queries[1] if is_said and bottom is not None else {},
        }
