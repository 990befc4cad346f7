"""Working time against a month written down by hand and a clock that counts minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.services.calendars import shipped_calendar
from server.worktime import Calendar, Kind, Limit, due, elapsed

ZONE = ZoneInfo("Asia/Shanghai")
SHIPPED = shipped_calendar(ZONE)
AUTUMN_2025 = {  # September 22 to October 19: o works, . does not; 28 September and 11 October make up
    "2025-09-22": "ooooo.o", "2025-09-29": "oo.....", "2025-10-06": "...ooo.", "2025-10-13": "ooooo..",
}  # fmt: skip
MINUTE = timedelta(minutes=1)

instants = st.datetimes(
    datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2026-12-31"), timezones=st.just(ZONE)
)
kinds = st.sampled_from(list(Kind))
limits = st.builds(Limit, kinds, st.integers(0, 12))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def is_open(moment):
    moment = moment.astimezone(ZONE)
    clock = moment.time()
    is_hour = time(8, 30) <= clock < time(12) or time(13, 30) <= clock < time(17, 30)
    return is_hour and SHIPPED.is_working_day(moment.date())


def test_the_autumn_of_2025_is_as_written_down_by_hand():
    for monday, marks in AUTUMN_2025.items():
        for number, mark in enumerate(marks):
            day = date.fromisoformat(monday) + timedelta(days=number)
            assert SHIPPED.is_working_day(day) == (mark == "o"), day


@pytest.mark.parametrize(
    ("start", "kind", "amount", "expected"),
    [
        ("2025-09-30 16:30", Kind.WORK_HOUR, 2, "2025-10-09 09:30"),  # across eight days of holiday
        ("2025-09-26 17:30", Kind.WORK_HOUR, 1, "2025-09-28 09:30"),  # a Sunday that makes up
        ("2025-09-24 11:00", Kind.WORK_HOUR, 2, "2025-09-24 14:30"),  # across lunch
        ("2025-09-24 12:10", Kind.WORK_HOUR, 1, "2025-09-24 14:30"),
        ("2025-09-24 09:00", Kind.WORK_HOUR, 7.5, "2025-09-25 09:00"),
        ("2025-09-24 09:00", Kind.WORK_DAY, 1, "2025-09-25 17:30"),
        ("2025-09-24 18:00", Kind.WORK_DAY, 1, "2025-09-26 17:30"),  # begins the next morning
        ("2025-09-30 10:00", Kind.WORK_DAY, 2, "2025-10-10 17:30"),
        ("2025-10-02 10:00", Kind.WORK_DAY, 0, "2025-10-09 17:30"),
        ("2025-09-30 10:00", Kind.NATURAL_DAY, 3, "2025-10-03 10:00"),
        ("2025-10-01 10:00", Kind.NATURAL_DAY, 1, "2025-10-10 08:30"),
        ("2025-10-01 23:50", Kind.URGENT_HOUR, 0.5, "2025-10-02 00:20"),
        (
            "2025-12-31 17:00",
            Kind.WORK_HOUR,
            1,
            "2026-01-04 09:00",
        ),  # across a year's end, into a make-up day
        ("2026-12-31 17:00", Kind.WORK_DAY, 1, "2027-01-01 17:30"),  # a year nobody has published
    ],
)
def test_limits_are_due_as_people_count(start, kind, amount, expected):
    assert due(at(start), Limit(kind, amount), SHIPPED) == at(expected)


def test_years_without_a_published_calendar_are_named():
    assert SHIPPED.unknown_years(at("2026-12-01 09:00"), at("2026-12-31 23:59")) == ()
    assert SHIPPED.unknown_years(at("2026-12-01 09:00"), at("2028-01-01 00:00")) == (2027, 2028)
    assert SHIPPED.unknown_years(datetime(2026, 12, 31, 17, tzinfo=UTC), at("2027-01-01 02:00")) == (2027,)


@settings(max_examples=25, deadline=None)
@given(instants, st.integers(0, 12 * 24 * 60))
def test_elapsed_working_time_is_what_a_clock_of_minutes_counts(start, minutes):
    begin = start.replace(second=0, microsecond=0)
    counted = sum(is_open(begin + number * MINUTE) for number in range(minutes))
    assert elapsed(begin, begin + minutes * MINUTE, SHIPPED) == counted * MINUTE


@given(instants, st.integers(0, 60))
def test_hours_of_work_are_used_up_when_they_are_due(start, hours):
    end = due(start, Limit(Kind.WORK_HOUR, hours), SHIPPED)
    assert elapsed(start, end, SHIPPED) == timedelta(hours=hours)
    assert end == start or is_open(end - timedelta(microseconds=1)) or is_open(end)


@given(instants, instants, limits)
def test_who_begins_later_is_due_no_earlier(one, other, limit):
    first, second = sorted((one, other))
    assert first <= due(first, limit, SHIPPED) <= due(second, limit, SHIPPED)


@given(instants, kinds, st.integers(0, 12), st.integers(0, 12))
def test_a_longer_limit_is_due_no_earlier(start, kind, one, other):
    short, long = sorted((one, other))
    assert due(start, Limit(kind, short), SHIPPED) <= due(start, Limit(kind, long), SHIPPED)


@given(st.lists(instants, min_size=3, max_size=3))
def test_elapsed_time_adds_up(moments):
    begin, middle, end = sorted(moments)
    assert elapsed(begin, middle, SHIPPED) + elapsed(middle, end, SHIPPED) == elapsed(begin, end, SHIPPED)
    assert elapsed(end, begin, SHIPPED) == timedelta(0)


@given(instants, limits)
def test_the_zone_an_instant_is_given_in_makes_no_difference(start, limit):
    assert due(start.astimezone(UTC), limit, SHIPPED) == due(start, limit, SHIPPED)


@pytest.mark.parametrize(
    ("kind", "amount"), [(Kind.WORK_DAY, 1.5), (Kind.WORK_HOUR, -1), (Kind.URGENT_HOUR, float("nan"))]
)
def test_limits_that_are_none_are_refused(kind, amount):
    with pytest.raises(ValueError, match=str(kind)):
        Limit(kind, amount)


@pytest.mark.parametrize("hours", [(), ((time(12), time(8)),), ((time(8), time(12)), (time(11), time(17)))])
def test_a_day_without_hours_or_with_hours_out_of_order_is_refused(hours):
    with pytest.raises(ValueError):
        Calendar(ZONE, hours)
