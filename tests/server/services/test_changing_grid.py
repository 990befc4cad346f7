"""While several processes report, the grid is changed under them: nobody answers by an old grid."""

import bisect
import json
import time

import pytest
import shapely
from sqlalchemy import func, select

from server.models import Area, Boundary, Issue
from server.services import moving, regrid
from server.services.areas import current_grid
from server.services.ledger import broken_chains
from server.services.people import system_actor
from tests.forked import Forked
from tests.personas import SIDE
from tests.server.services.redrawing import redraw

LOGINS = ("dispatcher_qian", "leader_zhao", "supervisor_li", "worker_he")
PATIENCE_S = 60
WEST, SOUTH, NORTH = 122.01, 37.0, 37.02
SPLITS = (37.007, 37.013, 37.007, 37.0125, 37.010)  # some come back
A_GRID = 12  # reports to wait for between two changes


def split_at(store, lat):
    """Draw the border between the second and the eighth cell elsewhere; give the instant after the commit."""
    done = redraw(
        store,
        c1001002=shapely.box(WEST, SOUTH, WEST + SIDE, lat),
        c1001008=shapely.box(WEST, lat, WEST + SIDE, NORTH),
    )
    return time.monotonic_ns(), done.grid_id


def wait_for(store, more, running):
    """Wait until everybody has reported something new."""
    with store.read() as tx:
        last = tx.session.scalar(select(func.max(Issue.id))) or 0
    counts = select(func.count(), func.count(Issue.reporter_person_id.distinct())).where(Issue.id > last)
    give_up = time.monotonic() + PATIENCE_S
    while True:
        with store.read() as tx:
            reports, people = tx.session.execute(counts).one()
        if reports >= more and people == len(running):
            return
        assert time.monotonic() < give_up, "nobody reports"
        assert all(one.poll() is None for one in running), "a process ended by itself"
        time.sleep(0.01)


@pytest.fixture
def reporters(store, town, tmp_path):
    """Processes that report until they are told to stop; gives what each of them printed."""
    stop = tmp_path / "stop"
    options = {"dir": str(store.folder), "database_url": store.config.database_url, "secret_key": "test-" * 8}
    facts = {"options": options, "lons": [WEST + 0.0001, WEST + SIDE - 0.0001],
             "lats": [SOUTH + 0.001, NORTH - 0.001], "edges": sorted(set(SPLITS)), "stop": str(stop)}  # fmt: skip
    running = [
        Forked("-m", "tests.server.services.reporting", json.dumps({**facts, "login": login, "seed": seed}))
        for seed, login in enumerate(LOGINS)
    ]

    def printed():
        stop.touch()
        told = []
        for one in running:
            lines, faults = one.communicate(timeout=PATIENCE_S)
            assert one.returncode == 0, faults[-2000:]
            told.append([tuple(map(int, line.split())) for line in lines.splitlines()])
        return told

    yield running, printed
    for one in running:
        one.kill()
        one.wait()


class Truth:
    """The cells of every grid as the store keeps them, asked one polygon after another."""

    def __init__(self, tx):
        self.rows = tx.session.execute(
            select(Boundary.code, Boundary.geom, Boundary.first_grid_id, Boundary.last_grid_id).where(
                Boundary.level == "cell"
            )
        ).all()

    def cell(self, grid_id, lon, lat):
        point = shapely.Point(lon, lat)
        return min(
            row.code
            for row in self.rows
            if row.first_grid_id <= grid_id <= (row.last_grid_id or grid_id)
            and shapely.covers(row.geom, point)
        )


def stored(tx):
    rows = tx.session.execute(
        select(Issue.id, Issue.grid_id, Issue.lon, Issue.lat, Area.code).join(Area, Area.id == Issue.area_id)
    )
    return {row.id: row for row in rows}


def test_no_report_that_began_after_a_change_is_answered_by_an_older_grid(store, town, reporters):
    running, printed = reporters
    changes = [(0, 1)]
    wait_for(store, A_GRID, running)
    for lat in SPLITS:
        changes.append(split_at(store, lat))
        wait_for(store, A_GRID, running)
    told = printed()

    with store.read() as tx:
        truth, issues = Truth(tx), stored(tx)
        assert broken_chains(tx) == []
    instants, grids = zip(*changes, strict=True)
    assert sorted(key for lines in told for _, key in lines) == sorted(issues)
    for begun, key in (line for lines in told for line in lines):
        issue, least = issues[key], grids[bisect.bisect(instants, begun) - 1]
        assert issue.grid_id >= least, f"grid {issue.grid_id}, though {least} was there before it began"
        assert issue.code == truth.cell(issue.grid_id, issue.lon, issue.lat)
    for lines in told:
        assert len({issues[key].grid_id for _, key in lines}) > len(SPLITS) / 2, (
            "this process saw few changes"
        )
    assert len({(issue.lon, issue.lat, issue.grid_id) for issue in issues.values()}) > A_GRID * len(SPLITS)
    _everything_left_behind_is_found_and_moved(store, truth, issues)


def _everything_left_behind_is_found_and_moved(store, truth, issues):
    """Issues that came in by a grid that was new then: all that lie elsewhere now are listed, then moved."""
    with store.read() as tx:
        newest = current_grid(tx)
        found = set(regrid.misplaced(tx, system_actor()).ids.tolist())
    now = {key: truth.cell(newest, one.lon, one.lat) for key, one in issues.items()}
    assert found == {key for key, one in issues.items() if one.code != now[key]}
    assert found
    assert moving.move_all(store, system_actor()).moved == len(found)
    with store.read() as tx:
        assert {key: one.code for key, one in stored(tx).items()} == now
        assert broken_chains(tx) == []
