"""Issues on a map: clusters when far, points when near."""

from typing import Any

from flask import Response

from server.api.asked import MapQuery
from server.api.resource import answer, resource, stored
from server.api.told import FeatureCollection
from server.auth import allow
from server.services import clusters
from server.services.clusters import Spot

__all__ = ["blueprint"]

blueprint = resource("clusters")


@blueprint.get("/clusters")
@allow()
@blueprint.input(MapQuery, location="query")
@blueprint.output(FeatureCollection, content_type="application/geo+json")
def index(query_data: MapQuery) -> Response:
    """Gather issues for a map.

    Below zoom 15 what lies in one square of 64 pixels is one feature with its `count`; a lonely issue,
    and from zoom 15 on every issue, comes with number, category, state and clock. At most 2,000.
    """
    filters = query_data.filters()
    found = stored(lambda tx, actor: clusters.gather(tx, actor, filters, query_data.zoom))
    body: dict[str, Any] = {"type": "FeatureCollection", "features": [_feature(spot) for spot in found.spots]}
    if found.is_truncated:
        body["truncated"] = True
    return answer(body, mimetype="application/geo+json")


def _feature(spot: Spot) -> dict[str, Any]:
    facts: dict[str, Any] = {"count": spot.count}
    if spot.number is not None:
        facts |= {"number": spot.number, "category": spot.category, "state": spot.state, "clock": spot.clock}
    point = {"type": "Point", "coordinates": [round(spot.lon, 6), round(spot.lat, 6)]}
    return {"type": "Feature", "geometry": point, "properties": facts}
