"""A real change of grid: the wards that Chicago had from 2003, and those of 2015, under real complaints."""

import csv
import gzip

import geopandas as gpd
import numpy as np
import pytest
from sqlalchemy import func, select

from server.models import Area, Entry, Issue
from server.services import checkup, moving, regrid
from server.services.areas import current_grid
from server.services.grids import CellsOptions, import_cells
from server.services.imports.issues import import_issues
from server.services.imports.mapping import IssueOptions
from server.services.layers import read_layer
from server.services.people import system_actor
from server.workflow import OPEN

OPTIONS = IssueOptions(
    columns={"category": "-", "description": "category", "check": "ward", "state": "status"},
    default_category="sanitation",
    state_map={"completed": "closed", "completed - dup": "closed", "*": "open"},
)
EVERY = 40  # rows of the sample
OPEN_SHARE = 4  # of the closed rows each fourth is made open, for the city had closed nearly all of them


def complaints(source, target, every):
    """Write every so-manieth complaint, some of them as if they were still open."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as whole:
        head, *rows = csv.reader(whole)
    place = head.index("status")
    kept = rows[::every]
    for row in kept[::OPEN_SHARE]:
        row[place] = "Open"
    with target.open("w", encoding="utf-8", newline="") as part:
        csv.writer(part).writerows([head, *kept])
    return len(kept)


def bring_wards(store, shared_data, year):
    with store.write() as tx:
        layer = read_layer(shared_data / f"chicago_wards_{year}.geojson", "cell")
        options = CellsOptions(root="US-CHI", allow_outside_china=True)
        return import_cells(tx, layer, options, system_actor())


def stored(store):
    columns = (
        Issue.id,
        Issue.state,
        Issue.lon,
        Issue.lat,
        Issue.how,
        Issue.grid_id,
        Issue.version,
        Area.code,
    )
    with store.read() as tx:
        rows = tx.session.execute(
            select(*columns).join(Area, Area.id == Issue.area_id).order_by(Issue.id)
        ).all()
    return {row.id: row for row in rows}


def wards_at(issues, path):
    """Find each issue's ward by a join of another library; -1 in none or on a border."""
    wards = gpd.read_file(path)[["code", "geometry"]]
    points = gpd.GeoDataFrame(
        {"id": list(issues)},
        geometry=gpd.points_from_xy(
            [one.lon for one in issues.values()], [one.lat for one in issues.values()]
        ),
        crs=wards.crs,
    )
    joined = points.sjoin(wards, predicate="within").drop_duplicates("id", keep=False)
    return dict(zip(joined["id"].tolist(), joined["code"].astype(str).tolist(), strict=True))


def change_the_wards(store, shared_data, tmp_path, every):
    """Go through the whole change; gives how many issues there are, and how many were moved."""
    rows = complaints(shared_data / "chicago_311.csv.gz", tmp_path / "part.csv", every)
    old = bring_wards(store, shared_data, 2003).grid_id
    report = import_issues(
        store, system_actor(), tmp_path / "part.csv", OPTIONS, rejects=tmp_path / "rejects.csv"
    )
    assert report.counts["in"] + report.counts["rejected"] == rows
    assert report.counts["check"]["same"] / report.counts["check"]["rows"] > 0.95
    before = stored(store)
    closed = sum(issue.state == "closed" for issue in before.values())
    assert 0.7 < closed / len(before) < 0.8

    new = bring_wards(store, shared_data, 2015).grid_id
    with store.read() as tx:
        found = regrid.misplaced(tx, system_actor())
        page = regrid.page(tx, system_actor())
    assert stored(store) == before, "nothing moves before it is confirmed"
    joined = wards_at(before, shared_data / "chicago_wards_2015.geojson")
    listed = set(found.ids.tolist())
    for key, issue in before.items():
        if key in joined:
            assert (key in listed) == (issue.state in OPEN and joined[key] != issue.code), issue
    assert sum(one.count for one in page.shifts) == page.total == len(found)

    moved = moving.move_all(store, system_actor())
    _is_as_it_should_be(store, before, stored(store), listed, joined, (old, new))
    return len(before), moved.moved


def _is_as_it_should_be(store, before, after, listed, joined, grids):
    for key, issue in after.items():
        if key in listed:
            assert (issue.grid_id, issue.code) == (grids[1], joined.get(key, issue.code))
        else:
            assert issue == before[key]
    with store.read() as tx:
        per_issue = tx.session.execute(
            select(Entry.issue_id, func.count()).where(Entry.action == "correct").group_by(Entry.issue_id)
        ).all()
        assert {row[0]: row[1] for row in per_issue} == dict.fromkeys(listed, 1)
        assert current_grid(tx) == grids[1]
        assert len(regrid.misplaced(tx, system_actor())) == 0
        assert checkup.examine(tx, 100_000).complaints == ()
    assert moving.move_all(store, system_actor()).moved == 0
    assert np.all([after[key].version > before[key].version for key in listed])


@pytest.mark.parametrize(
    "database_url", [pytest.param("sqlite", marks=pytest.mark.exhaustive), "postgis"], indirect=True
)
def test_the_wards_of_2015_move_open_complaints_and_leave_closed_ones(store, shared_data, tmp_path):
    count, moved = change_the_wards(store, shared_data, tmp_path, EVERY)
    assert count > 1_800
    assert 0.02 * count < moved < 0.2 * count


@pytest.mark.exhaustive
def test_all_complaints_go_through_the_change_of_wards(store, shared_data, tmp_path):
    count, moved = change_the_wards(store, shared_data, tmp_path, 1)
    assert count == 74_377
    assert 0.02 * count < moved < 0.2 * count
