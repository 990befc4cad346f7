"""The form of a backup: one zip file with a manifest, the keys, and a table's rows as one JSON list a line.

The form is the same for both databases, so that what was saved from one can be brought into the other. An
archive is read member by member and never unpacked: its names are compared, not used as paths.
"""

import base64
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import shapely
from sqlalchemy import Column, LargeBinary, Table, Uuid

from server.errors import InputError, SetupError
from server.models import Base
from server.models.types import SRID, Geom, Instant, from_micros
from server.services.bulletin import templates
from server.services.evaluation import presets
from server.services.statistics import rates

__all__ = [
    "FORMAT",
    "KEYS",
    "MANIFEST",
    "OWN",
    "Archive",
    "file_member_of",
    "member_of",
    "opened",
    "own_member_of",
    "written_as",
]

FORMAT = 3
KNOWN = frozenset({1, 2, FORMAT})
"""Forms that can be read; the first had no files, the second none of the store's own."""
OWN = (rates.FILE, presets.FILE, *templates.FILES.values())
"""Files that a store's folder may have in place of those that ship with the program."""
MANIFEST, KEYS = "manifest.json", "keys.json"
CHUNK = 1 << 20
LONGEST_LINE = 1 << 26  # bytes; the outline of a whole province is a tenth of it
LARGEST_FILE = 1 << 26  # bytes; a photo written anew has a twentieth of it
FILE = re.compile(r"files/[0-9a-f]{64}")
SMALL = 1 << 20  # most bytes of manifest and keys
MOST_RATIO = 200  # JSON of many like rows shrinks to a thirtieth
_LINK = 0o120000


@dataclass(frozen=True)
class Archive:
    """A backup whose members are all there and unchanged.

    Attributes
    ----------
    file : zipfile.ZipFile
        Open for reading.
    manifest : dict
        ``format, version, revision, made_at, database, settings, tables`` (name -> ``columns, rows, bytes,
        sha256``), ``keys`` (``bytes, sha256``), ``files`` (``count, bytes``) and ``own`` (name -> ``bytes, sha256``).
    """

    file: zipfile.ZipFile
    manifest: dict[str, Any]

    def rows(self, table: str) -> Generator[list[Any], None, None]:
        """Give the rows of a table, one after another."""
        with self.file.open(member_of(table)) as lines:
            while line := lines.readline(LONGEST_LINE):
                yield orjson.loads(line)

    def files(self) -> Iterator[bytes]:
        """Give the files of photos, one after another."""
        for name in self.file.namelist():
            if FILE.fullmatch(name):
                yield self.file.read(name)

    def own(self) -> Iterator[tuple[str, bytes]]:
        """Give the store's own files with their names, one after another."""
        for name in self.manifest.get("own") or {}:
            yield name, self.file.read(own_member_of(name))

    @property
    def keys(self) -> bytes:
        """The keys that seal private text."""
        return self.file.read(KEYS)


def member_of(table: str) -> str:
    """Name the member that holds a table."""
    return f"tables/{table}.jsonl"


def file_member_of(digest: str) -> str:
    """Name the member that holds a file of a photo."""
    return f"files/{digest}"


def own_member_of(name: str) -> str:
    """Name the member that holds one of :data:`OWN`."""
    return f"own/{name}"


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup and examine all of it before anything is used.

    Raises
    ------
    InputError
        ``backup.damaged``: truncated, changed, or no backup at all. ``file.missing``: no such file.
    SetupError
        ``backup.newer``: written by a version that this program does not know.
    """
    if not path.is_file():
        raise InputError("file.missing", file=str(path))
    archive = _examined(path)
    try:
        yield archive
    finally:
        archive.file.close()


def _examined(path: Path) -> Archive:
    with ExitStack() as stack:
        try:
            file = stack.enter_context(zipfile.ZipFile(path))
            archive = Archive(file, _manifest(file))
            _examine(archive)
        except _DAMAGE as error:
            raise InputError(
                "backup.damaged", file=str(path), why=str(error) or type(error).__name__
            ) from error
        stack.pop_all()
    return archive


class _Wrong(Exception):
    """A member is not as the manifest says."""


_DAMAGE = (_Wrong, zipfile.BadZipFile, zlib.error, orjson.JSONDecodeError, NotImplementedError, EOFError,
           LookupError, TypeError, UnicodeDecodeError)  # fmt: skip


def _manifest(file: zipfile.ZipFile) -> dict[str, Any]:
    if file.getinfo(MANIFEST).file_size > SMALL:
        raise _Wrong(MANIFEST)
    manifest = orjson.loads(file.read(MANIFEST))
    if not isinstance(manifest, dict) or not isinstance(manifest["tables"], dict):
        raise _Wrong(MANIFEST)
    if manifest["format"] not in KNOWN:
        raise SetupError("backup.newer", found=manifest["format"], known=FORMAT)
    return manifest


def _examine(archive: Archive) -> None:
    told = {member_of(name): facts for name, facts in archive.manifest["tables"].items()}
    told[KEYS] = archive.manifest["keys"]
    own = archive.manifest.get("own") or {}
    if not own.keys() <= set(OWN) or any(facts["bytes"] > LARGEST_FILE for facts in own.values()):
        raise _Wrong("own")
    told |= {own_member_of(name): facts for name, facts in own.items()}
    infos = archive.file.infolist()
    files = [one for one in infos if FILE.fullmatch(one.filename)]
    rest = [one.filename for one in infos if not FILE.fullmatch(one.filename)]
    if sorted(rest) != sorted([MANIFEST, *told]) or len({one.filename for one in files}) < len(files):
        raise _Wrong("names")
    facts = archive.manifest.get("files") or {"count": 0, "bytes": 0}
    if (len(files), sum(one.file_size for one in files)) != (facts["count"], facts["bytes"]):
        raise _Wrong("files")
    told |= {
        one.filename: {"bytes": min(one.file_size, LARGEST_FILE), "sha256": one.filename[6:]} for one in files
    }
    for name, facts in archive.manifest["tables"].items():
        table = Base.metadata.tables.get(name)
        if table is None or not set(facts["columns"]) <= set(table.columns.keys()):
            raise _Wrong(name)
    for one in infos:
        if one.external_attr >> 16 & 0o170000 == _LINK or one.is_dir() or one.flag_bits & 1:
            raise _Wrong(one.filename)
        if one.file_size > max(one.compress_size * MOST_RATIO, SMALL):
            raise _Wrong(one.filename)
        if one.filename != MANIFEST:
            _compare(archive.file, one, told[one.filename])


def _compare(file: zipfile.ZipFile, info: zipfile.ZipInfo, told: dict[str, Any]) -> None:
    digest = hashlib.sha256()
    if info.file_size != told["bytes"]:
        raise _Wrong(info.filename)
    with file.open(info) as member:
        while piece := member.read(CHUNK):
            digest.update(piece)
    if digest.hexdigest() != told["sha256"]:
        raise _Wrong(info.filename)


def plain(value: object) -> object:
    """Write what JSON does not know: bytes and geometries as base64; :mod:`orjson` calls this."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, shapely.Geometry):
        return base64.b64encode(shapely.to_wkb(value, byte_order=1)).decode()
    raise TypeError(type(value).__name__)


def written_as(table: Table, names: list[str], *, on_sqlite: bool) -> list[Callable[[Any], Any] | None]:
    """Say how the values of columns go from an archive into a driver; None: as they are."""
    choose = _sqlite if on_sqlite else _postgis
    return [choose(table.columns[name]) for name in names]


def _sqlite(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Geom | LargeBinary):
        return base64.b64decode
    if isinstance(column.type, Uuid):
        return lambda text: text.replace("-", "")
    return _json if _is_json(column) else None


def _postgis(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Instant):
        return from_micros
    if isinstance(column.type, Geom):
        return lambda text: shapely.to_wkb(
            shapely.set_srid(shapely.from_wkb(base64.b64decode(text)), SRID), hex=True, include_srid=True
        )
    if isinstance(column.type, LargeBinary):
        return base64.b64decode
    return _json if _is_json(column) else None


def _is_json(column: Column[Any]) -> bool:
    return column.type.__visit_name__ == "JSON"


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
