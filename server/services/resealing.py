"""Changing the key that seals: a new one is added, and everything is sealed anew with it, batch by batch.

Servers may run meanwhile: a batch locks its rows, salt and words stay as they are, and so do the digests in the
entries. Killed at any point, everything can be read, for old keys stay in the file until :func:`retire` finds
that nothing needs them. The key of the phone hash is not changed: whoever has it has the keys of the words in
the same file.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, update

from server.db import Store, Tx
from server.errors import Conflict
from server.keys import RESTS, add_key, drop_keys, keys_of, newest_key
from server.models import Audit, Person, PrivateText, RememberedAnswer
from server.services import audit, idempotency
from server.services.field_boxes import BOXES, boxes
from server.services.people import system_actor
from server.services.private import open_box, opener_of, reseal, seal_box
from server.services.totp import bound as bound_to_person
from server.services.tracks import bound as bound_in_field

__all__ = ["KeyUse", "Resealed", "listed", "reseal_all", "retire", "rotate"]

BATCH = 500


@dataclass
class Resealed:
    """What was sealed anew.

    Attributes
    ----------
    texts, answers, factors, field : int
        Words about people, remembered answers, second factors, and what is sealed of visits, care and patrols.
    failed : int
        Could not be opened, and were left as they are.
    key : str
        Name of the key that was added; "" for none.
    """

    texts: int = 0
    answers: int = 0
    factors: int = 0
    field: int = 0
    failed: int = 0
    key: str = ""

    @property
    def count(self) -> int:
        """How many in all."""
        return self.texts + self.answers + self.factors + self.field


@dataclass(frozen=True)
class KeyUse:
    """A key and what needs it.

    Attributes
    ----------
    name : str
        As the rows have it.
    made_at : datetime or None
        When it was added; None for the first one.
    is_newest : bool
        Whether it seals what comes.
    count : int
        Texts, answers, second factors and boxes of the field that it opens.
    """

    name: str
    made_at: datetime | None
    is_newest: bool
    count: int


Told = Callable[[int, int], None]


def rotate(store: Store, *, finish: bool = False, progress: Told | None = None) -> Resealed:
    """Add a key and seal everything with it; what an earlier run left undone is done first.

    Where that run had left something no further key is added: to run it again after a break finishes it.

    Parameters
    ----------
    store : Store
        Where.
    finish : bool
        Add no key, whatever is found.
    progress : Callable[[int, int], None], optional
        Told how many rows of how many were looked at.
    """
    _record_newest(store)
    done = reseal_all(store, progress)
    if done.count or finish:
        return done
    name = add_key(store, lambda name: _record(store, name))
    done = reseal_all(store, progress)
    done.key = name
    return done


def _record(store: Store, name: str) -> None:
    with store.write() as tx:
        audit.record(tx, system_actor(), "keys.rotate", key=name)


def _record_newest(store: Store) -> None:
    """Write down the key that seals now where it was added and the record lacks it."""
    with store.read() as tx:
        newest = newest_key(store)[0]
        rows = tx.session.scalars(select(Audit.given).where(Audit.kind == "keys.rotate"))
        is_known = newest in {given["key"] for given in rows}
    if newest in keys_of(store).made and not is_known:
        _record(store, newest)


def reseal_all(store: Store, progress: Told | None = None) -> Resealed:
    """Seal with the newest key what is sealed with another; each batch is a transaction."""
    done, seen = Resealed(), 0
    with store.read() as tx:
        tables: tuple[Any, ...] = (PrivateText, RememberedAnswer, Person, *(table for table, *_ in BOXES))
        total = sum(int(tx.session.scalar(select(func.count()).select_from(one)) or 0) for one in tables)
    works: list[Callable[[Tx, Resealed, int], tuple[int | None, int]]] = [_texts, _answers, _factors]
    works += [partial(_field, *one) for one in BOXES]
    for work in works:
        after: int | None = 0
        while after is not None:
            with store.write() as tx:
                after, looked = work(tx, done, after)
            seen += looked
            if progress is not None:
                progress(min(seen, total), total)
    return done


def listed(tx: Tx) -> tuple[KeyUse, ...]:
    """List the keys, oldest first, with how much each opens."""
    newest_key(tx.store)  # as the file says now
    keys, used = keys_of(tx.store), _used(tx)
    return tuple(KeyUse(name, keys.made.get(name), name == keys.newest[0], used[name]) for name in keys.text)


def retire(store: Store) -> tuple[str, ...]:
    """Take keys out of the file that nothing needs any more; gives their names.

    Raises
    ------
    Conflict
        ``keys.young``: the newest was added less than an hour ago, and somebody may still seal with another.
    """
    with store.write() as tx:
        newest = newest_key(store)[0]
        since = keys_of(store).made.get(newest)
        if since is not None and tx.now - since < RESTS:
            raise Conflict("keys.young", key=newest, minutes=int(RESTS.total_seconds() // 60))
        idle = tuple(one.name for one in listed(tx) if not one.is_newest and not one.count)
        if idle:
            audit.record(tx, system_actor(), "keys.retire", keys="、".join(idle))
    if idle:  # written down already; nothing is sealed with them any more
        drop_keys(store, set(idle))
    return idle


def _used(tx: Tx) -> Counter[str]:
    texts = select(PrivateText.key_id, func.count()).where(PrivateText.ciphertext.is_not(None))
    used: Counter[str] = Counter(dict(tx.session.execute(texts.group_by(PrivateText.key_id)).all()))
    columns = [getattr(table, name) for table, name, _kind in BOXES]
    for column in (RememberedAnswer.answer, Person.totp_key, *columns):
        boxes = tx.session.scalars(
            select(column).where(column.is_not(None)).execution_options(yield_per=BATCH)
        )
        used.update(opener_of(box) for box in boxes if box)
    return used


def _texts(tx: Tx, done: Resealed, after: int) -> tuple[int | None, int]:
    newest = newest_key(tx.store)[0]
    rest = (PrivateText.id > after, PrivateText.key_id != newest, PrivateText.ciphertext.is_not(None))
    query = select(PrivateText).where(*rest).order_by(PrivateText.id).limit(BATCH).with_for_update()
    rows = tx.session.scalars(query).all()
    changes = []
    for row in rows:
        try:
            anew = reseal(tx, row)
        except (InvalidTag, KeyError):
            done.failed += 1
            continue
        if anew is not None:
            changes.append({"id": row.id, **anew})
    if changes:
        tx.session.execute(update(PrivateText), changes)
    done.texts += len(changes)
    return _next(rows), len(rows)


def _answers(tx: Tx, done: Resealed, after: int) -> tuple[int | None, int]:
    query = select(RememberedAnswer).where(RememberedAnswer.id > after).order_by(RememberedAnswer.id)
    rows = tx.session.scalars(query.limit(BATCH).with_for_update()).all()
    for row, box in _boxed(tx, done, rows, "answer", lambda row: idempotency.bound(row.person_id, row.key)):
        row.answer = box
        done.answers += 1
    return _next(rows), len(rows)


def _factors(tx: Tx, done: Resealed, after: int) -> tuple[int | None, int]:
    query = select(Person).where(Person.id > after, Person.totp_key.is_not(None)).order_by(Person.id)
    rows = tx.session.scalars(query.limit(BATCH).with_for_update()).all()
    for row, box in _boxed(tx, done, rows, "totp_key", lambda row: bound_to_person(row.uid)):
        row.totp_key = box
        done.factors += 1
    return _next(rows), len(rows)


def _field(
    table: Any,  # noqa: ANN401 - a model
    name: str,
    kind: str,
    tx: Tx,
    done: Resealed,
    after: int,
) -> tuple[int | None, int]:
    query = boxes(table, name).where(table.id > after).limit(BATCH).with_for_update()
    rows = tx.session.scalars(query).all()
    for row, box in _boxed(tx, done, rows, name, lambda row: bound_in_field(kind, row.uid)):
        setattr(row, name, box)
        done.field += 1
    return _next(rows), len(rows)


def _boxed(
    tx: Tx, done: Resealed, rows: Sequence[Any], name: str, bound: Callable[[Any], bytes]
) -> Iterator[tuple[Any, bytes]]:
    """Seal anew what one column of rows holds, where another key opens it."""
    newest = newest_key(tx.store)[0]
    for row in rows:
        box = getattr(row, name)
        if opener_of(box) == newest:
            continue
        try:
            yield row, seal_box(tx, open_box(tx, box, bound(row)), bound(row))
        except (InvalidTag, KeyError, ValueError):
            done.failed += 1


def _next(rows: Sequence[Any]) -> int | None:
    return rows[-1].id if len(rows) == BATCH else None
