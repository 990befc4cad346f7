"""A store of the first version, with issues in it, is brought to the present one and is well."""

import shutil
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.config import load
from server.db import Store
from server.guards import install_spatial, is_ours
from server.models import Base, Entry, Issue
from server.services import intake, issues
from server.services.checkup import examine
from server.services.drafts import Draft
from server.upgrade import upgrade
from tests.aged import age, first_rows
from tests.conftest import NOW

PLACES = ((122.005, 37.005), (122.015, 37.015), (122.5, 37.5))


@pytest.fixture
def drafts():
    """What was reported to the first version."""
    return [
        Draft("heating", "phone", "暖气不热", lon=lon, lat=lat, reporter_name="王阿姨") for lon, lat in PLACES
    ]


@pytest.fixture
def aged(request, store, town, tmp_path, clock, drafts):
    """A store of the first version with issues in it, on the same kind of database."""
    with store.write() as tx:
        for draft in drafts:
            intake.report(tx, town.actors["dispatcher_qian"], draft)
    url = "" if store.on_sqlite else request.getfixturevalue("postgis").bare()
    folder = tmp_path / "aged"
    folder.mkdir()
    shutil.copy(tmp_path / "keys.json", folder)  # its mode too: nobody else may read it
    old = Store(load({"dir": str(folder), "database_url": url}, environment={}), clock)
    age(old, first_rows(store))
    install_spatial(old.engine)
    yield old
    old.close()


def test_a_store_of_the_first_version_is_brought_to_the_present_with_all_that_is_in_it(aged, town):
    upgrade(aged)
    with aged.read() as tx:
        assert examine(tx, 100).complaints == ()
        assert tx.session.scalars(select(Issue.state).order_by(Issue.id)).all() == [
            "dispatched", "dispatched", "reported"]  # fmt: skip
        number = tx.session.scalars(select(Issue.number).order_by(Issue.id)).all()[1]
    with aged.engine.connect() as connection:
        options = {"include_object": lambda o, name, kind, r, c: is_ours(kind, name), "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    with aged.write() as tx:
        assert issues.act(tx, town.actors["worker_lin"], number, "take", {}).issue.state == "handling"
        intake.report(
            tx, town.actors["dispatcher_qian"], Draft("heating", "phone", "又一件", lon=122.005, lat=37.005)
        )
    with aged.read() as tx:
        assert examine(tx, 100).complaints == ()


def test_guards_and_spatial_indexes_are_still_there_after_the_upgrade(aged, town):
    upgrade(aged)
    for change in ("UPDATE entry SET role = 'admin'", "DELETE FROM entry"):
        with pytest.raises(DBAPIError, match="append-only"), aged.engine.connect() as connection:
            connection.execute(text(change))
    moved = "SELECT count(*) FROM issue_rtree WHERE west BETWEEN 122.019 AND 122.021"
    if not aged.on_sqlite:
        moved = (
            "SELECT count(*) FROM issue WHERE geom_wgs84 && ST_MakeEnvelope(122.019, 37, 122.021, 38, 4326)"
        )
    with aged.write() as tx:
        first = tx.session.scalars(select(Issue).order_by(Issue.id)).first()
        first.lon = 122.02
        tx.session.flush()
        assert tx.session.scalar(text(moved)) == 1
        assert tx.session.scalar(select(Entry.id).limit(1)) is not None


PATROL = Draft("heating", "patrol", "暖气不热", lon=122.015, lat=37.015)
WAITING = (
    (PATROL, False),
    (replace(PATROL, reporter_name="王阿姨"), True),
    (replace(PATROL, reporter_phone="13812345678"), True),
    (replace(PATROL, source="hotline"), True),
    (replace(PATROL, source="online"), True),
    (replace(PATROL, source="phone", reporter_name="王阿姨", closed_at=NOW), False),
)


@pytest.mark.parametrize("drafts", [[draft for draft, _waits in WAITING]])
def test_who_waited_for_an_answer_in_the_first_version_is_still_called_back(aged, town):
    upgrade(aged)
    with aged.read() as tx:
        rows = tx.session.execute(select(Issue.number, Issue.callback).order_by(Issue.id)).all()
        assert [row.callback for row in rows] == [waits for _draft, waits in WAITING]
        assert examine(tx, 100).complaints == ()
    reached = []
    for row in rows[:2]:
        for login, action, given in (
            ("worker_lin", "take", {}),
            ("worker_lin", "finish", {"outcome": "换了阀门"}),
            ("leader_zhao", "pass", {}),
        ):
            with aged.write() as tx:
                view = issues.act(tx, town.actors[login], row.number, action, given)
        reached.append(view.issue.state)
    assert reached == ["closed", "verified"]
    with aged.read() as tx:
        assert examine(tx, 100).complaints == ()
