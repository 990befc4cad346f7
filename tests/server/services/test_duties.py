"""Who answers for a cell, in every case that a roster can hold."""

from datetime import timedelta

import pytest

from server.errors import InputError
from server.models import Duty, Issue, Leave, Person
from server.services import intake, issues, reminders
from server.services.drafts import Draft
from server.services.duties import above, cells_of, on_duty

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


@pytest.fixture
def over_all(store, town):
    """Leaders of the subdistrict (钱进) and of the district (李岚), over the community's own (赵敏)."""
    with store.write() as tx:
        for code, login in (("990101001", "dispatcher_qian"), ("990101", "supervisor_li")):
            post = Duty(area_id=town.areas[code], person_id=town.people[login], kind="leader")
            post.starts_at = tx.now - timedelta(days=1)
            tx.session.add(post)


LADDER = ["worker_lin", "leader_zhao", "dispatcher_qian", "supervisor_li"]


@pytest.mark.usefixtures("over_all")
def test_escalating_goes_up_a_level_each_time_and_never_comes_back_down(store, town):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        held = [tx.session.query(Issue).one().holder_person_id]
        for login in LADDER[:-1]:
            issues.act(tx, town.actors[login], number, "escalate", {"reason": "需要上级出面"})
            held.append(tx.session.query(Issue).one().holder_person_id)
    assert held == [town.people[login] for login in LADDER]
    with pytest.raises(InputError) as refused, store.write() as tx:
        issues.act(tx, town.actors["supervisor_li"], number, "escalate", {"reason": "再上"})
    assert refused.value.code == "holder.nobody_above"


@pytest.mark.usefixtures("over_all")
@pytest.mark.parametrize("absent", ["leader_zhao", "dispatcher_qian"])
def test_a_leader_on_leave_is_passed_over_and_his_own_issues_still_go_up(store, town, absent):
    away(store, town, absent)
    place = LADDER.index(absent)
    with store.read() as tx:
        assert above(tx, town.areas[EIGHTH], town.people[LADDER[place - 1]]) == town.people[LADDER[place + 1]]
        assert above(tx, town.areas[EIGHTH], town.people[absent]) == town.people[LADDER[place + 1]]


@pytest.mark.usefixtures("over_all")
@pytest.mark.parametrize("area", ["990101001001", EIGHTH])
@pytest.mark.parametrize(
    ("holder", "leader"),
    [("worker_lin", "leader_zhao"), ("leader_zhao", "dispatcher_qian"), ("dispatcher_qian", "supervisor_li")],
)
def test_an_overdue_issue_is_brought_before_who_leads_its_holder_never_before_a_subordinate(
    store, town, area, holder, leader
):
    issue = Issue(area_id=town.areas[area], state="handling", holder_person_id=town.people[holder])
    with store.read() as tx:
        assert reminders.told(tx, issue, "leader") == reminders.Told("leader", town.people[leader])
