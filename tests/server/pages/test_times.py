"""Times as people read them, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.pages.times import age, clock_words, left_words, moment, span
from server.services.time_left import Left
from server.words import speaking

NOW = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


def test_a_moment_is_written_in_the_zone_of_the_place():
    assert moment(NOW, ZoneInfo("Asia/Shanghai")) == "2026-11-22 08:30"
    assert moment("2026-11-22T00:30:00Z", ZoneInfo("Asia/Shanghai")) == "2026-11-22 08:30"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "1 分"),
        (59, "59 分"),
        (60, "1 小时"),
        (200, "3 小时 20 分"),
        (1440, "1 天"),
        (1560, "1 天 2 小时"),
    ],
)
def test_a_span_has_its_two_largest_units(minutes, said):
    assert span(timedelta(minutes=minutes)) == said


def test_a_clock_says_what_is_left_or_by_how_much_it_is_passed():
    assert clock_words(NOW + timedelta(minutes=200), NOW) == "还剩 3 小时 20 分"
    assert clock_words(NOW - timedelta(hours=26), NOW) == "超期 1 天 2 小时"
    assert clock_words(None, NOW) == ""
    with speaking("en"):
        assert clock_words(NOW - timedelta(hours=26), NOW) == "1 d 2 h overdue"


def test_an_age_has_one_unit():
    assert age(NOW - timedelta(days=3, hours=5), NOW) == "3 天前"
    assert age(NOW - timedelta(minutes=70), NOW) == "1 小时前"
    assert age(NOW, NOW) == "1 分钟前"


def test_one_working_day_is_one():
    day = timedelta(hours=7, minutes=30)
    with speaking("en"):
        assert left_words(Left(day, is_late=True, in_work_time=True, work_day=day)) == "1 working day overdue"
