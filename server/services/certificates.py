"""TLS for a local network: the files of the authority and the server, and whether a pair can be served with."""

import os
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from server.config import Config
from server.errors import InputError, SetupError
from server.keys import check_private
from server.services.authority import (
    Host,
    PrivateKey,
    host_of,
    hosts_in,
    make_authority,
    make_certificate,
    vouches_for,
)

__all__ = ["Issued", "Pair", "issue", "local_hosts", "pair_of"]

FOLDER = "tls"
AUTHORITY_KEY, AUTHORITY, FOR_DEVICES = "ca.key", "ca.pem", "ca.crt"
SERVER_KEY, SERVER = "server.key", "server.pem"
ALWAYS = ("localhost", "127.0.0.1", "::1")
OF_STRANGERS = 0o007  # a group may read it: some systems keep one for that


@dataclass(frozen=True)
class Issued:
    """What was made.

    Attributes
    ----------
    authority : Path
        What devices install.
    certificate, key : Path
        What the server uses.
    hosts : tuple of str
        Under which it may be asked.
    until : datetime
        When the certificate ends.
    fingerprint : str
        SHA-256 of the authority, to be compared on the device.
    is_new_authority : bool
        Whether devices have to install it.
    """

    authority: Path
    certificate: Path
    key: Path
    hosts: tuple[str, ...]
    until: datetime
    fingerprint: str
    is_new_authority: bool


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as the server is told of them."""

    certificate: Path
    key: Path
    until: datetime


def local_hosts() -> list[Host]:
    """Name this computer: its name, that name as neighbours find it, its addresses in the local network."""
    name = socket.gethostname().lower()
    found = [name, f"{name.partition('.')[0]}.local"]
    for family, far in ((socket.AF_INET, "10.255.255.255"), (socket.AF_INET6, "fd00::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((far, 9))  # sends nothing: it only asks which address would
                found.append(probe.getsockname()[0])
        except OSError:
            continue
    with suppress(OSError):  # its name may have no address
        found += [str(one[4][0]) for one in socket.getaddrinfo(name, None)]
    return list(_readable(found))


def _readable(said: Iterable[str]) -> Iterator[Host]:
    for one in said:
        try:
            yield host_of(one.partition("%")[0])
        except InputError:  # a computer may be called what no certificate can hold
            continue


def issue(folder: Path, hosts: Iterable[str], now: datetime, *, new_authority: bool = False) -> Issued:
    """Make the server's certificate, and the authority if there is none.

    Parameters
    ----------
    folder : Path
        Data folder; ``tls/`` in it is made.
    hosts : iterable of str
        Names and addresses under which it may be asked, beside this computer's own; none given means those of
        the last time.
    now : datetime
        When.
    new_authority : bool
        Make another authority though there is one; every device has to install it.

    Raises
    ------
    InputError
        Something is no host, or the authority cannot vouch for it.
    SetupError
        The authority there cannot be used.
    """
    place = folder / FOLDER
    given = [host_of(one) for one in hosts] or _last(place / SERVER)
    wanted = list(dict.fromkeys([*given, *local_hosts(), *map(host_of, ALWAYS)]))
    is_new = new_authority or not (place / AUTHORITY).exists()
    authority, key = make_authority(wanted, now) if is_new else _authority(place, now)
    covered = [one for one in wanted if vouches_for(authority, one)]
    if missed := [str(one) for one in given if one not in covered]:
        raise InputError("tls.not_covered", value="、".join(missed))
    certificate, own_key = make_certificate(authority, key, covered, now)
    place.mkdir(parents=True, exist_ok=True)
    if is_new:
        _write(place / AUTHORITY_KEY, _key_bytes(key), 0o600)
        _write(place / AUTHORITY, authority.public_bytes(Encoding.PEM), 0o644)
        _write(place / FOR_DEVICES, authority.public_bytes(Encoding.DER), 0o644)
    _write(place / SERVER_KEY, _key_bytes(own_key), 0o600)
    _write(place / SERVER, certificate.public_bytes(Encoding.PEM), 0o644)
    return Issued(
        place / FOR_DEVICES,
        place / SERVER,
        place / SERVER_KEY,
        tuple(map(str, covered)),
        certificate.not_valid_after_utc,
        authority.fingerprint(hashes.SHA256()).hex(":").upper(),
        is_new,
    )


def pair_of(config: Config, now: datetime) -> Pair | None:
    """Give the certificate to serve with: as set, else the one in the data folder; None when there is none.

    Raises
    ------
    SetupError
        It cannot be used: not readable, ended, not its key, a key that others may read.
    """
    place = Path(config.dir) / FOLDER
    if not config.tls_cert and not config.tls_key:
        certificate, key = place / SERVER, place / SERVER_KEY
        if not certificate.exists() and not key.exists():
            return None
    elif config.tls_cert and config.tls_key:
        certificate, key = Path(config.tls_cert).expanduser(), Path(config.tls_key).expanduser()
    else:
        raise SetupError("tls.half")
    read = _certificate(certificate)
    check_private(key, OF_STRANGERS)
    own = _private_key(key)
    if own.public_key() != read.public_key():
        raise SetupError("tls.mismatch", certificate=str(certificate), key=str(key))
    if b"-----BEGIN PRIVATE KEY-----" not in _bytes(key):  # granian reads no other form
        raise SetupError("tls.pkcs8", key=str(key))
    _check_time(certificate, read, now)
    return Pair(certificate, key, read.not_valid_after_utc)


def _check_time(path: Path, read: x509.Certificate, now: datetime) -> None:
    if read.not_valid_after_utc <= now:
        raise SetupError("tls.ended", file=str(path), until=f"{read.not_valid_after_utc:%Y-%m-%d}")
    if read.not_valid_before_utc > now:
        raise SetupError("tls.early", file=str(path), since=f"{read.not_valid_before_utc:%Y-%m-%d}")


def _authority(place: Path, now: datetime) -> tuple[x509.Certificate, PrivateKey]:
    certificate = _certificate(place / AUTHORITY)
    if not (place / AUTHORITY_KEY).exists():
        raise SetupError("tls.key_gone", file=str(place / AUTHORITY_KEY))
    check_private(place / AUTHORITY_KEY)
    key = _private_key(place / AUTHORITY_KEY)
    if not isinstance(key, PrivateKey) or key.public_key() != certificate.public_key():
        raise SetupError("tls.mismatch", certificate=str(place / AUTHORITY), key=str(place / AUTHORITY_KEY))
    _check_time(place / AUTHORITY, certificate, now)
    return certificate, key


def _last(path: Path) -> list[Host]:
    return hosts_in(_certificate(path)) if path.exists() else []


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_bytes(path))
    except ValueError as error:
        raise SetupError("tls.unreadable", file=str(path)) from error


def _private_key(path: Path) -> Any:  # noqa: ANN401 - of any kind that a certificate may have
    try:
        return load_pem_private_key(_bytes(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # the reason may repeat the key
        raise SetupError("tls.unreadable", file=str(path)) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError("setting.file", file=str(path), why=error.strerror or str(error)) from error


def _key_bytes(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole, readable to nobody else before it has its mode."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
