"""After a change of grid the command line says what lies elsewhere, and moves it when told to, killed or not."""

import json
import signal
import time

import pytest
import shapely
from sqlalchemy import func, select

from server.models import Entry
from server.services import intake
from server.services.drafts import Draft
from server.services.exports import stored_cells
from server.services.ledger import broken_chains
from tests.forked import Forked
from tests.personas import AREAS, SIDE
from tests.server.services.redrawing import EIGHTH, SECOND, redraw

GROWN = shapely.box(122.01, 37.007, 122.01 + SIDE, 37.01 + SIDE)
SHRUNK = shapely.box(122.01, 37.0, 122.01 + SIDE, 37.007)
PATIENCE_S = 60
MANY = 1_300


def report(store, town, count):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.0085)
        for start in range(0, count, 500):
            intake.report_many(tx, town.actors["dispatcher_qian"], [draft] * min(500, count - start))


def grow(store):
    redraw(store, c1001008=GROWN, c1001002=SHRUNK)


def corrections(store):
    with store.read() as tx:
        found = select(func.count(), func.count(Entry.issue_id.distinct())).where(Entry.action == "correct")
        return tuple(tx.session.execute(found).one())


def test_what_lies_elsewhere_is_listed_and_only_moved_when_told_to(wangge, store, town):
    report(store, town, 3)
    assert "没有未结事件" in wangge("regrid").output
    grow(store)
    listed = wangge("regrid")
    assert listed.exit_code == 0, listed.output
    assert "文峰社区第二网格 → 文峰社区第八网格：3" in listed.output
    assert corrections(store) == (0, 0)
    moved = wangge("regrid", "--move", lang="en")
    assert "Moved to their new cells: 3." in moved.output
    assert "kept by their holder" in moved.output
    assert corrections(store) == (3, 3)
    assert "没有未结事件" in wangge("regrid", "--move").output or "0 件" in wangge("regrid", "--move").output
    assert wangge("doctor").exit_code == 0


def test_programs_read_the_same_as_json(wangge, store, town):
    report(store, town, 2)
    grow(store)
    found = json.loads(wangge("regrid", "--json").stdout)
    assert found == {
        "elsewhere": 2,
        "shifts": [{"from": SECOND, "to": EIGHTH, "count": 2}],
        "moved": None,
    }
    done = json.loads(wangge("regrid", "--json", "--move", "--reassign").stdout)
    assert done["moved"] == {"moved": 2, "dispatched": 0, "reassigned": 2, "flagged": 0}


def test_a_person_moves_only_what_lies_in_their_areas(wangge, store, town):
    report(store, town, 2)
    grow(store)
    assert "没有" in wangge("regrid", "--as", "outsider").output
    assert json.loads(wangge("regrid", "--move", "--json", "--as", "outsider").stdout)["moved"]["moved"] == 0
    assert (
        json.loads(wangge("regrid", "--move", "--json", "--as", "leader_zhao").stdout)["moved"]["moved"] == 2
    )
    with store.read() as tx:
        by = set(tx.session.scalars(select(Entry.person_id).where(Entry.action == "correct")))
    assert by == {town.people["leader_zhao"]}


def test_an_import_of_cells_says_how_many_open_issues_lie_elsewhere(wangge, store, town, tmp_path):
    report(store, town, 3)
    parents = {code: parent for code, _level, _name, parent, _corner in AREAS}
    drawn = {SECOND: SHRUNK, EIGHTH: GROWN}
    with store.read() as tx:
        features = [
            {"type": "Feature", "properties": {"code": one.code, "name": one.name, "parent": parents[one.code]},
             "geometry": json.loads(shapely.to_geojson(drawn[one.code])) if one.code in drawn else json.loads(one.geometry)}
            for one in stored_cells(tx)
        ]  # fmt: skip
    path = tmp_path / "cells.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    done = wangge("import", "cells", path, "--root", "990101")
    assert done.exit_code == 0, done.output
    assert "有 3 件未结事件落在别的网格" in done.output
    assert "wangge regrid --move" in done.output


@pytest.fixture
def regrid_process(store):
    """Start the command as a process of its own."""
    started = []

    def start():
        options = ("--dir", store.folder, "--database-url", store.config.database_url)
        started.append(Forked(*options, "regrid", "--move", "--json"))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_a_move_that_is_killed_is_finished_by_the_next_run_and_nothing_is_moved_twice(
    store, town, regrid_process
):
    report(store, town, MANY)
    grow(store)
    running = regrid_process()
    give_up = time.monotonic() + PATIENCE_S
    while corrections(store)[0] == 0 and time.monotonic() < give_up:
        assert running.poll() is None, running.communicate()
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = corrections(store)[0]
    assert 0 < before < MANY
    said, faults = regrid_process().communicate(timeout=PATIENCE_S)
    assert json.loads(said)["moved"]["moved"] == MANY - before, faults
    assert corrections(store) == (MANY, MANY)
    with store.read() as tx:
        assert broken_chains(tx) == []


def test_two_moves_at_once_move_everything_once(store, town, regrid_process):
    report(store, town, MANY)
    grow(store)
    both = [regrid_process() for _ in range(2)]
    counts = [json.loads(one.communicate(timeout=PATIENCE_S)[0])["moved"]["moved"] for one in both]
    assert sum(counts) == MANY
    assert corrections(store) == (MANY, MANY)
