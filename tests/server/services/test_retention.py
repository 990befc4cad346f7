"""Retention: words about people go when their time is up, once, and nothing that is counted goes with them."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from server.blobs import blobs_of
from server.models import (
    Attachment,
    Audit,
    Entry,
    Issue,
    PrivateText,
    RememberedAnswer,
    ResetLink,
    SignedIn,
    SignInAttempt,
)
from server.services import issues, retention
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.private import unseal
from server.services.restore import restore
from server.uids import uuid7

YEAR = timedelta(days=366)
ENDED = 4  # of tests.lived: closed; 3 is merged into 0, which is at work


@pytest.fixture
def numbers(lived):
    return lived


def issue_of(store, number):
    with store.read() as tx:
        return tx.session.scalars(select(Issue).where(Issue.number == number)).one()


def texts_of(store, number):
    """Words of an issue by kind; None for blanked ones."""
    with store.read() as tx:
        query = (
            select(PrivateText).join(Issue, Issue.id == PrivateText.issue_id).where(Issue.number == number)
        )
        return {one.kind: (unseal(tx, one), one.phone_key) for one in tx.session.scalars(query)}


def complaints(store):
    with store.read() as tx:
        return examine(tx, 100).complaints


def files_of(store):
    """All bytes of the database, its log too."""
    return b"".join(path.read_bytes() for path in store.folder.glob("wangge.db*"))


def everything_counted(store):
    columns = (Issue.number, Issue.state, Issue.category, Issue.lon, Issue.area_id, Issue.ended_at, Issue.quantity,
               Issue.satisfaction, Issue.version, Issue.updated_at)  # fmt: skip
    with store.read() as tx:
        rows = tx.session.execute(select(*columns).order_by(Issue.id)).all()
        return rows, tx.session.execute(select(Entry.digest, Entry.given).order_by(Entry.id)).all()


def test_words_go_when_their_time_is_up_and_what_is_counted_stays(store, town, numbers, clock):
    before = everything_counted(store)
    clock.at += YEAR
    with store.read() as tx:
        foreseen = retention.due(tx)
    done = retention.purge(store)
    assert (done, done.issues) == (foreseen, 1)
    assert done.words == len(texts_of(store, numbers[ENDED])) > 3
    assert set(texts_of(store, numbers[ENDED]).values()) == {(None, None)}
    gone = issue_of(store, numbers[ENDED])
    assert (gone.summary, gone.place_text, gone.purged_at) == ("", "", clock.at)
    assert None not in {words for words, _key in texts_of(store, numbers[0]).values()}
    assert everything_counted(store) == before
    assert complaints(store) == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_time_there_is_nothing_and_the_record_tells_of_one(store, town, numbers, clock):
    clock.at += YEAR
    retention.purge(store)
    assert not any(retention.purge(store).counts.values())
    with store.read() as tx:
        told = tx.session.execute(select(Audit.given, Audit.person_id).where(Audit.kind == "purge")).all()
    assert [(one.given["issues"], one.person_id) for one in told] == [(1, None)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_before_nothing_goes_and_with_zero_days_never(store, town, numbers, clock):
    clock.at += timedelta(days=364)
    with store.read() as tx:
        assert retention.due(tx).issues == 0
        assert retention.due(tx, 300).issues == 1
        assert retention.due(tx, retention.NEVER).issues == 0
    assert retention.purge(store, retention.NEVER).issues == 0


def test_what_was_merged_waits_for_the_issue_it_went_into(store, town, numbers, clock):
    clock.at += YEAR
    retention.purge(store)
    assert issue_of(store, numbers[3]).purged_at is None
    steps = (
        ("worker_lin", "finish", {"outcome": "换了阀门", "quantity": 1, "unit": "个"}),
        ("leader_zhao", "pass", {}),
        ("dispatcher_qian", "survey", {"contacted": "yes", "satisfaction": "satisfied"}),
    )
    for login, action, given in steps:
        with store.write() as tx:
            issues.act(tx, town.actors[login], numbers[0], action, given)
    assert retention.purge(store).issues == 0
    clock.at += YEAR
    assert retention.purge(store).issues == 2
    assert complaints(store) == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_reopened_is_not_touched_and_due_anew_when_it_ends_again(store, town, numbers, clock):
    clock.at += YEAR
    with store.write() as tx:
        issues.act(tx, town.actors["supervisor_li"], numbers[ENDED], "reopen", {"reason": "又不热了"})
    assert retention.purge(store).issues == 0
    with store.write() as tx:
        given = {"reason": "不归我们管", "told": "已说明"}
        issues.act(tx, town.actors["leader_zhao"], numbers[ENDED], "reject", given)
    clock.at += YEAR
    assert retention.purge(store).issues == 1
    assert set(texts_of(store, numbers[ENDED]).values()) == {(None, None)}
    assert complaints(store) == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_between_two_batches_it_goes_on_where_it_was(store, town, scattered, clock, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(_took_s):
        if killed.pop():
            raise Killed

    killed = [True, False]
    monkeypatch.setattr(retention, "BATCH", 3)
    with store.write() as tx:
        ids = tx.session.scalars(select(Issue.id).limit(8)).all()
        ended = {"state": "closed", "ended_at": clock.at - YEAR, "holder_person_id": None}
        tx.session.execute(update(Issue).where(Issue.id.in_(ids)).values(**ended))
    told = []
    with pytest.raises(Killed):
        retention.purge(store, breathe=kill, progress=lambda *counts: told.append(counts))
    assert told == [(0, 8), (3, 8)]
    assert retention.purge(store).issues == 5
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).where(Issue.purged_at.is_not(None))) == 8
        given = tx.session.scalars(select(Audit.given).where(Audit.kind == "purge")).all()
        assert [one["issues"] for one in given] == [3, 3, 2]


def test_what_only_lets_people_in_is_forgotten_beside(store, town, clock):
    person = town.people["worker_lin"]
    session = {"person_id": person, "method": "password", "address": "", "agent": "", "created_at": clock.at,
               "seen_at": clock.at}  # fmt: skip
    day = timedelta(days=1)
    with store.write() as tx:
        tx.session.add_all([
            SignedIn(digest="a" * 64, expires_at=clock.at + 30 * day, ended_at=clock.at, **session),
            SignedIn(digest="b" * 64, expires_at=clock.at + 400 * day, **session),
            ResetLink(digest="c" * 64, person_id=person, created_at=clock.at, expires_at=clock.at + day),
            SignInAttempt(login="worker_lin", address="::1", at=clock.at),
            RememberedAnswer(person_id=person, key="1", body_digest="d" * 64, status=200, answer=b"k1:", at=clock.at),
        ])  # fmt: skip
    clock.at += 92 * day
    gone = retention.purge(store)
    assert (gone.links, gone.failures, gone.answers) == (1, 1, 1)
    with store.read() as tx:
        left = set(tx.session.scalars(select(SignedIn.digest)))
    assert (left & {"a" * 64, "b" * 64}) == {"b" * 64}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_night_has_one_purge_and_none_before_two(store, town, numbers, clock):
    clock.at = (clock.at + YEAR).replace(hour=17)  # one in the morning in Shanghai
    assert retention.nightly(store) == {}
    clock.at += timedelta(hours=1)
    assert retention.nightly(store)["issues"] == 1
    assert retention.nightly(store) == {}
    clock.at += timedelta(days=1)
    assert not any(retention.nightly(store).values())


@pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
def test_a_night_is_not_done_while_another_process_holds_what_is_due(store, town, numbers, clock):
    clock.at = (clock.at + YEAR).replace(hour=18)
    with store.write() as tx:
        tx.session.execute(select(Issue.id).where(Issue.number == numbers[ENDED]).with_for_update())
        assert retention.nightly(store)["issues"] == 0
    assert retention.nightly(store)["issues"] == 1
    assert retention.nightly(store) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_night_sweeps_files_and_a_purge_of_other_days_asks_for_none(store, town, numbers, clock):
    unnamed = blobs_of(store).put(b"unnamed")
    clock.at = (clock.at + YEAR).replace(hour=18)
    os.utime(store.folder / "files" / unnamed[:2] / unnamed, (clock.at.timestamp() - 2e5,) * 2)
    retention.purge(store, 30)
    assert blobs_of(store).has(unnamed)
    retention.nightly(store)
    assert not blobs_of(store).has(unnamed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_photos_go_with_the_words_and_a_file_that_another_issue_needs_stays(store, town, numbers, clock):
    blobs = blobs_of(store)
    own, shared = blobs.put(b"own"), blobs.put(b"shared")
    facts = {
        "kind": "before",
        "size": 3,
        "width": 1,
        "height": 1,
        "datum": "",
        "entry_seq": 1,
        "at": clock.at,
    }
    with store.write() as tx:
        keys = dict(tx.session.execute(select(Issue.number, Issue.id)).all())
        for number, digest in ((numbers[ENDED], own), (numbers[ENDED], shared), (numbers[0], shared)):
            uid = uuid7(clock.at)
            tx.session.add(Attachment(issue_id=keys[number], digest=digest, thumb=digest, uid=uid, **facts))
    clock.at += YEAR
    assert retention.purge(store).photos == 2
    assert (blobs.has(own), blobs.has(shared)) == (False, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_backup_carries_what_was_purged(store, town, numbers, clock, tmp_path):
    clock.at += YEAR
    retention.purge(store)
    back_up(store, tmp_path / "all.zip")
    config = type(store.config)({**store.config.values, "dir": tmp_path / "back", "database_url": ""})
    restore(tmp_path / "all.zip", config)
    other = type(store)(config, clock)
    try:
        assert complaints(other) == ()
        assert issue_of(other, numbers[ENDED]).purged_at == clock.at
    finally:
        other.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_of_the_words_stays_in_the_file(store, town, numbers, clock):
    with store.write() as tx:
        tx.session.execute(
            update(Issue).where(Issue.number == numbers[ENDED]).values(summary="五号楼的老周说暖气不热")
        )
    secret = "五号楼的老周".encode()
    assert secret in files_of(store)
    clock.at += YEAR
    retention.purge(store)
    assert secret not in files_of(store)
