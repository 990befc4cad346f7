"""Visits (走访): who called where and when, of what kind, with what result; what was said is sealed.

A visit to somebody who asked to be looked in on tells when the next one is due. An issue that a visit led to bears
the visit as its origin, see :mod:`server.services.visit_origin`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import select

from server.db import Tx
from server.errors import Conflict, InputError
from server.models import Area, Care, Visit
from server.services import care_rows, cares
from server.services.drafts import ACCURACY_MOST_M, AHEAD, EARLIEST
from server.services.lines import free_words, line
from server.services.patrols import patrol_of
from server.services.people import Actor
from server.services.private import seal_box
from server.services.sent import refuse_nil
from server.services.standing_at import Spot, spot_of
from server.services.tracks import bound
from server.services.visit_rows import Said, VisitRow, opened, rows_of

__all__ = ["HOUSEHOLDS_MOST", "KINDS", "LENGTHS", "RESULTS", "SUBJECTS", "NewVisit", "record"]

KINDS = ("daily", "concentrated", "special", "online", "care")
SUBJECTS = ("household", "building", "compound", "enterprise")
RESULTS = ("well", "issue", "away", "declined")
LENGTHS = {"where": 200, "text": 2_000}
HOUSEHOLDS_MOST = 100_000
SKEW = timedelta(seconds=60)
SAME = ("kind", "subject", "result", "households")
"""What a visit that comes in again says as before, beside its words."""


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
        Whom it was to look in on, and on which patrol; one that is forgotten by now is left out.
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
        The entry of care is none that the actor tends, or tended when the visit was made.
    Conflict
        ``uid.taken``: it is somebody else's, or stands for another visit.
    """
    said, at = _checked(tx, new)
    there = tx.session.scalar(select(Visit).where(Visit.uid == new.uid))
    if there is not None:
        if there.person_id != actor.person_id or not _is_same(tx, there, new, said):
            raise Conflict("uid.taken")
        return rows_of(tx, actor, [there])[0]
    care = cares.care_of(tx, actor, new.care, at=at) if new.care else None
    spot = _spot(tx, actor, new, care)
    is_over = (
        care is not None and care.ended_at is not None
    )  # withdrawn meanwhile: that there was a visit stays
    one = Visit(
        uid=new.uid, person_id=actor.person_id, area_id=spot.area_id, kind=new.kind, subject=new.subject,
        result=new.result, care_id=care.id if care else None,
        patrol_id=patrol_of(tx, actor, new.patrol) if new.patrol else None,
        box=None if is_over else _sealed(tx, new, said, spot), households=new.households, happened_at=at,
        device_at=_off(new, at), received_at=tx.now, purged_at=tx.now if is_over else None,
    )  # fmt: skip
    tx.session.add(one)
    tx.session.flush()
    if care is not None and not is_over and new.result != "away":
        cares.called_on(tx, care.id, at)
    return rows_of(tx, actor, [one])[0]


def _is_same(tx: Tx, there: Visit, new: NewVisit, said: Said) -> bool:
    """Whether a visit is the one that comes in again, as far as its words are still kept."""
    is_like = all(getattr(there, name) == getattr(new, name) for name in SAME)
    kept = opened(tx, there)
    return is_like and (there.box is None or (kept.where, kept.text) == (said.where, said.text))


def _checked(tx: Tx, new: NewVisit) -> tuple[Said, datetime]:
    for field, among in (("kind", KINDS), ("subject", SUBJECTS), ("result", RESULTS)):
        if getattr(new, field) not in among:
            value = getattr(new, field)[:40]
            raise InputError("field.not_one_of", field=field, value=value, expected="、".join(among))
    refuse_nil(new.uid)
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


def _spot(tx: Tx, actor: Actor, new: NewVisit, care: Care | None) -> Spot:
    """Find where a visit was; one to somebody who is looked in on lies in their cell, wherever it was made from."""
    spot = spot_of(tx, actor, new.point, new.accuracy_m, place=new.place, cell=new.cell)
    if care is not None and (spot is None or spot.area_id != care.area_id):
        path = tx.session.scalars(select(Area.path).where(Area.id == care.area_id)).one()
        words = care_rows.opened(tx, care)
        return Spot(care.area_id, path, True, words.lon, words.lat)
    if spot is None:
        raise InputError("visit.no_place", field="cell")
    return spot


def _off(new: NewVisit, at: datetime) -> datetime | None:
    """Keep what the device's clock said where it is off by more than a minute."""
    return new.device_at if new.device_at is not None and abs(new.device_at - at) > SKEW else None


def _sealed(tx: Tx, new: NewVisit, said: Said, spot: Spot) -> bytes | None:
    vague = new.accuracy_m if new.point and new.point == (spot.lon, spot.lat) else None
    whole = replace(said, lon=spot.lon, lat=spot.lat, accuracy_m=vague, place=spot.place)
    return seal_box(tx, orjson.dumps(whole), bound("visit", new.uid)) if whole != Said() else None
