"""Handing over: every open issue of who goes has one new holder or is named; once, whatever happens."""

import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from server import workflow
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Duty, Entry, Issue, Leave, RoleGrant, Token
from server.services import appointing, handover, intake, issues, leaves, leaving, passing_on, people
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.leaves import Wish
from server.workflow import Role, Situation
from tests.forked import dying, ended, in_a_process

DAY = timedelta(days=1)
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that ask nothing of the store that others do not ask of both."""
EIGHTH, SECOND, THIRD, EAST = ((122.015, 37.015), (122.015, 37.005), (122.005, 37.015), (122.025, 37.015))
CELLS = {EIGHTH: "990101001001008", SECOND: "990101001001002", THIRD: "990101001001003"}
TAKE = ("worker_lin", "take", {})
FINISH = ("worker_lin", "finish", {"outcome": "换了阀门"})
ASK = ("worker_lin", "ask_suspend", {"review_date": "2026-04-20", "reason": "等配件", "told": "已说明"})
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
WAYS = {
    "dispatched": (),
    "handling": (TAKE,),
    "suspended": (TAKE, ASK, ("supervisor_li", "suspend", {})),
    "handled": (TAKE, FINISH),
    "closed": (
        TAKE,
        FINISH,
        ("leader_zhao", "pass", {}),
        ("dispatcher_qian", "survey", {"satisfaction": "satisfied"}),
    ),
}
"""How an issue comes to stand in a state."""


def report(store, town, place=EIGHTH, count=1):
    draft = Draft("heating", "phone", "暖气不热", lon=place[0], lat=place[1])
    with store.write() as tx:
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], [draft] * count)]


@pytest.fixture
def carried(store, town):
    """One issue of the eighth cell in each of five states; their numbers by state."""
    return carry(store, town, EIGHTH)


def carry(store, town, place):
    numbers = dict(zip(WAYS, report(store, town, place, len(WAYS)), strict=True))
    for state, number in numbers.items():
        for login, action, given in WAYS[state]:
            with store.write() as tx:
                assert issues.act(tx, town.actors[login], number, action, given).issue.number == number
    with store.read() as tx:
        stand = dict(tx.session.execute(select(Issue.number, Issue.state)).all())
    assert stand.items() >= {(number, state) for state, number in numbers.items()}
    return numbers


def holders(store, town, numbers):
    """Logins of who holds issues, in order."""
    logins = {key: login for login, key in town.people.items()}
    with store.read() as tx:
        held = dict(tx.session.execute(select(Issue.number, Issue.holder_person_id)).all())
    return [logins.get(held[number]) for number in numbers]


def handed(store):
    """Reassignments by the system: number -> reasons, in order."""
    with store.read() as tx:
        query = select(Issue.number, Entry.given).join(Issue, Issue.id == Entry.issue_id)
        query = query.where(Entry.action == "reassign", Entry.actor == "system").order_by(Entry.id)
        rows = tx.session.execute(query).all()
    return [(number, given["reason"]) for number, given in rows]


def complaints(store):
    with store.read() as tx:
        return examine(tx, 1).complaints


def announce(store, town, uid_of, login, since, until, substitute=None, everything=False, by=None):
    with store.write() as tx:
        stand_in = uid_of(substitute) if substitute else None
        wish = Wish(tx.now + since * DAY, tx.now + until * DAY, stand_in, everything)
        return leaves.announce(tx, town.actors[by or login], uid_of(login), wish)


def test_at_the_beginning_of_leave_what_is_not_taken_goes_to_the_substitute(
    carried, store, town, uid_of, clock
):
    announce(store, town, uid_of, "worker_lin", 1, 3, "dispatcher_qian")
    assert handover.run_due(store).moved == 0
    clock.at += DAY
    assert handover.run_due(store).moved == 1
    assert holders(store, town, carried.values()) == ["dispatcher_qian", *["worker_lin"] * 4]
    assert handed(store) == [(carried["dispatched"], "leave")]
    clock.at += 2 * DAY
    assert handover.run_due(store).moved == 0, "afterwards it stays"
    assert holders(store, town, [carried["dispatched"]]) == ["dispatcher_qian"]


@ON_ONE
def test_with_everything_what_is_in_work_goes_too_and_what_is_suspended_waits(carried, store, town, uid_of):
    announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he", everything=True, by="leader_zhao")
    assert handover.run_due(store).moved == 2
    assert holders(store, town, carried.values()) == ["worker_he"] * 2 + ["worker_lin"] * 3
    assert complaints(store) == ()


@ON_ONE
def test_nobody_sees_to_it_that_what_they_have_in_work_goes_to_a_colleague_of_their_choice(
    carried, store, town, uid_of
):
    with store.write() as tx:
        tx.session.execute(update(Issue).where(Issue.number == carried["handling"]).values(final=True))
    with pytest.raises(NotPermitted) as refused:
        announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he", everything=True)
    assert refused.value.code == "leave.everything"
    told = announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he")
    with pytest.raises(NotPermitted), store.write() as tx:
        wish = Wish(told.starts_at, told.ends_at, uid_of("worker_he"), everything=True)
        leaves.change(tx, town.actors["worker_lin"], told.id, wish)
    assert handover.run_due(store).moved == 1
    assert holders(store, town, [carried["handling"]]) == ["worker_lin"]


@ON_ONE
def test_of_a_leave_with_everything_they_change_the_days_but_not_the_substitute(store, town, uid_of):
    told = announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he", everything=True, by="leader_zhao")
    longer = Wish(told.starts_at, told.ends_at + DAY, uid_of("worker_he"), everything=True)
    other = Wish(told.starts_at, told.ends_at, uid_of("dispatcher_qian"), everything=True)
    with store.write() as tx:
        assert leaves.change(tx, town.actors["worker_lin"], told.id, longer).ends_at == longer.ends_at
    with pytest.raises(NotPermitted), store.write() as tx:
        leaves.change(tx, town.actors["worker_lin"], told.id, other)


@ON_ONE
def test_without_a_substitute_what_is_not_taken_goes_to_who_is_on_duty(store, town, uid_of):
    number = report(store, town)
    announce(store, town, uid_of, "worker_lin", 0, 3)
    assert handover.run_due(store).moved == 1
    assert holders(store, town, number) == ["worker_he"]


def test_what_nobody_can_take_is_named_and_stays_in_sight(store, town, uid_of):
    (number,) = report(store, town, THIRD)
    announce(store, town, uid_of, "leader_zhao", 0, 3)
    assert handover.run_due(store) == handover.HandedOver(0, (number,))
    with store.read() as tx:
        (item,) = handover.stranded(tx, town.actors["supervisor_li"])
        assert handover.stranded(tx, town.actors["outsider"]) == []
    assert (item.number, item.holder, item.to) == (number, "赵敏", "")


def test_a_leave_is_handed_over_once_even_by_two_at_a_time(store, town, uid_of, monkeypatch):
    monkeypatch.setattr(passing_on, "BATCH", 2)
    numbers = report(store, town, count=5)
    announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he")
    with ThreadPoolExecutor(2) as pool:
        done = [one.moved for one in pool.map(handover.run_due, [store] * 2)]
    assert (sum(done), handover.run_due(store).moved) == (5, 0)
    assert Counter(number for number, _ in handed(store)) == dict.fromkeys(numbers, 1)


def test_killed_within_a_batch_it_goes_on_and_moves_nothing_twice(store, town, uid_of, clock, monkeypatch):
    monkeypatch.setattr(passing_on, "BATCH", 2)
    numbers = report(store, town, count=5)
    announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he")
    process = in_a_process(store, clock, lambda own: dying(own, handover.run_due, entries=4))
    assert ended(process) == -signal.SIGKILL
    assert len(handed(store)) == 2, "the batch that broke wrote nothing"
    with store.read() as tx:
        assert tx.session.scalars(select(Leave.handed_over_at)).one() is None
    assert handover.run_due(store).moved == 3
    assert Counter(number for number, _ in handed(store)) == dict.fromkeys(numbers, 1)
    assert complaints(store) == ()


def test_by_hand_all_or_those_of_some_cells_go_to_somebody_or_to_who_is_on_duty(store, town, uid_of):
    second, third = report(store, town, SECOND), report(store, town, EIGHTH)
    with store.write() as tx:
        issues.act(tx, town.actors["leader_zhao"], third[0], "reassign",
                   {"holder": f"person:{town.people['worker_he']}", "reason": "人手"})  # fmt: skip
    leader, he = town.actors["leader_zhao"], uid_of("worker_he")
    with store.read() as tx:
        planned = handover.plan(tx, leader, he)
    assert [(item.number, item.to) for item in planned] == [(*second, "赵敏"), (*third, "林晓")]
    assert handover.hand_over(store, leader, he, cells=[CELLS[EIGHTH]]).moved == 1
    assert handover.hand_over(store, leader, he, uid_of("worker_lin")).moved == 1
    assert handover.hand_over(store, leader, he).moved == 0
    assert holders(store, town, [*second, *third]) == ["worker_lin"] * 2
    assert [reason for _, reason in handed(store)] == ["hand_over"] * 2


@ON_ONE
def test_who_hands_over_and_to_whom_is_checked(store, town, uid_of):
    lin = uid_of("worker_lin")
    for login, error in (("dispatcher_qian", NotPermitted), ("outsider", NotFound)):
        with pytest.raises(error):
            handover.hand_over(store, town.actors[login], lin)
    for given in ({"to": uid_of("outsider")}, {"to": "x"}, {"cells": ["nowhere"]}):
        with pytest.raises(InputError):
            handover.hand_over(store, town.actors["leader_zhao"], lin, **given)


@ON_ONE
@pytest.mark.parametrize("login", ["worker_lin", "leader_zhao"])
def test_nobody_hands_over_their_own_issues_not_even_a_leader(store, town, uid_of, login):
    number = report(store, town, EIGHTH if login == "worker_lin" else THIRD)
    with pytest.raises(NotPermitted) as refused:
        handover.hand_over(store, town.actors[login], uid_of(login), uid_of("worker_he"))
    assert refused.value.code == "duty.own_issues"
    with pytest.raises(NotPermitted), store.read() as tx:
        handover.plan(tx, town.actors[login], uid_of(login))
    assert holders(store, town, number) == [login]


def test_a_leader_over_one_of_somebodys_areas_sees_and_moves_only_what_lies_there(store, town, uid_of):
    lin, east = town.people["worker_lin"], town.areas["990101002001001"]
    with store.write() as tx:
        tx.session.query(Duty).filter(Duty.area_id == east).delete()
        tx.session.add(Duty(person_id=lin, area_id=east, kind="A", starts_at=tx.now))
    (here,), (there,) = report(store, town, EIGHTH), report(store, town, EAST)
    assert holders(store, town, [here, there]) == ["worker_lin"] * 2
    for login, number in (("leader_zhao", here), ("outsider", there)):
        with store.read() as tx:
            seen = [item.number for item in handover.plan(tx, town.actors[login], uid_of("worker_lin"))]
        assert seen == [number], login
    to = uid_of("worker_he")
    assert handover.hand_over(store, town.actors["leader_zhao"], uid_of("worker_lin"), to).moved == 1
    assert holders(store, town, [here, there]) == ["worker_he", "worker_lin"]


def test_one_issue_that_refuses_holds_up_no_other_and_is_tried_again(store, town, uid_of, monkeypatch):
    numbers = report(store, town, count=3)
    with store.write() as tx:
        tx.session.execute(update(Issue).where(Issue.number == numbers[1]).values(hand_offs=2))
    announce(store, town, uid_of, "worker_lin", 0, 3, "worker_he")
    rows = [
        row
        for row in workflow.TRANSITIONS
        if not (row.when == {Situation.SPENT} and Role.SYSTEM in row.roles)
    ]
    with monkeypatch.context() as without:
        without.setattr(workflow, "TRANSITIONS", tuple(rows))  # as if the last word were a supervisor's alone
        assert handover.run_due(store) == handover.HandedOver(2, failed=1)
        assert handover.run_due(store) == handover.HandedOver(0, failed=1)
    assert holders(store, town, numbers) == ["worker_he", "worker_lin", "worker_he"]
    assert [handover.run_due(store) for _ in range(2)] == [handover.HandedOver(1), handover.HandedOver()]


def test_when_a_duty_ends_its_open_issues_go_to_who_follows(carried, store, town, uid_of, clock):
    with store.write() as tx:
        post = appointing.Post(CELLS[EIGHTH], "A", starts_at=clock.at + DAY, replaces=True)
        appointing.appoint(tx, town.actors["leader_zhao"], uid_of("worker_he"), post)
    assert handover.run_due(store).moved == 0
    clock.at += DAY
    assert [handover.run_due(store).moved for _ in range(2)] == [3, 0]
    assert holders(store, town, carried.values()) == ["worker_he"] * 3 + ["worker_lin"] * 2
    with store.read() as tx:
        assert people.actor_of(tx, town.people["worker_lin"]).grants == (), "with the duty goes the role"


def test_a_worker_who_leaves_has_no_duty_no_token_no_way_in_and_no_open_issue(carried, store, town, uid_of):
    with store.write() as tx:
        tx.session.add(Token(person_id=town.people["worker_lin"], name="pad", digest="0", scopes="read", created_at=tx.now))  # fmt: skip
    leader, lin = town.actors["leader_zhao"], uid_of("worker_lin")
    with store.read() as tx:
        told = leaving.preview(tx, leader, lin)
    assert (told.duties, told.tokens, told.uncovered) == ((("A", "文峰社区第八网格"),), 1, ())
    assert [item.to for item in told.items] == ["何平"] * 3
    assert leaving.leave_service(store, leader, lin) == handover.HandedOver(3)
    assert holders(store, town, carried.values()) == ["worker_he"] * 3 + ["worker_lin"] * 2
    with store.read() as tx:
        assert people.actor_of(tx, town.people["worker_lin"]) is None
        assert tx.session.scalars(select(Token.revoked_at)).one() == tx.now
        assert (
            tx.session.scalars(select(Duty.ends_at).where(Duty.person_id == town.people["worker_lin"])).one()
            == tx.now
        )
    with pytest.raises(InputError):
        leaving.leave_service(store, leader, lin)
    assert complaints(store) == ()


@ON_ONE
def test_a_leaving_announced_for_later_is_carried_out_then_or_taken_back(store, town, uid_of, clock):
    number = report(store, town)
    leader = town.actors["leader_zhao"]
    for login in ("worker_lin", "worker_he"):
        assert leaving.leave_service(store, leader, uid_of(login), clock.at + DAY).moved == 0
    with store.write() as tx:
        leaving.stay(tx, leader, uid_of("worker_he"))
    clock.at += DAY
    assert handover.run_due(store).moved == 1
    assert holders(store, town, number) == ["worker_he"]
    with store.read() as tx:
        assert [people.actor_of(tx, town.people[one]) is None for one in ("worker_lin", "worker_he")] == [
            True,
            False,
        ]


def test_what_the_gone_left_behind_goes_on_as_soon_as_somebody_is_there(store, town, uid_of):
    numbers = report(store, town, THIRD)
    done = leaving.leave_service(store, town.actors["supervisor_li"], uid_of("leader_zhao"))
    assert done == handover.HandedOver(0, tuple(numbers))
    assert handover.run_due(store).moved == 0
    with store.write() as tx:
        post = appointing.Post(CELLS[THIRD], "A")
        appointing.appoint(tx, town.actors["supervisor_li"], uid_of("worker_he"), post)
    assert handover.run_due(store).moved == 1
    assert (holders(store, town, numbers), handed(store)) == (["worker_he"], [(numbers[0], "left")])


@ON_ONE
@pytest.mark.parametrize(
    ("by", "login", "error"),
    [("leader_zhao", "leader_zhao", NotPermitted), ("worker_he", "worker_lin", NotFound),
     ("leader_zhao", "supervisor_li", NotFound), ("dispatcher_qian", "worker_lin", NotPermitted),
     ("admin_wu", "admin_wu", NotPermitted), ("outsider", "worker_lin", NotFound)],
)  # fmt: skip
def test_nobody_sends_away_himself_or_who_is_not_below_him(store, town, uid_of, by, login, error):
    with pytest.raises(error):
        leaving.leave_service(store, town.actors[by], uid_of(login))


@ON_ONE
def test_the_last_administrator_does_not_leave(store, town, uid_of):
    other = town.people["supervisor_li"]
    with store.write() as tx:
        tx.session.add(RoleGrant(person_id=other, role="admin", area_id=town.areas["990101"]))
        tx.session.flush()
        by = people.actor_of(tx, other)
    leaving.leave_service(store, by, uid_of("admin_wu"))
    with pytest.raises(Conflict):
        leaving.leave_service(store, people.system_actor(), uid_of("supervisor_li"))


@pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
def test_of_two_administrators_who_let_each_other_go_at_once_one_stays(store, town, uid_of):
    with store.write() as tx:
        other = RoleGrant(person_id=town.people["supervisor_li"], role="admin", area_id=town.areas["990101"])
        tx.session.add(other)
    with ThreadPoolExecutor(1) as pool:
        with store.write() as tx:
            leaving.depart(tx, town.people["admin_wu"])
            second = pool.submit(leaving.leave_service, store, people.system_actor(), uid_of("supervisor_li"))
            while not second.done() and not tx.session.scalar(WAITING):
                pass
        with pytest.raises(Conflict) as refused:
            second.result()
    assert refused.value.code == "leaving.last_admin"


@ON_ONE
def test_an_administrator_learns_how_many_issues_somebody_has_but_not_which(store, town, uid_of):
    numbers = [*report(store, town, count=2), *report(store, town, EAST)]
    lin = town.people["worker_lin"]
    with store.write() as tx:
        tx.session.execute(update(Issue).where(Issue.number == numbers[-1]).values(holder_person_id=lin))
        tx.session.query(Duty).filter(Duty.area_id == town.areas["990101002001001"]).delete()
    with store.read() as tx:
        by_admin, by_leader = (
            leaving.preview(tx, town.actors[login], uid_of("worker_lin"))
            for login in ("admin_wu", "leader_zhao")
        )
    assert (by_admin.items, by_admin.open, by_admin.stuck) == ((), 3, 1)
    assert [item.number for item in by_leader.items] == numbers[:2]
    assert (by_leader.open, by_leader.stuck) == (3, 1)


@ON_ONE
def test_what_is_stranded_is_shown_to_who_runs_the_area_and_not_to_administrators(store, town, uid_of):
    (number,) = report(store, town, THIRD)
    announce(store, town, uid_of, "leader_zhao", 0, 3)
    with store.read() as tx:
        assert [one.number for one in handover.stranded(tx, town.actors["supervisor_li"])] == [number]
        assert handover.stranded(tx, town.actors["admin_wu"]) == []


def test_every_open_issue_of_a_leaver_has_one_new_holder_or_is_named(store, town, uid_of):
    lin, he = town.people["worker_lin"], town.people["worker_he"]
    with store.write() as tx:
        tx.session.add(Duty(person_id=lin, area_id=town.areas[CELLS[THIRD]], kind="A", starts_at=tx.now))
        tx.session.query(Duty).filter(Duty.kind == "leader").delete()
    near, far = carry(store, town, EIGHTH), carry(store, town, THIRD)
    done = leaving.leave_service(store, town.actors["supervisor_li"], uid_of("worker_lin"))
    with store.read() as tx:
        held = dict(tx.session.execute(select(Issue.number, Issue.holder_person_id)).all())
    for state in WAYS:
        is_open = state in passing_on.HELD
        assert held[near[state]] == (he if is_open else lin), state
        assert held[far[state]] == lin, state
        assert (far[state] in done.left) == is_open, state
    assert Counter(number for number, _ in handed(store)) == {near[state]: 1 for state in passing_on.HELD}
    assert done.moved == len(passing_on.HELD)
    named = {(one.code, one.values["number"]) for one in complaints(store)}
    assert named == {("doctor.holder", number) for number in done.left}, (
        "doctor names them too, and nothing else"
    )
