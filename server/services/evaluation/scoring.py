"""Scores and ranks out of figures: the same for what is counted now and for what was kept. Knows no database.

Nothing is asked of anybody here, so that an appeal's effect is found from the kept figures alone: the issue leaves
the lists that it was in, and everything else is counted as before.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

from server.services.evaluation.shapes import Measure, Preset

__all__ = ["Judged", "Kept", "Number", "counted_ids", "judge", "means", "pooled", "ranked"]

FULL = 100.0
THOUSAND = 1000
Kept = Mapping[str, Any]
"""Figures of a unit as they are stored: ``indicators`` (key -> ``top bottom query of excluded``), ``complaints``
(``now before query``), ``households``."""


@dataclass(frozen=True)
class Number:
    """One indicator of one unit.

    Attributes
    ----------
    value : float or None
        A rate from 0 to 1, or a count; None: there is too little to count it from.
    numerator : float
        By shares.
    counted, denominator : int
        Issues above the line, and below it; of a count households or 0.
    marks : float or None
        0 to 100.
    """

    value: float | None
    numerator: float
    counted: int
    denominator: int
    marks: float | None


@dataclass(frozen=True)
class Judged:
    """A unit as judged.

    Attributes
    ----------
    numbers : Mapping[str, Number]
        By indicator.
    base : float or None
        Weighted marks, 0 to 100.
    bonuses : tuple of (str, float)
        Kinds and points that it earned; none without a score.
    score : float or None
        Base and bonuses, rounded as the preset says; bonuses may lift it above 100.
    reason : str
        Why there is no score: ``nothing``, ``required`` or ``little``; empty where there is one.
    lacking : str
        Key of the required indicator that could not be counted.
    known : float
        Share of all weight whose indicators could be counted.
    complaints, complaints_before : int
        Complaints of the period and of the one before; the latter None where the rules know none.
    """

    numbers: Mapping[str, Number]
    base: float | None
    bonuses: tuple[tuple[str, float], ...] = ()
    score: float | None = None
    reason: str = ""
    lacking: str = ""
    known: float = 0.0
    complaints: int = 0
    complaints_before: int | None = None


def judge(preset: Preset, kept: Kept, without: Collection[int] = frozenset()) -> Judged:
    """Judge a unit.

    Parameters
    ----------
    preset : Preset
        By what.
    kept : Kept
        Its figures.
    without : Collection of int
        Issues that do not count: appeals that were granted.
    """
    gone = frozenset(without)
    numbers = {one.key: _number(one, kept, gone) for one in preset.indicators}
    complaints = len(_left(kept["complaints"]["now"], gone)) if kept.get("complaints") else 0
    before = kept["complaints"]["before"] if kept.get("complaints") else None
    marked = [(one.weight, numbers[one.key].marks) for one in preset.indicators]
    counted = [(each, marks) for each, marks in marked if marks is not None]
    weight = sum(each for each, _marks in counted)
    whole = Judged(
        numbers, None, known=weight / preset.weight, complaints=complaints, complaints_before=before
    )
    lacking = next(
        (one.key for one in preset.indicators if one.required and numbers[one.key].value is None), ""
    )
    if lacking:
        return replace(whole, reason="required", lacking=lacking)
    if not weight or not counted_ids(kept) - gone:
        return replace(whole, reason="nothing")
    if whole.known < preset.least_weight:
        return replace(whole, reason="little")
    bonuses = tuple(_bonuses(preset, kept, complaints, before))
    base = sum(each * marks for each, marks in counted) / weight
    score = round(base + sum(points for _kind, points in bonuses), preset.digits)
    return replace(whole, base=base, bonuses=bonuses, score=score)


def counted_ids(kept: Kept) -> frozenset[int]:
    """Give all issues that count for or against a unit."""
    found: set[int] = set()
    for lists in kept["indicators"].values():
        found.update(*(ids for _share, ids in lists["top"]), lists["bottom"] or ())
    if kept.get("complaints"):
        found.update(kept["complaints"]["now"])
    return frozenset(found)


def _left(ids: Iterable[int], gone: frozenset[int]) -> list[int]:
    return [one for one in ids if one not in gone]


def _number(one: Measure, kept: Kept, gone: frozenset[int]) -> Number:
    lists = kept["indicators"][one.key]
    sums = [(share, len(_left(ids, gone))) for share, ids in lists["top"]]
    top, counted = sum(share * many for share, many in sums), sum(many for _share, many in sums)
    if one.kind == "rate":
        below = len(_left(lists["bottom"], gone))
        value = top / below if below >= max(one.least, 1) else None
    elif one.kind == "per_thousand":
        below = kept.get("households") or 0
        value = top * THOUSAND / below if below else None
    else:
        below, value = 0, top
    marks = None if value is None else FULL * min(max((value - one.zero) / (one.full - one.zero), 0.0), 1.0)
    return Number(value, top, counted, below, marks)


def _bonuses(preset: Preset, kept: Kept, now: int, before: int | None) -> Iterable[tuple[str, float]]:
    if not kept.get("complaints"):
        return
    for one in preset.bonuses:
        if one.kind == "zero_complaint" and not now:
            yield one.kind, one.points
        if one.kind == "fall" and before and now < before and (before - now) / before >= one.least_share:
            yield one.kind, one.points


def ranked(preset: Preset, judged: Mapping[str, Judged]) -> dict[str, int]:
    """Rank units: the best is 1; equals share a rank, and the next one skips as many.

    Parameters
    ----------
    preset : Preset
        Says what parts a tie.
    judged : Mapping[str, Judged]
        By unit; those without a score get no rank.
    """
    places: Sequence[tuple[tuple[float, float], str]] = sorted(
        ((-one.score, -_parting(preset, one)), code) for code, one in judged.items() if one.score is not None
    )
    ranks: dict[str, int] = {}
    last: tuple[float, float] | None = None
    for place, (worth, code) in enumerate(places, start=1):
        ranks[code] = ranks[places[place - 2][1]] if worth == last else place
        last = worth
    return ranks


def _parting(preset: Preset, one: Judged) -> float:
    """Give the marks of the indicator that parts a tie."""
    marks = one.numbers[preset.ties].marks if preset.ties else 0.0
    return -1.0 if marks is None else marks


def pooled(preset: Preset, every: Sequence[Kept]) -> dict[str, Number]:
    """Count the indicators over the issues of all units together; by households over the units that have some."""
    found = {}
    for one in preset.indicators:
        known = [kept for kept in every if one.kind != "per_thousand" or kept.get("households")]
        lists = [kept["indicators"][one.key] for kept in known]
        shares = [share for share, _ids in lists[0]["top"]] if lists else []
        top = [
            [share, [key for each in lists for key in each["top"][place][1]]]
            for place, share in enumerate(shares)
        ]
        bottom = [key for each in lists for key in each["bottom"] or ()]
        homes = sum(kept.get("households") or 0 for kept in known)
        whole = {"households": homes, "indicators": {one.key: {"top": top, "bottom": bottom}}}
        found[one.key] = _number(one, whole, frozenset())
    return found


def means(preset: Preset, judged: Iterable[Judged]) -> dict[str, float | None]:
    """Take the mean of the units' values, each counting alike; under ``score`` that of their scores."""
    every = list(judged)
    values = {one.key: [unit.numbers[one.key].value for unit in every] for one in preset.indicators}
    values["score"] = [unit.score for unit in every]
    known = {key: [value for value in found if value is not None] for key, found in values.items()}
    return {key: fmean(found) if found else None for key, found in known.items()}
