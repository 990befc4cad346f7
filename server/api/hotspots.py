"""Hot spots: found, written as files, and inspected."""

from typing import Annotated, Any, Literal

import orjson
import shapely
from flask import Response
from pydantic import AwareDatetime, Field

from server.api.resource import Body, Query, answer, answer_once, resource, stored
from server.api.told_loop import Named, Told
from server.auth import allow
from server.db import Tx
from server.downloads import download, form_of
from server.services import hotspots
from server.services.drafts import LIMITS
from server.services.hotspots import Asked, Found, Spot
from server.services.people import Actor
from server.services.permissions import LEADING, may_inspect
from server.words import sentence

__all__ = ["blueprint"]

Units = Annotated[Literal["cells", "lattice"], Field(description="cells, or squares of a fine lattice")]
Weeks = Annotated[int, Field(description="weeks of seven whole days up to yesterday", ge=4, le=52)]
blueprint = resource("hotspots")


class HotspotQuery(Query):
    """Over which units, of what, over how many weeks."""

    units: Units = "cells"
    category: str = Field(
        "", description="code or name of one; `all` for all together; each by itself if none", max_length=64
    )
    weeks: Weeks = 12
    area: str = Field("", description="code of an area: only hot spots in it", max_length=64)

    def asked(self) -> Asked:
        """Read the question.

        Raises
        ------
        InputError
            There is no such category.
        """
        return Asked.parse({name: str(value) for name, value in self.model_dump().items()})


class InspectionBody(Body):
    """Which hot spot, as it was found."""

    units: Units = "cells"
    category: str = Field("", description="of the hot spot; empty for all together", max_length=64)
    weeks: Weeks = 12
    key: str = Field(description="of the hot spot", max_length=80)
    description: str = Field(
        "", description="in your own words; its sentence if empty", max_length=LIMITS["description"]
    )


class SpotRow(Told):
    """A hot spot."""

    key: str
    cell: Named
    category: Named = Field(description="an empty code is all together")
    course: Named = Field(
        description="new, consecutive, intensifying, persistent, sporadic or fading, see geo.emerging"
    )
    weeks: int = Field(description="in a row, up to the last, in which it was hot; 0: not now")
    z: float = Field(description="Gi* of the last week")
    q: float = Field(description="its p, adjusted for the false discovery rate")
    units: int = Field(description="cells or squares together")
    counts: list[int] = Field(description="issues by week, oldest first")
    count: int = Field(description="issues that `query` lists")
    query: dict[str, str] = Field(description="filters of /issues")
    sentence: str
    may_inspect: bool
    geometry: dict[str, Any] = Field(description="GeoJSON outline")


class ShortRow(Told):
    """Why nothing can be told."""

    code: str
    detail: str


class HotspotAnswer(Told):
    """Hot spots in the asker's areas, the highest score first."""

    units: str
    frame: Named | None = Field(
        description="the area whose units are compared; an empty code is all there is"
    )
    since: AwareDatetime
    until: AwareDatetime
    weeks: int
    tested: int = Field(description="units compared")
    issues: int | None = Field(
        description="counted, in the categories told of; null for those who do not oversee the whole frame"
    )
    measure: Literal["per_household", "count"] = Field(description="what is compared")
    side_m: float | None = Field(description="of a square")
    band_m: float | None = Field(description="how far neighbouring squares lie")
    few: list[Named] = Field(description="categories with too few issues to tell")
    short: ShortRow | None = Field(description="why nothing can be told at all")
    items: list[SpotRow]


class InspectionAnswer(Told):
    """The inspection."""

    number: str
    is_new: bool = Field(description="false: it was made within the last week already")


@blueprint.get("/hotspots")
@allow()
@blueprint.input(HotspotQuery, location="query")
@blueprint.output(HotspotAnswer)
def index(query_data: HotspotQuery) -> Response:
    """Find hot spots.

    Where issues gather more than chance would bring about (Gi*, false discovery rate 5 %), and for how many weeks.
    """
    asked = query_data.asked()
    return answer(stored(lambda tx, actor: _told(hotspots.find(tx, actor, asked), actor)))


@blueprint.get("/hotspots.<suffix>")
@allow()
@blueprint.input(HotspotQuery, location="query")
def export(suffix: str, query_data: HotspotQuery) -> Response:
    """Hot spots as a file.

    Outlines with their numbers, or a spreadsheet.
    """
    form, asked = form_of(suffix), query_data.asked()
    return download(
        "hotspots", form, lambda tx, actor: hotspots.hotspot_table(tx, hotspots.find(tx, actor, asked))
    )


@blueprint.post("/hotspots/inspections")
@allow(*LEADING, scope="report")
@blueprint.input(InspectionBody)
@blueprint.output(InspectionAnswer, status_code=201)
def inspect(json_data: InspectionBody) -> Response:
    """Have a hot spot inspected.

    Makes an issue with source `inspection` in its cell, for whoever is on duty there; within a week the same hot
    spot is inspected once.
    """
    said = json_data

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        asked = Asked(said.units, said.category, said.weeks)
        made = hotspots.inspect(tx, actor, asked, said.key, said.category, said.description)
        return {"number": made.number, "is_new": made.is_new}

    return answer_once(act, 201)


def _told(found: Found, actor: Actor) -> dict[str, Any]:
    frame, short = found.frame, found.short
    return {
        "units": found.asked.units,
        "frame": None if frame is None else {"code": frame.code, "name": frame.name},
        "since": found.weeks.edges[0],
        "until": found.weeks.edges[-1],
        "weeks": len(found.weeks),
        "tested": found.tested,
        "issues": found.issues,
        "measure": "per_household" if found.is_by_household else "count",
        "side_m": found.side_m,
        "band_m": found.band_m,
        "few": [_category(code) for code in found.few],
        "short": None
        if short is None
        else {"code": short.code, "detail": sentence(short.code, short.values)},
        "items": [_spot(one, actor) for one in found.spots],
    }


def _category(code: str) -> dict[str, str]:
    return {"code": code, "name": hotspots.category_said(code)}


def _spot(spot: Spot, actor: Actor) -> dict[str, Any]:
    return {
        "key": spot.key,
        "cell": {"code": spot.cell, "name": spot.name},
        "category": _category(spot.category),
        "course": {"code": spot.course, "name": hotspots.course_said(spot.course)},
        "weeks": spot.weeks,
        "z": round(spot.z, 3),
        "q": spot.q,
        "units": spot.units,
        "counts": spot.counts,
        "count": spot.count,
        "query": spot.query,
        "sentence": hotspots.said(spot.values),
        "may_inspect": may_inspect(actor, spot.path),
        "geometry": orjson.Fragment(shapely.to_geojson(spot.geometry)),
    }
