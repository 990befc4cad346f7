"""The ground map as one PMTiles file."""

import gzip

import geopandas as gpd
import mapbox_vector_tile
import mercantile
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from geo.errors import CrsError
from server.services.basemap import EXTENT, Ground, write_basemap

BOUNDS = (122.0, 37.0, 122.02, 37.015)
HOUSE = shapely.box(122.0101, 37.0071, 122.0106, 37.0073)


def frame(rows, crs=4326):
    columns = {key: [row[key] for row in rows] for key in rows[0] if key != "geometry"}
    return gpd.GeoDataFrame(columns, geometry=[row["geometry"] for row in rows], crs=crs)


def ground(**changes):
    frames = {
        "roads": frame(
            [
                {
                    "name": "文化路",
                    "kind": "major_road",
                    "kind_detail": "primary",
                    "geometry": shapely.LineString([(121.99, 37.006), (122.03, 37.008)]),
                },
                {
                    "name": "",
                    "kind": "path",
                    "kind_detail": "service",
                    "geometry": shapely.LineString([(122.010, 37.007), (122.011, 37.0072)]),
                },
            ]
        ),
        "buildings": frame([{"number": 28, "geometry": HOUSE}]),
        "landuse": frame(
            [{"name": "时代嘉园", "kind": "residential", "geometry": shapely.buffer(HOUSE, 0.0005)}]
        ),
        "water": frame(
            [{"name": "西苑河", "kind": "river", "geometry": shapely.box(122.0, 37.01, 122.02, 37.011)}]
        ),
        "places": frame(
            [
                {"name": "西苑街道", "kind": "subdistrict", "min_zoom": 11, "geometry": HOUSE.centroid},
                {"name": "时代嘉园", "kind": "residential", "min_zoom": 15, "geometry": HOUSE.centroid},
            ]
        ),
    }
    return Ground(**{**frames, **changes}, attribution="虚构数据")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("basemap") / "ground.pmtiles"
    write_basemap(path, ground(), BOUNDS)
    return path


@pytest.fixture
def reader(file):
    with file.open("rb") as opened:
        yield Reader(MmapSource(opened))


def tile(reader, zoom, lon=122.0103, lat=37.0072):
    at = mercantile.tile(lon, lat, zoom)
    data = gzip.decompress(reader.get(zoom, at.x, at.y))
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})


def names(layer):
    return [feature["properties"].get("name", "") for feature in layer["features"]]


def test_the_closest_tile_has_every_layer(reader):
    assert set(tile(reader, 16)) == {"earth", "landuse", "water", "roads", "buildings", "places"}


def test_a_building_lies_where_an_independent_projection_puts_it(reader):
    at = mercantile.tile(122.0103, 37.0072, 16)
    box = mercantile.xy_bounds(at)
    expected = [
        (
            (x - box.left) / (box.right - box.left) * EXTENT,
            (box.top - y) / (box.top - box.bottom) * EXTENT,
        )
        for x, y in (mercantile.xy(*corner) for corner in HOUSE.exterior.coords)
    ]
    (building,) = tile(reader, 16)["buildings"]["features"]
    drawn = shapely.geometry.shape(building["geometry"])
    assert shapely.hausdorff_distance(drawn, shapely.Polygon(expected)) < 3.0


def test_attributes_are_those_that_the_paint_rules_read(reader):
    near = tile(reader, 16)
    assert near["roads"]["features"][0]["properties"] == {
        "name": "文化路",
        "kind": "major_road",
        "kind_detail": "primary",
    }
    assert near["landuse"]["features"][0]["properties"]["kind"] == "residential"
    assert {feature["properties"]["kind"] for feature in near["places"]["features"]} == {"locality"}
    assert near["buildings"]["features"][0]["properties"] == {"number": 28}


@pytest.mark.parametrize(
    ("zoom", "layer", "present"),
    [
        (10, "roads", True),
        (10, "buildings", False),
        (10, "places", False),
        (12, "places", True),
        (13, "buildings", False),
        (14, "buildings", True),
        (14, "landuse", True),
    ],
)
def test_far_zooms_show_less(zoom, layer, present, reader):
    assert (layer in tile(reader, zoom)) is present


def test_names_of_subdistricts_give_way_to_those_of_compounds(reader):
    assert names(tile(reader, 12)["places"]) == ["西苑街道"]
    assert names(tile(reader, 15)["places"]) == ["时代嘉园"]


def test_every_tile_of_the_box_is_there_and_no_other(file):
    with file.open("rb") as opened:
        held = {zxy for zxy, _ in all_tiles(MmapSource(opened))}
    expected = {(one.z, one.x, one.y) for one in mercantile.tiles(*BOUNDS, range(10, 17))}
    assert held == expected


def test_the_header_tells_zooms_bounds_and_kind(reader):
    header = reader.header()
    assert (header["min_zoom"], header["max_zoom"]) == (10, 16)
    assert [header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat")] == list(
        BOUNDS
    )
    assert (header["tile_type"].name, header["tile_compression"].name) == ("MVT", "GZIP")
    metadata = reader.metadata()
    assert metadata["attribution"] == "虚构数据"
    assert {layer["id"] for layer in metadata["vector_layers"]} >= {"roads", "buildings", "water"}


def test_equal_ground_gives_equal_bytes_and_the_size_is_told(file, tmp_path):
    again = tmp_path / "again.pmtiles"
    assert write_basemap(again, ground(), BOUNDS) == again.stat().st_size
    assert again.read_bytes() == file.read_bytes()


def test_nothing_is_left_beside_the_file(file):
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_frame_in_another_system_is_refused_and_nothing_written(tmp_path):
    path = tmp_path / "ground.pmtiles"
    shifted = frame([{"number": 1, "geometry": HOUSE}], crs=4490)
    with pytest.raises(CrsError) as refused:
        write_basemap(path, ground(buildings=shifted), BOUNDS)
    assert refused.value.code == "crs.not_wgs84"
    assert not list(tmp_path.iterdir())
