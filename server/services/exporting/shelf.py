"""Somebody's own files: asked for, looked at, fetched, given up; nobody else's are there."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete as removal
from sqlalchemy import func, select

from server.db import Store, Tx
from server.errors import Conflict, NotFound
from server.models import ExportJob
from server.services import audit
from server.services.exporting.wishes import Wish, count, named
from server.services.people import Actor
from server.uids import uuid7
from server.words import language

__all__ = [
    "FOLDER", "KEPT_OPEN", "STALE", "ExportView", "again", "ask", "cancel", "delete", "fetch", "file_of", "find",
    "is_stalled", "one", "rights_of",
]  # fmt: skip

FOLDER = "exports"
KEPT_OPEN = 5
"""So many files of one person may wait or be made at a time."""
KEPT_FILES, KEPT_BYTES = 30, 2 * 1024**3
"""So many files of one person, and so many bytes of them, are kept at a time."""
SHOWN = 100
STALE = timedelta(minutes=1)
"""Whoever makes a file and gave no sign of life for so long is dead; another begins anew."""
STALLED = timedelta(minutes=2)
MEBI = 1024**2
OPEN = ("waiting", "running")


@dataclass(frozen=True)
class ExportView:
    """A file asked for.

    Attributes
    ----------
    uid : UUID
        Its key.
    wish : Wish
        What was asked for.
    state : str
        ``waiting running done failed cancelled``.
    done, total : int
        Rows so far, and in all; the latter 0 while not known.
    file_name : str
        As it will be called.
    size : int or None
        Bytes, once it is there.
    problem : dict or None
        ``code`` and ``values`` of a refusal.
    created_at, expires_at : datetime
        Asked for; gone from then on.
    finished_at : datetime or None
        When it was done or given up.
    is_open, has_file : bool
        Whether it waits or is being made; whether it can be fetched.
    """

    uid: UUID
    wish: Wish
    state: str
    done: int
    total: int
    file_name: str
    size: int | None
    problem: dict[str, Any] | None
    created_at: datetime
    expires_at: datetime
    finished_at: datetime | None
    is_open: bool
    has_file: bool


def ask(tx: Tx, actor: Actor, wish: Wish) -> ExportView:
    """Ask for a file to be made by the job process.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Whose it will be; the file holds what they may see when it is made.
    wish : Wish
        What.

    Raises
    ------
    InputError, NotFound
        It cannot be asked for.
    Conflict
        Too many of theirs wait already, or too much of theirs is kept.
    """
    rows = count(tx, actor, wish)
    mine = (ExportJob.person_id == actor.person_id, ExportJob.state.in_(OPEN))
    if int(tx.session.scalar(select(func.count()).select_from(ExportJob).where(*mine)) or 0) >= KEPT_OPEN:
        raise Conflict("export.many", limit=KEPT_OPEN)
    _check_room(tx, actor)
    job = ExportJob(
        uid=uuid7(tx.now),
        person_id=actor.person_id,
        kind=wish.kind,
        format=wish.form,
        asked={"given": dict(wish.given)},
        language=language(),
        state="waiting",
        done=0,
        total=rows,
        file_name=_name(tx, wish),
        created_at=tx.now,
        beat_at=tx.now,
        expires_at=tx.now + _days(tx),
    )
    tx.session.add(job)
    tx.session.flush()
    return _view(actor, job)


def _check_room(tx: Tx, actor: Actor) -> None:
    """Refuse another file to who keeps too many, or too much."""
    mine = (ExportJob.person_id == actor.person_id, ExportJob.expires_at > tx.now)
    sizes = [
        one or 0
        for one in tx.session.scalars(select(ExportJob.size).where(*mine, ExportJob.size.is_not(None)))
    ]
    if len(sizes) >= KEPT_FILES or sum(sizes) >= KEPT_BYTES:
        told = {"count": len(sizes), "size": f"{sum(sizes) // MEBI:,}", "limit": KEPT_FILES}
        raise Conflict("export.kept", **told, most=f"{KEPT_BYTES // MEBI:,}")


def _name(tx: Tx, wish: Wish) -> str:
    return f"{wish.name}-{tx.now.astimezone(tx.config.zone):%Y%m%d-%H%M}.{wish.form}"


def _days(tx: Tx) -> timedelta:
    return timedelta(days=tx.config.export_days)


def find(tx: Tx, actor: Actor) -> tuple[ExportView, ...]:
    """List somebody's files, newest first; what is past its time is gone."""
    query = select(ExportJob).where(ExportJob.person_id == actor.person_id, ExportJob.expires_at > tx.now)
    rows = tx.session.scalars(query.order_by(ExportJob.created_at.desc(), ExportJob.id.desc()).limit(SHOWN))
    return tuple(_view(actor, row) for row in rows)


def one(tx: Tx, actor: Actor, uid: UUID) -> ExportView:
    """Read one of somebody's files.

    Raises
    ------
    NotFound
        There is none, or it is another's, or past its time.
    """
    return _view(actor, _own(tx, actor, uid))


def _own(tx: Tx, actor: Actor, uid: UUID) -> ExportJob:
    query = select(ExportJob).where(ExportJob.uid == uid, ExportJob.person_id == actor.person_id)
    job = tx.session.scalar(query.where(ExportJob.expires_at > tx.now))
    if job is None:
        raise NotFound("export.unknown")
    return job


def _view(actor: Actor, job: ExportJob) -> ExportView:
    return ExportView(
        uid=job.uid,
        wish=Wish(job.kind, job.format, job.asked["given"]),
        state=job.state,
        done=job.done,
        total=job.total or 0,
        file_name=job.file_name,
        size=job.size,
        problem=job.problem,
        created_at=job.created_at,
        expires_at=job.expires_at,
        finished_at=job.finished_at,
        is_open=job.state in OPEN,
        has_file=job.state == "done" and job.asked.get("rights") == rights_of(actor),
    )


def rights_of(actor: Actor) -> str:
    """Give a digest of what somebody is, where: as long as it is the same, they may see what they saw."""
    grants = sorted(f"{grant.role} {grant.path}" for grant in actor.grants)
    return hashlib.sha256("\n".join([*grants, str(actor.department_id)]).encode()).hexdigest()


def fetch(tx: Tx, actor: Actor, uid: UUID) -> tuple[Path, ExportView]:
    """Give a file to its person, and write down that they fetched it.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who asks.
    uid : UUID
        Which.

    Raises
    ------
    NotFound
        There is none, or it is another's, or past its time.
    Conflict
        It is not done; or their roles are others than when it was made.
    """
    job = _own(tx, actor, uid)
    if job.state != "done":
        raise Conflict("export.not_done")
    if job.asked.get("rights") != rights_of(actor):
        raise Conflict("export.rights")
    path = file_of(tx.store, job.uid, job.format)
    if not path.is_file():
        raise Conflict("export.gone")
    given: dict[str, Any] = {
        "what": job.kind,
        "form": job.format,
        "filters": named(job.asked["given"]),
        "count": job.done,
    }
    audit.record(tx, actor, "export.fetch", **given)
    return path, _view(actor, job)


def file_of(store: Store, uid: UUID, form: str) -> Path:
    """Tell where a file lies."""
    return store.folder / FOLDER / f"{uid}.{form}"


def cancel(tx: Tx, actor: Actor, uid: UUID) -> ExportView:
    """Give up a file that waits or is being made; whoever makes it stops within a batch.

    Raises
    ------
    NotFound
        There is none, or it is another's.
    Conflict
        It has ended already.
    """
    job = _own(tx, actor, uid)
    if job.state not in OPEN:
        raise Conflict("export.ended")
    job.state, job.finished_at = "cancelled", tx.now
    return _view(actor, job)


def delete(tx: Tx, actor: Actor, uid: UUID) -> None:
    """Take a file away, whatever its state.

    Raises
    ------
    NotFound
        There is none, or it is another's.
    """
    job = _own(tx, actor, uid)
    path = file_of(tx.store, job.uid, job.format)
    tx.session.execute(removal(ExportJob).where(ExportJob.id == job.id))
    with suppress(FileNotFoundError):
        path.unlink()


def again(tx: Tx, actor: Actor, uid: UUID) -> ExportView:
    """Ask for the same once more; a file that failed or was given up makes room.

    Raises
    ------
    NotFound
        There is none, or it is another's.
    Conflict
        It waits or is being made just now.
    """
    job = _own(tx, actor, uid)
    if job.state in OPEN:
        raise Conflict("export.open")
    wish = Wish(job.kind, job.format, job.asked["given"])
    delete(tx, actor, uid)
    return ask(tx, actor, wish)


def is_stalled(tx: Tx) -> bool:
    """Tell whether files wait and nobody makes any, as where no job process runs."""
    waits = select(ExportJob.id).where(ExportJob.state == "waiting", ExportJob.created_at < tx.now - STALLED)
    alive = select(ExportJob.id).where(ExportJob.state == "running", ExportJob.beat_at > tx.now - STALE)
    return tx.session.scalar(waits.limit(1)) is not None and tx.session.scalar(alive.limit(1)) is None
