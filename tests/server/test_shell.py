"""The HTTP shell: who is answered, what is refused before anybody looks at it, what every answer carries."""

import io
import logging
import stat
from dataclasses import replace

import pytest
from flask import Flask, make_response, request, session
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import EnvironBuilder

from server import security, translate
from server.config import load
from server.errors import SetupError
from server.faults import Discreet
from server.keys import keys_of
from server.limiting import BEFORE, FREE, LIMITS
from server.services import intake
from server.services.drafts import Draft
from server.statics import FOLDER
from server.words import sentence
from tests.statements import counted

FORM = "application/x-www-form-urlencoded"
SHELL = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
         "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options")  # fmt: skip


def bare(**options):
    """Make an application of nothing but the shell."""
    app = Flask("bare", static_folder=None)
    config = load(options, environment={})
    app.config.update(
        SECRET_KEY="x" * 32,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_FORM_MEMORY_SIZE=security.BODY_BYTES,
        MAX_FORM_PARTS=security.FORM_PARTS,
    )
    security.install(app, config)
    translate.install(app, lambda status, said: f"{status} {said}")

    @app.get("/who")
    def who():
        return [request.remote_addr, request.scheme, request.host]

    @app.get("/keep")
    def keep():
        session["secret"] = "x"
        answer = make_response("kept")
        answer.set_cookie("language", "en", httponly=True, samesite="Lax")
        return answer

    @app.post("/take")
    def take():
        return str(sum(map(len, request.form.values())) + len(request.get_data()))

    @app.post("/photo")
    @security.takes_bytes(64 << 10)
    def photo():
        return str(len(request.files["photo"].read()))

    return app.test_client()


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "wangge.lan",
}


def test_without_a_trusted_proxy_nobody_says_where_a_request_comes_from():
    assert bare().get("/who", headers=FORWARDED).json == ["127.0.0.1", "http", "localhost"]


def test_the_trusted_proxy_says_it_and_whoever_stands_before_it_does_not():
    told = bare(trusted_proxies=1).get("/who", headers=FORWARDED)
    assert told.json == ["198.51.100.1", "https", "wangge.lan"]
    assert "Strict-Transport-Security" in told.headers


def test_only_the_hosts_that_are_set_are_answered():
    client = bare(hosts="wangge.lan, 192.168.1.10, .example.cn")
    for host in ("wangge.lan", "wangge.lan:8443", "192.168.1.10:8000", "a.example.cn"):
        assert client.get("/who", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "wangge.lan.evil.example", "192.168.1.1", "evil.example:80\\@wangge.lan"):
        refused = client.get("/who", headers={"Host": host})
        assert (refused.status_code, "evil" in refused.text) == (400, False), host


@pytest.mark.parametrize("host", ["a b", "<script>", "a/b", "a,b", ""])
def test_what_is_no_host_is_refused_whatever_is_set(host):
    assert bare().get("/who", headers={"Host": host}).status_code == 400


OWN = [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
       {"Origin": "https://localhost"}, {"Referer": "http://localhost/a"}, {"Origin": "http://LOCALHOST:80"},
       {"Authorization": "Bearer x", "Origin": "https://elsewhere.example"}]  # fmt: skip
FOREIGN = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:81"}, {"Origin": ""},
           {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
           {"Origin": "http://["}, {"Referer": "http://evil.example/"}, {"Origin": "http://localhost.evil.example"},
           {"Authorization": "Basic x", "Origin": "http://evil.example"}]  # fmt: skip


@pytest.mark.parametrize("headers", OWN)
def test_a_form_of_this_host_is_taken(headers):
    assert bare().post("/take", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_is_refused(headers):
    refused = bare().post("/take", headers=headers)
    assert (refused.status_code, "别的网站" in refused.text) == (403, True)


def test_behind_tls_a_page_that_came_without_it_is_another_site():
    client = bare(trusted_proxies=1)
    for origin, status in (("http://wangge.lan", 403), ("https://wangge.lan", 200)):
        headers = {**FORWARDED, "Origin": origin}
        assert client.post("/take", headers=headers).status_code == status


def chunked(size):
    """Make a form that does not say its length, as one that comes in pieces."""
    form = EnvironBuilder(path="/take", method="POST", data=b"a=" + b"x" * (size - 2), content_type=FORM)
    environ = form.get_environ()
    del environ["CONTENT_LENGTH"]
    return {**environ, "wsgi.input_terminated": True}


def test_a_body_too_long_is_refused_whether_it_says_its_length_or_not():
    client, most = bare(), security.BODY_BYTES
    for size, status in ((most, 200), (most + 1, 413)):
        assert client.post("/take", data=b"a" * size).status_code == status
        told = client.open(chunked(size))
        assert told.status_code == status
        assert told.text == str(size - 2) or "2048 KB" in told.text


def test_a_view_says_how_much_it_takes_and_no_other_does():
    client = bare()
    for path, kilobytes, status in (("/photo", 60, 200), ("/photo", 70, 413), ("/take", 70, 200)):
        photo = (io.BytesIO(b"x" * (kilobytes << 10)), "a.jpg")
        assert client.post(path, data={"photo": photo}).status_code == status, (path, kilobytes)


def test_parts_and_parameters_without_number_are_refused():
    client = bare()
    many = {f"a{number}": "1" for number in range(security.FORM_PARTS + 1)}
    assert client.post("/take", data=many, content_type="multipart/form-data").status_code == 413
    assert client.get("/who?" + "&" * security.PARAMETERS).status_code == 400


@pytest.fixture
def quiet(app):
    """Answers instead of raised errors, as in service."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def test_every_kind_of_answer_carries_the_shell(quiet, client_of):
    client = client_of("dispatcher_qian")
    issues = client.get("/api/v1/issues")
    known = {"If-None-Match": issues.headers["ETag"]}
    answers = {
        "page": (client.get("/issues"), 200),
        "api": (issues, 200),
        "unchanged": (client.get("/api/v1/issues", headers=known), 304),
        "file": (client.get("/api/v1/issues.csv", buffered=True), 200),
        "static": (client.get("/static/v/x/img/mark.svg"), 200),
        "absent": (client.get("/none"), 404),
        "problem": (client.get("/api/v1/none"), 404),
        "slash": (client.get("/t"), 308),
        "method": (client.put("/healthz"), 405),
        "redirect": (client_of().get("/issues"), 303),
        "signed out": (client_of().get("/api/v1/me"), 401),
        "foreign": (client.post("/sign-out", headers={"Origin": "null"}), 403),
        "health": (client.get("/healthz"), 200),
    }
    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert [header for header in SHELL if header not in answer.headers] == [], name
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "Strict-Transport-Security" not in answer.headers, name


def test_what_is_only_part_of_a_page_travels_light(client_of):
    answer = client_of().get("/static/v/x/js/page.js")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Permissions-Policy" not in answer.headers
    assert "/**" not in answer.text  # comments stay here, lines keep their numbers
    own = (FOLDER / "js/page.js").read_text(encoding="utf-8")
    assert answer.text.count("\n") == own.count("\n")
    assert [line for line in answer.text.splitlines() if "export" in line] == [
        line for line in own.splitlines() if line.startswith("export")
    ]


@pytest.mark.parametrize("address", ["http://localhost", "https://localhost"])
def test_over_tls_every_cookie_is_kept_to_it(address):
    client = bare()
    told = client.get("/keep", base_url=address)
    cookies = [set(one.split("; ")) for one in told.headers.getlist("Set-Cookie")]
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Lax"} <= cookie
        assert ("Secure" in cookie) == address.startswith("https")


@pytest.fixture
def limited(quiet, monkeypatch):
    """The application with its limits on, and nothing counted yet."""
    quiet.config["RATE_LIMITS"] = True
    for limiter in quiet.extensions["limiter"]:
        limiter.reset()

    def limit(name, count):
        rules = BEFORE if name in BEFORE else LIMITS
        monkeypatch.setitem(rules, name, replace(rules[name], per_minute=count))

    return limit


def test_whoever_signs_in_too_often_is_told_to_wait_and_others_are_not(limited, client_of):
    limited("sign_in", 2)
    client = client_of()
    told = [client.post("/sign-in/code", data={"code": "x"}) for _ in range(3)]
    assert [one.status_code == 429 for one in told] == [False, False, True]
    assert "请稍后再试" in told[2].text
    assert 1 <= int(told[2].headers["Retry-After"]) <= 60
    assert client.get("/sign-in").status_code == 200
    elsewhere = client.post("/sign-in/code", environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert elsewhere.status_code != 429


def test_the_api_counts_by_person_and_answers_as_a_problem(limited, client_of):
    limited("reads", 2)
    first, second = client_of("worker_lin"), client_of("dispatcher_qian")
    assert [first.get("/api/v1/me").status_code for _ in range(2)] == [200, 200]
    refused = first.get("/api/v1/me")
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.json["title"] == "request.too_many"
    assert second.get("/api/v1/me").status_code == 200


def test_what_a_tablet_sends_after_days_has_a_limit_of_its_own(limited, client_of):
    limited("writes", 1)
    client = client_of("worker_lin")
    assert [client.post("/api/v1/issues", json={}).status_code for _ in range(3)] == [422] * 3
    limited("outbox", 1)
    assert [client.post("/api/v1/visits", json={}).status_code for _ in range(2)] == [422, 429]


def test_health_and_static_files_are_not_counted(limited, client_of):
    limited("public", 1)
    client = client_of()
    for _ in range(3):
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/v/x/css/base.css").status_code == 200
    assert [client.get("/openapi.json").status_code for _ in range(2)] == [200, 429]


def test_whoever_asked_too_much_may_still_sign_out(limited, client_of):
    limited("outbox", 1)
    client = client_of("worker_lin")
    assert [client.post("/api/v1/visits", json={}).status_code for _ in range(2)] == [422, 429]
    assert client.post("/sign-out").status_code == 303
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/api/v1/me", "GET", {"Authorization": "Bearer wg_none"}, 401),
        ("/api/v1/none", "GET", {"Authorization": "Bearer wg_none"}, 404),
        ("/admin", "GET", {}, 303),
        ("/sign-in", "POST", {}, 400),
    ],
)
def test_what_is_refused_is_counted_by_address_before_anybody_looks_who_asks(
    limited, quiet, store, client_of, path, method, headers, status
):
    limited("address", 2)
    quiet.config["WTF_CSRF_ENABLED"] = True
    client = client_of()
    for _ in range(2):
        assert client.open(path, method=method, headers=headers).status_code == status
    with counted(store) as sent:
        assert (
            client.open(path, method=method, headers={**headers, "Accept": "application/json"}).status_code
            == 429
        )
    assert sent == []
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.open(path, method=method, headers=headers, environ_base=elsewhere).status_code == status


def test_every_limit_is_about_a_route_that_there_is(app):
    names = {
        name for rule in app.url_map.iter_rules() for name in (rule.endpoint, rule.endpoint.split(".")[0])
    }
    limited = {name for rule in LIMITS.values() for name in rule.where} | FREE
    assert limited - names <= {"oidc"}  # there only where it is set


SECRETS = ("tok-9c1f", "hunter-2-hunter", "cookie-77", "reset-4e5d", "query-31ab", "13812345678")


def test_a_fault_is_logged_by_its_place_and_without_what_was_sent(caplog):
    client = bare()

    @client.application.post("/reset/<secret>")
    def reset(secret):
        given = [secret, request.full_path, dict(request.headers), request.form.to_dict()]
        raise ValueError(given) from KeyError(given)

    client.set_cookie("session", SECRETS[2])
    with caplog.at_level(logging.DEBUG):
        answer = client.post(
            f"/reset/{SECRETS[3]}?token={SECRETS[4]}",
            data={"password": SECRETS[1], "phone": SECRETS[5]},
            headers={"Authorization": f"Bearer {SECRETS[0]}"},
        )
    assert answer.status_code == 500
    assert caplog.text.count("/reset/<secret>") == 1
    assert "builtins.KeyError" in caplog.text
    assert "builtins.ValueError" in caplog.text
    assert "test_shell.py" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text + answer.text] == []


def test_a_fault_of_the_program_says_what_it_is(caplog):
    client = bare()
    client.application.add_url_rule("/broken", view_func=lambda: None.a, endpoint="broken")
    assert client.get("/broken").status_code == 500
    assert "'NoneType' object has no attribute 'a'" in caplog.text


def opened_anew(store):
    """Read the keys as a process that has just begun."""
    store.shelf.clear()
    return keys_of(store)


def test_keys_are_made_once_for_their_owner_alone(store):
    first = opened_anew(store)
    path = store.folder / "keys.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert opened_anew(store) == first
    path.chmod(0o640)
    with pytest.raises(SetupError) as refused:
        opened_anew(store)
    assert f"chmod 600 {path}" in sentence(refused.value.code, refused.value.values)


def test_lost_keys_are_never_replaced_while_the_store_needs_them(store, town):
    opened_anew(store)
    (store.folder / "keys.json").unlink()
    opened_anew(store)  # nothing was sealed yet
    with store.write() as tx:
        draft = Draft("heating", "phone", "x", reporter_phone="13812345678", lon=122.015, lat=37.015)
        intake.report(tx, town.actors["dispatcher_qian"], draft)
    (store.folder / "keys.json").unlink()
    with pytest.raises(SetupError) as refused:
        opened_anew(store)
    assert "备份" in sentence(refused.value.code, refused.value.values)
    assert not (store.folder / "keys.json").exists()


def test_a_fault_of_a_job_is_logged_without_its_words(caplog):
    try:
        int(SECRETS[1])
    except ValueError:
        logging.getLogger("wangge.test").exception("round failed")
    said = Discreet("%(message)s").format(caplog.records[-1])
    assert ("round failed" in said, "test_shell.py" in said, SECRETS[1] in said) == (True, True, False)


def test_a_fault_of_the_database_does_not_repeat_the_values(store):
    with pytest.raises(DBAPIError) as failed, store.engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": SECRETS[5]})
    assert SECRETS[5] not in str(failed.value)
