"""Bring a backup into an empty place: everything or nothing."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, inspect, text, update
from sqlalchemy.exc import DBAPIError

from server.blobs import blobs_of
from server.config import Config
from server.db import Store, check_postgis, translated
from server.errors import InputError, ServerError
from server.keys import FILE as KEYS_FILE
from server.models import Base, ResetLink, SignedIn
from server.services.archives import Archive, opened, written_as
from server.upgrade import lay_out, upgrade

__all__ = ["Restored", "restore"]

AT_ONCE = 1000


@dataclass(frozen=True)
class Restored:
    """What was brought back.

    Attributes
    ----------
    rows, issues, entries, files : int
        How many.
    made_at, version : str
        When the backup was made, and by which version.
    settings : tuple of str
        ``name=value`` of what was set otherwise than by default where it was made.
    """

    rows: int
    issues: int
    entries: int
    files: int
    made_at: str
    version: str
    settings: tuple[str, ...]


def restore(path: Path, config: Config) -> Restored:
    """Bring a backup into an empty folder and an empty database; everybody has to sign in anew.

    Parameters
    ----------
    path : Path
        The backup; all of it is examined before anything is written.
    config : Config
        Names the folder and the database; another kind than the backup's is fine.

    Raises
    ------
    InputError
        The backup is damaged, or the place is not empty; nothing was written.
    SetupError
        The backup is of a newer version; nothing was written.
    """
    folder = Path(config.dir)
    is_made = not folder.exists()
    if not is_made and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("restore.folder_not_empty", folder=str(folder))
    with opened(path) as archive:
        try:
            _fill(config, path, archive)
        except BaseException:
            _clear(folder, is_made=is_made)
            raise
        rows = {name: facts["rows"] for name, facts in archive.manifest["tables"].items()}
        told = archive.manifest
    settings = tuple(f"{name}={value}" for name, value in told["settings"].items())
    files = (told.get("files") or {"count": 0})["count"]
    counts = (sum(rows.values()), rows["issue"], rows["entry"], files)
    return Restored(*counts, told["made_at"], told["version"], settings)


def _clear(folder: Path, *, is_made: bool) -> None:
    """Remove what was begun; the folder was empty or not there."""
    if folder.is_dir():
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        if is_made:
            folder.rmdir()


def _fill(config: Config, path: Path, archive: Archive) -> None:
    store = Store(config)
    try:
        _refuse_full(store)
        with _unusable(store, path):
            _bring_all(store, archive)
        upgrade(store)
    finally:
        store.close()


@contextmanager
def _unusable(store: Store, path: Path) -> Iterator[None]:
    """Say of rows that the database does not take that the backup is damaged."""
    refusals = (store.engine.dialect.loaded_dbapi.Error, DBAPIError, LookupError, TypeError, ValueError)
    try:
        yield
    except ServerError:
        raise
    except refusals as error:
        raise InputError("backup.damaged", file=str(path), why=type(error).__name__) from error


def _bring_all(store: Store, archive: Archive) -> None:
    writer = store.engine.connect().execution_options(wangge_writes=True)
    with translated(store.config), writer as connection, connection.begin():
        lay_out(connection, archive.manifest["revision"])
        if store.on_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in Base.metadata.sorted_tables:
            facts = archive.manifest["tables"].get(table.name)
            if facts is not None:
                with closing(archive.rows(table.name)) as rows:
                    _bring(connection, table, facts, rows)
        _end_sessions(connection, archive, store.clock())
        for data in archive.files():
            blobs_of(store).put(data)
        for name, data in archive.own():
            (store.folder / name).write_bytes(data)
        keys = os.open(store.folder / KEYS_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(keys, "wb") as file:
            file.write(archive.keys)


def _end_sessions(connection: Connection, archive: Archive, now: datetime) -> None:
    """End all sessions and links for passwords: some were ended or used after the backup was made."""
    if SignedIn.__tablename__ in archive.manifest["tables"]:
        connection.execute(update(SignedIn).where(SignedIn.ended_at.is_(None)).values(ended_at=now))
    if ResetLink.__tablename__ in archive.manifest["tables"]:
        valid = (ResetLink.used_at.is_(None), ResetLink.expires_at > now)
        connection.execute(update(ResetLink).where(*valid).values(expires_at=now))


def _refuse_full(store: Store) -> None:
    with translated(store.config):
        if not store.on_sqlite:
            check_postgis(store.engine)
        tables = {*inspect(store.engine).get_table_names()} & {*Base.metadata.tables, "alembic_version"}
    if tables:
        shown = store.engine.url.render_as_string(hide_password=True)
        raise InputError("restore.database_not_empty", url=shown)


def _bring(connection: Connection, table: Table, facts: dict[str, Any], lines: Iterable[list[Any]]) -> None:
    names = facts["columns"]
    written = written_as(table, names, on_sqlite=connection.dialect.name == "sqlite")
    rows = (_row(row, written) for row in lines)
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        while several := list(islice(rows, AT_ONCE)):
            connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', several)
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
    if "id" in names and facts["rows"]:
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), (SELECT max(id) FROM \"{table.name}\"))"
            )
        )


def _row(row: list[Any], written: list[Callable[[Any], Any] | None]) -> tuple[Any, ...]:
    return tuple(
        value if value is None or write is None else write(value)
        for value, write in zip(row, written, strict=True)
    )
