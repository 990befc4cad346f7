"""Areas, for the search box."""

from typing import Any, Literal

from flask import Response
from pydantic import Field

from server.api.resource import Query, answer, resource, stored
from server.api.telling import area_told
from server.api.told import AreaList
from server.auth import allow
from server.db import Tx
from server.services import areas
from server.services.areas import AreaView
from server.services.people import Actor

__all__ = ["blueprint"]

blueprint = resource("areas")


class AreaQuery(Query):
    """Which areas."""

    q: str = Field("", description="part of code, name or pinyin (whole or initials)", max_length=100)
    level: Literal["", "district", "subdistrict", "community", "cell"] = ""
    parent: str = Field("", description="code of an area: only areas below it", max_length=64)
    limit: int = Field(100, ge=1, le=1_000)


@blueprint.get("/areas")
@allow()
@blueprint.input(AreaQuery, location="query")
@blueprint.output(AreaList)
def index(query_data: AreaQuery) -> Response:
    """Find areas.

    In the asker's areas, by path.
    """
    asked = query_data

    def read(tx: Tx, actor: Actor) -> list[AreaView]:
        level, parent = asked.level or None, asked.parent or None
        return areas.find(tx, actor, q=asked.q, level=level, parent=parent, limit=asked.limit)

    return answer({"items": [_told(area) for area in stored(read)]})


def _told(area: AreaView) -> dict[str, Any]:
    lon = lat = None
    if area.bbox:
        west, south, east, north = area.bbox
        lon, lat = round((west + east) / 2, 6), round((south + north) / 2, 6)
    return {**area_told(area), "parent": area.parent, "lon": lon, "lat": lat, "bbox": area.bbox}
