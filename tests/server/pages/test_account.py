"""The account page, the way in with a code, and the one-time link, as a browser asks for them."""

import re
from datetime import timedelta

import pyotp
import pytest

from server.models import SignedIn
from server.pages.audit_said import said
from server.services import audit, reset_links, totp
from tests.personas import PASSWORD, token_of

NEW = "a-better-word"


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # both: the services' tests


def signed_in(client, password=PASSWORD, agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120"):
    form = {"login": "worker_lin", "password": password}
    answer = client.post("/sign-in", data=form, headers={"User-Agent": agent})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture(autouse=True)
def _nobody_is_signed_in(store, town):
    with store.write() as tx:
        tx.session.query(SignedIn).delete()


@pytest.fixture
def lin(client_of):
    """A browser in which worker_lin signed in by the form."""
    return signed_in(client_of())


def test_it_shows_the_person_the_devices_and_the_tokens(store, lin, client_of):
    signed_in(client_of(), agent="Mozilla/5.0 (Linux; Android 14) Firefox/120")
    with store.write() as tx:
        token_of(tx, "worker_lin", ["read"], "<b>平板</b>", 30)
    page = lin.get("/account").text
    for words in (
        "林晓",
        "网格员",
        "文峰社区第八网格",
        "Chrome · Windows",
        "Firefox · Android",
        "127.0.0.1",
        "&lt;b&gt;平板",
    ):
        assert words in page, words
    assert "/account" in lin.get("/areas").text, "the menu leads there"


def test_the_password_is_changed_with_the_old_one_and_other_devices_are_out(lin, client_of):
    other = signed_in(client_of())
    wrong = lin.post("/account/password", data={"old": "wrong", "new": NEW, "again": NEW})
    assert (wrong.status_code, "原口令不对" in wrong.text) == (422, True)
    short = lin.post("/account/password", data={"old": PASSWORD, "new": "short", "again": "short"})
    assert (short.status_code, "至少 8 个字符" in short.text) == (422, True)
    right = lin.post("/account/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert right.status_code == 303
    assert "口令已修改" in lin.get(right.location).text
    assert other.get("/account").status_code == 303
    signed_in(client_of(), NEW)


def test_guessing_the_old_password_is_stopped_and_ends_no_session(lin):
    for _ in range(10):
        lin.post("/account/password", data={"old": "wrong", "new": NEW, "again": NEW})
    stopped = lin.post("/account/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
    assert (stopped.status_code, "尝试次数过多" in stopped.text) == (429, True)
    assert lin.get("/account").status_code == 200


def test_devices_are_ended_one_by_one_or_all_others(lin, client_of):
    others = [signed_in(client_of()) for _ in range(3)]
    key = re.findall(r"/account/sessions/(\d+)", lin.get("/account").text)[0]
    assert lin.post(f"/account/sessions/{key}").status_code == 303
    assert lin.post(f"/account/sessions/{key}").status_code == 404
    assert sorted(one.get("/account").status_code for one in others) == [200, 200, 303]
    assert lin.post("/account/sessions").status_code == 303
    assert [one.get("/account").status_code for one in (lin, *others)] == [200, 303, 303, 303]


def test_a_cookie_copied_before_signing_out_is_dead(lin, client_of):
    copied = lin.get_cookie("session").value
    lin.post("/sign-out")
    thief = client_of()
    thief.set_cookie("session", copied)
    assert thief.get("/account").status_code == 303


def test_what_the_cookie_held_before_signing_in_is_forgotten(store, lin, client_of):
    signed_in(lin)
    with store.read() as tx:
        assert tx.session.query(SignedIn).filter_by(ended_at=None).count() == 1, "the earlier one has ended"
    client = client_of()
    with client.session_transaction() as session:
        session.update(planted="x", csrf_token="known")
    signed_in(client)
    with client.session_transaction() as session:
        assert set(session) == {"secret"}


def test_a_token_gets_no_account_page_and_decides_over_a_cookie(store, lin, quiet):
    with store.write() as tx:
        token = {"Authorization": f"Bearer {token_of(tx, 'worker_he', ['read', 'act'])}"}
    assert lin.get("/account", headers=token).status_code == 403
    assert lin.get("/api/v1/me", headers=token).json["person"]["login"] == "worker_he"
    assert lin.get("/api/v1/me").json["person"]["login"] == "worker_lin"
    assert lin.post("/account/sessions", headers=token).status_code == 403


def test_an_unusable_token_does_not_send_the_sign_in_to_itself(quiet, client_of):
    bad = {"Authorization": "Bearer wg_none"}
    assert client_of().get("/sign-in", headers=bad).status_code == 200
    assert client_of().get("/api/v1/me", headers=bad).status_code == 401
    quiet.config["WTF_CSRF_ENABLED"] = True
    assert client_of().post("/sign-in", headers=bad).status_code == 400


def test_a_token_of_ones_own_is_made_and_shown_once(lin, client_of):
    form = {"name": "平板", "scopes": ["read"], "days": "30", "old": PASSWORD}
    borrowed = lin.post("/account/tokens", data={**form, "old": "a guess"})
    assert (borrowed.status_code, "wg_" in borrowed.text) == (422, False)
    made = lin.post("/account/tokens", data=form)
    [token] = re.findall(r"wg_[\w-]{43}", made.text)
    assert token not in lin.get("/account").text
    header = {"Authorization": f"Bearer {token}"}
    assert client_of().get("/api/v1/me", headers=header).json["person"]["login"] == "worker_lin"
    assert client_of().post("/account/tokens", data=form, headers=header).status_code == 403
    assert lin.post("/account/tokens", data={**form, "scopes": []}).status_code == 422
    assert lin.post("/account/tokens", data={**form, "days": "0"}).status_code == 422


def test_ones_own_token_is_revoked_nobody_elses(store, lin, client_of):
    with store.write() as tx:
        tokens = [token_of(tx, login, ["read"]) for login in ("worker_lin", "worker_he")]
    [key] = re.findall(r"/account/tokens/(\d+)", lin.get("/account").text)
    assert lin.post(f"/account/tokens/{key}").status_code == 303
    assert lin.post(f"/account/tokens/{int(key) + 1}").status_code == 404
    answers = [client_of().get("/api/v1/me", headers={"Authorization": f"Bearer {one}"}) for one in tokens]
    assert [one.status_code for one in answers] == [401, 200]


def test_a_second_factor_from_scanning_to_signing_in_to_off(lin, client_of, clock):
    page = lin.get("/account/second").text
    assert "data:image/svg+xml" in page
    key = re.search(r'second-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert lin.get("/account/second").text.count(key[:4]) == page.count(key[:4]), "the same when asked again"
    wrong = lin.post("/account/second", data={"digits": "12345", "old": PASSWORD})
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    right = {"digits": pyotp.TOTP(key).at(clock.at)}
    assert lin.post("/account/second", data=right | {"old": "a guess"}).status_code == 422
    assert lin.post("/account/second", data=right | {"old": PASSWORD}).status_code == 303

    clock.at += timedelta(minutes=1)
    client = client_of()
    assert client.get("/sign-in/code").location == "/sign-in"
    form = {"login": "worker_lin", "password": PASSWORD, "next": "/areas"}
    assert client.post("/sign-in", data=form).location == "/sign-in/code?next=%2Fareas"
    assert client.get("/account").status_code == 303, "not in yet"
    assert 'value="/areas"' in client.get("/sign-in/code?next=/areas").text
    assert client.post("/sign-in/code", data={"digits": "x"}).status_code == 401
    code = {"digits": pyotp.TOTP(key).at(clock.at), "next": "/areas"}
    assert client.post("/sign-in/code", data=code).location == "/areas"
    assert client.get("/account").status_code == 200

    late = client_of()
    late.post("/sign-in", data=form)
    clock.at += timedelta(minutes=6)
    refused = late.post("/sign-in/code", data={"digits": pyotp.TOTP(key).at(clock.at)})
    assert (refused.status_code, "请重新输入" in refused.text) == (401, True)

    assert client.post("/account/second/off", data={"old": "wrong"}).status_code == 422
    assert client.post("/account/second/off", data={"old": PASSWORD}).status_code == 303
    signed_in(client_of())


@pytest.fixture
def second(store, town, clock):
    """worker_lin's second factor: gives the code of now."""
    key = totp.new_key()
    with store.write() as tx:
        totp.turn_on(tx, town.actors["worker_lin"], key, pyotp.TOTP(key).at(tx.now))
    clock.at += timedelta(minutes=1)
    return lambda: {"digits": pyotp.TOTP(key).at(clock.at)}


def test_asking_for_the_code_ends_the_session_that_the_cookie_held(store, lin, second):
    lin.post("/sign-in", data={"login": "worker_lin", "password": PASSWORD})
    with store.read() as tx:
        assert tx.session.query(SignedIn).filter_by(ended_at=None).count() == 0


def test_a_code_admits_nobody_whose_password_was_set_anew_meanwhile(client_of, second, link, clock):
    client = client_of()
    client.post("/sign-in", data={"login": "worker_lin", "password": PASSWORD})
    clock.at += timedelta(seconds=30)
    assert client_of().post(link, data={"new": NEW, "again": NEW}).status_code == 303
    refused = client.post("/sign-in/code", data=second())
    assert (refused.status_code, "登录名或口令不对" in refused.text) == (401, True)
    assert client.get("/sign-in/code").status_code == 303, "begins anew"


@pytest.fixture
def link(store, town):
    """A link for worker_lin."""
    with store.write() as tx:
        return "/reset/" + reset_links.make_link(tx, town.actors["admin_wu"], "worker_lin")


def test_a_link_is_used_once_and_leads_to_the_sign_in(lin, link, client_of):
    client = client_of()
    form = client.get(link)
    assert (form.status_code, "林晓" in form.text) == (200, True)
    assert form.headers["Referrer-Policy"] == "strict-origin"
    assert form.headers["Cache-Control"] == "no-store"
    assert client.post(link, data={"new": NEW, "again": "other"}).status_code == 422
    done = client.post(link, data={"new": NEW, "again": NEW})
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert "口令已设置" in client.get("/sign-in").text
    assert "口令已设置" not in client.get("/sign-in").text
    assert lin.get("/account").status_code == 303
    signed_in(client_of(), NEW)
    assert client.get(link).status_code == 404


def test_links_that_cannot_be_used_look_all_the_same(link, client_of, clock):
    client = client_of()
    clock.at += timedelta(hours=24)
    late, unknown = client.get(link), client.get("/reset/guess")
    assert (late.status_code, unknown.status_code) == (404, 404)
    hide = re.compile(
        r"/reset/[\w-]+|csrf[^>]*>|nonce-\S+|value=\"[^\"]*\"|content=\"[^\"]*\"|%2Freset[^\"]*"
    )
    assert hide.sub("", late.text) == hide.sub("", unknown.text)
    assert client.post(link, data={"new": NEW, "again": NEW}).status_code == 404


def test_the_record_names_how_somebody_came_in_and_what_failed(store, lin, client_of):
    client_of().post("/sign-in", data={"login": "worker_lin", "password": "wrong-password"})
    with store.read() as tx:
        spoken = [said(one) for one in audit.latest(tx, 2)]
    assert spoken == ["登录失败（口令）", "登录（口令）"]
