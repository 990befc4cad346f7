"""`wangge locate`: what cannot be read, placed or written is said in one line, and no row is lost."""

import json

import geopandas as gpd
import pytest
import shapely

from tests.server.cli.point_files import ROWS, points_frame, read_back, table_frame, write_cells, write_points

NOTE = 'a "b", c' + "，三楼" * 33  # long, so that few rows are more than is read at a time
GOOD = '"7",122.015,37.015,"{}"\n'.format(NOTE.replace('"', '""'))
MANY = 30_000


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
    points.write_text("n,lon,lat,note\n" + GOOD * MANY + line + GOOD, "utf-8")
    done = locate(points, out, "--json")
    if said:
        assert (done.exit_code, done.stdout, out.exists()) == (1, "", False)
        assert said in done.stderr
        return
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == MANY + 2
    found = read_back(out)
    assert found["note"].iloc[[0, -1]].tolist() == [NOTE] * 2
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
