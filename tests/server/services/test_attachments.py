"""Photos of issues: in the act's own transaction, once each, and gone when nobody points to them."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from server.blobs import blobs_of
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Attachment, Department, Entry, Issue
from server.services import album, attachments, files, intake, issues
from server.services.attachments import Device, purge, take_in
from server.services.drafts import Draft
from server.services.files import drop, sweep
from server.services.issue_view import found
from server.services.ledger import broken_chains
from server.workflow import IllegalAction, NotPermittedAction
from tests.pictures import drawn, exif_of, sent

DRAFT = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
HERE = ((37.0, 0.0, 54.0), "N", (122.0, 0.0, 54.0), "E", "WGS-84")


def picture(shade, **more):
    return sent(picture=drawn(colour=(shade * 37 % 256, shade * 91 % 256, 30)), **more)


@pytest.fixture
def number(store, town):
    with store.write() as tx:
        return intake.report(tx, town.actors["dispatcher_qian"], DRAFT).number


@pytest.fixture
def attach(store, town, number):
    """Attach photos as somebody; gives what was taken in."""

    def attach(login, *shades, kind="before", of=number, **more):
        taken = take_in(store, [picture(shade) for shade in shades])
        with store.write() as tx:
            attachments.attach(tx, town.actors[login], of, kind, taken, **more)
        return taken

    return attach


def rows(store):
    with store.read() as tx:
        return list(tx.session.scalars(select(Attachment).order_by(Attachment.id)))


def test_a_photo_is_an_entry_of_its_issue_and_the_entry_names_nothing_but_its_file(
    store, town, number, attach
):
    (taken,) = attach("worker_lin", 200, device=Device(122.0151, 37.0151, 12.0))
    with store.read() as tx:
        view = issues.one(tx, town.actors["worker_lin"], number)
        assert broken_chains(tx) == []
    assert view.log[-1].action == "attach"
    assert view.log[-1].given == {"files": [[str(taken.uid), taken.digest, "before"]]}
    (row,) = rows(store)
    assert (row.uid, row.digest, row.entry_seq) == (taken.uid, taken.digest, view.log[-1].seq)
    assert (row.device_lon, row.device_accuracy_m, row.taken_lon) == (122.0151, 12.0, None)
    assert blobs_of(store).get(row.digest) == taken.photo.data
    assert blobs_of(store).get(row.thumb) == taken.photo.thumb


def test_a_cameras_time_is_of_the_zone_here_and_none_lies_ahead(store, town, number, clock):
    stale = picture(1, exif=exif_of(taken="2026:03:09 08:30:00", gps=HERE))
    ahead = picture(2, exif=exif_of(taken="2031:01:01 00:00:00"))
    taken = take_in(store, [stale, ahead])
    with store.write() as tx:
        attachments.attach(tx, town.actors["worker_lin"], number, "before", taken)
    one, other = rows(store)
    assert one.taken_at == datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert (one.taken_lat, one.datum) == (pytest.approx(37.015), "WGS-84")
    assert other.taken_at is None


def test_the_same_photos_sent_again_are_attached_once(store, town, number, attach):
    taken = attach("worker_lin", 1, 2)
    with store.write() as tx:
        assert attachments.attach(tx, town.actors["worker_lin"], number, "before", taken) == ()
        more = (*taken, *take_in(store, [picture(3)]))
        assert attachments.attach(tx, town.actors["worker_lin"], number, "before", more) == (more[2].uid,)
    assert len(rows(store)) == 3


def test_the_same_picture_is_attached_once_however_often_its_form_is_sent(store, attach):
    attach("worker_lin", 1, 1)
    attach("leader_zhao", 1, 2)
    assert len(rows(store)) == 2
    attach("worker_lin", 1, kind="after")
    assert len(rows(store)) == 3


@pytest.mark.parametrize("change", [{"digest": "0" * 64}, None])
def test_a_uid_of_another_photo_or_of_somebody_else_is_refused(store, town, number, attach, change):
    (taken,) = attach("worker_lin", 1)
    who = "worker_lin" if change else "leader_zhao"
    with pytest.raises(Conflict) as refused, store.write() as tx:
        again = replace(taken, **(change or {}))
        attachments.attach(tx, town.actors[who], number, "before", [again])
    assert refused.value.code == "photo.uid_taken"


def test_whoever_may_note_may_attach_and_nobody_else(store, town, number, attach):
    for shade, login in enumerate(("worker_lin", "leader_zhao", "dispatcher_qian", "supervisor_li")):
        attach(login, shade)
    with pytest.raises(NotFound):
        attach("outsider", 8)
    with pytest.raises(NotFound):
        attach("admin_wu", 8)
    with store.write() as tx:
        elsewhere = replace(DRAFT, lon=122.005, lat=37.005)
        other = intake.report(tx, town.actors["dispatcher_qian"], elsewhere).number
    with store.write() as tx:
        issues.act(tx, town.actors["supervisor_li"], other, "reassign", {"holder": f"person:{town.people['worker_lin']}", "reason": "帮忙"})  # fmt: skip
    with pytest.raises(NotPermittedAction):
        attach("worker_he", 9, of=other)
    assert len(rows(store)) == 4


def test_nothing_is_attached_to_what_has_ended(store, town, number, attach):
    with store.write() as tx:
        issues.act(tx, town.actors["dispatcher_qian"], number, "withdraw", {"reason": "不用了"})
    with pytest.raises(IllegalAction):
        attach("leader_zhao", 1)
    assert rows(store) == []


def test_an_old_version_is_refused_and_nothing_written(store, number, attach):
    with pytest.raises(Conflict):
        attach("worker_lin", 1, version=1)
    assert rows(store) == []


def test_a_number_of_photos_is_no_photo(store, town, number):
    with pytest.raises(InputError) as refused, store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "attach", {"photos": 3})
    assert refused.value.code == "photo.not_files"


def test_too_many_at_once_or_of_an_issue_are_refused(store, attach):
    with pytest.raises(InputError) as refused:
        take_in(store, [picture(1)] * 10)
    assert refused.value.code == "photo.many"
    for start in range(0, 45, 9):
        attach("worker_lin", *range(start, start + 9))
    with pytest.raises(InputError) as refused:
        attach("worker_lin", *range(50, 56))
    assert (refused.value.code, refused.value.values["count"]) == ("photo.full", 45)
    assert len(rows(store)) == 45


def test_a_bad_photo_is_named_and_none_is_kept_in_a_row(store):
    with pytest.raises(InputError) as refused:
        take_in(store, [picture(1), b"<html>"])
    assert (refused.value.code, refused.value.values["n"]) == ("photo.kind", 2)
    for uids in ([uuid4()], [uuid4()] * 2):
        with pytest.raises(InputError) as refused:
            take_in(store, [picture(1), picture(2)], uids)
        assert refused.value.code == "photo.uids"


def test_a_report_and_its_photos_are_written_together_or_not_at_all(store, town):
    taken = take_in(store, [picture(1), picture(2)])
    with store.write() as tx:
        receipt = attachments.report(tx, town.actors["worker_lin"], DRAFT, taken)
    assert {row.kind for row in rows(store)} == {"before"}
    assert {row.issue_id for row in rows(store)} == {receipt.id}
    with pytest.raises(Conflict), store.write() as tx:
        attachments.report(tx, town.actors["leader_zhao"], DRAFT, taken)
    with store.read() as tx:
        assert len(tx.session.scalars(select(Issue.id)).all()) == 1


def test_finishing_with_photos_tells_how_many_show_it(store, town, number):
    worker = town.actors["worker_lin"]
    with store.write() as tx:
        issues.act(tx, worker, number, "take", {})
    taken = take_in(store, [picture(1), picture(2)])
    with store.write() as tx:
        version = tx.session.scalars(select(Issue.version).where(Issue.number == number)).one()
        attachments.act(tx, worker, number, "finish", {"outcome": "修好了"}, version, taken)
        told = tx.session.execute(select(Entry.action, Entry.given).order_by(Entry.seq)).all()
    assert [action for action, _ in told[-2:]] == ["attach", "finish"]
    assert told[-1].given["photos"] == 2
    assert {row.kind for row in rows(store)} == {"after"}
    with pytest.raises(IllegalAction), store.write() as tx:
        attachments.act(tx, worker, number, "finish", {"outcome": "再来"}, None, take_in(store, [picture(3)]))
    assert len(rows(store)) == 2


def test_what_is_purged_is_shown_to_nobody_and_its_files_go_once_nobody_needs_them(
    store, town, number, attach
):
    one, shared = attach("worker_lin", 1, 2, device=Device(122.0, 37.0))
    with store.write() as tx:
        other = intake.report(tx, town.actors["dispatcher_qian"], DRAFT).number
    attach("worker_lin", 2, of=other)
    with store.write() as tx:
        key = tx.session.scalars(select(Issue.id).where(Issue.number == number)).one()
        gone = purge(tx, [key])
        assert purge(tx, [key]) == ()
        assert broken_chains(tx) == []
    assert sorted(gone) == sorted({one.digest, one.thumb})
    assert [(row.purged_at is None, row.device_lon) for row in rows(store)] == [
        (False, None),
        (False, None),
        (True, None),
    ]
    assert drop(store, gone) == len(gone)
    with store.read() as tx:
        worker = town.actors["worker_lin"]
        assert album.of_issue(tx, worker, number) == ()
        assert len(album.of_issue(tx, worker, other)) == 1
        assert album.file_of(tx, worker, shared.digest)
        with pytest.raises(NotFound):
            album.file_of(tx, worker, one.digest)
    assert not blobs_of(store).has(one.digest)


def test_what_was_attached_again_meanwhile_is_not_dropped(store, town, number, attach):
    (one,) = attach("worker_lin", 1)
    with store.write() as tx:
        gone = purge(tx, [tx.session.scalars(select(Issue.id)).one()])
    attach("leader_zhao", 1)
    assert drop(store, gone) == 0
    assert blobs_of(store).get(one.digest)
    taken = take_in(store, [picture(5)])
    assert drop(store, [taken[0].digest]) == 1  # between the putting and the attaching
    with store.write() as tx:
        attachments.attach(tx, town.actors["worker_lin"], number, "before", taken)
    assert blobs_of(store).has(taken[0].digest)


class Slow:
    """A bucket that takes its time; counts what it is asked in each transaction."""

    def __init__(self, blobs):
        self.blobs, self.asked = blobs, []

    def __getattr__(self, name):
        def call(*given):
            self.asked.append(name)
            return getattr(self.blobs, name)(*given)

        return call


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_slow_bucket_holds_up_nobody_who_writes(store, town, number, attach, monkeypatch):
    bucket = store.shelf["blobs"] = Slow(blobs_of(store))
    attach("worker_lin", 1, 2, 3)
    assert set(bucket.asked) == {"put"}
    bucket.asked.clear()
    groups = []
    unused = [blobs_of(store).put(bytes([n])) for n in range(25)]
    assert drop(store, unused, lambda _took_s: groups.append(bucket.asked.count("delete"))) == 25
    assert groups == [10, 20, 25]
    monkeypatch.setattr(files, "HELD_S", 0.0)
    groups.clear()
    drop(store, unused[:3], groups.append)
    assert len(groups) == 3


def test_a_file_that_no_photo_names_is_swept_after_a_day(store, attach, clock):
    (kept,) = attach("worker_lin", 1)
    old, new = take_in(store, [picture(2), picture(3)])
    for path in (store.folder / "files").glob("*/*"):
        at = clock.at - timedelta(days=2 if path.name not in (new.digest, new.thumb) else 0)
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert sweep(store) == 2
    blobs = blobs_of(store)
    assert (blobs.has(kept.digest), blobs.has(old.digest), blobs.has(new.digest)) == (True, False, True)


def test_photos_are_seen_with_the_issue_and_others_by_who_may_ask_about_people(store, town, number, attach):
    attach("leader_zhao", 1, kind="before", device=Device(122.015, 37.016))
    attach("leader_zhao", 2, kind="other")
    with store.read() as tx:
        seen = {login: [one.kind for one in album.of_issue(tx, actor, number)]
                for login, actor in town.actors.items() if login in ("leader_zhao", "worker_lin", "supervisor_li")}  # fmt: skip
        assert seen == {login: ["before", "other"] for login in seen}
        (shown, other) = album.of_issue(tx, town.actors["leader_zhao"], number)
        assert (shown.who, shown.position) == ("赵敏", (122.015, 37.016))
        assert shown.distance_m == pytest.approx(111, abs=1)
        for login in ("outsider", "admin_wu", "handler_sun"):
            with pytest.raises(NotFound):
                album.file_of(tx, town.actors[login], shown.digest)
    with store.write() as tx:
        given = {"departments": ["heating"], "matter": "阀门", "answer_by": "2026-03-12"}
        issues.act(tx, town.actors["leader_zhao"], number, "whistle", given)
        tx.session.query(Department).update({"sees_private": False})
    with store.read() as tx:
        handler = town.actors["handler_sun"]
        (seen,) = album.of_issue(tx, handler, number)
        assert (seen.kind, seen.position, seen.distance_m) == ("before", None, pytest.approx(111, abs=1))
        assert album.file_of(tx, handler, shown.digest)
        with pytest.raises(NotPermitted):  # of an issue that they see
            album.file_of(tx, handler, other.digest)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_device_tells_afterwards_when_it_attached_a_photo(store, town, number, attach, clock):
    at = clock.at
    clock.at += timedelta(hours=3)
    attach("worker_lin", 1, happened_at=at)
    with store.read() as tx:
        assert issues.one(tx, town.actors["worker_lin"], number).log[-1].at == at
    with pytest.raises(InputError) as refused:
        attach("worker_lin", 2, happened_at=at - timedelta(days=8))
    assert refused.value.code == "time.backdated"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_of_many_issues_is_found_with_as_many_statements_as_of_one(store, town, number, attach):
    (taken,) = attach("leader_zhao", 1, kind="other")
    with store.write() as tx:
        more = [intake.report(tx, town.actors["dispatcher_qian"], DRAFT).number for _ in range(4)]
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def counted(read):
        asked.clear()
        with store.read() as tx:
            read(tx, town.actors["worker_lin"])
        return len(asked)

    one = counted(lambda tx, actor: album.file_of(tx, actor, taken.digest))
    for each in more:
        attach("leader_zhao", 1, kind="other", of=each)
    assert counted(lambda tx, actor: album.file_of(tx, actor, taken.digest)) == one

    def known(tx, actor):
        issue, path = found(tx, actor, number)
        asked.clear()
        assert len(album.of_row(tx, actor, issue, path, is_told=True)) == 1

    assert counted(known) == 1
