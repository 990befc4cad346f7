"""Entries of care as those may see them who tend them, or who see to it that they are tended.

Who, where and what they wish are told to those who answer for the cell and to who leads there, and who read them is
on record, once a person, entry and day; supervisors are told how many are due when, without names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select

from server.db import Store, Tx
from server.models import Area, Audit, Care, Person
from server.services import audit
from server.services.areas import below
from server.services.duties import cells_of
from server.services.people import Actor
from server.services.permissions import counts_cares, over
from server.services.private import open_box
from server.services.redact import masked
from server.services.tracks import bound
from server.workflow import Role

__all__ = ["MOST", "CareRow", "Words", "answered", "due", "note_read", "opened", "row_of", "watched"]

MOST = 500
SHELF = "cares read"


@dataclass(frozen=True)
class Words:
    """What is sealed of an entry: name, address, wish, and WGS 84 degrees."""

    who: str = ""
    where: str = ""
    wish: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class CareRow:
    """An entry as those may see it who tend it.

    Attributes
    ----------
    uid : UUID
        Made by the device.
    reason : str
        A code.
    words : Words
        Empty where they were taken away, or are not to be told.
    every_days : int
        How often.
    consent_at : datetime
        When they agreed.
    last_at, due_at, ended_at : datetime or None
        Looked in on last, to be looked in on next, and since when no more.
    cell, cell_name : str
        Where.
    is_named : bool
        Whether the words are whole.
    """

    uid: UUID
    reason: str
    words: Words
    every_days: int
    consent_at: datetime
    last_at: datetime | None
    due_at: datetime
    ended_at: datetime | None
    cell: str
    cell_name: str
    is_named: bool = True


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
    mine = or_(Care.area_id.in_(answered(tx, actor)), *led)
    query = select(Care, Area).join(Area, Area.id == Care.area_id).where(Care.ended_at.is_(None), mine)
    rows = tx.session.execute(query.order_by(Care.due_at, Care.id).limit(MOST)).all()
    return tuple(_told(one, area, opened(tx, one)) for one, area in rows)


def watched(tx: Tx, actor: Actor) -> tuple[CareRow, ...]:
    """List the entries that an actor answers for, by name, and of areas that they lead or supervise, without.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.

    Returns
    -------
    tuple of CareRow
        Soonest first; a row is ``is_named`` where the words are whole.
    """
    own = set(answered(tx, actor))
    mine = or_(Care.area_id.in_(own), *(below(path) for path in counts_cares(actor)))
    query = select(Care, Area).join(Area, Area.id == Care.area_id).where(Care.ended_at.is_(None), mine)
    rows = tx.session.execute(query.order_by(Care.due_at, Care.id).limit(MOST)).all()
    return tuple(_watched(tx, one, area, is_named=area.id in own) for one, area in rows)


def _watched(tx: Tx, one: Care, area: Area, *, is_named: bool) -> CareRow:
    words = opened(tx, one)
    if not is_named:
        words = Words(masked("reporter_name", words.who))  # where is told by the cell alone
    return replace(_told(one, area, words), is_named=is_named)


def note_read(store: Store, actor: Actor, rows: Sequence[CareRow]) -> None:
    """Put on record whose words somebody read; each once a day, for a tablet asks again and again."""
    seen: dict[tuple[int | None, date], set[UUID]] = store.shelf.setdefault(SHELF, {})
    today = store.clock().astimezone(store.config.zone).date()
    for old in [key for key in list(seen) if key[1] != today]:
        seen.pop(old, None)
    known = seen.setdefault((actor.person_id, today), set())
    if all(one.uid in known for one in rows):
        return
    with store.write() as tx:
        # One after another, for another process may have written down just these.
        tx.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())
        known |= _noted(tx, actor, today)
        fresh = [one.uid for one in rows if one.uid not in known]
        if fresh:
            audit.record(tx, actor, "care.read", count=len(fresh), uids=[str(uid) for uid in fresh])
    known.update(fresh)


def _noted(tx: Tx, actor: Actor, today: date) -> set[UUID]:
    """Read from the record whose words somebody read today."""
    since = datetime.combine(today, time(), tx.config.zone)
    mine = (Audit.kind == "care.read", Audit.at >= since, Audit.person_id == actor.person_id)
    return {
        UUID(uid) for given in tx.session.scalars(select(Audit.given).where(*mine)) for uid in given["uids"]
    }


def opened(tx: Tx, one: Care) -> Words:
    """Read what is sealed of an entry; nothing where it was taken away or cannot be opened."""
    if one.box is None:
        return Words()
    try:
        return Words(**orjson.loads(open_box(tx, one.box, bound("care", one.uid))))
    except (InvalidTag, KeyError):
        return Words()


def answered(tx: Tx, actor: Actor, at: datetime | None = None) -> list[int]:
    """List the keys of the cells that somebody answers for now, or at another instant, or stands in for then."""
    return cells_of(tx, actor.person_id, at or tx.now) if actor.person_id is not None else []


def row_of(tx: Tx, one: Care, words: Words) -> CareRow:
    """Show an entry with these words."""
    return _told(one, tx.session.get_one(Area, one.area_id), words)


def _told(one: Care, area: Area, words: Words) -> CareRow:
    return CareRow(one.uid, one.reason, words, one.every_days, one.consent_at, one.last_at, one.due_at,
                   one.ended_at, area.code, area.name)  # fmt: skip
