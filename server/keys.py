"""Secret keys of a store: one file in the data folder, readable by its owner only.

Holds the session secret, the keys that seal private text (several, so that they can be rotated; the last
is used for new text) and the key of the phone hash. Losing the file loses the private text for good.

Keys are added and dropped while servers run: whoever is to seal looks whether the file changed, and whoever
meets the name of an unknown key reads it again. So nothing is sealed with a key that is gone, as long as keys
are dropped only some time after the newest was added (see :data:`RESTS`).
"""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from server.db import Store
from server.errors import SetupError
from server.models import Person, PrivateText

__all__ = ["RESTS", "Keys", "add_key", "check_private", "drop_keys", "keys_of", "newest_key", "text_key"]

FILE = "keys.json"
OF_OTHERS = 0o077
RESTS = timedelta(hours=1)
"""So long after a key was added the older ones stay: no transaction that began before lasts as long."""


@dataclass(frozen=True)
class Keys:
    """Keys of a store.

    Attributes
    ----------
    session : str
        Signs sessions and forms.
    text : dict[str, bytes]
        Key id -> 32 bytes for AES-256-GCM, oldest first.
    phone : bytes
        Key of the phone hash.
    made : dict[str, datetime]
        When keys were added; the first one's instant is not kept.
    stamp : tuple of int
        Tells this state of the file from others.
    """

    session: str
    text: dict[str, bytes]
    phone: bytes
    made: dict[str, datetime] = field(default_factory=dict)
    stamp: tuple[int, ...] = ()

    @property
    def newest(self) -> tuple[str, bytes]:
        """Id and bytes of the key that seals new text."""
        key_id = list(self.text)[-1]
        return key_id, self.text[key_id]


def keys_of(store: Store) -> Keys:
    """Read the store's keys; make them on the first call ever.

    Parameters
    ----------
    store : Store
        Whose data folder holds the file.

    Raises
    ------
    SetupError
        The file cannot be read, others than its owner may read it, or it is gone while the store needs it.
    """
    if "keys" not in store.shelf:
        path = store.folder / FILE
        if not path.exists():
            if (
                _is_sealed(store) and not path.exists()
            ):  # another process may have made it and sealed meanwhile
                raise SetupError("keys.lost", file=str(path))
            _make(path)
        check_private(path)
        store.shelf["keys"] = _read(path, store.config.secret_key)
    return store.shelf["keys"]


def check_private(path: Path, forbidden: int = OF_OTHERS) -> None:
    """Make sure that nobody but its owner may read a file with a secret in it; Windows keeps no such bits.

    Parameters
    ----------
    path : Path
        The file.
    forbidden : int
        Bits of the mode that must not be set.

    Raises
    ------
    SetupError
        Others may read or write it, or it is not there.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise SetupError("setting.file", file=str(path), why=error.strerror or str(error)) from error
    if os.name == "posix" and mode & forbidden:
        raise SetupError("keys.open", file=str(path), mode=f"{mode:o}")


def _is_sealed(store: Store) -> bool:
    """Whether the store holds what only its own keys can open."""
    if not inspect(store.engine).has_table(PrivateText.__tablename__):
        return False
    with store.read() as tx:
        sealed = select(PrivateText.id).where(PrivateText.ciphertext.is_not(None)).limit(1)
        second = select(Person.id).where(Person.totp_key.is_not(None)).limit(1)
        return bool(tx.rows(sealed)) or bool(tx.rows(second))


def text_key(store: Store, key_id: str) -> bytes:
    """Give the key of this name; one that another process added is read from the file.

    Raises
    ------
    KeyError
        There is none: it was dropped, or the file is not this store's.
    """
    keys = keys_of(store)
    if key_id not in keys.text:
        keys = _again(store)
    return keys.text[key_id]


def newest_key(store: Store) -> tuple[str, bytes]:
    """Give name and bytes of the key that seals new text, as the file says now."""
    keys = keys_of(store)
    if keys.stamp != _stamp(store.folder / FILE):
        keys = _again(store)
    return keys.newest


def add_key(store: Store, announce: Callable[[str], object] | None = None) -> str:
    """Add a key that seals new text from now on; gives its name.

    Parameters
    ----------
    store : Store
        Whose servers may be running; the file is replaced at once, and the older keys stay in it.
    announce : Callable[[str], object], optional
        Told its name before the file changes; the file stays as it is where this fails.
    """
    with _altered(store) as raw:
        numbers = [int(name[1:]) for name in raw["text"] if name[1:].isdecimal()]
        name = f"k{max(numbers, default=0) + 1}"
        if announce is not None:
            announce(name)
        raw["text"][name] = secrets.token_hex(32)
        raw.setdefault("made", {})[name] = store.clock().isoformat()
    return name


def drop_keys(store: Store, names: set[str]) -> None:
    """Take keys away for good; what they sealed can be read no more. The newest is never taken."""
    with _altered(store) as raw:
        newest = list(raw["text"])[-1]
        for name in names - {newest}:
            raw["text"].pop(name, None)
            raw.get("made", {}).pop(name, None)


@contextmanager
def _altered(store: Store) -> Iterator[dict[str, Any]]:
    """Change the file: one process at a time, and it is there whole at every instant."""
    keys_of(store)  # makes it
    path = store.folder / FILE
    with os.fdopen(os.open(path.with_name(f".{FILE}.lock"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        raw = json.loads(path.read_text(encoding="ascii"))
        yield raw
        draft = _drafted(path, raw)
        draft.replace(path)
        _again(store)


def _again(store: Store) -> Keys:
    store.shelf.pop("keys", None)
    return keys_of(store)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError as error:  # nothing is sealed any more that nobody could open
        raise SetupError("keys.lost", file=str(path)) from error
    return found.st_mtime_ns, found.st_ino, found.st_size


def _drafted(path: Path, keys: dict[str, Any]) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(keys, file)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make(path: Path) -> None:
    keys = {
        "session": secrets.token_hex(32),
        "text": {"k1": secrets.token_hex(32)},
        "phone": secrets.token_hex(32),
    }
    draft = _drafted(path, keys)
    try:
        os.link(draft, path)  # whoever links first wins; nobody overwrites
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(path: Path, session: str) -> Keys:
    try:
        stamp = _stamp(path)  # before it is read: at worst it is read once more
        raw = json.loads(path.read_text(encoding="ascii"))
        text = {key_id: bytes.fromhex(key) for key_id, key in raw["text"].items()}
        made = {key_id: datetime.fromisoformat(at) for key_id, at in raw.get("made", {}).items()}
        return Keys(session or raw["session"], text, bytes.fromhex(raw["phone"]), made, stamp)
    except (OSError, ValueError, KeyError) as error:
        raise SetupError("setting.file", file=str(path), why=type(error).__name__) from error
