"""The map of the desk."""

from typing import Any

from flask import Blueprint, request

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.db import Tx
from server.maps import MapView, map_parts
from server.pages.choices import filter_form
from server.pages.contexts import MapPage
from server.pages.frame import render
from server.pages.ground import basemap_data, basemap_of, extent, urls
from server.pages.parts import Choice
from server.pages.sentences import map_words
from server.services import areas
from server.services.people import Actor
from server.words import _, language
from server.workflow import Role

__all__ = ["blueprint"]

FILTERS = ("days", "category", "state", "source", "overdue")
VIEWS = ("open", "heat", "late")
HEAT_DAYS = "30"
blueprint = Blueprint("map", __name__)


@blueprint.get("/map")
@allow(*ISSUE_ROLES)
def show() -> str:
    """Show the map, on the area of the query if one is named."""
    store, actor = current_store(), current_actor()
    view = _view(actor)
    given = {"days": HEAT_DAYS if view == "heat" else "all", "state": "open"}
    given |= {name: request.args[name] for name in FILTERS if name in request.args}
    with store.read() as tx:
        bounds = extent(tx, actor)
        version = str(areas.current_grid(tx) or "")
        chosen = _chosen(tx, actor, request.args.get("area", ""))
    parts = map_parts(MapView("desk", bounds, language(), basemap_of(store), version))
    labels = {"open": _("未结事件"), "heat": _("热力"), "late": _("超期")}
    data = {
        "urls": urls(),
        "words": map_words(),
        "zone": str(store.config.zone),
        "basemap": basemap_data(store),
        "view": view,
        "filters": given,
        "chosen": chosen,
    }
    views = tuple(Choice(name, labels[name], name == view) for name in VIEWS)
    return render("map/index.html", MapPage(parts, filter_form(given), views, data, HEAT_DAYS))


def _view(actor: Actor) -> str:
    """First view: as asked; else the heat for supervisors and open issues for everybody else."""
    asked = request.args.get("view", "")
    if asked in VIEWS:
        return asked
    return "heat" if Role.SUPERVISOR in actor.roles else "open"


def _chosen(tx: Tx, actor: Actor, code: str) -> dict[str, Any] | None:
    """Find the area to begin with, if the actor may see it and it has a place."""
    found = (
        next((area for area in areas.find(tx, actor, q=code) if area.code == code), None) if code else None
    )
    return {"code": found.code, "bbox": found.bbox} if found and found.bbox else None
