"""Certificates for a local network, and what a real server does over TLS with what no browser sends."""

import http.client
import os
import socket
import ssl
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from server.cli import main
from server.cli.serve import checked_scheme, is_loopback
from server.config import load
from server.errors import InputError, SetupError
from server.services.certificates import issue, pair_of
from server.words import sentence
from tests.stores import empty_sqlite

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
PATIENCE_S = 60


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def config_of(folder, **options):
    return load({"dir": folder, **options}, environment={})


def test_a_certificate_is_made_for_its_hosts_and_for_no_longer_than_devices_accept(tmp_path):
    made = issue(tmp_path, ["wangge.lan", "192.168.1.10", "网格.lan"], NOW)
    assert {"wangge.lan", "192.168.1.10", "网格.lan".encode("idna").decode(), "localhost", "127.0.0.1"} <= {
        *made.hosts
    }
    assert made.until - NOW <= timedelta(days=397)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in made.key.parent.iterdir()}
    assert modes == {
        "ca.key": 0o600,
        "server.key": 0o600,
        "ca.pem": 0o644,
        "ca.crt": 0o644,
        "server.pem": 0o644,
    }
    assert pair_of(config_of(tmp_path), NOW).certificate == made.certificate


def test_made_again_it_is_renewed_and_devices_need_nothing_new(tmp_path):
    first = issue(tmp_path, ["wangge.lan"], NOW)
    before = certificate(first.certificate)
    again = issue(tmp_path, [], NOW + timedelta(days=300))
    assert (again.fingerprint, again.is_new_authority) == (first.fingerprint, False)
    assert "wangge.lan" in again.hosts
    assert certificate(again.certificate).serial_number != before.serial_number
    other = issue(tmp_path, [], NOW, new_authority=True)
    assert other.is_new_authority
    assert other.fingerprint != first.fingerprint


def test_the_authority_vouches_for_no_host_of_others(tmp_path):
    made = issue(tmp_path, ["wangge.example.cn", "203.0.113.7"], NOW)
    allowed = certificate(made.certificate.with_name("ca.pem"))
    bounds = allowed.extensions.get_extension_for_class(x509.NameConstraints)
    assert bounds.critical
    for host in ("bank.example", "203.0.113.8", "example.cn"):
        with pytest.raises(InputError) as refused:
            issue(tmp_path, [host], NOW)
        assert "--new-ca" in sentence(refused.value.code, refused.value.values)
    assert "203.0.113.7" in issue(tmp_path, [], NOW).hosts


@pytest.mark.parametrize(
    "host", ["https://wangge.lan", "a b", "*.lan", "", "192.168.1", "a" * 64 + ".lan", "-a.lan"]
)
def test_what_is_no_host_is_named(tmp_path, host):
    with pytest.raises(InputError) as refused:
        issue(tmp_path, [host], NOW)
    assert refused.value.code == "tls.host"
    assert not (tmp_path / "tls").exists()


def refusal(config, now=NOW):
    with pytest.raises(SetupError) as refused:
        pair_of(config, now)
    return refused.value.code


def test_a_pair_that_cannot_be_used_stops_the_start(tmp_path):
    made, config = issue(tmp_path, [], NOW), config_of(tmp_path)
    other = issue(tmp_path / "other", [], NOW)
    assert refusal(config, NOW + timedelta(days=400)) == "tls.ended"
    assert refusal(config, NOW - timedelta(days=9)) == "tls.early"
    crossed = config_of(tmp_path, tls_cert=str(made.certificate), tls_key=str(other.key))
    assert refusal(crossed) == "tls.mismatch"
    assert refusal(config_of(tmp_path, tls_cert=str(made.certificate))) == "tls.half"
    made.key.chmod(0o644)
    assert refusal(config) == "keys.open"
    own = load_pem_private_key(other.key.read_bytes(), None)
    other.key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    assert refusal(config_of(tmp_path / "other")) == "tls.pkcs8"
    other.key.write_text("no key")
    assert refusal(config_of(tmp_path / "other")) == "tls.unreadable"
    other.key.unlink()
    assert refusal(config_of(tmp_path / "other")) == "setting.file"


def test_an_authority_whose_key_is_kept_elsewhere_is_not_replaced(tmp_path):
    made = issue(tmp_path, [], NOW)
    made.certificate.with_name("ca.key").unlink()
    with pytest.raises(SetupError) as refused:
        issue(tmp_path, [], NOW)
    assert refused.value.code == "tls.key_gone"


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({"host": "0.0.0.0"}, True),
        ({"host": "0.0.0.0", "trusted_proxies": 1}, False),
        ({"host": "127.0.0.2"}, False),
    ],
)
def test_serving_others_without_tls_is_warned_of(tmp_path, capsys, options, warned):
    assert checked_scheme(config_of(tmp_path, **options)) == "http"
    assert ("wangge cert" in capsys.readouterr().err) == warned


def test_a_certificate_that_no_tablet_can_reach_is_told_of(tmp_path, capsys):
    issue(tmp_path, [], datetime.now(UTC))
    assert checked_scheme(config_of(tmp_path)) == "https"
    assert "--host 0.0.0.0" in capsys.readouterr().err
    assert checked_scheme(config_of(tmp_path, host="0.0.0.0")) == "https"
    assert capsys.readouterr().err == ""


def run(*words):
    return CliRunner().invoke(main, list(map(str, words)))


def test_the_command_says_what_devices_install_and_how_to_know_it(tmp_path):
    said = run("--dir", tmp_path, "--lang", "zh", "cert", "--host", "wangge.lan")
    authority = certificate(tmp_path / "tls" / "ca.pem")
    assert said.exit_code == 0
    for word in (
        "ca.crt",
        "安卓",
        "iPad",
        "Windows",
        "wangge serve --host 0.0.0.0",
        "https://wangge.lan:8000",
        "ca.pem",
        authority.fingerprint(SHA256()).hex(":").upper(),
    ):
        assert word in said.output
    again = run("--dir", tmp_path, "--lang", "zh", "cert")
    assert ("安卓" in again.output, "不必重装" in again.output) == (False, True)


def test_a_certificate_that_cannot_be_used_is_one_clear_line(tmp_path):
    made = issue(tmp_path, [], NOW - timedelta(days=3000))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = run("--dir", tmp_path, "serve", "--port", port)
    assert (done.exit_code, len(done.output.strip().splitlines())) == (1, 1)
    assert str(made.certificate) in done.output


def test_a_loopback_address_is_told_from_others():
    assert [is_loopback(one) for one in ("localhost", "::1", "::", "192.168.1.10")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.fixture(scope="module")
def served(sqlite_template, tmp_path_factory):
    """A server over TLS, as a user runs it."""
    folder = tmp_path_factory.mktemp("tls")
    empty_sqlite(sqlite_template, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    start = [sys.executable, "-m", "server.cli", "--dir", str(folder)]
    issue(folder, [], datetime.now(UTC))
    command = [*start, "serve", "--no-jobs", "--port", str(port)]
    log = folder / "log"
    with log.open("wb") as out:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        yield port, folder / "tls" / "ca.pem", log
    finally:
        running.terminate()
        running.wait(PATIENCE_S)


def spoken(served, said):
    """Say bytes to the server over TLS, which its certificate must stand for; give the answer whole."""
    port, authority, _log = served
    context = ssl.create_default_context(cafile=str(authority))
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=10)
            break
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)
    with context.wrap_socket(line, server_hostname="127.0.0.1") as secured:
        secured.sendall(said)
        answer = http.client.HTTPResponse(secured)
        answer.begin()
        return answer, answer.read()


def asked(path="/sign-in", *headers, method="GET", host="127.0.0.1"):
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_tls_is_served_with_the_certificate_and_cookies_are_kept_to_it(served):
    answer, _page = spoken(served, asked())
    assert answer.status == 200
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"]
    assert not any(letter.isdigit() for letter in answer.headers["Server"])  # a name, no version
    _port, _authority, log = served
    assert "https://127.0.0.1" in log.read_text(encoding="utf-8")


def test_a_form_in_pieces_is_read_as_far_as_it_may_go(served):
    heads = ("Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked")
    for size, status in ((1 << 10, 400), (3 << 20, 413)):  # 400: without the form's token
        body = b"login=" + b"x" * size
        said = asked("/sign-in", *heads, method="POST") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        assert spoken(served, said)[0].status == status, size


HOSTILE = {
    "two hosts": (asked("/sign-in", "Host: evil.example"), {400}),
    "no such host": (asked(host="a b<>"), {400}),
    "bytes as host": (asked(host="\xff\xfe"), {400}),
    "absolute address": (asked("http://evil.example/t"), {308}),
    "forwarded, untrusted": (asked("/t", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http"), {308}),
    "line breaks in the address": (asked("/sign-in?next=%0d%0aX-Injected:%20evil"), {200}),
    "line breaks in the path": (asked("/%0d%0aX-Injected:%20evil"), {404}),
    "bytes in headers": (asked("/sign-in", *(f"{name}: \xff\xfe\xc3(" for name in (
        "Cookie", "Authorization", "Accept-Language", "Accept", "User-Agent", "Referer", "Range"))), {200}),
    "broken path": (asked("/%ff%fe"), {404}),
    "many headers": (asked("/sign-in", *(f"X{number}: a" for number in range(200))), {431}),
    "huge header": (asked("/sign-in", "X: " + "a" * 900_000), {431}),
    "huge cookie": (asked("/sign-in", "Cookie: session=" + "x" * 60_000), {200}),
    "many parameters": (asked("/sign-in?" + "a=1&" * 2000), {400}),
    "unknown method": (asked(method="GARBAGE"), {405}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_headers_are_refused_or_passed_over(served, name):
    said, expected = HOSTILE[name]
    try:
        answer, page = spoken(served, said)
    except (ssl.SSLEOFError, ConnectionError):  # hung up on while still sending: a refusal too
        assert name == "huge header"
        answer, page = spoken(served, asked())  # and the next is served
        expected = {200}
    assert answer.status in expected
    assert "X-Injected" not in answer.headers
    assert "evil" not in answer.headers.get("Location", "")
    assert b"evil.example" not in page
    _port, _authority, log = served
    assert "Traceback" not in log.read_text(encoding="utf-8")
