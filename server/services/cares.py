"""Whom to look in on, with their consent: what is needed for that and no more.

Consent is asked for first: when it was given and who wrote it down stand beside each entry. Who, where and what
they wish are sealed, known to those who answer for the cell and to who leads there, and who read them is on record,
once a person, entry and day. When consent is withdrawn, or there is no need any more, the words go at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import select, update

from server.db import Tx
from server.errors import Conflict, InputError, NotFound
from server.models import Area, Care, Visit
from server.services import audit
from server.services.care_rows import CareRow, Words, answered, opened, row_of
from server.services.drafts import AHEAD, EARLIEST
from server.services.lines import free_words, line
from server.services.overwriting import overwriting
from server.services.people import Actor
from server.services.permissions import tends
from server.services.private import seal_box
from server.services.sent import refuse_nil
from server.services.standing_at import spot_of
from server.services.tracks import bound

__all__ = ["DAYS", "ENDS", "LENGTHS", "REASONS", "NewCare", "agree", "blank", "called_on", "care_of", "end"]

REASONS = ("alone", "elderly", "disabled", "child", "other")
ENDS = ("withdrawn", "moved", "not_needed", "error")
DAYS = (1, 366)
LENGTHS = {"who": 60, "where": 200, "wish": 500}


@dataclass(frozen=True)
class NewCare:
    """Somebody who agreed to be looked in on.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    reason : str
        One of :data:`REASONS`.
    every_days : int
        How often, 1 to 366.
    who, where, wish : str
        Name as they want to be called, where they live, what they wish; sealed. The last may be empty.
    consent_on : date
        When they agreed.
    point : (lon, lat) or None
        WGS 84 degrees.
    cell : str
        Code of the cell, where there is no point.
    """

    uid: UUID
    reason: str
    every_days: int
    who: str
    where: str
    wish: str
    consent_on: date
    point: tuple[float, float] | None = None
    cell: str = ""


def agree(tx: Tx, actor: Actor, new: NewCare) -> CareRow:
    """Write down that somebody agreed to be looked in on.

    Raises
    ------
    InputError
        Something cannot be used, or consent lies ahead.
    NotFound
        ``area.unknown``: it lies in no cell that the actor tends.
    Conflict
        ``uid.taken``: it is somebody else's, or stands for another entry.
    """
    words, consent_at = _checked(tx, new)
    there = tx.session.scalar(select(Care).where(Care.uid == new.uid))
    if there is not None:
        if there.by_id != actor.person_id or not _is_same(tx, there, new, words):
            raise Conflict("uid.taken")
        return row_of(tx, there, Words())
    spot = spot_of(tx, actor, new.point, cell=new.cell)
    if spot is None or not spot.in_cell:
        raise InputError("care.no_cell", field="cell")
    if not tends(actor, spot.path, answers=spot.area_id in answered(tx, actor)):
        raise NotFound("care.elsewhere", uid=str(new.uid))
    one = Care(
        uid=new.uid, area_id=spot.area_id, reason=new.reason, every_days=new.every_days,
        box=seal_box(tx, orjson.dumps(replace(words, lon=spot.lon, lat=spot.lat)), bound("care", new.uid)),
        consent_at=consent_at, by_id=actor.person_id, created_at=tx.now, due_at=tx.now + timedelta(days=new.every_days),
    )  # fmt: skip
    tx.session.add(one)
    tx.session.flush()
    audit.record(tx, actor, "care.agree", uid=str(new.uid), reason=new.reason)
    return row_of(tx, one, Words())


def _is_same(tx: Tx, there: Care, new: NewCare, words: Words) -> bool:
    """Whether an entry is the one that comes in again, as far as its words are still kept."""
    kept = replace(opened(tx, there), lon=None, lat=None)
    is_like = (there.reason, there.every_days) == (new.reason, new.every_days)
    return is_like and (there.box is None or kept == words)


def _checked(tx: Tx, new: NewCare) -> tuple[Words, datetime]:
    refuse_nil(new.uid)
    if new.reason not in REASONS:
        raise InputError(
            "field.not_one_of", field="reason", value=new.reason[:40], expected="、".join(REASONS)
        )
    least, most = DAYS
    if not least <= new.every_days <= most:
        raise InputError("field.invalid", field="every_days", value=new.every_days, why=f"{least}–{most}")
    wish = free_words("wish", new.wish).strip()
    if len(wish) > LENGTHS["wish"]:
        raise InputError("field.too_long", field="wish", length=len(wish), limit=LENGTHS["wish"])
    words = Words(line("who", new.who, LENGTHS["who"]), line("where", new.where, LENGTHS["where"]), wish)
    noon = datetime(new.consent_on.year, new.consent_on.month, new.consent_on.day, tzinfo=tx.config.zone)
    if noon < EARLIEST or noon > tx.now + AHEAD:
        raise InputError("care.consent", field="consent_on", value=new.consent_on.isoformat())
    return words, noon


def end(tx: Tx, actor: Actor, uid: UUID, why: str) -> CareRow:
    """End an entry; its words, and those of the visits to it, go at once.

    Raises
    ------
    NotFound
        ``care.unknown``: absent, or not the actor's to tend.
    InputError
        Unknown reason.
    """
    if why not in ENDS:
        raise InputError("field.not_one_of", field="why", value=why[:40], expected="、".join(ENDS))
    one = care_of(tx, actor, uid, locked=True)
    if one.ended_at is None:
        one.ended_at = tx.now
        blank(tx, [one.id])
        audit.record(tx, actor, "care.end", uid=str(uid), why=why)
    return row_of(tx, one, Words())


def blank(tx: Tx, ids: Sequence[int]) -> None:
    """Take the words from entries and from the visits to them."""
    with overwriting(tx):
        gone = {"box": None, "purged_at": tx.now}
        tx.session.execute(update(Care).where(Care.id.in_(ids)).values(gone))
        theirs = (Visit.care_id.in_(ids), Visit.purged_at.is_(None))
        tx.session.execute(update(Visit).where(*theirs).values(gone))


def care_of(tx: Tx, actor: Actor, uid: UUID, *, locked: bool = False, at: datetime | None = None) -> Care:
    """Find an entry that the actor tends.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who.
    uid : UUID
        Which.
    locked : bool
        Hold the row.
    at : datetime, optional
        Who answered for the cell at this instant tends it as well: what they send may come late.

    Raises
    ------
    NotFound
        ``care.unknown``.
    """
    query = select(Care, Area.path).join(Area, Area.id == Care.area_id).where(Care.uid == uid)
    row = tx.session.execute(query.with_for_update(of=Care) if locked else query).first()
    if row is None:
        raise NotFound("care.unknown", uid=str(uid))
    cells = {*answered(tx, actor), *(answered(tx, actor, at) if at else ())}
    if not tends(actor, row[1], answers=row[0].area_id in cells):
        raise NotFound("care.unknown", uid=str(uid))
    found: Care = row[0]
    return found


def called_on(tx: Tx, care_id: int, at: datetime) -> None:
    """Tell that somebody was looked in on: the next visit is due so many days after the newest one."""
    one = tx.session.scalars(select(Care).where(Care.id == care_id).with_for_update()).one()
    if one.last_at is None or at > one.last_at:
        one.last_at, one.due_at = at, at + timedelta(days=one.every_days)
