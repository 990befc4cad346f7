"""One action on many issues: each for itself, told one by one, once per key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError, local

import pytest
from sqlalchemy import event

from server.errors import InputError, NotFound
from server.services import bulk, intake, issues
from server.services.drafts import Draft


@pytest.fixture
def numbers(store, town):
    """Three issues of the eighth cell, one of another community, and one that does not exist."""
    spots = [(122.015, 37.015)] * 3 + [(122.025, 37.015)]
    with store.write() as tx:
        drafts = [Draft("dogs", "phone", f"第 {n} 件", lon=x, lat=y) for n, (x, y) in enumerate(spots)]
        receipts = intake.report_many(tx, town.actors["dispatcher_qian"], drafts)
        issues.act(tx, town.actors["worker_lin"], receipts[1].number, "take", {})
    return [one.number for one in receipts] + ["20990101-00001"]


@pytest.fixture
def do(store, town):
    def do(login, *given, act=bulk.act):
        with store.write() as tx:
            return act(tx, town.actors[login], *given)

    return do


def log_of(store, town, number):
    with store.read() as tx:
        return [step.action for step in issues.one(tx, town.actors["worker_lin"], number).log]


def test_what_refuses_does_not_hold_up_the_others(store, town, numbers, do):
    given = {"holder": f"person:{town.people['worker_he']}", "reason": "林晓外出"}
    told = do("leader_zhao", numbers, "reassign", given)
    assert [(one.is_done, one.state, one.code) for one in told] == [
        (True, "dispatched", ""),
        (True, "dispatched", ""),
        (True, "dispatched", ""),
        (False, "", "issue.not_found"),
        (False, "", "issue.not_found"),
    ]


def test_of_a_refused_one_nothing_is_done(store, town, numbers, do):
    told = do("leader_zhao", numbers[:2], "pass", {})
    assert [one.code for one in told] == ["action.illegal", "action.illegal"]
    assert log_of(store, town, numbers[1]) == ["report", "dispatch", "take"]
    (one,) = do("leader_zhao", numbers[:1], "note", {})
    assert (one.code, one.values["fields"]) == ("action.missing", ["text"])


def test_a_number_named_twice_is_done_once(store, town, numbers, do):
    assert len(do("leader_zhao", [numbers[0]] * 3, "note", {"text": "已电话核实"})) == 1
    assert log_of(store, town, numbers[0]).count("note") == 1


@pytest.mark.parametrize(
    ("numbers", "action", "code"),
    [([], "note", "bulk.none"), (["1"], "take", "bulk.action"), ([str(n) for n in range(201)], "note", "bulk.many")],
)  # fmt: skip
def test_what_is_not_done_to_many_is_refused_whole(numbers, action, code, town, do):
    with pytest.raises(InputError) as refused:
        do("leader_zhao", numbers, action, {"text": "x"})
    assert refused.value.code == code


def test_the_same_request_acts_once_and_can_be_looked_at_again(store, town, numbers, do):
    asked = ("key-1", numbers[:2], "note", {"text": "已电话核实"})
    first, second = (do("leader_zhao", *asked, act=bulk.act_once) for _ in range(2))
    assert first == second
    assert log_of(store, town, numbers[0]).count("note") == 1
    with store.read() as tx:
        assert bulk.kept(tx, town.actors["leader_zhao"], "key-1") == ("note", first)
        with pytest.raises(NotFound):
            bulk.kept(tx, town.actors["worker_lin"], "key-1")
    with pytest.raises(InputError):
        do("leader_zhao", "key-1", numbers[:1], "note", {"text": "别的"}, act=bulk.act_once)


def test_actions_are_offered_by_role(town):
    assert bulk.offered(town.actors["dispatcher_qian"]) == ("dispatch", "reassign", "note", "reject")
    assert bulk.offered(town.actors["worker_lin"]) == ("note",)
    assert "pass" in bulk.offered(town.actors["leader_zhao"])
    assert "supervise" in bulk.offered(town.actors["supervisor_li"])


@pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
def test_two_who_choose_the_same_in_another_order_do_not_wait_crosswise(store, town, numbers, do):
    meeting, seen = Barrier(2), local()

    def wait_for_the_other(_connection, _cursor, statement, *_more):
        if statement.startswith("INSERT INTO entry") and not hasattr(seen, "first"):
            seen.first = True
            try:
                meeting.wait(
                    0.3
                )  # each has written its first; with crossed locks the second would never come
            except BrokenBarrierError:
                return

    event.listen(store.engine, "after_cursor_execute", wait_for_the_other)
    with ThreadPoolExecutor(2) as pool:
        orders = (numbers[:2], numbers[1::-1])
        running = [pool.submit(do, "leader_zhao", one, "note", {"text": "已电话核实"}) for one in orders]
        told = [[one.number for one in outcome.result() if one.is_done] for outcome in running]
    assert told == [list(one) for one in orders]
    assert log_of(store, town, numbers[0]).count("note") == 2
