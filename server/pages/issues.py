"""The list of issues: filters, orders, saved views, and a selection to do something with."""

from urllib.parse import urlencode

from flask import Blueprint, request

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.pages.chips import chips_of
from server.pages.choices import filter_form
from server.pages.frame import render
from server.pages.issue_contexts import IssueListPage, ViewChip
from server.pages.issue_rows import rows_of
from server.pages.parts import Choice
from server.services import areas, bulk, listing, named, saved_views
from server.services.filters import FIELDS, Filters
from server.services.saved_views import View
from server.words import action_name

__all__ = ["blueprint", "list_address"]

PER_PAGE = 50
blueprint = Blueprint("issues", __name__)


@blueprint.get("/issues")
@allow(*ISSUE_ROLES)
def index() -> str:
    """List issues by the filters of the query."""
    store, actor = current_store(), current_actor()
    asked = {name: request.args[name] for name in (*FIELDS, "sort") if request.args.get(name)}
    given = {name: said for name, said in asked.items() if name != "sort"}
    after = request.args.get("after")
    filters = Filters.parse(given, store.config.zone)
    with store.read() as tx:
        page = listing.find(tx, actor, filters, after, PER_PAGE, asked.get("sort", ""))
        rows = rows_of(tx, page.items)
        places = areas.choosable(tx, actor)
        units = named.departments(tx, actor)
        views = saved_views.find(tx, actor)
        chips = chips_of(tx, asked, {one.code for one in places}, {code for code, _name in units})
    return render(
        "issues/list.html",
        IssueListPage(
            issues=rows,
            filters=filter_form(asked, places, units, chips),
            given={name: said for name, said in asked.items() if name in saved_views.KEPT},
            views=tuple(_chip(view, asked) for view in views),
            bulk=tuple(Choice(action, action_name(action)) for action in bulk.offered(actor)),
            total=page.total,
            first_url=list_address(asked) if after else "",
            next_url=list_address({**asked, "after": page.next}) if page.next else "",
            csv_url=_address("/exports/new", {"kind": "issues", **given}),
            sum_url=_address("/issues/outcomes", given),
            here=list_address({**asked, "after": after} if after else asked),
        ),
    )


def _chip(view: View, asked: dict[str, str]) -> ViewChip:
    return ViewChip(view.id, view.name, list_address(view.query), view.query == asked)


def list_address(query: dict[str, str]) -> str:
    """Address of the list under a query."""
    return _address("/issues", query)


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
