"""The stream of events over HTTP: what it says, to whom, and that there is room for so many only."""

import pytest

from server.config import load
from server.services.field.events import Watch, watch_of

PATH = "/api/v1/field/events"


def test_a_stream_says_hello_and_then_work_as_soon_as_there_is_some(client_of, store):
    answer = client_of("worker_lin").get(PATH)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    events = iter(answer.response)
    assert next(events) == b'retry: 15000\nevent: hello\ndata: {"stamp":"1"}\n\n'
    body = {
        "category": "heating",
        "source": "phone",
        "description": "暖气不热",
        "lon": 122.015,
        "lat": 37.015,
    }
    assert client_of("dispatcher_qian").post("/api/v1/issues", json=body).status_code == 201
    assert next(events) == b'event: work\ndata: {"stamp":"2"}\n\n'
    answer.close()
    assert watch_of(store)._listeners == []


@pytest.mark.parametrize(("login", "status"), [("supervisor_li", 403), ("admin_wu", 403)])
def test_only_those_out_in_the_field_follow(client_of, login, status):
    assert client_of(login).get(PATH).status_code == status


def test_without_room_it_says_when_to_come_again_and_what_to_do_instead(client_of, store):
    options = {
        "dir": store.config.dir,
        "database_url": store.config.url,
        "secret_key": "t" * 32,
        "streams": 0,
    }
    store.config = load(options, environment={})
    answer = client_of("worker_lin").get(PATH)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.mimetype == "application/problem+json"
    assert "15 秒" in answer.json["detail"]


def test_a_stream_sees_to_it_each_time_that_somebody_still_looks(client_of, monkeypatch):
    seen = []
    monkeypatch.setattr(Watch, "keep_looking", lambda _watch: seen.append(True))
    monkeypatch.setattr("server.api.events.RENEW_S", 0.0)
    monkeypatch.setattr("server.api.events.HEARTBEAT_S", 0.0)
    answer = client_of("worker_lin").get(PATH)
    events = iter(answer.response)
    assert [next(events)[:5] for _ in range(3)] == [b"retry", b": sti", b": sti"]
    assert len(seen) == 3, "should the thread have ended by a fault, open streams are not deaf for good"
    answer.close()
