"""The ground map of one's own area, for the tablet to keep."""

from flask import Blueprint, Response, send_file

from server.auth import allow, current_actor, current_store, done_reading
from server.errors import NotFound
from server.services.ground_cut import ground_file
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("tablet_ground", __name__, url_prefix="/t")


@blueprint.get("/ground.pmtiles")
@allow(Role.WORKER, Role.LEADER)
def ground() -> Response:
    """Serve the file or the range asked for; 404 when there is no ground map."""
    store, actor = current_store(), current_actor()
    done_reading()
    path = ground_file(store, actor)
    if path is None:
        raise NotFound("request.not_found")
    answer = send_file(path.resolve(), mimetype="application/octet-stream", conditional=True, etag=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Cookie")
    return answer
