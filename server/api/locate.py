"""Which cell holds a position, and who would get an issue there."""

from typing import Any, Literal

from flask import Response
from pydantic import Field

from server.api.resource import Query, answer, resource, stored
from server.api.telling import holder_told, named, near_told
from server.api.told import LocateAnswer
from server.auth import allow
from server.db import Tx
from server.services import areas, duties, placing
from server.services.people import Actor
from server.words import sentence

__all__ = ["blueprint"]

blueprint = resource("locate")


class LocateQuery(Query):
    """A position."""

    lon: float = Field(description="degrees in `crs`")
    lat: float
    accuracy_m: float | None = Field(None, description="radius of the device's own doubt, metres")
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"


@blueprint.get("/locate")
@allow()
@blueprint.input(LocateQuery, location="query")
@blueprint.output(LocateAnswer)
def locate(query_data: LocateQuery) -> Response:
    """Locate a position.

    The cell that holds it, how, the cells its accuracy also reaches, and who is on duty there if it lies in the asker's areas.
    """
    return answer(stored(lambda tx, actor: _told(tx, actor, query_data)))


def _told(tx: Tx, actor: Actor, asked: LocateQuery) -> dict[str, Any]:
    placed, _ = placing.explain(tx, asked.lon, asked.lat, asked.crs, asked.accuracy_m)
    facts = placed.columns
    area = areas.by_ids(tx, [placed.area_id])[placed.area_id]
    is_mine = any(placed.path.startswith(path) for path in areas.visible_paths(actor))
    holder = duties.on_duty(tx, placed.area_id, tx.now) if placed.in_cell and is_mine else None
    has_holder = holder is not None and holder.person_id is not None
    return {
        "lon": facts["lon"],
        "lat": facts["lat"],
        "how": facts["how"],
        "cell": named(area.code, area.name) if placed.in_cell else None,
        "distance_m": facts["distance_m"],
        "runner_ups": near_told(tx, facts["runner_ups"]),
        "reason": sentence(facts["placed"]["code"], facts["placed"]["values"]),
        "holder": holder_told(("person", holder.name)) if holder and has_holder else None,
        "grid": facts["grid_id"],
    }
