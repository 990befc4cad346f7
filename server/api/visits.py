"""Visits, and whom to look in on."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field, Strict

from server.api.resource import SHOWN, Body, Query, answer, answer_once, resource, stored
from server.api.telling import named
from server.api.told import Named
from server.api.told_loop import Told
from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError, NotFound
from server.services import cares, visit_lists, visits
from server.services.cares import CareRow, NewCare
from server.services.filters import instant_of
from server.services.overwriting import empty_log
from server.services.people import Actor
from server.services.visit_lists import VisitFilter
from server.services.visits import NewVisit, VisitRow
from server.words import NAMES, _
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = resource("visits")
Number = Annotated[float, Strict()]
Whole = Annotated[int, Strict()]
Kind = Literal["daily", "concentrated", "special", "online", "care"]
Subject = Literal["household", "building", "compound", "enterprise"]
Result = Literal["well", "issue", "away", "declined"]
CELL = "code of a cell, where there is no position"


class VisitBody(Body):
    """A visit. One of a position, `place`, `cell` and `care` says where it was."""

    uid: UUID = Field(description="UUIDv7 made by the client; the same again is the same visit")
    kind: Kind
    subject: Subject
    result: Result
    where: str = Field("", description="in words", max_length=visits.LENGTHS["where"])
    text: str = Field("", description="what was said", max_length=visits.LENGTHS["text"])
    lon: Number | None = Field(None, description="WGS 84 degrees")
    lat: Number | None = None
    accuracy_m: Number | None = Field(None, description="radius of the device's own doubt, metres")
    place: Whole | None = Field(None, description="id of a place", ge=1, le=2**53)
    cell: str = Field("", description=CELL, max_length=64)
    care: UUID | None = Field(None, description="uid of whom it was to look in on")
    patrol: UUID | None = Field(None, description="uid of one's patrol")
    households: Whole | None = Field(None, description="called at", ge=0, le=visits.HOUSEHOLDS_MOST)
    happened_at: str = Field("", description="ISO 8601, where it differs from now", max_length=40)
    device_at: str = Field("", description="what the device's own clock said", max_length=40)


class VisitQuery(Query):
    """Which visits, and which page."""

    kind: Literal["", Kind] = ""
    subject: Literal["", Subject] = ""
    result: Literal["", Result] = ""
    area: str = Field("", description="code of an area: it and all below", max_length=64)
    since: str = Field("", description="at or after: a date or ISO 8601 time", max_length=40)
    until: str = Field("", description="before this time, or up to the end of this day", max_length=40)
    mine: Literal["", "1", "0"] = Field("", description="`1`: one's own alone")
    limit: int = Field(visit_lists.USUAL, description="at most so many", ge=1, le=visit_lists.MOST)
    after: str = Field("", description="`next` of the page before", max_length=40)


class VisitAnswer(Told):
    """A visit; words whole for the visitor, without personal facts for others."""

    uid: UUID
    kind: Named
    subject: Named
    result: Named
    who: str
    cell: Named
    where: str
    text: str
    households: int | None
    happened_at: AwareDatetime
    received_at: AwareDatetime
    issues: list[str] = Field(description="numbers of the issues it led to")
    care: bool = Field(description="whether somebody was looked in on")
    mine: bool


class VisitList(Told):
    """Visits, newest first."""

    items: list[VisitAnswer]
    next: str | None


class Receipt(Told):
    """What was written down, without its words: it is kept for the same request sent again."""

    uid: UUID
    cell: Named
    happened_at: AwareDatetime


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


@blueprint.post("/visits")
@allow(Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR, scope="report")
@blueprint.input(VisitBody)
@blueprint.output(Receipt, status_code=201)
def record(json_data: VisitBody) -> Response:
    """Write down a visit.

    One to somebody who asked to be looked in on tells when the next is due, unless nobody was in. An issue is linked
    to it by `visit` of `POST /issues`.
    """
    new = _visit(json_data)

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        one = visits.record(tx, actor, new)
        return {"uid": one.uid, "cell": named(one.cell, one.cell_name), "happened_at": one.happened_at}

    return answer_once(act, 201)


@blueprint.get("/visits")
@allow(*ISSUE_ROLES)
@blueprint.input(VisitQuery, location="query")
@blueprint.output(VisitList)
def index(query_data: VisitQuery) -> Response:
    """List visits.

    One's own, and those in areas that one oversees; newest first, page by page.
    """
    zone = current_store().config.zone
    wanted = VisitFilter(
        query_data.kind, query_data.subject, query_data.result, query_data.area.strip(),
        instant_of("since", query_data.since.strip(), zone),
        instant_of("until", query_data.until.strip(), zone, end=True), query_data.mine == "1",
    )  # fmt: skip

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        rows, more = visit_lists.listed(tx, actor, wanted, query_data.after, query_data.limit)
        return {"items": [_visit_told(one) for one in rows], "next": more}

    return answer(stored(read))


@blueprint.post("/cares")
@allow(Role.WORKER, Role.LEADER, scope="report")
@blueprint.input(CareBody)
@blueprint.output(CareAnswer, status_code=201)
def agree(json_data: CareBody) -> Response:
    """Write down that somebody agreed to be looked in on.

    For those who answer for the cell and those who lead there; the words are sealed and not repeated here.
    """
    given = json_data.model_dump(exclude={"consent_on", "lon", "lat"})
    point = _pair(json_data.lon, json_data.lat)
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
    rows = stored(cares.due)
    cares.note_read(current_store(), current_actor(), rows)
    items = [{**_care_told(one), **vars(one.words), "lon": one.lon, "lat": one.lat} for one in rows]
    return answer({"items": items})


def _visit(body: VisitBody) -> NewVisit:
    zone = current_store().config.zone
    given = body.model_dump(exclude={"lon", "lat", "happened_at", "device_at"})
    return NewVisit(
        **given,
        point=_pair(body.lon, body.lat),
        happened_at=instant_of("happened_at", body.happened_at.strip(), zone),
        device_at=instant_of("device_at", body.device_at.strip(), zone),
    )


def _pair(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    if (lon is None) != (lat is None):
        raise InputError("coordinate.missing", field="lon" if lon is None else "lat")
    return None if lon is None or lat is None else (lon, lat)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as error:
        raise InputError("filter.time", field="consent_on", value=said[:SHOWN]) from error


def _code(kind: str, code: str) -> dict[str, str]:
    return named(code, _(NAMES[kind][code]))


def _visit_told(one: VisitRow) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "kind": _code("visit_kind", one.kind),
        "subject": _code("visit_subject", one.subject),
        "result": _code("visit_result", one.result),
        "who": one.who,
        "cell": named(one.cell, one.cell_name),
        "where": one.said.where,
        "text": one.said.text,
        "households": one.households,
        "happened_at": one.happened_at,
        "received_at": one.received_at,
        "issues": one.issues,
        "care": one.is_care,
        "mine": one.is_mine,
    }


def _care_told(one: CareRow) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "reason": _code("care_reason", one.reason),
        "every_days": one.every_days,
        "consent_at": one.consent_at,
        "last_at": one.last_at,
        "due_at": one.due_at,
        "ended_at": one.ended_at,
        "cell": named(one.cell, one.cell_name),
    }
