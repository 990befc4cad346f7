"""Rates as data, and days that a change of clocks makes longer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.errors import SetupError
from server.models import Area, Duty
from server.services import intake, statistics
from server.services.board import board
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.people import system_actor
from server.services.statistics import Period
from server.services.statistics.rates import FILE, rates_of
from server.shipped import shipped

BERLIN = ZoneInfo("Europe/Berlin")
SHIPPED = (shipped("data") / FILE).read_text(encoding="utf-8")


def test_weights_and_what_rates_are_counted_over_can_be_laid_beside_the_store(store, town, lived, clock):
    clock.at = datetime(2026, 3, 20, tzinfo=UTC)

    def rates():
        with store.read() as tx:
            period = statistics.period_of({}, tx.now, tx.config.zone)
            found = statistics.summary(tx, system_actor(), Filters(), period, ("response", "score"))
        return found[0].denominator, found[1].value

    as_shipped = rates()
    own = store.folder / FILE
    own.write_text(
        SHIPPED.replace("weight,0.1", "weight,0").replace("callback=1&", "callback=1&source=hotline&"),
        encoding="utf-8",
    )
    assert as_shipped[0] > 0
    assert rates() == (0, None)
    own.write_text(SHIPPED.replace("response,weight,0.1", "response,weight,0"), encoding="utf-8")
    assert rates()[1] < as_shipped[1]


@pytest.mark.parametrize(
    ("was", "made"),
    [
        ("response,weight,0.1,", "response,weight,lots,"),
        ("response,weight,0.1,\n", ""),
        ("reply=in_time", "reply=never"),
        ("reply=in_time", "area=990101"),
        ("response,denominator,,\n", ""),
        ("satisfaction,weight", "luck,weight"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(was, made, tmp_path):
    assert was in SHIPPED
    (tmp_path / FILE).write_text(SHIPPED.replace(was, made), encoding="utf-8")
    with pytest.raises(SetupError) as refused:
        rates_of(tmp_path)
    assert refused.value.code == "stats.rates"


def test_a_day_of_twenty_five_hours_keeps_all_of_its_issues(store, town):
    times = ((25, 22), (26, 0), (26, 1), (26, 22), (26, 23))  # UTC; the second and third are 2:30 on the wall
    for day, hour in times:
        with store.write(datetime(2025, 10, day, hour, 30, tzinfo=UTC)) as tx:
            intake.report(
                tx, town.actors["worker_lin"], Draft("heating", "patrol", "x", lon=122.015, lat=37.015)
            )
    with store.read() as tx:
        period = Period.preset("month", datetime(2025, 10, 26, 12, tzinfo=BERLIN), BERLIN)
        days, hours = (
            statistics.trend(tx, system_actor(), Filters(), "new", period, step)
            for step in ("day", "hour_of_week")
        )
    by_day = {one.since.astimezone(BERLIN).day: one.figure.value for one in days.points if one.figure.value}
    sunday = 6 * 24
    assert by_day == {26: 4, 27: 1}
    assert {one.slot: one.figure.value for one in hours.points if one.figure.value} == {
        0: 1, sunday: 1, sunday + 2: 2, sunday + 23: 1,
    }  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_more_areas_than_a_byte_can_number_are_counted_though_only_the_first_have_issues(store, town):
    with store.write() as tx:
        tx.session.add_all(
            Area(code=f"{key}", level="cell", name=f"{key}", path=f"/{key}/", pinyin="") for key in range(300)
        )
    actor = town.actors["worker_lin"]
    with store.write() as tx:
        intake.report(tx, actor, Draft("heating", "patrol", "x", lon=122.015, lat=37.015))
    with store.read() as tx:
        period = Period.last(7, tx.now, tx.config.zone)
        cells = statistics.by(tx, system_actor(), Filters(), period, "cell", ("new",))
        sparks = board(tx, actor, Filters(), period).sparks
    assert {row.code: row.figures[0].value for row in cells.rows if row.figures[0].value} == {
        "990101001001008": 1
    }
    assert [sum(days) for days in sparks.values()] == [1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_households_count_once_for_whoever_answers_for_the_cell(store, town):
    cell, start = town.areas["990101001001008"], datetime(2025, 1, 1, tzinfo=UTC)
    with store.write() as tx:
        for login, area in (
            ("worker_lin", cell),  # a second duty beside the first, for the same cell
            ("worker_he", cell),
            ("leader_zhao", town.areas["990101001001"]),
        ):
            key = town.people[login]
            tx.session.add(Duty(area_id=area, person_id=key, kind="A", starts_at=start + timedelta(key)))
    with store.read() as tx:
        period = Period.last(7, tx.now, tx.config.zone)
        table = statistics.by(tx, town.actors["supervisor_li"], Filters(), period, "worker", ("new",))
    assert {row.name: row.households for row in table.rows} == {"林晓": 400, "何平": 800}
