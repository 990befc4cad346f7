"""``wangge import cells``: what it prints, its exit codes, and never a traceback."""

import json

import pytest
import shapely
from sqlalchemy import func, select

from server.cli import main
from server.config import load
from server.db import Store
from server.models import Area, Boundary, Grid
from server.upgrade import upgrade


@pytest.fixture
def folder(tmp_path):
    """Data folder with an upgraded, empty store."""
    store = Store(load({"dir": str(tmp_path / "var")}, environment={}))
    upgrade(store)
    store.close()
    return tmp_path / "var"


@pytest.fixture
def wangge(folder, capsys):
    """Run the command; gives exit code, standard output, standard error."""

    def run(*words, lang="zh"):
        with pytest.raises(SystemExit) as ended:
            main(["--dir", str(folder), "--lang", lang, "import", "cells", *(str(word) for word in words)])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def count(folder):
    """Count the rows of a table."""

    def rows(table):
        store = Store(load({"dir": str(folder)}, environment={}))
        with store.read() as tx:
            found = tx.session.scalar(select(func.count()).select_from(table))
        store.close()
        return found

    return rows


def written(path, *rows):
    features = [
        {"type": "Feature", "properties": facts, "geometry": json.loads(shapely.to_geojson(shape))}
        for facts, shape in rows
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), "utf-8")
    return path


SQUARES = [shapely.box(117 + 0.01 * x, 36, 117.01 + 0.01 * x, 36.01) for x in range(3)]
BOW_TIE = shapely.Polygon([(117, 36), (117.01, 36.01), (117.01, 36), (117, 36.01)])


@pytest.fixture
def sound(tmp_path):
    """A file of three sound cells."""
    return written(
        tmp_path / "sound.geojson", *(({"code": f"00{x}"}, shape) for x, shape in enumerate(SQUARES))
    )


@pytest.fixture
def broken(tmp_path):
    """A file with a bow-tie, a code used twice and an overlap."""
    rows = ({"code": "001"}, BOW_TIE), ({"code": "002"}, SQUARES[1]), ({"code": "002"}, SQUARES[1])
    return written(tmp_path / "broken.geojson", *rows)


def test_a_sound_layer_is_imported_once(wangge, sound, count):
    code, said, _ = wangge(sound, "--root", "C1")

    assert code == 0
    assert "新建上级 C1（社区）" in said
    assert "新增 3，边界变更 0，资料变更 0，未变 0，停用 0" in said
    assert (count(Area), count(Boundary), count(Grid)) == (4, 3, 1)

    code, said, _ = wangge(sound, "--root", "C1")
    assert code == 0
    assert "未变 3" in said
    assert "网格版本不变" in said
    assert count(Grid) == 1


def test_errors_are_all_listed_with_code_place_and_size_and_nothing_is_written(wangge, broken, count):
    code, said, error = wangge(broken, "--root", "C1")

    lines = [line.split("\t") for line in said.splitlines() if "\t" in line]
    assert code == 1
    assert [(line[0], line[1]) for line in lines] == [
        ("错误", "code.duplicate"),
        ("错误", "ring.invalid"),
        ("警告", "overlap"),
    ]
    assert lines[1][2:5] == ["001", "1", "117.005000, 36.005000"]
    assert lines[1][5].endswith(" m²")
    assert "检查结果：2 处错误，1 处警告，0 处提示。" in said
    assert "什么也没有导入" in error
    assert (count(Area), count(Grid)) == (0, 0)


def test_mending_says_what_it_changed(wangge, tmp_path, count):
    path = written(tmp_path / "tie.geojson", ({"code": "001"}, BOW_TIE))

    assert wangge(path)[0] == 1
    code, said, _ = wangge(path, "--mend")

    assert code == 0
    assert "已修补 1 行" in said
    assert "自相交" in said
    assert "1 块 → 2 块" in said
    assert count(Boundary) == 1


def test_english_is_spoken_on_request(wangge, broken):
    _, said, error = wangge(broken, lang="en")

    assert "Findings: 2 errors, 1 warnings, 0 hints." in said
    assert "self-intersection" in said
    assert "nothing was imported" in error


def test_a_dry_run_writes_nothing(wangge, sound, count):
    code, said, _ = wangge(sound, "--dry-run")

    assert code == 0
    assert "什么也没有写入" in said
    assert count(Area) == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.geojson", None),
        ("empty.geojson", b""),
        ("rubbish.geojson", b"\x00\xff" * 100),
        ("cut.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Fea'),
        ("rubbish.gpkg", b"SQLite format 3\x00" + b"\x00" * 500),
        ("rubbish.shp", b"\x00\x00\x27\x0a" + b"\x00" * 200),
        ("rubbish.zip", b"PK\x03\x04" + b"\x00" * 100),
        ("cells.dwg", b"AC1032"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(wangge, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    code, said, error = wangge(tmp_path / name)

    assert code == 1
    assert said == ""
    assert len(error.splitlines()) == 1
    assert name in error


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--crs", "EPSG:99999"), "99999"),
        (("--code", "nope"), "nope"),
        (("--as", "nobody"), "nobody"),
        (("--encoding", "klingon"), "klingon"),
        (("--level", "district", "--root", "X"), "X"),
    ],
)
def test_an_option_that_cannot_be_met_is_one_line_that_names_it(wangge, sound, words, says):
    code, _, error = wangge(sound, *words)

    assert code == 1
    assert len(error.splitlines()) == 1
    assert says in error


@pytest.mark.parametrize("words", [(), ("--level", "street"), ("--no-such",)])
def test_wrong_usage_ends_with_two(wangge, sound, words):
    code, _, error = wangge(*((sound, *words) if words else ()))

    assert code == 2
    assert len(error.splitlines()) == 1


def test_the_counties_as_published_need_mending(wangge, shared_data, count):
    path = shared_data / "counties_as_published.geojson"

    code, said, _ = wangge(path, "--level", "district")
    assert code == 1
    assert said.count("ring.invalid") == 27
    assert "datum.gcj02_possible" in said

    code, said, _ = wangge(path, "--level", "district", "--mend")
    assert code == 0
    assert "已修补 27 行" in said
    assert count(Area) == 42


def test_the_parents_of_beijings_subdistricts_are_in_no_file(wangge, shared_data, count):
    words = (
        shared_data / "beijing_subdistricts.geojson",
        "--level",
        "subdistrict",
        "--parent",
        "parent_code",
    )

    code, said, _ = wangge(*words)
    assert code == 1
    assert said.count("parent.orphan") == 343
    assert count(Area) == 0

    code, said, _ = wangge(*words, "--create-parents")
    assert code == 0
    assert count(Area) == 343 + 16


def test_chicago_is_outside_china(wangge, shared_data, count):
    path = shared_data / "chicago_community_areas.geojson"

    assert wangge(path)[0] == 1
    code, said, _ = wangge(path, "--root", "chicago", "--allow-outside-china")

    assert code == 0
    assert "新增 77" in said
    assert count(Boundary) == 77
