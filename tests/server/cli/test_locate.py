"""`wangge locate`: any format in, any format out, nothing lost, nothing altered."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from server.cli import main
from tests.server.cli.point_files import (
    CELLS,
    HOWS,
    NUMBERS,
    OUTS,
    ROWS,
    SOURCES,
    read_back,
    write_cells,
    write_points,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def cells(tmp_path):
    return write_cells(tmp_path / "cells.geojson")


@pytest.fixture
def locate(cells):
    """Run the command in this process, in English."""

    def run(points, out, *words, cells=cells):
        options = ["--lang", "en", "locate", points, "--cells", cells, "-o", out, *words]
        return CliRunner().invoke(main, list(map(str, options)))

    return run


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


GOOD = '"7",122.015,37.015,"a ""b"", c"\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("8,122.015,37.015\n", None),
        ("8,122.015,37.015,x,,\n", None),
        ('8,122.015,37.015,5" pipe\n', None),
        ("8,122.015,37.015,x,y\n", "5 cells"),
        ('8,122.015,37.015,"never closed\n', "quote"),
        ('8,122.015,37.015,"closed"early\n9,122.015,37.015,"z"late\n', "quote"),
    ],
)
def test_rows_out_of_the_ordinary_are_read_or_refused_but_never_merged(locate, tmp_path, line, said):
    points, out = tmp_path / "points.csv", tmp_path / "out.csv"
    points.write_text("n,lon,lat,note\n" + GOOD * 300_000 + line + GOOD, "utf-8")
    done = locate(points, out, "--json")
    if said:
        assert (done.exit_code, done.stdout, out.exists()) == (1, "", False)
        assert said in done.stderr
        return
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == 300_002
    found = read_back(out)
    assert found["note"].iloc[[0, -1]].tolist() == ['a "b", c'] * 2
    assert found["n"].iloc[-2:].tolist() == ["8", "7"]


def test_rows_without_a_position_are_counted_and_named(locate, tmp_path):
    points = tmp_path / "points.csv"
    places = ("122.015,37.015", ",", "abc,37", "nan,nan", "37.015,122.015", "500,900", "inf,1", "37.01,22.01")
    points.write_text("n,lon,lat\n" + "\n".join(f"7,{place}" for place in places) + "\n", "utf-8")
    done = locate(points, tmp_path / "out.csv", "--explain", "--json")
    told = json.loads(done.stdout)
    assert told["rows"] == 8
    assert {how: count for how, count in told["how"].items() if count} == {
        "inside": 1,
        "outside": 1,
        "no_position": 6,
    }
    assert (told["missing"], told["out_of_range"], told["swapped"]) == (4, 2, 1)
    assert told["first_rows"] == [2, 3, 4, 5, 6, 7]
    assert read_back(tmp_path / "out.csv")["how"].tolist().count("no_position") == 6
    said = locate(points, tmp_path / "out.csv").stdout
    assert "1 of these can be used with longitude and latitude swapped" in said
    assert "2、3、4、5、6、7" in said


def test_positions_swapped_but_in_range_are_noticed(locate, tmp_path):
    west = [shapely.box(-88, 41, -87, 42), shapely.box(-87, 41, -86, 42)]
    cells = write_cells(tmp_path / "west.geojson", shapes=west)
    points = tmp_path / "points.csv"
    points.write_text("lon,lat\n41.5,-87.5\n41.5,-86.5\n0,0\n", "utf-8")
    done = locate(points, tmp_path / "out.csv", "--json", cells=cells)
    assert json.loads(done.stdout)["swapped_outside"] == 2
