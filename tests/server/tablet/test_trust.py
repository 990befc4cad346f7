"""Whoever opens the tablet insecurely is told what to do, and given the authority's certificate but never its key."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from server.cli import main
from server.services.certificates import issue

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def made(store):
    return issue(store.config.dir, ["wangge.lan"], NOW)


def test_without_an_authority_the_page_tells_whom_to_ask(client_of):
    text = client_of().get("/t/trust").text
    assert "wangge cert" in text
    assert "没有加密" in text
    assert client_of().get("/t/ca.crt").status_code == client_of().get("/t/ca.pem").status_code == 404


def test_over_tls_without_an_own_authority_nothing_is_to_be_installed(client_of):
    text = client_of().get("/t/trust", base_url="https://wangge.lan").text
    assert "不用另装证书" in text


def test_the_page_gives_the_certificate_its_fingerprint_and_a_code_to_scan(client_of, made):
    text = client_of().get("/t/trust", base_url="https://wangge.lan:8000").text
    assert made.fingerprint in text
    assert "https://wangge.lan:8000/t/" in text
    assert "data:image/svg+xml" in text


def test_what_is_given_is_the_certificate_in_both_forms_and_no_key(client_of, made):
    text, binary = client_of().get("/t/ca.pem").data, client_of().get("/t/ca.crt").data
    assert text == made.authority.with_name("ca.pem").read_bytes()
    assert binary == made.authority.with_name("ca.crt").read_bytes()
    assert b"PRIVATE" not in text + binary


def test_a_file_that_holds_a_key_too_gives_only_the_certificate(client_of, made):
    pem = made.authority.with_name("ca.pem")
    whole = pem.read_bytes()
    pem.write_bytes(whole + made.authority.with_name("ca.key").read_bytes())
    assert client_of().get("/t/ca.pem").data == whole
    pem.write_bytes(b"nonsense")
    assert client_of().get("/t/ca.pem").status_code == 404


def test_without_segno_the_address_is_said_in_words(client_of, made, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "segno", None)
    text = client_of().get("/t/trust").text
    assert "data:image" not in text
    assert "/t/trust" in text


def test_the_command_draws_a_code_and_keeps_it_as_a_picture(tmp_path):
    done = CliRunner().invoke(main, ["--dir", str(tmp_path), "cert", "--host", "wangge.lan"])
    assert done.exit_code == 0, done.output
    assert "▄" in done.output
    assert "/t/trust" in done.output
    assert (tmp_path / "tls/trust.png").read_bytes().startswith(b"\x89PNG")
