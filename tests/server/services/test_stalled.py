"""What waits too long at a stage, and what an earlier round left behind: who is told, once each."""

import pytest
from sqlalchemy import select, update

from server.models import Entry, Issue
from server.services import issues
from server.services.supervising import Round, supervise
from tests.server.services.overdue import DUE, NOTHING, at

WAITING = {
    "state": "reported",
    "holder_person_id": None,
    "due_at": None,
    "amber_at": None,
    "stage_due_at": DUE,
}
UNTAKEN = {"due_at": at(31, 9), "amber_at": at(30, 9), "stage_due_at": DUE}


@pytest.mark.parametrize(
    ("facts", "reason", "who"),
    [
        (WAITING, "undispatched", [("leader", "leader_zhao", 1), ("supervisor", "supervisor_li", 1), ("leader", "leader_zhao", 2)]),
        (UNTAKEN, "untaken", [("holder", "worker_lin", 1), ("leader", "leader_zhao", 1), ("holder", "worker_lin", 2)]),
    ],
)  # fmt: skip
def test_what_nobody_dispatched_or_took_in_time_is_told_once_a_step(
    store, clock, overdue, told, marks, facts, reason, who
):
    (key,) = overdue(**facts)
    rounds = []
    for moment in (at(10, 10, 59), DUE, at(11, 11, 30), at(12, 15), at(13, 15, 30)):
        clock.at = moment
        rounds.append(supervise(store))
        assert supervise(store) == NOTHING
    assert sum((one.stages for one in rounds), 0) == 3
    assert rounds[0] == NOTHING
    assert told(key) == who
    assert {subject for subject, _, _ in marks(key)} == {"stage"}
    with store.read() as tx:
        said = tx.session.scalars(select(Entry.given).where(Entry.action == "supervise"))
        assert {given["reason"] for given in said} == {reason}


def test_once_it_is_taken_or_overdue_nobody_is_told_that_it_waits(store, clock, overdue, told):
    (taken,) = overdue(**UNTAKEN, state="handling")
    (late,) = overdue(stage_due_at=at(10, 10, 45))
    clock.at = DUE
    assert supervise(store) == Round(red=1, holder=1)
    clock.at = at(11, 11, 30)
    assert supervise(store) == Round(leader=1)
    assert told(taken) == []
    assert told(late) == [("holder", "worker_lin", 1), ("leader", "leader_zhao", 1)]


def test_a_whistle_of_an_earlier_round_is_not_pressed_again(store, town, clock, overdue, told):
    (key,) = overdue(due_at=at(31, 9), amber_at=at(30, 9))
    with store.write() as tx:
        number = tx.session.get_one(Issue, key).number
        for login, action, given in (
            ("worker_lin", "take", {}),
            ("worker_lin", "whistle", {"departments": ["heating"], "matter": "查管道", "answer_by": DUE}),
            ("worker_lin", "finish", {"outcome": "已修"}),
            ("leader_zhao", "pass", {}),
            ("dispatcher_qian", "object", {"reason": "还是不热"}),
        ):
            issues.act(tx, town.actors[login], number, action, given)
        tx.session.execute(update(Issue).values(due_at=at(31, 9), amber_at=at(30, 9)))
    clock.at = at(11, 11, 30)
    assert supervise(store) == NOTHING
    assert told(key) == []
