"""Files in any encoding are read; damaged, empty, hostile and ambiguous ones are refused by name."""

import sqlite3
import zipfile

import geopandas as gpd
import pytest
import shapely

from server.services.layers import LayerOptions, read_layer
from tests.server.services.layer_writing import WRITTEN, cells, refused, write, write_json, zipped


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


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "undefined"])
def test_an_encoding_nobody_knows_or_of_no_text_is_refused(tmp_path, encoding):
    assert refused(write(tmp_path / "cells.shp"), encoding=encoding).code == "import.encoding_unknown"


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


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/hosts</SrcDataSource></OGRVRTLayer>"
    "</OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.kml", f"<OGRVRTDataSource><!-- <kml -->{VRT}</OGRVRTDataSource>"),
        ("a.kml", f"<x><kml></kml></x>{VRT}"),
        ("a.json", f'{{"x": "{VRT}"}}'),
        ("a.geojson", '{"type": "gdal_streamed_alg", "command_line": "gdal vector filter /etc/hosts s"}'),
        ("a.kml", "<x><kml/>" + " " * ((1 << 20) - 20) + VRT),
    ],
)
def test_a_file_that_points_to_other_files_or_commands_is_not_followed(tmp_path, name, text):
    (tmp_path / name).write_text(text)

    assert refused(tmp_path / name).code == "layer.pointer"


def test_a_table_that_claims_four_thousand_million_records_is_read_to_its_end(tmp_path):
    path = write(tmp_path / "cells.shp", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[4:8] = b"\xff\xff\xff\xff"
    path.with_suffix(".dbf").write_bytes(table)

    assert read_layer(path, "cell").frame["name"].tolist()[:2] == ["甲网格", "乙网格"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_content_is_damaged_is_refused_by_name(tmp_path, method):
    path = tmp_path / "cells.zip"
    with zipfile.ZipFile(path, "w", method) as packed:
        packed.writestr("a.geojson", '{"type": "FeatureCollection", "features": []}' * 300)
    raw = bytearray(path.read_bytes())
    for place in range(52, 82):
        raw[place] ^= 0xFF
    path.write_bytes(raw)

    assert (refused(path).code, refused(path).values["file"]) == ("layer.damaged", "cells.zip")


@pytest.mark.parametrize("replaced", ["cells", "gpkg_contents"])
def test_a_geopackage_whose_layer_is_an_endless_question_is_refused_before_it_is_asked(tmp_path, replaced):
    path = tmp_path / "cells.gpkg"
    cells().to_file(path, layer="cells")
    with sqlite3.connect(path) as base:
        names = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute(f'ALTER TABLE "{replaced}" RENAME TO kept')
        base.execute(
            f'CREATE VIEW "{replaced}" AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)'
            " SELECT kept.* FROM kept, n"
        )
    fault = refused(path)
    assert (fault.code, fault.values["layer"]) == ("layer.view", replaced)
