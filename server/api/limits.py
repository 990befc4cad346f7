"""The limits that issues' clocks go by."""

from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field

from server.api.resource import Query, answer, resource, stored
from server.api.telling import named
from server.api.told import Named
from server.auth import allow
from server.services import limits
from server.services.categories import category_name
from server.services.limits import LimitView
from server.services.rules import ALL
from server.words import _
from server.words.limits import limit_said, stage_name

__all__ = ["blueprint"]

blueprint = resource("limits")
Stage = Literal["total", "dispatch", "take", "verify", "survey"]
Unit = Literal["urgent_hour", "work_hour", "work_day", "natural_day"]


class LimitRow(BaseModel):
    """How long a stage may take for a category."""

    model_config = ConfigDict(extra="forbid")
    category: Named = Field(description="code `*`: all that have no limit of their own")
    stage: Named
    urgent: bool
    kind: Unit
    amount: float
    words: str = Field(description="amount and unit in the language asked for")
    is_own: bool = Field(description="false: as the row `*` says")


class LimitList(BaseModel):
    """Limits, by category in the table's order, ordinary before urgent, by stage."""

    model_config = ConfigDict(extra="forbid")
    items: list[LimitRow]


class LimitQuery(Query):
    """Whose limits."""

    category: str = Field("", description="code of a category: only its limits", max_length=64)
    stage: Literal["", Stage] = Field("", description="only this stage")


@blueprint.get("/limits")
@allow()
@blueprint.input(LimitQuery, location="query")
@blueprint.output(LimitList)
def index(query_data: LimitQuery) -> Response:
    """List limits.

    As they are in force: how long each stage of an issue may take, by category and urgency.
    """
    found = stored(lambda tx, _actor: limits.listed(tx))
    asked = query_data
    items = [
        _limit_told(one)
        for one in found
        if asked.category in ("", one.category) and asked.stage in ("", one.stage)
    ]
    return answer({"items": items})


def _limit_told(one: LimitView) -> dict[str, Any]:
    name = _("所有类别") if one.category == ALL else category_name(one.category)
    return {
        "category": named(one.category, name),
        "stage": named(one.stage, stage_name(one.stage)),
        "urgent": one.urgent,
        "kind": str(one.in_force.kind),
        "amount": one.in_force.amount,
        "words": limit_said(one.in_force.kind, one.in_force.amount),
        "is_own": one.is_own,
    }
