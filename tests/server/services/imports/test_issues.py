"""A file of issues comes in whole, once, with every refused row named."""

import csv
from datetime import datetime, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import event, func, select
from sqlalchemy import text as sql

from server.errors import Busy, InputError, StoreError
from server.models import Entry, Import, Issue
from server.services.imports import runs
from server.services.imports.issues import import_issues
from server.services.imports.mapping import IssueOptions
from server.services.imports.profiles import load_profile, save_profile
from server.services.imports.values import read_map
from server.services.ledger import broken_chains
from server.services.people import system_actor
from server.workflow import State
from tests.positions import KEPT, SYSTEMS, given_in

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rows are read alike for both
HEADER = "编号,类别,描述,经度,纬度,上报时间\n"
GOOD = "{number},heating,暖气不热,122.015,37.015,2026-03-01 08:05\n"
EIGHTH = "990101001001008"


class Interrupted(BaseException):
    """Stands for whatever ends a run half-way."""


@pytest.fixture
def bring(store, town, tmp_path):
    """Import text as a file; gives report and the rows of the rejects file."""

    def bring(text, name="a.csv", on_progress=lambda _now: None, batch=500, **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        rejects = tmp_path / "rejects.csv"
        report = import_issues(
            store,
            system_actor(),
            path,
            IssueOptions(**options),
            rejects=rejects,
            batch=batch,
            on_progress=on_progress,
        )
        return report, refused_rows(rejects)

    return bring


def refused_rows(path):
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def many(count, start=1):
    return HEADER + "".join(GOOD.format(number=n) for n in range(start, start + count))


def issues_in(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Issue))


def test_rows_become_issues_at_their_workers(bring, store, town):
    report, rejects = bring(many(3))
    assert (report.counts["in"], report.counts["held"], rejects) == (3, {"assigned": 3}, [])
    with store.read() as tx:
        rows = tx.session.scalars(select(Issue)).all()
        assert {(row.area_id, row.holder_person_id) for row in rows} == {
            (town.areas[EIGHTH], town.people["worker_lin"])
        }
        assert {row.reported_at.isoformat() for row in rows} == {"2026-03-01T00:05:00+00:00"}
        assert broken_chains(tx) == []


def test_the_number_of_the_hotline_is_kept_with_the_issue(bring, store, town):
    bring(many(1).replace("编号", "工单编号").replace("\n1,", "\nWO-1,"))
    with store.read() as tx:
        assert tx.session.scalars(select(Issue.external_number)).all() == ["WO-1"]


def test_a_file_imported_again_changes_nothing(bring, store):
    bring(many(3))
    report, _rejects = bring(many(3))
    assert (report.counts["in"], report.counts["there"], issues_in(store)) == (0, 3, 3)


def test_a_later_export_of_the_same_system_brings_only_what_is_new(bring, store):
    bring(many(3), source_system="hotline")
    report, _rejects = bring(many(3, start=2), name="b.csv", source_system="hotline")
    assert (report.counts["in"], report.counts["there"], issues_in(store)) == (1, 2, 4)


def test_a_number_given_twice_in_a_file_is_refused_the_second_time(bring, store):
    text = HEADER + GOOD.format(number=7) + GOOD.format(number=8) + GOOD.format(number=7)
    report, rejects = bring(text, source_system="hotline")
    assert (report.counts["in"], report.counts["rejected"]) == (2, 1)
    assert rejects[0][:3] == ["4", "编号", "7"]


def test_a_number_whose_first_row_was_refused_may_come_again(bring):
    text = HEADER + "7,heating,x,0,0,2026-03-01\n" + GOOD.format(number=7)
    report, rejects = bring(text, source_system="hotline")
    assert (report.counts["in"], len(rejects)) == (1, 1)


def test_without_a_system_rows_are_known_by_their_line(bring, store):
    report, _rejects = bring(HEADER + GOOD.format(number=7) * 2)
    assert report.counts["in"] == 2


@ON_ONE
@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,heating,x,,,2026-03-01", "经度"),
        ("1,heating,x,nan,37,2026-03-01", "经度"),
        ("1,heating,x,inf,37,2026-03-01", "经度"),
        ("1,heating,x,0,0,2026-03-01", "经度"),
        ("1,heating,x,37.015,122.015,2026-03-01", "纬度"),
        ("1,heating,x,abc,37,2026-03-01", "经度"),
        ("1,no_such,x,122.015,37.015,2026-03-01", "类别"),
        ("1,,x,122.015,37.015,2026-03-01", "类别"),
        ("1,heating,x,122.015,37.015,soon", "上报时间"),
        ("1,heating,x,122.015,37.015,2036-01-01", "上报时间"),
        ("1,heating," + "长" * 1_000_000 + ",122.015,37.015,2026-03-01", "描述"),
        ("1,heating,x,122.015,37.015,2026-03-01,more", ""),
    ],
    ids=["none", "nan", "inf", "null island", "swapped", "text", "category", "no category", "time", "future",
         "megabyte", "width"],
)  # fmt: skip
def test_a_bad_row_is_refused_by_row_and_column_and_the_others_come_in(bring, row, column):
    report, rejects = bring(HEADER + row + "\n" + GOOD.format(number=2))
    assert report.counts["in"] == 1
    assert [one[:2] for one in rejects] == [["2", column]]
    assert rejects[0][3]


@ON_ONE
def test_the_rejects_file_runs_no_formula(bring):
    _report, rejects = bring(HEADER + '1,"=HYPERLINK(""http://x"")",x,122.015,37.015,2026-03-01\n')
    assert rejects[0][2].startswith("'=")


def test_finished_history_comes_in_closed_without_clock_or_holder(bring, store):
    text = "category,lon,lat,created,status,ended\n"
    text += (
        "heating,122.015,37.015,2026-01-01,Completed,2026-01-05\nheating,122.015,37.015,2026-01-01,Open,\n"
    )
    text += "heating,122.015,37.015,2026-01-01,Odd,\n"
    report, rejects = bring(
        text,
        columns={"state": "status", "closed_at": "ended", "description": "-"},
        state_map=read_map(["Completed=closed,Open=open"], ""),
    )
    assert report.counts["held"] == {"history": 1, "assigned": 1}
    assert rejects[0][:3] == ["4", "status", "Odd"]
    with store.read() as tx:
        closed = tx.session.scalars(select(Issue).where(Issue.state == State.CLOSED)).one()
        assert (closed.holder_person_id, closed.due_at) == (None, None)
        assert closed.ended_at.isoformat() == "2026-01-04T16:00:00+00:00"
        actions = tx.session.scalars(
            select(Entry.action).where(Entry.issue_id == closed.id).order_by(Entry.seq)
        )
        assert list(actions) == ["report", "import"]


@ON_ONE
def test_an_unknown_value_of_the_category_may_be_mapped(bring, store):
    text = HEADER + "1,Garbage,x,122.015,37.015,2026-03-01\n2,Odd,x,122.015,37.015,2026-03-01\n"
    bring(text, category_map={"garbage": "sanitation", "*": "heating"})
    with store.read() as tx:
        assert set(tx.session.scalars(select(Issue.category))) == {"sanitation", "heating"}


@ON_ONE
def test_agreement_with_an_official_column_is_counted(bring):
    text = "category,lon,lat,official\n"
    text += f"heating,122.015,37.015,{EIGHTH}\nheating,122.015,37.015,{EIGHTH}.0\n"
    text += f"heating,122.01999,37.015,990101001002001\nheating,122.00999,37.015,{EIGHTH}\n"
    text += "heating,122.015,37.015,elsewhere\nheating,122.015,37.015,\n"
    report, _rejects = bring(text, columns={"check": "official", "description": "-"})
    assert report.counts["check"] == {"rows": 5, "same": 2, "border": 1}


@pytest.mark.parametrize("source_system", ["", "hotline"])
def test_a_run_that_broke_off_goes_on_and_neither_loses_nor_doubles(bring, store, source_system):
    text = many(5) + "6,heating,x,0,0,2026-03-01\n" + many(6, start=7).removeprefix(HEADER)
    text += "13,heating,x,0,0,2026-03-01\n" + GOOD.format(number=3)

    def stop(now):
        if now.rows >= 6:
            raise Interrupted

    with pytest.raises(Interrupted):
        bring(text, batch=2, on_progress=stop, source_system=source_system)
    report, rejects = bring(text, batch=3, source_system=source_system)
    twice = bool(source_system)
    assert (report.is_resumed, report.rows) == (True, 8)
    assert issues_in(store) == report.counts["in"] == 12 - twice
    assert (report.counts["rows"], report.counts["there"]) == (14, 0)
    assert [one[0] for one in rejects] == ["7", "14", *(["15"] if twice else [])]


def test_rejects_that_were_lost_meanwhile_are_written_again(bring, store, tmp_path):
    text = HEADER + "1,heating,x,0,0,2026-03-01\n" + many(4, start=2).removeprefix(HEADER)

    def stop(now):
        if now.rows >= 4:
            raise Interrupted

    with pytest.raises(Interrupted):
        bring(text, batch=2, on_progress=stop)
    (tmp_path / "rejects.csv").unlink()
    report, rejects = bring(text, batch=2)
    assert (report.counts["in"], report.counts["there"], issues_in(store)) == (4, 0, 4)
    assert [one[0] for one in rejects] == ["2"]


def test_a_second_import_is_refused_while_one_runs_and_names_it(bring, store):
    def meanwhile(_now):
        with pytest.raises(Busy) as refused:
            bring(many(1), name="b.csv")
        assert (refused.value.code, refused.value.values["file"]) == ("import.running", "a.csv")

    report, _rejects = bring(many(2), on_progress=meanwhile)
    assert (report.counts["in"], issues_in(store)) == (2, 2)


def test_an_import_without_a_sign_of_life_stands_in_nobodys_way(store, clock):
    first = runs.begin(store, "issues", "a.csv", "d1", {}, None)
    clock.at += runs.DEAD_AFTER + timedelta(seconds=1)
    runs.begin(store, "issues", "b.csv", "d2", {}, None)
    with pytest.raises(Busy) as stopped, store.write() as tx:
        first.advance(tx, 1, {})
    assert stopped.value.code == "import.taken_over"


def test_an_import_whose_process_is_gone_may_be_taken_over_at_once(store, clock):
    run = runs.begin(store, "issues", "a.csv", "d1", {"x": 1}, None)
    with store.write() as tx:
        record = tx.session.get(Import, run.id)
        record.options = {**record.options, "process": {**record.options["process"], "begun": "0"}}
    clock.at += timedelta(seconds=1)
    again = runs.begin(store, "issues", "a.csv", "d1", {"x": 1}, None)
    assert (again.id, again.is_resumed) == (run.id, True)


@ON_ONE
def test_options_that_cannot_be_meant_are_refused_before_anything_is_written(bring, store):
    for options in (
        {"default_category": "no_such"},
        {"default_source": "no_such"},
        {"crs": "mars"},
        {"state_map": {"x": "maybe"}},
        {"columns": {"lon": "no such column"}},
    ):
        with pytest.raises(InputError):
            bring(many(1), **options)
    with pytest.raises(InputError) as refused:
        bring("a,b\n1,2\n")
    assert refused.value.code == "import.columns"
    with store.read() as tx:
        assert tx.session.scalars(select(Import)).all() == []


@ON_ONE
def test_the_input_is_never_its_own_rejects_file(store, town, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(many(1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        import_issues(store, system_actor(), path, IssueOptions(), rejects=path)
    assert refused.value.code == "import.rejects_is_file"


@ON_ONE
@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_file_comes_in_any_system_and_each_original_is_kept(bring, store, crs):
    x, y = given_in(crs, 122.015, 37.015)
    text = HEADER + f"1,heating,暖气不热,{x!r},{y!r},2026-03-01 08:05\n"
    report, _rejects = bring(text, crs=crs)
    assert report.counts["how"] == {"inside": 1}
    with store.read() as tx:
        row = tx.session.scalars(select(Issue)).one()
    assert (row.lon, row.lat) == pytest.approx((122.015, 37.015), abs=1e-9)
    assert (row.reported_lon, row.reported_lat, row.reported_crs) == (x, y, KEPT.get(crs, crs))


@ON_ONE
def test_rows_that_their_plane_cannot_have_are_refused_with_column_and_reason(bring):
    x, y = given_in("EPSG:4550", 122.015, 37.015)
    rows = [(x, y), (y, x), (122.015, 37.015), (x + 41_000_000, y), ("", "")]
    text = HEADER + "".join(f"1,heating,暖气不热,{a},{b},2026-03-01 08:05\n" for a, b in rows)
    report, rejects = bring(text, crs="EPSG:4550")
    assert report.counts["in"] == 1
    assert [row[:2] for row in rejects] == [["3", "纬度"], ["4", "经度"], ["5", "经度"], ["6", "经度"]]
    assert ["写反" in row[3] for row in rejects] == [True, False, False, False]
    assert all("EPSG:4550" in row[3] for row in rejects[1:3])


def test_a_profile_keeps_options(store):
    options = IssueOptions(
        columns={"lon": "x", "description": "-"}, default_category="heating", state_map={"done": "closed"}
    )
    for _time in range(2):
        with store.write() as tx:
            save_profile(tx, "issues", "热线", options.given)
    with store.read() as tx:
        assert IssueOptions(**load_profile(tx, "issues", "热线")) == options
        with pytest.raises(InputError):
            load_profile(tx, "issues", "none")


def test_a_full_disk_stops_an_import_that_then_goes_on(bring, store):
    if not store.on_sqlite:
        pytest.skip("max_page_count is SQLite's way to simulate a full disk")
    text = many(600)
    with store.read() as tx:
        pages = tx.session.execute(sql("PRAGMA page_count")).scalar_one()

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages + 60}")

    event.listen(store.engine, "connect", limit)
    store.engine.dispose()
    with pytest.raises(StoreError) as refused:
        bring(text, batch=50)
    assert refused.value.code == "store.full"
    event.remove(store.engine, "connect", limit)
    store.engine.dispose()
    before = issues_in(store)
    report, _rejects = bring(text, batch=50)
    assert 0 < before < 600
    assert (report.is_resumed, report.counts["in"], issues_in(store)) == (True, 600, 600)


@ON_ONE
def test_a_workbook_of_issues_comes_in_with_its_own_dates(store, town, tmp_path):
    book = Workbook()
    book.active.append(["类别", "经度", "纬度", "上报时间", "描述"])
    at = datetime(2026, 3, 1, 8, 5)  # noqa: DTZ001 - a spreadsheet's date has no zone
    book.active.append(["供暖不热", 122.015, 37.015, at, "暖气不热"])
    book.active.append(["供暖不热", "=1+121", 37.015, at, "没有结果的公式"])
    book.save(tmp_path / "a.xlsx")
    rejects = tmp_path / "rejects.csv"
    report = import_issues(store, system_actor(), tmp_path / "a.xlsx", IssueOptions(), rejects=rejects)
    assert (report.counts["in"], [row[:2] for row in refused_rows(rejects)]) == (1, [["3", "经度"]])
    with store.read() as tx:
        assert tx.session.scalars(select(Issue.reported_at)).one().isoformat() == "2026-03-01T00:05:00+00:00"


@ON_ONE
def test_a_file_without_a_known_description_is_refused_unless_there_is_none(bring):
    text = "经度,纬度,类别,说的话\n122.015,37.015,heating,暖气不热\n"
    with pytest.raises(InputError) as refused:
        bring(text)
    assert refused.value.code == "import.no_description"
    assert "说的话" in refused.value.values["known"]
    report, _rejects = bring(text, columns={"description": "-"})
    assert (report.counts["in"], report.unused) == (1, ("说的话",))
