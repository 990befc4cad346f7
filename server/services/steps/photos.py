"""Photos that come with a step: the entry names each by uid, digest and kind, a row keeps what is known of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from server.errors import InputError
from server.models import Attachment
from server.services.photos import FIELD, Photo
from server.services.steps.step import Step

__all__ = ["DO", "READ", "Device", "Given", "Taken", "device_of"]

CLOCK_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Device:
    """Where the device that sends photos says it is; telephones take the position out of the photos they send.

    Attributes
    ----------
    lon, lat : float
        WGS 84 degrees.
    accuracy_m : float or None
        Radius of its own doubt, metres.
    """

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Taken:
    """A photo whose files lie in the store.

    Attributes
    ----------
    uid : UUID
        Made by whoever sends it; the same one again is the same photo.
    photo : Photo
        As written anew.
    digest, thumb : str
        Of its file and of its small picture's.
    put_at : datetime
        Since when they lie there for certain.
    """

    uid: UUID
    photo: Photo
    digest: str
    thumb: str
    put_at: datetime


@dataclass(frozen=True)
class Given:
    """What ``attach`` is given as its photos; only :mod:`server.services.attachments` makes one."""

    kind: str
    photos: tuple[Taken, ...]
    device: Device | None = None


def device_of(lon: str, lat: str, accuracy_m: str = "") -> Device | None:
    """Read where a device says it is; None when it says nothing.

    Raises
    ------
    InputError
        No numbers, or no place on earth.
    """
    if not lon.strip() and not lat.strip():
        return None
    radius = _number("accuracy_m", accuracy_m, 0, 1e6) if accuracy_m.strip() else None
    return Device(_number("lon", lon, -180, 180), _number("lat", lat, -90, 90), radius)


def _number(field: str, said: str, least: float, most: float) -> float:
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise InputError("field.not_number", field=field, value=said[:40])
    return value


def _read(step: Step) -> None:
    said = step.given["photos"]
    if not isinstance(said, Given):
        raise InputError("photo.not_files", field=FIELD)
    step.codes["files"] = [[str(one.uid), one.digest, said.kind] for one in said.photos]


def _attached(step: Step) -> None:
    said: Given = step.given["photos"]
    at = said.device
    for one in said.photos:
        photo = one.photo
        step.tx.session.add(
            Attachment(
                uid=one.uid,
                issue_id=step.issue.id,
                kind=said.kind,
                digest=one.digest,
                thumb=one.thumb,
                size=len(photo.data),
                width=photo.width,
                height=photo.height,
                taken_at=_believed(step, photo.taken_at),
                taken_lon=photo.lon,
                taken_lat=photo.lat,
                datum=photo.datum,
                device_lon=at.lon if at else None,
                device_lat=at.lat if at else None,
                device_accuracy_m=at.accuracy_m if at else None,
                person_id=step.actor.person_id,
                entry_seq=step.seq,
                at=step.tx.now,
            )
        )


def _believed(step: Step, taken_at: datetime | None) -> datetime | None:
    """Take a camera's time in the zone here where it names none; nothing where it lies ahead."""
    if taken_at is None:
        return None
    at = taken_at if taken_at.tzinfo else taken_at.replace(tzinfo=step.tx.config.zone)
    return at if at <= step.tx.now + CLOCK_AHEAD else None


READ: Mapping[str, Callable[[Step], None]] = {"attach": _read}
DO: Mapping[str, Callable[[Step], None]] = {"attach": _attached}
