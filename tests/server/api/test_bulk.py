"""POST /api/v1/issues/actions: one answer, one line an issue, once per key."""

import pytest

from server.services import intake
from server.services.drafts import Draft


@pytest.fixture
def number(store, town):
    """An issue of the eighth cell."""
    with store.write() as tx:
        draft = Draft("dogs", "phone", "遛狗不牵绳", lon=122.015, lat=37.015)
        return intake.report(tx, town.actors["dispatcher_qian"], draft).number


def test_many_issues_are_acted_on_at_once_and_each_is_told_of(client_of, number):
    client = client_of("leader_zhao")
    body = {"numbers": [number, "20990101-00001"], "action": "note", "text": "已电话核实"}
    answers = [
        client.post("/api/v1/issues/actions", json=body, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert answers[0].get_json() == answers[1].get_json()
    told = answers[0].get_json()
    assert (told["done"], told["refused"]) == (1, 1)
    assert [(one["number"], one["done"], one["code"]) for one in told["items"]] == [
        (number, True, ""),
        ("20990101-00001", False, "issue.not_found"),
    ]
    assert "20990101-00001" in told["items"][1]["detail"]
    log = client.get(f"/api/v1/issues/{number}").get_json()["log"]
    assert [step["action"] for step in log].count("note") == 1


@pytest.mark.parametrize(
    "body",
    [{"numbers": [], "action": "note"}, {"numbers": ["1"] * 201, "action": "note"}, {"numbers": ["1"], "action": "take"}],
)  # fmt: skip
def test_what_is_not_done_to_many_is_refused_with_its_field(body, client_of):
    answer = client_of("leader_zhao").post("/api/v1/issues/actions", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] in ("numbers", "action")
