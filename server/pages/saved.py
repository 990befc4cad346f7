"""Saved views: keep the filters that the list shows, call them otherwise, forget them."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.pages.frame import inside
from server.pages.issues import list_address
from server.services import saved_views

__all__ = ["blueprint"]

blueprint = Blueprint("saved", __name__)


@blueprint.post("/views")
@allow(*ISSUE_ROLES)
def save() -> Response:
    """Keep the filters sent along under a name, and show the list by them."""
    with current_store().write() as tx:
        view = saved_views.save(tx, current_actor(), request.form.get("name", ""), request.form)
    return redirect(list_address(view.query), 303)


@blueprint.post("/views/<int(max=9223372036854775807):key>/rename")
@allow(*ISSUE_ROLES)
def rename(key: int) -> Response:
    """Call a view otherwise."""
    with current_store().write() as tx:
        saved_views.rename(tx, current_actor(), key, request.form.get("name", ""))
    return _back()


@blueprint.post("/views/<int(max=9223372036854775807):key>/delete")
@allow(*ISSUE_ROLES)
def delete(key: int) -> Response:
    """Forget a view."""
    with current_store().write() as tx:
        saved_views.delete(tx, current_actor(), key)
    return _back()


def _back() -> Response:
    return redirect(inside(request.form.get("back", "/issues")), 303)
