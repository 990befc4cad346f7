"""One action on a selection of the list: what it needs, doing it, and what became of each."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.errors import InputError
from server.pages.action_forms import confirm_of, fields_of, given_by
from server.pages.frame import inside, render
from server.pages.issue_contexts import BulkPage, BulkResult, BulkResultPage
from server.pages.issue_rows import Named, rows_of
from server.services import asking, bulk, listing
from server.services.asking import Asked
from server.services.bulk import Outcome
from server.translate import shown
from server.uids import uuid7
from server.words import action_name, sentence, state_name
from server.workflow import TRANSITIONS

__all__ = ["blueprint"]

blueprint = Blueprint("many", __name__)


@blueprint.get("/issues/bulk")
@allow(*ISSUE_ROLES)
def ask() -> str:
    """Ask for what an action on the selection needs."""
    store, actor, action = current_store(), current_actor(), request.args.get("action", "")
    numbers = _numbers(request.args.getlist("n"))
    row = next((row for row in TRANSITIONS if row.action == action and action in bulk.ACTIONS), None)
    if row is None:
        raise InputError(
            "bulk.action", action=action[:24], known="、".join(action_name(one) for one in bulk.ACTIONS)
        )
    with store.read() as tx:
        found = listing.these(tx, actor, numbers)
        rows = rows_of(tx, found)
        has_holder = "holder" in row.requires and found
        asked = Asked(holders=asking.holders(tx, found[0].area.path) if has_holder else ())
    page = BulkPage(
        action=action,
        name=action_name(action),
        issues=rows,
        fields=fields_of(row, asked),
        key=str(uuid7(store.clock())),
        confirm=confirm_of(action),
        back=inside(request.args.get("back", "/issues")),
    )
    return render("issues/bulk.html", page)


def _numbers(given: list[str]) -> list[str]:
    wanted = list(dict.fromkeys(one for one in given if one))
    if not wanted:
        raise InputError("bulk.none", field="numbers")
    if len(wanted) > bulk.MOST:
        raise InputError("bulk.many", field="numbers", limit=bulk.MOST, count=len(wanted))
    return wanted


@blueprint.post("/issues/bulk")
@allow(*ISSUE_ROLES)
def act() -> Response:
    """Do it, each issue for itself; the same form sent twice does it once."""
    form, store = request.form, current_store()
    action, key = form.get("action", ""), form.get("key", "")
    if confirm_of(action) and form.get("confirm") != "1":
        raise InputError("confirm.missing", field="confirm", action=action)
    names = {name for row in TRANSITIONS if row.action == action for name in row.requires}
    given = given_by(form.to_dict(flat=False), names, store.config.zone)
    with store.write() as tx:
        bulk.act_once(tx, current_actor(), key, _numbers(form.getlist("n")), action, given)
    return redirect(url_for("many.done", key=key, back=inside(form.get("back", "/issues"))), 303)


@blueprint.get("/issues/bulk/<key>")
@allow(*ISSUE_ROLES)
def done(key: str) -> str:
    """Tell what became of each."""
    with current_store().read() as tx:
        action, outcomes = bulk.kept(tx, current_actor(), key)
    results = [_result(one) for one in outcomes]
    page = BulkResultPage(
        name=action_name(action),
        done=tuple(one for one in results if not one.detail),
        refused=tuple(one for one in results if one.detail),
        back=inside(request.args.get("back", "/issues")),
    )
    return render("issues/bulk_done.html", page)


def _result(one: Outcome) -> BulkResult:
    state = Named(one.state, state_name(one.state)) if one.state else None
    detail = sentence(one.code, shown(dict(one.values or {}))) if one.code else ""
    return BulkResult(one.number, state, detail)
