"""Duties and leave over the API."""

import pytest

from server.models import Leave

EIGHTH = "990101001001008"


@pytest.fixture
def uid_of(uid_of):
    """Uid of a persona, as the API tells it."""
    return lambda login: str(uid_of(login))


def test_duties_are_listed_with_leave_and_what_is_missing(client_of, uid_of, store, town):
    with store.write() as tx:
        tx.session.add(Leave(person_id=town.people["worker_lin"], substitute_id=town.people["worker_he"],
                             starts_at=tx.now, ends_at=tx.now.replace(day=12)))  # fmt: skip
    told = client_of("leader_zhao").get("/api/v1/duties").get_json()
    posts = {(one["area"]["code"], one["kind"]): one for one in told["items"]}
    post = posts[EIGHTH, "A"]
    assert (post["person"]["name"], post["is_away"], post["leave"][0]["substitute"]) == ("林晓", True, "何平")
    assert [(one["cell"]["name"], one["leader"]) for one in told["uncovered"]] == [
        ("文峰社区第三网格", "赵敏")
    ]
    narrow = client_of("leader_zhao").get(f"/api/v1/duties?area={EIGHTH}&days=7").get_json()
    assert {one["area"]["code"] for one in narrow["items"]} == {EIGHTH}
    assert narrow["uncovered"] == []


def test_a_leave_announced_twice_under_one_key_is_one(client_of, uid_of, store):
    client, key = client_of("worker_lin"), {"Idempotency-Key": "leave-1"}
    leave = {"starts_at": "2026-03-11", "ends_at": "2026-03-12", "substitute": uid_of("worker_he")}
    first, second = (client.post("/api/v1/leaves", json=leave, headers=key) for _ in range(2))
    assert (first.status_code, first.get_json()) == (201, second.get_json())
    assert first.get_json()["ends_at"] == "2026-03-12T16:00:00Z", "to the end of the last day in Shanghai"
    with store.read() as tx:
        assert tx.session.query(Leave).count() == 1


@pytest.mark.parametrize(
    ("login", "person", "status"), [("leader_zhao", "worker_lin", 201), ("outsider", "worker_lin", 404),
                                    ("dispatcher_qian", "worker_lin", 403)],
)  # fmt: skip
def test_leave_of_others_is_for_those_over_them(client_of, uid_of, app, login, person, status):
    app.testing = False
    leave = {"person": uid_of(person), "starts_at": "2026-03-11", "ends_at": "2026-03-12"}
    assert client_of(login).post("/api/v1/leaves", json=leave).status_code == status


def test_a_clash_is_told_with_its_sentence(client_of, uid_of, app):
    app.testing = False
    leave = {"starts_at": "2026-03-11", "ends_at": "2026-03-12", "substitute": uid_of("worker_lin")}
    answer = client_of("worker_lin").post("/api/v1/leaves", json=leave)
    assert (answer.status_code, answer.get_json()["detail"]) == (422, "林晓 不能给自己代班；请换人。")
