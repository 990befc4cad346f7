"""Photos: their files, only to who may see them; what an issue's page shows of them; what a form sends."""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from flask import Blueprint, Response, request

from server.api.photos import REQUEST_MOST
from server.auth import allow, current_actor, current_store
from server.blobs import blobs_of
from server.db import Tx
from server.services import album, attachments
from server.services.album import Picture
from server.services.attachments import KINDS, MOST_OF_ACT, Device, Taken
from server.services.issue_view import IssueView, found
from server.services.people import Actor
from server.services.photos import FIELD
from server.words import NAMES, _

__all__ = ["REQUEST_MOST", "PhotoCard", "Photos", "blueprint", "device_sent", "photos_of", "photos_sent"]

HEADERS = {
    "Cache-Control": "private, no-cache",  # asked again each time: what was seen may be purged or moved meanwhile
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Accept-Ranges": "none",
    "X-Content-Type-Options": "nosniff",
}
blueprint = Blueprint("photos", __name__)


@dataclass(frozen=True)
class PhotoCard:
    """A photo as the page shows it.

    Attributes
    ----------
    url, thumb_url : str
        Of the large and the small picture.
    kind : str
        In words.
    who : str
        Who attached it.
    at : datetime
        When it was taken, else attached.
    is_taken : bool
        Whether ``at`` is the camera's.
    distance : str
        From where it was taken to the issue's point, in words; "" when not known.
    width, height : int
        Of the large one.
    """

    url: str
    thumb_url: str
    kind: str
    who: str
    at: datetime
    is_taken: bool
    distance: str
    width: int
    height: int


@dataclass(frozen=True)
class Photos:
    """Photos of an issue.

    Attributes
    ----------
    pairs : tuple
        Before and after side by side, either may be None.
    others : tuple of PhotoCard
        The rest.
    kinds : tuple of (str, str)
        Code and name of the kinds that can be added, the likeliest first; empty when this person may not add any.
    url : str
        Where they are sent.
    most : int
        At once.
    """

    pairs: tuple[tuple[PhotoCard | None, PhotoCard | None], ...]
    others: tuple[PhotoCard, ...]
    kinds: tuple[tuple[str, str], ...]
    url: str
    most: int = MOST_OF_ACT


@blueprint.get("/files/<digest>")
@allow()
def file(digest: str) -> Response:
    """Give a photo."""
    return _file(digest, is_thumb=False)


@blueprint.get("/files/<digest>/thumb")
@allow()
def thumb(digest: str) -> Response:
    """Give the small picture of a photo."""
    return _file(digest, is_thumb=True)


def _file(digest: str, *, is_thumb: bool) -> Response:
    store = current_store()
    with store.read() as tx:
        known = album.file_of(tx, current_actor(), digest)
    name = known.thumb if is_thumb else known.digest
    answer = Response(mimetype="image/jpeg", headers=HEADERS)
    answer.vary.update(("Authorization", "Cookie"))
    answer.set_etag(name)
    answer.make_conditional(request)
    if answer.status_code == 200:
        answer.set_data(blobs_of(store).get(name))
    return answer


def photos_of(tx: Tx, view: IssueView) -> Photos:
    """Give the photos of an issue as the one who asks sees them."""
    found = album.of_row(tx, current_actor(), view.issue, view.path, is_told=view.may_unmask)
    before, after, others = ([_card(one) for one in found if one.kind == kind] for kind in KINDS)
    may_add = any(row.action == "attach" for row in view.actions)
    kinds = ("after", "before", "other") if view.issue.state in ("handling", "handled") else KINDS
    return Photos(
        tuple(zip_longest(before, after)),
        tuple(others),
        tuple((kind, _(NAMES["photo"][kind])) for kind in kinds) if may_add else (),
        f"/issues/{view.issue.number}/attach",
    )


def _card(one: Picture) -> PhotoCard:
    return PhotoCard(
        url=f"/files/{one.digest}",
        thumb_url=f"/files/{one.digest}/thumb",
        kind=_(NAMES["photo"][one.kind]),
        who=one.who,
        at=one.taken_at or one.at,
        is_taken=one.taken_at is not None,
        distance=_metres(one.distance_m),
        width=one.width,
        height=one.height,
    )


def _metres(distance: float | None) -> str:
    if distance is None:
        return ""
    if distance >= 1000:
        return _("距上报点 {km} 公里", km=f"{distance / 1000:.1f}")
    return _("距上报点 {m} 米", m=round(distance))


def photos_sent(actor: Actor, number: str = "") -> tuple[Taken, ...]:
    """Take in the photos that a form brings; none when none were chosen.

    Parameters
    ----------
    actor : Actor
        Who sends them.
    number : str
        Of the issue that they are for; nobody makes us work for one that they do not see.
    """
    files = [one.stream for one in request.files.getlist(FIELD) if one.filename]
    if not files:
        return ()
    if number:
        with current_store().read() as tx:
            found(tx, actor, number)
    return attachments.take_in(current_store(), files)


def device_sent() -> Device | None:
    """Read where the device was, if the form says it."""
    return attachments.device_of(
        *(request.form.get(f"device_{name}", "") for name in ("lon", "lat", "accuracy_m"))
    )
