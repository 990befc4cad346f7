"""Files made by the job process: whole or not at all, once, theirs alone, and gone in time."""

import csv
import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from server.errors import Conflict, InputError, NotFound
from server.models import Audit, Person, RoleGrant
from server.services import exporting, hotspots, listing, people
from server.services.exporting import making, wish_of
from server.services.exporting.shelf import file_of
from server.services.filters import Filters

WISH = wish_of("issues", "csv", {"state": "open"})


@pytest.fixture
def ask(store, scattered):
    """Ask for a file as a persona; gives its key."""

    def make(actor, wish=WISH):
        with store.write() as tx:
            return exporting.ask(tx, actor, wish).uid

    return make


def seen(store, actor, uid):
    with store.read() as tx:
        return exporting.one(tx, actor, uid)


def rows_of(store, actor, uid):
    with store.write() as tx:
        path, _job = exporting.fetch(tx, actor, uid)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def left_over(store):
    folder = store.folder / "exports"
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_a_file_holds_the_rows_that_its_person_would_see_and_both_making_and_fetching_are_on_record(
    store, town, ask
):
    lin = town.actors["worker_lin"]
    uid = ask(lin)
    assert exporting.work(store) == {"made": 1, "failed": 0, "expired": 0}
    with store.read() as tx:
        numbers = [
            one.number for one in listing.walk(tx, lin, Filters.parse({"state": "open"}, tx.config.zone))
        ]
    assert [row[0] for row in rows_of(store, lin, uid)] == numbers != []
    job = seen(store, lin, uid)
    assert (job.state, job.done, job.total, job.size > 0) == ("done", len(numbers), len(numbers), True)
    assert file_of(store, uid, "csv").stat().st_mode & 0o777 == 0o600
    assert left_over(store) == [f"{uid}.csv"]
    with store.read() as tx:
        acts = tx.session.execute(select(Audit.kind, Audit.person_id, Audit.given).order_by(Audit.id)).all()[
            -2:
        ]
    given = {"what": "issues", "form": "csv", "filters": {"state": "open"}, "count": len(numbers)}
    assert [tuple(one) for one in acts] == [
        ("export", lin.person_id, given),
        ("export.fetch", lin.person_id, given),
    ]


def test_nobody_else_finds_or_fetches_it(store, town, ask):
    uid = ask(town.actors["worker_lin"])
    exporting.work(store)
    other = town.actors["supervisor_li"]
    with store.write() as tx:
        assert exporting.find(tx, other) == ()
        for act in (exporting.one, exporting.fetch, exporting.cancel, exporting.delete, exporting.again):
            with pytest.raises(NotFound):
                act(tx, other, uid)


def test_of_two_who_come_at_once_one_makes_it(store, town, ask):
    uids = {ask(town.actors["worker_lin"]) for _ in range(2)}
    start, done = threading.Barrier(2), []

    def both():
        start.wait()
        done.append(exporting.work(store)["made"])

    others = [threading.Thread(target=both) for _ in range(2)]
    for one in others:
        one.start()
    for one in others:
        one.join()
    assert sum(done) == 2
    assert left_over(store) == sorted(f"{uid}.csv" for uid in uids)
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).where(Audit.kind == "export")) == 2


def test_what_a_dead_one_left_is_made_anew_and_who_was_only_slow_finds_out(store, town, ask, clock):
    uid = ask(town.actors["worker_lin"])
    slow = making._take(store, None)
    room = store.folder / "exports" / f".{uid}.1.dead"
    room.mkdir(parents=True)
    (room / "draft").write_bytes(b"half")
    assert exporting.work(store)["made"] == 0  # its sign of life is fresh
    clock.at += timedelta(minutes=2)
    assert exporting.work(store)["made"] == 1
    with pytest.raises(making._Gone):
        slow.look()
    assert making._make(slow) == ""
    assert seen(store, town.actors["worker_lin"], uid).state == "done"
    assert left_over(store) == [f"{uid}.csv"]


def test_what_kills_whoever_makes_it_is_given_up(store, town, ask, clock):
    uid = ask(town.actors["worker_lin"])
    for _ in range(making.TRIES):
        making._take(store, None)
        clock.at += timedelta(minutes=2)
    assert exporting.work(store)["failed"] == 1
    assert seen(store, town.actors["worker_lin"], uid).problem["code"] == "export.dies"


def test_who_gives_it_up_stops_it_within_a_batch_and_may_ask_again(store, town, ask, monkeypatch):
    lin = town.actors["worker_lin"]
    uid = ask(lin)
    monkeypatch.setattr(making, "BATCH", 5)
    read = []

    def breathe(_took_s):
        read.append(1)
        if len(read) == 2:
            with store.write() as tx:
                exporting.cancel(tx, lin, uid)

    assert exporting.work(store, breathe)["made"] == 0
    assert len(read) == 2
    assert seen(store, lin, uid).state == "cancelled"
    assert left_over(store) == []
    with store.write() as tx:
        new = exporting.again(tx, lin, uid).uid
    assert exporting.work(store)["made"] == 1
    assert [job.uid for job in _mine(store, lin)] == [new]


def _mine(store, actor):
    with store.read() as tx:
        return exporting.find(tx, actor)


def test_who_is_told_to_stop_leaves_it_to_the_next(store, town, ask):
    class Stopped(BaseException):
        pass

    def breathe(_took_s):
        raise Stopped

    uid = ask(town.actors["worker_lin"])
    with pytest.raises(Stopped):
        exporting.work(store, breathe)
    assert seen(store, town.actors["worker_lin"], uid).state == "waiting"
    assert exporting.work(store)["made"] == 1


def test_after_its_days_it_is_gone_and_so_is_a_file_that_nobody_asked_for(store, town, ask, clock):
    lin = town.actors["worker_lin"]
    uid = ask(lin)
    exporting.work(store)
    (store.folder / "exports" / "01990000-0000-7000-8000-000000000000.csv").write_bytes(b"x")
    clock.at += timedelta(days=store.config.export_days)
    assert _mine(store, lin) == ()
    assert exporting.work(store)["expired"] == 1
    assert left_over(store) == []
    with store.write() as tx, pytest.raises(NotFound):
        exporting.fetch(tx, lin, uid)


def test_whose_roles_changed_has_to_have_it_made_anew(store, town, ask):
    lin = town.actors["worker_lin"]
    uid = ask(lin)
    exporting.work(store)
    with store.write() as tx:
        tx.session.execute(delete(RoleGrant).where(RoleGrant.person_id == lin.person_id))
        changed = people.actor_of(tx, lin.person_id)
        assert not exporting.one(tx, changed, uid).has_file
        with pytest.raises(Conflict, match=r"export\.rights"):
            exporting.fetch(tx, changed, uid)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_folder_that_is_none_a_full_disk_and_a_closed_account_are_reasons(store, town, ask, monkeypatch):
    lin, codes = town.actors["worker_lin"], []

    def failed():
        ask(lin)
        assert exporting.work(store)["failed"] == 1
        codes.append(_mine(store, lin)[0].problem["code"])

    (store.folder / "exports").write_bytes(b"a file, no folder")
    failed()
    (store.folder / "exports").unlink()

    def full(_file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(making.os, "fsync", full)
        failed()
    ask(lin)
    with store.write() as tx:
        tx.session.execute(update(Person).where(Person.id == lin.person_id).values(is_active=False))
    assert exporting.work(store)["failed"] == 1
    codes.append(_mine(store, lin)[0].problem["code"])
    assert codes == ["export.folder", "export.full", "export.nobody"]
    assert left_over(store) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_more_than_a_sheet_holds_and_what_is_unknown_is_refused_and_nobody_asks_without_end(
    store, town, ask, monkeypatch
):
    lin = town.actors["worker_lin"]
    monkeypatch.setattr(exporting.wishes.listing, "count", lambda *_given: 1_048_576)
    with pytest.raises(InputError, match=r"export\.rows"):
        ask(lin, wish_of("issues", "xlsx", {}))
    for given in (("people", "csv", {}), ("issues", "doc", {}), ("issues", "csv", {"level": "cell"})):
        with pytest.raises(InputError):
            wish_of(*given)
    for _ in range(exporting.KEPT_OPEN):
        ask(lin)
    with pytest.raises(Conflict, match=r"export\.many"):
        ask(lin)


def test_cells_come_with_the_numbers_of_statistics_and_their_outlines(store, town, scattered):
    from server.services import statistics  # noqa: PLC0415 - beside the table it is compared with

    li = town.actors["supervisor_li"]
    with store.read() as tx:
        for level in ("cell", "community", "subdistrict"):
            wish = wish_of("cells", "csv", {"level": level, "period": "year"})
            table = exporting.wishes.table_of(tx, li, wish)
            period = statistics.period_of({"period": "year"}, tx.now, tx.config.zone)
            keys = list(statistics.INDICATORS)
            told = statistics.by(tx, li, Filters(), period, level, keys)
            rows = list(table.records)
            assert [[row.facts[key] for key in ("code", *keys)] for row in rows] == [
                [row.code, *(one.value for one in row.figures)] for row in told.rows if row.code
            ]
            assert len(rows) == exporting.count(tx, li, wish) > 0
            assert all(row.geometry for row in rows)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_keeps_more_than_their_share(store, town, ask, monkeypatch):
    lin = town.actors["worker_lin"]
    monkeypatch.setattr(exporting.shelf, "KEPT_FILES", 2)
    for _ in range(2):
        ask(lin)
    exporting.work(store)
    with pytest.raises(Conflict, match=r"export\.kept"):
        ask(lin)
    with store.write() as tx:
        exporting.again(tx, lin, exporting.find(tx, lin)[0].uid)  # takes the place of its own
    monkeypatch.setattr(exporting.shelf, "KEPT_BYTES", 1)
    ask(town.actors["supervisor_li"])
    with pytest.raises(Conflict, match=r"export\.kept"):
        ask(lin)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hot_spots_are_had_as_anything_else_and_the_folder_is_swept_once_a_minute(
    store, town, ask, clock, monkeypatch
):
    swept = []
    monkeypatch.setattr(making, "_sweep", lambda *_given: swept.append(clock.at))
    li = town.actors["supervisor_li"]
    uid = ask(li, wish_of("hotspots", "csv", {"weeks": "4"}))
    for seconds in (0, 1, 58, 2):
        clock.at += timedelta(seconds=seconds)
        exporting.work(store)
    assert len(swept) == 2
    with store.read() as tx:
        spots = hotspots.find(tx, li, hotspots.Asked(weeks=4)).spots
    assert [row[0] for row in rows_of(store, li, uid)] == [one.key for one in spots]
