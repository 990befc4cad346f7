"""Which cell holds a position, and who would get an issue there; one position or many."""

from typing import Any

from flask import Response
from pydantic import Field
from pydantic.config import JsonDict

from server.api.asked import LON, Crs
from server.api.resource import Body, Query, answer, resource, stored
from server.api.telling import holder_told, named, near_told
from server.api.told import LocateAnswer, LocateAnswers
from server.auth import allow
from server.services import answering
from server.services.answering import Answered
from server.services.positions import MOST
from server.words import sentence

__all__ = ["blueprint"]

blueprint = resource("locate")
NUMBERS: JsonDict = {"items": {"type": "number"}, "minItems": 1, "maxItems": MOST}


class LocateQuery(Query):
    """A position."""

    lon: float = Field(description=LON)
    lat: float
    accuracy_m: float | None = Field(None, description="radius of the device's own doubt, metres")
    crs: Crs = "wgs84"


class Points(Body):
    """Positions as two columns: a third of the bytes of a list of objects, and checked as arrays."""

    # What the columns hold is checked by the service, which names all rows at fault instead of one by one.
    lon: list[Any] = Field(description=LON, json_schema_extra=NUMBERS)
    lat: list[Any] = Field(description="as many as `lon`", json_schema_extra=NUMBERS)
    crs: Crs = "wgs84"


@blueprint.get("/locate")
@allow()
@blueprint.input(LocateQuery, location="query")
@blueprint.output(LocateAnswer)
def locate(query_data: LocateQuery) -> Response:
    """Locate a position.

    The cell that holds it, how, the cells its accuracy also reaches, and who is on duty there if it lies in the asker's areas.
    """
    asked = (query_data.lon, query_data.lat, query_data.crs, query_data.accuracy_m)
    return answer(_told(stored(lambda tx, actor: answering.answer_one(tx, actor, *asked))))


@blueprint.post("/locate")
@allow(scope="read")
@blueprint.input(Points)
@blueprint.output(LocateAnswers)
def locate_many(json_data: Points) -> Response:
    """Locate many positions.

    Up to 10,000, each answered as if it were asked alone, but without the cells nearby. If any cannot be used, none is
    answered, and `errors` name all such `rows`. It changes nothing, so it takes no `Idempotency-Key`.
    """
    asked = (json_data.lon, json_data.lat, json_data.crs)
    return answer(vars(stored(lambda tx, actor: answering.answer_many(tx, actor, *asked))))


def _told(found: Answered) -> dict[str, Any]:
    facts = found.placed.columns
    return {
        "lon": facts["lon"],
        "lat": facts["lat"],
        "how": facts["how"],
        "cell": named(*found.cell) if found.cell else None,
        "distance_m": facts["distance_m"],
        "runner_ups": near_told(facts["runner_ups"], found.grid),
        "reason": sentence(facts["placed"]["code"], facts["placed"]["values"]),
        "holder": holder_told(("person", found.holder.name)) if found.holder else None,
        "grid": facts["grid_id"],
    }
