"""Evaluations: which periods were judged, and one with its ranking."""

from typing import Any
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from server.api.resource import Query, answer, resource, stored
from server.api.told_loop import Told
from server.auth import allow
from server.db import Tx
from server.services.evaluation import reading
from server.services.evaluation.formula import formula, place_said
from server.services.evaluation.reading import READERS
from server.services.evaluation.telling import WHOLE
from server.services.evaluation.views import EvaluationView, Line, Listed
from server.services.people import Actor

__all__ = ["blueprint"]

blueprint = resource("evaluations")
MOST = 1_000_000


class ListQuery(Query):
    """Which evaluations."""

    preset: str = Field("", description="only of this preset", max_length=64)
    before: int = Field(0, description="`next` of the page before", ge=0, le=MOST)


class EvaluationRowTold(Told):
    """An evaluation: what it is of."""

    uid: UUID
    preset: str
    name: str
    area: str = Field(description="code of the area whose units are compared")
    unit: str = Field(description="cell, community, worker or department")
    since: AwareDatetime
    until: AwareDatetime = Field(description="end of the period, not included")
    made_at: AwareDatetime
    final_at: AwareDatetime | None = Field(description="until when units may appeal")
    digest: str = Field(description="SHA-256 of rules and rows")
    units: int = Field(description="how many were judged")
    ranked: int


class EvaluationList(Told):
    """A page of evaluations, newest period first."""

    evaluations: list[EvaluationRowTold]
    next: int | None


class IndicatorTold(Told):
    """An indicator of a unit."""

    key: str
    name: str
    value: float | None = Field(
        description="a rate from 0 to 1, or a count; null: too little to count it from"
    )
    numerator: float
    counted: int = Field(description="issues above the line")
    denominator: int = Field(description="issues below the line; households of a count by 1,000 of them")
    marks: float | None


class PlaceTold(Told):
    """A unit's place."""

    code: str
    name: str
    score: float | None
    rank: int | None = Field(description="equals share one, the next one skips as many; null without a score")
    score_after: float | None = Field(description="with the issues left out for which an appeal was granted")
    rank_after: int | None
    bonuses: list[str]
    why: str = Field(description="explains a shared rank, or none")
    indicators: list[IndicatorTold] | None = Field(description="null for units that are not the asker's")


class EvaluationAnswer(EvaluationRowTold):
    """An evaluation with its ranking."""

    formula: list[str] = Field(description="how a score comes about, in words")
    rows: list[PlaceTold]


@blueprint.get("/evaluations")
@allow(*READERS)
@blueprint.input(ListQuery, location="query")
@blueprint.output(EvaluationList)
def index(query_data: ListQuery) -> Response:
    """List evaluations.

    Those of which the asker sees any unit.
    """

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        found, following = reading.listed(tx, actor, query_data.preset, query_data.before)
        return {"evaluations": [_facts(one) for one in found], "next": following}

    return answer(stored(read))


@blueprint.get("/evaluations/<uuid:uid>")
@allow(*READERS)
@blueprint.output(EvaluationAnswer)
def one(uid: UUID) -> Response:
    """Read an evaluation.

    The ranking as the asker sees it; what was judged never changes, appeals that were granted stand beside it.
    """

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        found = reading.one(tx, actor, uid)
        rows = [_place(found, line) for line in found.lines]
        return {**_facts(found), "formula": formula(found.facts.preset), "rows": rows}

    return answer(stored(read))


def _facts(found: EvaluationView | Listed) -> dict[str, Any]:
    facts = found.facts
    return {
        "uid": facts.uid,
        "preset": facts.preset.key,
        "name": facts.preset.label,
        "area": facts.area,
        "unit": facts.preset.unit,
        "since": facts.since,
        "until": facts.until,
        "made_at": facts.made_at,
        "final_at": facts.final_at,
        "digest": facts.digest,
        "units": found.total,
        "ranked": found.ranked,
    }


def _place(found: EvaluationView, line: Line) -> dict[str, Any]:
    labels = {one.key: one.label for one in found.facts.preset.indicators}
    return {
        "code": line.code,
        "name": line.name,
        "score": line.score,
        "rank": line.rank,
        "score_after": line.after.score,
        "rank_after": line.after_rank,
        "bonuses": [kind for kind, _points in line.judged.bonuses],
        "why": place_said(line, found.facts.preset),
        "indicators": [
            {
                "key": key,
                "name": labels[key],
                "value": number.value,
                "numerator": number.numerator,
                "counted": number.counted,
                "denominator": number.denominator,
                "marks": number.marks,
            }
            for key, number in line.judged.numbers.items()
        ]
        if line.read == WHOLE
        else None,
    }
