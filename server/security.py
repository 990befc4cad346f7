"""The HTTP shell: one content security policy with a nonce, and the other headers, as data."""

import secrets

from flask import Flask, Response, abort, g, request

__all__ = ["install", "nonce"]

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
HEADERS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), interest-cohort=()",
}


def nonce() -> str:
    """Give this request's nonce; made when first asked for."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return str(g.nonce)


def install(app: Flask, image_hosts: tuple[str, ...] = ()) -> None:
    """Send the headers with every answer.

    Parameters
    ----------
    app : Flask
        Application.
    image_hosts : tuple of str
        Origins of tiles that a setting allows; none by default.
    """
    sources = {**POLICY, "img-src": [*POLICY["img-src"], *image_hosts]}
    policy = "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())

    @app.before_request
    def refuse_nul() -> None:
        """No address or parameter holds a NUL; PostgreSQL has no text with one."""
        if "\x00" in request.path or any("\x00" in said for _, said in request.args.items(multi=True)):
            abort(400)

    @app.after_request
    def send(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", policy.format(nonce=nonce()))
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if request.is_secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if answer.location and answer.location.startswith(request.host_url):
            # Routing took the host from a header that anybody can write.
            answer.location = "/" + answer.location.removeprefix(request.host_url).lstrip("/")
        if answer.mimetype == "text/html":
            answer.headers["Cache-Control"] = "no-store"
        return answer
