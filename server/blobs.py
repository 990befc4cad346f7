"""Files by their content: bytes in, SHA-256 out; on the disk of the data folder, or in a bucket that speaks S3.

A name is made of the digest alone, so nothing that somebody sends ever becomes a path, the same bytes are
kept once, and a file that changed is noticed. Putting is safe to repeat; what nobody points to is harmless.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from server.config import Config
from server.db import Store
from server.errors import Busy, NotFound, SetupError, StoreError

__all__ = ["Blobs", "Disk", "Listed", "Objects", "blobs_of", "digest_of"]

FOLDER = "files"
DIGEST = re.compile(r"[0-9a-f]{64}")
REGION = "us-east-1"  # what a server without regions expects
CLIENT: Any = {"timeout": "30s", "connect_timeout": "5s"}
RETRY: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
Listed = tuple[str, datetime]
"""Digest of a file, and when it was last put."""


class Blobs(Protocol):
    """A store of files by content."""

    def put(self, data: bytes) -> str:
        """Keep bytes durably; gives their digest. The same bytes again are written again, which heals a file."""

    def get(self, digest: str) -> bytes:
        """Read a file.

        Raises
        ------
        NotFound
            There is none.
        """

    def has(self, digest: str) -> bool:
        """Tell whether there is such a file."""

    def delete(self, digest: str) -> None:
        """Remove a file; one that is not there is no fault."""

    def kept(self) -> Iterator[Listed]:
        """List all files."""


def digest_of(data: bytes) -> str:
    """Name bytes: SHA-256, 64 small hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def blobs_of(store: Store) -> Blobs:
    """Give the files of a store, where the settings say they lie.

    Raises
    ------
    SetupError
        The setting names a bucket, and the part of the program for it is not installed.
    """
    if "blobs" not in store.shelf:
        is_disk = not store.config.files_url
        store.shelf["blobs"] = Disk(store.folder / FOLDER) if is_disk else Objects(store.config)
    blobs: Blobs = store.shelf["blobs"]
    return blobs


def _checked(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise NotFound("files.not_found", digest=digest[:16])
    return digest


class Disk:
    """Files in a folder: ``ab/abcdef…``, readable by their owner only.

    Parameters
    ----------
    folder : Path
        Made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, digest: str) -> Path:
        return self.folder / _checked(digest)[:2] / digest

    def put(self, data: bytes) -> str:
        """Write a file beside its place, and move it there once it is on the disk."""
        digest = digest_of(data)
        path = self._path(digest)
        draft = path.with_name(f".{digest[:16]}.{os.getpid()}.{secrets.token_hex(4)}")
        with _written():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
            _settle(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """Read a file."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("files.not_found", digest=digest[:16]) from error

    def has(self, digest: str) -> bool:
        """Tell whether there is such a file."""
        return self._path(digest).is_file()

    def delete(self, digest: str) -> None:
        """Remove a file."""
        self._path(digest).unlink(missing_ok=True)

    def kept(self) -> Iterator[Listed]:
        """List all files, in order; drafts left by a crash are none."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if DIGEST.fullmatch(path.name):
                with suppress(FileNotFoundError):  # removed meanwhile
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)


@contextmanager
def _written() -> Iterator[None]:
    """Say of a full disk that it is full."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreError("store.full") from error
        raise


def _settle(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Objects:
    """Files in a bucket: ``prefix/ab/abcdef…``.

    Parameters
    ----------
    config : Config
        ``files_url`` names bucket and prefix; endpoint, region and credentials are settings of their own.

    Raises
    ------
    SetupError
        The extra ``s3`` is not installed.
    """

    def __init__(self, config: Config) -> None:
        try:
            import obstore  # noqa: PLC0415 - an extra; who keeps files on the disk does not need it
            from obstore.store import S3Store  # noqa: PLC0415 - likewise
        except ImportError as error:
            raise SetupError("files.extra", setting="WANGGE_FILES_URL") from error
        parts = urlsplit(config.files_url)
        given: dict[str, Any] = {
            "prefix": parts.path.strip("/") or None,
            "endpoint": config.files_endpoint or None,
            "access_key_id": config.files_key or None,
            "secret_access_key": config.files_secret or None,
        }
        self._client: Any = obstore
        self._bucket: Any = S3Store(
            parts.netloc,
            region=config.files_region or REGION,
            virtual_hosted_style_request=False,
            client_options={**CLIENT, "allow_http": config.files_endpoint.startswith("http://")},
            retry_config=RETRY,
            **{name: value for name, value in given.items() if value is not None},
        )

    def _name(self, digest: str) -> str:
        return f"{_checked(digest)[:2]}/{digest}"

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Say of a bucket that does not answer, or refuses, that it did; without its words, which may tell keys."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (self._client.exceptions.BaseError, OSError) as error:
            raise Busy("files.unreachable", why=type(error).__name__) from None

    def put(self, data: bytes) -> str:
        """Send a file; it is there whole or not at all."""
        digest = digest_of(data)
        try:
            with self._reached():
                self._client.put(self._bucket, self._name(digest), data)
        except FileNotFoundError:  # no such bucket
            raise Busy("files.unreachable", why="NoSuchBucket") from None
        return digest

    def get(self, digest: str) -> bytes:
        """Fetch a file."""
        try:
            with self._reached():
                return bytes(self._client.get(self._bucket, self._name(digest)).bytes())
        except FileNotFoundError as error:
            raise NotFound("files.not_found", digest=digest[:16]) from error

    def has(self, digest: str) -> bool:
        """Tell whether there is such a file."""
        try:
            with self._reached():
                self._client.head(self._bucket, self._name(digest))
        except FileNotFoundError:
            return False
        return True

    def delete(self, digest: str) -> None:
        """Remove a file."""
        with suppress(FileNotFoundError), self._reached():
            self._client.delete(self._bucket, self._name(digest))

    def kept(self) -> Iterator[Listed]:
        """List all files of the prefix."""
        with self._reached():
            for several in self._client.list(self._bucket):
                for one in several:
                    digest = str(one["path"]).rpartition("/")[2]
                    if DIGEST.fullmatch(digest):
                        yield digest, one["last_modified"]
