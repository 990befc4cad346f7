"""Signing in with the organisation's account, against a provider that runs as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime

import pytest

from server.config import load
from server.models import Audit, SignedIn
from server.services import oidc
from tests.personas import person_named

PEOPLE = {"s-1": {"preferred_username": "worker_lin"}, "s-2": {"preferred_username": "nobody"}, "s-3": {},
          "s-4": {"preferred_username": "worker_lin"}, "s-5": {"preferred_username": "WORKER_HE", "email": "worker_he@x"},
          "s-6": {"preferred_username": "leader_zhao"}}  # fmt: skip
BACK = "http://localhost/sign-in/oidc/back"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def provider():
    """A running provider; gives its issuer."""
    port = free_port()
    people = [f"--user-claims={json.dumps({'sub': sub, **claims})}" for sub, claims in PEOPLE.items()]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=2).close()
            break
        except (urllib.error.URLError, OSError):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
    yield issuer
    os.kill(process.pid, signal.SIGTERM)
    process.wait(timeout=20)


@pytest.fixture
def site(app, store, clock, provider, client_of):
    """The application with the provider set, at the time that the provider's clock tells."""
    clock.at = datetime.now(UTC)
    options = {
        **store.config.values,
        "oidc_issuer": provider,
        "oidc_client_id": "wangge",
        "oidc_client_secret": "s" * 40,
    }
    store.config = load(options, environment={})
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    with store.write() as tx:
        tx.session.query(SignedIn).delete()
    return client_of


def left(client, onward="/areas"):
    answer = client.get("/sign-in/oidc", query_string={"next": onward})
    assert answer.status_code == 303, answer.text
    return answer.location


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given):
        return None


def vouched(address, sub="s-1"):
    """Say at the provider who one is; gives the path and query that the device is sent back with."""
    form = urllib.parse.urlencode({"sub": sub} if sub else {"action": "deny"}).encode()
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(_Stay).open(urllib.request.Request(address, form), timeout=10)
    answer.value.close()
    return answer.value.headers["Location"].removeprefix("http://localhost")


def came(client, sub):
    return client.get(vouched(left(client), sub))


def acts(store):
    with store.read() as tx:
        return [(one.kind, one.given) for one in tx.session.query(Audit).order_by(Audit.id)]


def test_the_account_of_the_same_login_is_linked_once_and_signed_in(site, store, provider):
    client = site()
    assert 'href="/sign-in/oidc?next=%2Fareas"' in client.get("/sign-in?next=/areas").text
    for _ in range(2):
        answer = came(client, "s-1")
        assert (answer.status_code, answer.location) == (303, "/areas")
        assert client.get("/api/v1/me").json["person"]["login"] == "worker_lin"
    came_in = ("sign_in", {"method": "oidc"})
    assert acts(store) == [("oidc.linked", {}), came_in, came_in, ("sign_out", {})]
    with store.read() as tx:
        assert person_named(tx, "worker_lin").oidc_subject == f"{provider} s-1"
    other = came(site(), "s-4")
    assert (other.status_code, "没有对应" in other.text) == (401, True), "linked to somebody else already"


@pytest.mark.parametrize("sub", ["s-2", "s-3", "s-5"])
def test_nobody_else_is_let_in_and_no_account_is_made(site, store, sub):
    client = site()
    answer = came(client, sub)
    assert (answer.status_code, "没有对应" in answer.text) == (401, True)
    assert client.get("/account").status_code == 303
    assert acts(store) == []


def test_an_account_that_was_switched_off_stays_out_linked_or_not(site, store):
    with store.write() as tx:
        person_named(tx, "leader_zhao").is_active = False
        person_named(tx, "worker_lin").is_program = True
    assert came(site(), "s-6").status_code == 401
    assert came(site(), "s-1").status_code == 401
    assert acts(store) == []


def test_a_device_must_come_back_with_what_it_left_with_and_once(site):
    client = site()
    back = vouched(left(client))
    assert site().get(back).status_code == 401, "another device"
    assert client.get(back.replace("state=", "state=x")).status_code == 401
    assert client.get(back).status_code == 401, "the try used up what it left with"
    denied = vouched(left(client), None)
    assert client.get(denied).status_code == 401
    good = vouched(left(client))
    assert client.get(good).status_code == 303
    assert client.get(good).status_code == 401


def test_the_code_is_tied_to_the_device_by_pkce_and_nonce(site):
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(left(site())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 30 for name in ("code_challenge", "nonce", "state"))
    assert (asked["redirect_uri"], asked["scope"]) == ([BACK], ["openid profile"])


def test_a_token_for_another_nonce_is_refused(site, store):
    departure = oidc.depart(store, BACK)
    other = oidc.Departure("", departure.state, "another", departure.verifier)
    given = urllib.parse.parse_qs(urllib.parse.urlsplit(vouched(departure.address)).query)
    with pytest.raises(PermissionError, match=r"oidc\.refused"):
        oidc.arrive(store, other, BACK, given["state"][0], given["code"][0])


def test_a_provider_that_is_down_is_said_and_the_password_is_still_asked(site, store):
    store.shelf.pop(oidc.SHELF, None)
    store.config = load(
        {**store.config.values, "oidc_issuer": f"http://127.0.0.1:{free_port()}"}, environment={}
    )
    answer = site().get("/sign-in/oidc")
    assert (answer.status_code, "没有回应" in answer.text, 'name="password"' in answer.text) == (
        503,
        True,
        True,
    )


def test_without_a_provider_there_is_no_button(site, store):
    store.config = load({**store.config.values, "oidc_issuer": ""}, environment={})
    assert "/sign-in/oidc" not in site().get("/sign-in").text
    assert site().get("/sign-in/oidc").status_code == 422
