"""After a change of grid open issues are listed by where they lie now, and moved on confirmation, once."""

import pytest
import shapely
from sqlalchemy import select

from server.models import Entry, Issue
from server.services import checkup, intake, issues, moving, regrid
from server.services.drafts import Draft
from server.services.ledger import broken_chains
from server.services.people import system_actor
from server.workflow import State
from tests.personas import SIDE
from tests.server.services.redrawing import EIGHTH, FIRST, SECOND, redraw

SPOT = (122.015, 37.0085)  # in the second cell, and in the eighth when that one grows southward
GROWN = shapely.box(122.01, 37.007, 122.01 + SIDE, 37.01 + SIDE)
SHRUNK = shapely.box(122.01, 37.0, 122.01 + SIDE, 37.007)


@pytest.fixture
def report(store, town):
    """Report at a place; gives the number."""

    def report(lon=SPOT[0], lat=SPOT[1], **more):
        with store.write() as tx:
            draft = Draft("heating", "phone", "暖气不热", lon=lon, lat=lat, **more)
            return intake.report(tx, town.actors["dispatcher_qian"], draft).number

    return report


@pytest.fixture
def act(store, town):
    """Do something with an issue as a persona."""

    def act(number, action, login, **given):
        with store.write() as tx:
            issues.act(tx, town.actors[login], number, action, given)

    return act


def grow(store):
    return redraw(store, c1001008=GROWN, c1001002=SHRUNK)


def listed(store, actor):
    with store.read() as tx:
        return regrid.page(tx, actor)


def moved(store, actor=None, **options):
    return moving.move_all(store, actor or system_actor(), **options)


def issue_of(store, number):
    with store.read() as tx:
        row = tx.session.scalars(select(Issue).where(Issue.number == number)).one()
        tx.session.expunge(row)
    return row


def log_of(store, number):
    with store.read() as tx:
        query = select(Entry).join(Issue, Issue.id == Entry.issue_id).where(Issue.number == number)
        rows = tx.session.scalars(query.order_by(Entry.seq)).all()
        return [(one.action, one.role, one.given) for one in rows]


def is_sound(store):
    with store.read() as tx:
        return broken_chains(tx) == [] and checkup.examine(tx, 1000).complaints == ()


def test_nothing_is_listed_while_the_grid_stands(store, town, report):
    report()
    page = listed(store, system_actor())
    assert (page.total, page.shifts, page.items, page.next) == (0, (), (), None)


def test_issues_that_lie_elsewhere_are_listed_and_those_that_do_not_are_not(store, town, report):
    number = report()
    report(122.015, 37.005)  # stays in the second cell, whose outline changed
    report(122.005, 37.005)  # in a cell that did not change
    grow(store)
    page = listed(store, system_actor())
    assert [(one.source.code, one.target.code, one.count) for one in page.shifts] == [(SECOND, EIGHTH, 1)]
    assert [(brief.number, spot.name) for brief, spot in page.items] == [(number, "文峰社区第八网格")]


def test_ended_issues_keep_their_cell_and_grid(store, town, report, act, clock):
    number = report(closed_at=clock.at)
    before = issue_of(store, number)
    grow(store)
    assert moved(store).moved == 0
    after = issue_of(store, number)
    assert (after.area_id, after.grid_id, after.version) == (before.area_id, before.grid_id, before.version)


def test_a_waiting_issue_is_moved_by_one_correction_and_dispatched_anew(store, town, report, act):
    number = report()
    act(number, "return", "worker_he", reason="不是我的")
    before = issue_of(store, number)
    grid_id = grow(store).grid_id

    assert moved(store) == moving.Moved(moved=1, dispatched=1)

    after = issue_of(store, number)
    assert (after.area_id, after.grid_id, after.how) == (town.areas[EIGHTH], grid_id, "inside")
    assert (after.state, after.holder_person_id) == (State.DISPATCHED, town.people["worker_lin"])
    assert (after.version, after.due_at) == (before.version + 2, before.due_at)
    *_, (action, role, given), (then, by, _) = log_of(store, number)
    assert (action, role, then, by) == ("correct", "system", "dispatch", "system")
    change = given["changes"]["place"]
    assert (change["from"]["cell"], change["to"]["cell"], given["reason"]) == (SECOND, EIGHTH, "grid_change")
    assert (change["from"]["grid_id"], change["to"]["grid_id"]) == (before.grid_id, grid_id)
    assert is_sound(store)


@pytest.mark.parametrize("taken", [False, True], ids=["waits to be taken", "in work"])
def test_a_held_issue_keeps_its_holder_and_is_flagged(store, town, report, act, taken):
    number = report()
    if taken:
        act(number, "take", "worker_he")
    before = issue_of(store, number)
    grow(store)

    assert moved(store) == moving.Moved(moved=1, flagged=1)

    after = issue_of(store, number)
    assert (after.state, after.holder_person_id) == (before.state, town.people["worker_he"])
    assert (after.area_id, after.needs_check, after.version) == (town.areas[EIGHTH], True, before.version + 1)
    assert [action for action, *_ in log_of(store, number)][-1] == "correct"
    assert is_sound(store)


def test_a_held_issue_is_reassigned_when_that_is_asked_for(store, town, report, act):
    number = report()
    act(number, "take", "worker_he")
    grow(store)

    assert moved(store, reassign=True) == moving.Moved(moved=1, reassigned=1)

    after = issue_of(store, number)
    assert (after.state, after.holder_person_id) == (State.DISPATCHED, town.people["worker_lin"])
    assert (after.needs_check, after.hand_offs) == (False, 0)
    assert [action for action, *_ in log_of(store, number)][-2:] == ["correct", "reassign"]
    assert is_sound(store)


def test_an_issue_that_a_department_holds_stays_with_it(store, town, report, act):
    number = report()
    act(number, "return", "worker_he", reason="归热力公司")
    act(number, "dispatch", "dispatcher_qian", holder="department:1")
    grow(store)
    assert moved(store, reassign=True) == moving.Moved(moved=1)
    after = issue_of(store, number)
    assert (after.area_id, after.holder_department_id, after.needs_check) == (town.areas[EIGHTH], 1, False)
    assert is_sound(store)


def test_an_issue_that_was_handled_keeps_who_handled_it(store, town, report, act):
    number = report()
    act(number, "take", "worker_he")
    act(number, "finish", "worker_he", outcome="修好了")
    grow(store)
    assert moved(store, reassign=True) == moving.Moved(moved=1)
    after = issue_of(store, number)
    assert (after.area_id, after.state) == (town.areas[EIGHTH], State.HANDLED)
    assert (after.holder_person_id, after.needs_check) == (town.people["worker_he"], False)


def test_a_holder_who_is_on_duty_in_both_cells_is_not_flagged(store, town, report):
    number = report(122.0098, 37.005)
    east = shapely.box(122.0095, 37.0, 122.02, 37.01)
    redraw(store, c1001001=shapely.box(122.0, 37.0, 122.0095, 37.01), c1001002=east)
    assert moved(store) == moving.Moved(moved=1)
    after = issue_of(store, number)
    assert (after.area_id, after.needs_check) == (town.areas[SECOND], False)


def test_a_retired_cell_leaves_its_issues_to_whoever_covers_the_ground(store, town, report):
    number, lost = report(122.005, 37.008), report(122.005, 37.001)
    redraw(store, c1001001=None, c1001003=shapely.box(122.0, 37.005, 122.01, 37.02))
    page = listed(store, system_actor())
    assert {(one.source.code, one.target.code[-3:]) for one in page.shifts} == {(FIRST, "003"), (FIRST, "")}

    assert moved(store).moved == 2

    assert issue_of(store, number).how == "inside"
    nowhere = issue_of(store, lost)
    assert (nowhere.area_id, nowhere.boundary_id, nowhere.needs_check) == (town.areas["990101"], None, True)
    assert is_sound(store)


def test_an_issue_in_no_cell_is_moved_when_one_comes_to_cover_it(store, town, report):
    number = report(122.005, 36.995)
    redraw(store, c1001001=shapely.box(122.0, 36.99, 122.01, 37.01))
    assert moved(store) == moving.Moved(moved=1, dispatched=1)
    assert issue_of(store, number).holder_person_id == town.people["worker_he"]
    assert is_sound(store)


def test_running_it_again_moves_nothing_twice(store, town, report):
    numbers = [report() for _ in range(5)]
    grow(store)
    assert moved(store).moved == 5
    before = [log_of(store, number) for number in numbers]
    assert moved(store).moved == 0
    assert [log_of(store, number) for number in numbers] == before


def test_what_was_left_is_moved_by_the_next_run(store, town, report):
    for _ in range(5):
        report()
    grow(store)
    with store.write() as tx:
        done, last = moving.move(tx, system_actor(), limit=2)
    with pytest.raises(RuntimeError), store.write() as tx:
        moving.move(tx, system_actor(), last, limit=2)
        raise RuntimeError
    assert (done.moved, listed(store, system_actor()).total) == (2, 3)
    assert moved(store).moved == 3
    assert is_sound(store)


def test_boundaries_that_go_back_leave_nothing_to_move(store, town, report):
    report()
    grow(store)
    redraw(store)
    assert listed(store, system_actor()).total == 0


@pytest.mark.parametrize(
    ("login", "count"),
    [("leader_zhao", 1), ("dispatcher_qian", 1), ("supervisor_li", 1),
     ("worker_he", 0), ("worker_lin", 0), ("handler_sun", 0), ("admin_wu", 0), ("outsider", 0)],
)  # fmt: skip
def test_only_those_who_may_correct_there_see_and_move(store, town, report, login, count):
    number = report()
    grow(store)
    actor = town.actors[login]
    page = listed(store, actor)
    assert (page.total, len(page.shifts), len(page.items)) == (count, count, count)
    assert moved(store, actor).moved == count
    if count:
        assert log_of(store, number)[-1][:2] == ("correct", login.partition("_")[0])


def test_pages_hold_every_issue_once(store, town, report):
    numbers = [report() for _ in range(7)]
    grow(store)
    found, after = [], 0
    with store.read() as tx:
        while after is not None:
            page = regrid.page(tx, system_actor(), after, 3)
            found += [brief.number for brief, _spot in page.items]
            after = page.next
    assert found == numbers
