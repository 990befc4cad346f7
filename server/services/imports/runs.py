"""Records of imports: one at a time, each resumable, each with its signs of life.

A running import without a sign of life for a minute, or whose process is gone from this computer, is
dead: it may be resumed by the same file with the same options, and it does not stand in another's way.
Whoever was taken for dead and comes back finds the record changed and stops.
"""

import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, update

from server.db import Store, Tx
from server.errors import Busy
from server.locks import Lock
from server.models import Import
from server.uids import uuid7

__all__ = ["DEAD_AFTER", "Run", "analyze", "begin", "note", "refuse_if_running", "unbroken"]

DEAD_AFTER = timedelta(seconds=60)


@dataclass
class Run:
    """An import under way.

    Attributes
    ----------
    id : int
        Key of its record.
    next_row : int
        Rows of the file that are dealt with.
    counts : dict
        What became of them.
    beat_at : datetime
        Its last sign of life.
    is_resumed : bool
        Whether an earlier, broken-off run is being continued.
    """

    id: int
    next_row: int
    counts: dict[str, Any]
    beat_at: datetime
    is_resumed: bool
    _beats: tuple[datetime, ...] = field(default=(), init=False)

    def advance(self, tx: Tx, next_row: int, counts: Mapping[str, Any]) -> None:
        """Write progress inside the transaction that makes it; the object follows by :meth:`moved`.

        Raises
        ------
        Busy
            Somebody took this import for dead and took it over.
        """
        self._change(tx, {"next_row": next_row, "counts": dict(counts), "beat_at": tx.now})
        self._beats = (tx.now,)  # ours too, should an interruption come between the commit and `moved`

    def moved(self, tx: Tx, next_row: int, counts: Mapping[str, Any]) -> None:
        """Follow a committed :meth:`advance`."""
        self.next_row, self.counts, self.beat_at = next_row, dict(counts), tx.now

    def finish(self, tx: Tx, state: str) -> None:
        """Close the record: ``done``, or ``failed`` when it broke off and can be resumed."""
        self._change(tx, {"state": state, "finished_at": tx.now})
        analyze(tx)

    def _change(self, tx: Tx, values: dict[str, Any]) -> None:
        beats = (self.beat_at, *self._beats)
        mine = (Import.id == self.id, Import.state == "running", Import.beat_at.in_(beats))
        changed = tx.session.execute(update(Import).where(*mine).values(**values))
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Busy("import.taken_over")


def begin(
    store: Store, kind: str, file_name: str, digest: str, options: Mapping[str, Any], by_id: int | None
) -> Run:
    """Begin an import, or go on with a broken-off one of the same file and options.

    Parameters
    ----------
    store : Store
        Where.
    kind : str
        ``issues`` …
    file_name, digest : str
        The file.
    options : Mapping[str, Any]
        What JSON can hold; another set of options begins anew.
    by_id : int or None
        Person; None for the command line.

    Raises
    ------
    Busy
        Another import is running; the error names it.
    """
    with store.write() as tx:
        refuse_if_running(tx)
        found = tx.session.scalars(
            select(Import)
            .where(Import.kind == kind, Import.file_digest == digest, Import.state == "failed")
            .order_by(Import.id.desc())
            .limit(1)
        ).first()
        if found is not None and found.options.get("given") == dict(options):
            found.state, found.beat_at, found.finished_at = "running", tx.now, None
            found.options = {"given": dict(options), "process": _process()}
            return Run(found.id, found.next_row, dict(found.counts), tx.now, is_resumed=True)
        record = _record(tx, kind, file_name, digest, by_id)
        record.options = {"given": dict(options), "process": _process()}
        tx.session.add(record)
        tx.session.flush()
        return Run(record.id, 0, {}, tx.now, is_resumed=False)


def note(
    tx: Tx, kind: str, file_name: str, digest: str, counts: Mapping[str, Any], by_id: int | None
) -> None:
    """Record an import that is done within the caller's own transaction.

    Parameters
    ----------
    tx : Tx
        Writing transaction of the import.
    kind, file_name, digest :
        As for :func:`begin`.
    counts : Mapping[str, Any]
        What became of the file.
    by_id : int or None
        Person; None for the command line.

    Raises
    ------
    Busy
        Another import is running.
    """
    refuse_if_running(tx)
    record = _record(tx, kind, file_name, digest, by_id)
    record.state, record.counts, record.finished_at = "done", dict(counts), tx.now
    tx.session.add(record)
    analyze(tx)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let Ctrl-C wait until this is through.

    An interruption in the middle of a COMMIT or ROLLBACK would leave a connection that holds the database's
    lock, and the record of the import could not be closed before that lock's time was over.

    Raises
    ------
    KeyboardInterrupt
        Afterwards, if it came meanwhile; outside the main thread nothing is held back, none comes there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came and before is not signal.SIG_IGN:
        raise KeyboardInterrupt


def analyze(tx: Tx) -> None:
    """Let PostgreSQL take stock of its tables now that many rows came in at once.

    It would do so by itself a minute later, and until then plan as if they were empty: a position was
    answered in 7 ms instead of 2 (measured). SQLite's plans don't depend on it.
    """
    if not tx.on_sqlite:
        tx.session.flush()
        tables = ", ".join(f'"{table.name}"' for table in Import.metadata.sorted_tables)
        tx.session.execute(text(f"ANALYZE {tables}"))


def refuse_if_running(tx: Tx) -> None:
    """Let no second import begin beside a living one; mark dead ones as broken off.

    Raises
    ------
    Busy
        One is running: says which file, since when.
    """
    if not tx.on_sqlite:
        tx.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": Lock.IMPORT.value})
    for record in tx.session.scalars(select(Import).where(Import.state == "running")):
        if _is_alive(record, tx.now):
            since = record.started_at.astimezone(tx.config.zone).strftime("%Y-%m-%d %H:%M:%S")
            raise Busy("import.running", file=record.file_name, since=since)
        record.state = "failed"
    tx.session.flush()


def _record(tx: Tx, kind: str, file_name: str, digest: str, by_id: int | None) -> Import:
    return Import(
        uid=uuid7(tx.now),
        kind=kind,
        file_name=file_name[:200],
        file_digest=digest,
        options={},
        state="running",
        next_row=0,
        counts={},
        by_id=by_id,
        started_at=tx.now,
        beat_at=tx.now,
    )


def _is_alive(record: Import, now: datetime) -> bool:
    if now - record.beat_at > DEAD_AFTER:
        return False
    process = record.options.get("process") or {}
    if process.get("host") != socket.gethostname():
        return True
    return process.get("begun") == _begun(process.get("pid", 0))


def _process() -> dict[str, Any]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "begun": _begun(os.getpid())}


def _begun(pid: int) -> str | None:
    """When a process began, in clock ticks, so that its number given to another one is noticed; None if gone."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text().rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return "running"
    return "running"
