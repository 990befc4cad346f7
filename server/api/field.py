"""The tablet's data: the ground somebody works on, their work, and single issues with all that handling needs."""

from typing import Any

import orjson
from flask import Response, request
from pydantic import Field

from server.api.photos import photo_told
from server.api.resource import Query, answer, resource, stored
from server.api.telling import brief_told, issue_told, named
from server.api.told_field import GroundAnswer, WholeAnswer, WorkAnswer
from server.auth import allow, current_store
from server.db import Tx
from server.pages.ground import basemap_data
from server.services import areas, departments
from server.services.attachments import MOST_OF_ACT
from server.services.basemap import FILE_NAME
from server.services.briefs import Brief
from server.services.categories import categories
from server.services.drafts import LIMITS
from server.services.field.ground import FieldCell, Ground, ground
from server.services.field.mine import mine
from server.services.field.offers import WorkingTime, moves, offered_to, working_time
from server.services.field.work import ISSUES_MOST, WHOLE_MOST, whole, work
from server.services.people import Actor
from server.services.photos import BYTES_MOST
from server.services.steps.fields import TEXT_MOST, UNITS
from server.services.time_left import FAR, Timer, timer_of
from server.words import NAMES, action_name, language, source_name
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = resource("field")
OUT = (Role.WORKER, Role.LEADER)


class NumbersQuery(Query):
    """Which issues."""

    numbers: str = Field(
        description=f"numbers with commas, at most {WHOLE_MOST}",
        max_length=21 * WHOLE_MOST,
        pattern=rf"^[^,]*(,[^,]*){{0,{WHOLE_MOST - 1}}}$",
    )


@blueprint.get("/field/ground")
@allow(*OUT)
@blueprint.output(GroundAnswer)
def ground_index() -> Response:
    """Read the ground to work on.

    The cells the asker answers for and those around, with what a tablet must know to go on without a network.
    """
    return answer(stored(_ground_told))


@blueprint.get("/field/work")
@allow(*OUT)
@blueprint.output(WorkAnswer)
def work_index() -> Response:
    """Read the work to do.

    Open issues that the asker holds, and those open in their cells; the same until something of it changes.
    """
    speaks = f"-{language()}"
    has = request.if_none_match.as_set(include_weak=True)
    known = next((one.removesuffix(speaks) for one in has if one.endswith(speaks)), "")

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        found, timer = work(tx, actor, known), timer_of(tx)
        issues = [
            {**brief_told(one.brief, timer), "mine": one.mine, **_clock(one.brief, timer)}
            for one in found.issues
        ]
        return {"person": actor.uid, "made": tx.now, "stamp": found.stamp, "issues": issues}

    told = stored(read)
    return answer(told, stamp=told["stamp"] + speaks)


@blueprint.get("/field/issues")
@allow(*OUT)
@blueprint.input(NumbersQuery, location="query")
@blueprint.output(WholeAnswer)
def issues_index(query_data: NumbersQuery) -> Response:
    """Read several issues whole.

    With their photos; those that the asker may not see are left out.
    """
    numbers = [one.strip() for one in query_data.numbers.split(",") if one.strip()]

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        timer = timer_of(tx)
        return {
            "items": [
                {
                    **issue_told(tx, one.view, one.brief, timer),
                    "photos": [photo_told(photo) for photo in one.photos],
                    **_clock(one.brief, timer),
                }
                for one in whole(tx, actor, numbers)
            ]
        }

    return answer(stored(read))


def _clock(brief: Brief, timer: Timer) -> dict[str, Any]:
    by_the_wall = timer.rules.kind(brief.category, urgent=brief.urgent).by_the_wall
    return {"amber_at": brief.amber_at, "clock_kind": "natural" if by_the_wall else "work"}


def _ground_told(tx: Tx, actor: Actor) -> dict[str, Any]:
    found, time = ground(tx, actor, mine(tx, actor)), working_time(tx)
    return {
        "grid": areas.current_grid(tx),
        "person": {
            "uid": actor.uid, "name": actor.name, "login": actor.login, "roles": sorted(map(str, actor.roles)),
        },
        "nearest_m": tx.config.nearest_m,
        **_laid_told(found),
        "categories": [
            {
                **named(one.code, one.label), "group": one.group, "group_name": one.group_label,
                "icon": one.row["icon"], "urgent": one.row["urgent"] == "yes",
            }
            for one in categories().values()
            if one.is_active
        ],
        "sources": [named(code, source_name(code)) for code in NAMES["source"]],
        "units": UNITS,
        "departments": [named(one.code, one.name) for one in departments.listed(tx, actor, is_active=True)],
        **_rules_told(actor),
        "working": time.stretches,
        "limits": _limits(time),
        "basemap": _basemap(),
    }  # fmt: skip


def _laid_told(found: Ground) -> dict[str, Any]:
    places = [
        {"id": one.id, "name": one.name, "kind": one.kind, "lon": one.lon, "lat": one.lat, "cell": one.cell}
        for one in found.places
    ]
    return {"cells": [_cell(one) for one in found.cells], "reach": found.reach, "places": places}


def _cell(one: FieldCell) -> dict[str, Any]:
    return {
        **named(one.code, one.name),
        "community": one.community,
        "own": one.own.cause if one.own else "",
        "whom": one.own.whom if one.own else "",
        "holder": {"name": one.holder} if one.holder else None,
        "outline": orjson.Fragment(one.outline),
        "bbox": one.bbox,
    }


def _rules_told(actor: Actor) -> dict[str, Any]:
    offers = {
        str(state): [
            {
                "action": row.action, "name": action_name(row.action), "requires": row.requires,
                "takes": row.takes, "to": row.target or state,
            }
            for row in rows
        ]
        for state, rows in offered_to(actor).items()
    }  # fmt: skip
    led = {
        action: {"name": action_name(action), "to": {str(state): after for state, after in to.items()}}
        for action, to in moves().items()
    }
    return {"next": offers, "moves": led}


def _limits(time: WorkingTime) -> dict[str, Any]:
    return {
        "description": LIMITS["description"],
        "place_text": LIMITS["place_text"],
        "text": TEXT_MOST,
        "photos": MOST_OF_ACT,
        "photo_bytes": BYTES_MOST,
        "numbers": WHOLE_MOST,
        "issues": ISSUES_MOST,
        "work_day_s": int(time.day.total_seconds()),
        "far_days": FAR.days,
        "unknown_years": time.unknown_years,
    }


def _basemap() -> dict[str, Any]:
    """Tell what lies beneath; the tablet has the part of its own cells under an address of its own."""
    store = current_store()
    said = basemap_data(store)
    is_here = "vector" in said
    return {
        "crs": said["crs"],
        "vector": "/t/ground.pmtiles" if is_here else None,
        "most_zoom": said.get("most_zoom"),
        "attribution": said.get("attribution", store.config.basemap_attribution),
        "bytes": (store.folder / FILE_NAME).stat().st_size if is_here else 0,
    }
