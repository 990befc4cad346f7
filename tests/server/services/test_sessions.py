"""A session is a row: it ends when it is ended, when its time is over, when nobody uses it, when the person goes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from server.db import BUSY_MS, Store
from server.errors import Busy, Conflict, NotFound, NotSignedIn
from server.models import Audit, Person, SignedIn
from server.services import sessions
from server.services.sessions import Device
from tests.personas import token_of
from tests.statements import counted

DESK = Device("192.0.2.1", "Mozilla/5.0 (Windows NT 10.0) Chrome/120")


@pytest.fixture(autouse=True)
def _nobody_is_signed_in(store, town):
    with store.write() as tx:
        tx.session.query(SignedIn).delete()


@pytest.fixture
def begin(store, town):
    """Begin a session; gives its secret."""

    def begin(login="worker_lin", device=DESK):
        with store.write() as tx:
            return sessions.begin(tx, town.actors[login], "password", device)

    return begin


def who(store, secret):
    with store.read() as tx:
        return sessions.actor_of_session(tx, secret, "198.51.100.7")


def kinds(store):
    with store.read() as tx:
        return [one.kind for one in tx.session.query(Audit).order_by(Audit.id)]


def test_a_secret_stands_for_its_person_in_one_statement_and_is_kept_as_digest(store, begin, town):
    secret = begin()
    with counted(store) as sent:
        actor, is_stale = who(store, secret)
    assert len([one for one in sent if one.startswith("SELECT")]) == 1
    assert (actor.login, actor.roles, is_stale) == ("worker_lin", town.actors["worker_lin"].roles, False)
    assert (actor.address, actor.token_id) == ("198.51.100.7", None)
    with store.read() as tx:
        row = tx.session.get_one(SignedIn, actor.session_id)
        assert secret not in str(vars(row))
        assert (row.address, row.agent) == (DESK.address, DESK.agent)
    assert who(store, "guess") == (None, False)


def test_it_ends_by_signing_out_for_every_copy(store, begin):
    secret, other = begin(), begin()
    actor, _ = who(store, secret)
    with store.write() as tx:
        sessions.end(tx, actor)
    assert who(store, secret) == (None, False)
    assert who(store, other)[0] is not None
    assert kinds(store) == ["sign_out"]


def test_it_ends_with_the_account(store, begin, town):
    secret = begin()
    with store.write() as tx:
        tx.session.get_one(Person, town.people["worker_lin"]).is_active = False
    assert who(store, secret) == (None, False)


def test_it_ends_after_a_day_without_use_and_after_a_fortnight_in_any_case(store, begin, clock):
    idle, used = begin(), begin()
    for _ in range(14):
        clock.at += timedelta(hours=23, minutes=59)
        actor, is_stale = who(store, used)
        assert is_stale
        sessions.touch(store, actor)
    assert who(store, idle) == (None, False)
    clock.at += timedelta(minutes=13)
    assert who(store, used)[0] is not None
    clock.at += timedelta(minutes=1)
    assert who(store, used) == (None, False)


def test_use_is_written_down_every_ten_minutes_at_most(store, begin, clock):
    secret = begin()
    clock.at += timedelta(minutes=9)
    assert not who(store, secret)[1]
    clock.at += timedelta(minutes=1)
    actor, is_stale = who(store, secret)
    assert is_stale
    sessions.touch(store, actor)
    assert not who(store, secret)[1]
    with store.read() as tx:
        assert [one.seen_at for one in sessions.listed(tx, actor.person_id)] == [clock.at]


def test_ones_own_are_listed_and_ended_nobody_elses(store, begin, town):
    mine, other, foreign = begin(), begin(), begin("worker_he")
    actor, _ = who(store, mine)
    stranger, _ = who(store, foreign)
    with store.read() as tx:
        listed = sessions.listed(tx, actor.person_id)
    assert {one.id for one in listed} == {actor.session_id, who(store, other)[0].session_id}
    with pytest.raises(NotFound), store.write() as tx:
        sessions.end_one(tx, actor, stranger.session_id)
    with store.write() as tx:
        assert sessions.end_all(tx, actor, actor.person_id, but=actor.session_id)
    assert [who(store, one)[0] is not None for one in (mine, other, foreign)] == [True, False, True]
    with pytest.raises(Conflict), store.write() as tx:
        sessions.end_one(tx, actor, actor.session_id)
    assert kinds(store) == ["session.ended"]


def test_what_a_browser_calls_itself_is_cut_and_free_of_control_characters(store, begin):
    secret = begin(device=Device("x" * 300, "a\r\nb\u202e" + "c" * 500))
    with store.read() as tx:
        [one] = sessions.listed(tx, who(store, secret)[0].person_id)
    assert one.device == Device("x" * 64, "ab" + "c" * 198)


def test_a_token_is_touched_as_a_session_is(store, town, clock):
    with store.write() as tx:
        token = token_of(tx, "worker_lin", ["read"])
    with store.read() as tx:
        actor, is_stale = sessions.actor_of_token(tx, token, "192.0.2.1")
        assert (is_stale, actor.session_id, actor.scopes) == (True, None, {"read"})
    sessions.touch(store, actor)
    with store.read() as tx:
        assert not sessions.actor_of_token(tx, token)[1]
        with pytest.raises(NotSignedIn):
            sessions.actor_of_token(tx, token + "x")


def test_use_is_written_once_and_waits_for_no_other_writer(store, begin, clock):
    actor, _ = who(store, begin())
    began = clock.at
    clock.at += timedelta(minutes=10)
    pool = ThreadPoolExecutor(1)
    with pool, store.write() as tx:
        tx.session.query(SignedIn).filter_by(id=actor.session_id).update({"ended_at": None})
        with suppress(Busy):
            pool.submit(sessions.touch, store, actor).result(timeout=5)
        if store.on_sqlite:  # another process
            other = Store(store.config, clock)
            with pytest.raises(Busy):
                sessions.touch(other, actor)
            with other.read() as reading:
                assert reading.rows(text("PRAGMA busy_timeout"))[0][0] == BUSY_MS
            other.close()
    with store.read() as tx:
        assert tx.session.get_one(SignedIn, actor.session_id).seen_at == began
    touched = clock.at
    sessions.touch(store, actor)
    clock.at += timedelta(minutes=1)
    sessions.touch(store, actor)
    with store.read() as tx:
        assert tx.session.get_one(SignedIn, actor.session_id).seen_at == touched
