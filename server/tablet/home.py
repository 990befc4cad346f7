"""The worker's page: a shell that the API fills."""

from flask import Blueprint, Response, abort

from server.auth import allow, current_actor, current_store, public
from server.maps import MapView, map_parts, tablet_map_script
from server.pages.choices import category_choices, source_choices
from server.pages.contexts import TabletPage
from server.pages.frame import render
from server.pages.ground import around, basemap_data, basemap_of, extent, urls
from server.pages.sentences import tablet_words
from server.services import areas, duties
from server.words import language
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("tablet", __name__, url_prefix="/t")
USUAL_SOURCE = "patrol"


@blueprint.get("/")
@allow(Role.WORKER, Role.LEADER)
def home() -> str:
    """Show the tablet's one page."""
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        mine = areas.by_ids(tx, duties.cells_of(tx, actor.person_id or 0, tx.now)).values()
        boxes = [cell.bbox for cell in mine if cell.bbox]
        bounds = around(boxes) if boxes else extent(tx, actor)
    cells = sorted(mine, key=lambda cell: cell.code)
    return render(
        "tablet/index.html",
        TabletPage(
            map=map_parts(MapView("tablet", language=language(), basemap=basemap_of(store))),
            script_url=f"/t/{tablet_map_script(basemap_of(store))[0]}",
            categories=category_choices(),
            sources=source_choices(USUAL_SOURCE),
            cells=tuple(cell.name for cell in cells),
            data={
                "urls": urls(),
                "words": tablet_words(),
                "zone": str(store.config.zone),
                "basemap": basemap_data(store),
                "cells": [cell.code for cell in cells],
                "bounds": bounds,
                "person": actor.login,
            },
        ),
    )


@blueprint.get("/<name>.js")
@public
def script(name: str) -> Response:
    """Serve folium's script of the tablet's map; its name carries its digest."""
    found, text = tablet_map_script(basemap_of(current_store()))
    if found != f"{name}.js":
        abort(404)
    answer = Response(text, mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
