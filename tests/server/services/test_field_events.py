"""Who listens is woken by what concerns them and by nothing else, however many listen, by one look for all."""

from datetime import timedelta

import pytest

from server.config import load
from server.db import Store
from server.errors import NotPermitted
from server.models import Duty, Entry, Issue, Person, SignedIn
from server.services import intake, issues, sessions, tokens
from server.services.drafts import Draft
from server.services.field.events import PERSON_MOST, Crowded, Watch
from server.services.sessions import Device
from tests.personas import token_of
from tests.statements import counted

EIGHT = (122.015, 37.015)  # cell of worker_lin
EAST = (122.025, 37.015)  # cell of outsider


@pytest.fixture
def watch(store, town):
    return Watch(store)


@pytest.fixture
def listen(store, town, watch):
    """Let a persona listen, by a session of their own."""

    def listen(login):
        with store.write() as tx:
            secret = sessions.begin(tx, town.actors[login], "password", Device())
        with store.read() as tx:
            actor, _ = sessions.actor_of_session(tx, secret)
        listener = watch.enter(actor)
        watch.renew(listener, actor)
        return listener, actor

    return listen


def report(store, town, spot=EIGHT, **facts):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=spot[0], lat=spot[1])
        return intake.report(tx, town.actors["dispatcher_qian"], draft)


def heard(watch, *listeners):
    watch.look()
    return [one.wait(0) for one, _actor in listeners]


def test_a_new_issue_wakes_those_of_its_cell_and_nobody_else(store, town, watch, listen):
    lin, he, zhao, outsider = (listen(one) for one in ("worker_lin", "worker_he", "leader_zhao", "outsider"))
    assert heard(watch, lin, he, zhao, outsider) == ["", "", "", ""]
    report(store, town)
    # worker_he stands in for the eighth cell, leader_zhao answers for all of 文峰社区.
    assert heard(watch, lin, he, zhao, outsider) == ["work", "work", "work", ""]
    assert heard(watch, lin, he, zhao, outsider) == ["", "", "", ""]
    report(store, town, EAST)
    assert heard(watch, lin, he, zhao, outsider) == ["", "", "", "work"]


def test_what_is_taken_away_wakes_who_held_it_outside_their_cells(store, town, watch, listen):
    number = report(store, town, EAST).number
    with store.write() as tx:
        tx.session.query(Issue).filter_by(number=number).update(
            {"holder_person_id": town.people["worker_lin"], "state": "handling"}
        )
    lin, he = listen("worker_lin"), listen("worker_he")
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "return", {"reason": "not_mine"})
    assert heard(watch, lin, he) == ["work", ""]


def test_however_many_listen_one_look_is_one_statement(store, town, watch, listen):
    for login in ("worker_lin", "worker_he", "leader_zhao", "outsider"):
        listen(login)
    report(store, town)
    with counted(store) as sent:
        watch.look()
    assert len([one for one in sent if one.startswith("SELECT")]) == 1


def test_beyond_what_there_is_room_for_nobody_more_is_let_in_until_one_leaves(store, town, tmp_path):
    options = {"dir": str(tmp_path), "database_url": store.config.url, "secret_key": "t" * 32, "streams": 2}
    small = Store(load(options, environment={}), store.clock)
    watch = Watch(small)
    first = watch.enter(town.actors["worker_lin"])
    watch.enter(town.actors["worker_he"])
    with pytest.raises(Crowded) as caught:
        watch.enter(town.actors["outsider"])
    assert (caught.value.code, caught.value.values) == ("field.streams", {"most": 2})
    watch.leave(first)
    watch.enter(town.actors["outsider"])
    small.close()


def test_of_too_many_of_one_person_the_oldest_ends(town, watch):
    own = [watch.enter(town.actors["worker_lin"]) for _ in range(PERSON_MOST + 1)]
    assert [one.wait(0) for one in own] == ["over", *[""] * PERSON_MOST]


def test_who_has_signed_out_or_is_no_longer_active_or_out_in_the_field_is_told_no_more(
    store, town, watch, listen
):
    lin, he = listen("worker_lin"), listen("worker_he")
    with store.write() as tx:
        tx.session.get(SignedIn, lin[1].session_id).ended_at = tx.now
        tx.session.get(Person, town.people["worker_he"]).is_active = False
    for gone in (lin, he):
        with pytest.raises(NotPermitted):
            watch.renew(*gone)


def test_a_token_ends_as_a_session_does(store, town, watch):
    with store.write() as tx:
        secret = token_of(tx, "worker_lin")
    with store.read() as tx:
        actor, _ = sessions.actor_of_token(tx, secret)
    listener = watch.enter(actor)
    assert watch.renew(listener, actor)
    with store.write() as tx:
        tokens.revoke(tx, town.actors["worker_lin"], actor.token_id)
    with pytest.raises(NotPermitted):
        watch.renew(listener, actor)


def test_new_duties_are_news(store, town, watch, listen):
    outsider = listen("outsider")
    assert not watch.renew(*outsider)
    with store.write() as tx:
        place, person = town.areas["990101001001008"], town.people["outsider"]
        tx.session.add(Duty(area_id=place, person_id=person, kind="B", starts_at=tx.now - timedelta(days=1)))
    assert watch.renew(*outsider)
    report(store, town)
    assert heard(watch, outsider) == ["work"]


def test_an_entry_that_becomes_visible_after_a_later_one_is_not_missed(store, town, clock, watch, listen):
    lin, outsider = listen("worker_lin"), listen("outsider")
    report(store, town)
    report(store, town, EAST)
    watch.look()
    lin[0].wait(0), outsider[0].wait(0)
    with store.read() as tx:
        low = tx.session.query(Entry.id).order_by(Entry.id).first()[0]
    watch._seen.discard(low)  # as if its transaction had been slower than the second one
    assert heard(watch, lin, outsider) == ["work", ""]
    clock.at += timedelta(minutes=5)
    assert heard(watch, lin, outsider) == ["", ""]
