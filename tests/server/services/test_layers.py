"""A layer is read from every format with its codes, columns and coordinate system."""

import numpy as np
import pytest
import shapely

from geo.errors import CrsError
from server.services.layers import LayerOptions, read_layer
from tests.positions import given_in
from tests.server.services.layer_writing import (
    WRITTEN,
    cells,
    refused,
    shapefile_parts,
    write,
    write_json,
    zipped,
)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_format_gives_the_same_codes_names_and_polygons(tmp_path, name):
    layer = read_layer(write(tmp_path / name), "cell")

    assert layer.frame["code"].tolist() == ["0110", "0111"]
    assert layer.frame["name"].tolist() == ["甲网格", "乙网格"]
    assert layer.frame.crs.to_epsg() == 4326
    assert all(here.equals(there) for here, there in zip(layer.frame.geometry, cells().geometry, strict=True))


def test_a_zipped_shapefile_is_read(tmp_path):
    path = write(tmp_path / "cells.shp")

    layer = read_layer(zipped(tmp_path / "cells.zip", *shapefile_parts(path)), "cell")

    assert layer.frame["name"].tolist() == ["甲网格", "乙网格"]
    assert len(layer.digest) == 64


@pytest.mark.parametrize("crs", [4490, 4549, 3857, 32650])
def test_the_coordinate_system_is_the_declared_one(tmp_path, crs):
    layer = read_layer(write(tmp_path / "cells.gpkg", cells(crs)), "cell")

    assert layer.frame.crs.to_epsg() == crs
    assert layer.is_crs_declared


def test_a_geojson_without_the_word_counts_as_undeclared(tmp_path):
    bare = read_layer(write_json(tmp_path / "bare.geojson", {"code": "1"}))
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    worded = read_layer(write_json(tmp_path / "worded.geojson", {"code": "1"}, crs=named))

    assert (bare.is_crs_declared, worded.is_crs_declared) == (False, True)
    assert worded.frame.crs.to_epsg() == 4490


def test_a_shapefile_without_prj_needs_the_coordinate_system(tmp_path):
    path = write(tmp_path / "cells.shp", cells(4549))
    path.with_suffix(".prj").unlink()

    assert refused(path).code == "layer.crs_missing"
    assert read_layer(path, "cell", LayerOptions(crs="EPSG:4549")).frame.crs.to_epsg() == 4549


def test_a_coordinate_system_against_the_files_own_is_refused(tmp_path):
    path = write(tmp_path / "cells.gpkg", cells(4549))

    assert refused(path, crs="4490").code == "layer.crs_conflict"
    assert refused(path, crs="gcj02").code == "layer.crs_conflict"


def test_an_unknown_coordinate_system_is_refused(tmp_path):
    with pytest.raises(CrsError) as raised:
        read_layer(write_json(tmp_path / "a.geojson", {"code": "1"}), "cell", LayerOptions(crs="EPSG:1"))
    assert raised.value.code == "crs.unknown"


@pytest.mark.parametrize("crs", ["gcj02", "GCJ-02", "bd09", "bd09mc"])
def test_a_layer_in_a_web_maps_datum_is_brought_to_wgs84(tmp_path, crs):
    frame = cells()
    system = crs.lower().replace("-", "")
    moved = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(given_in(system, xy[:, 0], xy[:, 1]))
    )
    path = write(tmp_path / "cells.geojson", frame.set_geometry(moved, crs=4326), COORDINATE_PRECISION="12")

    layer = read_layer(path, "cell", LayerOptions(crs=crs))

    here = shapely.get_coordinates(layer.frame.geometry.to_numpy())
    assert np.abs(here.max(axis=0) - (117.2, 36.1)).max() < 1e-6
    assert layer.frame.crs.to_epsg() == 4326
    assert layer.is_crs_declared


def test_a_layer_in_cgcs2000_may_be_named_so(tmp_path):
    layer = read_layer(
        write_json(tmp_path / "a.geojson", {"code": "1"}), "cell", LayerOptions(crs="cgcs2000")
    )
    assert layer.frame.crs.to_epsg() == 4490


@pytest.mark.parametrize(
    ("value", "code"),
    [(110114104000, "110114104000"), (110114104001007, "110114104001007"), ("0110", "0110"), (7.0, "7"),
     ("110114.0", "110114"), (" 12 ", "12"), (None, "")],
)  # fmt: skip
def test_a_code_is_text_with_all_its_digits(tmp_path, value, code):
    path = write_json(tmp_path / "a.geojson", {"code": value}, {"code": value})

    assert read_layer(path, "cell").frame["code"].tolist() == [code, code]


def test_whole_codes_beside_missing_ones_keep_their_digits(tmp_path):
    path = write_json(
        tmp_path / "a.geojson", {"code": 110114104000, "pcode": 110114}, {"code": None, "pcode": None}
    )

    frame = read_layer(path, "cell").frame

    assert frame["code"].tolist() == ["110114104000", ""]
    assert frame["parent"].tolist() == ["110114", ""]


def test_codes_in_a_real_column_of_a_shapefile_lose_nothing(tmp_path):
    path = write(tmp_path / "cells.shp", cells(code=[110114104000.0, 110114104001.0]))

    assert read_layer(path, "cell").frame["code"].tolist() == ["110114104000", "110114104001"]


@pytest.mark.parametrize("value", [1.5, 12345678901234567890])
def test_a_code_whose_digits_are_lost_is_refused_with_row_and_value(tmp_path, value):
    error = refused(write_json(tmp_path / "a.geojson", {"code": 1.0}, {"code": value}))

    assert error.code == "layer.code_inexact"
    assert (error.values["column"], error.values["row"], error.values["value"]) == (
        "code",
        2,
        pytest.approx(value),
    )


@pytest.mark.parametrize(
    ("columns", "level", "used"),
    [
        (("GRID_CODE", "NAME"), "cell", {"code": "GRID_CODE", "name": "NAME"}),
        (("网格编码", "网格名称", "社区编码"), "cell", {"code": "网格编码", "name": "网格名称", "parent": "社区编码"}),
        (("社区编码", "社区名称", "街道编码"), "community",
         {"code": "社区编码", "name": "社区名称", "parent": "街道编码"}),
        (("adcode", "name", "pcode"), "district", {"code": "adcode", "name": "name", "parent": "pcode"}),
        (("gid", "名称", "上级编码"), None, {"code": "gid", "name": "名称", "parent": "上级编码"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_usual_names(tmp_path, columns, level, used):
    path = write_json(tmp_path / "a.geojson", dict.fromkeys(columns, "1"))

    assert read_layer(path, level).columns == used


def test_named_columns_come_before_guesses(tmp_path):
    path = write_json(tmp_path / "a.geojson", {"code": "wrong", "no": "0101", "label": "甲", "up": "9"})

    layer = read_layer(path, "cell", LayerOptions(code="NO", name="label", parent="up"))

    row = layer.frame.iloc[0]
    assert (row["code"], row["name"], row["parent"]) == ("0101", "甲", "9")


def test_households_population_and_kind_are_taken_along(tmp_path):
    path = write_json(
        tmp_path / "a.geojson",
        {"code": "1", "户数": 320, "人口": "810", "类型": "居民"},
        {"code": "2", "户数": None, "人口": "", "类型": None},
    )

    frame = read_layer(path, "cell").frame

    assert frame["households"].tolist() == [320, None]
    assert frame["population"].tolist() == [810, None]
    assert frame["kind"].tolist() == ["居民", ""]


def test_households_that_are_no_number_are_refused_with_row_and_value(tmp_path):
    error = refused(
        write_json(tmp_path / "a.geojson", {"code": "1", "户数": "300"}, {"code": "2", "户数": "约三百"})
    )

    assert (error.code, error.values["column"], error.values["row"], error.values["value"]) == (
        "layer.number", "户数", 2, "约三百",
    )  # fmt: skip


def test_a_whole_number_as_feature_id_can_be_the_code(tmp_path):
    path = write_json(tmp_path / "a.geojson", {"name": "甲"}, id=340506)

    assert read_layer(path, "cell").frame["code"].tolist() == ["340506"]


@pytest.mark.parametrize("said", [{"code": "nope"}, {"name": "nope"}, {"parent": "nope"}])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(tmp_path, said):
    error = refused(write_json(tmp_path / "a.geojson", {"code": "1", "甲": "x"}), **said)

    assert (error.code, error.values["column"]) == ("import.column", "nope")
    assert "甲" in error.values["known"]


def test_a_file_without_a_code_column_is_refused_with_its_columns(tmp_path):
    error = refused(write_json(tmp_path / "a.geojson", {"colour": "red"}))

    assert (error.code, error.values["known"]) == ("layer.no_code", "colour")


@pytest.mark.parametrize(
    ("name", "rows"),
    [("counties_as_published", 42), ("beijing_subdistricts", 343), ("chicago_community_areas", 77),
     ("chicago_wards_2003", 50)],
)  # fmt: skip
def test_real_layers_are_read(shared_data, name, rows):
    layer = read_layer(shared_data / f"{name}.geojson")

    codes = layer.frame["code"]
    assert len(codes) == rows
    assert codes.is_unique
    assert codes.map(str.isdigit).all()
