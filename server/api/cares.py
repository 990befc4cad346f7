"""Whom to look in on: with their consent, by those who answer for the cell."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field, Strict

from server.api.resource import SHOWN, Body, answer, answer_once, resource, stored
from server.api.spots import code_told, pair_of
from server.api.telling import named
from server.api.told_loop import Named, Told
from server.auth import allow, current_actor, current_store
from server.errors import InputError, NotFound
from server.services import care_rows, cares
from server.services.care_rows import CareRow
from server.services.cares import NewCare
from server.services.overwriting import empty_log
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = resource("cares")
Number = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]
CELL = "code of a cell, where there is no position"


class CareBody(Body):
    """Somebody who agreed to be looked in on."""

    uid: UUID = Field(description="UUIDv7 made by the client; the same again is the same entry")
    reason: Literal["alone", "elderly", "disabled", "child", "other"]
    every_days: Whole = Field(description="how often", ge=cares.DAYS[0], le=cares.DAYS[1])
    who: str = Field(description="as they want to be called", min_length=1, max_length=cares.LENGTHS["who"])
    where: str = Field(min_length=1, max_length=cares.LENGTHS["where"])
    wish: str = Field("", max_length=cares.LENGTHS["wish"])
    consent_on: str = Field(description="day on which they agreed, such as 2026-11-22", max_length=10)
    lon: Number | None = Field(None, description="WGS 84 degrees")
    lat: Number | None = None
    cell: str = Field("", description=CELL, max_length=64)


class CareEnd(Body):
    """Why somebody is looked in on no more."""

    why: Literal["withdrawn", "moved", "not_needed", "error"]


class CareAnswer(Told):
    """An entry, without its words."""

    uid: UUID
    reason: Named
    every_days: int
    consent_at: AwareDatetime
    last_at: AwareDatetime | None
    due_at: AwareDatetime
    ended_at: AwareDatetime | None = Field(description="since when no more; the words are gone then")
    cell: Named


class DueRow(CareAnswer):
    """Somebody to be looked in on."""

    who: str
    where: str
    wish: str
    lon: float | None
    lat: float | None


class DueList(Told):
    """Whom to look in on, soonest first."""

    items: list[DueRow]


@blueprint.post("/cares")
@allow(Role.WORKER, Role.LEADER, scope="report")
@blueprint.input(CareBody)
@blueprint.output(CareAnswer, status_code=201)
def agree(json_data: CareBody) -> Response:
    """Write down that somebody agreed to be looked in on.

    For those who answer for the cell and those who lead there; the words are sealed and not repeated here.
    """
    given = json_data.model_dump(exclude={"consent_on", "lon", "lat"})
    point = pair_of(json_data.lon, json_data.lat)
    new = NewCare(**given, consent_on=_day(json_data.consent_on), point=point)
    return answer_once(lambda tx, actor: _care_told(cares.agree(tx, actor, new)), 201)


@blueprint.post("/cares/<uid>/end")
@allow(Role.WORKER, Role.LEADER, scope="act")
@blueprint.input(CareEnd)
@blueprint.output(CareAnswer)
def end(uid: str, json_data: CareEnd) -> Response:
    """Look in on somebody no more.

    Their words, and what was said at visits to them, are gone at once; this cannot be undone.
    """
    try:
        key = UUID(uid)
    except ValueError as error:
        raise NotFound("care.unknown", uid=uid[:40]) from error
    told = answer_once(lambda tx, actor: _care_told(cares.end(tx, actor, key, json_data.why)), 200)
    empty_log(current_store())
    return told


@blueprint.get("/field/cares")
@allow(Role.WORKER, Role.LEADER)
@blueprint.output(DueList)
def due() -> Response:
    """List whom to look in on.

    Those of the cells that one answers for or leads, soonest first, by name. That they were read is on record.
    """
    rows = stored(care_rows.due)
    care_rows.note_read(current_store(), current_actor(), rows)
    items = [{**_care_told(one), **vars(one.words)} for one in rows]
    return answer({"items": items})


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as error:
        raise InputError("filter.time", field="consent_on", value=said[:SHOWN]) from error


def _care_told(one: CareRow) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "reason": code_told("care_reason", one.reason),
        "every_days": one.every_days,
        "consent_at": one.consent_at,
        "last_at": one.last_at,
        "due_at": one.due_at,
        "ended_at": one.ended_at,
        "cell": named(one.cell, one.cell_name),
    }
