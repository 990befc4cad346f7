"""Secret keys of a store: one file in the data folder, readable by its owner only.

Holds the session secret, the keys that seal private text (several, so that they can be rotated; the last
is used for new text) and the key of the phone hash. Losing the file loses the private text for good.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from server.db import Store
from server.errors import SetupError

__all__ = ["Keys", "keys_of"]

FILE = "keys.json"


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
    """

    session: str
    text: dict[str, bytes]
    phone: bytes

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
        The file is there but cannot be read.
    """
    if "keys" not in store.shelf:
        path = store.folder / FILE
        if not path.exists():
            _make(path)
        store.shelf["keys"] = _read(path, store.config.secret_key)
    return store.shelf["keys"]


def _make(path: Path) -> None:
    keys = {
        "session": secrets.token_hex(32),
        "text": {"k1": secrets.token_hex(32)},
        "phone": secrets.token_hex(32),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(keys, file)
    try:
        os.link(draft, path)  # whoever links first wins; nobody overwrites
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(path: Path, session: str) -> Keys:
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        text = {key_id: bytes.fromhex(key) for key_id, key in raw["text"].items()}
        return Keys(session or raw["session"], text, bytes.fromhex(raw["phone"]))
    except (OSError, ValueError, KeyError) as error:
        raise SetupError("setting.file", file=str(path), why=type(error).__name__) from error
