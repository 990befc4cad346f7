"""The layer of cells: whose, how simple, how many open, who answers."""

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely

from server.errors import NotFound
from server.models import Boundary, Grid
from server.services import layer
from server.services.people import system_actor
from server.workflow import OPEN


def cells(store, actor, zoom=13, **given):
    with store.read() as tx:
        return layer.cells(tx, actor, zoom, **given)


def test_somebody_gets_the_cells_of_their_areas(store, town):
    assert [cell.code for cell in cells(store, town.actors["worker_he"])] == [
        "990101001001001",
        "990101001001002",
    ]
    assert len(cells(store, town.actors["supervisor_li"])) == 5
    assert len(cells(store, system_actor())) == 6


def test_a_cell_comes_with_its_community_and_who_answers(store, town):
    eighth = cells(store, town.actors["worker_lin"])[0]
    assert (eighth.name, eighth.community, eighth.worker) == ("文峰社区第八网格", "文峰社区", "林晓")
    assert eighth.households == 400
    third = next(cell for cell in cells(store, system_actor()) if cell.code == "990101001001003")
    assert third.worker == "赵敏"  # nobody of its own: the leader


def test_open_and_overdue_are_those_of_a_recount(store, town, clock, scattered):
    for cell in cells(store, town.actors["supervisor_li"]):
        mine = [one.row for one in scattered if one.path.endswith(f"/{cell.code}/") and one.row.state in OPEN]
        assert cell.open == len(mine)
        assert cell.overdue == sum(1 for row in mine if row.due_at <= clock.at)


def test_an_administrator_sees_cells_without_counts(store, town, scattered):
    found = cells(store, town.actors["admin_wu"])
    assert len(found) == 6
    assert {cell.open for cell in found} == {0}


def test_an_area_or_a_box_narrows(store, town):
    actor = town.actors["supervisor_li"]
    assert len(cells(store, actor, area="990101001001")) == 4
    assert [cell.code for cell in cells(store, actor, bbox=(122.021, 37.001, 122.022, 37.002))] == [
        "990101001002001"
    ]
    with pytest.raises(NotFound):
        cells(store, actor, area="nowhere")


def test_a_square_stays_the_square_it_is(store, town):
    outline = shapely.from_geojson(cells(store, town.actors["worker_lin"], 17)[0].geometry)
    assert outline.equals(shapely.box(122.01, 37.01, 122.02, 37.02))


def test_a_new_grid_shows_its_new_outlines(store, town):
    before = cells(store, town.actors["worker_lin"])[0].geometry
    with store.write() as tx:
        grid = Grid(digest="second", at=tx.now)
        tx.session.add(grid)
        tx.session.flush()
        old = tx.session.query(Boundary).filter_by(code="990101001001008").one()
        old.last_grid_id = grid.id - 1
        tx.session.flush()
        west, south, east, north = 122.01, 37.01, 122.02, 37.03
        tx.session.add(
            Boundary(area_id=old.area_id, code=old.code, level="cell", geom=shapely.box(west, south, east, north),
                     west=west, south=south, east=east, north=north, area_m2=1, first_grid_id=grid.id)
        )  # fmt: skip
    after = cells(store, town.actors["worker_lin"])[0].geometry
    assert before != after
    assert orjson.loads(after)["type"] == "Polygon"


@pytest.fixture(scope="module")
def chicago(shared_data):
    return gpd.read_file(shared_data / "chicago_community_areas.geojson").geometry.to_numpy()


@pytest.mark.parametrize("zoom", [8, 11, 14, 17])
def test_a_simplified_border_strays_less_than_a_pixel(zoom, chicago):
    of = layer.zoom_class(zoom)
    thin = shapely.from_geojson([text.decode() for text in layer.simplified(chicago, of)])
    pixel = 360 / (256 * 2**zoom)
    middle = np.array(
        [
            shapely.hausdorff_distance(one.boundary, two.boundary)
            for one, two in zip(chicago, thin, strict=True)
        ]
    )
    assert np.median(middle) < 2 * pixel
    assert len(thin) == 77
    assert shapely.get_num_coordinates(thin).sum() < shapely.get_num_coordinates(chicago).sum()


@pytest.mark.parametrize("zoom", [9, 13, 17])
def test_neighbours_keep_one_common_border(zoom, chicago):
    thin = shapely.from_geojson([text.decode() for text in layer.simplified(chicago, layer.zoom_class(zoom))])
    assert shapely.coverage_is_valid(thin)


def test_so_many_outlines_that_one_answer_would_be_too_much_get_simpler(
    store, town, monkeypatch, shared_data
):
    frame = gpd.read_file(shared_data / "beijing_subdistricts.geojson")
    shapes = frame.geometry.to_numpy()
    monkeypatch.setattr(layer, "_outlines", lambda tx, of: dict(enumerate(layer.simplified(shapes, of))))
    fitting = layer._fitting(None, range(len(shapes)), layer.zoom_class(17))
    assert 500_000 < sum(len(text) for text in fitting.values()) <= layer.MOST_BYTES
    assert (
        layer._fitting(None, range(3), layer.zoom_class(17))[0]
        == layer.simplified(shapes, layer.zoom_class(17))[0]
    )
