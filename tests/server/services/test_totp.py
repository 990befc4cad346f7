"""The second factor: a code is right for a minute and a half, and good once."""

from datetime import timedelta

import pyotp
import pytest

from server.errors import Conflict, InputError, NotFound, NotSignedIn
from server.models import Audit
from server.services import account_edits, attempts, own_account, sign_in, totp
from server.services.sessions import Device
from tests.personas import PASSWORD, person_named

HERE = Device("192.0.2.1", "test")


@pytest.fixture
def key(store, town):
    """worker_lin's key, turned on."""
    key = totp.new_key()
    with store.write() as tx:
        totp.turn_on(tx, town.actors["worker_lin"], key, pyotp.TOTP(key).at(tx.now))
    return key


def spent(store, town, digits, login="worker_lin"):
    with store.write() as tx:
        return totp.spend(tx, town.people[login], digits)


def test_it_is_turned_on_by_a_right_code_alone_and_kept_sealed(store, town):
    lin, key = town.actors["worker_lin"], totp.new_key()
    with pytest.raises(InputError), store.write() as tx:
        totp.turn_on(tx, lin, key, "000000" if pyotp.TOTP(key).at(tx.now) != "000000" else "000001")
    with store.write() as tx:
        totp.turn_on(tx, lin, key, pyotp.TOTP(key).at(tx.now))
    with store.read() as tx:
        assert key.encode() not in person_named(tx, "worker_lin").totp_key
        assert own_account.of(tx, lin).has_second
        assert [(one.kind, one.given) for one in tx.session.query(Audit)] == [("totp.on", {})]
    with pytest.raises(Conflict), store.write() as tx:
        totp.turn_on(tx, lin, key, pyotp.TOTP(key).at(tx.now))


def test_a_code_is_taken_one_step_early_or_late_and_never_twice(store, town, key, clock):
    codes, start = pyotp.TOTP(key), clock.at
    assert not spent(store, town, codes.at(start)), "the one that turned it on"
    clock.at = start + timedelta(seconds=30)
    early = codes.at(start + timedelta(seconds=60))
    assert spent(store, town, f"{early[:3]} {early[3:]}")
    assert not spent(store, town, early)
    assert not spent(store, town, codes.at(clock.at)), "older than one already taken"
    clock.at = start + timedelta(seconds=120)
    assert not spent(store, town, codes.at(start + timedelta(seconds=60)))
    assert spent(store, town, codes.at(start + timedelta(seconds=90)))
    for wrong in ("", "12345", "abcdef", "１２３４５６", "0" * 500):
        assert not spent(store, town, wrong)
    assert not spent(store, town, early, "worker_he")


def test_signing_in_asks_for_the_code_after_the_password_and_counts_wrong_ones(store, town, key, clock):
    clock.at += timedelta(minutes=1)
    admitted = sign_in.sign_in(store, "worker_lin", PASSWORD, HERE)
    assert admitted.secret == ""
    person = town.people["worker_lin"]
    for _ in range(attempts.FAILURES):
        with pytest.raises(NotSignedIn, match=r"auth\.code"):
            sign_in.give_code(store, person, admitted.stamp, "x", HERE)
    right = pyotp.TOTP(key).at(clock.at)
    with pytest.raises(NotSignedIn, match=r"auth\.too_many"):
        sign_in.give_code(store, person, admitted.stamp, right, HERE)
    elsewhere = sign_in.give_code(store, person, admitted.stamp, right, Device("198.51.100.7"))
    assert elsewhere.secret
    with store.read() as tx:
        last = tx.session.query(Audit).order_by(Audit.id.desc()).first()
        assert (last.kind, last.given) == ("sign_in", {"method": "totp"})


@pytest.mark.parametrize("broken", [b"none:" + b"x" * 40, b"x"])
def test_a_key_that_cannot_be_opened_is_a_refusal_that_says_so(store, town, key, broken):
    with store.write() as tx:
        person_named(tx, "worker_lin").totp_key = broken
    stamp = sign_in.sign_in(store, "worker_lin", PASSWORD, HERE).stamp
    with pytest.raises(NotSignedIn, match=r"totp\.lost"):
        sign_in.give_code(store, town.people["worker_lin"], stamp, "123456", HERE)


def test_who_has_no_password_turns_it_off_as_they_turned_it_on(store, town, key):
    with store.write() as tx:
        person_named(tx, "worker_lin").password_hash = None
    own_account.turn_off_second(store, town.actors["worker_lin"], "")
    with store.read() as tx:
        assert not own_account.of(tx, town.actors["worker_lin"]).has_second


def test_turning_it_off_asks_for_the_password_an_administrator_needs_none(store, town, key):
    lin = town.actors["worker_lin"]
    with pytest.raises(InputError):
        own_account.turn_off_second(store, lin, "wrong-password")
    own_account.turn_off_second(store, lin, PASSWORD)
    with pytest.raises(Conflict), store.write() as tx:
        account_edits.drop_second(tx, town.actors["admin_wu"], "worker_lin")
    with pytest.raises(PermissionError), store.write() as tx:
        account_edits.drop_second(tx, town.actors["leader_zhao"], "worker_lin")
    with pytest.raises(NotFound), store.write() as tx:
        account_edits.drop_second(tx, town.actors["admin_wu"], "nobody")


def test_the_picture_is_a_data_address_and_the_key_is_shown_in_groups():
    setup = totp.setup_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "worker_lin")
    assert setup.image.startswith("data:image/svg+xml")
    assert setup.words == "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567"
