"""Static files under one directory digest, immutable, compressed once; answers compressed as they go.

The digest stands in the path (``/static/v/<digest>/…``), so that ``url()`` in a style sheet and Leaflet's
icon path keep working and a new version never meets an old cache.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request

from server.auth import public

__all__ = ["FOLDER", "blueprint", "compress", "digest", "digest_of", "install", "static_url"]

FOLDER = Path(__file__).resolve().parent / "static"
LEAST_BYTES = 700
COMPRESSIBLE = ("text/", "application/json", "application/geo+json", "application/problem+json",
                "application/javascript", "image/svg+xml", "application/manifest+json")  # fmt: skip
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
         ".webmanifest": "application/manifest+json", ".json": "application/json"}  # fmt: skip
OWN = ("js/", "css/")
COMMENT = re.compile(rb"^[ \t]*/\*.*?\*/[ \t]*$", re.DOTALL | re.MULTILINE)
blueprint = Blueprint("statics", __name__)


@lru_cache(maxsize=1)
def digest() -> str:
    """Digest over names and contents of all static files; made once per process."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]


def static_url(name: str) -> str:
    """Give the address of a static file, e.g. ``static_url("css/base.css")``."""
    return f"/static/v/{digest()}/{name}"


def digest_of(name: str) -> str:
    """Give the digest of one file as it is served, in hexadecimal; empty where there is none."""
    found = _read(name)
    return hashlib.sha256(found[0]).hexdigest() if found else ""


@lru_cache(maxsize=512)
def _read(name: str) -> tuple[bytes, bytes | None, str] | None:
    path = (FOLDER / name).resolve()
    try:
        if not path.is_relative_to(FOLDER) or not path.is_file():
            return None
    except OSError:  # a name too long for the file system
        return None
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    plain = path.read_bytes()
    if name.startswith(OWN):
        plain = COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), plain)  # a fifth of what travels
    small = gzip.compress(plain, 9, mtime=0) if kind.startswith(COMPRESSIBLE) else None
    return plain, small if small and len(small) < len(plain) else None, kind


@blueprint.get("/static/v/<version>/<path:name>")
@public
def file(version: str, name: str) -> Response:
    """Serve a static file for a year."""
    found = _read(name)
    if found is None:
        abort(404)
    plain, small, kind = found
    wants_small = small is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = Response(small if wants_small else plain, mimetype=kind)
    if wants_small:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    fresh = version == digest()
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return answer


def compress(answer: Response) -> Response:
    """Compress an answer when it is text, whole, and the browser takes gzip."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    if not takes or answer.is_streamed or answer.direct_passthrough or "Content-Encoding" in answer.headers:
        return answer
    if not (answer.mimetype or "").startswith(COMPRESSIBLE) or len(answer.get_data()) <= LEAST_BYTES:
        return answer
    answer.set_data(gzip.compress(answer.get_data(), 5, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer


def install(app: Flask) -> None:
    """Serve static files and compress answers."""
    app.register_blueprint(blueprint)
    app.after_request(compress)
    app.jinja_env.globals["static"] = static_url
