"""Desk pages: each parses the request, asks a service and renders; no rule and no query lives here."""

from server.pages import (
    areas,
    docs,
    entry,
    frame,
    health,
    issues,
    map,  # noqa: A004 - the page's name
    regrid,
    tiles,
)
from server.pages.entry import problem_page

__all__ = ["BLUEPRINTS", "problem_page"]

BLUEPRINTS = (
    frame.blueprint,
    entry.blueprint,
    map.blueprint,
    issues.blueprint,
    areas.blueprint,
    regrid.blueprint,
    docs.blueprint,
    health.blueprint,
    tiles.blueprint,
)
