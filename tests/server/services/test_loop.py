"""The loop beyond the plain road: corrections, requests, whistles, merging, clocks, last words."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from server.errors import Conflict, InputError
from server.models import Ask, Department, Entry, Issue, Leave, Whistle
from server.services import intake, issues, people
from server.services.drafts import Draft
from server.services.ledger import broken_chains
from server.services.people import system_actor
from server.workflow import IllegalAction, MissingField, NotPermittedAction, State

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # what is refused is no question of the store

# The test's now is Tuesday 10 March 2026, 10:00 in Shanghai; heating has two work days.
DUE = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)  # Thursday 17:30 in Shanghai


@pytest.fixture
def report(store, town):
    """Report an issue in the eighth cell; gives its number."""

    def report(category="heating", source="phone", **more):
        with store.write() as tx:
            draft = Draft(category, source, "暖气不热", **{"lon": 122.015, "lat": 37.015, **more})
            return intake.report(tx, town.actors["dispatcher_qian"], draft).number

    return report


@pytest.fixture
def act(store, town):
    """Act as a persona, or as the system."""

    def act(login, number, action, version=None, **given):
        actor = system_actor() if login == "system" else town.actors[login]
        with store.write() as tx:
            return issues.act(tx, actor, number, action, given, version)

    return act


@pytest.fixture
def see(store, town):
    """Read an issue as a persona."""

    def see(login, number):
        with store.read() as tx:
            return issues.one(tx, town.actors[login], number)

    return see


def offered(view):
    return {row.action for row in view.actions}


def test_the_due_begins_with_the_dispatch_by_the_categorys_limit(report, see):
    issue = see("worker_lin", report()).issue
    assert (issue.due_at, issue.dispatched_at) == (DUE, issue.received_at)
    assert issue.received_at < issue.amber_at < DUE
    assert issue.stage_due_at == datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # eight working hours to take it


def test_what_waits_for_a_dispatcher_has_no_due_yet(report, act, town, see):
    number = report(lon=122.5, lat=37.5)
    assert see("dispatcher_qian", number).issue.due_at is None
    view = act("dispatcher_qian", number, "withdraw", reason="打错了")
    assert (view.issue.state, view.issue.due_at) == (State.REJECTED, None)


@ON_ONE
def test_an_urgent_issue_runs_on_the_wall_clock(report, see):
    issue = see("worker_lin", report("gas_smell")).issue
    assert issue.urgent
    assert issue.due_at == issue.received_at + timedelta(hours=1)
    ordinary = see("worker_lin", report("exposed_rubbish", urgent=True)).issue
    assert ordinary.due_at == datetime(2026, 3, 10, 7, 30, tzinfo=UTC)  # four working hours come first


def test_the_time_of_each_stage_is_kept(report, act, clock, see):
    number = report()
    clock.at += timedelta(hours=1)
    act("worker_lin", number, "take")
    clock.at += timedelta(hours=3)  # 14:00: an hour and a half of it was lunch
    act("worker_lin", number, "finish", outcome="修好了")
    assert [step.used_s for step in see("worker_lin", number).log] == [None, 0, 3600, 5400]


def test_correcting_the_category_counts_the_due_anew_from_the_first_dispatch(report, act, clock):
    number = report()
    clock.at += timedelta(hours=2)
    view = act("leader_zhao", number, "correct", changes={"category": "fire_door"}, reason="是防火门")
    assert view.issue.category == "fire_door"
    assert view.issue.due_at == DUE + timedelta(days=1)
    assert view.log[-1].given["changes"]["category"] == {"from": "heating", "to": "fire_door"}


def test_correcting_the_place_of_an_untaken_issue_gives_it_to_who_is_on_duty_there(report, act):
    view = act(
        "dispatcher_qian",
        report(),
        "correct",
        changes={"place": {"lon": 122.005, "lat": 37.005}},
        reason="在西边",
    )
    assert [step.action for step in view.log[-2:]] == ["correct", "reassign"]
    assert view.holder == ("person", "何平")
    assert view.log[-2].moved == ("文峰社区第八网格", "文峰社区第一网格")
    assert view.issue.due_at == DUE


def test_correcting_the_place_of_one_in_work_leaves_it_and_asks_the_leader_to_look(report, act):
    number = report()
    act("worker_lin", number, "take")
    view = act(
        "leader_zhao", number, "correct", changes={"place": {"lon": 122.005, "lat": 37.005}}, reason="x"
    )
    assert (view.holder, view.issue.needs_check) == (("person", "林晓"), True)


def test_correcting_a_waiting_one_into_a_cell_dispatches_it(store, town, report, act):
    number = report()
    act("worker_lin", number, "return", reason="不是我的")
    view = act(
        "leader_zhao", number, "correct", changes={"place": {"lon": 122.005, "lat": 37.005}}, reason="x"
    )
    assert (view.issue.state, view.holder) == (State.DISPATCHED, ("person", "何平"))


@ON_ONE
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": "heating"}, "correct.nothing"),
        ({"category": "no such"}, "category.unknown"),
        ({"state": "closed"}, "field.unknown"),
        ("x", "field.unreadable"),
        ({"place": {"lon": "x", "lat": 1}}, "field.not_number"),
        ({"place": {"lon": 0, "lat": 0}}, "coordinate.null_island"),
        ({"place": {"lat": 37.0}}, "coordinate.missing"),
    ],
)
def test_corrections_that_mean_nothing_are_refused(report, act, see, changes, code):
    number = report()
    with pytest.raises(InputError) as refused:
        act("leader_zhao", number, "correct", changes=changes, reason="x")
    assert refused.value.code == code
    assert len(see("leader_zhao", number).log) == 2


def test_an_extension_is_asked_for_and_granted_by_another_and_moves_the_due(report, act, see):
    number, until = report(), "2026-03-20"
    act("worker_lin", number, "take")
    view = act("worker_lin", number, "ask_extend", until=until, reason="配件未到")
    assert (view.issue.due_at, view.asks[0].state) == (DUE, "open")
    assert "ask_extend" not in offered(view)
    assert not {"extend", "refuse_extend"} & offered(view)
    view = act("leader_zhao", number, "extend")
    assert view.issue.due_at == datetime(2026, 3, 20, 16, tzinfo=UTC)  # the end of that day in Shanghai
    assert view.issue.stage_due_at == view.issue.due_at
    assert (view.asks[0].state, view.asks[0].decided_by) == ("granted", "赵敏")


def test_a_third_extension_is_not_offered(report, act, see):
    number = report()
    act("worker_lin", number, "take")
    for until in ("2026-03-20", "2026-03-25"):
        act("worker_lin", number, "ask_extend", until=until, reason="x")
        act("leader_zhao", number, "extend")
    assert "ask_extend" not in offered(see("worker_lin", number))
    with pytest.raises(IllegalAction):
        act("worker_lin", number, "ask_extend", until="2026-03-30", reason="x")


@ON_ONE
@pytest.mark.parametrize("until", ["2026-03-11", "2029-12-31", "soon", "2026-03-12T17:30"])
def test_an_extension_must_be_later_than_the_due(report, act, until):
    number = report()
    act("worker_lin", number, "take")
    with pytest.raises(InputError) as refused:
        act("worker_lin", number, "ask_extend", until=until, reason="x")
    assert refused.value.values["field"] == "until"


def test_a_suspension_stops_the_clock_from_the_asking_until_it_is_resumed(report, act, clock, see):
    number = report()
    act("worker_lin", number, "take")
    clock.at += timedelta(hours=1)  # 11:00
    act("worker_lin", number, "ask_suspend", review_date="2026-04-10", reason="等改造", told="已说明")
    clock.at += timedelta(hours=3)
    view = act("supervisor_li", number, "suspend")
    assert (view.issue.state, view.issue.due_at, view.issue.amber_at) == (State.SUSPENDED, None, None)
    clock.at = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)  # Monday 11:00, four working days on
    view = act("system", number, "resume", reason_code="review")
    assert view.issue.due_at == datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
    assert view.issue.review_at is None


def test_a_correction_while_suspended_counts_when_it_goes_on(report, act, clock):
    number = report()
    act("worker_lin", number, "take")
    act("worker_lin", number, "ask_suspend", review_date="2026-04-10", reason="等", told="已说明")
    act("supervisor_li", number, "suspend")
    assert (
        act("leader_zhao", number, "correct", changes={"category": "fire_door"}, reason="x").issue.due_at
        is None
    )
    view = act("supervisor_li", number, "resume")
    assert view.issue.due_at == DUE + timedelta(days=1)


def test_nobody_grants_what_they_asked_for(report, act, town):
    number = report()
    act("leader_zhao", number, "reassign", holder=f"person:{town.people['leader_zhao']}", reason="亲自办")
    act("leader_zhao", number, "take")
    act("leader_zhao", number, "ask_extend", until="2026-03-20", reason="x")
    with pytest.raises(NotPermittedAction):
        act("leader_zhao", number, "extend")


def test_what_was_asked_for_falls_when_the_issue_leaves_the_hands(report, act, store):
    number = report()
    act("worker_lin", number, "take")
    act("worker_lin", number, "ask_extend", until="2026-03-20", reason="x")
    act("worker_lin", number, "finish", outcome="好了")
    with store.read() as tx:
        assert tx.session.scalars(select(Ask.state)).one() == "withdrawn"


@pytest.fixture
def property_company(store, town):
    """A second department with a handler of its own."""
    with store.write() as tx:
        tx.session.add(Department(code="property", name="物业公司", kind="property", area_id=None))
        tx.session.flush()
        given = people.NewPerson("handler_wu", "吴工", None, None, (("handler", "990101"),), "property")
        town.actors["handler_wu"] = people.actor_of(tx, people.create(tx, [given])[0])


def test_departments_are_called_and_each_answers_for_itself(report, act, see, property_company, store):
    number = report()
    act("worker_lin", number, "take")
    act(
        "worker_lin",
        number,
        "whistle",
        departments=["heating", "property"],
        matter="查管道",
        answer_by="2026-03-12",
    )
    view = act("handler_wu", number, "answer", result="partly", text="已到场")
    told = [(one.department, one.result, one.who) for one in view.whistles]
    assert told == [("热力公司", None, ""), ("物业公司", "partly", "吴工")]
    assert "answer" not in offered(view)
    assert "answer" in offered(see("handler_sun", number))
    assert view.issue.state == State.HANDLING
    with store.read() as tx:
        assert "查管道" not in str(tx.session.scalars(select(Entry.given)).all())
        assert len(tx.session.scalars(select(Whistle)).all()) == 2


def test_a_department_is_not_called_twice_before_it_answered_nor_an_unknown_one(report, act):
    number = report()
    act("leader_zhao", number, "whistle", departments=["heating"], matter="x", answer_by="2026-03-12")
    for departments, code in ((["heating"], "whistle.waiting"), (["nobody"], "whistle.unknown")):
        with pytest.raises(InputError) as refused:
            act("leader_zhao", number, "whistle", departments=departments, matter="x", answer_by="2026-03-12")
        assert refused.value.code == code
    with pytest.raises(MissingField):
        act("leader_zhao", number, "whistle", departments=[], matter="x", answer_by="2026-03-12")


def test_merging_counts_the_repeat_and_takes_the_earliest_due(report, act, see, store):
    first = report("fire_door")
    second = report("heating", reporter_phone="13900001111")
    view = act("dispatcher_qian", second, "merge", parent=first)
    assert (view.issue.state, view.holder, view.parent) == (State.MERGED, None, first)
    parent = see("dispatcher_qian", first)
    assert (parent.issue.repeats, parent.children, parent.issue.callback) == (1, (second,), True)
    assert parent.issue.due_at == DUE
    assert parent.log[-1].action == "absorb"
    assert "merge" not in offered(parent)
    act("dispatcher_qian", second, "unmerge", reason="不是一回事")
    assert see("dispatcher_qian", first).issue.repeats == 0
    with store.read() as tx:
        assert broken_chains(tx) == []


@ON_ONE
@pytest.mark.parametrize(
    ("parent", "code"), [("itself", "merge.itself"), ("20260310-99999", "merge.unknown")]
)
def test_an_issue_is_not_merged_into_itself_or_nothing(report, act, parent, code):
    number = report()
    with pytest.raises(InputError) as refused:
        act("dispatcher_qian", number, "merge", parent=number if parent == "itself" else parent)
    assert refused.value.code == code


def test_an_issue_is_not_merged_into_an_ended_one(report, act):
    first, second = report(), report()
    act("dispatcher_qian", first, "withdraw", reason="打错了")
    with pytest.raises(InputError) as refused:
        act("dispatcher_qian", second, "merge", parent=first)
    assert refused.value.code == "merge.ended"


def test_after_two_hand_offs_only_a_supervisor_says_who_keeps_it(report, act, see, town):
    number, lin = report(), f"person:{town.people['worker_lin']}"
    for _ in range(2):
        act("worker_lin", number, "return", reason="不归我管")
        if see("leader_zhao", number).issue.hand_offs < 2:
            act("leader_zhao", number, "dispatch", holder=lin)
    with pytest.raises(IllegalAction):
        act("leader_zhao", number, "dispatch", holder=lin)
    view = act("supervisor_li", number, "reassign", holder=lin, reason="就是你的")
    assert (view.issue.final, view.issue.state) == (True, State.DISPATCHED)
    act("worker_lin", number, "take")
    assert not {"return", "transfer", "escalate"} & offered(see("worker_lin", number))


def test_the_outcome_keeps_quantity_unit_and_money(report, act):
    number = report()
    act("worker_lin", number, "take")
    view = act(
        "worker_lin", number, "finish", outcome="换灯", quantity=316, unit="盏", money=700000.5, photos=2
    )
    assert (view.issue.quantity, view.issue.unit, view.issue.money_fen) == (316, "盏", 70_000_050)
    assert view.log[-1].given["photos"] == 2


@ON_ONE
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quantity": 3}, "unit"),
        ({"unit": "盏"}, "quantity"),
        ({"quantity": -1, "unit": "盏"}, "quantity"),
        ({"quantity": "nan", "unit": "盏"}, "quantity"),
        ({"quantity": 1, "unit": "13812345678"}, "unit"),
        ({"quantity": 1, "unit": "王秀英家老太太"}, "unit"),
        ({"money": 1e12}, "money"),
        ({"photos": 1.5}, "photos"),
        ({"holder": "person:1"}, "holder"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_by_its_field(report, act, given, field):
    number = report()
    act("worker_lin", number, "take")
    with pytest.raises(InputError) as refused:
        act("worker_lin", number, "finish", outcome="x", **given)
    assert refused.value.values["field"] == field


@ON_ONE
def test_a_self_checked_matter_without_anybody_to_call_closes_by_itself(report, act):
    view = act("worker_lin", report("exposed_rubbish", "patrol"), "settle", outcome="清走了")
    assert [step.action for step in view.log[-3:]] == ["settle", "pass", "close"]
    assert (view.issue.state, view.log[-1].given["reason"]) == (State.CLOSED, "no_callback")


def test_three_failed_contacts_let_it_be_closed(report, act, see):
    number = report()
    act("worker_lin", number, "settle", outcome="好了")
    act("supervisor_li", number, "pass")
    for _ in range(3):
        assert "close" not in offered(see("dispatcher_qian", number))
        act("dispatcher_qian", number, "attempt", text="无人接听")
    view = act("dispatcher_qian", number, "close", reason="三次联系未果")
    assert (view.issue.state, view.issue.satisfaction) == (State.CLOSED, None)


@ON_ONE
def test_satisfaction_is_not_recorded_of_somebody_not_reached(report, act):
    number = report()
    act("worker_lin", number, "settle", outcome="好了")
    act("leader_zhao", number, "pass")
    with pytest.raises(InputError) as refused:
        act("dispatcher_qian", number, "survey", contacted="no", satisfaction="satisfied")
    assert refused.value.code == "survey.not_contacted"


def test_unsolved_starts_a_new_round_and_dissatisfied_closes(report, act, clock):
    number = report()
    act("worker_lin", number, "settle", outcome="好了")
    act("leader_zhao", number, "pass")
    clock.at += timedelta(days=6)
    view = act("dispatcher_qian", number, "object", reason="还是不热")
    assert (view.issue.state, view.issue.round, view.holder) == (State.HANDLING, 2, ("person", "林晓"))
    assert view.issue.due_at == DUE + timedelta(days=6)
    act("worker_lin", number, "finish", outcome="换了管")
    act("leader_zhao", number, "pass")
    view = act("dispatcher_qian", number, "survey", satisfaction="dissatisfied", text="太慢")
    assert (view.issue.state, view.issue.satisfaction) == (State.CLOSED, "dissatisfied")


def test_a_second_reopening_is_the_supervisors(report, act, see):
    number = report()
    for action, login in (("reopen", "leader_zhao"), ("reopen", "supervisor_li")):
        if see(login, number).issue.state != State.REPORTED:
            act("dispatcher_qian", number, "withdraw", reason="x")
        else:
            act("leader_zhao", number, "reject", reason="x", told="x")
        assert (action in offered(see("leader_zhao", number))) == (login == "leader_zhao")
        assert act(login, number, action, reason="又有了").issue.state == State.REPORTED


def test_somebody_on_leave_is_named_with_the_day_of_return(report, act, store, town):
    with store.write() as tx:
        tx.session.add(
            Leave(person_id=town.people["worker_he"], starts_at=tx.now, ends_at=tx.now + timedelta(days=3))
        )
    with pytest.raises(InputError) as refused:
        act("leader_zhao", report(), "reassign", holder=f"person:{town.people['worker_he']}", reason="x")
    assert refused.value.code == "holder.away"
    assert refused.value.values["name"] == "何平"


def test_a_stale_version_is_told_what_changed(report, act, see):
    number = report()
    seen = see("worker_lin", number).issue.version
    act("leader_zhao", number, "note", text="今天去看")
    with pytest.raises(Conflict) as refused:
        act("worker_lin", number, "take", version=seen)
    assert [(one["action"], one["who"]) for one in refused.value.values["changed"]] == [("note", "赵敏")]


def test_a_step_that_fails_half_way_leaves_nothing(report, act, see, store, town):
    number = report()
    act("worker_lin", number, "take")
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        issues.act(
            tx, town.actors["worker_lin"], number, "ask_extend", {"until": "2026-03-20", "reason": "x"}
        )
        raise ZeroDivisionError
    assert see("worker_lin", number).asks == ()
    with store.read() as tx:
        assert tx.session.scalar(select(Issue.version).where(Issue.number == number)) == 3


def test_the_last_word_is_not_escaped_by_correcting_the_place(report, act, see, town):
    number, lin = report(), f"person:{town.people['worker_lin']}"
    act("worker_lin", number, "return", reason="不归我管")
    act("leader_zhao", number, "dispatch", holder=lin)
    act("worker_lin", number, "return", reason="不归我管")
    act("supervisor_li", number, "reassign", holder=lin, reason="就是你的")
    view = act(
        "dispatcher_qian", number, "correct", changes={"place": {"lon": 122.005, "lat": 37.005}}, reason="x"
    )
    assert (view.holder, view.issue.final, view.issue.needs_check) == (("person", "林晓"), True, True)


@ON_ONE
@pytest.mark.parametrize("action", ["ask_extend", "ask_suspend", "pass", "extend", "survey", "return"])
def test_requests_and_verdicts_happen_when_they_are_received(report, store, town, clock, action):
    number = report()
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "take", {})
    before = clock.at
    clock.at += timedelta(days=3)
    given = {
        "until": "2026-03-30",
        "review_date": "2026-03-30",
        "reason": "x",
        "told": "x",
        "satisfaction": "satisfied",
    }
    with pytest.raises((InputError, IllegalAction)) as refused, store.write() as tx:
        fields = {
            "ask_extend": ("until", "reason"),
            "ask_suspend": ("review_date", "reason", "told"),
            "return": ("reason",),
        }
        mine = {name: given[name] for name in fields.get(action, ())}
        issues.act(tx, town.actors["worker_lin"], number, action, mine, happened_at=before)
    assert refused.value.code in {"time.not_backdated", "action.illegal"}


@ON_ONE
def test_what_was_done_without_a_network_keeps_its_time_for_a_week(report, store, town, clock):
    number = report()
    clock.at += timedelta(hours=1)
    done_at = clock.at
    clock.at += timedelta(days=2)
    with store.write() as tx:
        view = issues.act(tx, town.actors["worker_lin"], number, "take", {}, happened_at=done_at)
    assert (view.log[-1].at, view.log[-1].used_s) == (done_at, 3600)
    clock.at += timedelta(days=8)
    with pytest.raises(InputError) as refused, store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "finish", {"outcome": "x"}, happened_at=done_at)
    assert refused.value.code == "time.backdated"


def test_an_open_request_falls_with_the_suspension_that_was_granted(report, act, see, town):
    number = report()
    act("worker_lin", number, "take")
    act("worker_lin", number, "ask_extend", until="2026-03-30", reason="x")
    act("worker_lin", number, "ask_suspend", review_date="2026-04-10", reason="等", told="x")
    view = act("supervisor_li", number, "suspend")
    assert [(one.kind, one.state) for one in view.asks] == [("extend", "withdrawn"), ("suspend", "granted")]
    act("supervisor_li", number, "reassign", holder=f"person:{town.people['worker_he']}", reason="换人")
    act("worker_he", number, "take")
    assert "ask_extend" in offered(see("worker_he", number))
    assert "extend" not in offered(see("leader_zhao", number))


def test_an_earlier_due_is_kept_for_a_parent_that_waits_or_is_suspended(report, act, see, clock):
    waiting, child = report("fire_door"), report()
    act("worker_lin", waiting, "return", reason="x")
    other, suspended = report("heating"), report("fire_door")
    act("worker_lin", suspended, "take")
    act("worker_lin", suspended, "ask_suspend", review_date="2026-04-10", reason="等", told="x")
    act("supervisor_li", suspended, "suspend")
    act("dispatcher_qian", child, "merge", parent=waiting)
    act("dispatcher_qian", other, "merge", parent=suspended)
    assert see("dispatcher_qian", waiting).issue.due_at == DUE
    assert act("supervisor_li", suspended, "resume").issue.due_at == DUE


def test_who_goes_on_after_an_objection_does_not_verify_it(report, act, see, town):
    number, zhao = report(), f"person:{town.people['leader_zhao']}"
    act("leader_zhao", number, "reassign", holder=zhao, reason="亲自办")
    act("leader_zhao", number, "take")
    act("leader_zhao", number, "finish", outcome="好了")
    act("supervisor_li", number, "pass")
    act("dispatcher_qian", number, "object", reason="没好")
    act("leader_zhao", number, "transfer", holder=f"person:{town.people['worker_lin']}", reason="x")
    act("worker_lin", number, "take")
    act("worker_lin", number, "finish", outcome="好了")
    assert not {"pass", "rework"} & offered(see("leader_zhao", number))
    assert "pass" in offered(see("supervisor_li", number))


@ON_ONE
def test_amber_does_not_come_early_for_one_that_was_suspended(report, act, clock):
    number = report()
    act("worker_lin", number, "take")
    act("worker_lin", number, "ask_suspend", review_date="2026-04-10", reason="等", told="x")
    act("supervisor_li", number, "suspend")
    clock.at = datetime(2026, 4, 10, 2, 0, tzinfo=UTC)
    resumed = act("supervisor_li", number, "resume").issue
    amber = resumed.amber_at
    assert clock.at < amber < resumed.due_at
    view = act("leader_zhao", number, "correct", changes={"category": "fire_hazard"}, reason="x")
    assert (view.issue.amber_at, view.issue.due_at) == (amber, resumed.due_at)  # two work days as well


@ON_ONE
def test_what_came_of_it_is_forgotten_when_it_is_worked_on_again(report, act):
    number = report()
    act("worker_lin", number, "settle", outcome="x", quantity=3, unit="盏", money=5)
    issue = act("leader_zhao", number, "rework", reason="没好").issue
    assert (issue.quantity, issue.unit, issue.money_fen) == (None, None, None)


def test_merging_and_unmerging_leaves_nothing_behind(report, act, see):
    parent, child = report(source="patrol"), report(reporter_phone="13900001111")
    act("dispatcher_qian", child, "merge", parent=parent)
    assert see("dispatcher_qian", parent).issue.callback is True
    act("dispatcher_qian", child, "unmerge", reason="x")
    assert see("dispatcher_qian", parent).issue.callback is False
    act("leader_zhao", child, "reject", reason="x", told="x")
    assert "reopen" in offered(see("dispatcher_qian", child))


@ON_ONE
def test_why_somebody_holds_it_is_said_anew_when_it_is_given_on(report, act, town):
    number = report()
    assert act("worker_lin", number, "return", reason="x").issue.assigned["code"] == "triage.returned"
    view = act("leader_zhao", number, "dispatch", holder=f"person:{town.people['worker_he']}")
    assert view.issue.assigned == {"code": "assigned.by", "values": {"name": "赵敏"}}


def test_an_issue_of_the_first_version_gets_its_clock_when_it_is_taken(report, act, store):
    number = report()
    with store.write() as tx:
        blank = dict.fromkeys(("due_at", "amber_at", "dispatched_at", "stage_at", "stage_due_at"))
        tx.session.execute(update(Issue).where(Issue.number == number).values(blank))
    assert act("worker_lin", number, "take").issue.due_at == DUE
