"""Erasing words about somebody now instead of later: what ended at once, what is open on special demand.

In open issues only name and phone go, and only when a reason is given: nobody can call back afterwards, while
the rest is needed to finish the work. Answers that are remembered for a retry lose what they said.
"""

from dataclasses import dataclass

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
    with store.write() as tx:
        found = [one for one in listed(tx, actor, sought) if _locked(tx, one)]
        ended_ids = set(
            tx.session.scalars(select(Issue.id).where(Issue.id.in_([one.id for one in found]), has_ended()))
        )
        ended = [one for one in found if one.id in ended_ids]
        opened = [one for one in found if one.id not in ended_ids]
        gone = _blanked(tx, ended)
        contact = opened if why else []
        words = gone[0] + (blank(tx, [one.id for one in contact], CONTACT).words if contact else 0)
        _forget(tx, {one.number for one in [*ended, *contact]})
        note(tx, actor, "person.erase", sought, [*ended, *contact], why=why, left=len(opened) - len(contact))
    files.drop(store, gone[2])
    empty_log(store)
    left = [] if why else opened
    return Erased(_numbers(ended), _numbers(contact), _numbers(left), words, gone[1])


def _numbers(found: list[Held]) -> tuple[str, ...]:
    return tuple(one.number for one in found)


def _locked(tx: Tx, one: Held) -> bool:
    """Hold an issue, so that nobody reopens it meanwhile."""
    return tx.session.scalar(select(Issue.id).where(Issue.id == one.id).with_for_update()) is not None


def _blanked(tx: Tx, ended: list[Held]) -> tuple[int, int, tuple[str, ...]]:
    words, photos = 0, 0
    unused: list[str] = []
    for start in range(0, len(ended), BATCH):
        gone = blank(tx, [one.id for one in ended[start : start + BATCH]])
        words, photos = words + gone.words, photos + gone.photos
        unused += gone.files
    return words, photos, tuple(unused)


def _forget(tx: Tx, numbers: set[str]) -> None:
    """Take the words out of remembered answers; whoever sends a request again is told the number alone."""
    marks = [f'"{number}"'.encode() for number in numbers]
    for row in tx.session.scalars(select(RememberedAnswer).with_for_update()):
        bound = idempotency.bound(row.person_id, row.key)
        try:
            body = open_box(tx, row.answer, bound)
        except (InvalidTag, KeyError, ValueError):
            continue
        if any(mark in body for mark in marks):
            told = {"number": next(one for one in numbers if f'"{one}"'.encode() in body)}
            row.answer = seal_box(tx, orjson.dumps(told), bound)
