"""Density of issues for the heat layer."""

from typing import Literal

from flask import Response
from pydantic import Field

from server.api.asked import MapQuery
from server.api.resource import answer, resource, stored
from server.api.told import HeatAnswer
from server.auth import allow
from server.db import Tx
from server.services import heat
from server.services.heat import Heat
from server.services.people import Actor

__all__ = ["blueprint"]

blueprint = resource("heat")


class HeatQuery(MapQuery):
    """Filters, and over how many days."""

    days: Literal["7", "30", "90", "all"] = Field("all", description="the last so many days")


@blueprint.get("/heat")
@allow()
@blueprint.input(HeatQuery, location="query")
@blueprint.output(HeatAnswer)
def index(query_data: HeatQuery) -> Response:
    """Count issues in squares.

    Squares of the ground as fit for the zoom, fixed to the earth; never single issues.
    """
    filters = query_data.filters()

    def read(tx: Tx, actor: Actor) -> Heat:
        return heat.heat(tx, actor, heat.since_days(tx, filters, query_data.days), query_data.zoom)

    found = stored(read)
    points = [(round(lat, 6), round(lon, 6), count) for lat, lon, count in found.points]
    return answer(
        {
            "cell_m": found.cell_m,
            "max": found.most,
            "total": found.total,
            "breaks": found.breaks,
            "points": points,
        }
    )
