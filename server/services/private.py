"""Words about people, sealed at rest (AES-256-GCM); entries hold only their uid and salted digest.

Purging blanks ciphertext and salt: the digest in the entry then proves nothing about the words, and the
chain of entries stays whole.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert

from server.db import Tx
from server.keys import keys_of
from server.models import PrivateText
from server.uids import uuid7

__all__ = ["Sealed", "keep", "phone_key", "seal", "unseal"]

NONCE_BYTES = 12
SALT_BYTES = 16


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
    key_id, key = keys_of(tx.store).newest
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
    key = keys_of(tx.store).text[text.key_id]
    sealed = bytes(text.ciphertext)
    return (
        _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(text.uid, text.kind)).decode()
    )


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def phone_key(tx: Tx, phone: str) -> str:
    """Hash a phone number with the store's key, so that it can be found but not read."""
    digits = "".join(one for one in phone if one.isdigit())
    return hmac.new(keys_of(tx.store).phone, digits.encode(), hashlib.sha256).hexdigest()


def _bound(uid: UUID, kind: str) -> bytes:
    return uid.bytes + kind.encode()
