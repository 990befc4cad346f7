"""Visits: write one down, list them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field, Strict

from server.api.resource import Body, Query, answer, answer_once, resource, stored
from server.api.spots import code_told, pair_of
from server.api.telling import named
from server.api.told import Named
from server.api.told_loop import Told
from server.auth import ISSUE_ROLES, allow, current_store
from server.db import Tx
from server.services import visit_lists, visits
from server.services.filters import instant_of
from server.services.people import Actor
from server.services.visit_lists import VisitFilter
from server.services.visit_rows import VisitRow
from server.services.visits import NewVisit
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


def _visit(body: VisitBody) -> NewVisit:
    zone = current_store().config.zone
    given = body.model_dump(exclude={"lon", "lat", "happened_at", "device_at"})
    return NewVisit(
        **given,
        point=pair_of(body.lon, body.lat),
        happened_at=instant_of("happened_at", body.happened_at.strip(), zone),
        device_at=instant_of("device_at", body.device_at.strip(), zone),
    )


def _visit_told(one: VisitRow) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "kind": code_told("visit_kind", one.kind),
        "subject": code_told("visit_subject", one.subject),
        "result": code_told("visit_result", one.result),
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
