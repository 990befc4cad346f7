"""Backup and restore: the same rows in another place, from either database into either; nothing of a bad file."""

import hashlib
import stat
import threading
import zipfile

import orjson
import pytest
import shapely
from sqlalchemy import func, inspect, select

from server.blobs import blobs_of
from server.config import load
from server.db import Store
from server.errors import InputError, SetupError
from server.models import Attachment, Base, Issue, PrivateText
from server.services import intake
from server.services.archives import KEYS, MANIFEST, opened
from server.services.attachments import attach, purge, take_in
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.private import unseal
from server.services.restore import restore
from server.upgrade import lay_out
from tests.aged import FIRST
from tests.pictures import drawn, sent

DRAFT = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015, reporter_phone="13812345678")


@pytest.fixture
def place(request, tmp_path, clock):
    """Make an empty place of a kind; gives its settings and what opens it."""
    opened_ones = []

    def place(kind):
        folder = tmp_path / f"place-{len(opened_ones)}"
        url = request.getfixturevalue("postgis").bare() if kind == "postgresql" else ""
        config = load({"dir": str(folder), "database_url": url}, environment={})

        def open_it():
            opened_ones.append(Store(config, clock))
            return opened_ones[-1]

        return config, open_it

    yield place
    for one in opened_ones:
        one.close()


def everything(store):
    """All rows of all tables, as they read."""
    with store.read() as tx:
        return {
            table.name: [
                tuple(shapely.to_wkb(one) if isinstance(one, shapely.Geometry) else one for one in row)
                for row in tx.session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_saved_comes_back_to_the_row_in_either_kind_of_store(
    store, town, lived, place, tmp_path, kind
):
    saved = back_up(store, tmp_path / "all.zip")
    assert stat.S_IMODE(saved.path.stat().st_mode) == 0o600
    config, open_it = place(kind)
    back = restore(saved.path, config)
    other = open_it()
    assert everything(other) == everything(store)
    assert (back.rows, back.issues) == (saved.rows, len(lived))
    with other.write() as tx:
        assert examine(tx, 100).complaints == ()
        texts = tx.session.scalars(select(PrivateText).where(PrivateText.kind == "reporter_name"))
        assert {unseal(tx, one) for one in texts} == {"王阿姨"}
        again = intake.report(tx, town.actors["dispatcher_qian"], DRAFT)
        assert again.number not in lived
    with other.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Issue)) == len(lived) + 1
        assert examine(tx, 100).complaints == ()


def test_a_backup_under_load_is_of_one_instant(store, town, lived, place, tmp_path):
    begun, stop, reported = threading.Event(), threading.Event(), []

    def report():
        while not stop.is_set():
            with store.write() as tx:
                reported.append(intake.report(tx, town.actors["dispatcher_qian"], DRAFT).number)
            begun.set()

    reporting = threading.Thread(target=report)
    reporting.start()
    begun.wait(30)
    before = len(reported)
    saved = back_up(store, tmp_path / "all.zip")
    after = len(reported)
    stop.set()
    reporting.join()
    config, open_it = place("sqlite")
    back = restore(saved.path, config)
    assert before <= back.issues - len(lived) <= after + 1
    with open_it().read() as tx:
        assert examine(tx, 1000).complaints == ()


def test_a_backup_replaces_no_file(store, town, tmp_path):
    (tmp_path / "all.zip").write_text("somebody's")
    with pytest.raises(InputError) as refused:
        back_up(store, tmp_path / "all.zip")
    assert refused.value.code == "backup.there"
    assert (tmp_path / "all.zip").read_text() == "somebody's"
    assert not list(tmp_path.glob(".all.zip*"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_place_that_is_not_empty_is_left_as_it_is(store, town, place, tmp_path, kind):
    saved = back_up(store, tmp_path / "all.zip")
    config, open_it = place(kind)
    restore(saved.path, config)
    whole = everything(open_it())
    with pytest.raises(InputError) as refused:
        restore(saved.path, config)
    assert refused.value.code == "restore.folder_not_empty"
    if kind == "postgresql":
        elsewhere = load({"dir": str(tmp_path / "new"), "database_url": config.database_url}, environment={})
        with pytest.raises(InputError) as refused:
            restore(saved.path, elsewhere)
        assert refused.value.code == "restore.database_not_empty"
    assert everything(open_it()) == whole


def rewritten(path, change):
    """Write a backup anew after its manifest and members were changed."""
    with zipfile.ZipFile(path) as file:
        members = {one.filename: file.read(one) for one in file.infolist()}
    manifest = orjson.loads(members.pop(MANIFEST))
    extra = change(manifest, members) or []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in [*members.items(), *extra, (MANIFEST, orjson.dumps(manifest))]:
            file.writestr(name, data)


def facts_of(data):
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _other_keys(manifest, members):
    members[KEYS] = members[KEYS].replace(b"a", b"b")


def _out_of_the_folder(manifest, members):
    return [("../../etc/cron.d/x", b"x")]


def _a_link(manifest, members):
    link = zipfile.ZipInfo(KEYS)
    link.external_attr = 0o120777 << 16
    manifest["keys"] = facts_of(b"/etc/shadow")
    del members[KEYS]
    return [(link, b"/etc/shadow")]


def _a_bomb(manifest, members):
    members["tables/mark.jsonl"] = b"0" * (1 << 25)
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


def _an_unknown_table(manifest, members):
    members["tables/sqlite_master.jsonl"] = b""
    manifest["tables"]["sqlite_master"] = {"columns": ["sql"], "rows": 0, **facts_of(b"")}


def _an_unknown_column(manifest, members):
    manifest["tables"]["mark"]["columns"] = ['name" ) VALUES (1); --', "value"]


def _no_keys(manifest, members):
    del members[KEYS]


def _a_file_under_another_digest(manifest, members):
    members[f"files/{'0' * 64}"] = b"x"
    manifest["files"] = {"count": 1, "bytes": 1}


def _a_file_that_is_not_told_of(manifest, members):
    members[f"files/{hashlib.sha256(b'x').hexdigest()}"] = b"x"


def _a_file_out_of_the_folder(manifest, members):
    members["files/../../etc/cron.d/x"] = b"x"
    manifest["files"] = {"count": 1, "bytes": 1}


def _a_file_that_swells(manifest, members):
    data = bytes(1 << 25)
    members[f"files/{hashlib.sha256(data).hexdigest()}"] = data
    manifest["files"] = {"count": 1, "bytes": len(data)}


def _no_tables(manifest, members):
    manifest["tables"] = []


def _rows_that_no_table_takes(manifest, members):
    members["tables/mark.jsonl"] = b'["x",{"a":1},3]\n'
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


def _a_row_of_nothing(manifest, members):
    members["tables/mark.jsonl"] = b"[null,null]\n"
    manifest["tables"]["mark"] |= facts_of(members["tables/mark.jsonl"])


HOSTILE = (_rows_that_no_table_takes, _a_row_of_nothing, _other_keys, _out_of_the_folder, _a_link, _a_bomb, _an_unknown_table, _an_unknown_column, _no_keys,
           _no_tables, _a_file_under_another_digest, _a_file_that_is_not_told_of, _a_file_out_of_the_folder, _a_file_that_swells)  # fmt: skip


@pytest.fixture(scope="module")
def small(sqlite_template, tmp_path_factory):
    """A backup of an empty store."""
    folder = tmp_path_factory.mktemp("small")
    store = Store(load({"dir": str(folder), "database_url": f"sqlite:///{sqlite_template}"}, environment={}))
    back_up(store, folder / "all.zip")
    store.close()
    return (folder / "all.zip").read_bytes()


def refuse(path, place):
    config, _open_it = place("sqlite")
    with pytest.raises((InputError, SetupError)) as refused:
        restore(path, config)
    assert not path.parent.joinpath("place-0").exists()
    return refused.value.code


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.__name__)
def test_a_hostile_backup_is_refused_and_nothing_is_written(small, place, tmp_path, hostile):
    path = tmp_path / "all.zip"
    path.write_bytes(small)
    rewritten(path, hostile)
    before = {*tmp_path.rglob("*")}
    assert refuse(path, place) == "backup.damaged"
    assert {*tmp_path.rglob("*")} == before


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_truncated_backup_is_refused(small, place, tmp_path, share):
    (tmp_path / "all.zip").write_bytes(small[: int(len(small) * share)])
    assert refuse(tmp_path / "all.zip", place) == "backup.damaged"


def test_a_changed_byte_is_noticed(small, place, tmp_path):
    at = small.index(KEYS.encode()) + 40
    (tmp_path / "all.zip").write_bytes(small[:at] + bytes([small[at] ^ 1]) + small[at + 1 :])
    assert refuse(tmp_path / "all.zip", place) == "backup.damaged"


@pytest.mark.parametrize(("name", "code"), [("format", "backup.newer"), ("revision", "store.newer")])
def test_a_backup_of_a_newer_version_is_refused(small, place, tmp_path, name, code):
    (tmp_path / "all.zip").write_bytes(small)
    rewritten(tmp_path / "all.zip", lambda manifest, _members: manifest.update({name: 9999}))
    assert refuse(tmp_path / "all.zip", place) == code


def test_a_backup_of_an_older_version_is_brought_to_the_present(store, town, place, tmp_path):
    with store.write() as tx:
        outside = Draft("heating", "phone", "暖气不热", lon=122.5, lat=37.5)
        number = intake.report(tx, town.actors["dispatcher_qian"], outside).number
    back_up(store, tmp_path / "all.zip")
    first = Store(load({"dir": str(tmp_path / "first")}, environment={}))
    with first.engine.connect().execution_options(wangge_writes=True) as connection, connection.begin():
        lay_out(connection, FIRST)
        then = {name: {one["name"] for one in inspect(connection).get_columns(name)}
                for name in inspect(connection).get_table_names()}  # fmt: skip
    first.close()

    def make_older(manifest, members):
        manifest["revision"], manifest["format"] = FIRST, 1
        del manifest["files"]
        for name in [*manifest["tables"]]:
            facts, data = manifest["tables"].pop(name), members.pop(f"tables/{name}.jsonl")
            if name in then:
                kept = [at for at, column in enumerate(facts["columns"]) if column in then[name]]
                rows = [[orjson.loads(line)[at] for at in kept] for line in data.splitlines()]
                data = b"".join(orjson.dumps(row) + b"\n" for row in rows)
                members[f"tables/{name}.jsonl"] = data
                columns = [facts["columns"][at] for at in kept]
                manifest["tables"][name] = {"columns": columns, "rows": len(rows), **facts_of(data)}

    rewritten(tmp_path / "all.zip", make_older)
    config, open_it = place("sqlite" if store.on_sqlite else "postgresql")
    restore(tmp_path / "all.zip", config)
    with open_it().read() as tx:
        assert tx.session.scalars(select(Issue.number)).all() == [number]
        assert examine(tx, 100).complaints == ()


@pytest.fixture
def pictured(store, town, lived):
    """Photos of two issues, of which those of the second were purged; what is left of them."""
    taken = take_in(store, [sent(picture=drawn(colour=(shade, 90, 30))) for shade in (10, 90, 170)])
    with store.write() as tx:
        for number, photos in zip(lived[:2], (taken[:2], taken[2:]), strict=True):
            attach(tx, town.actors["leader_zhao"], number, "before", photos)
        key = tx.session.scalars(select(Issue.id).where(Issue.number == lived[1])).one()
        purge(tx, [key])
    return taken[:2]


def test_the_files_of_photos_go_with_a_backup_and_those_of_purged_ones_do_not(
    store, pictured, place, tmp_path
):
    saved = back_up(store, tmp_path / "all.zip")
    names = {digest for one in pictured for digest in (one.digest, one.thumb)}
    with zipfile.ZipFile(saved.path) as file:
        assert {name[6:] for name in file.namelist() if name.startswith("files/")} == names
    config, open_it = place("sqlite")
    back = restore(saved.path, config)
    assert back.files == saved.files == len(names)
    other = open_it()
    assert dict(blobs_of(other).kept()).keys() == names
    assert blobs_of(other).get(pictured[0].digest) == pictured[0].photo.data
    with other.read() as tx:
        assert examine(tx, 100).complaints == ()


def test_a_file_that_was_changed_in_a_backup_is_noticed(store, pictured, place, tmp_path):
    path = back_up(store, tmp_path / "all.zip").path
    raw, data = path.read_bytes(), pictured[0].photo.data
    at = raw.index(data) + len(data) // 2
    path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    assert refuse(path, place) == "backup.damaged"


def test_doctor_names_a_photo_whose_file_is_gone_changed_or_told_otherwise(store, town, pictured):
    def complaints():
        with store.read() as tx:
            return sorted(one.code for one in examine(tx, 100).complaints)

    assert complaints() == []
    one, other = pictured
    blobs_of(store).delete(one.thumb)
    path = store.folder / "files" / other.digest[:2] / other.digest
    path.write_bytes(b"other")
    assert complaints() == ["doctor.photo_damaged", "doctor.photo_missing"]
    with store.write() as tx:
        row = tx.session.scalars(select(Attachment).where(Attachment.digest == one.digest)).one()
        row.digest = other.digest
    assert "doctor.photo_entry" in complaints()


def test_a_backup_without_its_file_says_so(place, tmp_path):
    with pytest.raises(InputError) as refused, opened(tmp_path / "none.zip"):
        pass
    assert refused.value.code == "file.missing"
