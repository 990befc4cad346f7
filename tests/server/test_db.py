"""The store: two databases, one behaviour."""

import os
import stat
from datetime import UTC, datetime, timedelta, timezone

import pytest
import shapely
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from server.config import load
from server.db import Store
from server.errors import Busy, SetupError, StoreError
from server.guards import is_ours
from server.locks import Lock
from server.models import Area, Base, Boundary, DayCounter, Grid, Mark
from server.upgrade import check_version, upgrade


def test_the_models_and_the_migrations_agree(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda o, name, kind, r, c: is_ours(kind, name), "compare_type": True},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_data_folder_and_the_database_are_for_this_account_alone(tmp_path):
    before = os.umask(0)
    try:
        folder = tmp_path / "var"
        store = Store(load({"dir": folder}, environment={}))
        with store.write() as tx:
            tx.session.execute(text("CREATE TABLE a (b)"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
        store.close()
    finally:
        os.umask(before)
    assert modes.pop("var") == 0o700
    assert set(modes.values()) == {0o600}


def test_upgrading_twice_changes_nothing(store):
    upgrade(store)
    check_version(store)


def test_a_store_of_a_newer_version_is_refused(store):
    with store.write() as tx:
        tx.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError) as refused:
        check_version(store)
    assert (refused.value.code, refused.value.values["found"]) == ("store.newer", "9999")
    with pytest.raises(SetupError):
        upgrade(store)


def test_a_geometry_comes_back_as_it_went_in(store):
    shape = shapely.from_wkt("POLYGON ((122 37, 122.5 37, 122.1234567890123 37.5, 122 37))")
    with store.write() as tx:
        grid = Grid(digest="0" * 64, at=tx.now)
        area = Area(code="1", level="cell", name="一", path="/1/")
        tx.session.add_all([grid, area])
        tx.session.flush()
        bounds = dict(zip(("west", "south", "east", "north"), shape.bounds, strict=True))
        tx.session.add(
            Boundary(
                area_id=area.id,
                code="1",
                level="cell",
                geom=shape,
                area_m2=1.0,
                first_grid_id=grid.id,
                **bounds,
            )
        )
    with store.read() as tx:
        assert tx.session.scalars(select(Boundary.geom)).one() == shape


def test_an_instant_comes_back_in_utc_to_the_microsecond(store):
    at = datetime(2026, 3, 10, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with store.write() as tx:
        tx.session.add(Grid(digest="0" * 64, at=at))
    with store.read() as tx:
        found = tx.session.scalars(select(Grid.at)).one()
    assert found == at
    assert found.tzinfo is UTC


def test_nothing_is_written_when_a_block_fails(store):
    with pytest.raises(KeyError), store.write() as tx:
        tx.session.add(Mark(name="half", value="written"))
        tx.session.flush()
        raise KeyError
    with store.read() as tx:
        assert tx.session.get(Mark, "half") is None


def test_a_full_disk_is_one_clear_error(store):
    if not store.on_sqlite:
        pytest.skip("max_page_count is SQLite's way to simulate a full disk")
    with pytest.raises(StoreError) as refused, store.write() as tx:
        tx.session.execute(text("PRAGMA max_page_count = 1"))
        for day in range(20_000):
            tx.session.add(DayCounter(day=str(day), last=day))
        tx.session.flush()
    assert refused.value.code == "store.full"
    with store.read() as tx:
        assert tx.session.scalars(select(DayCounter)).all() == []


@pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_writers_that_crossed_are_asked_to_try_again(store, state):
    with pytest.raises(Busy) as refused, store.write() as tx:
        tx.session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))
    assert refused.value.code == "store.busy"


def test_no_two_locks_are_one():
    assert len(Lock) == len(Lock.__members__) == len(set(Lock))
    assert Lock.RULES != Lock.ATTEMPTS
