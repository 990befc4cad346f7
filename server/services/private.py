"""Words about people, sealed at rest (AES-256-GCM); entries hold only their uid and salted digest.

Purging blanks ciphertext and salt: the digest in the entry then proves nothing about the words, and the
chain of entries stays whole.
"""

import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert

from server.db import Tx
from server.keys import keys_of, newest_key, text_key
from server.models import PrivateText
from server.uids import uuid7

__all__ = [
    "Sealed",
    "keep",
    "open_box",
    "opener_of",
    "phone_key",
    "phone_keys",
    "reseal",
    "seal",
    "seal_box",
    "unseal",
]

NONCE_BYTES = 12
SALT_BYTES = 16
SEALER = "sealing key"
_MOBILE = re.compile(r"(?<!\d)(?:\+?(?:00)?86)?[- ]*(1[3-9]\d(?:[- .·—]?\d){8})(?!\d)")


@dataclass(frozen=True)
class Sealed:
    """A sealed text, ready to be stored.

    Attributes
    ----------
    row : dict
        Column values of its ``private_text`` row, but for the issue.
    digest : str
        SHA-256 of salt and words, for the entry.
    """

    row: dict[str, Any]
    digest: str

    @property
    def reference(self) -> list[str]:
        """What the entry holds: uid and digest."""
        return [str(self.row["uid"]), self.digest]


def seal(tx: Tx, kind: str, words: str) -> Sealed:
    """Seal words.

    Parameters
    ----------
    tx : Tx
        Names the store (keys) and the instant.
    kind : str
        What the words are: ``description``, ``place``, ``reporter_name``, ``reporter_phone``, ``reason`` …
    words : str
        The words themselves.
    """
    key_id, key = _sealer(tx)
    uid, dice = uuid7(tx.now), os.urandom(SALT_BYTES + NONCE_BYTES)
    salt, nonce = dice[:SALT_BYTES], dice[SALT_BYTES:]
    raw = words.encode()
    sealed = nonce + _cipher(key).encrypt(nonce, raw, _bound(uid, kind))
    row = {
        "uid": uid,
        "kind": kind,
        "ciphertext": sealed,
        "key_id": key_id,
        "salt": salt,
        "phone_key": phone_key(tx, words) if kind == "reporter_phone" else None,
    }
    return Sealed(row, hashlib.sha256(salt + raw).hexdigest())


def keep(tx: Tx, issue_id: int, sealed: Iterable[Sealed]) -> None:
    """Store sealed texts of one issue."""
    rows = [{**one.row, "issue_id": issue_id} for one in sealed]
    if rows:
        tx.session.execute(insert(PrivateText), rows)


def unseal(tx: Tx, text: PrivateText) -> str | None:
    """Read sealed words; None when they were purged.

    Raises
    ------
    cryptography.exceptions.InvalidTag
        The row was changed behind the program's back.
    """
    if text.ciphertext is None:
        return None
    return _opened(tx, text).decode()


def reseal(tx: Tx, text: PrivateText) -> dict[str, Any] | None:
    """Seal the same words with the newest key; None when they are, or were purged.

    Salt and words stay, so the digest in the entry fits on.

    Returns
    -------
    dict or None
        The columns that change.
    """
    key_id, key = _sealer(tx)
    if text.ciphertext is None or text.key_id == key_id:
        return None
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(key).encrypt(nonce, _opened(tx, text), _bound(text.uid, text.kind))
    return {"ciphertext": sealed, "key_id": key_id}


def seal_box(tx: Tx, words: bytes, bound: bytes) -> bytes:
    """Seal what is kept in one column: the key's name stands before it.

    Parameters
    ----------
    tx : Tx
        Names the store.
    words : bytes
        What is sealed.
    bound : bytes
        What it belongs to; it opens beside nothing else.
    """
    key_id, key = _sealer(tx)
    nonce = os.urandom(NONCE_BYTES)
    return key_id.encode() + b":" + nonce + _cipher(key).encrypt(nonce, words, bound)


def open_box(tx: Tx, box: bytes, bound: bytes) -> bytes:
    """Undo :func:`seal_box`.

    Raises
    ------
    cryptography.exceptions.InvalidTag
        It was changed, or belongs to something else.
    KeyError
        Its key is gone.
    """
    key_id, _colon, sealed = bytes(box).partition(b":")
    cipher = _cipher(text_key(tx.store, key_id.decode()))
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)


def opener_of(box: bytes) -> str:
    """Name the key that opens a box."""
    return bytes(box).partition(b":")[0].decode()


def _sealer(tx: Tx) -> tuple[str, bytes]:
    """Ask once a transaction which key is the newest."""
    if SEALER not in tx.seen:
        tx.seen[SEALER] = newest_key(tx.store)
    found: tuple[str, bytes] = tx.seen[SEALER]
    return found


def _opened(tx: Tx, text: PrivateText) -> bytes:
    sealed, cipher = bytes(text.ciphertext or b""), _cipher(text_key(tx.store, text.key_id))
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(text.uid, text.kind))


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def phone_key(tx: Tx, phone: str) -> str:
    """Hash a phone number with the store's key, so that it can be found but not read.

    However it is spelled: full-width digits, blanks, ``+86``. Of several numbers the first mobile counts.
    """
    return _hashed(tx, _digits(phone))


def phone_keys(tx: Tx, phone: str) -> tuple[str, ...]:
    """Hash a number as :func:`phone_key` does now, and as it was done before spellings were united."""
    plain = _digits(phone)
    wide = plain.translate({ord("0") + one: 0xFF10 + one for one in range(10)})
    before = "".join(one for one in phone if one.isdigit())
    spelled = (plain, f"86{plain}", f"0086{plain}", wide, before) if plain else ()
    return tuple(dict.fromkeys(_hashed(tx, one) for one in spelled))


def _digits(phone: str) -> str:
    line = unicodedata.normalize("NFKC", phone)
    mobile = _MOBILE.search(line)
    return "".join(one for one in (mobile[1] if mobile else line) if one.isdecimal() and one.isascii())


def _hashed(tx: Tx, digits: str) -> str:
    return hmac.new(keys_of(tx.store).phone, digits.encode(), hashlib.sha256).hexdigest()


def _bound(uid: UUID, kind: str) -> bytes:
    return uid.bytes + kind.encode()
