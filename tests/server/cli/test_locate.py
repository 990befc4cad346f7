"""`wangge locate`: any format in, any format out, nothing lost, nothing altered."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from click.testing import CliRunner

from geo.baidu import bd09_to_bd09mc
from geo.crs import project_points
from geo.datum import convert
from geo.systems import to_wgs84
from server.cli import main
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


def test_broken_cells_are_refused_by_code_and_mended_on_request(locate, tmp_path):
    bow = shapely.Polygon([(122.02, 37.01), (122.03, 37.02), (122.03, 37.01), (122.02, 37.02)])
    cells = write_cells(tmp_path / "bow.geojson", shapes=[bow, shapely.box(122.01, 37.01, 122.02, 37.02)])
    points, out = write_points(tmp_path, "parquet"), tmp_path / "out.parquet"
    refused = locate(points, out, cells=cells)
    assert (refused.exit_code, out.exists()) == (1, False)
    assert "B" in refused.stderr
    assert "--mend" in refused.stderr
    mended = locate(points, out, "--mend", cells=cells)
    assert mended.exit_code == 0, mended.output
    assert "B" in mended.stdout


def test_cells_without_a_system_are_refused(locate, tmp_path):
    write_cells(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    points, out = write_points(tmp_path, "csv"), tmp_path / "out.csv"
    assert locate(points, out, cells=tmp_path / "bare.shp").exit_code == 1
    assert locate(points, out, "--cells-crs", "EPSG:4326", cells=tmp_path / "bare.shp").exit_code == 0


@pytest.mark.parametrize("form", ["csv", "parquet", "geojson", "gpkg"])
def test_files_without_rows_are_refused(locate, tmp_path, form):
    points = tmp_path / f"points.{form}"
    if form == "geojson":
        points.write_text('{"type":"FeatureCollection","features":[]}', "utf-8")
    elif form == "gpkg":
        points_frame().iloc[:0].to_file(points, geometry_type="Point")
    else:
        empty = table_frame().iloc[:0]
        empty.to_csv(points, index=False) if form == "csv" else empty.to_parquet(points)
    done = locate(points, tmp_path / "out.csv")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "no rows" in done.stderr or "no points" in done.stderr


@pytest.mark.parametrize("form", ["parquet", "csv.gz", "gpkg", "geojson"])
def test_truncated_files_are_refused_and_nothing_is_left(locate, tmp_path, form):
    whole = write_points(tmp_path, form, ROWS * 3000)
    points = tmp_path / f"half.{form}"
    points.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    before = set(tmp_path.iterdir())
    done = locate(points, tmp_path / f"out.{form}")
    assert (done.exit_code, len(done.stderr.splitlines()), set(tmp_path.iterdir())) == (1, 1, before)
    assert f"half.{form}" in done.stderr


def test_what_cannot_be_read_or_written_is_one_line(locate, tmp_path, cells):
    points = write_points(tmp_path, "parquet")
    areas = tmp_path / "areas.gpkg"
    gpd.read_file(cells).to_file(areas)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for source, out in (
        (points, points),
        (points, cells),
        (points, tmp_path / "out.docx"),
        (points, tmp_path / "out"),
        (points, tmp_path / "no-such" / "out.parquet"),
        (points, tmp_path / "no-such" / "out.gpkg"),
        (points, folder),
        (tmp_path / "none.parquet", tmp_path / "out.csv"),
        (tmp_path / "points.docx", tmp_path / "out.csv"),
        (areas, tmp_path / "out.csv"),
        (folder, tmp_path / "out.csv"),
    ):
        done = locate(source, out)
        assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1), done.output
    assert "lon" in locate(points, tmp_path / "out.csv", "--lon", "nothing").stderr
    assert locate(points, tmp_path / "out.csv", "--points-crs", "mars").exit_code == 1
    assert locate(points, tmp_path / "out.csv", "--nearest-m", "-1").exit_code == 1


def test_a_geojson_that_names_other_files_never_reaches_gdal(locate, tmp_path):
    points = tmp_path / "points.geojson"
    points.write_text('{"type":"FeatureCollection","x":"<OGRVRTDataSource>","features":[]}', "utf-8")
    done = locate(points, tmp_path / "out.csv")
    assert done.exit_code == 1
    assert "points.geojson" in done.stderr


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


WITHOUT = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyarrow", "dask", "distributed"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Gone())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "pyarrow" else real(name, *more)
from server.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("form", ["csv", "csv.gz", "xlsx"])
def test_tables_need_no_pyarrow_and_the_rest_names_it(cells, locate, tmp_path, form):
    points = write_points(tmp_path, form)

    def bare(source, out):
        words = ("--lang", "en", "locate", source, "--cells", cells, "-o", out, "--explain")
        command = [sys.executable, "-c", WITHOUT, *map(str, words)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert locate(points, tmp_path / "out.csv", "--explain").exit_code == 0
    done = bare(points, tmp_path / "bare.csv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bare.csv").read_text("utf-8") == (tmp_path / "out.csv").read_text("utf-8")
    for source, out in ((points, "no.parquet"), (write_points(tmp_path, "gpkg"), "no.csv")):
        refused = bare(source, tmp_path / out)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
        assert "pip install wangge[bulk]" in refused.stderr


# Not ru_maxrss, which is never below that of the process that started this one.
PEAK = (
    "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line), file=sys.stderr)"
)
MEASURED = f"import sys\nfrom server.cli import main\ntry: main(sys.argv[1:])\nfinally: {PEAK}"


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_file(cells, tmp_path, form):
    def peak_mb(batches):
        points, out = tmp_path / f"points.{form}", tmp_path / f"out.{form}"
        _write_many(points, batches)
        words = ("locate", points, "--cells", cells, "-o", out, "--json")
        command = [sys.executable, "-c", MEASURED, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["rows"] == batches * 100_000
        return int(done.stderr.splitlines()[-1]) // 1024

    small, large = peak_mb(10), peak_mb(30)
    assert large < small + 60, (small, large)


def _write_many(path, batches):
    dice = np.random.default_rng(1)
    lon, lat = dice.uniform(122.0, 122.04, 100_000), dice.uniform(37.0, 37.03, 100_000)
    frame = pd.DataFrame({"id": np.arange(100_000), "text": "居民楼前", "lon": lon, "lat": lat})
    if path.suffix == ".csv":
        text = frame.to_csv(index=False, header=False)
        path.write_text("id,text,lon,lat\n" + text * batches, "utf-8")
    else:
        table = pa.Table.from_pandas(frame)
        pq.write_table(pa.concat_tables([table] * batches), path, row_group_size=1_000_000)
