"""The worker's page as a browser asks for it: the shell, its worker, its manifest; nothing in them is personal."""

import json

from flask import Blueprint, Response, abort, request

from server.auth import allow, public
from server.statics import static_url
from server.tablet.shell import WORKER_PARTS, Shell, shell_now
from server.words import LANGUAGES, _, language
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("tablet", __name__, url_prefix="/t")
A_YEAR = "public, max-age=31536000, immutable"
COLOURS = {"theme_color": "#0b7285", "background_color": "#f4f6f7"}


@blueprint.get("/")
@allow(Role.WORKER, Role.LEADER)
def home() -> Response:
    """Show the tablet's one page."""
    return _answered(shell_now(), language())


@blueprint.get("/shell")
@public
def shell() -> Response:
    """Give the same page to the worker that keeps it, in the language it asks for."""
    asked = request.args.get("language", "")
    return _answered(shell_now(), asked if asked in LANGUAGES else language())


def _answered(found: Shell, spoken: str) -> Response:
    answer = Response(found.pages[spoken], mimetype="text/html")
    answer.headers["Wangge-Version"] = found.version
    return answer


@blueprint.get("/sw.js")
@public
def worker() -> Response:
    """Serve the service worker: which release it keeps, and the scripts that do it."""
    found = shell_now()
    release = {
        "version": found.version,
        "shells": {one: f"/t/shell?language={one}" for one in LANGUAGES},
        "assets": found.assets,
    }
    parts = ", ".join(json.dumps(static_url(one)) for one in WORKER_PARTS)
    text = f"self.release = {json.dumps(release)};\nimportScripts({parts});\n"
    return _unkept(Response(text, mimetype="text/javascript"))


@blueprint.get("/version")
@public
def version() -> Response:
    """Tell the release that is served now, and the language that the server speaks to this device."""
    told = {"version": shell_now().version, "language": language()}
    return _unkept(Response(json.dumps(told), mimetype="application/json"))


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Tell the device how the app is called and looks when it is installed."""
    told = {
        "id": "/t/",
        "name": _("网格化管理"),
        "short_name": _("网格"),
        "lang": "zh-CN" if language() == "zh" else "en",
        "start_url": "/t/",
        "scope": "/t/",
        "display": "standalone",
        "orientation": "any",
        **COLOURS,
        "icons": [
            _icon("img/tablet-192.png", 192),
            _icon("img/tablet-512.png", 512),
            _icon("img/tablet-maskable.png", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": _("上报"), "url": "/t/#report"},
            {"name": _("任务"), "url": "/t/#tasks"},
        ],
    }
    text = json.dumps(told, ensure_ascii=False)
    return _unkept(Response(text, mimetype="application/manifest+json"))


def _icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
    return {"src": static_url(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@blueprint.get("/<name>.js")
@public
def script(name: str) -> Response:
    """Serve folium's script of the tablet's map; its name carries its digest."""
    found = shell_now()
    if found.script_name != f"{name}.js":
        abort(404)
    answer = Response(found.script, mimetype="text/javascript")
    answer.headers["Cache-Control"] = A_YEAR
    return answer


def _unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-cache"
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer
