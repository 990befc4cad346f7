"""The ground of the demonstration town."""

import os
import subprocess
import sys

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.validation import CodeScheme, validate
from server.demo.gazetteer import town_places
from server.demo.names import ordinal
from server.demo.town import build_town

WGS84 = Geod(ellps="WGS84")


def geometries(frame):
    return frame.geometry.to_numpy()


def test_cells_tile_the_district_without_gap_or_overlap(demo_town):
    cells = geometries(demo_town.cells)
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    district = geometries(demo_town.level("district"))[0]
    assert not len(district.interiors)
    assert shapely.area(cells).sum() == pytest.approx(district.area, rel=1e-12)


def test_borders_of_neighbours_share_every_vertex(demo_town):
    cells = geometries(demo_town.cells)
    rows, others = shapely.STRtree(cells).query(cells, predicate="touches")
    shared = shapely.intersection(cells[rows], cells[others])
    on_border = shapely.get_dimensions(shared) == 1
    assert on_border.sum() > 800
    for row, border in zip(rows[on_border], shared[on_border], strict=True):
        ring = {tuple(point) for point in shapely.get_coordinates(cells[row])}
        assert {tuple(point) for point in shapely.get_coordinates(border)} <= ring


@pytest.mark.parametrize(
    ("name", "communities", "cells"),
    [
        ("西苑街道", 2, None),
        ("西街道", 8, 95),
        ("文昌街道", 1, 4),
        ("文化路街道", 12, None),
        ("少海街道", 1, None),
    ],
)
def test_each_subdistrict_has_its_communities_and_cells(name, communities, cells, demo_town):
    code = demo_town.level("subdistrict").set_index("name").loc[name, "code"]
    assert demo_town.level("community")["parent"].eq(code).sum() == communities
    if cells:
        assert demo_town.cells["code"].str.startswith(code).sum() == cells


@pytest.mark.parametrize(
    ("community", "subdistrict", "cells"),
    [
        ("文峰社区", "西苑街道", 8),
        ("天隆社区", "西苑街道", 6),
        ("西苑社区", "文昌街道", 4),
        ("锦秋社区", "少海街道", 6),
    ],
)
def test_the_named_communities_lie_in_their_subdistricts(community, subdistrict, cells, demo_town):
    areas = demo_town.areas.set_index("code")
    (row,) = [row for row in demo_town.level("community").itertuples() if row.name == community]
    assert areas.loc[row.parent, "name"] == subdistrict
    assert demo_town.cells["parent"].eq(row.code).sum() == cells


def test_the_five_subdistricts_adjoin(demo_town):
    grounds = geometries(demo_town.level("subdistrict"))
    for row, ground in enumerate(grounds):
        others = np.delete(grounds, row)
        assert (shapely.length(shapely.intersection(ground, others)) > 0.001).any()


def test_every_area_is_the_union_of_its_children(demo_town):
    areas = demo_town.areas
    for parent in areas[areas["level"] != "cell"].itertuples():
        children = geometries(areas[areas["parent"] == parent.code])
        assert shapely.equals(shapely.coverage_union_all(children), parent.geometry)
        assert areas.loc[areas["parent"] == parent.code, "households"].sum() == parent.households


def test_codes_nest_and_names_tell_the_number(demo_town):
    for cell in demo_town.cells.itertuples():
        assert len(cell.code) == 15
        assert cell.parent == cell.code[:12]
        assert cell.name.endswith(f"社区第{ordinal(int(cell.code[12:]))}网格")
    assert demo_town.areas["code"].is_unique
    assert (demo_town.cells["name"] == "文峰社区第八网格").sum() == 1


def test_cells_are_numbered_from_the_north_west(demo_town):
    for _, cells in demo_town.cells.groupby("parent"):
        middles = shapely.get_coordinates(shapely.centroid(geometries(cells)))
        first, last = middles[0], middles[-1]
        assert first[1] >= np.median(middles[:, 1])
        assert last[1] <= np.median(middles[:, 1])


def test_three_to_five_hundred_households_live_in_each_cell(demo_town):
    cells = demo_town.cells.set_index("code")
    assert cells["households"].between(300, 500).all()
    housed = demo_town.buildings.groupby("cell")["households"].sum()
    assert housed.reindex(cells.index).equals(cells["households"])
    assert (cells["population"] > 2 * cells["households"]).all()


def test_no_building_holds_more_households_than_dwellings_fit(demo_town):
    homes = demo_town.buildings[demo_town.buildings["households"] > 0]
    assert (homes["households"] <= homes["floors"] * homes["entrances"] * 4).all()
    assert set(homes["use"]) == {"residential"}


def test_every_building_lies_inside_the_one_cell_it_names(demo_town):
    cells, buildings = demo_town.cells, demo_town.buildings
    rows, inside = shapely.STRtree(geometries(cells)).query(geometries(buildings), predicate="covered_by")
    assert np.array_equal(rows, np.arange(len(buildings)))
    assert (cells["code"].to_numpy()[inside] == buildings["cell"].to_numpy()).all()


def test_buildings_keep_apart_from_each_other_and_from_the_water(demo_town):
    outlines = geometries(demo_town.buildings)
    first, _ = shapely.STRtree(outlines).query(outlines, predicate="overlaps")
    assert not first.size
    assert not shapely.intersects(outlines, shapely.union_all(geometries(demo_town.waters))).any()


def test_addresses_are_unique_and_read_like_addresses(demo_town):
    addresses = demo_town.buildings["address"]
    assert addresses.is_unique
    assert addresses.str.fullmatch(r"\w+社区\w+\d+(幢|号|号楼)").all()
    assert "文峰社区时代嘉园12幢" in set(addresses)
    assert "西苑社区钱尚书院巷1号" in set(addresses)


@pytest.mark.parametrize("name", ["时代嘉园", "百度城", "小城故事"])
def test_the_compounds_of_wenfeng_lie_in_wenfeng(name, demo_town):
    (row,) = demo_town.compounds[demo_town.compounds["name"] == name].itertuples()
    (wenfeng,) = demo_town.level("community").query("name == '文峰社区'")["code"]
    assert row.community == wenfeng
    assert row.use == "residential"


def test_the_eighth_cell_of_wenfeng_holds_part_of_its_compound(demo_town):
    cell = demo_town.cells.set_index("name").loc["文峰社区第八网格", "code"]
    buildings = demo_town.buildings
    assert "时代嘉园" in set(buildings.loc[buildings["cell"] == cell, "compound"])


def test_cells_follow_streets(demo_town):
    borders = shapely.boundary(geometries(demo_town.cells))
    streets = demo_town.roads[demo_town.roads["name"] != ""]
    near = shapely.buffer(shapely.union_all(geometries(streets)), 0.0002)
    river = demo_town.waters.query("kind == 'river'")
    near = near.union(shapely.buffer(geometries(river)[0], 0.0006))
    along = shapely.length(shapely.intersection(borders, near)) / shapely.length(borders)
    assert along.min() > 0.9


def test_it_is_a_town_and_no_chessboard(demo_town):
    edges = [np.diff(shapely.get_coordinates(cell), axis=0) for cell in geometries(demo_town.cells)]
    headings = np.degrees(np.concatenate([np.arctan2(edge[:, 1], edge[:, 0] * 0.797) for edge in edges])) % 90
    counts, _ = np.histogram(headings, bins=18, range=(0, 90))
    assert (counts > 0.01 * counts.sum()).sum() >= 10


def test_the_district_is_four_to_six_kilometres_across(demo_town):
    west, south, east, north = demo_town.level("district").total_bounds
    assert 4_000 < WGS84.inv(west, south, east, south)[2] < 6_000
    assert 2_000 < WGS84.inv(west, south, west, north)[2] < 6_000


def test_equal_seeds_give_equal_towns_in_another_process(demo_town):
    program = "from server.demo.town import build_town; print(build_town().digest())"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == demo_town.digest()


def test_another_seed_gives_another_sound_town(demo_town):
    other = build_town(7)
    assert other.digest() != demo_town.digest()
    assert len(other.cells) == len(demo_town.cells)
    assert shapely.coverage_is_valid(geometries(other.cells))
    assert other.cells["households"].between(300, 500).all()


@pytest.mark.parametrize(
    ("level", "above"), [("subdistrict", "district"), ("community", "subdistrict"), ("cell", "community")]
)
def test_the_import_would_find_no_fault_in_it(level, above, demo_town):
    scheme = CodeScheme("cell15", ("district", "subdistrict", "community", "cell"), (6, 3, 3, 3))
    frame = demo_town.level(level)[["code", "parent", "geometry"]]
    parents = demo_town.level(above)[["code", "geometry"]]
    assert validate(frame, scheme=scheme, level=level, parents=parents) == []


def test_bridges_join_the_banks_and_no_other_street_ends_in_the_river(demo_town):
    (river,) = geometries(demo_town.waters.query("kind == 'river'"))
    streets = geometries(demo_town.roads)
    assert not shapely.intersects(shapely.boundary(streets), river).any()
    assert shapely.crosses(streets, river).sum() >= 3


def test_every_named_place_is_known_by_name_once_and_lies_where_it_is(demo_town):
    places = town_places(demo_town)
    assert {one.kind for one in places} == {"compound", "building", "road", "landmark"}
    assert len({one.external_key for one in places}) == len(places) > 4_000
    building = next(one for one in places if one.name == "时代嘉园3幢")
    row = demo_town.buildings[demo_town.buildings["address"] == building.address]
    assert row.geometry.contains(shapely.Point(building.lon, building.lat)).all()
