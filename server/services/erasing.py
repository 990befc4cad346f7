"""Erasing words about somebody now instead of later: what ended at once, what is open on special demand.

In open issues only name and phone go, and only when a reason is given: nobody can call back afterwards, while
the rest is needed to finish the work. Answers that are remembered for a retry lose what they said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from server.db import Store, Tx
from server.errors import InputError
from server.models import Issue, RememberedAnswer
from server.services import files, idempotency
from server.services.overwriting import empty_log
from server.services.people import Actor
from server.services.private import open_box, seal_box
from server.services.retention import BATCH, blank, has_ended
from server.services.rights import Held, Sought, listed, note

__all__ = ["Erased", "erase"]

ANSWERS = 200
"""Remembered answers looked at in one statement: each is opened."""
UNDER_WAY = timedelta(minutes=10)
"""No transaction that remembers an answer takes longer, and no clock is further off."""
CONTACT = ("reporter_name", "reporter_phone")
WHYS = ("asked", "error", "court")
"""Why words in an open issue are erased: the resident asked, it was recorded in error, an authority ordered it."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes
    ----------
    ended : tuple of str
        Numbers of issues whose words went.
    contact : tuple of str
        Numbers of open issues of which name and phone went.
    left : tuple of str
        Numbers of open issues that were left as they are.
    words, photos : int
        Sealed texts and photos that went.
    """

    ended: tuple[str, ...]
    contact: tuple[str, ...]
    left: tuple[str, ...]
    words: int
    photos: int


def erase(store: Store, actor: Actor, sought: Sought, why: str = "") -> Erased:
    """Erase the words about somebody; this cannot be undone.

    Parameters
    ----------
    store : Store
        Where.
    actor : Actor
        A supervisor, for what lies in their areas; the command line for all.
    sought : Sought
        About whom.
    why : str
        One of :data:`WHYS`: name and phone go from open issues too; "" leaves these as they are.

    Raises
    ------
    InputError
        Unknown reason.
    """
    if why and why not in WHYS:
        raise InputError("field.not_one_of", field="why", value=why[:40], expected="、".join(WHYS))
    first, begun = _foreseen(store, actor, sought, is_all=bool(why))
    _forget_early(store, first)
    with store.write() as tx:
        found = _locked(tx, listed(tx, actor, sought))
        ended_ids = _ended(tx, found)
        ended = [one for one in found if one.id in ended_ids]
        opened = [one for one in found if one.id not in ended_ids]
        gone = _blanked(tx, ended)
        contact = opened if why else []
        words = gone[0] + (blank(tx, [one.id for one in contact], CONTACT).words if contact else 0)
        numbers = {one.number for one in [*ended, *contact]}
        # What was remembered meanwhile; all of it when an issue ended meanwhile.
        _forget_all(tx, numbers, begun - UNDER_WAY if numbers <= first else None)
        note(tx, actor, "person.erase", sought, [*ended, *contact], why=why, left=len(opened) - len(contact))
    files.drop(store, gone[2])
    empty_log(store)
    left = [] if why else opened
    return Erased(_numbers(ended), _numbers(contact), _numbers(left), words, gone[1])


def _numbers(found: list[Held]) -> tuple[str, ...]:
    return tuple(one.number for one in found)


def _locked(tx: Tx, found: tuple[Held, ...]) -> list[Held]:
    """Hold issues, so that nobody reopens one meanwhile."""
    mine = select(Issue.id).where(Issue.id.in_([one.id for one in found])).order_by(Issue.id)
    held = set(tx.session.scalars(mine.with_for_update()))
    return [one for one in found if one.id in held]


def _ended(tx: Tx, found: Sequence[Held]) -> set[int]:
    mine = select(Issue.id).where(Issue.id.in_([one.id for one in found]), has_ended())
    return set(tx.session.scalars(mine))


def _foreseen(store: Store, actor: Actor, sought: Sought, *, is_all: bool) -> tuple[set[str], datetime]:
    """Tell the numbers of the issues that will lose words, as it looks now, and when that was."""
    with store.read() as tx:
        found = listed(tx, actor, sought)
        ended = _ended(tx, found)
        return {one.number for one in found if is_all or one.id in ended}, tx.now


def _blanked(tx: Tx, ended: list[Held]) -> tuple[int, int, tuple[str, ...]]:
    words, photos = 0, 0
    unused: list[str] = []
    for start in range(0, len(ended), BATCH):
        gone = blank(tx, [one.id for one in ended[start : start + BATCH]])
        words, photos = words + gone.words, photos + gone.photos
        unused += gone.files
    return words, photos, tuple(unused)


def _forget_early(store: Store, numbers: set[str]) -> None:
    """Go through the remembered answers in short transactions; few are left to look at in the erasure's own."""
    after = -1
    while after:
        with store.write() as tx:
            after = _forget(tx, numbers, max(after, 0))


def _forget_all(tx: Tx, numbers: set[str], since: datetime | None) -> None:
    after = _forget(tx, numbers, 0, since)
    while after:
        after = _forget(tx, numbers, after, since)


def _forget(tx: Tx, numbers: set[str], after: int, since: datetime | None = None) -> int:
    """Take the words out of some remembered answers; whoever sends a request again is told the number alone.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    numbers : set of str
        Of the issues.
    after : int
        Last of those looked at already; 0 at first.
    since : datetime, optional
        Those remembered since then only.

    Returns
    -------
    int
        Last of those looked at now; 0 when there are no more.
    """
    query = select(RememberedAnswer).where(RememberedAnswer.id > after).order_by(RememberedAnswer.id)
    if since is not None:
        query = query.where(RememberedAnswer.at >= since)
    rows = tx.session.scalars(query.limit(ANSWERS).with_for_update()).all() if numbers else []
    for row in rows:
        bound = idempotency.bound(row.person_id, row.key)
        try:
            body = open_box(tx, row.answer, bound)
        except (InvalidTag, KeyError, ValueError):
            continue
        number = next((one for one in numbers if f'"{one}"'.encode() in body), None)
        if number is not None:
            row.answer = seal_box(tx, orjson.dumps({"number": number}), bound)
    tx.session.flush()
    return rows[-1].id if len(rows) == ANSWERS else 0
