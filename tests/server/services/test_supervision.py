"""When which level is told: against a table written by hand, and against plain reckoning."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.config import load
from server.services.calendars import shipped_calendar
from server.services.supervision import LEVELS, Ladder, Reckoning, Step, WorkClock, ladders
from server.worktime import Calendar, elapsed

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
CALENDAR = shipped_calendar(ZONE)
LADDERS = ladders(load({}, environment={}))
NOW = datetime(2026, 10, 30, 9, 0, tzinfo=UTC)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 30, 9), timezones=st.just(UTC))  # noqa: DTZ001


def step(until, now, *, urgent=False):
    return Reckoning(now, WorkClock(CALENDAR, until, now), LADDERS).step(until, urgent=urgent)


def at(day, hour, minute=0):
    return datetime(2026, 9, day, hour, minute, tzinfo=ZONE)


# A working day has seven hours and a half. On Friday the 18th at 16:30 an hour of work is left; Sunday the
# 20th is a make-up day (调休); the mid-autumn holiday takes Friday the 25th to Sunday the 27th.
BY_HAND = [
    (at(18, 16, 30), "holder", 1),
    (at(19, 23), "holder", 1),  # a Saturday: one hour of work has gone by
    (at(20, 16, 59), "holder", 1),
    (at(20, 17), "leader", 1),  # 1 + 7
    (at(21, 17, 29), "leader", 1),
    (at(21, 17, 30), "supervisor", 1),  # 1 + 7.5 + 7.5
    (at(23, 8, 59), "supervisor", 1),
    (at(23, 9), "holder", 2),  # 1 + 3 x 7.5 + 0.5
    (at(24, 9, 30), "leader", 2),
    (at(27, 12), "leader", 2),
    (at(28, 10), "supervisor", 2),
    (at(29, 10, 29), "supervisor", 2),
    (at(29, 10, 30), "holder", 3),
]


@pytest.mark.parametrize(("now", "level", "turn"), BY_HAND)
def test_each_level_is_told_in_working_hours_past_the_due(now, level, turn):
    assert step(at(18, 16, 30), now) == Step(level, turn)


@pytest.mark.parametrize(
    ("hours", "level", "turn"),
    [(0, "holder", 1), (0.99, "holder", 1), (1, "leader", 1), (2, "supervisor", 1), (4, "holder", 2), (5, "leader", 2),
     (10, "supervisor", 3)],
)  # fmt: skip
def test_what_is_urgent_goes_by_the_clock_through_the_night(hours, level, turn):
    assert step(at(18, 20), at(18, 20) + hours * HOUR, urgent=True) == Step(level, turn)


@given(instants, st.lists(instants, max_size=6))
def test_the_work_clock_measures_as_the_calendar_does(begin, starts):
    clock = WorkClock(CALENDAR, begin, NOW)
    for start in [one for one in starts if one >= begin] + [begin]:
        assert clock.since(start) == elapsed(start, NOW, CALENDAR)


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), min_size=2, max_size=2))
def test_steps_only_ever_go_up(lengths):
    ladder = Ladder(8 * HOUR, 16 * HOUR, 24 * HOUR)
    sooner, later = (ladder.step(length).rank for length in sorted(lengths))
    assert sooner <= later


@given(st.integers(0, 300))
def test_each_step_comes_at_its_own_interval_and_none_is_left_out(rank):
    ladder = Ladder(8 * HOUR, 16 * HOUR, 24 * HOUR)
    turn, place = divmod(rank, len(LEVELS))
    reached = turn * 24 * HOUR + (0, 8, 16)[place] * HOUR
    assert ladder.step(reached).rank == rank
    assert ladder.step(reached - timedelta(microseconds=1)).rank == max(rank - 1, 0)


def test_a_week_of_holidays_moves_no_step():
    calendar = Calendar(
        ZONE, ((time(8), time(16)),), frozenset({date(2026, 9, day) for day in range(21, 26)})
    )
    friday, after = at(18, 16), at(28, 8)
    assert Reckoning(after, WorkClock(calendar, friday, after), LADDERS).step(friday, urgent=False) == Step(
        "holder", 1
    )


@pytest.mark.parametrize("said", ["8,16", "8,8,24", "24,16,8", "0,1,2", "a,b,c", "1,2,nan", "8,16,inf"])
def test_intervals_that_do_not_ascend_stop_the_start(said):
    with pytest.raises(Exception, match=r"setting\.invalid"):
        load({"supervise_hours": said}, environment={})
