"""Limits on how often somebody may ask: counted by person or address, told how long to wait."""

from dataclasses import replace

import pytest

from server.limiting import BEFORE, FREE, LIMITS
from tests.statements import counted


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
