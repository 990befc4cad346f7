"""Examining what is derived: rows beside the entries, counts, clocks, sealed words against their digests."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Ask, DayCounter, Department, Entry, Issue, Person, PrivateText, Whistle
from server.services.private import unseal
from server.workflow import HELD, State

__all__ = ["AT_ONCE", "EXAMINATIONS", "Complaint"]

AT_ONCE = 5000
_ENDS = {"granted": "{kind}", "refused": "refuse_{kind}"}


@dataclass(frozen=True)
class Complaint:
    """Something that is not as it should be.

    Attributes
    ----------
    code : str
        ``doctor.chain doctor.fold doctor.place doctor.due doctor.ask doctor.whistle doctor.repeats
        doctor.parent doctor.holder doctor.text doctor.text_missing doctor.counter doctor.photo_entry
        doctor.photo_missing doctor.photo_damaged doctor.box doctor.care``.
    values : dict
        Number of the issue, and what differs.
    """

    code: str
    values: dict[str, Any]


def _clocks(tx: Tx) -> Iterator[Complaint]:
    """Amber goes with a due and comes before it, a stage ends with it at the latest.

    By which limits and calendar they were counted is in no entry, so they are not counted again.
    """
    columns = (Issue.number, Issue.state, Issue.due_at, Issue.amber_at, Issue.stage_due_at)
    for number, state, due, amber, stage_due in tx.session.execute(select(*columns)):
        wrong = []
        if (amber is None) != (due is None) or (amber and due and amber > due):
            wrong.append("amber_at")
        if stage_due and (due is None or stage_due > due) and state in HELD:
            wrong.append("stage_due_at")
        if wrong:
            yield Complaint("doctor.due", {"number": number, "fields": "、".join(["due_at", *wrong])})


def _asks(tx: Tx) -> Iterator[Complaint]:
    """Each request has its row and each row its entry; so many are granted and refused as the entries say."""
    told: dict[tuple[int, str], Counter[Any]] = defaultdict(Counter)
    for kind in ("extend", "suspend"):
        names = {f"ask_{kind}": "asked", **{name.format(kind=kind): end for end, name in _ENDS.items()}}
        rows = select(Entry.issue_id, Entry.action, Entry.given).where(Entry.action.in_(names))
        for key, action, given in tx.session.execute(rows):
            told[key, kind][given["until"] if names[action] == "asked" else names[action]] += 1
    kept: dict[tuple[int, str], Counter[Any]] = defaultdict(Counter)
    for key, kind, state, until in tx.session.execute(select(Ask.issue_id, Ask.kind, Ask.state, Ask.until)):
        kept[key, kind].update([until.isoformat(), *([state] if state in _ENDS else [])])
    numbers = _numbers(tx, {key for key, _kind in (*told, *kept)})
    for key, kind in sorted({*told, *kept}):
        if told[key, kind] != kept[key, kind]:
            yield Complaint("doctor.ask", {"number": numbers.get(key, key), "kind": kind})


def _whistles(tx: Tx) -> Iterator[Complaint]:
    """Each department that was called has its row, answered as its entry says; and there is no other row."""
    told: dict[tuple[int, int, int], tuple[str, str | None]] = {}
    rows = select(Entry.issue_id, Entry.seq, Entry.action, Entry.given).order_by(Entry.issue_id, Entry.seq)
    for key, seq, action, given in tx.session.execute(rows.where(Entry.action.in_(("whistle", "answer")))):
        if action == "whistle":
            told |= {(key, seq, one): (given["answer_by"], None) for one in given["departments"]}
        else:
            place = (key, given["to"], given["department"])
            told[place] = (told.get(place, ("", None))[0], given["result"])
    kept = {
        (one.issue_id, one.seq, one.department_id): (one.answer_by.isoformat(), one.result)
        for one in tx.session.scalars(select(Whistle))
    }
    departments = dict(tx.session.execute(select(Department.id, Department.code)).all())
    numbers = _numbers(tx, {key for key, _seq, _department in (*told, *kept)})
    for place in sorted({*told, *kept}):
        if told.get(place) != kept.get(place):
            named = departments.get(place[2], place[2])
            yield Complaint(
                "doctor.whistle", {"number": numbers.get(place[0], place[0]), "department": named}
            )


def _numbers(tx: Tx, keys: set[int]) -> dict[int, str]:
    found = tx.session.execute(select(Issue.id, Issue.number).where(Issue.id.in_(keys)))
    return {row.id: row.number for row in found}


def _merged(tx: Tx) -> Iterator[Complaint]:
    """As many are counted as were merged into an issue; nothing is merged into what is merged itself."""
    parent, child = aliased(Issue), aliased(Issue)
    counted = select(child.parent_id, func.count().label("count")).group_by(child.parent_id).subquery()
    found = func.coalesce(counted.c.count, 0)
    differing = (
        select(Issue.number, Issue.repeats, found)
        .outerjoin(counted, counted.c.parent_id == Issue.id)
        .where(found != Issue.repeats)
    )
    for number, kept, count in tx.session.execute(differing):
        yield Complaint("doctor.repeats", {"number": number, "kept": kept, "found": count})
    rows = (
        select(Issue.number, Issue.state, parent.number, parent.state)
        .outerjoin(parent, parent.id == Issue.parent_id)
        .where((Issue.state == State.MERGED) | Issue.parent_id.is_not(None))
    )
    for number, state, into, into_state in tx.session.execute(rows):
        if state != State.MERGED or into is None or into_state == State.MERGED:
            yield Complaint("doctor.parent", {"number": number, "parent": into or "—"})


def _holders(tx: Tx) -> Iterator[Complaint]:
    """Whoever holds an issue still serves."""
    rows = (
        select(Issue.number)
        .outerjoin(Person, Person.id == Issue.holder_person_id)
        .outerjoin(Department, Department.id == Issue.holder_department_id)
        .where(Issue.state.in_(HELD), func.coalesce(Person.is_active, Department.is_active, False).is_(False))
    )
    for number in tx.session.scalars(rows):
        yield Complaint("doctor.holder", {"number": number})


def _texts(tx: Tx) -> Iterator[Complaint]:
    """Sealed words open, and are those whose digest the entry holds; purged ones prove nothing any more."""
    entries = tx.session.execute(
        select(Entry.issue_id, Issue.number, Entry.given)
        .join(Issue, Issue.id == Entry.issue_id)
        .order_by(Entry.issue_id)
        .execution_options(yield_per=AT_ONCE)
    )
    texts = tx.session.scalars(
        select(PrivateText).order_by(PrivateText.issue_id).execution_options(yield_per=AT_ONCE)
    )
    with closing(entries), closing(texts):  # either may end before the other is read to its end
        yield from _texts_of(tx, entries, texts)


def _texts_of(tx: Tx, entries: Iterable[Any], texts: Iterable[Any]) -> Iterator[Complaint]:
    by_issue = groupby(texts, key=lambda text: text.issue_id)
    waiting: tuple[int, dict[UUID, PrivateText]] = (0, {})
    for (key, number), several in groupby(entries, key=lambda row: (row.issue_id, row.number)):
        while waiting[0] < key:
            found = next(by_issue, None)
            waiting = (found[0], {one.uid: one for one in found[1]}) if found else (1 << 62, {})
        kept = waiting[1] if waiting[0] == key else {}
        for row in several:
            for kind, (uid, digest) in row.given.get("private", {}).items():
                text = kept.get(UUID(uid))
                if text is None or text.kind != kind:
                    yield Complaint("doctor.text_missing", {"number": number, "kind": kind})
                elif not _is_whole(tx, text, digest):
                    yield Complaint("doctor.text", {"number": number, "kind": kind})


def _is_whole(tx: Tx, text: PrivateText, digest: str) -> bool:
    if text.purged_at is not None:
        return text.ciphertext is None and text.salt is None
    if text.salt is None:
        return False
    try:
        words = unseal(tx, text)
    except (InvalidTag, KeyError, ValueError):
        return False
    return words is not None and hashlib.sha256(bytes(text.salt) + words.encode()).hexdigest() == digest


def _counters(tx: Tx) -> Iterator[Complaint]:
    """No number was given out beyond its day's counter."""
    kept = dict(tx.session.execute(select(DayCounter.day, DayCounter.last)).all())
    used: dict[str, int] = defaultdict(int)
    for number in tx.session.scalars(select(Issue.number)):
        day, _dash, running = number.partition("-")
        used[day] = max(used[day], int(running))
    for one, found in sorted(used.items()):
        if found > kept.get(one, 0):
            yield Complaint("doctor.counter", {"day": one, "kept": kept.get(one, 0), "found": found})


EXAMINATIONS = (_clocks, _asks, _whistles, _merged, _holders, _texts, _counters)
"""Each looks at one kind of thing and yields what is wrong with it."""
