"""The list of issues, one issue, and what is done with it."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.maps import MapView, map_parts
from server.pages.choices import filter_form
from server.pages.contexts import IssueListPage, IssuePage
from server.pages.facts import facts_of, row_of
from server.pages.frame import render
from server.pages.ground import basemap_data, basemap_of, bounds_around, urls
from server.pages.parts import ActionForm, Choice, FormField
from server.pages.sentences import map_words
from server.services import areas, briefs, issues, listing
from server.services.filters import FIELDS, Filters
from server.services.issues import Candidate
from server.services.locating import open_locator
from server.words import NAMES, _, action_name, field_name, language
from server.workflow import Transition

__all__ = ["blueprint"]

PER_PAGE = 50
LONGEST_VERSION = 19  # digits
LEVELS = ("subdistrict", "community", "cell")
LIKELIEST = ("take", "finish", "dispatch", "pass", "survey")  # the rest keeps the table's order
blueprint = Blueprint("issues", __name__)


@blueprint.get("/issues")
@allow(*ISSUE_ROLES)
def index() -> str:
    """List issues by the filters of the query."""
    store, actor = current_store(), current_actor()
    given = {name: request.args[name] for name in FIELDS if request.args.get(name)}
    filters = Filters.parse(given, store.config.zone)
    with store.read() as tx:
        page = listing.find(tx, actor, filters, request.args.get("after"), PER_PAGE)
        places = [area for area in areas.find(tx, actor) if area.level in LEVELS]
    return render(
        "issues/list.html",
        IssueListPage(
            issues=tuple(row_of(brief) for brief in page.items),
            filters=filter_form(given, places),
            total=page.total,
            first_url=_address("/issues", given),
            next_url=_address("/issues", {**given, "after": page.next}) if page.next else "",
            csv_url=_address("/api/v1/issues.csv", given),
        ),
    )


def _address(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


@blueprint.get("/issues/<number>")
@allow(*ISSUE_ROLES)
def one(number: str) -> str:
    """Show one issue and what this person may do with it."""
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        view = issues.one(tx, actor, number)
        brief = briefs.by_ids(tx, [view.issue.id])[view.issue.id]
        people = issues.candidates(tx, actor, number)
        facts = facts_of(view, brief, open_locator(tx))
    bounds = bounds_around(facts.lon or 0.0, facts.lat or 0.0)
    basemap = basemap_of(store)
    return render(
        "issues/one.html",
        IssuePage(
            issue=facts,
            forms=tuple(_forms(number, view.actions, people)),
            map=map_parts(MapView("issue", bounds, language(), basemap)),
            data={
                "urls": urls(),
                "words": map_words(),
                "zone": str(store.config.zone),
                "cell": brief.cell.code if brief.cell else "",
                "basemap": basemap_data(store),
            },
        ),
    )


def _forms(number: str, rows: Sequence[Transition], people: list[Candidate]) -> Iterator[ActionForm]:
    likely = sorted(rows, key=lambda row: LIKELIEST.index(row.action) if row.action in LIKELIEST else 99)
    for place, row in enumerate(likely):
        yield ActionForm(
            action=row.action,
            name=action_name(row.action),
            url=f"/issues/{number}/{row.action}",
            fields=tuple(_field(name, people) for name in row.requires),
            is_primary=place == 0 and row.action in LIKELIEST,
        )


def _field(name: str, people: list[Candidate]) -> FormField:
    if name == "holder":
        return FormField(name, field_name(name), "choice", tuple(_choice(one) for one in people))
    if name in ("contacted", "satisfaction"):
        return FormField(
            name,
            field_name(name),
            "choice",
            tuple(Choice(code, _(said)) for code, said in NAMES[name].items()),
        )
    return FormField(name, field_name(name))


def _choice(one: Candidate) -> Choice:
    said = _("{name}（{what}）", name=one.name, what=one.what) if one.what else one.name
    return Choice(one.holder, said)


@blueprint.post("/issues/<number>/<action>")
@allow(*ISSUE_ROLES)
def act(number: str, action: str) -> Response:
    """Do one thing with an issue, and show it again."""
    given = {
        name: said for name, said in request.form.items() if name not in ("csrf_token", "version") and said
    }
    version = request.form.get("version", "")[:LONGEST_VERSION]
    seen = int(version) if version.isdecimal() else None
    with current_store().write() as tx:
        issues.act(tx, current_actor(), number, action, given, seen)
    return redirect(f"/issues/{number}", 303)
