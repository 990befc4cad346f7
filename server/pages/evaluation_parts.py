"""Parts of the evaluation pages: rankings, indicators and appeals, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from server.services.evaluation.docket import AppealView
from server.services.evaluation.formula import (
    formula,
    measure_said,
    parts_said,
    period_said,
    place_said,
    value_said,
)
from server.services.evaluation.scoring import Judged, Number
from server.services.evaluation.shapes import Measure, Preset
from server.services.evaluation.views import EvaluationView, Facts, Line
from server.words import NAMES, _

__all__ = [
    "AppealRow", "Head", "MeasureRow", "Place", "Rules", "appeal_rows", "head_of", "measures_of", "places_of", "rules_of",
    "score_said", "totals_of",
]  # fmt: skip


@dataclass(frozen=True)
class Head:
    """What an evaluation is of, in words.

    Attributes
    ----------
    uid, name, area, period, unit : str
        Name in addresses, preset, area, period, what is judged.
    made_at, final_at : datetime or None
        When it was made; until when units may appeal.
    is_open : bool
        Whether they still may.
    """

    uid: str
    name: str
    area: str
    period: str
    unit: str
    made_at: datetime | None
    final_at: datetime | None
    is_open: bool


@dataclass(frozen=True)
class Rules:
    """The rules in words.

    Attributes
    ----------
    sentences : tuple of str
        How a score comes about.
    measures : tuple of (str, str, str)
        Each indicator: name, weight, what earns how many marks.
    """

    sentences: tuple[str, ...]
    measures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Place:
    """One line of a ranking.

    Attributes
    ----------
    code, name, rank, score : str
        As shown; "—" without a score.
    bar : float or None
        Score against the highest one, 0 to 100.
    values : tuple of str
        One an indicator; empty where the reader sees no more than the place.
    badges : tuple of (str, str)
        Kind and words of the bonuses earned.
    why : str
        Explains a shared place, or none.
    after : str
        Rank and score after appeals, where they differ; else empty.
    is_whole : bool
        Whether it leads to its figures.
    """

    code: str
    name: str
    rank: str
    score: str
    bar: float | None
    values: tuple[str, ...]
    badges: tuple[tuple[str, str], ...]
    why: str
    after: str
    is_whole: bool


@dataclass(frozen=True)
class MeasureRow:
    """One indicator of a unit.

    Attributes
    ----------
    key, name, weight, said : str
        Key, name, weight, and what earns how many marks.
    value, parts, marks : str
        The value, what it was divided from, its marks.
    after : str
        The value after appeals, where it differs.
    top, bottom : int or None
        Issues above and below the line; None where there is no such list.
    excluded : int
        Issues that the rules left out.
    """

    key: str
    name: str
    weight: str
    said: str
    value: str
    parts: str
    marks: str
    after: str
    top: int
    bottom: int | None
    excluded: int


@dataclass(frozen=True)
class AppealRow:
    """One appeal in words.

    Attributes
    ----------
    view : AppealView
        The appeal.
    state, period, effect : str
        State, period of its evaluation, and what it changed.
    """

    view: AppealView
    state: str
    period: str
    effect: str


def head_of(facts: Facts, now: datetime, zone: tzinfo) -> Head:
    """Put facts into words."""
    return Head(
        str(facts.uid),
        facts.preset.label,
        facts.area_name,
        period_said(facts.preset, facts.since, facts.until, zone),
        _(NAMES["judged_unit"][facts.preset.unit]),
        facts.made_at,
        facts.final_at,
        facts.final_at is not None and now < facts.final_at,
    )


def rules_of(preset: Preset) -> Rules:
    """Put rules into words."""
    whole = preset.weight
    measures = tuple((one.label, f"{one.weight / whole:.0%}", measure_said(one)) for one in preset.indicators)
    return Rules(formula(preset), measures)


def score_said(preset: Preset, score: float | None) -> str:
    """Say a score; "—" for none."""
    return "—" if score is None else f"{score:.{preset.digits}f}"


def places_of(preset: Preset, lines: Sequence[Line]) -> tuple[Place, ...]:
    """Put the lines of a ranking into words; a shared place is explained where it is named first."""
    most = max((line.score or 0.0 for line in lines), default=0.0) or 1.0
    told, before = [], None
    for line in lines:
        is_said = line.rank is None or line.rank != before
        told.append(_place(preset, line, most, place_said(line, preset) if is_said else ""))
        before = line.rank
    return tuple(told)


def _place(preset: Preset, line: Line, most: float, why: str) -> Place:
    is_whole = line.read == "whole"
    return Place(
        code=line.code,
        name=line.name,
        rank="—" if line.rank is None else str(line.rank),
        score=score_said(preset, line.score),
        bar=None if line.score is None else 100 * line.score / most,
        values=tuple(value_said(one, line.judged.numbers[one.key].value) for one in preset.indicators)
        if is_whole
        else (),
        badges=badges_of(line.judged),
        why=why,
        after=_after(preset, line),
        is_whole=is_whole,
    )


def badges_of(judged: Judged) -> tuple[tuple[str, str], ...]:
    """Name the bonuses that a unit earned."""
    return tuple((kind, _(NAMES["bonus"][kind])) for kind, _points in judged.bonuses)


def _after(preset: Preset, line: Line) -> str:
    if (line.after.score, line.after_rank) == (line.score, line.rank):
        return ""
    score = score_said(preset, line.after.score)
    return score if line.after_rank is None else _("第 {rank} 名，{score}", rank=line.after_rank, score=score)


def totals_of(view: EvaluationView) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Say all units together and the mean of the units, each labelled for what it is."""
    preset = view.facts.preset
    mean = tuple(_mean_said(one, view.means.get(one.key)) for one in preset.indicators)
    together = tuple(value_said(one, view.pooled[one.key].value) for one in preset.indicators)
    return (
        (_("各单位均值"), score_said(preset, view.means.get("score")), mean),
        (_("合计（全部事件一起算）"), "", together),
    )


def _mean_said(one: Measure, value: float | None) -> str:
    return value_said(one, value)


def measures_of(preset: Preset, line: Line, figures: Mapping[str, Any]) -> tuple[MeasureRow, ...]:
    """Put the indicators of a unit into words."""
    whole = preset.weight
    return tuple(
        _measure(
            one,
            whole,
            line.judged.numbers[one.key],
            line.after.numbers[one.key],
            figures["indicators"][one.key],
        )
        for one in preset.indicators
    )


def _measure(
    one: Measure, whole: float, number: Number, after: Number, lists: Mapping[str, Any]
) -> MeasureRow:
    return MeasureRow(
        key=one.key,
        name=one.label,
        weight=f"{one.weight / whole:.0%}",
        said=measure_said(one),
        value=value_said(one, number.value),
        parts=parts_said(one, number.numerator, number.denominator),
        marks="—" if number.marks is None else f"{number.marks:.1f}",
        after="" if after.value == number.value else value_said(one, after.value),
        top=number.counted,
        bottom=number.denominator if one.kind == "rate" else None,
        excluded=lists["excluded"],
    )


def appeal_rows(found: Iterable[AppealView], zone: tzinfo) -> tuple[AppealRow, ...]:
    """Put appeals into words."""
    return tuple(
        AppealRow(
            one,
            _(NAMES["appeal_state"][one.state]),
            period_said(one.preset, one.since, one.until, zone),
            _effect_said(one),
        )
        for one in found
    )


def _effect_said(one: AppealView) -> str:
    if not one.effect or one.state != "granted":
        return ""
    (was, score), (before, rank) = one.effect["score"], one.effect["rank"]
    said = {
        "was": score_said(one.preset, was),
        "score": score_said(one.preset, score),
        "before": "—" if before is None else before,
        "rank": "—" if rank is None else rank,
    }
    return _("得分 {was} → {score}，名次 {before} → {rank}", **said)
