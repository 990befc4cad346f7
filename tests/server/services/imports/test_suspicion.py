"""A file of issues in another datum than it says is told so at the end, and taken in as it is."""

import numpy as np
import pytest
import shapely
from sqlalchemy import select

from geo.datum import convert
from server.models import Import, Issue
from server.services.grids import CellsOptions, import_cells
from server.services.imports.issues import import_issues
from server.services.imports.mapping import IssueOptions
from server.services.layers import LayerOptions, read_layer
from server.services.people import system_actor
from server.words import sentence, speaking
from tests.positions import given_in

CHECKED = {"columns": {"check": "网格", "description": "-"}, "default_category": "heating"}
ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # what is suspected is reckoned from arrays
PLAIN = {"columns": {"description": "-"}, "default_category": "heating"}


@pytest.fixture
def beijing(store, shared_data, shelf):
    """The subdistricts of Beijing as cells; gives a few points of each with its code."""
    return shelf.fill(store, "beijing", lambda: bring_beijing(store, shared_data))


def bring_beijing(store, shared_data):
    path = shared_data / "beijing_subdistricts.geojson"
    layer = read_layer(path, "cell", LayerOptions(parent="-"))
    with store.write() as tx:
        import_cells(tx, layer, CellsOptions(), system_actor())
    random = np.random.default_rng(2)
    rows = []
    for code, shape in zip(layer.frame["code"], layer.frame.geometry, strict=True):
        west, south, east, north = shape.bounds
        lon, lat = random.uniform(west, east, 60), random.uniform(south, north, 60)
        inside = np.flatnonzero(shapely.contains_xy(shape, lon, lat))[:1]
        rows += [(lon[at], lat[at], code) for at in inside]
    return rows


@pytest.fixture
def bring(store, tmp_path):
    def bring(rows, system, batch=200, **options):
        path = tmp_path / "a.csv"
        lines = [f"{x},{y},{code}" for lon, lat, code in rows for x, y in [given_in(system, lon, lat)]]
        path.write_text("经度,纬度,网格\n" + "\n".join(lines), encoding="utf-8")
        rejects = tmp_path / "rejects.csv"
        return import_issues(
            store, system_actor(), path, IssueOptions(**options), rejects=rejects, batch=batch
        )

    return bring


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_a_file_whose_rows_state_their_cells_is_recognised_and_not_converted(store, beijing, bring, system):
    report = bring(beijing, system, **CHECKED)
    said = report.counts["datum"]["said"]
    assert (said["code"], said["values"]["crs"]) == ("datum.points_stated", system)
    assert said["values"]["points"] == report.counts["in"] == len(beijing)
    with store.read() as tx:
        assert (
            tx.session.scalars(select(Import).where(Import.kind == "issues")).one().counts["datum"]["said"]
            == said
        )
        row = tx.session.scalars(select(Issue).order_by(Issue.id)).first()
    assert (row.lon, row.lat, row.reported_crs) == (row.reported_lon, row.reported_lat, "wgs84")
    for language, words in (("zh", "个点像是"), ("en", "points look like")):
        with speaking(language):
            told = sentence(said["code"], said["values"])
        assert words in told
        assert "100.0 %" in told
        assert "?" not in told


@ON_ONE
@pytest.mark.parametrize("system", ["wgs84", "bd09mc", "EPSG:4548"])
def test_a_file_in_the_system_it_says_is_not_suspected(beijing, bring, system):
    for options in (CHECKED, PLAIN):
        counts = bring(beijing, system, crs=system, **options).counts
        assert counts["in"] + counts["there"] == len(beijing)
        assert counts["datum"].get("said") is None


@ON_ONE
def test_a_plane_drawn_on_a_shifted_map_is_recognised_as_well(beijing, bring):
    shifted = [(*convert(lon, lat, "wgs84", "gcj02"), code) for lon, lat, code in beijing]
    said = bring(shifted, "EPSG:4548", crs="EPSG:4548", **CHECKED).counts["datum"]["said"]
    assert said["values"]["crs"] == "gcj02"


def test_a_few_rows_are_not_suspected(beijing, bring):
    assert bring(beijing[:29], "bd09", **CHECKED).counts["datum"]["said"] is None
