"""Periods: half-open, on the wall of the zone, with the one before and last year's."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from server.errors import InputError
from server.models.types import from_micros, to_micros
from server.services.filters import Filters
from server.services.statistics import PRESETS, Period, period_of
from server.services.statistics.indicators import said
from server.services.statistics.wall import Wall, hour_of_week

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)


def edges(period, zone=SHANGHAI):
    return tuple(at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (period.since, period.until))


@pytest.mark.parametrize(
    ("name", "now", "wanted"),
    [
        ("today", (3, 10, 0), ("2026-03-10 00:00", "2026-03-11 00:00")),
        ("week", (3, 15, 23), ("2026-03-09 00:00", "2026-03-16 00:00")),
        ("month", (3, 10, 10), ("2026-03-01 00:00", "2026-04-01 00:00")),
        ("quarter", (12, 31, 23), ("2026-10-01 00:00", "2027-01-01 00:00")),
        ("year", (1, 1, 0), ("2026-01-01 00:00", "2027-01-01 00:00")),
        ("noon_day", (3, 10, 11), ("2026-03-09 12:00", "2026-03-10 12:00")),
        ("noon_day", (3, 10, 12), ("2026-03-10 12:00", "2026-03-11 12:00")),
        ("month_19", (3, 18, 23), ("2026-02-19 00:00", "2026-03-19 00:00")),
        ("month_19", (3, 19, 0), ("2026-03-19 00:00", "2026-04-19 00:00")),
        ("month_19", (1, 5, 0), ("2025-12-19 00:00", "2026-01-19 00:00")),
    ],
)
def test_a_preset_holds_the_instant_and_ends_where_the_next_begins(name, now, wanted):
    month, day, hour = now
    period = Period.preset(name, datetime(2026, month, day, hour, tzinfo=SHANGHAI), SHANGHAI)
    assert edges(period) == wanted
    following = Period.preset(name, period.until, SHANGHAI)
    assert (following.since, following.previous()) == (period.until, period)


@pytest.mark.parametrize("name", PRESETS)
def test_the_period_before_ends_where_this_one_begins_and_is_the_presets_own(name):
    period = Period.preset(name, NOW, SHANGHAI)
    before = period.previous()
    assert before.until == period.since
    assert before == Period.preset(name, before.since, SHANGHAI)


def test_last_year_is_the_same_dates_and_for_weeks_the_same_weekdays():
    assert edges(Period.preset("month", NOW, SHANGHAI).last_year()) == (
        "2025-03-01 00:00",
        "2025-04-01 00:00",
    )
    week = Period.preset("week", NOW, SHANGHAI).last_year()
    assert week.since.astimezone(SHANGHAI).weekday() == 0
    leap = Period.between(
        datetime(2028, 2, 29, tzinfo=SHANGHAI), datetime(2028, 3, 1, tzinfo=SHANGHAI), SHANGHAI
    )
    assert edges(leap.last_year()) == ("2027-02-28 00:00", "2027-03-01 00:00")


def test_a_period_that_goes_on_is_compared_with_as_much_of_the_one_before():
    before, year_ago = Period.preset("month", NOW, SHANGHAI).compared(NOW)
    assert edges(before) == ("2026-02-01 00:00", "2026-02-10 10:00")
    assert edges(year_ago) == ("2025-03-01 00:00", "2025-03-10 10:00")
    over = Period.preset("month", datetime(2026, 2, 3, tzinfo=SHANGHAI), SHANGHAI)
    assert edges(over.compared(NOW)[0]) == ("2026-01-01 00:00", "2026-02-01 00:00")


def test_a_period_that_begins_now_or_later_is_compared_with_an_instant():
    for now in (datetime(2026, 3, 10, tzinfo=SHANGHAI), datetime(2026, 3, 1, tzinfo=SHANGHAI)):
        today = Period.preset("today", datetime(2026, 3, 10, 9, tzinfo=SHANGHAI), SHANGHAI)
        assert all(one.until > one.since for one in (today.so_far(now), *today.compared(now)))


def test_the_last_days_are_whole_days_with_today():
    assert edges(Period.last(7, NOW, SHANGHAI)) == ("2026-03-04 00:00", "2026-03-11 00:00")
    assert edges(Period.last(7, NOW, SHANGHAI).previous()) == ("2026-02-25 00:00", "2026-03-04 00:00")


@pytest.mark.parametrize(("day", "hours"), [(28, 24), (29, 23), (30, 24)])
def test_a_day_with_a_change_of_clocks_is_a_day(day, hours):
    period = Period.preset("today", datetime(2026, 3, day, 12, tzinfo=BERLIN), BERLIN)
    assert (period.until - period.since).total_seconds() == hours * 3600
    assert edges(period.previous(), BERLIN)[1] == f"2026-03-{day} 00:00"


def test_changes_of_clocks_within_a_period_are_found_to_the_second():
    year = Period.preset("year", datetime(2026, 5, 1, tzinfo=BERLIN), BERLIN)
    wall = Wall.over(year.since, year.until, BERLIN)
    assert [from_micros(int(at)).isoformat() for at in wall.ends] == [
        "2026-03-29T01:00:00+00:00", "2026-10-25T01:00:00+00:00",
    ]  # fmt: skip
    assert wall.offsets.tolist() == [3600, 7200, 3600]
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    beside = [to_micros(change - timedelta(microseconds=1)), to_micros(change)]
    assert hour_of_week(np.array(beside), BERLIN).tolist() == [6 * 24 + 1, 6 * 24 + 3]


@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, UTC])
def test_edges_are_read_by_the_filters_as_they_were_written(zone):
    for name in PRESETS:
        period = Period.preset(name, NOW, zone)
        given = {"since": said(period.since, zone), "until": said(period.until, zone, end=True)}
        read = Filters.parse(given, zone)
        assert (read.since, read.until) == (period.since, period.until)
    assert given["since"][10:] == ""  # a midnight is written as its day


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"since": "2026-03-02", "until": "2026-03-01"}, "stats.inverted"),
        ({"since": "2026-03-11"}, "stats.inverted"),
        ({"since": "2010-01-01", "until": "2020-01-01"}, "stats.long"),
        ({"since": "0001-01-02", "until": "0001-01-03"}, "stats.far"),
        ({"since": "9999-12-01", "until": "9999-12-02"}, "stats.far"),
        ({"days": "0"}, "stats.days"),
        ({"days": "9" * 39}, "stats.days"),
        ({"days": "²"}, "stats.days"),
        ({"days": "7", "period": "month"}, "stats.one_period"),
        ({"until": "2026-03-01"}, "stats.one_period"),
        ({"period": "decade"}, "field.not_one_of"),
        ({"since": "soon"}, "filter.time"),
    ],
)
def test_absurd_periods_are_refused(given, code):
    with pytest.raises(InputError) as refused:
        period_of(given, NOW, SHANGHAI)
    assert refused.value.code == code


def test_ten_years_are_not_too_long():
    assert (
        edges(period_of({"since": "2016-03-01", "until": "2026-02-28"}, NOW, SHANGHAI))[0]
        == "2016-03-01 00:00"
    )
