"""Quick entry for the telephone: one form, what to look at before saving, and the way to the next call."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from server.auth import allow, current_actor, current_store, optional_actor
from server.errors import Conflict, InputError, NotFound
from server.maps import MapView, map_parts
from server.pages.entry import problem_page
from server.pages.frame import render
from server.pages.ground import basemap_data, basemap_of, extent, urls
from server.pages.issue_rows import row_of
from server.pages.photos import REQUEST_MOST, photos_sent
from server.pages.report_parts import DonePage, Look, errors_of, hindrance, look_of, report_page, spot_rows
from server.pages.sentences import map_words
from server.security import takes_bytes
from server.services import briefs, desk_entry, gazetteer, issues
from server.services.desk_entry import Preview, Read, Typed
from server.services.people import Actor
from server.services.steps.merging import MERGERS
from server.uids import uuid7
from server.words import language, sentence
from server.workflow import Role, WorkflowError

__all__ = ["DESK_ROLES", "blueprint"]

DESK_ROLES = (Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR)
LOOK, REFUSED = 200, 422
blueprint = Blueprint("report", __name__)


@blueprint.get("/issues/new")
@allow(*DESK_ROLES, scope="report")
def new() -> str:
    """Show the empty form, or what was saved just now."""
    number = request.args.get("done", "")
    if number:
        return render("report/done.html", _done(number))
    source = request.args.get("source", "")
    typed = Typed(**({"source": source} if source else {}), uid=str(uuid7(current_store().clock())))
    return _page(typed, focus="category" if source else "source")


def _done(number: str) -> DonePage:
    with current_store().read() as tx:
        view = issues.one(tx, current_actor(), number)
        parent_id = view.issue.parent_id
        found = briefs.by_ids(tx, [view.issue.id, *([parent_id] if parent_id else [])])
    row, parent = row_of(found[view.issue.id]), found.get(parent_id or 0)
    assigned = view.issue.assigned or {}
    waits = "" if row.holder or parent else sentence(assigned.get("code", ""), assigned.get("values"))
    next_url = "/issues/new?" + urlencode({"source": view.issue.source})
    return DonePage(row, parent.number if parent else "", waits, next_url)


@blueprint.post("/issues/new")
@allow(*DESK_ROLES, scope="report")
@takes_bytes(REQUEST_MOST)
def save() -> AnyResponse:
    """Search the place, show what to look at, or save; what was typed always comes back."""
    typed, wish, actor = Typed.of(request.form), request.form.get("do", "save"), current_actor()
    with current_store().read() as tx:
        known = desk_entry.saved(tx, actor, typed)
        if known:
            return _to_done(known)
        if wish == "find":
            found = gazetteer.find(tx, actor, typed.q)
            read, preview = None, None
        else:
            read = desk_entry.read(tx, actor, typed)
            preview = desk_entry.preview(tx, actor, read.draft) if read.draft else None
    if read is None:
        return Response(_page(typed, spots=spot_rows(found), focus="spot" if found else "q"), LOOK)
    if read.draft is None or preview is None:
        return _refused(typed, read)
    look = look_of(preview, may_merge=bool(actor.roles & MERGERS))
    into = wish.partition(":")[2] if wish.startswith("merge:") else ""
    if not into and _is_news(look, preview):
        return Response(_page(typed, look=look, focus="look"), LOOK)
    photos = photos_sent(actor)
    with current_store().write() as tx:
        number = desk_entry.save(tx, actor, read.draft, into, photos)
    return _to_done(number)


def _to_done(number: str) -> AnyResponse:
    return redirect("/issues/new?" + urlencode({"done": number}), 303)


def _is_news(look: Look, preview: Preview) -> bool:
    """Tell whether something is to be looked at that the form does not say was shown."""
    seen = set(request.form.get("seen", "").split(","))
    return request.form.get("shown") != look.shown or any(
        one.issue.number not in seen for one in preview.likely
    )


def _refused(typed: Typed, read: Read) -> Response:
    page = _page(typed, errors=errors_of(read.faults), spots=spot_rows(read.spotted.several))
    return Response(page, REFUSED)


@blueprint.errorhandler(InputError)
@blueprint.errorhandler(NotFound)
@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(WorkflowError)
@blueprint.errorhandler(CSRFError)
def come_back(error: InputError | NotFound | Conflict | WorkflowError | CSRFError) -> Response:
    """Show the form as it was typed, with what stands in the way."""
    actor, (status, said) = optional_actor(), hindrance(error)
    if request.method != "POST" or actor is None or not _may_write(actor):
        return Response(problem_page(status, said), status)
    return Response(_page(Typed.of(request.form), problem=said), status)


def _may_write(actor: Actor) -> bool:
    return bool(actor.roles & frozenset(DESK_ROLES))


def _page(typed: Typed, **more: Any) -> str:  # noqa: ANN401 - fields of ReportPage
    store = current_store()
    with store.read() as tx:
        bounds = extent(tx, current_actor())
    drawn = map_parts(MapView("issue", bounds, language(), basemap_of(store)))
    data = {"urls": urls(), "words": map_words(), "basemap": basemap_data(store)}
    return render("report/new.html", report_page(typed, drawn, data, **more))
