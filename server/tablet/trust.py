"""Help for a page that was opened insecurely: what to do, and the certificate to trust."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from server.auth import current_store, public
from server.pages.frame import render
from server.services.trust import authority_of, code_of
from server.words import sentence

__all__ = ["blueprint"]

blueprint = Blueprint("trust", __name__, url_prefix="/t")
DEVICES = ("android", "ipad", "windows", "firefox")


@dataclass(frozen=True)
class TrustPage:
    """``tablet/trust.html``.

    Attributes
    ----------
    is_secure : bool
        Whether this page came encrypted.
    fingerprint : str
        Of the authority to install; empty when there is none.
    address : str
        Where the tablet is to be opened.
    code : str
        This page's address as a picture to scan; empty when it cannot be drawn.
    steps : tuple of str
        How each kind of device installs it.
    """

    is_secure: bool
    fingerprint: str
    address: str
    code: str
    steps: tuple[str, ...]


@blueprint.get("/trust")
@public
def index() -> str:
    """Say what to do so that the tablet may find its position and work without a network."""
    found = authority_of(current_store().config)
    address = f"https://{request.host}/t/"
    code = code_of(f"{address}trust")
    page = TrustPage(
        is_secure=request.is_secure,
        fingerprint=found.fingerprint if found else "",
        address=address,
        code=code.svg_data_uri(scale=4, border=4, light="#fff", dark="#000") if code and found else "",
        steps=tuple(sentence(f"cli.cert.{one}").strip() for one in DEVICES) if found else (),
    )
    return render("tablet/trust.html", page)


@blueprint.get("/ca.crt")
@public
def certificate() -> Response:
    """Give the authority's certificate as devices install it."""
    return _file(is_for_devices=True)


@blueprint.get("/ca.pem")
@public
def text() -> Response:
    """Give the authority's certificate as programs read it."""
    return _file(is_for_devices=False)


def _file(*, is_for_devices: bool) -> Response:
    found = authority_of(current_store().config)
    if found is None:
        abort(404)
    kind = "application/x-x509-ca-cert" if is_for_devices else "application/x-pem-file"
    answer = Response(found.der if is_for_devices else found.pem, mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename=ca.{'crt' if is_for_devices else 'pem'}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
