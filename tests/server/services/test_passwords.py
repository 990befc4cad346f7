"""Passwords cost the same whoever asks, are hashed two at a time, and change by the old one or by a link."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from server.errors import Busy, InputError, NotFound, NotSignedIn
from server.models import Audit, Person, SignedIn, SignInAttempt
from server.services import attempts, own_account, reset_links, sessions, sign_in
from server.services.passwords import HASHER, Hasher, check_password
from server.services.people import system_actor
from server.services.sessions import Device
from tests.personas import PASSWORD, person_named, token_of

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # words are judged alike for both
NEW = "a-better-word"
HERE = Device("192.0.2.1", "test")


def enter(store, login, password=PASSWORD):
    return sign_in.sign_in(store, login, password, HERE)


def acts(store):
    with store.read() as tx:
        return [(one.kind, one.subject_id, one.given) for one in tx.session.query(Audit).order_by(Audit.id)]


@pytest.fixture(autouse=True)
def _nobody_is_signed_in(store, town):
    with store.write() as tx:
        tx.session.query(SignedIn).delete()


@pytest.fixture
def lin(store, town):
    """worker_lin, signed in."""
    admitted = enter(store, "worker_lin")
    with store.read() as tx:
        return sessions.actor_of_session(tx, admitted.secret, HERE.address)[0]


@ON_ONE
def test_whoever_cannot_sign_in_costs_one_verification_as_whoever_can(store, town):
    with store.write() as tx:
        person_named(tx, "worker_he").is_active = False
        person_named(tx, "outsider").password_hash = None
    for login in ("nobody", "worker_he", "outsider", "leader_zhao"):
        before = HASHER.verifications
        with pytest.raises(NotSignedIn) as refused:
            enter(store, login, "wrong-password")
        assert (HASHER.verifications - before, refused.value.code) == (1, "auth.failed"), login
    ids = [None, *(town.people[login] for login in ("worker_he", "outsider", "leader_zhao"))]
    assert acts(store) == [("sign_in.failed", one, {"step": "password"}) for one in ids]


def test_the_dummy_is_nobodys_password_and_of_todays_cost():
    hasher = Hasher()
    assert not hasher.verify(None, "")
    assert not hasher.is_dated(hasher._nobodys)
    assert not hasher.verify("not a hash", "x")


@ON_ONE
def test_two_are_hashed_at_once_and_who_waits_too_long_is_told_to_come_again(store, town):
    hasher = Hasher(at_once=2, patience_s=0.01)
    inside, leave = threading.Barrier(3), threading.Event()

    def hold():
        with hasher._place():
            inside.wait()
            leave.wait()

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for one in holders:
        one.start()
    inside.wait()
    with pytest.raises(Busy):
        hasher.verify(None, "x")
    leave.set()
    for one in holders:
        one.join()
    assert not hasher.verify(None, "x")


@ON_ONE
def test_a_try_that_found_no_place_is_not_counted(store, town, monkeypatch):
    monkeypatch.setattr(sign_in, "HASHER", Hasher(at_once=1, patience_s=0.01))
    with sign_in.HASHER._place(), pytest.raises(Busy):
        enter(store, "worker_lin")
    with store.read() as tx:
        assert tx.session.query(SignInAttempt).count() == 0


def test_tries_are_counted_before_they_are_compared_so_that_many_at_once_are_too(store, town):
    def tried():
        with suppress(NotSignedIn):
            attempts.count(store, "worker_lin", "192.0.2.1")
            return True
        return False

    counted = []
    tries = [threading.Thread(target=lambda: counted.append(tried())) for _ in range(16)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert counted.count(True) == attempts.FAILURES
    with pytest.raises(NotSignedIn):
        enter(store, "worker_lin")


@ON_ONE
def test_a_hash_of_another_cost_is_made_anew_at_sign_in(store, town):
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with store.write() as tx:
        person_named(tx, "worker_lin").password_hash = cheap
    enter(store, "worker_lin")
    with store.read() as tx:
        assert not HASHER.is_dated(person_named(tx, "worker_lin").password_hash)


@pytest.mark.parametrize(
    "word", ["short", "worker_lin", "WORKER_lin", "Password1", "qwertyuiop", "8" * 9, "x" * 2000]
)
def test_what_is_easily_guessed_may_not_be_chosen(word):
    with pytest.raises(InputError):
        check_password(word, "worker_lin")


def test_changing_it_asks_for_the_old_one_and_ends_all_other_sessions(store, lin):
    other = enter(store, "worker_lin").secret
    with store.write() as tx:
        token = token_of(tx, "worker_lin")
    with pytest.raises(InputError, match=r"password\.wrong"):
        own_account.change_password(store, lin, "wrong-password", NEW, NEW)
    with pytest.raises(InputError, match=r"password\.differ"):
        own_account.change_password(store, lin, PASSWORD, NEW, NEW + "x")
    own_account.change_password(store, lin, PASSWORD, NEW, NEW)
    with store.read() as tx:
        assert sessions.actor_of_session(tx, other)[0] is None
        assert [one.id for one in sessions.listed(tx, lin.person_id)] == [lin.session_id]
        assert own_account.of(tx, lin).password_at == tx.now
        assert sessions.actor_of_token(tx, token)[0].login == "worker_lin", "tokens go on"
    kinds = [kind for kind, _, _ in acts(store) if kind != "token.issue"]
    assert kinds == ["sign_in", "sign_in", "sign_in.failed", "session.ended", "password.changed"]
    assert enter(store, "worker_lin", NEW).actor.login == "worker_lin"


@pytest.fixture
def link_for(store, town):
    """Make a link as the administrator; gives its secret."""

    def make(login="worker_lin"):
        with store.write() as tx:
            return reset_links.make_link(tx, town.actors["admin_wu"], login)

    return make


def test_a_link_sets_the_password_once_and_ends_all_sessions_and_tokens(store, lin, link_for):
    with store.write() as tx:
        one, other, foreign = (
            token_of(tx, login, days=days)
            for login, days in (("worker_lin", 3650), ("worker_lin", None), ("worker_he", None))
        )
    secret = link_for()
    with pytest.raises(InputError):
        reset_links.reset(store, secret, "short", "short", "")
    reset_links.reset(store, secret, NEW, NEW, "192.0.2.9")
    with store.read() as tx:
        assert sessions.listed(tx, lin.person_id) == ()
        for token in (one, other):
            with pytest.raises(NotSignedIn):
                sessions.actor_of_token(tx, token)
        assert sessions.actor_of_token(tx, foreign)[0].login == "worker_he"
    with pytest.raises(NotFound):
        reset_links.reset(store, secret, PASSWORD, PASSWORD, "")
    kinds = [kind for kind, _, _ in acts(store) if kind != "token.issue"]
    revoked = ["token.revoke", "token.revoke"]
    assert kinds[1:] == ["password.link", "session.ended", *revoked, "password.reset"]
    assert secret not in str(acts(store))
    assert enter(store, "worker_lin", NEW).actor.login == "worker_lin"


def test_a_link_dies_after_a_day_by_a_newer_one_and_with_the_account(store, town, link_for, clock):
    older, newer, other = link_for(), link_for(), link_for("worker_he")

    def is_good(secret):
        with store.read() as tx:
            try:
                return reset_links.holder_of(tx, secret).name
            except NotFound:
                return None

    assert [is_good(one) for one in (older, newer, other, "guess")] == [None, "林晓", "何平", None]
    with store.write() as tx:
        tx.session.get_one(Person, town.people["worker_he"]).is_active = False
    clock.at += timedelta(hours=24)
    assert [is_good(one) for one in (newer, other)] == [None, None]
    with pytest.raises(InputError):
        link_for("worker_he")


@ON_ONE
def test_only_who_looks_after_somebody_makes_a_link(store, town):
    for actor, login in (
        (town.actors["leader_zhao"], "worker_lin"),
        (town.actors["worker_lin"], "worker_lin"),
    ):
        with pytest.raises(PermissionError), store.write() as tx:
            reset_links.make_link(tx, actor, login)
    with store.write() as tx:
        assert reset_links.make_link(tx, system_actor(), "admin_wu")
