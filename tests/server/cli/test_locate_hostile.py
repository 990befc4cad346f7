"""`wangge locate` against files made to mislead it: what is written is whole, and no input is written over."""

import json

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo import Cells
from server.errors import InputError
from server.services.points.asked import Asked
from server.services.points.parts import PackedCells, Workshop, do_part, parts_of
from tests.server.cli.point_files import ROWS, read_back, write_points

HERE = {"x": 122.015, "y": 37.015}
WKB = {"encoding": "WKB", "geometry_types": []}
PAIRS = {"encoding": "point", "geometry_types": []}


def geo_parquet(path, column, facts):
    """Write a file whose declaration may say anything of its geometry."""
    told = facts
    if isinstance(facts, dict):
        told = json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": facts}})
    pq.write_table(pa.table({"geometry": column}).replace_schema_metadata({"geo": told}), path)
    return path


def test_texts_among_nested_facts_are_written_as_texts(locate, tmp_path):
    said = ["plain", 'x,"cell":"forged"', '1,"cell":"forged"', 7, {"deep": [1]}]
    place = {"type": "Point", "coordinates": [*HERE.values()]}
    features = [{"type": "Feature", "properties": {"fact": one}, "geometry": place} for one in said]
    points, out = tmp_path / "points.geojson", tmp_path / "out.geojson"
    points.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert locate(points, out).exit_code == 0
    found = [one["properties"] for one in json.loads(out.read_text("utf-8"))["features"]]
    assert found == [{"fact": one, "cell": "A"} for one in said]


@pytest.mark.parametrize("out", ["a.parquet", "new.parquet"])
def test_a_part_of_a_folder_is_never_written_over_nor_added(locate, tmp_path, out):
    folder = tmp_path / "points"
    folder.mkdir()
    before = write_points(folder, "parquet", name="a").read_bytes()
    done = locate(folder, folder / out)
    assert done.exit_code == 1
    assert "is the input itself" in done.stderr
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == {"a.parquet": before}
    assert locate(folder, folder / "out.csv").exit_code == 0


@pytest.mark.parametrize("target", ["csv", "parquet", "geojson", "gpkg"])
def test_points_kept_as_pairs_of_numbers_become_any_format(locate, tmp_path, target):
    points = geo_parquet(tmp_path / "points.parquet", pa.array([HERE, None]), PAIRS)
    out = tmp_path / f"out.{target}"
    assert locate(points, out).exit_code == 0
    assert read_back(out)["cell"].tolist() == ["A", None]


@pytest.mark.parametrize(
    ("column", "facts"),
    [
        (pa.array([1.5]), WKB),
        (pa.array(["POINT (122.015 37.015)"]), PAIRS),
        (pa.array([{"x": 122.015}]), PAIRS),
        (pa.array([{"y": 37.015, "x": 122.015}]), PAIRS),
        (pa.array([b""]), b"[" * 100_000),
    ],
)
def test_a_geometry_that_is_not_what_it_is_declared_to_be_is_refused(locate, tmp_path, column, facts):
    out = tmp_path / "out.csv"
    done = locate(geo_parquet(tmp_path / "points.parquet", column, facts), out)
    assert (done.exit_code, done.stdout, out.exists()) == (1, "", False)
    assert "points.parquet" in done.stderr


@pytest.mark.parametrize("target", ["csv", "geojson"])
def test_texts_that_are_no_utf8_are_refused(locate, tmp_path, target):
    buffers = [None, pa.py_buffer(bytes([0, 0, 0, 0, 2, 0, 0, 0])), pa.py_buffer(b"\xff\xfe")]
    text = pa.Array.from_buffers(pa.string(), 1, buffers)
    points, out = tmp_path / "points.parquet", tmp_path / f"out.{target}"
    pq.write_table(pa.table({"note": text, "lon": [HERE["x"]], "lat": [HERE["y"]]}), points)
    done = locate(points, out)
    assert (done.exit_code, done.stdout, out.exists()) == (1, "", False)
    assert "damaged" in done.stderr


def test_a_footer_of_nonsense_is_a_damaged_file(locate, tmp_path):
    points = write_points(tmp_path, "parquet")
    data = bytearray(points.read_bytes())
    data[-60:-20] = b"\x7f" * 40
    points.write_bytes(data)
    done = locate(points, tmp_path / "out.csv")
    assert done.exit_code == 1
    assert "damaged" in done.stderr
    assert "points.parquet" in done.stderr


def test_a_time_that_no_calendar_knows_is_written_as_it_is_said(locate, tmp_path):
    when = pa.array([2**62], pa.timestamp("us"))
    points, out = tmp_path / "points.parquet", tmp_path / "out.geojson"
    pq.write_table(pa.table({"when": when, "lon": [HERE["x"]], "lat": [HERE["y"]]}), points)
    assert locate(points, out).exit_code == 0
    assert str(2**62) in json.loads(out.read_text("utf-8"))["features"][0]["properties"]["when"]


@pytest.mark.parametrize("facts", ["", "{", "[]", '{"tally": {"forged": 1}, "check": {"fits": {}}}'])
def test_a_part_whose_facts_are_damaged_is_told_and_done_anew(cells, tmp_path, facts):
    points, packed = write_points(tmp_path, "parquet"), PackedCells.of(Cells(gpd.read_file(cells)))
    shop = Workshop(tmp_path / "parts", points, parts_of(points), packed, Asked())
    (part,) = shop.parts
    assert do_part(shop.job, part, packed) == {}
    (tmp_path / "parts" / f"{part.name}.json").write_text(facts, "utf-8")
    assert shop.missing() == []
    with pytest.raises(InputError, match="damaged"):
        shop.counted()
    assert shop.missing() == [part]
    assert do_part(shop.job, part, packed) == {}
    assert shop.counted()[0].rows == len(ROWS)
