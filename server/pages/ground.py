"""What the maps of all pages are told: where to begin, what lies beneath, where the data are."""

import math
from typing import Any

from server.db import Store, Tx
from server.maps import CHINA, Basemap
from server.services import areas
from server.services.basemap import FILE_NAME, ZOOMS
from server.services.people import Actor
from server.services.shelves import shelved
from server.words import _

__all__ = ["around", "basemap_data", "basemap_of", "bounds_around", "extent", "urls"]


AROUND_M = 400.0
EXTENTS_KEPT = 500
METRES_A_DEGREE = 111_320.0  # of latitude, on the sphere of web maps
Bounds = tuple[float, float, float, float]


def urls() -> dict[str, str]:
    """Tell the browser where the data are."""
    api = "/api/v1"
    return {
        "cells": f"{api}/cells.geojson",
        "clusters": f"{api}/clusters",
        "heat": f"{api}/heat",
        "difference": f"{api}/heat/difference",
        "steps": f"{api}/heat/steps",
        "choropleth": f"{api}/choropleth",
        "hotspots": f"{api}/hotspots",
        "areas": f"{api}/areas.geojson",
        "issues": f"{api}/issues",
        "locate": f"{api}/locate",
        "list": "/issues",
        "visited": "/visits",
    }


def basemap_of(store: Store) -> Basemap | None:
    """Give the raster basemap of the settings; None when there is none."""
    config = store.config
    if not config.basemap_url:
        return None
    return Basemap(config.basemap_url, config.basemap_crs, config.basemap_attribution)


def basemap_data(store: Store) -> dict[str, Any]:
    """Tell the browser what lies beneath the cells: the datum, and the program's own vector file if any."""
    if store.config.basemap_url:
        return {"crs": store.config.basemap_crs}
    if not (store.folder / FILE_NAME).is_file():
        return {"crs": "wgs84"}
    return {
        "crs": "wgs84",
        "vector": f"/tiles/{FILE_NAME}",
        "most_zoom": ZOOMS[1],
        "attribution": _("示范底图，虚构"),
    }


def bounds_around(lon: float, lat: float) -> Bounds:
    """Box around a point, some hundred metres to each side; WGS 84 degrees."""
    high = AROUND_M / METRES_A_DEGREE
    wide = high / max(0.1, math.cos(math.radians(lat)))
    return lon - wide, lat - high, lon + wide, lat + high


def extent(tx: Tx, actor: Actor) -> Bounds:
    """Box around all cells that the actor may see; all of China when there are none.

    Kept per state of the area tree and the actor's areas, because it is asked for with every map.
    """

    def make() -> Bounds:
        boxes = [area.bbox for area in areas.find(tx, actor, level="cell", limit=20_000) if area.bbox]
        return around(boxes) if boxes else CHINA

    which = areas.visible_paths(actor)
    return shelved(tx, "extent", areas.layout(tx), make, which=which, most=EXTENTS_KEPT)


def around(boxes: list[Bounds]) -> Bounds:
    """Box around boxes; at least one."""
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
