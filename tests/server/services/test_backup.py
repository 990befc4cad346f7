"""Backup and restore: the same rows in another place, from either database into either; nothing of a bad file."""

import stat
import threading
import zipfile
from datetime import timedelta

import orjson
import pytest
import shapely
from sqlalchemy import func, inspect, select

from server.clock import system_clock
from server.config import SETTINGS, load
from server.db import Store
from server.errors import InputError
from server.models import Base, Issue, PrivateText, ResetLink, SignedIn
from server.services import intake
from server.services.archives import MANIFEST
from server.services.backup import back_up
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.private import unseal
from server.services.restore import restore
from server.upgrade import lay_out
from tests.aged import FIRST
from tests.server.services.archiving import facts_of, rewritten
from tests.stores import empty_sqlite

DRAFT = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015, reporter_phone="13812345678")


def everything(store):
    """All rows of all tables, as they read; but when sessions ended, for a restore ends them."""
    passed = SignedIn.__table__.c.ended_at
    with store.read() as tx:
        return {
            table.name: [
                tuple(shapely.to_wkb(one) if isinstance(one, shapely.Geometry) else one for one in row)
                for row in tx.session.execute(
                    select(*(one for one in table.columns if one is not passed)).order_by(
                        *table.primary_key.columns
                    )
                )
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


def test_no_secret_that_was_set_is_in_a_backup(sqlite_template, tmp_path):
    secrets = {one.name: f"secret-of-{one.name}-".ljust(40, "x") for one in SETTINGS if one.is_secret}
    assert {"secret_key", "oidc_client_secret", "files_secret"} <= secrets.keys()
    given = {
        "dir": str(tmp_path),
        "database_url": empty_sqlite(sqlite_template, tmp_path),
        "oidc_name": "told",
        **secrets,
    }
    store = Store(load(given, environment={}))
    path = back_up(store, tmp_path / "all.zip").path
    store.close()
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    assert b"told" in members[MANIFEST]
    assert not [
        (name, one) for name, one in secrets.items() for data in members.values() if one.encode() in data
    ]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_session_and_no_link_for_a_password_comes_back_to_life(store, town, place, tmp_path, kind):
    with store.write() as tx:
        later = {"created_at": tx.now, "expires_at": system_clock() + timedelta(days=1)}
        person = town.people["worker_lin"]
        for digest, ended_at in (("a", None), ("b", tx.now)):
            tx.session.add(SignedIn(digest=digest * 64, person_id=person, method="password", address="", agent="",
                                    seen_at=tx.now, ended_at=ended_at, **later))  # fmt: skip
            tx.session.add(ResetLink(digest=digest * 64, person_id=person, used_at=ended_at, **later))
        was = tx.now
    config, open_it = place(kind)
    restore(back_up(store, tmp_path / "all.zip").path, config)
    with open_it().read() as tx:
        assert not tx.session.scalar(select(func.count()).where(SignedIn.ended_at.is_(None)))
        digests = SignedIn.digest.in_(["a" * 64, "b" * 64])
        running, ended = tx.session.scalars(select(SignedIn).where(digests).order_by(SignedIn.digest))
        assert was < running.ended_at <= system_clock()
        assert ended.ended_at == was
        unused, used = tx.session.scalars(select(ResetLink).order_by(ResetLink.digest))
        assert was < unused.expires_at <= system_clock() < used.expires_at


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
