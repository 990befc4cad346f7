"""Files made by the job process: taken by one, watched while they are made, offered whole or not at all.

Whoever takes a job holds it by its last sign of life (``beat_at``), which nobody else writes: a sign is given only
where the last one is still the own. So whoever was thought dead and is not, or whose person gave the file up,
finds out at the next batch and stops.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update

from server.db import Store, Tx
from server.errors import Busy, InputError, NotPermitted, ServerError
from server.formats import Record, Table
from server.models import ExportJob
from server.services import audit
from server.services.exporting.shelf import FOLDER, STALE, file_of, rights_of
from server.services.exporting.wishes import Wish, count, named, table_of
from server.services.people import Actor, actor_of
from server.words import speaking

__all__ = ["work"]

BATCH = 500
"""Rows between two looks whether it is still wanted."""
BEAT = timedelta(seconds=1)
SWEPT, SWEEP = "exports swept", timedelta(minutes=1)
"""Where a process keeps when it last took away what is past its time, and how often it does so."""
DRAFT = "draft"
TRIES = 3
"""Whoever makes it died so often: there is something with it."""
Breathe = Callable[[float], None]


class _Gone(Exception):
    """The file is no longer wanted, or another makes it."""


@dataclass
class _Hold:
    """A job that this process makes.

    Attributes
    ----------
    store : Store
        Where.
    id, uid, language, wish :
        Of the job.
    person_id : int
        Whose.
    beat_at : datetime
        The own last sign of life.
    breathe : callable
        Raises when the process is to stop.
    done : int
        Rows so far.
    facts : dict
        What was asked for, and how often it was tried.
    """

    store: Store
    id: int
    uid: UUID
    language: str
    wish: Wish
    person_id: int
    beat_at: datetime
    breathe: Breathe | None
    done: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def mine(self) -> Any:  # noqa: ANN401 - an SQL condition
        """Condition: it is still held."""
        return and_(ExportJob.id == self.id, ExportJob.state == "running", ExportJob.beat_at == self.beat_at)

    def counted(self, records: Iterable[Record]) -> Iterator[Record]:
        """Pass rows on, and give signs of life."""
        for record in records:
            if self.done % BATCH == 0:
                self.look()
            self.done += 1
            yield record

    def look(self) -> None:
        """Stop when it is no longer wanted; say how far it is, once a second."""
        if self.breathe is not None:
            self.breathe(0.0)
        with self.store.read() as tx:
            if tx.session.scalar(select(ExportJob.id).where(self.mine)) is None:
                raise _Gone
            is_due = tx.now - self.beat_at >= BEAT
        if is_due:
            with suppress(Busy), self.store.write(waits=False) as tx:
                self.change(tx, beat_at=tx.now, done=self.done)

    def change(self, tx: Tx, **facts: Any) -> None:  # noqa: ANN401 - columns
        """Change the job as long as it is held."""
        done = tx.session.execute(update(ExportJob).where(self.mine).values(**facts))
        if not done.rowcount:  # type: ignore[attr-defined]
            raise _Gone
        self.beat_at = facts.get("beat_at", self.beat_at)


def work(store: Store, breathe: Breathe | None = None) -> dict[str, int]:
    """Make all files that wait, one after the other, and take away those past their time.

    Any number of processes may do so at once and be killed.

    Parameters
    ----------
    store : Store
        Where.
    breathe : callable, optional
        Called between batches; raises when the process is to stop.

    Returns
    -------
    dict[str, int]
        How many were ``made``, ``failed``, and ``expired``.
    """
    counts = {"made": 0, "failed": 0, "expired": _expire(store)}
    while (held := _take(store, breathe)) is not None:
        ended = _make(held)
        if ended:
            counts[ended] += 1
    return counts


def _expire(store: Store) -> int:
    """Take away rows past their time, and files that have no row; of calls within a minute the first does so."""
    now = store.clock()
    if abs(now - store.shelf.get(SWEPT, datetime.min.replace(tzinfo=UTC))) < SWEEP:
        return 0
    store.shelf[SWEPT] = now
    with store.read() as tx:
        old = tx.session.scalars(select(ExportJob.id).where(ExportJob.expires_at <= tx.now)).all()
        known = {str(uid) for uid in tx.session.scalars(select(ExportJob.uid))}
    if old:
        with store.write() as tx:
            gone = delete(ExportJob).where(ExportJob.id.in_(old)).returning(ExportJob.uid)
            known -= {str(uid) for uid in tx.session.scalars(gone)}
    _sweep(store, known)
    return len(old)


def _sweep(store: Store, known: set[str]) -> None:
    """Remove files without a row; what is being made just now stays a while, as its row may have gone this instant."""
    before = (store.clock() - STALE).timestamp()
    with suppress(OSError):  # what is wrong with the folder is told where a file is made
        for path in (store.folder / FOLDER).iterdir():
            if path.name.lstrip(".").partition(".")[0] in known:
                continue
            if not path.is_dir():
                path.unlink(missing_ok=True)
            elif path.stat().st_mtime < before:
                rmtree(path, ignore_errors=True)


def _take(store: Store, breathe: Breathe | None) -> _Hold | None:
    """Take the oldest job that waits, or whose maker is dead; None when there is none."""
    with store.read() as tx:
        dead = and_(ExportJob.state == "running", ExportJob.beat_at < tx.now - STALE)
        waits = or_(ExportJob.state == "waiting", dead)
        query = select(ExportJob).where(waits, ExportJob.expires_at > tx.now).order_by(ExportJob.created_at)
        job = tx.session.scalar(query.limit(1))
    if job is None:
        return None
    asked = {**job.asked, "tries": int(job.asked.get("tries", 0)) + 1}
    same = (ExportJob.id == job.id, ExportJob.state == job.state, ExportJob.beat_at == job.beat_at)
    with store.write() as tx:
        facts = {"state": "running", "beat_at": tx.now, "done": 0, "asked": asked}
        done = tx.session.execute(update(ExportJob).where(*same).values(**facts))
        is_mine = bool(done.rowcount)  # type: ignore[attr-defined]
    if not is_mine:  # another was quicker
        return _take(store, breathe)
    wish = Wish(job.kind, job.format, job.asked["given"])
    return _Hold(store, job.id, job.uid, job.language, wish, job.person_id, tx.now, breathe, 0, asked)


def _make(held: _Hold) -> str:
    """Make one file; gives ``made`` or ``failed``, or nothing where it is no longer the own."""
    problem = None
    try:
        with speaking(held.language):
            _made(held)
    except _Gone:
        return ""
    except ServerError as error:
        problem = {"code": error.code, "values": {name: str(value) for name, value in error.values.items()}}
    except OSError as error:
        problem = _trouble(error)
    finally:
        unforeseen = sys.exception()
        if (
            unforeseen is not None
        ):  # told to stop: the next one begins anew; or a fault of ours, which is logged
            is_fault = isinstance(unforeseen, Exception)
            _let_go(held, {"code": "export.fault", "values": {}} if is_fault else None)
    if problem is not None:
        _let_go(held, problem)
    return "failed" if problem else "made"


def _trouble(error: OSError) -> dict[str, Any]:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return {"code": "export.full", "values": {}}
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.EEXIST):
        return {"code": "export.folder", "values": {"folder": FOLDER}}
    return {"code": "export.disk", "values": {"why": error.strerror or type(error).__name__}}


def _let_go(held: _Hold, problem: dict[str, Any] | None) -> None:
    """Give a job up for good with a reason, or back to whoever comes next."""
    with suppress(_Gone), held.store.write() as tx:
        if problem is None:
            held.change(tx, state="waiting", done=0, asked={**held.facts, "tries": held.facts["tries"] - 1})
        else:
            held.change(tx, state="failed", problem=problem, finished_at=tx.now)


def _made(held: _Hold) -> None:
    if held.facts["tries"] > TRIES:
        raise InputError("export.dies", tries=TRIES)
    with _room(held) as room:
        with held.store.read() as tx:
            actor = actor_of(tx, held.person_id)
            if actor is None:
                raise NotPermitted("export.nobody")
            rows = count(tx, actor, held.wish)
            _announce(held, rows)
            table = table_of(tx, actor, held.wish)
            _write(held, room / DRAFT, replace(table, records=held.counted(table.records), folder=room))
        _offer(held, actor, room / DRAFT)


def _announce(held: _Hold, rows: int) -> None:
    with held.store.write() as tx:
        held.change(tx, total=rows, beat_at=tx.now)


@contextmanager
def _room(held: _Hold) -> Iterator[Path]:
    """Give a folder to make the file in; what was left by whoever died over it goes."""
    folder = held.store.folder / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(f".{held.uid}.*"):
        rmtree(left, ignore_errors=True)
    room = folder / f".{held.uid}.{os.getpid()}.{os.urandom(4).hex()}"
    room.mkdir(mode=0o700)
    try:
        yield room
    finally:
        rmtree(room, ignore_errors=True)


def _write(held: _Hold, draft: Path, table: Table) -> None:
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in held.wish.format.write(table):
            file.write(piece)
            held.look()
        file.flush()
        os.fsync(file.fileno())


def _offer(held: _Hold, actor: Actor, draft: Path) -> None:
    """Put the file in its place and say so, in one transaction, which only whoever holds the job can."""
    wish, size = held.wish, draft.stat().st_size
    with held.store.write() as tx:
        until = tx.now + timedelta(days=tx.config.export_days)
        facts = {**held.facts, "rights": rights_of(actor)}
        held.change(
            tx,
            state="done",
            done=held.done,
            total=held.done,
            size=size,
            asked=facts,
            finished_at=tx.now,
            expires_at=until,
        )
        what: dict[str, Any] = {
            "what": wish.kind,
            "form": wish.form,
            "filters": named(wish.given),
            "count": held.done,
        }
        audit.record(tx, actor, "export", **what)
        draft.replace(file_of(held.store, held.uid, wish.form))
