"""The tables that ship with the program say where they come from and hold what the rules need."""

import csv
import re
from pathlib import Path

import pytest

from server.services.rules import ALL, STAGES, shipped_limits

DATA = Path(__file__).resolve().parents[1] / "data"
FILES = sorted(path for path in DATA.iterdir() if path.is_file() and path.name != "README.md")
TABLES = [path for path in FILES if path.suffix == ".csv"]
NEEDED = [
    "供暖不热",
    "顶棚破损",
    "停车位",
    "防火门损坏",
    "地砖破损",
    "太阳能松动",
    "污水外溢",
    "路灯不亮",
    "垃圾桶不足",
    "下水道堵塞",
    "化粪池",
    "道路破损",
    "水井旁脏乱差",
    "小区门口拥堵",
    "邻里纠纷",
    "养犬",
    "欠薪",
    "其他",
    "环境卫生",
]


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def categories():
    return rows("categories.csv")


@pytest.fixture(scope="module")
def readme():
    return (DATA / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_is_named_in_the_readme_with_source_licence_and_crs(path, readme):
    line = next((line for line in readme.splitlines() if line.startswith(f"| {path.name} |")), "")
    what, source, crs = [part.strip() for part in line.strip("|").split("|")[1:]] or [""] * 3
    assert what
    assert "MIT" in source
    assert crs


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_each_column_is_explained_in_the_readme(path, readme):
    section = readme.split(f"## {path.name}")[1].split("\n## ")[0]
    named = {name for line in section.splitlines() for name in line.split("|")[1:2]}
    explained = {name.strip() for names in named for name in names.split(",")}
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert set(header) <= explained


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_each_table_is_plain_utf_8_with_full_rows(path):
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    table = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert {len(row) for row in table} == {len(table[0])}
    assert all(value == value.strip() for row in table for value in row)


def test_category_codes_and_names_are_unique(categories):
    for column in ("code", "name", "name_en"):
        values = [row[column].casefold() for row in categories]
        assert len(values) == len(set(values))


def test_category_codes_are_stable_english_names(categories):
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", row["code"]) for row in categories)


@pytest.mark.parametrize("name", NEEDED)
def test_every_kind_of_issue_that_was_asked_for_is_there(name, categories):
    assert name in {row["name"] for row in categories}


def test_the_general_categories_have_their_known_codes(categories):
    names = {row["code"]: row["name"] for row in categories}
    assert (names["other"], names["sanitation"]) == ("其他", "环境卫生")


def test_each_group_has_one_name_in_each_language(categories):
    names = {(row["group"], row["group_name"], row["group_name_en"]) for row in categories}
    assert len(names) == len({group for group, _, _ in names}) == len({name for _, name, _ in names})


def test_limits_are_positive_numbers_of_a_known_unit(categories):
    limits = shipped_limits()
    assert {category for category, _, _ in limits} <= {row["code"] for row in categories} | {ALL}
    assert {stage for _, stage, _ in limits} == set(STAGES)
    assert all(limit.amount > 0 for limit in limits.values())
    assert all((ALL, stage, urgent) in limits for stage in STAGES for urgent in (False, True))


def test_only_what_is_urgent_runs_on_the_wall_clock_by_the_hour(categories):
    assert all((limit.kind == "urgent_hour") == urgent for (_, _, urgent), limit in shipped_limits().items())


def test_somebody_must_be_at_a_loose_solar_heater_within_the_hour():
    limit = shipped_limits()["solar_heater_loose", "total", True]
    assert (limit.kind, limit.amount) == ("urgent_hour", 1)


def test_stage_limits_of_short_matters_leave_time_for_handling(categories):
    limits = shipped_limits()
    for row in categories:
        urgent = row["urgent"] == "yes"
        total, dispatch, take = (
            limits.get((row["code"], stage, urgent)) or limits[ALL, stage, urgent]
            for stage in ("total", "dispatch", "take")
        )
        if total.kind in {"urgent_hour", "work_hour"}:
            assert dispatch.amount + take.amount < total.amount, row["code"]


def test_code_schemes_add_up_to_their_length():
    schemes = {row["scheme"]: row for row in rows("code_schemes.csv")}
    lengths = {
        name: sum(int(part) for part in row["segments"].split("+") if part) for name, row in schemes.items()
    }
    assert lengths == {"cell15": 15, "community12": 12, "free": 0}
    assert all(row["segments"].count("+") == row["levels"].count("+") for row in schemes.values())
