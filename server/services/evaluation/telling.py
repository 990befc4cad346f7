"""A ranking as it is told, out of rows that were kept or were just drawn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.services.evaluation.scoring import Judged, judge, means, pooled, ranked
from server.services.evaluation.shapes import Preset
from server.services.evaluation.units import Unit
from server.services.evaluation.views import EvaluationView, Facts, Line

__all__ = ["WHOLE", "Drawn", "Row", "lines_of", "told", "told_to"]

WHOLE = "whole"
UNREAD = Judged({}, None)
"""A unit whose figures were not read."""


@dataclass(frozen=True)
class Drawn:
    """A unit with its figures, score and rank.

    Attributes
    ----------
    unit : Unit
        Which.
    figures : dict
        As they are kept.
    judged : Judged
        Score, and what it is made of.
    rank : int or None
        None without a score.
    """

    unit: Unit
    figures: dict[str, Any]
    judged: Judged
    rank: int | None


@dataclass(frozen=True)
class Row:
    """A unit as it is kept.

    Attributes
    ----------
    id : int
        Its key.
    kind, code, name, path : str
        The unit.
    score, rank : float, int or None
        As they were made.
    figures : Mapping or None
        See :data:`server.services.evaluation.scoring.Kept`; None where they were not read.
    """

    id: int
    kind: str
    code: str
    name: str
    path: str
    score: float | None
    rank: int | None
    figures: Mapping[str, Any] | None


def told(facts: Facts, drawn: Iterable[Drawn]) -> EvaluationView:
    """Tell what was just drawn, all of it."""
    rows = [
        Row(
            0,
            facts.preset.unit,
            one.unit.code,
            one.unit.name,
            one.unit.path,
            one.judged.score,
            one.rank,
            one.figures,
        )
        for one in drawn
    ]
    return told_to(facts, rows, {}, {row.code: WHOLE for row in rows})


def told_to(
    facts: Facts, rows: Sequence[Row], granted: Mapping[int, frozenset[int]], reads: Mapping[str, str]
) -> EvaluationView:
    """Tell an evaluation to somebody.

    Parameters
    ----------
    facts : Facts
        What it is of.
    rows : Sequence of Row
        All units.
    granted : Mapping
        Key of a row -> issues that appeals left out.
    reads : Mapping[str, str]
        Code of a unit -> how much of it is read: ``whole``, ``line``, or nothing.

    Returns
    -------
    EvaluationView
        Together and mean are of the units whose figures were read.
    """
    lines = lines_of(facts.preset, rows, granted)
    shown = [replace(one, read=reads[one.code]) for one in lines if reads.get(one.code)]
    return EvaluationView(
        facts,
        tuple(_tied(lines, shown)),
        len(lines),
        sum(one.rank is not None for one in lines),
        sum(len(ids) for ids in granted.values()),
        pooled(facts.preset, [row.figures for row in rows if row.figures is not None]),
        means(facts.preset, (one.judged for one in lines if one.judged is not UNREAD)),
    )


def lines_of(preset: Preset, rows: Sequence[Row], granted: Mapping[int, frozenset[int]]) -> list[Line]:
    """Judge each unit as it was kept and after appeals; the best first, those without a score last.

    Places after appeals need the figures of all units; where there were none, a unit's own do.
    """
    judged = {row.code: UNREAD if row.figures is None else judge(preset, row.figures) for row in rows}
    after = dict(judged)
    for row in rows:
        if row.id in granted and row.figures is not None:
            after[row.code] = judge(preset, row.figures, granted[row.id])
    ranks = ranked(preset, after) if granted else {row.code: row.rank for row in rows}
    lines = [
        Line(
            row.id, row.kind, row.code, row.name, row.path, "", row.score, row.rank, judged[row.code],
            after[row.code], ranks.get(row.code), appeals=len(granted.get(row.id, ())),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.code))


def _tied(lines: Sequence[Line], shown: Iterable[Line]) -> Iterable[Line]:
    """Add who shares a rank, and what comes next."""
    by_rank: dict[int, list[str]] = defaultdict(list)
    by_score: dict[float, set[int]] = defaultdict(set)
    for line in lines:
        if line.rank is not None and line.score is not None:
            by_rank[line.rank].append(line.code)
            by_score[line.score].add(line.rank)
    seen = list(shown)
    for line in seen:
        if line.rank is None or line.score is None:
            yield line
            continue
        same = by_rank[line.rank]
        names = tuple(one.name for one in seen if one.rank == line.rank and one.code != line.code)
        parted = len(by_score[line.score]) > 1
        yield replace(line, tied=names, ties=len(same), next=line.rank + len(same), parted=parted)
