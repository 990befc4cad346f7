"""The documentation of the API."""

from flask import Blueprint

from server.auth import allow
from server.pages.contexts import DocsPage
from server.pages.frame import render

__all__ = ["blueprint"]

blueprint = Blueprint("docs", __name__)


@blueprint.get("/docs")
@allow()
def api() -> str:
    """Show the OpenAPI document."""
    return render("docs/api.html", DocsPage("/openapi.json"))
