"""The worker's page: a shell that is the same for everybody; the API fills it."""

from flask import Blueprint, Response, abort, render_template

from server.auth import allow, current_actor, current_store, public
from server.maps import MapView, map_parts, tablet_map_script
from server.pages.choices import category_choices, source_choices
from server.pages.contexts import TabletPage
from server.pages.ground import around, basemap_data, basemap_of, extent, urls
from server.services import areas, duties, marks
from server.tablet.words import words
from server.words import language
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("tablet", __name__, url_prefix="/t")
USUAL_SOURCE = "patrol"
API = "/api/v1"


@blueprint.get("/")
@allow(Role.WORKER, Role.LEADER)
def home() -> str:
    """Show the tablet's one page."""
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        mine = areas.by_ids(tx, duties.cells_of(tx, actor.person_id or 0, tx.now)).values()
        boxes = [cell.bbox for cell in mine if cell.bbox]
        bounds = around(boxes) if boxes else extent(tx, actor)
        is_demo = marks.is_demo(tx)
    return render_template(
        "tablet/index.html",
        page=TabletPage(
            map=map_parts(MapView("tablet", language=language(), basemap=basemap_of(store))),
            script_url=f"/t/{tablet_map_script(basemap_of(store))[0]}",
            language=language(),
            is_demo=is_demo,
            categories=category_choices(),
            sources=source_choices(USUAL_SOURCE),
            data={
                "urls": _urls(),
                "words": words(),
                "zone": str(store.config.zone),
                "basemap": basemap_data(store),
                "language": language(),
                "version": "",
                "cells": sorted(cell.code for cell in mine),
                "bounds": bounds,
                "person": actor.login,
            },
        ),
    )


def _urls() -> dict[str, str]:
    return {
        **urls(),
        "me": f"{API}/me",
        "ground": f"{API}/field/ground",
        "work": f"{API}/field/work",
        "details": f"{API}/field/issues",
        "events": f"{API}/field/events",
        "cover": f"{API}/field/cover",
        "due_cares": f"{API}/field/cares",
        "visits": f"{API}/visits",
        "cares": f"{API}/cares",
        "patrols": f"{API}/patrols",
        "sign_in": "/sign-in?next=/t/",
        "version": "/t/version",
    }


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
