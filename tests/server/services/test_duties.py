"""Who answers for a cell, in every case that a roster can hold."""

from datetime import timedelta

import pytest

from server.models import Duty, Leave, Person
from server.services.duties import cells_of, on_duty

EIGHTH = "990101001001008"
THIRD = "990101001001003"


@pytest.fixture
def ask(store, town):
    """Ask who is on duty for a cell now."""

    def ask(code, after=timedelta()):
        with store.read() as tx:
            answer = on_duty(tx, town.areas[code], tx.now + after)
        return answer.person_id, answer.reason

    return ask


def away(store, town, login, substitute=None, days=3):
    with store.write() as tx:
        stand_in = town.people[substitute] if substitute else None
        tx.session.add(
            Leave(
                person_id=town.people[login],
                substitute_id=stand_in,
                starts_at=tx.now - timedelta(days=1),
                ends_at=tx.now + timedelta(days=days),
            )
        )


def test_the_a_worker_answers_for_her_cell(ask, town):
    assert ask(EIGHTH) == (town.people["worker_lin"], "duty.A")


def test_a_substitute_stands_in_during_leave_and_only_then(ask, store, town):
    away(store, town, "worker_lin", "dispatcher_qian")
    assert ask(EIGHTH) == (town.people["dispatcher_qian"], "duty.substitute")
    assert ask(EIGHTH, timedelta(days=3)) == (town.people["worker_lin"], "duty.A")


def test_b_answers_when_a_is_away_without_a_substitute(ask, store, town):
    away(store, town, "worker_lin")
    assert ask(EIGHTH) == (town.people["worker_he"], "duty.B")


def test_a_substitute_who_is_away_himself_does_not_count(ask, store, town):
    away(store, town, "worker_lin", "dispatcher_qian")
    away(store, town, "dispatcher_qian")
    assert ask(EIGHTH) == (town.people["worker_he"], "duty.B")


def test_the_leader_of_the_community_answers_when_no_worker_can(ask, store, town):
    away(store, town, "worker_lin")
    away(store, town, "worker_he")
    assert ask(EIGHTH) == (town.people["leader_zhao"], "duty.leader")
    assert ask(THIRD) == (town.people["leader_zhao"], "duty.leader")


def test_nobody_answers_when_even_the_leaders_are_away(ask, store, town):
    away(store, town, "leader_zhao")
    assert ask(THIRD) == (None, "duty.nobody")


def test_the_subdistricts_leader_answers_after_the_communitys(ask, store, town):
    away(store, town, "leader_zhao")
    with store.write() as tx:
        tx.session.add(
            Duty(
                area_id=town.areas["990101001"],
                person_id=town.people["supervisor_li"],
                kind="leader",
                starts_at=tx.now,
            )
        )
    assert ask(THIRD) == (town.people["supervisor_li"], "duty.leader")


def test_a_duty_ends_at_its_end_and_not_before(ask, store, town, clock):
    with store.write() as tx:
        duty = tx.session.query(Duty).filter_by(person_id=town.people["worker_lin"]).one()
        duty.ends_at = tx.now + timedelta(days=1)
    assert ask(EIGHTH, timedelta(days=1, microseconds=-1))[0] == town.people["worker_lin"]
    assert ask(EIGHTH, timedelta(days=1)) == (town.people["worker_he"], "duty.B")


def test_a_person_who_left_is_on_no_duty(ask, store, town):
    with store.write() as tx:
        tx.session.get(Person, town.people["worker_lin"]).is_active = False
    assert ask(EIGHTH) == (town.people["worker_he"], "duty.B")


def test_my_cells_are_those_i_answer_for_and_those_i_stand_in_for(store, town):
    away(store, town, "worker_lin", "outsider")
    with store.read() as tx:
        mine = cells_of(tx, town.people["outsider"], tx.now)
    assert mine == [town.areas[EIGHTH], town.areas["990101002001001"]]
