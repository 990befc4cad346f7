"""The map of the desk."""

from flask import Blueprint, request

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.db import Tx
from server.maps import MapView, map_parts
from server.pages.contexts import MapPage
from server.pages.frame import render
from server.pages.ground import basemap_data, basemap_of, extent, urls
from server.pages.map_panel import panel, periods
from server.pages.map_words import map_page_words
from server.pages.modules import map_modules
from server.pages.parts import Choice
from server.services import areas
from server.services.areas import AreaView
from server.services.people import Actor
from server.words import _, language
from server.workflow import Role

__all__ = ["blueprint"]

VIEWS = ("heat", "choropleth", "hotspots", "open", "late")
ICONS = ("flame", "layout-grid", "target", "stack-2", "alert-triangle")
KEPT = (
    "view", "when", "since", "until", "area", "category", "source", "state", "overdue", "radius_m", "mode", "step",
    "shown", "slot", "compare", "than", "than_since", "than_until", "swipe", "at", "indicator", "level", "classes",
    "method", "bounds",
)  # fmt: skip
"""What the address of the page keeps, so that a view can be shared; ``hot_…`` besides."""
LONGEST = 8_000  # characters: several hundred categories
blueprint = Blueprint("map", __name__)


@blueprint.get("/map")
@allow(*ISSUE_ROLES)
def show() -> str:
    """Show the map as the address says it; at first the heat or the open issues of the own area."""
    store, actor = current_store(), current_actor()
    given = {name: said for name, said in request.args.items() if _is_kept(name, said)}
    view = _view(actor)
    with store.read() as tx:
        bounds = extent(tx, actor)
        version = str(areas.current_grid(tx) or "")
        chosen = _chosen(tx, actor, given.get("area", ""))
        offered = panel(tx, actor, given, chosen)
        spans = periods(tx.now, store.config.zone)
    parts = map_parts(MapView("desk", bounds, language(), basemap_of(store), version))
    data = {
        "urls": urls(),
        "words": map_page_words(),
        "zone": str(store.config.zone),
        "basemap": basemap_data(store),
        "view": view,
        "asked": given if chosen else {name: said for name, said in given.items() if name != "area"},
        "periods": spans,
        "chosen": {"code": chosen.code, "bbox": chosen.bbox} if chosen else None,
    }
    return render("map/index.html", MapPage(parts, offered, tuple(_views(view)), map_modules(), data))


def _views(chosen: str) -> list[Choice]:
    labels = (_("热力"), _("分布"), _("热点"), _("未结"), _("超期"))
    return [
        Choice(name, label, name == chosen, icon)
        for name, label, icon in zip(VIEWS, labels, ICONS, strict=True)
    ]


def _is_kept(name: str, said: str) -> bool:
    return (name in KEPT or name.startswith("hot_")) and 0 < len(said) <= LONGEST


def _view(actor: Actor) -> str:
    """First view: as asked; else the heat for supervisors and open issues for everybody else."""
    asked = request.args.get("view", "")
    if asked in VIEWS:
        return asked
    return "heat" if Role.SUPERVISOR in actor.roles else "open"


def _chosen(tx: Tx, actor: Actor, code: str) -> AreaView | None:
    """Find the area to begin with, if the actor may see it and it has a place."""
    if not code:
        return None
    found: list[AreaView] = [one for one in areas.find(tx, actor, q=code) if one.code == code and one.bbox]
    return found[0] if found else None
