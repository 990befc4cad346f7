"""Visits (走访): who called where and when, of what kind, with what result; what was said is sealed.

A visit to somebody who asked to be looked in on tells when the next one is due. An issue that a visit led to bears
the visit as its origin, see :mod:`server.services.visit_origin`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import Area, Care, Visit
from server.services import cares
from server.services.drafts import ACCURACY_MOST_M, AHEAD, EARLIEST
from server.services.lines import free_words, line
from server.services.patrols import patrol_of
from server.services.people import Actor
from server.services.private import seal_box
from server.services.standing_at import Spot, spot_of
from server.services.tracks import bound
from server.services.visit_rows import Said, VisitRow, rows_of

__all__ = ["HOUSEHOLDS_MOST", "KINDS", "LENGTHS", "RESULTS", "SUBJECTS", "NewVisit", "record"]

KINDS = ("daily", "concentrated", "special", "online", "care")
SUBJECTS = ("household", "building", "compound", "enterprise")
RESULTS = ("well", "issue", "away", "declined")
LENGTHS = {"where": 200, "text": 2_000}
HOUSEHOLDS_MOST = 100_000
SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class NewVisit:
    """A visit as it comes in.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    kind, subject, result : str
        Of :data:`KINDS`, :data:`SUBJECTS`, :data:`RESULTS`.
    where, text : str
        Where it was and what was said; sealed, either may be empty.
    point : (lon, lat) or None
        WGS 84 degrees.
    accuracy_m : float or None
        Radius of the device's own doubt.
    place : int or None
        Key of a place of the gazetteer.
    cell : str
        Code of a cell, where there is neither point nor place.
    care, patrol : UUID or None
        Whom it was to look in on, and on which patrol.
    households : int or None
        Called at, where it was a building or a compound.
    happened_at : datetime or None
        The transaction's instant when None.
    device_at : datetime or None
        What the device's own clock said.
    """

    uid: UUID
    kind: str
    subject: str
    result: str
    where: str = ""
    text: str = ""
    point: tuple[float, float] | None = None
    accuracy_m: float | None = None
    place: int | None = None
    cell: str = ""
    care: UUID | None = None
    patrol: UUID | None = None
    households: int | None = None
    happened_at: datetime | None = None
    device_at: datetime | None = None


def record(tx: Tx, actor: Actor, new: NewVisit) -> VisitRow:
    """Write down a visit; the same uid again by the same person is the same visit.

    Raises
    ------
    InputError
        Something cannot be used; names the field and the value.
    NotFound
        The entry of care or the patrol is none of the actor's.
    Conflict
        ``uid.taken``: it is somebody else's.
    """
    there = tx.session.scalar(select(Visit).where(Visit.uid == new.uid))
    if there is not None:
        if there.person_id != actor.person_id:
            raise Conflict("uid.taken")
        return rows_of(tx, actor, [there])[0]
    said, at = _checked(tx, new)
    care = cares.care_of(tx, actor, new.care) if new.care else None
    spot = spot_of(tx, actor, new.point, new.accuracy_m, place=new.place, cell=new.cell) or _at_care(tx, care)
    one = Visit(
        uid=new.uid, person_id=actor.person_id, area_id=spot.area_id, kind=new.kind, subject=new.subject,
        result=new.result, place_id=spot.place_id, care_id=care.id if care else None,
        patrol_id=patrol_of(tx, actor, new.patrol) if new.patrol else None, box=_sealed(tx, new.uid, said),
        lon=spot.lon, lat=spot.lat, accuracy_m=new.accuracy_m if new.point else None, households=new.households,
        happened_at=at, device_at=_off(new, at), received_at=tx.now,
    )  # fmt: skip
    if (
        care is not None and care.ended_at is not None
    ):  # withdrawn while the device was away: that there was a visit stays
        one.box, one.lon, one.lat, one.accuracy_m, one.place_id, one.purged_at = (
            None,
            None,
            None,
            None,
            None,
            tx.now,
        )
    tx.session.add(one)
    tx.session.flush()
    if care is not None and care.ended_at is None and new.result != "away":
        cares.called_on(tx, care.id, at)
    return rows_of(tx, actor, [one])[0]


def _checked(tx: Tx, new: NewVisit) -> tuple[Said, datetime]:
    for field, among in (("kind", KINDS), ("subject", SUBJECTS), ("result", RESULTS)):
        if getattr(new, field) not in among:
            value = getattr(new, field)[:40]
            raise InputError("field.not_one_of", field=field, value=value, expected="、".join(among))
    if new.uid.int == 0:
        raise InputError("field.not_uuid", field="uid", value=str(new.uid))
    text = free_words("text", new.text).strip()
    if len(text) > LENGTHS["text"]:
        raise InputError("field.too_long", field="text", length=len(text), limit=LENGTHS["text"])
    limits = (
        ("households", new.households, HOUSEHOLDS_MOST),
        ("accuracy_m", new.accuracy_m, ACCURACY_MOST_M),
    )
    for field, number, most in limits:
        if number is not None and not 0 <= number <= most:
            raise InputError("field.invalid", field=field, value=number, why=f"0–{most:.0f}")
    at = new.happened_at or tx.now
    if at < EARLIEST:
        raise InputError("time.too_early", field="happened_at", value=at.isoformat())
    if at > tx.now + AHEAD:
        raise InputError("time.future", field="happened_at", value=at.isoformat())
    return Said(line("where", new.where, LENGTHS["where"], is_needed=False), text), min(at, tx.now)


def _at_care(tx: Tx, care: Care | None) -> Spot:
    if care is None:
        raise InputError("visit.no_place", field="cell")
    path = tx.session.scalars(select(Area.path).where(Area.id == care.area_id)).one()
    return Spot(care.area_id, path, True, care.lon, care.lat)


def _off(new: NewVisit, at: datetime) -> datetime | None:
    """Keep what the device's clock said where it is off by more than a minute."""
    return new.device_at if new.device_at is not None and abs(new.device_at - at) > SKEW else None


def _sealed(tx: Tx, uid: UUID, said: Said) -> bytes | None:
    return seal_box(tx, orjson.dumps(said), bound("visit", uid)) if said != Said() else None
