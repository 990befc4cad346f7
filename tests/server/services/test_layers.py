"""A layer is read from every format, with its codes, encodings and coordinate system; else refused by name."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.datum import wgs84_to_gcj02
from geo.errors import CrsError
from server.errors import InputError
from server.services.layers import LayerOptions, read_layer

WRITTEN = {
    "cells.geojson": {"driver": "GeoJSON"},
    "cells.gpkg": {"driver": "GPKG"},
    "cells.fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
    "cells.kml": {"driver": "LIBKML"},
    "cells.shp": {"driver": "ESRI Shapefile", "encoding": "UTF-8"},
}


def cells(crs=4326, **columns):
    shapes = [shapely.box(117.0, 36.0, 117.1, 36.1), shapely.box(117.1, 36.0, 117.2, 36.1)]
    facts = {"code": ["0110", "0111"], "name": ["甲网格", "乙网格"], **columns}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=4326).to_crs(crs)


def write(path, frame=None, **options):
    pyogrio.write_dataframe(
        cells() if frame is None else frame, path, **{**WRITTEN.get(path.name, {}), **options}
    )
    return path


def write_json(path, *properties, crs=None, encoding="utf-8", **feature):
    ring = [[117.0, 36.0], [117.1, 36.0], [117.1, 36.1], [117.0, 36.0]]
    rows = [
        {
            "type": "Feature",
            "properties": one,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            **feature,
        }
        for one in properties
    ]
    whole = {"type": "FeatureCollection", "features": rows, **({"crs": crs} if crs else {})}
    path.write_bytes(json.dumps(whole, ensure_ascii=False).encode(encoding))
    return path


def zipped(path, *parts):
    with zipfile.ZipFile(path, "w") as packed:
        for part in parts:
            packed.write(part, f"图层/{part.name}")
    return path


def shapefile_parts(path):
    return [one for one in path.parent.iterdir() if one.stem == path.stem and one.suffix != ".zip"]


def refused(path, **said):
    with pytest.raises(InputError) as raised:
        read_layer(path, "cell", LayerOptions(**said))
    return raised.value


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


def test_a_layer_in_gcj02_is_brought_to_wgs84(tmp_path):
    frame = cells()
    moved = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))
    )
    path = write(tmp_path / "cells.geojson", frame.set_geometry(moved, crs=4326), RFC7946="YES")

    layer = read_layer(path, "cell", LayerOptions(crs="gcj02"))

    here = shapely.get_coordinates(layer.frame.geometry.to_numpy())
    assert np.abs(here.max(axis=0) - (117.2, 36.1)).max() < 1e-6


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


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("has_cpg", [True, False])
def test_chinese_in_a_shapefile_is_read_whether_or_not_it_says_how(tmp_path, encoding, has_cpg):
    frame = cells().rename(columns={"code": "编码", "name": "名称"})
    path = write(tmp_path / "cells.shp", frame, encoding=encoding)
    if not has_cpg:
        path.with_suffix(".cpg").unlink()

    layer = read_layer(path, "cell")

    assert layer.columns == {"code": "编码", "name": "名称"}
    assert layer.frame["name"].tolist() == ["甲网格", "乙网格"]


def test_a_shapefile_that_claims_another_encoding_is_read_all_the_same(tmp_path):
    path = write(tmp_path / "cells.shp", encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")

    assert read_layer(path, "cell").frame["name"].tolist() == ["甲网格", "乙网格"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_a_geojson_in_another_encoding_is_read(tmp_path, encoding):
    path = write_json(tmp_path / "a.geojson", {"code": "1", "名称": "甲网格"}, encoding=encoding)

    assert read_layer(path, "cell").frame["name"].tolist() == ["甲网格"]


def test_an_encoding_nobody_knows_is_refused(tmp_path):
    assert refused(write(tmp_path / "cells.shp"), encoding="klingon").code == "import.encoding_unknown"


def test_a_missing_file_is_refused(tmp_path):
    assert refused(tmp_path / "none.geojson").code == "file.missing"


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path):
    path = tmp_path / "cells.dxf"
    path.write_text("0")

    error = refused(path)

    assert error.code == "import.unknown_format"
    assert ".gpkg" in error.values["known"]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".fgb", ".kml", ".shp", ".zip", ".kmz"])
def test_an_empty_file_and_a_file_of_rubbish_are_refused(tmp_path, suffix):
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(b"")
    assert refused(path).code == "import.empty"
    path.write_bytes(b"rubbish \xff\x00" * 50)
    assert refused(path).code == "layer.damaged"


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_cut_off_is_refused(tmp_path, name):
    path = write(tmp_path / name)
    path.write_bytes(path.read_bytes()[: 120 if name.endswith(("fgb", "shp")) else path.stat().st_size // 2])

    assert refused(path).code in {"layer.unreadable", "layer.no_polygons", "import.empty"}


def test_a_file_that_points_at_other_files_is_not_followed(tmp_path):
    secret = write(tmp_path / "cells.gpkg")
    path = tmp_path / "a.geojson"
    path.write_text(f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{secret}</SrcDataSource>'
                    "</OGRVRTLayer></OGRVRTDataSource>")  # fmt: skip

    assert refused(path).code == "layer.damaged"


def test_a_kml_that_defines_entities_is_refused(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa">]><kml><Document>&a;</Document></kml>'
    )

    assert refused(path).code == "layer.unsafe"


def test_a_layer_of_points_and_one_without_rows_are_refused(tmp_path):
    points = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.Point(117, 36)], crs=4326)

    assert refused(write(tmp_path / "points.geojson", points)).code == "layer.no_polygons"
    (tmp_path / "none.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    assert refused(tmp_path / "none.geojson").code == "import.empty"


def test_broken_rows_are_read_and_left_to_validation(tmp_path):
    text = (
        '{"type": "FeatureCollection", "features": ['
        '{"type": "Feature", "properties": {"code": "1"}, "geometry": null},'
        '{"type": "Feature", "properties": {"code": "2"}, "geometry": {"type": "Polygon", "coordinates":'
        " [[[117, 36], [NaN, 36], [117, 37], [117, 36]]]}},"
        '{"type": "Feature", "properties": {"code": "3"}, "geometry": {"type": "Polygon", "coordinates":'
        " [[[117, 36], [118, 36], [117, 37]]]}}]}"
    )
    (tmp_path / "a.geojson").write_text(text)

    frame = read_layer(tmp_path / "a.geojson", "cell").frame

    assert frame["code"].tolist() == ["1", "2", "3"]
    assert frame.geometry.iloc[0] is None
    assert frame.geometry.iloc[2].area == pytest.approx(0.5)


def test_of_several_layers_one_must_be_named(tmp_path):
    path = write(tmp_path / "cells.gpkg", layer="one")
    write(path, cells(name=["丙", "丁"]), layer="two")

    error = refused(path)

    assert (error.code, error.values["known"]) == ("layer.several", "one、two")
    assert refused(path, layer="three").code == "layer.not_found"
    assert read_layer(path, "cell", LayerOptions(layer="two")).frame["name"].tolist() == ["丙", "丁"]


def test_of_several_files_in_a_zip_one_must_be_named(tmp_path):
    for name, frame in (("a", cells()), ("b", cells(name=["丙", "丁"]))):
        write(tmp_path / f"{name}.geojson", frame)
    path = zipped(tmp_path / "both.zip", tmp_path / "a.geojson", tmp_path / "b.geojson")

    assert refused(path).values["known"] == "a、b"
    assert read_layer(path, "cell", LayerOptions(layer="b")).frame["name"].tolist() == ["丙", "丁"]


def test_a_zip_without_a_layer_is_refused(tmp_path):
    (tmp_path / "readme.txt").write_text("nothing")

    assert refused(zipped(tmp_path / "a.zip", tmp_path / "readme.txt")).code == "layer.none"


def test_a_zip_that_grows_beyond_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("server.services.layer_files.LARGEST", 1 << 21)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.geojson", b" " * (1 << 22))

    assert path.stat().st_size < 1 << 16
    assert refused(path).code == "layer.too_large"


def test_a_zip_cannot_write_outside_its_folder(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(write(tmp_path / "cells.geojson"), "../../escaped.geojson")

    assert len(read_layer(path, "cell").frame) == 2
    assert not list(tmp_path.parent.rglob("escaped.geojson"))


def test_a_shapefile_without_its_index_is_refused_naming_it(tmp_path):
    path = write(tmp_path / "cells.shp")
    path.with_suffix(".shx").unlink()

    error = refused(path)

    assert (error.code, error.values["part"]) == ("layer.part_missing", ".shx")


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
