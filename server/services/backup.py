"""A backup of everything while the server goes on: rows as they stood at one instant, and the keys."""

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, Table, select, text, union

from server.blobs import blobs_of
from server.config import SETTINGS
from server.db import Store, translated
from server.errors import InputError, NotFound
from server.keys import keys_of
from server.models import Attachment, Base
from server.models.types import Instant, to_micros
from server.services import audit
from server.services.archives import (
    FORMAT,
    KEYS,
    MANIFEST,
    OWN,
    file_member_of,
    member_of,
    own_member_of,
    plain,
)
from server.services.people import system_actor

__all__ = ["Saved", "back_up"]

AT_ONCE = 2000
UNSAID = frozenset({"database_url", "dir"})  # beside the secrets: a password may be in it; of this place only


@dataclass(frozen=True)
class Saved:
    """What a backup holds.

    Attributes
    ----------
    path : Path
        The file.
    bytes : int
        Its size.
    rows : int
        Of all tables.
    issues, entries : int
        Some of them.
    files : int
        Of photos.
    """

    path: Path
    bytes: int
    rows: int
    issues: int
    entries: int
    files: int


def back_up(store: Store, path: Path) -> Saved:
    """Write everything that a store holds into one file; that it is done stands in the record, and in the file.

    Parameters
    ----------
    store : Store
        Others may read and write meanwhile: all rows are those of one instant.
    path : Path
        A new file; it is there whole or not at all, and only its owner may read it, for the keys are in it.

    Returns
    -------
    Saved
        What was written.

    Raises
    ------
    InputError
        There is such a file already, or no such folder.
    """
    if path.exists() or not path.parent.is_dir():
        raise InputError("backup.there" if path.exists() else "backup.no_folder", file=str(path))
    with store.write() as tx:  # before anything leaves
        audit.record(tx, system_actor(), "export", what="backup", file=path.name)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            rows, files = _write(store, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError as error:
        raise InputError("backup.there", file=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)
    return Saved(path, path.stat().st_size, sum(rows.values()), rows["issue"], rows["entry"], files)


def _write(store: Store, file: IO[bytes]) -> tuple[dict[str, int], int]:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        translated(store.config),
        _one_instant(store) as connection,
    ):
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        tables = {str(table.name): _save(archive, connection, table) for table in Base.metadata.sorted_tables}
        files, own = _save_files(store, archive, connection), _save_own(store, archive)
        keys = _keys(store)
        archive.writestr(KEYS, keys)
        manifest = {
            "format": FORMAT,
            "version": version("wangge"),
            "revision": revision,
            "made_at": store.clock().isoformat(),
            "database": store.engine.dialect.name,
            "settings": _settings(store),
            "keys": {"bytes": len(keys), "sha256": hashlib.sha256(keys).hexdigest()},
            "tables": tables,
            "files": files,
            "own": own,
        }
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return {name: facts["rows"] for name, facts in tables.items()}, files["count"]


def _save_files(store: Store, archive: zipfile.ZipFile, connection: Connection) -> dict[str, int]:
    """Save the files of all photos that are not purged; one that is missing is for doctor to tell."""
    asked = (
        select(column).where(Attachment.purged_at.is_(None))
        for column in (Attachment.digest, Attachment.thumb)
    )
    blobs, count, size = blobs_of(store), 0, 0
    for digest in sorted(connection.execute(union(*asked)).scalars()):
        with suppress(NotFound):
            data = blobs.get(digest)
            archive.writestr(zipfile.ZipInfo(file_member_of(digest)), data)  # a picture shrinks no further
            count, size = count + 1, size + len(data)
    return {"count": count, "bytes": size}


def _save_own(store: Store, archive: zipfile.ZipFile) -> dict[str, dict[str, Any]]:
    """Save what the store's folder has in place of files that ship with the program."""
    told = {}
    for name in OWN:
        with suppress(FileNotFoundError):
            data = (store.folder / name).read_bytes()
            archive.writestr(own_member_of(name), data)
            told[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return told


@contextmanager
def _one_instant(store: Store) -> Iterator[Connection]:
    """Open a reading transaction that sees one state of the store to its end."""
    # SQLite's transactions are like this by themselves.
    steady: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    options = {} if store.on_sqlite else steady
    with store.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _save(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    digest, size, count = hashlib.sha256(), 0, 0
    instants = [isinstance(column.type, Instant) for column in table.columns]
    order = list(table.primary_key.columns)
    rows = connection.execution_options(yield_per=AT_ONCE).execute(select(table).order_by(*order))
    with rows as found, archive.open(member_of(table.name), "w", force_zip64=True) as member:
        for several in found.partitions():
            lines = b"".join(_line(row, instants) for row in several)
            member.write(lines)
            digest.update(lines)
            size, count = size + len(lines), count + len(several)
    names = [str(column.name) for column in table.columns]
    return {"columns": names, "rows": count, "bytes": size, "sha256": digest.hexdigest()}


def _line(row: Any, instants: list[bool]) -> bytes:  # noqa: ANN401 - a row of the store
    values = [
        to_micros(value) if is_instant and isinstance(value, datetime) else value
        for value, is_instant in zip(row, instants, strict=True)
    ]
    return orjson.dumps(values, default=plain, option=orjson.OPT_APPEND_NEWLINE)


def _keys(store: Store) -> bytes:
    """Give the keys of the file; the one of sessions is another, for the one here may be a setting."""
    keys = keys_of(store)
    sealing = {name: key.hex() for name, key in keys.text.items()}
    return orjson.dumps({"session": secrets.token_hex(32), "text": sealing, "phone": keys.phone.hex()})


def _settings(store: Store) -> dict[str, str]:
    """Note what was set otherwise than by default, for whoever sets up the next place; no secrets."""
    return {
        one.name: str(store.config.values[one.name])
        for one in SETTINGS
        if not one.is_secret and one.name not in UNSAID and store.config.values[one.name] != one.default
    }
