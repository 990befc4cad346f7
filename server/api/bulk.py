"""One action on many issues at once: each is done for itself, and what became of it is told."""

from typing import Any, Literal

from flask import Response
from pydantic import Field

from server.api.resource import Body, answer_once, resource
from server.api.telling import named
from server.api.told import Named, Told
from server.auth import ISSUE_ROLES, allow
from server.db import Tx
from server.services import bulk, issues
from server.services.bulk import Outcome
from server.services.people import Actor
from server.translate import shown
from server.words import sentence, state_name

__all__ = ["blueprint"]

blueprint = resource("bulk")


class BulkAct(Body):
    """An action on many issues, and what it needs; the same for each."""

    numbers: list[str] = Field(min_length=1, max_length=bulk.MOST, description="which issues; at most 200")
    action: Literal["dispatch", "reassign", "supervise", "note", "reject", "pass"]
    holder: str | None = Field(None, description="`person:ID` or `department:ID`", max_length=64)
    reason: str | None = Field(None, max_length=issues.TEXT_MOST)
    told: str | None = Field(None, description="what the resident was told", max_length=issues.TEXT_MOST)
    text: str | None = Field(None, max_length=issues.TEXT_MOST)

    def given(self) -> dict[str, Any]:
        """Give what was said, without the frame."""
        return self.model_dump(exclude={"numbers", "action"}, exclude_none=True)


class BulkItem(Told):
    """What became of one issue."""

    number: str
    done: bool
    state: Named | None = Field(description="afterwards; null when it was refused")
    code: str = Field(description="why it was refused, as in `type` of a problem; empty when done")
    detail: str = Field(description="the refusal as a sentence; empty when done")


class BulkAnswer(Told):
    """What became of each, in the order asked for."""

    action: str
    done: int
    refused: int
    items: list[BulkItem]


@blueprint.post("/issues/actions")
@allow(*ISSUE_ROLES, scope="act")
@blueprint.input(BulkAct)
@blueprint.output(BulkAnswer)
def act(json_data: BulkAct) -> Response:
    """Act on many issues.

    Each is done for itself: one that refuses does not hold up the others, and nothing of it is done. The
    answer tells of each what became of it.
    """

    def do(tx: Tx, actor: Actor) -> dict[str, Any]:
        outcomes = bulk.act(tx, actor, json_data.numbers, json_data.action, json_data.given())
        done = sum(one.is_done for one in outcomes)
        return {
            "action": json_data.action,
            "done": done,
            "refused": len(outcomes) - done,
            "items": [_told(one) for one in outcomes],
        }

    return answer_once(do, 200)


def _told(one: Outcome) -> dict[str, Any]:
    return {
        "number": one.number,
        "done": one.is_done,
        "state": named(one.state, state_name(one.state)) if one.state else None,
        "code": one.code,
        "detail": sentence(one.code, shown(dict(one.values or {}))) if one.code else "",
    }
