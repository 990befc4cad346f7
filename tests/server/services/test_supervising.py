"""Rounds of supervision on both stores: who is told when, once each, however many processes and whoever dies."""

import signal
from functools import partial

import pytest
from sqlalchemy import event, select, update

from server.models import Department, Entry, Issue, Whistle
from server.services import issues
from server.services.supervising import Round, supervise
from tests.forked import dying, ended, in_a_process
from tests.server.services.overdue import DUE, HOUR, NOTHING, at


def test_an_issue_is_marked_and_brought_before_one_level_after_another(store, clock, overdue, told, marks):
    (key,) = overdue()
    assert supervise(store) == NOTHING
    clock.at = at(10, 10, 30)
    assert supervise(store) == Round(amber=1)
    assert told(key) == []
    clock.at = DUE
    assert supervise(store) == Round(red=1, holder=1)
    clock.at = at(11, 11, 29)
    assert supervise(store) == NOTHING
    clock.at = at(11, 11, 30)  # 5 + 3 hours of work
    assert supervise(store) == Round(leader=1)
    clock.at = at(12, 15)  # 5 + 7.5 + 3.5
    assert supervise(store) == Round(supervisor=1)
    clock.at = at(13, 15, 30)
    assert supervise(store) == Round(holder=1)
    assert told(key) == [
        ("holder", "worker_lin", 1),
        ("leader", "leader_zhao", 1),
        ("supervisor", "supervisor_li", 1),
        ("holder", "worker_lin", 2),
    ]
    steps = ["amber", "red", "holder", "leader", "supervisor", "holder"]
    assert [step for _, step, _ in marks(key)] == steps
    assert supervise(store) == NOTHING


def test_what_is_urgent_goes_by_the_clock(store, clock, overdue, told):
    (key,) = overdue(urgent=True, due_at=at(10, 20), amber_at=at(10, 19))
    for hour in (20, 21, 22, 23):
        clock.at = at(10, hour)
        supervise(store)
    assert [level for level, _, _ in told(key)] == ["holder", "leader", "supervisor"]


def test_after_a_standstill_only_the_step_reached_is_told(store, clock, overdue, told):
    (key,) = overdue()
    clock.at = at(27, 9)
    assert supervise(store) == Round(red=1, supervisor=1)
    assert told(key) == [("supervisor", "supervisor_li", 4)]  # 5 + 12 x 7.5 + 0.5 hours of work
    assert supervise(store) == NOTHING


def test_a_new_due_is_reminded_of_anew(store, clock, overdue, told, marks):
    (key,) = overdue()
    clock.at = at(12, 15)
    supervise(store)
    with store.write() as tx:
        later = {"due_at": at(13, 10), "amber_at": at(12, 14)}
        tx.session.execute(update(Issue).where(Issue.id == key).values(**later))
    assert supervise(store) == Round(amber=1)
    clock.at = at(13, 10)
    assert supervise(store) == Round(red=1, holder=1)
    assert told(key) == [("supervisor", "supervisor_li", 1), ("holder", "worker_lin", 1)]


def test_an_edited_calendar_that_moves_steps_back_tells_nothing_twice(store, clock, overdue, told):
    (key,) = overdue()
    clock.at = at(12, 15)
    supervise(store)
    clock.at = at(11, 11, 30)
    assert supervise(store) == NOTHING
    assert len(told(key)) == 1


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        ({"state": "reported", "holder_person_id": None}, ("leader", "leader_zhao", 1)),
        ({"state": "handled"}, ("leader", "leader_zhao", 1)),
        ({"state": "verified"}, ("leader", "leader_zhao", 1)),
    ],
)
def test_what_waits_for_the_desk_is_brought_before_the_leader_at_once(
    store, clock, overdue, told, facts, who
):
    (key,) = overdue(**facts)
    clock.at = DUE
    supervise(store)
    assert told(key) == [who]


def test_a_department_is_told_as_a_whole(store, clock, overdue, told):
    with store.read() as tx:
        heating = tx.session.scalar(select(Department.id))
    (key,) = overdue(holder_person_id=None, holder_department_id=heating)
    clock.at = DUE
    assert supervise(store) == Round(red=1, holder=1)
    assert told(key) == [("holder", None, 1)]


def test_where_the_leader_holds_it_the_supervisor_takes_the_leaders_step(store, clock, overdue, told, town):
    (key,) = overdue(holder_person_id=town.people["leader_zhao"])
    clock.at = at(11, 11, 30)
    supervise(store)
    assert told(key) == [("supervisor", "supervisor_li", 1)]


def test_what_ended_or_rests_is_left_alone(store, clock, overdue, told):
    keys = overdue(state="closed") + overdue(state="suspended", due_at=None, review_at=at(20, 9))
    clock.at = at(13, 9)
    assert supervise(store) == NOTHING
    assert [told(key) for key in keys] == [[], []]


def whistle(store, key, answer_by):
    with store.write() as tx:
        heating = tx.session.scalar(select(Department.id))
        tx.session.add(Whistle(issue_id=key, seq=2, department_id=heating, answer_by=answer_by, at=tx.now))


def test_a_department_that_has_not_answered_is_supervised_until_it_does(store, clock, overdue, told, marks):
    (key,) = overdue(due_at=at(31, 9), amber_at=at(30, 9))
    whistle(store, key, DUE)
    for moment in (at(10, 10), DUE, at(11, 11, 30), at(12, 15)):
        clock.at = moment
        supervise(store)
        assert supervise(store) == NOTHING
    assert told(key) == [
        ("department", None, 1),
        ("leader", "leader_zhao", 1),
        ("supervisor", "supervisor_li", 1),
    ]
    assert {subject.partition(":")[0] for subject, _, _ in marks(key)} == {"whistle"}
    with store.write() as tx:
        tx.session.execute(update(Whistle).values(answered_at=tx.now, result="done"))
    clock.at = at(13, 15, 30)
    assert supervise(store) == NOTHING


def killed_at(place):
    """A round that is killed right after the n-th entry was written but not committed."""
    return partial(dying, work=supervise, entries=place)


def test_two_processes_at_once_and_one_killed_in_the_middle_tell_each_exactly_once(
    store, clock, overdue, told, marks
):
    keys = overdue(50)
    clock.at = DUE
    racing = [in_a_process(store, clock, work) for work in (supervise, killed_at(5), supervise)]
    assert ended(racing[0]) == ended(racing[2]) == 0
    ended(racing[1])  # killed, unless the others left it less than five
    for place in (1, 3):
        clock.at += 8 * HOUR
        assert ended(in_a_process(store, clock, killed_at(place))) in (-signal.SIGKILL, 0)
    clock.at = DUE
    supervise(store)
    for key in keys:
        levels = told(key)
        assert levels[0] == ("holder", "worker_lin", 1)
        assert len(levels) == len(set(levels))
        assert len(marks(key)) == len(set(marks(key))) == 1 + len(levels)
    assert supervise(store) == NOTHING


def test_a_suspended_issue_goes_on_at_the_date_of_review_and_its_clock_with_it(store, town, clock, overdue):
    (key,) = overdue()
    with store.read() as tx:
        number = tx.session.get_one(Issue, key).number

    def does(login, action, **given):
        with store.write() as tx:
            return issues.act(tx, town.actors[login], number, action, given).issue

    does("worker_lin", "take")
    does("worker_lin", "ask_suspend", review_date="2026-03-12", reason="等配件", told="已告知居民")
    does("supervisor_li", "suspend")
    clock.at = at(12, 23, 59)
    assert supervise(store) == NOTHING
    clock.at = at(13, 0)
    assert supervise(store) == Round(resumed=1)
    with store.read() as tx:
        issue = tx.session.get_one(Issue, key)
        last = tx.session.scalars(
            select(Entry).where(Entry.issue_id == key).order_by(Entry.seq.desc())
        ).first()
        assert (issue.state, issue.due_at, issue.review_at) == (
            "handling",
            at(13, 9, 30),
            None,
        )  # an hour was left
        assert (last.action, last.actor, last.given["reason"]) == ("resume", "system", "review")
    assert supervise(store) == NOTHING


def test_a_round_with_nothing_to_do_asks_a_handful_of_questions_and_writes_nothing(store, clock, overdue):
    overdue(5)
    clock.at = DUE
    supervise(store)
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda *one: asked.append(one[2]))
    assert supervise(store) == NOTHING
    assert len(asked) <= 9
    assert [one for one in asked if not one.startswith("SELECT") and one != "BEGIN"] == []
