"""An authority of one's own for a local network, and the certificates it makes.

Devices trust the authority once, then every certificate it makes. It can vouch for private addresses and local
names only: whoever steals its key can pretend to be this server, and no bank.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.errors import InputError

__all__ = ["Host", "PrivateKey", "host_of", "hosts_in", "make_authority", "make_certificate", "vouches_for"]

AUTHORITY_DAYS, SERVER_DAYS = 3650, 397
BEFORE = timedelta(days=1)  # a tablet's clock may be behind
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10",
           "fc00::/7", "fe80::/10", "::1/128")  # fmt: skip
LOCAL = ("localhost", "local", "lan", "internal", "home.arpa")
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
Host = str | ipaddress.IPv4Address | ipaddress.IPv6Address
PrivateKey = ec.EllipticCurvePrivateKey


def host_of(said: str) -> Host:
    """Read a host: an address, or a name in the form in which certificates hold it.

    Raises
    ------
    InputError
        It is neither.
    """
    asked = said.strip().strip("[]").lower()
    try:
        return ipaddress.ip_address(asked)
    except ValueError:
        pass
    try:
        name = asked.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not NAME.fullmatch(name) or name.replace(".", "").isdecimal():
        raise InputError("tls.host", value=said)
    return name


def make_authority(hosts: Iterable[Host], now: datetime) -> tuple[x509.Certificate, PrivateKey]:
    """Make an authority that can vouch for private addresses, local names and these hosts, and for nothing else.

    Parameters
    ----------
    hosts : iterable of Host
        Names outside the local ones, addresses outside the private ones.
    now : datetime
        When; it lasts ten years.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"wangge {now:%Y-%m-%d} {x509.random_serial_number() % 0xFFFF:04x}")
    networks = [ipaddress.ip_network(one) for one in PRIVATE]
    allowed: list[x509.GeneralName] = [x509.DNSName(one) for one in LOCAL]
    for host in dict.fromkeys(hosts):
        if isinstance(host, str):
            allowed += [] if _is_below(host, LOCAL) else [x509.DNSName(host)]
        elif not any(host in one for one in networks):
            networks.append(ipaddress.ip_network(host))
    allowed += [x509.IPAddress(one) for one in networks]
    builder = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()), key


def make_certificate(
    authority: x509.Certificate, key: PrivateKey, hosts: Sequence[Host], now: datetime
) -> tuple[x509.Certificate, PrivateKey]:
    """Make a server's certificate and its key.

    Parameters
    ----------
    authority, key : Certificate, PrivateKey
        Who vouches.
    hosts : sequence of Host
        Under which the server may be asked.
    now : datetime
        When; it lasts 397 days, more than which devices refuse.
    """
    own = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName(one) if isinstance(one, str) else x509.IPAddress(one) for one in hosts]
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    builder = (
        _builder(_name("wangge server"), authority.subject, own, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(signer, critical=False)
    )
    return builder.sign(key, hashes.SHA256()), own


def vouches_for(authority: x509.Certificate, host: Host) -> bool:
    """Whether the authority can vouch for a host."""
    try:
        allowed = (
            authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
        )
    except x509.ExtensionNotFound:  # somebody's own, without bounds
        return True
    if isinstance(host, str):
        return _is_below(host, [one.value for one in allowed if isinstance(one, x509.DNSName)])
    networks = [ipaddress.ip_network(str(one.value)) for one in allowed if isinstance(one, x509.IPAddress)]
    return any(host in one for one in networks)


def hosts_in(certificate: x509.Certificate) -> list[Host]:
    """Name the hosts of a certificate."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [ipaddress.ip_address(str(one)) for one in names.get_values_for_type(x509.IPAddress)]
    return [*names.get_values_for_type(x509.DNSName), *addresses]


def _is_below(name: str, tops: Iterable[str]) -> bool:
    return any(name == top or name.endswith(f".{top}") for top in tops)


def _name(common: str) -> x509.Name:
    said = ((NameOID.ORGANIZATION_NAME, "wangge"), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in said])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now - BEFORE + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
