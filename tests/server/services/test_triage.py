"""The triage queue: what waits where somebody may dispatch, and with whom it could go."""

import pytest

from server.errors import InputError
from server.models import Duty
from server.services import intake, issues, triage
from server.services.drafts import Draft


@pytest.fixture
def report(store, town):
    def report(category, lon, lat):
        with store.write() as tx:
            draft = Draft(category, "phone", "请处理", lon=lon, lat=lat)
            return intake.report(tx, town.actors["dispatcher_qian"], draft).number

    return report


@pytest.fixture
def queue(store, town):
    def queue(login, after=None):
        with store.read() as tx:
            return triage.find(tx, town.actors[login], after)

    return queue


@pytest.fixture
def unmanned(store, town, report):
    """An issue of 天隆社区, where nobody is on duty."""
    return report("heating", 122.025, 37.005)


def test_what_nobody_is_on_duty_for_waits_with_its_reason_and_its_department(queue, unmanned):
    found = queue("dispatcher_qian")
    (one,) = found.items
    assert (one.brief.number, found.total, one.reason["code"]) == (unmanned, 1, "duty.nobody")
    assert [(it.name, it.why) for it in one.suggestions] == [("热力公司", "triage.department")]
    assert not one.is_spent


def test_only_those_who_may_dispatch_there_find_it(queue, unmanned):
    found = {
        login: queue(login).total
        for login in ("leader_zhao", "supervisor_li", "worker_lin", "outsider", "admin_wu")
    }
    assert found == {"leader_zhao": 0, "supervisor_li": 1, "worker_lin": 0, "outsider": 0, "admin_wu": 0}


def test_who_is_on_duty_by_now_comes_first_and_can_be_given_it(store, town, queue, unmanned):
    with store.write() as tx:
        cell = town.areas["990101001002001"]
        tx.session.add(Duty(area_id=cell, person_id=town.people["worker_he"], kind="A", starts_at=tx.now))
    (one,) = queue("dispatcher_qian").items
    assert [it.name for it in one.suggestions] == ["何平", "热力公司"]
    with store.write() as tx:
        given = {"holder": one.suggestions[0].holder}
        issues.act(tx, town.actors["dispatcher_qian"], unmanned, "dispatch", given, one.brief.version)
    assert queue("dispatcher_qian").items == ()


def test_whoever_returned_it_is_suggested_last(store, town, queue, report):
    number = report("heating", 122.015, 37.015)
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "return", {"reason": "属热力公司"})
    (one,) = queue("leader_zhao").items
    assert one.reason["code"] == "triage.returned"
    assert [it.name for it in one.suggestions] == ["热力公司", "林晓"]


def test_pages_go_from_the_oldest_on_and_lose_nothing(queue, report, monkeypatch):
    monkeypatch.setattr(triage, "PER_PAGE", 2)
    numbers = [report("dogs", 122.025, 37.005) for _ in range(5)]
    seen, after = [], None
    for _ in range(3):
        page = queue("dispatcher_qian", after)
        seen += [one.brief.number for one in page.items]
        after = page.next
    assert (seen, after, page.total) == (numbers, None, 5)
    with pytest.raises(InputError):
        queue("dispatcher_qian", "x")
