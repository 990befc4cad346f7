"""What is done with an issue: by whom, in one transaction, into the ledger."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from server.errors import Conflict, InputError, NotFound
from server.models import Duty, Entry, Issue
from server.services import intake, issues, people
from server.services.drafts import Draft
from server.services.ledger import broken_chains
from server.services.people import NewPerson
from server.services.unmasking import unmask
from server.workflow import IllegalAction, MissingField, NotPermittedAction, State, fold


@pytest.fixture
def number(store, town):
    """Number of an issue in the eighth cell, held by worker_lin."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热，电话13812345678", lon=122.015, lat=37.015)
        return intake.report(tx, town.actors["dispatcher_qian"], draft).number


@pytest.fixture
def act(store, town, number):
    """Act as a persona on the issue."""

    def act(login, action, version=None, **given):
        with store.write() as tx:
            return issues.act(tx, town.actors[login], number, action, given, version)

    return act


@pytest.fixture
def see(store, town, number):
    """Read the issue as a persona."""

    def see(login):
        with store.read() as tx:
            return issues.one(tx, town.actors[login], number)

    return see


def offered(view):
    return {row.action for row in view.actions}


def test_an_issue_goes_from_report_to_closing_through_five_people(act, see, store):
    act("worker_lin", "take")
    act("worker_lin", "finish", outcome="换了阀门")
    act("leader_zhao", "pass")
    view = act("dispatcher_qian", "survey", contacted="yes", satisfaction="satisfied")
    assert view.issue.state == State.CLOSED
    assert [step.action for step in view.log] == ["report", "dispatch", "take", "finish", "pass", "survey"]
    with store.read() as tx:
        entries = tx.session.scalars(select(Entry).order_by(Entry.seq)).all()
        folded = fold((one.action, one.to_state, one.given) for one in entries)
        assert broken_chains(tx) == []
    assert (folded.state, folded.holder) == ("closed", ("person", view.issue.holder_person_id))


def test_the_worker_is_offered_what_is_hers_and_the_leader_what_is_his(see):
    assert {"take", "return", "settle"} <= offered(see("worker_lin"))
    assert "take" not in offered(see("leader_zhao"))
    assert {"reassign", "supervise"} & offered(see("supervisor_li"))


def test_somebody_of_another_subdistrict_finds_nothing(see, act):
    with pytest.raises(NotFound):
        see("outsider")
    with pytest.raises(NotFound):
        act("outsider", "take")


def test_an_administrator_sees_no_issue(see):
    with pytest.raises(NotFound):
        see("admin_wu")


def test_the_wrong_person_the_wrong_state_and_a_missing_reason_are_told_apart(act):
    with pytest.raises(NotPermittedAction):
        act("leader_zhao", "take")
    with pytest.raises(IllegalAction):
        act("leader_zhao", "pass")
    with pytest.raises(MissingField):
        act("worker_lin", "return")


def test_a_stale_version_is_refused_and_changes_nothing(act, see):
    seen = see("worker_lin").issue.version
    act("leader_zhao", "note", text="请今天去看")
    with pytest.raises(Conflict):
        act("worker_lin", "take", version=seen)
    assert see("worker_lin").issue.state == State.DISPATCHED


def test_nobody_verifies_what_they_handled(act, store, town, see):
    act("leader_zhao", "reassign", holder=f"person:{town.people['leader_zhao']}", reason="亲自办")
    act("leader_zhao", "take")
    act("leader_zhao", "finish", outcome="已修好")
    assert not {"pass", "rework"} & offered(see("leader_zhao"))
    assert {"pass", "rework"} <= offered(see("supervisor_li"))


def test_a_handler_holds_what_is_given_to_her_department_and_sees_nothing_else(act, see, store, town):
    with pytest.raises(NotFound):
        see("handler_sun")
    with store.read() as tx:
        department = tx.session.scalar(text("SELECT id FROM department"))
    act("dispatcher_qian", "reassign", holder=f"department:{department}", reason="属供暖")
    assert see("handler_sun").holder == ("department", "热力公司")
    view = act("handler_sun", "take")
    assert view.holder == ("person", "孙强")


def test_a_return_brings_it_back_to_the_desk_without_a_holder(act):
    view = act("worker_lin", "return", reason="不在我的网格")
    assert (view.issue.state, view.holder, view.issue.hand_offs) == (State.REPORTED, None, 1)


def test_escalating_gives_it_to_the_leader_above(act):
    view = act("worker_lin", "escalate", reason="需要社区出面")
    assert view.holder == ("person", "赵敏")


def test_the_words_of_a_step_are_sealed_but_readable_to_those_who_may(act, store, town):
    view = act("leader_zhao", "note", text="住户王五电话13900001111")
    assert view.log[-1].words == {"text": "住户王五电话＊"}
    with store.write() as tx:
        seen = unmask(tx, town.actors["leader_zhao"], view.issue.number, "check")
        assert seen.log[-1].words == {"text": "住户王五电话13900001111"}
        assert "13900001111" not in str(tx.session.scalars(select(Entry.given)).all())


@pytest.mark.parametrize(
    "holder", ["person:99999", "person:x", "nobody", "department:99999", "person:" + "9" * 40]
)
def test_an_unknown_holder_is_named(act, holder):
    with pytest.raises(InputError) as refused:
        act("leader_zhao", "reassign", holder=holder, reason="换人")
    assert refused.value.code == "holder.unknown"


@pytest.mark.parametrize("change", [update(Entry).values(action="forged"), delete(Entry)])
def test_the_database_refuses_to_change_an_entry(number, store, change):
    with pytest.raises(DBAPIError, match="append-only"), store.write() as tx:
        tx.session.execute(change)
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Entry)) == 2


def test_a_forged_entry_breaks_its_chain(number, store):
    drop = (
        "DROP TRIGGER entry_no_update"
        if store.on_sqlite
        else "ALTER TABLE entry DISABLE TRIGGER entry_no_change"
    )
    with store.write() as tx:
        tx.session.execute(text(drop))
        tx.session.execute(update(Entry).where(Entry.seq == 1).values(role="leader"))
    with store.read() as tx:
        issue_id = tx.session.scalar(select(Issue.id).where(Issue.number == number))
        assert broken_chains(tx) == [(issue_id, 1)]


def test_candidates_begin_with_those_nearest(store, town, number):
    with store.read() as tx:
        candidates = issues.candidates(tx, town.actors["leader_zhao"], number)
    names = [one.name for one in candidates]
    assert candidates[-1].what == ""
    assert names[0] in {"林晓", "何平"}
    assert names[-1] == "热力公司"
    assert "周远" not in names


def test_taking_clears_the_doubts_about_the_place(store, town, act):
    with store.write() as tx:
        draft = Draft("heating", "phone", "x", lon=122.01, lat=37.015)
        border = intake.report(tx, town.actors["leader_zhao"], draft).number
        issues.act(tx, town.actors["leader_zhao"], border, "take", {})
    with store.read() as tx:
        assert issues.one(tx, town.actors["leader_zhao"], border).issue.border is False


def test_a_reopened_issue_starts_a_counted_round(act, clock):
    act("worker_lin", "settle", outcome="当场修好")
    act("leader_zhao", "pass")
    act("dispatcher_qian", "survey", contacted="yes", satisfaction="basically")
    clock.at += timedelta(days=2)
    view = act("supervisor_li", "reopen", reason="又坏了")
    assert (view.issue.state, view.issue.round, view.issue.ended_at) == (State.REPORTED, 2, None)


def test_escalating_is_not_offered_where_nobody_stands_above(act, see):
    act("worker_lin", "escalate", reason="需要社区出面")
    assert "escalate" not in offered(see("leader_zhao"))


def test_whose_duty_has_ended_gets_nothing(act, store, town, clock):
    with store.write() as tx:
        person = people.create(tx, [NewPerson("once", "过去")])[0]
        tx.session.add(
            Duty(
                area_id=town.areas["990101001001001"],
                person_id=person,
                kind="B",
                starts_at=tx.now - timedelta(days=9),
                ends_at=tx.now - timedelta(days=1),
            )
        )
    with pytest.raises(InputError) as refused:
        act("leader_zhao", "reassign", holder=f"person:{person}", reason="换人")
    assert refused.value.code == "holder.unknown"


def test_of_two_who_act_at_once_one_is_refused(act, see):
    seen = see("worker_lin").issue.version

    def settle(_):
        try:
            return act("worker_lin", "settle", version=seen, outcome="修好了").issue.state
        except Conflict as refused:
            return refused.code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(settle, range(4)))
    assert answers == ["handled", "state.stale", "state.stale", "state.stale"]
    assert [step.action for step in see("worker_lin").log] == ["report", "dispatch", "settle"]


@pytest.mark.parametrize("blank", ["", "  ", "\u200b\u2060", "\n\t"])
def test_a_blank_reason_is_no_reason(act, blank):
    with pytest.raises(MissingField):
        act("worker_lin", "return", reason=blank)


def test_an_issue_is_not_given_to_people_of_another_subdistrict(act, town):
    with pytest.raises(InputError):
        act("leader_zhao", "reassign", holder=f"person:{town.people['outsider']}", reason="换人")
