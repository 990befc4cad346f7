"""What a device needs to trust this server's own authority: the certificate, its fingerprint, a code to scan."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from server.config import Config
from server.services.certificates import AUTHORITY, FOLDER

__all__ = ["Authority", "authority_of", "code_of"]


@dataclass(frozen=True)
class Authority:
    """The local authority's certificate, without its key.

    Attributes
    ----------
    pem, der : bytes
        The same in both forms; devices install the second.
    fingerprint : str
        SHA-256, in pairs of digits; to be compared with what ``wangge cert`` prints.
    """

    pem: bytes
    der: bytes
    fingerprint: str


def authority_of(config: Config) -> Authority | None:
    """Read the authority that ``wangge cert`` made; None where there is none, or none that can be read."""
    try:
        pem = (config.dir / FOLDER / AUTHORITY).read_bytes()
        found = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError):
        return None
    shown = found.public_bytes(Encoding.PEM)  # whatever else the file may hold stays here
    return Authority(shown, found.public_bytes(Encoding.DER), found.fingerprint(SHA256()).hex(":").upper())


def code_of(address: str) -> Any | None:  # noqa: ANN401 - segno is an extra, and has no types
    """Draw an address as a QR code; None without the extra ``totp``, which brings segno."""
    try:
        return import_module("segno").make(address, error="m")
    except ImportError:
        return None
