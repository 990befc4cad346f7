"""Whom to look in on, with their consent: what is needed for that and no more.

Consent is asked for first: when it was given and who wrote it down stand beside each entry. Who, where and what
they wish are sealed, known to those who answer for the cell and to who leads there, and who read them is on record,
once a person, entry and day. When consent is withdrawn, or there is no need any more, the words go at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select, update

from server.db import Store, Tx
from server.errors import Conflict, InputError, NotFound
from server.models import Area, Care, Visit
from server.services import audit
from server.services.areas import below
from server.services.drafts import AHEAD, EARLIEST
from server.services.duties import cells_of
from server.services.lines import free_words, line
from server.services.overwriting import overwriting
from server.services.people import Actor
from server.services.permissions import over, tends
from server.services.private import open_box, seal_box
from server.services.standing_at import spot_of
from server.services.tracks import bound
from server.workflow import Role

__all__ = [
    "DAYS",
    "ENDS",
    "LENGTHS",
    "MOST",
    "REASONS",
    "CareRow",
    "NewCare",
    "Words",
    "agree",
    "called_on",
    "care_of",
    "due",
    "end",
    "opened",
]

REASONS = ("alone", "elderly", "disabled", "child", "other")
ENDS = ("withdrawn", "moved", "not_needed", "error")
DAYS = (1, 366)
LENGTHS = {"who": 60, "where": 200, "wish": 500}
MOST = 500
SHELF = "cares read"


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


@dataclass(frozen=True)
class Words:
    """What is sealed of an entry."""

    who: str = ""
    where: str = ""
    wish: str = ""


@dataclass(frozen=True)
class CareRow:
    """An entry as those may see it who tend it.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    reason : str
        One of :data:`REASONS`.
    words : Words
        Empty where they were taken away, or are not to be told.
    lon, lat : float or None
        WGS 84 degrees.
    every_days : int
        How often.
    consent_at : datetime
        When they agreed.
    last_at, due_at, ended_at : datetime or None
        Looked in on last, to be looked in on next, and since when no more.
    cell, cell_name : str
        Where.
    """

    uid: UUID
    reason: str
    words: Words
    lon: float | None
    lat: float | None
    every_days: int
    consent_at: datetime
    last_at: datetime | None
    due_at: datetime
    ended_at: datetime | None
    cell: str
    cell_name: str


def agree(tx: Tx, actor: Actor, new: NewCare) -> CareRow:
    """Write down that somebody agreed to be looked in on.

    Raises
    ------
    InputError
        Something cannot be used, or consent lies ahead.
    NotFound
        ``area.unknown``: it lies in no cell that the actor tends.
    Conflict
        ``uid.taken``: it is somebody else's.
    """
    there = tx.session.scalar(select(Care).where(Care.uid == new.uid))
    if there is not None:
        if there.by_id != actor.person_id:
            raise Conflict("uid.taken")
        return _row(tx, there, Words())
    words, consent_at = _checked(tx, new)
    spot = spot_of(tx, actor, new.point, cell=new.cell)
    if spot is None or not spot.in_cell:
        raise InputError("care.no_cell", field="cell")
    if not tends(actor, spot.path, answers=spot.area_id in _answered(tx, actor)):
        raise NotFound("care.elsewhere", uid=str(new.uid))
    one = Care(
        uid=new.uid, area_id=spot.area_id, reason=new.reason, every_days=new.every_days, lon=spot.lon, lat=spot.lat,
        box=seal_box(tx, orjson.dumps(words), bound("care", new.uid)), consent_at=consent_at, by_id=actor.person_id,
        created_at=tx.now, due_at=tx.now + timedelta(days=new.every_days),
    )  # fmt: skip
    tx.session.add(one)
    tx.session.flush()
    audit.record(tx, actor, "care.agree", uid=str(new.uid), reason=new.reason)
    return _row(tx, one, Words())


def _checked(tx: Tx, new: NewCare) -> tuple[Words, datetime]:
    if new.uid.int == 0:
        raise InputError("field.not_uuid", field="uid", value=str(new.uid))
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


def due(tx: Tx, actor: Actor) -> tuple[CareRow, ...]:
    """List the entries that an actor tends, soonest first, by name; :func:`note_read` puts on record that they did.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Gets those of the cells they answer for, and of all cells in areas that they lead.
    """
    led = [below(path) for path in over(actor, Role.LEADER)]
    mine = or_(Care.area_id.in_(_answered(tx, actor)), *led)
    query = select(Care, Area).join(Area, Area.id == Care.area_id).where(Care.ended_at.is_(None), mine)
    rows = tx.session.execute(query.order_by(Care.due_at, Care.id).limit(MOST)).all()
    return tuple(_told(one, area, opened(tx, one)) for one, area in rows)


def note_read(store: Store, actor: Actor, rows: Sequence[CareRow]) -> None:
    """Put on record whose words somebody read; each once a day, for a tablet asks again and again."""
    seen: dict[tuple[int | None, date], set[UUID]] = store.shelf.setdefault(SHELF, {})
    today = store.clock().astimezone(store.config.zone).date()
    for old in [key for key in list(seen) if key[1] != today]:
        seen.pop(old, None)
    known = seen.setdefault((actor.person_id, today), set())
    fresh = [one.uid for one in rows if one.uid not in known]
    if not fresh:
        return
    with store.write() as tx:
        audit.record(tx, actor, "care.read", count=len(fresh), uids=[str(uid) for uid in fresh])
    known.update(fresh)


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
    return _row(tx, one, Words())


def blank(tx: Tx, ids: Sequence[int]) -> None:
    """Take the words from entries and from the visits to them."""
    with overwriting(tx):
        gone = {"box": None, "lon": None, "lat": None, "purged_at": tx.now}
        tx.session.execute(update(Care).where(Care.id.in_(ids)).values(gone))
        theirs = (Visit.care_id.in_(ids), Visit.purged_at.is_(None))
        tx.session.execute(update(Visit).where(*theirs).values(gone | {"accuracy_m": None, "place_id": None}))


def care_of(tx: Tx, actor: Actor, uid: UUID, *, locked: bool = False) -> Care:
    """Find an entry that the actor tends.

    Raises
    ------
    NotFound
        ``care.unknown``.
    """
    query = select(Care, Area.path).join(Area, Area.id == Care.area_id).where(Care.uid == uid)
    row = tx.session.execute(query.with_for_update(of=Care) if locked else query).first()
    if row is None or not tends(actor, row[1], answers=row[0].area_id in _answered(tx, actor)):
        raise NotFound("care.unknown", uid=str(uid))
    found: Care = row[0]
    return found


def called_on(tx: Tx, care_id: int, at: datetime) -> None:
    """Tell that somebody was looked in on: the next visit is due so many days after the newest one."""
    one = tx.session.scalars(select(Care).where(Care.id == care_id).with_for_update()).one()
    if one.last_at is None or at > one.last_at:
        one.last_at, one.due_at = at, at + timedelta(days=one.every_days)


def opened(tx: Tx, one: Care) -> Words:
    """Read what is sealed of an entry; nothing where it was taken away or cannot be opened."""
    if one.box is None:
        return Words()
    try:
        return Words(**orjson.loads(open_box(tx, one.box, bound("care", one.uid))))
    except (InvalidTag, KeyError):
        return Words()


def _answered(tx: Tx, actor: Actor) -> list[int]:
    return cells_of(tx, actor.person_id, tx.now) if actor.person_id is not None else []


def _row(tx: Tx, one: Care, words: Words) -> CareRow:
    return _told(one, tx.session.get_one(Area, one.area_id), words)


def _told(one: Care, area: Area, words: Words) -> CareRow:
    return CareRow(one.uid, one.reason, words, one.lon, one.lat, one.every_days, one.consent_at, one.last_at, one.due_at,
                   one.ended_at, area.code, area.name)  # fmt: skip
