"""Duties given, changed and ended, and the gaps they leave."""

from datetime import timedelta

import pytest

from server.errors import InputError, NotFound, NotPermitted
from server.models import Duty, Leave, Person
from server.services import appointing, duties, duty_board, gaps, people
from server.services.appointing import Post

COMMUNITY, SUBDISTRICT = "990101001001", "990101001"
EIGHTH, THIRD, TIANLONG = "990101001001008", "990101001001003", "990101001002001"
DAY = timedelta(days=1)
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that ask nothing of the store that others do not ask of both."""


@pytest.fixture
def appoint(store, town):
    """Give a duty, in a supervisor's name unless said otherwise."""

    def appoint(login, area, kind, by="supervisor_li", **dates):
        with store.write() as tx:
            uid = tx.session.get(Person, town.people[login]).uid
            appointing.appoint(tx, town.actors[by], uid, Post(area, kind, **dates))

    return appoint


def answer(store, town, code, after=timedelta()):
    with store.read() as tx:
        told = duties.on_duty(tx, town.areas[code], tx.now + after)
    return told.name, told.reason


def duty_of(store, town, login, code):
    with store.read() as tx:
        found = tx.session.query(Duty).filter_by(person_id=town.people[login], area_id=town.areas[code])
        return found.order_by(Duty.starts_at.desc()).first()


def test_a_duty_from_next_week_holds_from_then_on_and_the_one_before_until_then(appoint, store, town, clock):
    appoint("worker_he", EIGHTH, "A", by="leader_zhao", starts_at=clock.at + 7 * DAY, replaces=True)
    assert answer(store, town, EIGHTH, 7 * DAY - timedelta.resolution) == ("林晓", "duty.A")
    assert answer(store, town, EIGHTH, 7 * DAY) == ("何平", "duty.A")
    former = duty_of(store, town, "worker_lin", EIGHTH)
    assert (former.ends_at, former.hand_over) == (clock.at + 7 * DAY, True)


def test_a_cell_has_several_a_and_the_longest_on_duty_answers_first(appoint, store, town):
    appoint("worker_he", EIGHTH, "A")
    assert answer(store, town, EIGHTH) == ("林晓", "duty.A")
    with store.write() as tx:
        tx.session.add(Leave(person_id=town.people["worker_lin"], starts_at=tx.now, ends_at=tx.now + DAY))
    assert answer(store, town, EIGHTH) == ("何平", "duty.A")


def test_with_a_duty_goes_the_role_and_with_its_end_it_goes_too(appoint, store, town):
    appoint("worker_lin", THIRD, "A")
    with store.write() as tx:
        assert people.actor_of(tx, town.people["worker_lin"]).roles_at(
            f"/990101/990101001/990101001001/{THIRD}/"
        )
    duty = duty_of(store, town, "worker_lin", THIRD)
    with store.write() as tx:
        appointing.end_duty(tx, town.actors["leader_zhao"], duty.id, hand_over=False)
        mine = people.actor_of(tx, town.people["worker_lin"])
    assert [grant.code for grant in mine.grants] == [EIGHTH]
    assert answer(store, town, THIRD) == ("赵敏", "duty.leader")


@ON_ONE
def test_a_leader_of_the_subdistrict_is_named_by_a_supervisor_and_not_by_a_leader_below(appoint, store, town):
    with pytest.raises(NotFound):
        appoint("worker_he", SUBDISTRICT, "leader", by="leader_zhao")
    with pytest.raises(NotPermitted):
        appoint("worker_he", COMMUNITY, "leader", by="leader_zhao")
    appoint("dispatcher_qian", SUBDISTRICT, "leader")
    assert answer(store, town, TIANLONG) == ("钱进", "duty.leader")


@ON_ONE
@pytest.mark.parametrize(
    ("area", "kind", "code"),
    [(EIGHTH, "leader", "duty.level"), (COMMUNITY, "A", "duty.level"), (EIGHTH, "C", "duty.kind")],
)
def test_a_post_that_an_area_of_this_level_does_not_have_is_refused(appoint, area, kind, code):
    with pytest.raises(InputError) as refused:
        appoint("worker_he", area, kind)
    assert refused.value.code == code


@ON_ONE
def test_somebody_of_another_subdistrict_or_about_to_leave_is_refused(appoint, store, town, clock):
    with pytest.raises(InputError):
        appoint("outsider", EIGHTH, "A")
    with store.write() as tx:
        tx.session.get(Person, town.people["worker_he"]).leaves_at = clock.at + DAY
    with pytest.raises(InputError) as refused:
        appoint("worker_he", EIGHTH, "A", starts_at=clock.at + DAY)
    assert refused.value.code == "duty.leaving"


@ON_ONE
def test_a_duty_that_ends_before_it_begins_is_refused(appoint, clock):
    with pytest.raises(InputError) as refused:
        appoint("worker_he", EIGHTH, "A", ends_at=clock.at - DAY)
    assert refused.value.code == "duty.span"


def test_the_end_of_a_duty_under_way_is_moved_and_its_beginning_kept(appoint, store, town, clock):
    before = duty_of(store, town, "worker_lin", EIGHTH)
    appoint("worker_lin", EIGHTH, "A", ends_at=clock.at + DAY)
    after = duty_of(store, town, "worker_lin", EIGHTH)
    assert (after.id, after.starts_at, after.ends_at) == (before.id, before.starts_at, clock.at + DAY)


def test_a_duty_to_come_is_cancelled(appoint, store, town, clock):
    appoint("worker_lin", THIRD, "A", starts_at=clock.at + DAY)
    with store.write() as tx:
        duty = duty_of(store, town, "worker_lin", THIRD)
        appointing.end_duty(tx, town.actors["leader_zhao"], duty.id)
    assert answer(store, town, THIRD, 2 * DAY) == ("赵敏", "duty.leader")
    with store.read() as tx:
        assert [post.area for post in duty_board.posts_of(tx, town.people["worker_lin"])] == [EIGHTH]


@ON_ONE
def test_who_is_not_over_the_area_ends_nothing(store, town):
    duty = duty_of(store, town, "worker_lin", EIGHTH)
    for login, error in (
        ("worker_lin", NotPermitted),
        ("dispatcher_qian", NotPermitted),
        ("outsider", NotFound),
    ):
        with pytest.raises(error), store.write() as tx:
            appointing.end_duty(tx, town.actors[login], duty.id)


def test_cells_without_a_worker_are_listed_those_without_a_leader_first(store, town, clock):
    with store.read() as tx:
        found = gaps.uncovered(tx, town.actors["supervisor_li"], tx.now)
    assert [(gap.code, gap.leader) for gap in found] == [(TIANLONG, ""), (THIRD, "赵敏")]


def test_gaps_to_come_have_their_beginning_and_their_end(store, town, clock):
    leave = {"starts_at": clock.at + DAY, "ends_at": clock.at + 3 * DAY}
    with store.write() as tx:
        for login in ("worker_lin", "worker_he"):
            tx.session.add(Leave(person_id=town.people[login], **leave))
    with store.read() as tx:
        found = gaps.uncovered(tx, town.actors["leader_zhao"], tx.now, days=7)
    eighth = [gap for gap in found if gap.code == EIGHTH]
    assert [(gap.starts_at, gap.ends_at, gap.leader) for gap in eighth] == [(*leave.values(), "赵敏")]
    assert {gap.code for gap in found if gap.ends_at is None} == {THIRD}


def test_the_board_shows_posts_leave_and_coming_changes(appoint, store, town, clock):
    appoint("worker_he", EIGHTH, "A", starts_at=clock.at + DAY, replaces=True)
    with store.write() as tx:
        tx.session.add(Leave(person_id=town.people["worker_lin"], starts_at=tx.now, ends_at=tx.now + DAY,
                             substitute_id=town.people["dispatcher_qian"]))  # fmt: skip
    with store.read() as tx:
        rows = {row.code: row for row in duty_board.board(tx, town.actors["leader_zhao"])}
    row = rows[EIGHTH]
    assert [(post.name, post.is_coming) for post in row.of("A")] == [("林晓", False), ("何平", True)]
    assert row.of("A")[0].away.substitute == row.now.name == "钱进"
    assert [post.name for post in row.of("B")] == ["何平"]
    assert [post.name for post in rows[COMMUNITY].of("leader")] == ["赵敏"]
