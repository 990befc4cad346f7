"""Desk pages: each parses the request, asks a service and renders; no rule and no query lives here."""

from server.pages import (
    admin,
    admin_calendar,
    admin_categories,
    admin_departments,
    admin_limits,
    areas,
    desk,
    docs,
    duties,
    duty_acts,
    entry,
    frame,
    health,
    issue,
    issues,
    many,
    map,  # noqa: A004 - the page's name
    regrid,
    report,
    saved,
    supervision,
    talk_day,
    tiles,
    triage,
)
from server.pages.entry import problem_page

__all__ = ["BLUEPRINTS", "problem_page"]

BLUEPRINTS = (
    frame.blueprint,
    entry.blueprint,
    desk.blueprint,
    map.blueprint,
    issues.blueprint,
    many.blueprint,
    saved.blueprint,
    issue.blueprint,
    issue.acting,
    triage.blueprint,
    areas.blueprint,
    duties.blueprint,
    duty_acts.blueprint,
    regrid.blueprint,
    report.blueprint,
    talk_day.blueprint,
    supervision.blueprint,
    admin.blueprint,
    admin_limits.blueprint,
    admin_categories.blueprint,
    admin_departments.blueprint,
    admin_calendar.blueprint,
    docs.blueprint,
    health.blueprint,
    tiles.blueprint,
)
