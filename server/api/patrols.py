"""Patrols and what they cover: one's own alone."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field, Strict

from server.api.resource import Body, Query, answer, answer_once, resource, stored
from server.api.told_loop import Told
from server.auth import allow, current_store
from server.db import Tx
from server.errors import InputError, NotFound
from server.services import coverage, patrols
from server.services.filters import instant_of
from server.services.patrols import PatrolView
from server.services.people import Actor
from server.services.tracks import Point
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = resource("patrols")
Number = Annotated[float, Strict()]
POINTS_MOST = 2_000
Instant = Annotated[str, Field(description="ISO 8601; the server's zone if none", max_length=40)]


class NewPatrol(Body):
    """A patrol that begins."""

    uid: UUID = Field(description="UUIDv7 made by the client; the same again is the same patrol")
    began_at: Instant = Field("", description="ISO 8601, where it differs from now", max_length=40)


class TrackPoint(Body):
    """Where the device was."""

    at: Instant = Field(min_length=1)
    lon: Number = Field(description="WGS 84 degrees")
    lat: Number
    accuracy_m: Number | None = Field(None, description="radius of the device's own doubt, metres")


class Track(Body):
    """Some minutes of a patrol."""

    uid: UUID = Field(description="of these points, made by the client; the same again changes nothing")
    points: list[TrackPoint] = Field(min_length=1, max_length=POINTS_MOST)


class PatrolEnd(Body):
    """When a patrol ended."""

    ended_at: Instant = Field("", description="ISO 8601, where it differs from now", max_length=40)


class PatrolAnswer(Told):
    """A patrol of one's own."""

    uid: UUID
    began_at: AwareDatetime
    ended_at: AwareDatetime | None = Field(description="null while it runs")
    metres: float
    points: int = Field(description="taken in")
    left_out: int = Field(
        description="points outside working hours or the patrol, vaguer than 100 m, or faster than 40 m/s"
    )


class OwnPatrol(PatrolAnswer):
    """A patrol with what is kept of its way."""

    track: list[list[str | float | None]] = Field(
        description="instant, lon, lat, accuracy of each raw point, as long as they are kept"
    )


class PatrolQuery(Query):
    """Which page."""

    limit: int = Field(patrols.USUAL, description="at most so many", ge=1, le=patrols.MOST)
    after: str = Field("", description="`next` of the page before", max_length=40)


class PatrolList(Told):
    """One's own patrols, newest first."""

    items: list[OwnPatrol]
    next: str | None


class CoverRow(Told):
    """How much of a cell one came through."""

    code: str
    name: str
    squares_total: int = Field(description="squares of the cell, those whose middle lies in it")
    squares: list[int] = Field(description="numbers of those walked, ascending")
    boxes: list[list[float]] = Field(description="west, south, east, north of each, WGS 84 degrees")
    share: float = Field(description="from 0 to 1")
    size_m: float = Field(description="side of a square, metres")


class CoverAnswer(Told):
    """What one came through."""

    days: int = Field(description="so many days back")
    cells: list[CoverRow]


@blueprint.get("/patrols")
@allow()
@blueprint.input(PatrolQuery, location="query")
@blueprint.output(PatrolList)
def index(query_data: PatrolQuery) -> Response:
    """List one's own patrols.

    All that is kept of them, for a month, page by page; nobody is told of anybody else's.
    """
    limit, after = query_data.limit, query_data.after
    items, more = stored(lambda tx, actor: patrols.theirs(tx, actor, after, limit))
    return answer({"items": items, "next": more})


@blueprint.post("/patrols")
@allow(Role.WORKER, Role.LEADER, scope="report")
@blueprint.input(NewPatrol)
@blueprint.output(PatrolAnswer, status_code=201)
def begin(json_data: NewPatrol) -> Response:
    """Begin a patrol.

    One that runs from before ends with it.
    """
    at = instant_of("began_at", json_data.began_at.strip(), current_store().config.zone)
    return answer_once(lambda tx, actor: _told(patrols.begin(tx, actor, json_data.uid, at)), 201)


@blueprint.post("/patrols/<uid>/track")
@allow(Role.WORKER, Role.LEADER, scope="report")
@blueprint.input(Track)
@blueprint.output(PatrolAnswer)
def track(uid: str, json_data: Track) -> Response:
    """Hand in some minutes of a patrol.

    Points outside working hours or the patrol are left out and counted; what is kept are the squares of one's cells
    that were walked, and for a few days the points, sealed. Nobody else is told of either.
    """
    zone = current_store().config.zone
    points = [_point(row, one, zone) for row, one in enumerate(json_data.points)]

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        return _told(patrols.take(tx, actor, _uid(uid), json_data.uid, points))

    return answer_once(act, 200)


@blueprint.post("/patrols/<uid>/end")
@allow(Role.WORKER, Role.LEADER, scope="report")
@blueprint.input(PatrolEnd)
@blueprint.output(PatrolAnswer)
def end(uid: str, json_data: PatrolEnd) -> Response:
    """End a patrol.

    One that has ended stays as it was.
    """
    at = instant_of("ended_at", json_data.ended_at.strip(), current_store().config.zone)
    return answer_once(lambda tx, actor: _told(patrols.end(tx, actor, _uid(uid), at)), 200)


@blueprint.get("/field/cover")
@allow(Role.WORKER, Role.LEADER)
@blueprint.output(CoverAnswer)
def cover() -> Response:
    """Tell how much of one's cells one came through.

    In the last seven days, one's own patrols alone; nobody is told of anybody else's.
    """
    cells = [
        {
            "code": one.code,
            "name": one.name,
            "squares_total": one.total,
            "squares": one.plots,
            "boxes": one.boxes,
            "share": one.share,
            "size_m": coverage.SIDE_M,
        }
        for one in stored(coverage.mine)
    ]
    return answer({"days": coverage.DAYS, "cells": cells})


def _uid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise NotFound("patrol.unknown", uid=said[:40]) from error


def _point(row: int, one: TrackPoint, zone: Any) -> Point:  # noqa: ANN401 - a time zone
    at = instant_of(f"points.{row}.at", one.at.strip(), zone)
    if at is None:
        raise InputError("field.missing", field=f"points.{row}.at")
    return Point(at, one.lon, one.lat, one.accuracy_m)


def _told(one: PatrolView) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "metres": one.metres,
        "points": one.points,
        "left_out": one.left_out,
    }
