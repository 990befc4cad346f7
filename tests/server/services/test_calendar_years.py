"""The calendar by year: an upload counts whole or not at all, and a year that is missed is told in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from textwrap import dedent

import pytest

from server.errors import InputError, InvalidRows, NotFound
from server.models import Issue
from server.services import audit, calendar_years, intake
from server.services.calendar_years import unpublished, unpublished_now
from server.services.drafts import Draft
from server.services.rules import rules_of

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # files are read alike for both

# As a person would write it before the notice is out: invented, not the State Council's.
YEAR_2027 = dedent(
    """\
    日期,类型,名称
    2027-01-01,放假,元旦
    2027/2/5,放假,春节
    2027年2月6日,放假,春节
    20270208,放假,春节
    2027-02-09,休,春节
    2027-02-20,上班,春节
    2027-05-03,holiday,劳动节
    2027-10-09,make_up,国庆节
    """
)


@pytest.fixture
def admin(town):
    return town.actors["admin_wu"]


@pytest.fixture
def upload(store, admin):
    def send(content, year=2027, name="2027年放假安排.csv"):
        body = content if isinstance(content, bytes) else content.encode()
        with store.write() as tx:
            return calendar_years.upload(tx, admin, year, name, body)

    return send


def year_of(store, year):
    with store.read() as tx:
        return next(one for one in calendar_years.listed(tx) if one.year == year)


def calendar_of(store):
    with store.read() as tx:
        return rules_of(tx).calendar


@ON_ONE
def test_the_shipped_years_and_the_next_unpublished_one_are_listed(store, town):
    with store.read() as tx:
        told = {one.year: one.source for one in calendar_years.listed(tx)}
    assert told == {2024: "shipped", 2025: "shipped", 2026: "shipped", 2027: "unpublished"}


@ON_ONE
def test_a_year_written_by_hand_in_chinese_is_taken_in(store, upload):
    upload(YEAR_2027)
    told, calendar = year_of(store, 2027), calendar_of(store)
    assert (told.source, told.holidays, told.make_up_days, told.who) == ("uploaded", 6, 2, "吴钢")
    assert told.file_name == "2027年放假安排.csv"
    assert not calendar.is_working_day(date(2027, 2, 8))  # a Monday
    assert calendar.is_working_day(date(2027, 2, 20))  # a Saturday
    assert not calendar.is_working_day(date(2027, 2, 6))  # a Saturday that is a holiday anyway
    assert calendar.is_working_day(date(2027, 2, 10))
    assert not calendar.unknown_years(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))


@ON_ONE
@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_the_encodings_of_office_programs_are_read(store, upload, encoding):
    upload(YEAR_2027.encode(encoding))
    with store.read() as tx:
        assert calendar_years.days_of(tx, 2027)[0].name == "元旦"


@ON_ONE
def test_the_shipped_file_itself_can_be_uploaded_year_by_year(store, upload):
    with store.read() as tx:
        shipped = calendar_years.days_of(tx, 2026)
    rows = "".join(f"{one.day},{one.kind},{one.name}\n" for one in shipped)
    upload("day,kind,name\n" + rows, 2026)
    with store.read() as tx:
        assert calendar_years.days_of(tx, 2026) == shipped


def test_an_upload_replaces_the_whole_year_and_its_removal_brings_the_shipped_one_back(store, upload, admin):
    upload("day,kind,name\n2026-03-11,holiday,停电\n", 2026)
    calendar = calendar_of(store)
    assert not calendar.is_working_day(date(2026, 3, 11))
    assert calendar.is_working_day(date(2026, 10, 1))  # the shipped holiday is gone with its year
    with store.write() as tx:
        calendar_years.remove(tx, admin, 2026)
    calendar = calendar_of(store)
    assert calendar.is_working_day(date(2026, 3, 11))
    assert not calendar.is_working_day(date(2026, 10, 1))


def test_an_upload_takes_the_place_of_an_earlier_one(store, upload):
    upload(YEAR_2027)
    upload("day,kind,name\n2027-01-04,holiday,元旦\n")
    told = year_of(store, 2027)
    assert (told.holidays, told.make_up_days) == (1, 0)


def test_uploads_of_one_year_at_once_come_one_after_another(store, upload):
    with ThreadPoolExecutor(4) as people:
        list(people.map(upload, [YEAR_2027] * 4))
    assert year_of(store, 2027).holidays == 6


def test_without_a_shipped_one_a_removed_year_is_unpublished_again(store, upload, admin):
    upload(YEAR_2027)
    with store.write() as tx:
        told = audit.by_keys(tx, [calendar_years.remove(tx, admin, 2027)])[0]
    assert (told.kind, told.given) == ("calendar.remove", {"year": 2027, "is_shipped": False})
    assert year_of(store, 2027).source == "unpublished"
    with store.write() as tx, pytest.raises(NotFound):
        calendar_years.remove(tx, admin, 2027)


@ON_ONE
def test_all_findings_come_at_once_with_their_lines_and_nothing_is_written(store, upload):
    content = dedent(
        """\
        日期,类型,名称
        2027-01-01,放假,元旦
        2026-12-31,放假,元旦
        2027-01-01,上班,元旦
        2027-02-30,放假,春节

        2027-03-01,上班,没有这回事
        2027-03-06,上学,开学
        ,放假,无日期
        2027-03-07,上班,多,一列
        """
    )
    with pytest.raises(InvalidRows) as refused:
        upload(content)
    assert [(one.row, one.code) for one in refused.value.faults] == [
        (3, "calendar.other_year"),
        (4, "calendar.weekday"),
        (5, "calendar.day"),
        (7, "calendar.weekday"),
        (8, "calendar.kind"),
        (9, "field.missing"),
        (10, "import.width"),
    ]
    assert all("“day”" not in one.sentence for one in refused.value.faults), "told in words"
    assert year_of(store, 2027).source == "unpublished"


@ON_ONE
def test_a_day_given_twice_names_the_first_line(upload):
    with pytest.raises(InvalidRows) as refused:
        upload("day,kind,name\n2027-01-01,holiday,元旦\n2027/1/1,holiday,元旦\n")
    [fault] = refused.value.faults
    assert (fault.row, fault.code) == (3, "calendar.twice")
    assert "第 2 行" in fault.sentence


HOSTILE = (
    b"",
    b"\x00\x01\x02",
    b"day,kind,name\n",
    b"when,what\n2027-01-01,holiday\n",
    b"day,day,kind\n2027-01-01,2027-01-01,holiday\n",
    b"\xff\xff\xff\xff",
    b'day,kind,name\n"2027-01-01,holiday,x\n',
    b"day,kind,name\n" + b"2027-01-01,holiday,x\n" * 1_001,
    b"day,kind,name\n2027-01-01,holiday," + "长".encode() * 65 + b"\n",
    b"PK\x03\x04 a zip",
    b"day,kind,name\n2027-01-01,holiday,x\n2027-1e5-01,=cmd|calc,x\n",
)


@ON_ONE
def test_hostile_and_broken_files_are_refused_and_nothing_is_written(store, upload):
    for content in HOSTILE:
        with pytest.raises(InputError):
            upload(content)
    assert year_of(store, 2027).source == "unpublished"


@ON_ONE
def test_only_years_that_can_be_meant_are_taken(upload):
    for year in (0, 1999, 2101, 10**9):
        with pytest.raises(InputError):
            upload(YEAR_2027, year)


@ON_ONE
def test_the_name_of_the_file_is_shown_without_its_folders(store, upload):
    for name, shown in (("../../etc/x.csv", "x.csv"), ("C:\\a\\b.csv", "b.csv"), ("\x00\n", "calendar.csv")):
        upload(YEAR_2027, name=name)
        assert year_of(store, 2027).file_name == shown


def test_an_unpublished_year_is_missed_thirty_days_before_it_begins(store, town, clock):
    for day, missed in (("2026-11-30", ()), ("2026-12-03", (2027,)), ("2027-06-01", (2027,))):
        clock.at = datetime.fromisoformat(day + "T04:00+00:00")
        with store.read() as tx:
            assert unpublished_now(tx) == missed, day


def test_an_unpublished_year_is_missed_as_soon_as_an_open_issue_is_due_in_it(store, town, clock):
    clock.at = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
    with store.write() as tx:
        draft = Draft("illegal_structure", "phone", "楼顶加盖", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        issue = tx.session.query(Issue).filter_by(number=number).one()
        issue.due_at = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)
    with store.read() as tx:
        assert unpublished_now(tx) == (2027,)
        assert unpublished(tx, issue.due_at) == (2027,)
        assert unpublished(tx, clock.at + timedelta(days=30)) == ()


def test_the_warning_goes_with_the_upload_and_comes_back_with_its_removal(store, upload, admin, clock):
    clock.at = datetime(2026, 12, 20, tzinfo=UTC)
    with store.read() as tx:
        assert unpublished_now(tx) == (2027,)
    upload(YEAR_2027)
    with store.read() as tx:
        assert unpublished_now(tx) == ()
    with store.write() as tx:
        calendar_years.remove(tx, admin, 2027)
    with store.read() as tx:
        assert unpublished_now(tx) == (2027,)


@ON_ONE
def test_a_limit_across_the_year_end_counts_weekdays_until_the_year_is_published(store, upload, clock):
    """Two working days from Wednesday noon, 30 December 2026; in the upload Friday, 1 January, is off."""
    start = datetime(2026, 12, 30, 4, 0, tzinfo=UTC)
    with store.read() as tx:
        fallen_back = rules_of(tx).due(start, "heating", "total", urgent=False)
    upload(YEAR_2027)
    with store.read() as tx:
        published = rules_of(tx).due(start, "heating", "total", urgent=False)
    assert (fallen_back.date(), published.date()) == (date(2027, 1, 1), date(2027, 1, 4))
