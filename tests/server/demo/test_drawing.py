"""The demonstration town as a ground map."""

import gzip

import mapbox_vector_tile
import mercantile
import pytest
from pmtiles.reader import MmapSource, Reader

from server.demo.drawing import write_town_map


@pytest.fixture(scope="module")
def drawn(demo_town, tmp_path_factory):
    path = tmp_path_factory.mktemp("town") / "town.pmtiles"
    return path, write_town_map(demo_town, path)


def test_the_file_is_small_enough_to_ship_to_a_tablet(drawn):
    path, size = drawn
    assert size == path.stat().st_size < 3_000_000


def test_the_second_drawing_is_the_same_to_the_byte(drawn, demo_town, tmp_path):
    write_town_map(demo_town, tmp_path / "again.pmtiles")
    assert (tmp_path / "again.pmtiles").read_bytes() == drawn[0].read_bytes()


@pytest.mark.parametrize("zoom", [10, 12, 14, 16])
def test_roads_with_chinese_names_are_drawn_at_every_zoom(zoom, drawn, demo_town):
    cell = demo_town.cells.set_index("name").loc["文峰社区第八网格", "geometry"]
    at = mercantile.tile(*cell.centroid.coords[0], zoom)
    with drawn[0].open("rb") as file:
        data = Reader(MmapSource(file)).get(zoom, at.x, at.y)
    layers = mapbox_vector_tile.decode(gzip.decompress(data))
    names = {feature["properties"].get("name", "") for feature in layers["roads"]["features"]}
    assert names & {name for name in demo_town.roads["name"] if name.endswith(("街", "路"))}
    assert ("buildings" in layers) is (zoom >= 14)
