"""Places by name: what the entry form suggests while somebody types."""

from typing import Any, Literal

from flask import Response
from pydantic import Field

from server.api.resource import Query, answer, resource, stored
from server.api.telling import named
from server.api.told import Named, Told
from server.auth import ISSUE_ROLES, allow
from server.db import Tx
from server.errors import InputError
from server.services import gazetteer
from server.services.gazetteer import FoundPlace
from server.services.people import Actor
from server.words import place_kind_name

__all__ = ["PlaceList", "blueprint"]

blueprint = resource("places")


class PlaceQuery(Query):
    """Which places."""

    q: str = Field(
        "",
        description="name, address, pinyin (whole or initials) or code of a cell",
        max_length=200,
        examples=["文峰小区3号楼", "wfxq"],
    )
    lon: float | None = Field(
        None,
        description="WGS 84; of equal ones the nearer come first, without `q` those around",
        ge=-180,
        le=180,
    )
    lat: float | None = Field(None, description="with `lon`", ge=-90, le=90)
    limit: int = Field(8, ge=1, le=gazetteer.MOST)


class PlaceRow(Told):
    """A place that fits."""

    ref: str = Field(description="`place:ID` or `cell:CODE`")
    kind: Named
    name: str
    address: str
    lon: float = Field(description="WGS 84; a point inside, for a cell")
    lat: float
    cell: Named | None
    match: Literal["exact", "prefix", "contains", "pinyin", "similar", "near"]
    distance_m: float | None = Field(description="from the point asked about")


class PlaceList(Told):
    """Places, the best first."""

    items: list[PlaceRow]


@blueprint.get("/places")
@allow(*ISSUE_ROLES)
@blueprint.input(PlaceQuery, location="query")
@blueprint.output(PlaceList)
def index(query_data: PlaceQuery) -> Response:
    """Find places.

    Compounds, buildings, roads and landmarks by name, and cells of the asker's areas.
    """
    asked = query_data
    if (asked.lon is None) != (asked.lat is None):
        raise InputError("coordinate.missing", field="lat" if asked.lat is None else "lon")
    near = (asked.lon, asked.lat) if asked.lon is not None and asked.lat is not None else None

    def read(tx: Tx, actor: Actor) -> list[FoundPlace]:
        return gazetteer.find(tx, actor, asked.q, near=near, limit=asked.limit)

    return answer({"items": [_told(one) for one in stored(read)]})


def _told(one: FoundPlace) -> dict[str, Any]:
    return {
        **vars(one),
        "kind": named(one.kind, place_kind_name(one.kind)),
        "cell": named(*one.cell) if one.cell else None,
        "distance_m": None if one.distance_m is None else round(one.distance_m, 1),
    }
