"""The program's own ground map: one PMTiles file that the browser reads in ranges."""

from flask import Blueprint, Response, send_file

from server.auth import allow, current_store
from server.errors import NotFound
from server.services.basemap import FILE_NAME

__all__ = ["blueprint"]

HOUR = 3600  # s
blueprint = Blueprint("tiles", __name__)


@blueprint.get(f"/tiles/{FILE_NAME}")
@allow()
def basemap() -> Response:
    """Serve the file or the ranges asked for; 404 when there is no ground map."""
    path = current_store().folder / FILE_NAME
    if not path.is_file():
        raise NotFound("request.not_found")
    answer = send_file(path.resolve(), mimetype="application/octet-stream", conditional=True, max_age=HOUR)
    answer.headers["Cache-Control"] = f"private, max-age={HOUR}"
    return answer
