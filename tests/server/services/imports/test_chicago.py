"""Real complaints of a real city meet their official areas as an independent join finds them."""

import csv
import gzip

import geopandas as gpd
import pytest
from sqlalchemy import select

from server.models import Area, Issue
from server.services.grids import CellsOptions, import_cells
from server.services.imports.issues import import_issues
from server.services.imports.mapping import IssueOptions
from server.services.layers import read_layer
from server.services.people import system_actor

LEAST = 0.9819  # plain containment gives 0.98198 (data/README of the shared data)
OPTIONS = IssueOptions(
    columns={"category": "-", "description": "category", "check": "community_area"},
    default_category="sanitation",
    source_system="chicago",
)


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: real wards are moved on PostGIS by test_wards, and both import alike in test_issues."""
    return database_url


@pytest.fixture
def city(store, shared_data):
    """The 77 community areas as cells."""
    with store.write() as tx:
        layer = read_layer(shared_data / "chicago_community_areas.geojson", "cell")
        import_cells(tx, layer, CellsOptions(allow_outside_china=True), system_actor())


def sampled(source, target, every):
    with gzip.open(source, "rt", encoding="utf-8", newline="") as whole:
        rows = list(csv.reader(whole))
    with target.open("w", encoding="utf-8", newline="") as part:
        csv.writer(part).writerows([rows[0], *rows[1::every]])
    return target


def test_a_sample_of_complaints_lands_where_a_plain_join_puts_it(store, city, shared_data, tmp_path):
    path = sampled(shared_data / "chicago_311.csv.gz", tmp_path / "part.csv", 25)
    report = import_issues(store, system_actor(), path, OPTIONS, rejects=tmp_path / "rejects.csv")
    check = report.counts["check"]
    assert check["same"] / check["rows"] > LEAST
    assert report.counts["datum"]["points"] == check["rows"]
    assert report.counts["datum"]["said"] is None
    areas = gpd.read_file(shared_data / "chicago_community_areas.geojson")[["code", "geometry"]]
    with store.read() as tx:
        rows = tx.session.execute(
            select(Issue.external_key, Issue.lon, Issue.lat, Area.code).join(Area, Area.id == Issue.area_id)
            .where(Issue.how == "inside")
        ).all()  # fmt: skip
    points = gpd.GeoDataFrame(
        {"found": [row.code for row in rows]},
        geometry=gpd.points_from_xy([row.lon for row in rows], [row.lat for row in rows], crs=areas.crs),
    )
    joined = points.sjoin(areas, predicate="within")
    assert len(joined) == len(points) == report.counts["how"]["inside"]
    assert (joined["found"] == joined["code"].astype(str)).all()


@pytest.mark.exhaustive
def test_all_complaints_come_in_and_agree_with_the_official_column(store, city, shared_data, tmp_path):
    path = shared_data / "chicago_311.csv.gz"
    options = IssueOptions(columns=OPTIONS.columns, default_category="sanitation")
    report = import_issues(store, system_actor(), path, options, rejects=tmp_path / "rejects.csv")
    counts = report.counts
    assert (counts["rows"], counts["in"], counts["rejected"]) == (74_401, 74_377, 24)
    assert counts["check"]["rows"] == 74_374
    assert counts["check"]["same"] / counts["check"]["rows"] >= LEAST
