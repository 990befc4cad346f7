"""The way in by the organisation's account: off to its provider, and back."""

from dataclasses import asdict

from flask import Blueprint, Response, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from server.auth import current_store, device, keep_session, public
from server.errors import Busy, InputError, NotSignedIn, ServerError
from server.pages.entry import sign_in_page
from server.pages.frame import inside
from server.services import oidc
from server.services.oidc import Departure
from server.translate import shown, status_of
from server.words import sentence

__all__ = ["blueprint"]

LEFT = "oidc"  # where the cookie holds what the device left with
PATIENCE_S = 600.0
blueprint = Blueprint("oidc", __name__)


@blueprint.get("/sign-in/oidc")
@public
def leave() -> AnyResponse:
    """Send the device to the provider."""
    departure = oidc.depart(current_store(), _back())
    left = {**asdict(departure), "address": "", "next": inside(request.args.get("next", "/"))}
    session[LEFT] = {**left, "at": current_store().clock().timestamp()}
    return redirect(departure.address, 303)


@blueprint.get("/sign-in/oidc/back")
@public
def come_back() -> AnyResponse:
    """Sign in whom the provider vouches for."""
    left = session.pop(LEFT, None)
    if left is None or not 0 <= current_store().clock().timestamp() - left.pop("at") <= PATIENCE_S:
        raise NotSignedIn("oidc.refused")
    onward = inside(left.pop("next"))
    state, code = request.args.get("state", ""), request.args.get("code", "")
    identity = oidc.arrive(current_store(), Departure(**left), _back(), state, code)
    with current_store().write() as tx:
        admission = oidc.admitted(tx, identity, device())
    keep_session(admission.actor, admission.secret)
    return redirect(onward, 303)


@blueprint.errorhandler(NotSignedIn)
@blueprint.errorhandler(InputError)
@blueprint.errorhandler(Busy)
def refused(error: ServerError) -> AnyResponse:
    """Show the sign-in with the reason; there is the password still."""
    said = sentence(error.code, shown(error.values))
    return Response(sign_in_page("/", "", said), status_of(error))


def _back() -> str:
    return url_for("oidc.come_back", _external=True)
