"""Photos of issues: taken in, attached in the act's own transaction, and let go of when their time is up.

A photo's file is put before the transaction that names it commits, so no row is ever without its file; a file
that no row names, since the act was refused, is harmless and swept a day later (:mod:`server.services.files`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from sqlalchemy import func, select, update

from server.blobs import blobs_of
from server.db import Store, Tx
from server.errors import Conflict, InputError
from server.models import Attachment, Issue
from server.services import intake, issues
from server.services.drafts import Draft
from server.services.files import may_be_dropped, share, unnamed
from server.services.intake import Receipt
from server.services.issue_view import found
from server.services.people import Actor
from server.services.photos import BYTES_MOST, FIELD, rewritten
from server.services.sent import Sent
from server.services.steps.photos import Device, Given, Taken, device_of
from server.uids import uuid7

__all__ = [
    "KINDS",
    "MOST_OF_ACT",
    "MOST_OF_ISSUE",
    "Device",
    "Taken",
    "act",
    "attach",
    "device_of",
    "purge",
    "report",
    "take_in",
]

KINDS = ("before", "after", "other")
MOST_OF_ACT, MOST_OF_ISSUE = 9, 50
ENDINGS = frozenset({"finish", "settle"})
"""Acts that tell how many photos show what was done."""


def take_in(store: Store, raws: Sequence[bytes | IO[bytes]], uids: Sequence[UUID] = ()) -> tuple[Taken, ...]:
    """Write photos anew and put their files, before any transaction.

    Parameters
    ----------
    store : Store
        Whose files.
    raws : Sequence of bytes or files
        As they were sent, 1 to 9; a file is read when its turn comes.
    uids : Sequence of UUID, optional
        One each, made by the client; made here when there is none.

    Raises
    ------
    InputError
        None, too many, or one that cannot be used: which, and what instead; nothing points to the others.
    """
    if not raws:
        raise InputError("photo.none", field=FIELD)
    if len(raws) > MOST_OF_ACT:
        raise InputError("photo.many", field=FIELD, count=len(raws), limit=MOST_OF_ACT)
    if uids and (len(uids) != len(raws) or len(set(uids)) < len(uids)):
        raise InputError("photo.uids", field="uid", count=len(raws), uids=len(set(uids)))
    named = uids or [uuid7(store.clock()) for _ in raws]
    return tuple(
        _taken_in(store, raw, uid, n) for n, (raw, uid) in enumerate(zip(raws, named, strict=True), 1)
    )


def _taken_in(store: Store, raw: bytes | IO[bytes], uid: UUID, n: int) -> Taken:
    try:
        photo = rewritten(raw if isinstance(raw, bytes) else raw.read(BYTES_MOST + 1))
    except InputError as refused:
        raise InputError(refused.code, **{**refused.values, "n": n}) from refused
    blobs, put_at = blobs_of(store), store.clock()
    return Taken(uid, photo, blobs.put(photo.data), blobs.put(photo.thumb), put_at)


def attach(
    tx: Tx,
    actor: Actor,
    number: str,
    kind: str,
    photos: Sequence[Taken],
    device: Device | None = None,
    version: int | None = None,
    happened_at: datetime | None = None,
    device_at: datetime | None = None,
) -> tuple[UUID, ...]:
    """Attach photos to an issue.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who has them: whoever may write a note.
    number : str
        Which issue; open.
    kind : str
        ``before``, ``after`` or ``other``.
    photos : Sequence of Taken
        Of :func:`take_in`; those that are attached already are passed over.
    device : Device, optional
        Where the device was that sends them.
    version : int, optional
        Version the actor saw.
    happened_at : datetime, optional
        When they were attached on a device without a network.
    device_at : datetime, optional
        The same as the device's own clock said.

    Returns
    -------
    tuple of UUID
        Those that were attached now.

    Raises
    ------
    NotFound, Conflict, IllegalAction, NotPermittedAction, InputError
        Nothing is written.
    """
    if kind not in KINDS:
        raise InputError("field.not_one_of", field="kind", value=kind[:40], expected="、".join(KINDS))
    share(tx)
    issue, _ = found(tx, actor, number)
    tx.session.execute(select(Issue.id).where(Issue.id == issue.id).with_for_update())
    new = _new(tx, issue.id, actor, kind, photos)
    if not new:
        return ()
    count = _count(tx, issue.id)
    if count + len(new) > MOST_OF_ISSUE:
        raise InputError("photo.full", field=FIELD, count=count, limit=MOST_OF_ISSUE)
    given = {"photos": Given(kind, tuple(new), device)}
    issues.perform(tx, actor, number, "attach", given, version, happened_at, Sent(device_at=device_at))
    _heal(tx, new)
    return tuple(one.uid for one in new)


def _new(tx: Tx, issue_id: int, actor: Actor, kind: str, photos: Sequence[Taken]) -> list[Taken]:
    """Leave out what is attached already, by its uid or by its pixels; a uid that names another photo is refused."""
    query = select(Attachment).where(Attachment.uid.in_([one.uid for one in photos]))
    known = {row.uid: row for row in tx.session.scalars(query)}
    for one in photos:
        row = known.get(one.uid)
        if row and (row.issue_id, row.digest, row.person_id) != (issue_id, one.digest, actor.person_id):
            raise Conflict("photo.uid_taken", field="uid", value=str(one.uid))
    mine = (Attachment.issue_id == issue_id, Attachment.kind == kind, Attachment.purged_at.is_(None))
    there = set(tx.session.scalars(select(Attachment.digest).where(*mine)))
    new: dict[str, Taken] = {}
    for one in photos:
        if one.uid not in known and one.digest not in there:
            new.setdefault(one.digest, one)
    return list(new.values())


def _count(tx: Tx, issue_id: int) -> int:
    mine = (Attachment.issue_id == issue_id, Attachment.purged_at.is_(None))
    return tx.session.scalar(select(func.count()).select_from(Attachment).where(*mine)) or 0


def _heal(tx: Tx, photos: Sequence[Taken]) -> None:
    """Put files again that may have been dropped since they were put; asks for none otherwise."""
    blobs = blobs_of(tx.store)
    for one in photos:
        if may_be_dropped(tx, one.put_at):
            for digest, data in ((one.digest, one.photo.data), (one.thumb, one.photo.thumb)):
                if not blobs.has(digest):
                    blobs.put(data)


def report(
    tx: Tx, actor: Actor, draft: Draft, photos: Sequence[Taken], device: Device | None = None
) -> Receipt:
    """Take a report in with photos of how it is; without any as :func:`server.services.intake.report`."""
    receipt = intake.report(tx, actor, draft)
    if photos:
        attach(tx, actor, receipt.number, "before", photos, device)
    return receipt


def act(
    tx: Tx,
    actor: Actor,
    number: str,
    action: str,
    given: Mapping[str, Any],
    version: int | None = None,
    photos: Sequence[Taken] = (),
    kind: str = "",
    device: Device | None = None,
) -> Issue:
    """Do one thing with an issue and attach photos of it: of how it is now where it is finished.

    See :func:`server.services.issues.perform` and :func:`attach`; both are done, or neither.
    """
    if action == "attach":
        if not photos:
            raise InputError("photo.none", field=FIELD)
        attach(tx, actor, number, kind, photos, device, version)
        return found(tx, actor, number)[0]
    if not photos:
        return issues.perform(tx, actor, number, action, given, version)
    is_end = action in ENDINGS
    attach(tx, actor, number, "after" if is_end else kind or "other", photos, device, version)
    said = {**given, "photos": len(photos)} if is_end else given
    return issues.perform(tx, actor, number, action, said)


def purge(tx: Tx, issue_ids: Collection[int]) -> tuple[str, ...]:
    """Forget the photos of issues; their rows and entries stay, without time and place.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    issue_ids : Collection of int
        Some hundreds at most.

    Returns
    -------
    tuple of str
        Digests that nobody points to any longer; to be dropped once the transaction is committed.
    """
    mine = (Attachment.issue_id.in_(issue_ids), Attachment.purged_at.is_(None))
    rows = tx.session.execute(select(Attachment.digest, Attachment.thumb).where(*mine)).all()
    if not rows:
        return ()
    blank = dict.fromkeys(
        ("taken_at", "taken_lon", "taken_lat", "device_lon", "device_lat", "device_accuracy_m")
    )
    tx.session.execute(update(Attachment).where(*mine).values(purged_at=tx.now, **blank))
    return unnamed(tx, sorted({digest for row in rows for digest in row}))
