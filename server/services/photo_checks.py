"""Examining photos: rows against entries, files against their digests, none twice."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from sqlalchemy import func, select

from server.blobs import blobs_of
from server.db import Tx
from server.errors import NotFound
from server.models import Attachment, Entry, Issue
from server.services.derived import Complaint

__all__ = ["damaged", "strays"]

SHOWN = 16  # digits of a digest that are told


def strays(tx: Tx) -> Iterator[Complaint]:
    """Each photo that an entry names has its row and each row its entry; none is attached twice."""
    rows = tx.session.execute(select(Entry.issue_id, Entry.seq, Entry.given).where(Entry.action == "attach"))
    told = {
        (key, seq, uid, digest, kind)
        for key, seq, given in rows
        for uid, digest, kind in given.get("files", ())
    }
    found = tx.session.execute(select(Attachment)).scalars().all()
    kept = {(one.issue_id, one.entry_seq, str(one.uid), one.digest, one.kind) for one in found}
    shown = Counter((one.issue_id, one.digest, one.kind) for one in found if one.purged_at is None)
    twice = {
        (key, 0, digest[:SHOWN], digest, kind) for (key, digest, kind), count in shown.items() if count > 1
    }
    wrong = sorted({(key, uid) for key, _, uid, _, _ in (told ^ kept) | twice})
    numbers = dict(
        tx.session.execute(
            select(Issue.id, Issue.number).where(Issue.id.in_({key for key, _ in wrong}))
        ).all()
    )
    for key, uid in wrong:
        yield Complaint("doctor.photo_entry", {"number": numbers.get(key, key), "uid": uid})


def damaged(tx: Tx, sample: int) -> Iterator[Complaint]:
    """Read the files of so many photos, spread evenly, and compare them with their digests."""
    mine = Attachment.purged_at.is_(None)
    count = tx.session.scalar(select(func.count()).select_from(Attachment).where(mine)) or 0
    rows = tx.session.execute(
        select(Issue.number, Attachment.digest, Attachment.thumb)
        .join(Issue, Issue.id == Attachment.issue_id)
        .where(mine)
        .order_by(Attachment.id)
    ).all()
    blobs = blobs_of(tx.store)
    for number, *digests in islice(rows, 0, None, max(count // sample, 1)):
        for digest in digests:
            values = {"number": number, "digest": digest[:SHOWN]}
            try:
                data = blobs.get(digest)
            except NotFound:
                yield Complaint("doctor.photo_missing", values)
                continue
            if hashlib.sha256(data).hexdigest() != digest:
                yield Complaint("doctor.photo_damaged", values)
