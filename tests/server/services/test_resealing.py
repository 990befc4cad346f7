"""Changing keys: everything stays readable at every point, and old keys go only when nothing needs them."""

import json
import stat
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from server.db import Store
from server.errors import Conflict
from server.keys import FILE, add_key, keys_of
from server.models import Audit, Person, PrivateText, RememberedAnswer
from server.services import idempotency, resealing
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.idempotency import Answer
from server.services.private import open_box, seal_box, unseal
from server.services.restore import restore
from server.services.totp import bound


class Killed(BaseException):
    """As a process that is ended between two batches."""


@pytest.fixture
def sealed(store, town, lived):
    """Words of a store in which the loop has run, an answer and a second factor beside."""
    actor = town.actors["worker_lin"]
    with store.write() as tx:
        idempotency.remember(tx, actor, "once", "d" * 64, Answer(200, "暖气".encode()))
        box = seal_box(tx, b"JBSWY3DP", bound(actor.uid))
        tx.session.execute(update(Person).where(Person.id == actor.person_id).values(totp_key=box))
    return words(store)


@pytest.fixture
def beside(store):
    """Another process on the same store: it has its own shelf."""
    other = Store(store.config, store.clock)
    yield other
    other.close()


def words(store):
    with store.read() as tx:
        return [unseal(tx, one) for one in tx.session.scalars(select(PrivateText).order_by(PrivateText.id))]


def openers(store):
    with store.read() as tx:
        return {one.name: one.count for one in resealing.listed(tx)}


def is_well(store):
    with store.read() as tx:
        return examine(tx, 100).complaints == ()


def test_everything_is_sealed_anew_and_says_the_same(store, town, sealed):
    before = openers(store)["k1"]
    done = resealing.rotate(store)
    assert (done.key, done.texts, done.answers, done.factors, done.failed) == ("k2", before - 2, 1, 1, 0)
    assert openers(store) == {"k1": 0, "k2": before}
    assert words(store) == sealed
    assert is_well(store)
    actor = town.actors["worker_lin"]
    with store.read() as tx:
        assert idempotency.kept(tx, actor, "once").body == "暖气".encode()
        box = tx.session.scalar(select(Person.totp_key).where(Person.id == actor.person_id))
        assert open_box(tx, box, bound(actor.uid)) == b"JBSWY3DP"
        assert tx.session.scalars(select(Audit.kind)).all() == ["keys.rotate"]
    assert stat.S_IMODE((store.folder / FILE).stat().st_mode) == 0o600


def test_killed_between_two_batches_it_is_finished_without_a_further_key(store, sealed, monkeypatch):
    def kill(done, _total):
        if done:
            raise Killed

    monkeypatch.setattr(resealing, "BATCH", 7)
    resealing.reseal_all(store)  # nothing to do yet
    keys_of(store)
    with pytest.raises(Killed):
        resealing.rotate(store, progress=lambda done, total: kill(len(keys_of(store).text) > 1, total))
    left = openers(store)
    assert left["k2"] == 7
    assert words(store) == sealed
    assert is_well(store)
    done = resealing.rotate(store)
    assert (done.key, done.count) == ("", left["k1"])
    assert openers(store) == {"k1": 0, "k2": left["k1"] + 7}
    assert words(store) == sealed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_process_reads_and_seals_with_a_key_it_did_not_know(store, beside, town, sealed):
    assert words(beside) == sealed  # it knows the first key alone
    resealing.rotate(store)
    assert words(beside) == sealed
    resealing.rotate(store)
    with beside.write() as tx:
        assert seal_box(tx, b"1", b"2").startswith(b"k3:")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_goes_when_nothing_needs_it_and_the_newest_is_an_hour_old(store, sealed, clock):
    resealing.rotate(store)
    with pytest.raises(Conflict) as refused:
        resealing.retire(store)
    assert refused.value.code == "keys.young"
    with store.write() as tx:
        first = select(PrivateText.id).limit(1).scalar_subquery()
        tx.session.execute(update(PrivateText).where(PrivateText.id == first).values(key_id="k1"))
    clock.at += timedelta(hours=1)
    assert resealing.retire(store) == ()
    assert resealing.rotate(store, finish=True).failed == 1  # it was not sealed with that key
    with store.write() as tx:
        tx.session.execute(update(PrivateText).values(key_id="k2"))
    assert resealing.retire(store) == ("k1",)
    assert [*json.loads((store.folder / FILE).read_text())["text"]] == ["k2"]
    assert words(store) == sealed
    assert is_well(store)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_key_comes_or_goes_before_the_record_tells_of_it(store, sealed, clock):
    def kill(connection):
        if connection.scalar(select(func.count()).select_from(Audit)) > len(acts()):
            raise Killed

    def killed(work):
        event.listen(store.engine, "commit", kill)
        with pytest.raises(Killed):
            work(store)
        event.remove(store.engine, "commit", kill)
        return [*json.loads((store.folder / FILE).read_text())["text"]]

    def acts():
        with store.read() as tx:
            return [
                (one.kind, *one.given.values())
                for one in tx.session.scalars(select(Audit).order_by(Audit.id))
            ]

    assert (killed(resealing.rotate), acts()) == (["k1"], [])
    add_key(store)  # as if it had been broken off in between
    assert resealing.rotate(store).key == ""
    assert resealing.rotate(store).key == "k3"
    assert acts() == [("keys.rotate", "k2"), ("keys.rotate", "k3")]
    clock.at += timedelta(hours=1)
    assert killed(resealing.retire) == ["k1", "k2", "k3"]
    assert resealing.retire(store) == ("k1", "k2")
    assert acts()[2:] == [("keys.retire", "k1、k2")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_made_before_opens_with_its_own_keys(store, sealed, clock, tmp_path):
    back_up(store, tmp_path / "all.zip")
    resealing.rotate(store)
    clock.at += timedelta(hours=2)
    assert resealing.retire(store) == ("k1",)
    config = type(store.config)({**store.config.values, "dir": tmp_path / "back", "database_url": ""})
    restore(tmp_path / "all.zip", config)
    other = Store(config, clock)
    try:
        assert words(other) == sealed
    finally:
        other.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_name_keys_and_never_show_them(store, sealed, monkeypatch):
    from click.testing import CliRunner  # noqa: PLC0415 - the one test here that runs commands

    from server.cli import main  # noqa: PLC0415 - likewise

    def wangge(*said):
        return CliRunner().invoke(main, ["--dir", str(store.folder), "--lang", "en", *said])

    made = wangge("keys", "rotate")
    assert (made.exit_code, made.output.split(";")[0]) == (0, "Key k2 was added")
    names = wangge("keys", "list").output
    assert [line.split("\t")[0] for line in names.splitlines()] == ["k1", "k2"]
    young = wangge("keys", "retire")
    assert (young.exit_code, "less than 60 minutes" in young.output) == (1, True)
    secrets = json.loads((store.folder / FILE).read_text())["text"].values()
    assert not any(one in made.output + names for one in secrets)
    with store.read() as tx:
        assert tx.session.scalars(select(RememberedAnswer.answer)).all()[0].startswith(b"k2:")
