"""`wangge locate`: any format in, any format out, nothing lost, nothing altered."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.baidu import bd09_to_bd09mc
from geo.crs import project_points
from geo.datum import convert
from geo.systems import to_wgs84
from tests.server.cli.point_files import (
    CELLS,
    HOWS,
    NUMBERS,
    OUTS,
    ROWS,
    SOURCES,
    points_frame,
    read_back,
    table_frame,
    write_points,
)


@pytest.mark.parametrize("target", OUTS)
@pytest.mark.parametrize("form", SOURCES)
def test_any_format_becomes_any_other_with_the_same_answers(locate, tmp_path, form, target):
    points = write_points(tmp_path, form)
    out = tmp_path / f"out.{target}"
    done = locate(points, out, "--explain")
    assert done.exit_code == 0, done.output
    found = read_back(out)
    assert found["number"].tolist() == NUMBERS
    assert found["remark"].tolist() == ['他说："好",\n行'] * len(ROWS)
    assert found["cell"].tolist() == CELLS
    assert found["how"].tolist() == HOWS
    metres = found["distance_m"].astype(float).tolist()
    assert metres[:3] == [0.0, 0.0, 0.0]
    assert 15 < metres[3] < 20
    assert np.isnan(metres[4:]).all()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


@pytest.mark.parametrize("form", SOURCES)
@pytest.mark.parametrize("target", ["geojson", "gpkg"])
def test_positions_stay_where_they_were(locate, tmp_path, form, target):
    out = tmp_path / f"out.{target}"
    assert locate(write_points(tmp_path, form), out).exit_code == 0
    shapes = gpd.read_file(out).geometry
    places = [None if one is None or one.is_empty else (one.x, one.y) for one in shapes]
    assert places == [row[1] for row in ROWS]
    assert gpd.read_file(out).crs.to_epsg() == 4326


def test_a_layer_becomes_a_table_with_lon_and_lat(locate, tmp_path):
    out = tmp_path / "out.csv"
    assert locate(write_points(tmp_path, "gpkg"), out).exit_code == 0
    found = read_back(out)
    assert list(found.columns) == ["number", "remark", "cell", "lon", "lat"]
    assert [row[1] for row in ROWS if row[1]] == [
        (float(lon), float(lat)) for lon, lat in zip(found["lon"], found["lat"], strict=True) if lon
    ]


def test_only_the_cell_is_added_unless_more_is_asked(locate, tmp_path):
    assert locate(write_points(tmp_path, "csv"), tmp_path / "out.csv").exit_code == 0
    assert list(read_back(tmp_path / "out.csv").columns) == ["number", "remark", "lon", "lat", "cell"]


def test_a_located_file_can_be_located_again(locate, tmp_path):
    for form in ("csv", "parquet", "gpkg"):
        first, second = tmp_path / f"first.{form}", tmp_path / f"second.{form}"
        assert locate(write_points(tmp_path, form), first).exit_code == 0
        assert locate(first, second).exit_code == 0
        found = read_back(second)
        assert found["cell"].tolist() == found["cell_2"].tolist() == CELLS


def test_text_of_a_csv_stays_the_text_it_was(locate, tmp_path):
    points = tmp_path / "points.csv"
    lines = [
        "﻿code,lon,lat,note",
        "007,122.0150,37.015, lead",
        "1e5,1.22015e2,+37.015,",
        '-0.50,"122.015",37.015,NULL',
    ]
    points.write_text("\r\n".join(lines) + "\r\n,,,\r\n", "utf-8")
    assert locate(points, tmp_path / "out.csv").exit_code == 0
    said = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert said == [
        "code,lon,lat,note,cell",
        "007,122.0150,37.015, lead,A",
        "1e5,1.22015e2,+37.015,,A",
        "-0.50,122.015,37.015,NULL,A",
    ]


def test_formulas_are_guarded_and_negative_numbers_are_none(locate, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("lon,lat,shift,=note\n122.015,37.015,-1.5,=1+1\n122.015,37.015,-2,@x\n", "utf-8")
    assert locate(points, tmp_path / "out.csv").exit_code == 0
    found = read_back(tmp_path / "out.csv")
    assert found["shift"].tolist() == ["-1.5", "-2"]
    assert found["'=note"].tolist() == ["'=1+1", "'@x"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_csv_in_any_usual_encoding_is_read(locate, tmp_path, encoding):
    points = tmp_path / "points.csv"
    points.write_text("地点；\t经度\t纬度\n威海路3号\t122.015\t37.015\n", encoding)
    assert locate(points, tmp_path / "out.csv").exit_code == 0
    assert read_back(tmp_path / "out.csv").iloc[0].tolist() == ["威海路3号", "122.015", "37.015", "A"]


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "bd09mc", "cgcs2000", "EPSG:4549", "4549"])
def test_points_of_any_system_are_carried(locate, tmp_path, crs):
    known = [row for row in ROWS if row[1]]
    x, y = np.array([row[1] for row in known]).T
    east, north = _from_wgs84(x, y, crs)
    assert np.allclose(to_wgs84(east, north, crs), (x, y), atol=1e-9)
    points = tmp_path / "points.csv"
    pd.DataFrame({"x": east, "y": north}).to_csv(points, index=False)
    done = locate(points, tmp_path / "out.csv", "--points-crs", crs)
    assert done.exit_code == 0, done.output
    assert read_back(tmp_path / "out.csv")["cell"].tolist()[:2] == CELLS[:2]
    assert read_back(tmp_path / "out.csv")["cell"].tolist()[3:] == [row[2] for row in known][3:]


def _from_wgs84(x, y, crs):
    if crs in ("gcj02", "bd09"):
        return convert(x, y, "wgs84", crs)
    if crs == "bd09mc":
        return bd09_to_bd09mc(*convert(x, y, "wgs84", "bd09"))
    return project_points(x, y, 4326, {"cgcs2000": 4490}.get(crs, 4549))


@pytest.mark.parametrize("form", ["gpkg", "geo.parquet"])
def test_a_declared_system_is_used_and_kept_and_another_one_refused(locate, tmp_path, form):
    points = tmp_path / f"points.{form}"
    frame = points_frame().to_crs(4549)
    frame.to_file(points) if form == "gpkg" else frame.to_parquet(points)
    out = tmp_path / f"out.{form}"
    assert locate(points, out).exit_code == 0
    back = gpd.read_file(out) if form == "gpkg" else gpd.read_parquet(out)
    assert back["cell"].where(back["cell"].notna(), None).tolist()[:2] == CELLS[:2]
    assert back.crs.to_epsg() == 4549
    assert back.geometry.iloc[0].equals(frame.geometry.iloc[0])
    assert locate(points, out, "--points-crs", "EPSG:4549").exit_code == 0
    for crs in ("wgs84", "gcj02", "EPSG:4547"):
        done = locate(points, tmp_path / "no.csv", "--points-crs", crs)
        assert (done.exit_code, (tmp_path / "no.csv").exists()) == (1, False)
        assert "EPSG:4549" in done.stderr
        assert crs in done.stderr


def test_a_web_maps_datum_may_be_given_to_a_file_that_says_wgs84(locate, tmp_path):
    moved = [
        (row[0], tuple(convert(*row[1], "wgs84", "gcj02")) if row[1] else None, *row[2:]) for row in ROWS
    ]
    points = write_points(tmp_path, "gpkg", moved)
    assert locate(points, tmp_path / "out.csv", "--points-crs", "gcj02").exit_code == 0
    assert read_back(tmp_path / "out.csv")["cell"].tolist()[:2] == CELLS[:2]


def test_the_share_that_agrees_is_told(locate, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text(
        "lon,lat,official\n122.015,37.015,A\n122.025,37.015,A\n122.0198,37.015,B\n1,1,\n,,B\n", "utf-8"
    )
    done = locate(points, tmp_path / "out.csv", "--check-column", "official", "--json")
    assert json.loads(done.stdout)["check"] == {
        "column": "official",
        "rows": 3,
        "same": 1,
        "asked": 2,
        "border": 1,
    }
    assert "33.33 %" in locate(points, tmp_path / "out.csv", "--check-column", "official").stdout
    assert locate(points, tmp_path / "out.csv", "--check-column", "none").exit_code == 1


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_points_that_look_like_another_datum_are_reported(locate, tmp_path, form):
    dice = np.random.default_rng(3)
    lon, lat = dice.uniform(122.01, 122.03, 5000), dice.uniform(37.01, 37.02, 5000)
    stated = np.where(lon < 122.02, "A", "B")
    x, y = convert(lon, lat, "wgs84", "gcj02")
    frame = pd.DataFrame({"lon": x, "lat": y, "official": stated})
    points = tmp_path / f"points.{form}"
    frame.to_csv(points, index=False) if form == "csv" else frame.to_parquet(points)
    done = locate(points, tmp_path / "out.csv", "--check-column", "official")
    assert "look" in done.stdout
    assert "GCJ-02" in done.stdout
    done = locate(points, tmp_path / "out.csv", "--check-column", "official", "--crs", "gcj02", "--json")
    told = json.loads(done.stdout)
    assert (told["check"]["same"], "suspicion" in told) == (5000, False)


def test_facts_of_every_kind_pass_through(locate, tmp_path):
    frame = (
        points_frame()
        .iloc[:2]
        .assign(
            whole=[2**60 + 1, -1],
            part=[0.1, 1e300],
            when=pd.to_datetime(["2024-02-29 12:00:00", "1999-01-01 00:00:00"]),
            truth=[True, False],
            several=[["a", "b"], []],
            raw=[b"\x00\xff", b""],
        )
    )
    frame.to_parquet(tmp_path / "points.parquet")
    assert locate(tmp_path / "points.parquet", tmp_path / "out.parquet").exit_code == 0
    back = gpd.read_parquet(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(pd.DataFrame(back.drop(columns="cell")), pd.DataFrame(frame))
    for form in ("csv", "geojson", "gpkg"):
        out = tmp_path / f"out.{form}"
        assert locate(tmp_path / "points.parquet", out).exit_code == 0
        told = read_back(out)
        assert int(told["whole"][0]) == 2**60 + 1
        assert float(told["part"][1]) == 1e300
        assert str(told["raw"][0]).strip('"') == "00ff"


def test_a_geojsons_own_ids_and_nested_facts_are_kept(locate, tmp_path):
    points = tmp_path / "points.geojson"
    place = {"type": "Point", "coordinates": [122.015, 37.015]}
    facts = {"code": "007", "day": "2024-01-02", "more": {"a": [1, {"b": None}]}}
    features = [{"type": "Feature", "id": id_, "properties": facts, "geometry": place} for id_ in (70, 8)]
    points.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert locate(points, tmp_path / "out.geojson").exit_code == 0
    back = json.loads((tmp_path / "out.geojson").read_text("utf-8"))["features"]
    assert [one["properties"] for one in back] == [{"id": id_} | facts | {"cell": "A"} for id_ in (70, 8)]


def test_a_folder_of_parts_is_read_as_one_file(locate, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in (2, 1):
        write_points(folder, "parquet", ROWS, f"part-{number}")
    assert locate(folder, tmp_path / "out.csv").exit_code == 0
    assert read_back(tmp_path / "out.csv")["cell"].tolist() == CELLS * 2
    table_frame().drop(columns="remark").to_parquet(folder / "part-3.parquet")
    assert "part-3" in locate(folder, tmp_path / "out.csv").stderr
