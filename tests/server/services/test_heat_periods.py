"""Heat over time: its steps, and the periods that it is compared with."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from server.errors import InputError
from server.services import heat
from server.services.filters import Filters
from server.services.heat import Look
from server.services.people import system_actor
from server.services.statistics import Period

ZONE = ZoneInfo("Asia/Shanghai")
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_ONE
def test_steps_and_hours_of_the_week_add_up_to_what_pandas_counts(store, scattered, clock):
    wall = pd.Series([one.row.reported_at for one in scattered]).dt.tz_convert(ZONE)
    slots = (wall.dt.day_of_week * 24 + wall.dt.hour).value_counts()
    with store.read() as tx:
        told = heat.steps(tx, system_actor(), Filters(), None, "hour_of_week")
        assert {one.slot: one.count for one in told if one.count} == slots.to_dict()
        period = Period.between(wall.min().to_pydatetime(), clock.at.replace(year=2027), ZONE)
        for step, rule in (("day", "D"), ("week", "W"), ("month", "M")):
            told = heat.steps(tx, system_actor(), Filters(), period, step)
            counts = wall.dt.tz_localize(None).dt.to_period(rule).value_counts()
            assert sorted(one.count for one in told if one.count) == sorted(counts)
            assert all(one.until == after.since for one, after in pairwise(told))
            assert told[-1].until == clock.at
        slot = int(slots.index[0])
        assert heat.heat(tx, system_actor(), Filters(), None, Look(slot=slot)).total == slots[slot]


@pytest.fixture
def half_a_week():
    now = pd.Timestamp("2026-03-12T12:00+08:00").to_pydatetime()
    return Period.preset("week", now, ZONE), now


def edges(period):
    return tuple(f"{at.astimezone(ZONE):%Y-%m-%d %H}" for at in (period.since, period.until))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, ("2026-03-02 00", "2026-03-05 12")),
        ({"than": "before"}, ("2026-03-02 00", "2026-03-05 12")),
        ({"than": "year"}, ("2025-03-10 00", "2025-03-13 12")),  # the same weekdays
        ({"than_since": "2026-01-01", "than_until": "2026-01-31"}, ("2026-01-01 00", "2026-02-01 00")),
    ],
)
def test_a_period_is_compared_with_the_one_that_the_statistics_compare_it_with(given, wanted, half_a_week):
    period, now = half_a_week
    assert edges(heat.beside(period, given, now, ZONE)) == wanted


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"than": "later"}, "than"),
        ({"than": "year", "than_since": "2026-01-01"}, "than"),
        ({"than_until": "2026-01-01"}, "until"),
    ],
)
def test_other_comparisons_are_refused(given, field, half_a_week):
    period, now = half_a_week
    with pytest.raises(InputError) as refused:
        heat.beside(period, given, now, ZONE)
    assert vars(refused.value)["values"]["field"] == field
    with pytest.raises(InputError):
        heat.beside(None, {}, now, ZONE)


@ON_ONE
def test_the_api_shows_the_period_compared_with_and_takes_it_away(client_of, store, town, scattered):
    with store.read() as tx:
        month = Period.preset("month", tx.now, tx.config.zone)
        before, year = (
            heat.heat(tx, town.actors["supervisor_li"], Filters(), one, Look()).total
            for one in month.compared(tx.now)
        )
    client = client_of("supervisor_li")

    def ask(way, than):
        return client.get(
            f"/api/v1/heat{way}", query_string={"period": "month", "than": than, "zoom": 12}
        ).json

    assert (ask("/difference", "before")["than_total"], ask("/difference", "year")["than_total"]) == (
        before,
        year,
    )
    assert (ask("", "before")["total"], ask("", "year")["total"]) == (before, year)
