"""Whether the service lives: asked by supervisors of processes, says nothing about its contents."""

from flask import Blueprint

from server.auth import current_store, public
from server.services import areas

__all__ = ["blueprint"]

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """Answer 200 when the store answers; an error's own status otherwise."""
    with current_store().read() as tx:
        areas.current_grid(tx)
    return {"status": "ok"}
