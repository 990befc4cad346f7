"""Every figure is what the raw entries say, and its lists are exactly as long as it says."""

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import select

from server.errors import InputError
from server.models import Entry, Issue
from server.services import listing, statistics
from server.services.filters import Filters
from server.services.people import system_actor
from server.services.statistics import DIMENSIONS, INDICATORS, SERIAL, Period
from tests.recount import recounted
from tests.wandered import END, history

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the columns are arrays on both
QUARTER = {"since": "2025-12-20", "until": "2026-03-02"}


@pytest.fixture
def wandered(store, town, clock, shelf):
    """What the raw entries of a random history say, read once for each of the two stores."""
    rows = history(store, town, shelf)
    clock.at = END
    return rows


def period_of(tx, **given):
    return statistics.period_of(given, tx.now, tx.config.zone)


def same(found, wanted):
    return found is None if wanted is None else found == pytest.approx(wanted, abs=1e-9)


def check(figures, rows, period, now):
    wanted = recounted(rows, period, now)
    for one in figures:
        assert same(one.value, wanted[one.key]), one


def lists_are_as_long(tx, actor, figures):
    """Follow every list, each once."""
    asked = {tuple(sorted(one.query.items())): one.counted for one in figures if one.query}
    asked |= {tuple(sorted(one.of.items())): one.denominator for one in figures if one.of}
    for query, many in asked.items():
        assert listing.count(tx, actor, Filters.parse(dict(query), tx.config.zone)) == many, query
    return len(asked)


@pytest.mark.parametrize("login", [None, "worker_he"])
def test_a_summary_is_what_the_raw_entries_add_up_to(login, store, town, wandered):
    actor = town.actors[login] if login else system_actor()
    with store.read() as tx:
        seen = {brief.number for brief in listing.walk(tx, actor, Filters())}
        rows = wandered[wandered["number"].isin(seen)]
        for given in (
            QUARTER,
            {"period": "month"},
            {"period": "month_19"},
            {"days": "30"},
            {"period": "year"},
        ):
            period = period_of(tx, **given)
            figures = statistics.summary(tx, actor, Filters(), period, INDICATORS)
            check(figures, rows, period, tx.now)
            before, year_ago = (recounted(rows, other, tx.now) for other in period.compared(tx.now))
            moving = [one for one in figures if one.key in SERIAL]
            assert all(same(one.previous, before[one.key]) for one in moving)
            assert all(same(one.last_year, year_ago[one.key]) for one in moving)
            lists_are_as_long(tx, actor, figures)
    assert min(len(rows), recounted(rows, period, END)["closed"]) > 0


def open_then(tx, actor, at):
    """Count what was open at an instant, from the last step of each issue up to it."""
    seen = tx.session.scalars(select(Issue.id).where(listing.matching(tx, actor, Filters())))
    steps = select(Entry.issue_id, Entry.to_state).where(
        Entry.happened_at <= at, Entry.issue_id.in_(seen.all())
    )
    last = dict(tx.rows(steps.order_by(Entry.issue_id, Entry.seq)))
    return sum(state not in ("closed", "rejected", "merged") for state in last.values())


@pytest.mark.parametrize("login", [None, "worker_he"])
def test_what_is_open_now_is_compared_with_what_was_open_then(login, store, town, wandered, clock):
    actor, told = town.actors[login] if login else system_actor(), set()
    for days in range(0, 85, 7):
        clock.at = END - timedelta(days=days)
        with store.read() as tx:
            period = period_of(tx, period="week")
            (found,) = statistics.summary(tx, actor, Filters(), period, ("open",))
            wanted = [open_then(tx, actor, other.until) for other in period.compared(tx.now)]
        assert [found.previous, found.last_year] == wanted
        told.add(found.previous)
    assert len(told) > 2


def test_what_is_overdue_now_and_a_period_that_is_over_are_compared_with_nothing(store, town, wandered):
    with store.read() as tx:
        over = statistics.summary(
            tx, system_actor(), Filters(), period_of(tx, **QUARTER), ("open", "overdue")
        )
        now = statistics.summary(tx, system_actor(), Filters(), period_of(tx), ("open", "overdue"))
    assert [(one.previous, one.last_year) for one in (*over, now[1])] == [(None, None)] * 3


KEYS = {
    "district": lambda one: one["path"].split("/")[1],
    "subdistrict": lambda one: one["path"].split("/")[2],
    "community": lambda one: one["path"].split("/")[3],
    "cell": lambda one: one["path"].split("/")[4],
    "category": lambda one: one["category"],
    "source": lambda one: one["source"],
    "worker": lambda one: one["holder"] and one["holder"][1],
    "department": lambda one: None,
}


@ON_ONE
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_each_unit_and_all_together_are_what_the_raw_entries_add_up_to(dimension, store, town, wandered):
    actor = town.actors["supervisor_li"]
    with store.read() as tx:
        rows, period = wandered, period_of(tx, **QUARTER)
        table = statistics.by(tx, actor, Filters(), period, dimension, INDICATORS)
        uids = {str(town.actors[login].uid): key for login, key in town.people.items()}
        keys = rows.apply(KEYS[dimension], axis=1).map(lambda key: "" if pd.isna(key) else key)
        told = [row for row in table.rows if any(one.counted for one in row.figures)]
        for row in {row.code: row for row in [*table.rows[:1], *told]}.values():
            check(row.figures, rows[keys == uids.get(row.code, row.code)], period, tx.now)
        check(table.pooled, rows, period, tx.now)
        figures = [
            one for row in table.rows if any(one.counted for one in row.figures) for one in row.figures
        ]
        assert lists_are_as_long(tx, actor, [*figures, *table.rows[0].figures, *table.pooled]) > len(
            INDICATORS
        )
    assert sum(row.figures[0].value for row in table.rows) == table.pooled[0].value
    for place, mean in enumerate(table.means):
        known = [row.figures[place].value for row in table.rows if row.code]
        known = [value for value in known if value is not None]
        assert same(mean, sum(known) / len(known) if known else None)


@ON_ONE
@pytest.mark.parametrize(
    ("step", "since"), [("day", "2026-02-12T12:00"), ("week", "2026-01-07T12:00"), ("month", "2025-12-12")]
)
def test_a_series_is_what_the_raw_entries_add_up_to_step_by_step(step, since, store, town, wandered):
    actor = town.actors["supervisor_li"]
    with store.read() as tx:
        period = period_of(tx, since=since, until="2026-03-01")
        series = [statistics.trend(tx, actor, Filters(), key, period, step) for key in SERIAL]
        columns = list(zip(*(one.points for one in series), strict=True))
        assert (columns[0][0].since, columns[-1][0].until) == (period.since, period.until)
        for points in columns:
            part = Period(points[0].since, points[0].until, "between", period.zone)
            check([point.figure for point in points], wandered, part, tx.now)
        told = [point.figure for points in columns for point in points if point.figure.counted]
        assert lists_are_as_long(tx, actor, told)
    assert sum(point.figure.value for point in series[0].points)


def test_steps_that_have_not_begun_are_missing(store, town, wandered):
    with store.read() as tx:
        series = statistics.trend(tx, system_actor(), Filters(), "new", period_of(tx), "day")
    values = [one.figure.value for one in series.points]
    assert len(values) == 31
    assert None not in values[:10]
    assert set(values[10:]) == {None}


def test_the_hour_of_the_week_is_that_on_the_wall(store, town, wandered):
    with store.read() as tx:
        rows, period = wandered, period_of(tx, **QUARTER)
        series = statistics.trend(tx, system_actor(), Filters(), "new", period, "hour_of_week")
        within = rows[(rows["reported"] >= period.since) & (rows["reported"] < period.until)]
        wall = within["reported"].map(lambda at: at.tz_convert("Asia/Shanghai"))
    wanted = wall.map(lambda at: at.day_of_week * 24 + at.hour).value_counts().to_dict()
    assert {one.slot: one.figure.value for one in series.points if one.figure.value} == wanted


def test_filters_narrow_figures_and_stay_in_their_lists(store, town, wandered):
    filters = Filters(area="990101001001008", categories=("heating", "fire_door"))
    with store.read() as tx:
        actor, period = town.actors["supervisor_li"], period_of(tx, **QUARTER)
        rows = wandered[
            wandered["category"].isin(filters.categories) & wandered["path"].str.contains(filters.area)
        ]
        figures = statistics.summary(tx, actor, filters, period)
        check(figures, rows, period, tx.now)
        table = statistics.by(tx, actor, filters, period, "community", ("new", "hours_to_close"))
        check(table.rows[0].figures, rows, period, tx.now)
        lists_are_as_long(tx, actor, [*figures, *table.rows[0].figures])
    assert {one.query["category"] for one in figures if one.query} == {"heating,fire_door"}


def test_nothing_is_zero_and_a_rate_of_nothing_is_missing(store, town):
    with store.read() as tx:
        found = statistics.summary(tx, town.actors["supervisor_li"], Filters(), period_of(tx), INDICATORS)
        table = statistics.by(
            tx, town.actors["supervisor_li"], Filters(), period_of(tx), "cell", ("new", "on_time")
        )
    values = {one.key: one.value for one in found}
    assert all(values[key] == 0 for key in ("new", "open", "overdue", "closed"))
    assert {key for key, value in values.items() if value is None} == set(INDICATORS) - {
        "new", "open", "overdue", "closed",
    }  # fmt: skip
    assert table.means == (0.0, None)
    assert {(row.households, row.per_thousand) for row in table.rows} == {(400, (0.0, None))}


def test_counts_by_a_thousand_households_where_these_are_known(store, town, wandered):
    with store.read() as tx:
        actor, period = town.actors["supervisor_li"], period_of(tx, **QUARTER)
        for dimension, households in (("community", 1600), ("worker", 800), ("source", None)):
            table = statistics.by(tx, actor, Filters(), period, dimension, ("new",))
            row = next(
                one for one in table.rows if one.figures[0].value and one.households in (households, 400)
            )
            dense = row.households and row.figures[0].value * 1000 / row.households
            assert row.per_thousand == (dense,)


def test_filters_that_are_the_indicators_own_are_refused(store, town):
    with store.read() as tx, pytest.raises(InputError) as refused:
        statistics.summary(tx, system_actor(), Filters(states=("closed",)), period_of(tx))
    assert refused.value.code == "stats.filter"
