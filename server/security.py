"""The HTTP shell: who may send what from where, how much of it, and the headers of every answer, as data."""

import io
import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from server.config import Config
from server.translate import refused

__all__ = ["BODY_BYTES", "FORM_PARTS", "SAFE", "install", "nonce", "takes_bytes"]

View = TypeVar("View", bound=Callable[..., Any])
BODY_BYTES = 2 * 1024 * 1024
"""A request's body, unless the view says otherwise; see :func:`takes_bytes`."""
FORM_PARTS = 1000
PARAMETERS = 1000
MARK = "wangge_body_bytes"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""
OWN_SITES = frozenset({"same-origin", "none"})  # none: typed, or from a bookmark
A_YEAR_S = 31_536_000
POLICY: dict[str, list[str]] = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'nonce-{nonce}'"],
    "style-src": ["'self'", "'nonce-{nonce}'"],
    "img-src": ["'self'", "data:", "blob:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
USED = ("geolocation", "camera", "microphone", "fullscreen")
UNUSED = ("accelerometer", "autoplay", "browsing-topics", "clipboard-read", "compute-pressure",
          "cross-origin-isolated", "display-capture", "encrypted-media", "gamepad", "gyroscope", "hid",
          "identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "midi",
          "otp-credentials", "payment", "picture-in-picture", "publickey-credentials-create",
          "publickey-credentials-get", "screen-wake-lock", "serial", "storage-access", "sync-xhr", "usb",
          "window-management", "xr-spatial-tracking")  # fmt: skip
HEADERS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join([*(f"{one}=(self)" for one in USED), *(f"{one}=()" for one in UNUSED)]),
}

PARTS = frozenset({"text/javascript", "text/css", "image/png"})
"""What is only ever part of a page, whose own headers count: a tablet's first visit is a hundred such answers."""
OF_PARTS = {name: HEADERS[name] for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")}
SERVING_PARTS = frozenset({"statics.file", "tablet.script"})


def nonce() -> str:
    """Give this request's nonce; made when first asked for."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return str(g.nonce)


def takes_bytes(limit: int) -> Callable[[View], View]:
    """Mark a view as taking a larger body than others; longer ones are refused before anything is read.

    Parameters
    ----------
    limit : int
        Most bytes of the whole body, a form's boundaries included.
    """

    def mark(view: View) -> View:
        setattr(view, MARK, limit)
        return view

    return mark


def install(app: Flask, config: Config, image_hosts: tuple[str, ...] = ()) -> None:
    """Refuse what no page of ours sends, and send the headers with every answer.

    Parameters
    ----------
    app : Flask
        Application.
    config : Config
        Settings: proxies to trust, hosts to answer for.
    image_hosts : tuple of str
        Origins of tiles that a setting allows; none by default.
    """
    count = config.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.session_interface = _Sessions()
    _refuse(app, config.hosts)
    _send(app, image_hosts)


class _Sessions(SecureCookieSessionInterface):
    """Flask's own, with a cookie that never leaves TLS once it came over it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for TLS only."""
        return request.is_secure or super().get_cookie_secure(app)


def _refuse(app: Flask, hosts: tuple[str, ...]) -> None:
    @app.before_request
    def refuse_host() -> None:
        """Refuse a name that is not ours, or none at all: links and redirects are made from it."""
        if not request.host or (hosts and not host_is_trusted(request.host, hosts)):
            abort(refused(400, "request.host", {}))

    for check in (_refuse_query, _refuse_length, _refuse_foreign):
        app.before_request(check)


def _refuse_query() -> None:
    """Refuse parameters without number; and a NUL, since PostgreSQL has no text with one."""
    if request.query_string.count(b"&") >= PARAMETERS:
        abort(refused(400, "request.parameters", {"most": PARAMETERS}))
    if "\x00" in request.path or any("\x00" in said for _, said in request.args.items(multi=True)):
        abort(400)


def _refuse_length() -> None:
    """Refuse a body that is too long; one that does not say its length is counted as it is read."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, MARK, BODY_BYTES)
    request.max_content_length = limit + 1  # werkzeug would cut it off there, and say nothing
    if request.content_length is not None:
        if request.content_length > limit:
            raise RequestEntityTooLarge
    elif request.environ.get("wsgi.input_terminated"):
        request.environ["wsgi.input"] = _Counted(request.environ["wsgi.input"], limit)


def _refuse_foreign() -> None:
    """Refuse what another site has a browser send; a bearer token is nothing a browser adds by itself."""
    if request.method in SAFE or request.headers.get("Authorization", "")[:7].lower() == "bearer ":
        return
    is_own_site = request.headers.get("Sec-Fetch-Site", "same-origin") in OWN_SITES
    if not is_own_site or not _is_own(request.headers.get("Origin", request.referrer)):
        abort(refused(403, "request.foreign", {}))


class _Counted(io.RawIOBase):
    """A body of unknown length, refused where it becomes too long."""

    def __init__(self, source: Any, limit: int) -> None:  # noqa: ANN401 - any server's own stream
        self.source, self.left = source, limit

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, room: Any) -> int:  # noqa: ANN401 - a writable buffer
        """Read a piece; gives how long it is.

        Raises
        ------
        RequestEntityTooLarge
            It became too long.
        """
        said: bytes = self.source.read(min(len(room), self.left + 1))
        self.left -= len(said)
        if self.left < 0:
            raise RequestEntityTooLarge
        room[: len(said)] = said
        return len(said)


def _is_own(origin: str | None) -> bool:
    """Whether a page of this host sent it, or nothing is said; behind TLS only a page that came over it."""
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    is_same = bool(parts.netloc) and parts.netloc.lower().removesuffix(usual) == request.host.lower()
    return is_same and (parts.scheme == "https" or not request.is_secure)


def _send(app: Flask, image_hosts: tuple[str, ...]) -> None:
    sources = {**POLICY, "img-src": [*POLICY["img-src"], *image_hosts]}
    policy = "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())
    without = policy.replace(" 'nonce-{nonce}'", "")

    @app.after_request
    def send(answer: Response) -> Response:
        is_part = request.endpoint in SERVING_PARTS and answer.mimetype in PARTS
        said = policy.format(nonce=nonce()) if "nonce" in g else without
        if not is_part:
            answer.headers.setdefault("Content-Security-Policy", said)
        for name, value in (OF_PARTS if is_part else HEADERS).items():
            answer.headers.setdefault(name, value)
        if request.is_secure:
            answer.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR_S}")
            _secure(answer)
        if answer.location and answer.location.startswith(request.host_url):
            # Routing took the host from a header that anybody can write.
            answer.location = "/" + answer.location.removeprefix(request.host_url).lstrip("/")
        if answer.mimetype == "text/html":
            answer.headers["Cache-Control"] = "no-store"
        return answer


def _secure(answer: Response) -> None:
    """Keep every cookie to TLS; the session's is written later, by :class:`_Sessions`."""
    cookies = answer.headers.getlist("Set-Cookie")
    if cookies:
        kept = [one if "; secure" in one.lower() else f"{one}; Secure" for one in cookies]
        answer.headers.setlist("Set-Cookie", kept)
