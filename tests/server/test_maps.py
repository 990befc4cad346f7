"""Folium's maps, cut into parts: nothing from outside, nothing of a user's, always the same names."""

import json
import re

import pytest

from geo.datum import convert
from server.maps import Basemap, MapView, map_parts, tablet_map_script
from server.statics import FOLDER

TOWN = (122.00, 37.00, 122.03, 37.02)
KINDS = ("desk", "issue", "tablet")


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_names_no_outside_host(kind):
    parts = map_parts(MapView(kind, TOWN))
    assert not re.search(r"https?:|//[a-z0-9-]+\.", parts.html + parts.script)


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_a_map_links_is_vendored(kind):
    parts = map_parts(MapView(kind, TOWN))
    for name in (*parts.scripts, *parts.styles):
        assert (FOLDER / name).is_file(), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_carries_no_inline_style_and_needs_no_other_library(kind):
    parts = map_parts(MapView(kind, TOWN))
    assert "style=" not in parts.html
    assert "<style" not in parts.html
    assert "$(" not in parts.script
    assert "$.ajax" not in parts.script


def test_the_desk_map_has_the_layers_and_controls_its_modules_fill():
    script = map_parts(MapView("desk", TOWN)).script
    for name in (
        "map_main",
        "geo_json_cells",
        "feature_group_heat",
        "feature_group_points",
        "marker_cluster_points",
    ):
        assert re.search(rf"\bvar {name} = ", script), name
    assert "L.control.fullscreen" in script
    assert "L.control.layers" in script
    assert "imperial: false" in script


def test_the_same_view_gives_the_same_text():
    first = map_parts(MapView("desk", TOWN)).script
    map_parts.cache_clear()
    assert map_parts(MapView("desk", TOWN)).script == first


def test_a_map_without_a_tile_layer_still_has_a_greatest_zoom():
    # markercluster hangs the tab when the map's zoom has no end
    assert re.search(r'"maxZoom": 19\b', map_parts(MapView("issue", TOWN)).script)


def test_layers_are_named_in_the_language_of_the_page():
    assert json.dumps("热力") in map_parts(MapView("desk", TOWN, "zh")).script
    assert "Heat" in map_parts(MapView("desk", TOWN, "en")).script


def test_a_gcj02_basemap_moves_the_first_view_to_where_the_cells_are_drawn():
    basemap = Basemap("/tiles/{z}/{x}/{y}.png", "gcj02", "某图")
    script = map_parts(MapView("desk", TOWN, basemap=basemap)).script
    lon, lat = convert([TOWN[0]], [TOWN[1]], "wgs84", "gcj02")
    west, south = re.search(r"fitBounds\(\s*\[\[([\d.]+), ([\d.]+)\]", script).group(2, 1)
    assert float(west) == pytest.approx(float(lon[0]), abs=1e-9)
    assert float(south) == pytest.approx(float(lat[0]), abs=1e-9)
    assert float(west) != TOWN[0]


def test_a_raster_basemap_takes_the_place_of_the_vector_one():
    plain = map_parts(MapView("desk", TOWN))
    raster = map_parts(MapView("desk", TOWN, basemap=Basemap("/tiles/{z}/{x}/{y}.png")))
    assert any("protomaps" in name for name in plain.scripts)
    assert not any("protomaps" in name for name in raster.scripts)
    assert "L.tileLayer" in raster.script


def test_the_tablet_script_is_named_by_its_content():
    name, script = tablet_map_script()
    other, moved = tablet_map_script(Basemap("/tiles/{z}/{x}/{y}.png"))
    assert re.fullmatch(r"map-[0-9a-f]{12}\.js", name)
    assert (name == other) == (script == moved)
    assert name != other
