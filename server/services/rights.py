"""What a resident may ask for: what is kept about them, all of it in one file, and that it be erased.

People are found by the keyed hash of their phone number, however it is spelled, or by an issue's number. Staff
find what they may see and supervise; the command line finds everything. Every act is on record without the
number: with the beginning of its hash. Words about somebody in the issues of others are found by nobody.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, false, or_, select, true

from server.blobs import blobs_of
from server.db import Store, Tx
from server.errors import InputError, NotFound
from server.models import Area, Attachment, Audit, Entry, Issue, Person, PrivateText
from server.services import audit
from server.services.areas import below
from server.services.people import Actor
from server.services.permissions import over, visible
from server.services.private import phone_keys, unseal
from server.services.visit_rows import led_to
from server.words import action_name, role_name, source_name, state_name
from server.workflow import Role

__all__ = [
    "Held", "Sought", "by_number", "by_phone", "export", "known", "listed", "note", "packed", "supervised",
]  # fmt: skip

SHOWN = 12
"""Digits of a hash that the record keeps: they tell people apart, and nobody can compute the rest of them."""
LEAST_DIGITS = 7
ACTS = ("person.find", "person.export", "person.erase")
IN_MEMORY = 8 << 20
"""Bytes of an archive; photos may be hundreds of megabytes."""


@dataclass(frozen=True)
class Sought:
    """Whose issues are sought.

    Attributes
    ----------
    keys : tuple of str
        Keyed hashes of a phone number, one a spelling.
    number : str
        Of an issue beside these; "" for none.
    """

    keys: tuple[str, ...]
    number: str = ""

    @property
    def label(self) -> str:
        """What the record says in place of the person."""
        return self.keys[0][:SHOWN] if self.keys else self.number


@dataclass(frozen=True)
class Held:
    """An issue in which words about the person are kept, or were.

    Attributes
    ----------
    id, number, state, category, summary :
        The issue.
    reported_at, ended_at, purged_at : datetime or None
        Since when, until when, and when its words were blanked.
    """

    id: int = field(repr=False)
    number: str
    state: str
    category: str
    summary: str
    reported_at: datetime
    ended_at: datetime | None
    purged_at: datetime | None


def by_phone(tx: Tx, phone: str) -> Sought:
    """Say whom a phone number stands for.

    Raises
    ------
    InputError
        ``person.phone``: it has fewer than seven digits.
    """
    if sum(one.isdecimal() for one in phone) < LEAST_DIGITS:
        raise InputError("person.phone", field="phone", least=LEAST_DIGITS)
    return Sought(phone_keys(tx, phone))


def by_number(tx: Tx, actor: Actor, number: str) -> Sought:
    """Say who reported an issue: all that was reported from the same phone, and the issue itself.

    Raises
    ------
    NotFound
        Absent, or not theirs to ask.
    """
    key = tx.session.scalar(select(Issue.id).where(Issue.number == number, supervised(actor)))
    if key is None:
        raise NotFound("issue.not_found", number=number[:40])
    mine = (PrivateText.issue_id == key, PrivateText.phone_key.is_not(None))
    return Sought(tuple(tx.session.scalars(select(PrivateText.phone_key).where(*mine).distinct())), number)


def known(tx: Tx, actor: Actor, sought: Sought) -> Sought:
    """Leave only the hashes that an issue of this actor's holds; the first where none does."""
    found = set(
        tx.session.scalars(
            select(PrivateText.phone_key)
            .join(Issue, Issue.id == PrivateText.issue_id)
            .where(PrivateText.phone_key.in_(sought.keys), supervised(actor))
        )
    )
    return Sought(tuple(one for one in sought.keys if one in found) or sought.keys[:1], sought.number)


def listed(tx: Tx, actor: Actor, sought: Sought) -> tuple[Held, ...]:
    """List somebody's issues, as far as the actor supervises them; newest first."""
    columns = (Issue.id, Issue.number, Issue.state, Issue.category, Issue.summary, Issue.reported_at, Issue.ended_at,
               Issue.purged_at)  # fmt: skip
    mine = select(PrivateText.issue_id).where(PrivateText.phone_key.in_(sought.keys))
    theirs = or_(Issue.id.in_(mine), Issue.number == sought.number)
    rows = tx.session.execute(select(*columns).where(theirs, supervised(actor)).order_by(Issue.id.desc()))
    return tuple(Held(*row) for row in rows)


def note(tx: Tx, actor: Actor, kind: str, sought: Sought, found: Sequence[Held], **more: Any) -> None:  # noqa: ANN401 - codes and values
    """Write down that somebody was looked up, without saying who."""
    numbers = [one.number for one in found]
    one = found[0].id if len(found) == 1 else None
    audit.record(tx, actor, kind, issue_id=one, key=sought.label, count=len(found), numbers=numbers, **more)


def supervised(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor may see the issue, and supervises its area; the command line all of them.

    Parameters
    ----------
    actor : Actor
        Who asks.
    """
    if actor.is_system:
        return true()
    paths = over(actor, Role.SUPERVISOR)
    own = select(Area.id).where(or_(false(), *(below(path) for path in paths)))
    return visible(actor) & Issue.area_id.in_(own.correlate(None))


def export(tx: Tx, actor: Actor, sought: Sought) -> dict[str, Any]:
    """Tell all that is kept about somebody, unsealed; writes down that it was told.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who hands it out.
    sought : Sought
        About whom.

    Returns
    -------
    dict
        What JSON can hold: ``made_at, issues`` (facts, words, steps, photos, visits, accesses), ``lookups``.
    """
    found = listed(tx, actor, sought)
    told = {
        "made_at": tx.now.isoformat(),
        "issues": [_told(tx, tx.session.get_one(Issue, one.id)) for one in found],
        "lookups": _lookups(tx, sought),
    }
    note(tx, actor, "person.export", sought, found)
    return told


def packed(store: Store, told: dict[str, Any]) -> IO[bytes]:
    """Pack an export and the photos that it names into one zip file: ``person.json``, ``photos/…``.

    Returns
    -------
    IO
        At its beginning; a large one lies on the disk, without a name, until it is closed.
    """
    blobs = blobs_of(store)
    kept: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(store.folder))  # noqa: SIM115
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
        for photo in (photo for issue in told["issues"] for photo in issue["photos"]):
            if photo["purged_at"] is None and blobs.has(photo["sha256"]):
                archive.writestr(photo["file"], blobs.get(photo["sha256"]))
    kept.seek(0)
    return kept


def _told(tx: Tx, issue: Issue) -> dict[str, Any]:
    texts = tx.session.scalars(select(PrivateText).where(PrivateText.issue_id == issue.id)).all()
    words = {str(one.uid): _opened(tx, one) for one in texts}
    steps = tx.session.execute(
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.issue_id == issue.id)
        .order_by(Entry.seq)
    ).all()
    photos = tx.session.scalars(
        select(Attachment).where(Attachment.issue_id == issue.id).order_by(Attachment.id)
    )
    return {
        "number": issue.number,
        "external_number": issue.external_number,
        "state": state_name(issue.state),
        "source": source_name(issue.source),
        "category": issue.category,
        "reported_at": _at(issue.reported_at),
        "ended_at": _at(issue.ended_at),
        "purged_at": _at(issue.purged_at),
        "lon": issue.lon,
        "lat": issue.lat,
        "public": {"summary": issue.summary, "place": issue.place_text},
        "satisfaction": issue.satisfaction,
        "steps": [_step(entry, name, words) for entry, name in steps],
        "photos": [_photo(issue.number, one) for one in photos],
        "visits": led_to(tx, issue.id),
        "accesses": _accesses(tx, issue.id),
    }


def _opened(tx: Tx, text: PrivateText) -> str | None:
    try:
        return unseal(tx, text)
    except (InvalidTag, KeyError, ValueError):  # one damaged row does not keep the others from their owner
        return None


def _step(entry: Entry, name: str | None, words: dict[str, str | None]) -> dict[str, Any]:
    return {
        "at": _at(entry.happened_at),
        "action": action_name(entry.action),
        "role": role_name(entry.role),
        "who": name or "",
        "words": {
            kind: words.get(reference[0]) for kind, reference in entry.given.get("private", {}).items()
        },
    }


def _photo(number: str, one: Attachment) -> dict[str, Any]:
    return {
        "file": f"photos/{number}-{one.id}.jpg",
        "sha256": one.digest,
        "kind": one.kind,
        "at": _at(one.at),
        "taken_at": _at(one.taken_at),
        "taken_lon": one.taken_lon,
        "taken_lat": one.taken_lat,
        "purged_at": _at(one.purged_at),
    }


def _accesses(tx: Tx, issue_id: int) -> list[dict[str, Any]]:
    """Tell who asked to see the issue whole, and what for."""
    rows = tx.session.execute(
        select(Audit, Person.name)
        .outerjoin(Person, Person.id == Audit.person_id)
        .where(Audit.issue_id == issue_id, Audit.kind == "unmask")
        .order_by(Audit.id)
    )
    return [{"at": _at(act.at), "who": name or "", "why": act.given.get("why", "")} for act, name in rows]


def _lookups(tx: Tx, sought: Sought) -> list[dict[str, Any]]:
    """Tell who looked the person up, exported or erased their words."""
    labels = {key[:SHOWN] for key in sought.keys} | {sought.number} - {""}
    rows = tx.session.execute(
        select(Audit, Person.name)
        .outerjoin(Person, Person.id == Audit.person_id)
        .where(Audit.kind.in_(ACTS), Audit.given["key"].as_string().in_(labels))
        .order_by(Audit.id)
    )
    return [{"at": _at(act.at), "who": name or "", "kind": act.kind} for act, name in rows]


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
