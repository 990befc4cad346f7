"""Each command does what it says on both stores."""

import csv
import json
import os
from pathlib import Path

import pytest
import shapely
from sqlalchemy import text

from server.models import Person
from tests.personas import SIDE

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # a command asks services that are tried on both
HEADER = "编号,类别,描述,经度,纬度,上报时间\n"
GOOD = "{number},heating,暖气不热,122.015,37.015,2026-03-01 08:05\n"


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def table(tmp_path):
    """A file with two good rows and a bad one."""
    path = tmp_path / "issues.csv"
    path.write_text(
        HEADER + GOOD.format(number=1) + GOOD.format(number=2) + "3,heating,x,0,0,2026-03-01\n", "utf-8"
    )
    return path


@pytest.fixture
def imported(wangge, town, table, tmp_path):
    """The result of importing it."""
    return wangge("import", "issues", table, "--rejects", tmp_path / "no.csv", "--check-column", "编号")


def test_an_import_ends_with_a_summary(imported, tmp_path):
    assert imported.exit_code == 0, imported.output
    for words in (
        "3 行",
        "已导入 2 件",
        "在网格内：2",
        "已派给当值人：2",
        "未导入：1",
        "no.csv",
        "编号",
        "行/秒",
    ):
        assert words in imported.output
    assert (tmp_path / "no.csv").exists()


@ON_ONE
def test_an_import_of_nothing_good_is_an_error(wangge, town, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "3,heating,x,0,0,2026-03-01\n", encoding="utf-8")
    assert wangge("import", "issues", path, "--rejects", tmp_path / "no.csv").exit_code == 1


@ON_ONE
def test_a_profile_saved_once_serves_again(wangge, town, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("甲,乙,丙\n122.015,37.015,坏了\n", encoding="utf-8")
    named = ("--lon", "甲", "--lat", "乙", "--description", "丙", "--default-category", "heating")
    keep = ("--rejects", tmp_path / "no.csv")
    assert wangge("import", "issues", path, *named, *keep, "--save-profile", "mine").exit_code == 0
    path.write_text("甲,乙,丙\n122.015,37.015,又坏了\n", encoding="utf-8")
    again = wangge("import", "issues", path, *keep, "--profile", "mine")
    assert (again.exit_code, "已导入 1 件" in again.output) == (0, True)
    assert wangge("import", "issues", path, *keep, "--profile", "other").exit_code == 1


@ON_ONE
def test_issues_may_be_brought_in_under_a_name(wangge, town, table, store, tmp_path):
    done = wangge("import", "issues", table, "--rejects", tmp_path / "no.csv", "--as", "dispatcher_qian")
    assert done.exit_code == 0
    with store.read() as tx:
        reporters = tx.session.scalars(text("SELECT DISTINCT reporter_person_id FROM issue")).all()
    assert reporters == [town.people["dispatcher_qian"]]
    assert wangge("import", "issues", table, "--as", "nobody").exit_code == 1


@ON_ONE
def test_people_come_in_with_their_logins_shown(wangge, town, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("姓名,岗位,社区\n王芳,网格长,天隆社区\n", encoding="gbk")
    done = wangge("import", "people", path)
    assert (done.exit_code, "wangfang" in done.output) == (0, True)
    path.write_text("姓名,岗位,社区\n王芳,飞行员,天上\n", encoding="utf-8")
    faulty = wangge("import", "people", path)
    assert faulty.exit_code == 1
    assert len(faulty.stderr.strip().splitlines()) == 3


def test_exports_hold_what_was_imported(wangge, imported, tmp_path):
    assert wangge("export", "issues", "-o", tmp_path / "a.csv").exit_code == 0
    rows = rows_of(tmp_path / "a.csv")
    assert [row["经度"] for row in rows] == ["122.015", "122.015"]
    assert wangge("export", "issues", "-o", tmp_path / "a.geojson", "--state", "closed").exit_code == 0
    assert json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))["features"] == []
    assert wangge("export", "issues", "-o", tmp_path / "b.csv", "--state", "no").exit_code == 1
    assert not list(tmp_path.glob("*b.csv*"))


@ON_ONE
def test_exported_cells_are_the_cells(wangge, town, tmp_path):
    assert wangge("export", "cells", "-o", tmp_path / "cells.geojson").exit_code == 0
    features = json.loads((tmp_path / "cells.geojson").read_text(encoding="utf-8"))["features"]
    assert len(features) == 6
    shapes = {one["id"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in features}
    assert shapes["990101001001008"].equals(shapely.box(122.01, 37.01, 122.01 + SIDE, 37.01 + SIDE))
    assert features[0]["properties"]["parent"] == "990101001001"


@ON_ONE
def test_points_are_located_without_a_store(wangge, town, tmp_path):
    wangge("export", "cells", "-o", tmp_path / "cells.geojson")
    points = tmp_path / "points.csv"
    points.write_text("id,lon,lat\n1,122.015,37.015\n2,122.0203,37.025\n3,1,1\n4,,\n", encoding="utf-8")
    cells, out = tmp_path / "cells.geojson", tmp_path / "out.csv"
    done = wangge("locate", points, "--cells", cells, "-o", out, "--explain")
    assert done.exit_code == 0, done.output
    rows = rows_of(out)
    assert [(row["cell"][-3:], row["how"]) for row in rows] == [
        ("008", "inside"), ("", "outside"), ("", "outside"), ("", "no_position")
    ]  # fmt: skip
    assert wangge("locate", points, "--cells", points, "-o", tmp_path / "no.csv").exit_code == 1
    assert not (tmp_path / "no.csv").exists()


def test_the_doctor_finds_a_healthy_store_well(wangge, imported):
    done = wangge("doctor")
    assert (done.exit_code, "一切正常" in done.output) == (0, True)


def test_the_doctor_finds_what_was_changed_behind_the_programs_back(wangge, imported, store):
    with store.write() as tx:
        tx.session.execute(text("UPDATE issue SET state = 'closed', how = 'nearest' WHERE number LIKE '%1'"))
    done = wangge("doctor", lang="en")
    assert done.exit_code == 1
    assert "differs from its entries in state" in done.output
    assert "placing it anew" in done.output


@ON_ONE
def test_accounts_are_added_listed_and_given_passwords(wangge, town, store):
    added = wangge(
        "user", "add", "Xin", "--name", "辛一", "--role", "worker@990101001001001", given="long-enough\n"
    )
    assert added.exit_code == 0, added.output
    assert wangge("user", "add", "xin", "--name", "辛一", "--password", "long-enough").exit_code == 1
    assert wangge("user", "password", "xin", "--password", "short").exit_code == 1
    assert wangge("user", "password", "nobody", "--password", "long-enough").exit_code == 1
    assert "网格员@990101001001001" in wangge("user", "list").output
    with store.read() as tx:
        assert tx.session.query(Person).filter_by(login="xin").one().password_hash


@ON_ONE
def test_tokens_are_made_listed_and_revoked(wangge, town):
    made = wangge("token", "create", "worker_lin", "--name", "tablet", "--scopes", "read,report")
    assert made.stdout.startswith("wg_")
    listed = wangge("token", "list").output
    assert made.stdout.strip() not in listed
    assert "tablet\tread report" in listed
    assert wangge("token", "revoke", listed.split("\t")[0]).exit_code == 0
    assert "已撤销" in wangge("token", "list").output
    assert wangge("token", "revoke", "999").exit_code == 1
    assert wangge("token", "create", "worker_lin", "--scopes", "fly").exit_code == 1


@ON_ONE
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_an_export_replaces_nothing_but_regular_files(wangge, town, tmp_path, make):
    out = tmp_path / "something-else"
    make(out)
    answer = wangge("export", "cells", "-o", out)
    assert answer.exit_code == 1
    assert "something-else" in answer.output
    assert out.exists()
    assert not out.is_file()


@ON_ONE
def test_a_located_table_keeps_negative_numbers_and_guards_formulas(wangge, town, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("lon,lat,shift,note\n122.015,37.015,-1.5,=1+1\n", encoding="utf-8")
    wangge("export", "cells", "-o", tmp_path / "cells.geojson")
    out = tmp_path / "out.csv"
    assert wangge("locate", points, "--cells", tmp_path / "cells.geojson", "-o", out).exit_code == 0
    assert [(row["shift"], row["note"]) for row in rows_of(out)] == [("-1.5", "'=1+1")]
