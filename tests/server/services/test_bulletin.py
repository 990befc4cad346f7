"""A bulletin says what the statistics count: in its text, its tables and its charts, on the page and in Word."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import docx
import pytest
from openpyxl import load_workbook
from openpyxl.chart.chartspace import ChartSpace
from openpyxl.xml.functions import fromstring, tostring

from server.errors import InputError
from server.services import bulletin, intake, issues, listing, statistics
from server.services.bulletin.periods import before_said, dates_said, said
from server.services.bulletin.sample import sample
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.statistics import Period
from server.words import speaking
from tests.wandered import END, history

ZONE = ZoneInfo("Asia/Shanghai")
AREA = "990101001"


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking("zh"):
        yield


@pytest.fixture
def wandered(store, town, clock, shelf):
    history(store, town, shelf)
    clock.at = END


def gathered(tx, actor, area=AREA, **given):
    period = bulletin.chosen(given, tx.now, tx.config.zone)
    return bulletin.gather(tx, actor, area, period)


def number(pattern, text):
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return found[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_numbers_of_the_text_are_those_of_the_statistics(store, town, wandered):
    actor = town.actors["supervisor_li"]
    with store.read() as tx:
        report = gathered(tx, actor, period="year")
        period = statistics.period_of({"period": "year"}, tx.now, tx.config.zone)
        figures = {one.key: one for one in statistics.summary(tx, actor, Filters(area=AREA), period)}
        again = listing.count(
            tx, actor, Filters(area=AREA, since=period.since, until=period.until, again=True)
        )
    text = {one.key: one.text for one in bulletin.sections(report)}
    overview = text["overview"]
    assert overview.startswith("今年以来，西苑街道共收集社情民意信息 ")
    assert int(number(r"社情民意信息 (\d+) 条", overview)) == figures["new"].value > 0
    assert int(number(r"办结 (\d+) 件；", overview)) == figures["closed"].value > 0
    assert int(number(r"到期应办结 (\d+) 件", overview)) == figures["on_time"].denominator > 0
    assert int(number(r"按期办结 (\d+) 件", overview)) == figures["on_time"].counted
    assert int(number(r"未结 (\d+) 件", overview)) == figures["open"].value > 0
    assert int(number(r"其中超期 (\d+) 件", overview)) == figures["overdue"].value
    for key, name in (
        ("on_time", "按期办结率"),
        ("response", "响应率"),
        ("resolution", "解决率"),
        ("satisfaction", "满意度[达为]"),
    ):
        assert float(number(rf"{name} ([\d.]+)%", overview)) == pytest.approx(
            figures[key].value * 100, abs=0.05
        )
    kinds = re.findall(r"(\d+) 件（占", text["concerns"])
    assert sum(map(int, kinds)) == figures["new"].value == sum(one.new for one in report.kinds)
    assert int(number(r"诉求中有 (\d+) 件", text["repeated"])) == again > 0
    assert (
        sum(one.closed for one in report.places)
        == figures["closed"].value
        == sum(one.closed or 0 for one in report.steps)
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_word_holds_the_same_text_tables_and_charts_that_office_programs_read(store, town, wandered):
    actor = town.actors["supervisor_li"]
    with store.read() as tx:
        report = gathered(tx, actor, period="year")
        template, heat = bulletin.template_of(tx), bulletin.heat_of(tx, actor, AREA, report.period)
        opened = docx.Document(io.BytesIO(bulletin.make(report, template.content, template.file, heat)))
    told = [one.text for one in opened.paragraphs]
    assert told[0] == "西苑街道社情民意工作简报"
    for heading, one in bulletin.numbered(bulletin.sections(report)):
        assert told[told.index(heading) + 1] == one.text
    kinds, places = ([[cell.text for cell in row.cells] for row in table.rows] for table in opened.tables)
    assert {(row[0], int(row[1]), int(row[2])) for row in kinds[1:-1]} == {
        (one.name, one.new, one.closed) for one in report.kinds
    }
    assert [(row[0], int(row[1]), int(row[3])) for row in places[1:-1]] == [
        (one.name, one.new, one.overdue) for one in report.places
    ]
    assert int(places[-1][2]) == report.figures["closed"].value
    assert not [one for one in (*told, *(cell for row in kinds + places for cell in row)) if "{" in one]
    parts = {str(one.partname): one.blob for one in opened.part.package.iter_parts()}
    assert heat in parts.values()
    charts = [blob for name, blob in parts.items() if "/charts/" in name]
    assert len(charts) == len(opened.inline_shapes) - 1 == 2
    for blob in charts:
        _in_the_schemas_order(blob)
    books = [load_workbook(io.BytesIO(blob)).active for name, blob in parts.items() if name.endswith(".xlsx")]
    rows = {
        name: count
        for name, count, *_rest in next(book for book in books if book.max_column == 2).iter_rows(
            min_row=2, values_only=True
        )
    }
    assert rows == {one.name: one.new for one in report.kinds if one.new}


def _in_the_schemas_order(blob):
    """Hold a chart against another library's idea of the schema: it writes the elements it read in their order."""

    def order(element):
        return [(child.tag, order(child)) for child in element if child.tag.rpartition("}")[2] in ORDERED]

    mine = fromstring(re.sub(rb"<c:externalData.*</c:externalData>", b"", blob))  # it knows no r:id
    theirs = fromstring(tostring(ChartSpace.from_tree(mine).to_tree()))
    assert order(mine) == order(theirs) != []


ORDERED = {"chart", "plotArea", "barChart", "lineChart", "ser", "idx", "order", "tx", "cat", "val", "barDir", "grouping", "varyColors",
           "dLbls", "gapWidth", "axId", "catAx", "valAx", "scaling", "delete", "axPos", "majorGridlines", "numFmt", "majorTickMark",
           "minorTickMark", "tickLblPos", "crossAx", "crosses", "lblAlgn", "lblOffset", "crossBetween", "legend", "plotVisOnly",
           "dispBlanksAs", "spPr", "txPr", "marker", "symbol", "size"}  # fmt: skip


def test_what_was_done_adds_up_and_no_word_of_a_resident_is_in_it(store, town, clock):
    for amount, money in (("18000", "700000"), ("482", "23500")):
        with store.write() as tx:
            draft = Draft(
                "road_damage",
                "phone",
                "张三丰说门口的路坏了",
                lon=122.015,
                lat=37.015,
                reporter_phone="13812345678",
            )
            number_of = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        given = {"outcome": "补好了张三丰家门口的路", "quantity": amount, "unit": "平方米", "money": money}
        for login, action, facts in (
            ("worker_lin", "settle", given), ("leader_zhao", "pass", {}),
            ("dispatcher_qian", "survey", {"contacted": "yes", "satisfaction": "satisfied"}),
        ):  # fmt: skip
            with store.write() as tx:
                issues.act(tx, town.actors[login], number_of, action, facts)
    clock.at += timedelta(hours=1)
    with store.read() as tx:
        report = gathered(tx, town.actors["supervisor_li"])
        template = bulletin.template_of(tx)
        opened = docx.Document(io.BytesIO(bulletin.make(report, template.content, template.file)))
    text = "".join(one.text for one in bulletin.sections(report))
    assert "修补道路 18482 平方米；投入资金 72.35 万元，用于 2 件事。" in text
    everything = text + "".join(one.text for one in opened.paragraphs)
    assert not [word for word in ("张三丰", "13812345678", "林晓", "补好了") if word in everything]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_a_period_without_anything_no_rate_and_no_comparison_is_told(store, town):
    with store.read() as tx:
        report = gathered(tx, town.actors["supervisor_li"], since="2025-01-01", until="2025-01-31")
        assert [one.key for one in bulletin.sections(report)] == ["overview"]
        text = bulletin.sections(report)[0].text
        assert text.startswith("2025 年 1 月，西苑街道没有收到社情民意信息。")
        assert text.endswith("办结 0 件；尚无到期事件。目前未结 0 件，其中超期 0 件。尚无回访结果。")
        template = bulletin.template_of(tx)
        opened = docx.Document(io.BytesIO(bulletin.make(report, template.content, template.file)))
        assert len(opened.inline_shapes) == 1  # the trend; no bars of nothing, no picture


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bulletin_is_of_the_askers_area_and_no_other(store, town):
    with store.read() as tx:
        leader = town.actors["leader_zhao"]
        assert bulletin.area_for(tx, leader, "") == "990101001001"
        assert bulletin.area_for(tx, town.actors["supervisor_li"], "") == AREA
        assert [one.name for one in gathered(tx, leader, "990101001001").places][:1] == ["文峰社区第一网格"]
        with pytest.raises(InputError):
            bulletin.area_for(tx, leader, "990101002")


MARCH = datetime(2026, 3, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "name", "before", "dates"),
    [
        ({"period": "year"}, "今年以来", "去年同期", "2026 年 1 月 1 日至 3 月 10 日"),
        ({"period": "month"}, "本月", "上月同期", "2026 年 3 月 1 日至 3 月 10 日"),
        ({}, "本月", "上月同期", "2026 年 3 月 1 日至 3 月 10 日"),
        ({"period": "last_month"}, "上月", "前一个月", "2026 年 2 月"),
        ({"period": "last_year"}, "去年", "前一年", "2025 年"),
        ({"period": "week"}, "本周", "上周同期", "2026 年 3 月 9 日至 3 月 10 日"),
        ({"period": "last_week"}, "上周", "前一周", "2026 年 3 月 2 日至 3 月 8 日"),
        ({"period": "last_quarter"}, "上季度", "前一季度", "2025 年 10 月 1 日至 12 月 31 日"),
        ({"since": "2026-02-03", "until": "2026-02-09"}, "2026 年 2 月 3 日至 2 月 9 日", "前一时段", "2026 年 2 月 3 日至 2 月 9 日"),
        ({"since": "2025-12-30", "until": "2026-01-02"}, "2025 年 12 月 30 日至 2026 年 1 月 2 日", "前一时段", "2025 年 12 月 30 日至 2026 年 1 月 2 日"),
        ({"since": "2026-03-01", "until": "2026-05-31"}, "2026 年 3 月 1 日至 3 月 10 日", "前一时段同期", "2026 年 3 月 1 日至 3 月 10 日"),
        ({"since": "2026-03-09", "until": "2026-03-09"}, "2026 年 3 月 9 日", "前一时段", "2026 年 3 月 9 日"),
    ],
)  # fmt: skip
def test_a_period_is_said_as_people_say_it(given, name, before, dates):
    period = bulletin.chosen(given, MARCH, ZONE)
    assert (said(period, MARCH), before_said(period, MARCH), dates_said(period, MARCH)) == (
        name,
        before,
        dates,
    )


@pytest.mark.parametrize(
    "given",
    [{"period": "decade"}, {"period": "between"}, {"period": "week", "since": "2026-01-01"}, {"until": "2026-01-01"},
     {"since": "2026-02-01", "until": "2026-01-01"}, {"since": "1066-10-14"}, {"since": "gestern"}],
)  # fmt: skip
def test_an_absurd_period_is_refused(given):
    with pytest.raises(InputError):
        bulletin.chosen(given, MARCH, ZONE)


def test_a_whole_bulletin_speaks_english_too():
    with speaking("en"):
        report = sample(MARCH, ZONE)
        text = " ".join(
            f"{heading} {one.text}" for heading, one in bulletin.numbered(bulletin.sections(report))
        )
        assert bulletin.titles(report).period == "February 2026"
    assert not re.search("[\u3000-\u9fff]", text)
    for said_in_it in ("1. In general Last month, 20 concerns were recorded in Sample, on Sample", "100% more than in the month before (10)",
                       "Roads mended: 18482", "723500 yuan", "45 points above the month before"):  # fmt: skip
        assert said_in_it in text, said_in_it


def test_the_sample_is_told_in_the_houses_style():
    text = {one.key: one.text for one in bulletin.sections(sample(MARCH, ZONE))}
    assert list(text) == ["overview", "concerns", "outcomes", "hotspots", "best", "repeated"]
    assert text["overview"].startswith(
        "上月，样例共收集社情民意信息 20 条，涉及样例方面，比前一个月（10 条）上升 100%。"
    )
    assert text["best"] == "按期办结率较高的社区有样例（90%）。"
    assert Period.preset("month", MARCH, ZONE).previous() == sample(MARCH, ZONE).period


def test_what_was_not_counted_is_not_told_and_and_others_only_where_there_are_others():
    one = sample(MARCH, ZONE)
    figures = {**one.figures, "satisfaction": replace(one.figures["satisfaction"], value=None)}
    groups = tuple(replace(one.groups[0], name=name) for name in "甲乙丙丁戊己")
    text = bulletin.sections(replace(one, figures=figures, groups=groups))[0].text
    assert "涉及甲、乙、丙、丁、戊等方面" in text
    assert text.endswith("经回访统计，响应率 90%，解决率 90%。")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_compared_with_a_time_before_the_first_issue(store, town, clock):
    actor = town.actors["dispatcher_qian"]
    with store.write() as tx:
        intake.report(tx, actor, Draft("heating", "phone", "不热", lon=122.015, lat=37.015))
    with store.read() as tx:
        told = bulletin.sections(gathered(tx, town.actors["supervisor_li"]))[0].text
    assert "1 条，涉及水电气暖方面。" in told
    clock.at += timedelta(days=31)
    with store.read() as tx:
        told = bulletin.sections(gathered(tx, town.actors["supervisor_li"]))[0].text
    assert "没有收到社情民意信息" in told
