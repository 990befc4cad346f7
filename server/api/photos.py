"""Photos of issues: list them, add some."""

import hashlib
from datetime import datetime
from typing import IO, Any, Literal
from uuid import UUID

from flask import Response, request
from pydantic import AwareDatetime, Field

from server.api.resource import SHOWN, answer, answer_once, resource, stored
from server.api.told_loop import Told
from server.auth import ISSUE_ROLES, allow, current_store, done_reading
from server.db import Tx
from server.errors import InputError
from server.security import takes_bytes
from server.services import album, attachments, issue_view
from server.services.album import Picture
from server.services.attachments import KINDS, MOST_OF_ACT
from server.services.filters import instant_of
from server.services.lines import whole
from server.services.people import Actor
from server.services.photos import BYTES_MOST, FIELD

__all__ = ["REQUEST_MOST", "PhotoRow", "blueprint", "photo_told"]

REQUEST_MOST = MOST_OF_ACT * BYTES_MOST + 1024 * 1024
"""Bytes of a request with as many photos as may be, all of them as large as may be."""
PIECE = 1 << 20
blueprint = resource("photos", has_files=True)


class Position(Told):
    """Where a photo was taken, as the camera said, else as the device that sent it did."""

    lon: float
    lat: float
    datum: str = Field(description="that the camera names; empty for WGS 84")


class PhotoRow(Told):
    """A photo as it was written anew."""

    uid: UUID
    kind: Literal["before", "after", "other"]
    who: str
    at: AwareDatetime = Field(description="when it was attached")
    taken_at: AwareDatetime | None = Field(description="as the camera said")
    position: Position | None = Field(description="null too for who may not ask about people")
    distance_m: float | None = Field(description="from there to the issue's point")
    size: int = Field(description="bytes")
    width: int
    height: int
    url: str = Field(description="of the JPEG, asked with the same token or session")
    thumb_url: str


class PhotoList(Told):
    """Photos of an issue, in order."""

    items: list[PhotoRow]


class PhotosAdded(PhotoList):
    """Photos of an issue, in order, with those that were added now."""

    before: int = Field(description="`version` of the issue before they were added")
    version: int = Field(description="afterwards; the same when all of them were there already")


def _text(about: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a schema
    return {"type": "string", "description": about, **more}


FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FIELD, "kind"],
                "additionalProperties": False,
                "properties": {
                    FIELD: {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST_OF_ACT,
                        "items": _text("JPEG, PNG or WebP by its content, at most 20 MB", format="binary"),
                    },
                    "kind": _text("what they show", enum=list(KINDS)),
                    "uid": {
                        "type": "array",
                        "maxItems": MOST_OF_ACT,
                        "items": _text("one a photo, made by the client; the same again is the same photo", format="uuid"),
                    },
                    "lon": _text("where the sending device is, WGS 84 degrees"),
                    "lat": _text("with `lon`"),
                    "accuracy_m": _text("radius of the device's own doubt"),
                    "happened_at": _text("ISO 8601, where they were attached before this is sent"),
                    "device_at": _text("the same as the device's own clock said"),
                    "version": _text("`version` of the issue as last seen; another one now is a conflict"),
                },
            }
        }
    },
}  # fmt: skip
FIELDS = frozenset(
    {"kind", "uid", "lon", "lat", "accuracy_m", "happened_at", "device_at", "version", "csrf_token"}
)


@blueprint.get("/issues/<number>/photos")
@allow()
@blueprint.output(PhotoList)
def index(number: str) -> Response:
    """List the photos of an issue.

    Those of before and after for everybody who sees the issue, others for who may ask about people.
    """
    return answer(stored(lambda tx, actor: _told(tx, actor, number)))


@blueprint.post("/issues/<number>/photos")
@allow(*ISSUE_ROLES, scope="act")
@takes_bytes(REQUEST_MOST)
@blueprint.doc(extensions={"x-form": FORM})
@blueprint.output(PhotosAdded, status_code=201)
def add(number: str) -> Response:
    """Attach photos to an issue.

    They are turned upright, made smaller and written anew without what the camera wrote beside them; its time
    and place are kept apart. All of them are attached, or none.
    """
    stored(lambda tx, actor: album.of_issue(tx, actor, number))  # refuse before the work, not after it
    files, said = _sent()
    kind, version, uids = request.form.get("kind", ""), _version(), _uids()
    if kind not in KINDS:
        raise InputError("field.not_one_of", field="kind", value=kind[:SHOWN], expected="、".join(KINDS))
    device = attachments.device_of(*(request.form.get(name, "") for name in ("lon", "lat", "accuracy_m")))
    done_reading()  # pictures take their time
    at, device_at = _instant("happened_at"), _instant("device_at")
    taken = attachments.take_in(current_store(), files, uids)

    def act(tx: Tx, actor: Actor) -> dict[str, Any]:
        before = _version_of(tx, actor, number)
        attachments.attach(tx, actor, number, kind, taken, device, version, at, device_at)
        return {**_told(tx, actor, number), "before": before, "version": _version_of(tx, actor, number)}

    return answer_once(act, 201, said)


def _sent() -> tuple[list[IO[bytes]], bytes]:
    """Give the files, and what tells this request from others: fields and digests, in order."""
    for name in (*request.form, *request.files):
        if name not in FIELDS | {FIELD}:
            raise InputError("field.unknown", field=name[:SHOWN], value="")
    files = [one.stream for one in request.files.getlist(FIELD)]
    whole = hashlib.sha256(repr(sorted(request.form.to_dict(flat=False).items())).encode())
    for one in files:
        digest = hashlib.sha256()
        while piece := one.read(PIECE):
            digest.update(piece)
        one.seek(0)
        whole.update(digest.digest())
    return files, whole.digest()


def _instant(field: str) -> datetime | None:
    return instant_of(field, request.form.get(field, "").strip(), current_store().config.zone)


def _version_of(tx: Tx, actor: Actor, number: str) -> int:
    return issue_view.found(tx, actor, number)[0].version


def _version() -> int | None:
    said = request.form.get("version", "")
    version = whole(said)
    if said and version is None:
        raise InputError("field.not_whole", field="version", value=said[:SHOWN])
    return version


def _uids() -> list[UUID]:
    said = request.form.getlist("uid")
    try:
        return [UUID(one) for one in said]
    except ValueError as error:
        raise InputError("field.not_uuid", field="uid", value="、".join(said)[:SHOWN]) from error


def _told(tx: Tx, actor: Actor, number: str) -> dict[str, Any]:
    return {"items": [photo_told(one) for one in album.of_issue(tx, actor, number)]}


def photo_told(one: Picture) -> dict[str, Any]:
    """Tell a photo: of when, from where, and where its file is."""
    place = one.position
    return {
        "uid": one.uid,
        "kind": one.kind,
        "who": one.who,
        "at": one.at,
        "taken_at": one.taken_at,
        "position": {"lon": place[0], "lat": place[1], "datum": one.datum} if place else None,
        "distance_m": one.distance_m,
        "size": one.size,
        "width": one.width,
        "height": one.height,
        "url": f"/files/{one.digest}",
        "thumb_url": f"/files/{one.digest}/thumb",
    }
