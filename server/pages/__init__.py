"""Desk pages: each parses the request, asks a service and renders; no rule and no query lives here."""

from server.pages import (
    admin,
    admin_calendar,
    admin_categories,
    admin_departments,
    admin_limits,
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
    admin.blueprint,
    admin_limits.blueprint,
    admin_categories.blueprint,
    admin_departments.blueprint,
    admin_calendar.blueprint,
    docs.blueprint,
    health.blueprint,
    tiles.blueprint,
)
