"""Setting a password by a one-time link that an administrator made. The secret is in the address alone."""

from dataclasses import dataclass

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import current_store, public, sign_out_here
from server.errors import Busy, InputError, NotFound
from server.pages.entry import said_at_sign_in
from server.pages.frame import render
from server.services import reset_links
from server.translate import shown, status_of
from server.words import sentence

__all__ = ["blueprint"]

blueprint = Blueprint("reset", __name__)


@dataclass(frozen=True)
class ResetPage:
    """``reset/form.html``.

    Attributes
    ----------
    name, login : str
        Whose password it is; empty when the link cannot be used.
    error : str
        Why nothing was set.
    """

    name: str = ""
    login: str = ""
    error: str = ""


@blueprint.get("/reset/<secret>")
@public
def form(secret: str) -> AnyResponse:
    """Show the form."""
    return _page(secret)


@blueprint.post("/reset/<secret>")
@public
def put(secret: str) -> AnyResponse:
    """Set the password, and go on to the sign-in."""
    words = (request.form.get("new", ""), request.form.get("again", ""))
    try:
        reset_links.reset(current_store(), secret, *words, request.remote_addr or "")
    except (InputError, Busy) as error:
        return _page(secret, sentence(error.code, shown(error.values)), status_of(error))
    sign_out_here()
    return said_at_sign_in("reset.done")


@blueprint.errorhandler(NotFound)
def gone(error: NotFound) -> AnyResponse:
    """Say that the link cannot be used: the same for all that cannot."""
    return _private(Response(render("reset/form.html", ResetPage(error=sentence(error.code))), 404))


def _page(secret: str, error: str = "", status: int = 200) -> AnyResponse:
    with current_store().read() as tx:
        holder = reset_links.holder_of(tx, secret)
    return _private(Response(render("reset/form.html", ResetPage(holder.name, holder.login, error)), status))


def _private(answer: Response) -> Response:
    """Let no address of this page go anywhere; the host's name does, or the form could not be told from a foreign one."""
    answer.headers["Referrer-Policy"] = "strict-origin"
    return answer
