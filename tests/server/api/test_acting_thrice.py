"""Acting over HTTP: the same request three times, holders that cannot be, a clock across the year's end."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from server.models import Entry, Leave
from tests.server.api.test_issues import REPORT, URL

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FRIDAY = datetime(2027, 1, 1, 9, 30, tzinfo=UTC)  # evening: two days of work after Wednesday
MONDAY = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
NOT_YET_PUBLISHED = "2027 年的放假安排尚未公布"


@pytest.fixture
def number(client_of):
    """An issue of the eighth cell, which worker_lin has."""
    return client_of("dispatcher_qian").post(URL, json=REPORT).get_json()["number"]


def actions(number):
    return f"{URL}/{number}/actions"


def test_an_action_sent_three_times_is_done_once_and_answered_alike(client_of, store, number):
    lin, key = client_of("worker_lin"), {"Idempotency-Key": "take-1"}
    said = [lin.post(actions(number), json={"action": "take", "version": 2}, headers=key) for _ in range(3)]
    assert [one.status_code for one in said] == [200] * 3
    assert len({one.data for one in said}) == 1
    assert said[0].get_json()["state"]["code"] == "handling"
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).where(Entry.action == "take")) == 1


def test_an_action_sent_again_without_a_key_is_a_conflict_that_says_what_was_done(client_of, number):
    lin = client_of("worker_lin")
    first, again = (lin.post(actions(number), json={"action": "take", "version": 2}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 409)
    assert "finish" in again.get_json()["possible"]


@pytest.mark.parametrize(
    "holder", ["person:999999", "department:999999", "person:x", "person:", "cell:1", "outsider", "person:-1"]
)
def test_a_holder_that_nobody_knows_is_refused_with_the_field(client_of, number, holder):
    given = {"action": "reassign", "holder": holder, "reason": "林晓外出"}
    answer = client_of("leader_zhao").post(actions(number), json=given)
    fault = answer.get_json()["errors"][0]
    assert (answer.status_code, fault["field"]) == (422, "holder")
    assert holder in fault["detail"]


def test_somebody_who_is_not_on_duty_there_is_refused_with_the_field(client_of, town, number):
    given = {"action": "reassign", "holder": f"person:{town.people['outsider']}", "reason": "林晓外出"}
    answer = client_of("leader_zhao").post(actions(number), json=given)
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "holder")


def test_somebody_who_is_away_is_refused_with_the_field_and_until_when(client_of, store, town, number, clock):
    with store.write() as tx:
        away = Leave(person_id=town.people["worker_he"], starts_at=clock.at, ends_at=clock.at.replace(day=12))
        tx.session.add(away)
    given = {"action": "reassign", "holder": f"person:{town.people['worker_he']}", "reason": "林晓外出"}
    answer = client_of("leader_zhao").post(actions(number), json=given)
    fault = answer.get_json()["errors"][0]
    assert (answer.status_code, fault["field"]) == (422, "holder")
    assert "何平" in fault["detail"]
    assert "2026-03-12" in fault["detail"]


def test_a_clock_across_the_years_end_counts_weekdays_and_the_page_says_so(client_of, clock):
    clock.at = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    qian = client_of("dispatcher_qian")
    told = qian.post(URL, json={**REPORT, "category": "fire_door"}).get_json()
    assert datetime.fromisoformat(told["due_at"]) == MONDAY
    given = {"action": "correct", "changes": {"category": "heating"}, "reason": "报错类别"}
    told = qian.post(actions(told["number"]), json=given).get_json()
    assert datetime.fromisoformat(told["due_at"]) == FRIDAY
    assert NOT_YET_PUBLISHED in qian.get(f"/issues/{told['number']}").text
