"""Duties and leave: who answers for what, who is away, where a worker is missing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from server.api.resource import Body, Query, answer, answer_once, resource, stored
from server.api.telling import named
from server.api.told import Named, Told
from server.auth import allow, current_store
from server.db import Tx
from server.errors import InputError
from server.services import duty_board, gaps, handover, leaves
from server.services.duty_board import AreaDuties, HeldPost
from server.services.filters import instant_of
from server.services.gaps import Gap
from server.services.leaves import Absence, Wish
from server.services.people import Actor

__all__ = ["blueprint"]

blueprint = resource("duties")
DAYS_MOST = 60


class DutyQuery(Query):
    """Which area, how far ahead."""

    area: str = Field("", description="code of an area: only duties in it and below", max_length=64)
    days: int = Field(0, description="look so many days ahead for missing workers", ge=0, le=DAYS_MOST)


class PersonTold(Told):
    """Somebody."""

    uid: UUID
    name: str


class AwayTold(Told):
    """A leave beside a duty."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="first instant back")
    substitute: str = Field(description="who stands in; empty for nobody")


class PostTold(Told):
    """A duty, now or to come."""

    area: Named
    kind: Literal["A", "B", "leader"]
    person: PersonTold
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = Field(description="first instant off duty; null for no end")
    is_away: bool = Field(description="on leave now")
    leave: list[AwayTold] = Field(description="now and to come")


class GapTold(Told):
    """A time in which a cell has no worker."""

    cell: Named
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = Field(description="null: not over within the days asked about")
    leader: str = Field(description="who gets what comes meanwhile; empty for nobody")


class DutyList(Told):
    """Duties in the asker's areas, and what is missing."""

    items: list[PostTold]
    uncovered: list[GapTold]


class NewLeave(Body):
    """A leave to be announced."""

    person: UUID | None = Field(None, description="whose; the asker's own by default")
    starts_at: str = Field(description="first day or instant away, ISO 8601", max_length=40)
    ends_at: str = Field(description="last day, or first instant back", max_length=40)
    substitute: UUID | None = Field(None, description="who stands in")
    everything: bool = Field(False, description="hand over issues in work too, not only those not yet taken")


class LeaveAnswer(Told):
    """A leave as it holds."""

    id: int
    person: PersonTold
    substitute: PersonTold | None
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    everything: bool
    handed_over_at: AwareDatetime | None = Field(description="when open issues were handed over")
    alone: list[str] = Field(description="for whom this person was to stand in at that time")


@blueprint.get("/duties")
@allow()
@blueprint.input(DutyQuery, location="query")
@blueprint.output(DutyList)
def index(query_data: DutyQuery) -> Response:
    """List duties.

    Who has which duty in the asker's areas, now and to come, with leave; and cells without a worker.
    """

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        found = duty_board.board(tx, actor, query_data.area or None)
        codes = {one.code for one in found}
        missing = gaps.uncovered(tx, actor, tx.now, query_data.days)
        return {
            "items": list(_posts(found)),
            "uncovered": [_gap(one) for one in missing if one.code in codes],
        }

    return answer(stored(read))


@blueprint.post("/leaves")
@allow(scope="act")
@blueprint.input(NewLeave)
@blueprint.output(LeaveAnswer, status_code=201)
def announce(json_data: NewLeave) -> Response:
    """Announce a leave.

    One's own, or that of somebody in an area that the asker leads or supervises. It holds at once; when it
    begins, issues not yet taken go to the substitute, else to who is on duty in each cell.
    """
    wish = Wish(
        _instant("starts_at", json_data.starts_at),
        _instant("ends_at", json_data.ends_at, end=True),
        json_data.substitute,
        json_data.everything,
    )

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        return _leave(leaves.announce(tx, actor, json_data.person or actor.uid or "", wish))

    told = answer_once(act, 201)
    handover.run_due(current_store())
    return told


def _instant(field: str, said: str, *, end: bool = False) -> datetime:
    at = instant_of(field, said.strip(), current_store().config.zone, end=end)
    if at is None:
        raise InputError("field.missing", field=field)
    return at


def _posts(found: list[AreaDuties]) -> Iterator[dict[str, Any]]:
    for area in found:
        for post in area.posts:
            yield _post(post)


def _post(one: HeldPost) -> dict[str, Any]:
    return {
        "area": named(one.area, one.area_name),
        "kind": one.kind,
        "person": {"uid": one.uid, "name": one.name},
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "is_away": one.away is not None,
        "leave": [
            {"starts_at": away.starts_at, "ends_at": away.ends_at, "substitute": away.substitute}
            for away in one.leave
        ],
    }


def _gap(one: Gap) -> dict[str, Any]:
    return {
        "cell": named(one.code, one.name),
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "leader": one.leader,
    }


def _leave(one: Absence) -> dict[str, Any]:
    people = {"person": one.person, "substitute": one.substitute}
    return {
        "id": one.id,
        **{role: {"uid": who[0], "name": who[1]} if who else None for role, who in people.items()},
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "everything": one.everything,
        "handed_over_at": one.handed_over_at,
        "alone": list(one.alone),
    }
