"""Every route asked as every persona: a new route is covered the day it is born."""

import io

import pytest
from werkzeug.routing import IntegerConverter

from server.auth import access_of
from server.services import intake
from server.services.drafts import Draft
from tests.personas import PASSWORD, PERSONAS

UID = "00000000-0000-7000-8000-000000000001"
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAMPLES = {"uid": UID, "number": "20260310-00001", "code": "990101001001008", "name": "css/base.css", "version": "x",
           "path": "x", "what": "cancel", "z": "10", "x": "1", "y": "1"}  # fmt: skip


def routes(app):
    for rule in app.url_map.iter_rules():
        values = {name: SAMPLES.get(name, "1") for name in rule.arguments}
        with app.test_request_context():
            url = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, url


@pytest.fixture
def issue(store, town):
    """An issue in the eighth cell, held by worker_lin; its number is the one in SAMPLES."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热，电话13812345678", lon=122.015, lat=37.015)
        receipt = intake.report(tx, town.actors["dispatcher_qian"], draft)
    assert receipt.number == SAMPLES["number"]
    return receipt.number


@pytest.fixture
def quiet(quiet, issue):
    """Answers instead of raised errors, and an issue to be asked for."""
    return quiet


@ON_ONE
def test_every_route_says_whom_it_is_for(app):
    unmarked = []
    for endpoint in app.view_functions:
        try:
            access_of(app, endpoint)
        except LookupError:
            unmarked.append(endpoint)
    assert unmarked == []


@ON_ONE
def test_no_number_in_an_address_is_longer_than_a_database_holds(app):
    """SQLite's driver raises OverflowError for more than 63 bits, which would be a fault of the server's."""
    rules = list(app.url_map.iter_rules())
    numbers = [
        (rule.rule, one)
        for rule in rules
        for one in rule._converters.values()
        if isinstance(one, IntegerConverter)
    ]
    assert len(numbers) >= 8
    assert [rule for rule, one in numbers if one.max is None or one.max > 2**63 - 1] == []


@ON_ONE
def test_nobody_gets_in_without_signing_in(quiet, client_of):
    stranger = client_of()
    for endpoint, method, url in routes(quiet):
        if access_of(quiet, endpoint) is None:
            continue
        answer = stranger.open(url, method=method)
        assert answer.status_code in (401, 303), (method, url, answer.status_code)
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith("/sign-in"), url


EACH = [
    *(("sqlite", login) for login in sorted(PERSONAS)),
    ("postgis", "supervisor_li"),
    ("postgis", "handler_sun"),
]


@pytest.mark.parametrize(("database_url", "login"), EACH, indirect=["database_url"])
def test_each_persona_gets_what_the_mark_says_and_never_a_fault(quiet, client_of, town, login):
    client, actor = client_of(login), town.actors[login]
    for endpoint, method, url in routes(quiet):
        mark = access_of(quiet, endpoint)
        if mark is None or endpoint.endswith("sign_out"):
            continue
        answer = client.open(url, method=method, json={} if method != "GET" else None)
        if mark[0] and not mark[0] & actor.roles:
            assert answer.status_code == 403, (method, url, answer.status_code)
        else:
            assert answer.status_code not in (401, 500), (method, url, answer.get_data(as_text=True)[:300])


@ON_ONE
@pytest.mark.parametrize(
    ("login", "status"),
    [("worker_lin", 200), ("worker_he", 404), ("leader_zhao", 200), ("dispatcher_qian", 200), ("handler_sun", 404),
     ("supervisor_li", 200), ("admin_wu", 404), ("outsider", 404)],
)  # fmt: skip
def test_an_issue_is_there_for_those_of_its_area_and_absent_for_the_others(
    quiet, client_of, issue, login, status
):
    client = client_of(login)
    for path in (f"/issues/{issue}", f"/api/v1/issues/{issue}"):
        answer = client.get(path)
        assert answer.status_code == status or (login, answer.status_code) == ("admin_wu", 403), path
        assert "13812345678" not in answer.get_data(as_text=True), path
    listed = client.get("/api/v1/issues").get_data(as_text=True)
    assert (issue in listed) == (status == 200)
    assert "13812345678" not in listed


@ON_ONE
def test_a_post_without_the_forms_token_is_refused(quiet, client_of, town):
    quiet.config["WTF_CSRF_ENABLED"] = True
    client, roles = client_of("worker_lin"), town.actors["worker_lin"].roles
    for endpoint, method, url in routes(quiet):
        if method != "GET":
            mark = access_of(quiet, endpoint)
            status = 403 if mark and mark[0] and not mark[0] & roles else 400
            answer = client.open(url, method=method, json={})
            assert answer.status_code == status, (method, url, answer.status_code)


class Untouched(io.RawIOBase):
    """A form that counts what is read of it."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, room):
        self.taken += len(room)
        room[:] = b"x" * len(room)
        return len(room)


@ON_ONE
@pytest.mark.parametrize("login", [None, "worker_lin", "outsider"])
def test_nothing_of_a_body_is_read_for_whom_the_route_is_not(quiet, client_of, town, login):
    quiet.config["WTF_CSRF_ENABLED"] = True
    client, roles = client_of(login), town.actors[login].roles if login else frozenset()
    asked = 0
    for endpoint, method, url in routes(quiet):
        mark = access_of(quiet, endpoint)
        if method == "GET" or mark is None or (login and (not mark[0] or mark[0] & roles)):
            continue
        body = Untouched()
        answer = client.open(
            url,
            method=method,
            content_type="multipart/form-data; boundary=x",
            environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(1 << 20)},
        )
        asked += 1
        assert (body.taken, answer.status_code in (401, 403, 303)) == (0, True), (method, url)
    assert asked


def test_signing_in_and_out_by_the_form(quiet, client_of):
    client = client_of()
    wrong = client.post("/sign-in", data={"login": "worker_lin", "password": "wrong-password"})
    assert wrong.status_code == 401
    right = client.post("/sign-in", data={"login": "worker_lin", "password": PASSWORD})
    assert right.status_code == 303
    assert client.get("/map").status_code == 200
    assert client.post("/sign-out").status_code == 303
    assert client.get("/map").status_code == 303


@ON_ONE
def test_signing_in_never_leads_to_another_host(quiet, client_of):
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        client = client_of()
        answer = client.post(
            "/sign-in?next=" + target, data={"login": "worker_lin", "password": PASSWORD, "next": target}
        )
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/"), target
        assert "evil" not in answer.headers["Location"], target


@ON_ONE
def test_too_many_wrong_passwords_lock_the_login_for_a_while(quiet, client_of, clock):
    client = client_of()
    for _ in range(10):
        client.post("/sign-in", data={"login": "worker_lin", "password": "wrong-password"})
    assert client.post("/sign-in", data={"login": "worker_lin", "password": PASSWORD}).status_code == 401
    clock.at = clock.at.replace(hour=clock.at.hour + 1)
    assert client.post("/sign-in", data={"login": "worker_lin", "password": PASSWORD}).status_code == 303


def sign_in(client, login, password=PASSWORD, address="192.0.2.1"):
    form = {"login": login, "password": password}
    return client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": address}).status_code


@ON_ONE
def test_wrong_passwords_count_together_however_the_login_is_spelled(quiet, client_of):
    client = client_of()
    for spelling in ("worker_lin", "WORKER_LIN", "Worker_Lin", " worker_lin ", "worker\x00_lin") * 2:
        sign_in(client, spelling, "wrong-password")
    assert sign_in(client, "worker_lin") == 401


@ON_ONE
def test_wrong_passwords_for_one_login_do_not_lock_out_the_others_behind_the_address(quiet, client_of):
    client = client_of()
    for _ in range(12):
        sign_in(client, "nobody", "wrong-password")
    assert sign_in(client, "worker_lin") == 303


@ON_ONE
def test_a_stranger_elsewhere_does_not_lock_a_person_out_with_a_few_tries(quiet, client_of):
    client = client_of()
    for _ in range(12):
        sign_in(client, "worker_lin", "wrong-password", "198.51.100.7")
    assert sign_in(client, "worker_lin") == 303


@ON_ONE
def test_one_address_that_tries_many_logins_is_stopped(quiet, client_of, monkeypatch):
    monkeypatch.setattr("server.services.attempts.FAILURES_OF_ADDRESS", 5)
    client = client_of()
    for number in range(5):
        sign_in(client, f"guess{number}", "wrong-password")
    assert sign_in(client, "worker_lin") == 401
    assert sign_in(client, "worker_lin", address="192.0.2.9") == 303


@ON_ONE
def test_a_static_name_too_long_for_the_file_system_is_absent(quiet, client_of):
    for name in ("a" * 300, "a/" * 3000 + "a"):
        assert client_of().get(f"/static/v/x/{name}").status_code == 404


@ON_ONE
@pytest.mark.parametrize("address", ["http://[", "//evil.example/x", "/\\evil.example"])
def test_an_address_that_cannot_be_read_leads_to_the_first_page_and_is_no_fault(quiet, client_of, address):
    client = client_of()
    assert client.get("/sign-in", query_string={"next": address}).status_code == 200
    assert client.get("/none", headers={"Referer": address}).status_code == 404
    lost = client.get("/none", headers={"Referer": f"http://localhost{address}"})
    assert lost.status_code == 404
    assert "evil" not in lost.text


@ON_ONE
def test_a_missing_slash_leads_to_this_host_whatever_the_host_header_says(quiet, client_of):
    answer = client_of("worker_lin").get("/t?a=1", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/t/?a=1")


@ON_ONE
@pytest.mark.parametrize("path", ["/", "/map", "/issues", "/t/", "/sign-in"])
def test_a_page_carries_the_shell(quiet, client_of, path):
    answer = client_of("worker_lin").get(path, follow_redirects=True)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
