"""Leave: who may announce it, what it may not clash with, and how it ends."""

from datetime import timedelta

import pytest

from server.errors import InputError, NotFound, NotPermitted
from server.models import Leave, Person
from server.services import duties, leaves
from server.services.leaves import Wish

EIGHTH = "990101001001008"
DAY = timedelta(days=1)
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that ask nothing of the store that others do not ask of both."""


@pytest.fixture
def announce(store, town, uid_of, clock):
    """Announce a leave in days from now; in the person's own name unless said otherwise."""

    def announce(login, since, until, substitute=None, by=None, everything=False):
        stand_in = uid_of(substitute) if substitute else None
        wish = Wish(clock.at + since * DAY, clock.at + until * DAY, stand_in, everything)
        with store.write() as tx:
            return leaves.announce(tx, town.actors[by or login], uid_of(login), wish)

    return announce


def on_duty(store, town, days):
    with store.read() as tx:
        return duties.on_duty(tx, town.areas[EIGHTH], tx.now + days * DAY).reason


def test_a_worker_announces_her_own_leave_and_it_holds_at_once(announce, store, town):
    told = announce("worker_lin", 1, 3, "worker_he")
    assert (told.person[1], told.substitute[1]) == ("林晓", "何平")
    assert [on_duty(store, town, days) for days in (0, 1, 2.9, 3)] == [
        "duty.A",
        "duty.substitute",
        "duty.substitute",
        "duty.A",
    ]


@ON_ONE
@pytest.mark.parametrize("by", ["leader_zhao", "supervisor_li"])
def test_leaders_and_supervisors_announce_it_for_people_of_their_area(announce, by):
    assert announce("worker_lin", 0, 1, by=by).person[1] == "林晓"


@ON_ONE
@pytest.mark.parametrize(
    ("by", "error"),
    [("dispatcher_qian", NotPermitted), ("admin_wu", NotPermitted), ("worker_he", NotFound), ("outsider", NotFound)],
)  # fmt: skip
def test_others_do_not(announce, by, error):
    with pytest.raises(error):
        announce("worker_lin", 0, 1, by=by)


@ON_ONE
def test_a_leader_does_not_decide_about_who_is_above_him(announce):
    with pytest.raises(NotFound):
        announce("supervisor_li", 0, 1, by="leader_zhao")


@ON_ONE
@pytest.mark.parametrize(
    ("since", "until", "code"),
    [(2, 2, "leave.span"), (2, 1, "leave.span"), (-3, -1, "leave.over"), (0, 800, "leave.long")],
)
def test_a_span_that_cannot_be_is_refused(announce, since, until, code):
    with pytest.raises(InputError) as refused:
        announce("worker_lin", since, until)
    assert refused.value.code == code


def test_two_leaves_of_one_person_may_touch_but_not_overlap(announce):
    announce("worker_lin", 1, 3)
    announce("worker_lin", 3, 4)
    with pytest.raises(InputError) as refused:
        announce("worker_lin", 2, 5)
    assert refused.value.code == "leave.overlaps"
    assert refused.value.values["since"] == "2026-03-11 10:00"


@ON_ONE
@pytest.mark.parametrize(
    ("substitute", "code"), [("worker_lin", "leave.self"), ("outsider", "leave.unknown")], ids=["self", "far"]
)
def test_a_substitute_is_somebody_else_of_the_same_subdistrict(announce, substitute, code):
    with pytest.raises(InputError) as refused:
        announce("worker_lin", 0, 1, substitute)
    assert refused.value.code == code


def test_a_substitute_is_in_service(announce, store, town):
    with store.write() as tx:
        tx.session.get(Person, town.people["worker_he"]).is_active = False
    with pytest.raises(InputError) as refused:
        announce("worker_lin", 0, 1, "worker_he")
    assert refused.value.code == "leave.unknown"


def test_a_substitute_who_leaves_service_meanwhile_is_refused(announce, store, town, clock):
    with store.write() as tx:
        tx.session.get(Person, town.people["worker_he"]).leaves_at = clock.at + 2 * DAY
    announce("worker_lin", 0, 2, "worker_he")
    with pytest.raises(InputError) as refused:
        announce("worker_lin", 2, 3, "worker_he")
    assert refused.value.code == "leave.leaving"


def test_a_substitute_who_is_away_at_any_time_of_it_is_refused_naming_when(announce):
    announce("worker_he", 2, 4)
    announce("worker_lin", 0, 2, "worker_he")
    with pytest.raises(InputError) as refused:
        announce("worker_lin", 3, 5, "worker_he")
    assert refused.value.code == "leave.away"
    assert refused.value.values["until"] == "2026-03-14 10:00"


def test_two_people_do_not_stand_in_for_each_other_at_once(announce):
    announce("worker_lin", 0, 2, "worker_he")
    with pytest.raises(InputError) as refused:
        announce("worker_he", 1, 3, "worker_lin")
    assert refused.value.code == "leave.circular"
    announce("worker_he", 2, 3, "worker_lin")


def test_a_substitute_may_fall_ill_and_is_told_who_is_alone_then(announce, store, town):
    announce("worker_lin", 0, 3, "dispatcher_qian")
    assert announce("dispatcher_qian", 1, 2).alone == ("林晓",)
    assert [on_duty(store, town, days) for days in (0, 1, 2)] == [
        "duty.substitute",
        "duty.B",
        "duty.substitute",
    ]


def test_a_leave_under_way_is_changed_but_for_its_beginning(announce, store, town, uid_of, clock):
    told = announce("worker_lin", 0, 3)
    clock.at += DAY
    with store.write() as tx:
        wish = Wish(clock.at + DAY, clock.at + 5 * DAY, uid_of("worker_he"))
        changed = leaves.change(tx, town.actors["leader_zhao"], told.id, wish)
    assert (changed.starts_at, changed.ends_at) == (told.starts_at, clock.at + 5 * DAY)
    assert changed.substitute[1] == "何平"


def test_another_substitute_gets_what_is_open_anew(announce, store, town, uid_of, clock):
    told = announce("worker_lin", 0, 3, "worker_he")
    with store.write() as tx:
        tx.session.get(Leave, told.id).handed_over_at = tx.now
    for substitute, handed in (("worker_he", True), ("dispatcher_qian", False)):
        with store.write() as tx:
            wish = Wish(told.starts_at, told.ends_at + DAY, uid_of(substitute))
            changed = leaves.change(tx, town.actors["worker_lin"], told.id, wish)
        assert (changed.handed_over_at is not None) == handed


def test_ending_early_brings_her_back_and_cancelling_takes_it_away(announce, store, town, clock):
    first, second = announce("worker_lin", 0, 3), announce("worker_lin", 4, 5)
    clock.at += DAY
    with store.write() as tx:
        assert leaves.end(tx, town.actors["worker_lin"], first.id).ends_at == clock.at
        assert leaves.end(tx, town.actors["worker_lin"], second.id).ends_at == second.starts_at
    assert on_duty(store, town, 0) == "duty.A"
    with store.read() as tx:
        assert leaves.leaves_of(tx, town.people["worker_lin"]) == []


def test_what_is_over_is_changed_no_more(announce, store, town, clock):
    told = announce("worker_lin", 0, 1)
    clock.at += DAY
    with pytest.raises(InputError), store.write() as tx:
        leaves.end(tx, town.actors["worker_lin"], told.id)
    with pytest.raises(NotFound), store.write() as tx:
        leaves.end(tx, town.actors["worker_lin"], told.id + 1)
