"""Evaluations: made once for a period that is over, recounted from the raw entries, never changed afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pandas as pd
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from server.errors import Conflict
from server.jobs import rounds
from server.models import Evaluation, EvaluationRow, Issue
from server.services.checkup import examine
from server.services.evaluation import making, presets
from server.services.filters import Filters
from server.services.people import system_actor
from server.services.statistics import Period, by
from server.shipped import shipped
from tests.recount import facts, recounted
from tests.wandered import END, wander

OVER, HOME, EIGHTH, FIRST = "990101001", "990101001001", "990101001001008", "990101001001001"
RESIDENTS = {"hotline", "phone", "wechat", "box", "talk_day", "online"}
FEBRUARY = date(2026, 2, 14)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wandered(store, town, clock, shelf):
    shelf.fill(store, "wandered a little", lambda: wander(store, town, count=12))
    clock.at = END
    # So few issues would give no cell a place: these rules score what little can be counted.
    rules = (shipped("data") / presets.FILE).read_text(encoding="utf-8")
    (store.folder / presets.FILE).write_text(rules.replace("least_weight = 0.5", ""), encoding="utf-8")
    return town


def made(store, town, login="supervisor_li", key="cell_month", area=OVER, day=FEBRUARY):
    with store.write() as tx:
        return making.make(tx, town.actors[login], key, area, day).uid


def rows_of(store, uid):
    with store.read() as tx:
        query = select(EvaluationRow).join(Evaluation).where(Evaluation.uid == uid)
        return {row.code: row for row in tx.session.scalars(query)}


def test_a_month_is_judged_as_pandas_counts_it_from_the_entries(store, wandered):
    rows = rows_of(store, made(store, wandered))
    with store.read() as tx:
        zone = tx.config.zone
        period = Period.preset("month", datetime(2026, 2, 14, tzinfo=UTC), zone)
        whole = facts(tx)
        judged = {}
        for code in rows:
            mine = whole[
                whole["path"].str.endswith(f"/{code}/") & ~whole["state"].isin(["merged", "rejected"])
            ]
            judged[code] = recounted(mine, period, pd.Timestamp(tx.now))
            new = mine[(mine["reported"] >= period.since) & (mine["reported"] < period.until)]
            judged[code]["complaints"] = int(new["source"].isin(RESIDENTS).sum())
            judged[code]["found"] = (~new["source"].isin(RESIDENTS)).mean() if len(new) >= 3 else None
    assert any(one["complaints"] for one in judged.values())
    for code, row in rows.items():
        told, kept = judged[code], making.judge(presets.presets_of(store.folder)["cell_month"], row.figures)
        assert kept.complaints == told["complaints"]
        assert kept.numbers["complaints"].value == pytest.approx(told["complaints"] * 1000 / 400)
        for key in ("on_time", "satisfaction", "found"):
            number = kept.numbers[key]
            assert number.value is None or number.value == pytest.approx(told[key]), (code, key)
            assert number.value is not None or number.denominator < 3
        weights = {"on_time": 40, "found": 25, "complaints": 20, "satisfaction": 15}
        marks = {key: kept.numbers[key].marks for key in weights if kept.numbers[key].marks is not None}
        base = sum(weights[key] * marks[key] for key in marks) / sum(weights[key] for key in marks)
        assert row.score is None or row.score == pytest.approx(
            base + sum(p for _kind, p in kept.bonuses), abs=0.005
        )


def test_a_period_is_judged_once_when_it_is_over_and_stays_as_it_was(store, wandered):
    town = wandered
    with store.write() as tx, pytest.raises(Conflict, match=r"evaluation\.not_over"):
        making.make(tx, town.actors["supervisor_li"], "cell_month", OVER, date(2026, 3, 1))
    uid = made(store, town)
    before = rows_of(store, uid)
    with pytest.raises(Conflict, match=r"evaluation\.exists"):
        made(store, town, day=date(2026, 2, 28))
    with store.write() as tx:
        tx.session.execute(update(Issue).values(state="closed", satisfaction="dissatisfied", source="patrol"))
        drawn = making.preview(tx, town.actors["supervisor_li"], "cell_month", OVER, FEBRUARY)
        tx.session.rollback()
    assert {one.code: one.score for one in drawn.lines} != {code: row.score for code, row in before.items()}
    after = rows_of(store, uid)
    assert {code: (row.score, row.rank, row.figures) for code, row in after.items()} == {
        code: (row.score, row.rank, row.figures) for code, row in before.items()
    }
    with store.read() as tx:
        assert not [one for one in examine(tx, 1).complaints if one.code.startswith("doctor.evaluation")]
    for table in ("evaluation", "evaluation_row"):
        with pytest.raises(DatabaseError), store.write() as tx:
            tx.session.execute(text(f"UPDATE {table} SET id = id"))


def test_the_rounds_make_each_ended_period_once_whoever_comes_first(store, wandered):
    assert rounds.once(store, "evaluate") == {
        "made": 4
    }  # cells of two subdistricts, communities, departments
    assert rounds.once(store, "evaluate") == {"made": 0}
    with store.write() as tx:
        preset = presets.presets_of(store.folder)["cell_month"]
        period = Period.preset("month", datetime(2026, 2, 2, tzinfo=UTC), tx.config.zone)
        assert making.make_last(tx, preset, wandered.areas[OVER], period) == 0
        since = {one.preset: one.since.astimezone(tx.config.zone).isoformat()[:10]
                 for one in tx.session.scalars(select(Evaluation))}  # fmt: skip
        assert since == {
            "cell_month": "2026-02-01",
            "community_rates": "2026-01-19",
            "department_on_time": "2026-02-01",
        }
    wandered_at = END + timedelta(
        days=12
    )  # 22 March: the month from 19 February ended, and three days are over
    with store.write(wandered_at) as tx:
        assert [(one.key, f"{period.until:%m-%d}") for one, _area, period in making.lacking(tx)] == [
            ("community_rates", "03-18")
        ]
    with store.write(END + timedelta(days=75)) as tx:  # the program did not run for two months
        ended = [
            f"{period.until:%m-%d}" for one, _area, period in making.lacking(tx) if one.over == "district"
        ]
        assert ended == ["03-18", "04-18", "05-18", "03-31", "04-30"]
    with store.write(END + timedelta(days=3000)) as tx:
        assert len(list(making.lacking(tx))) == 4 * making.BACK


def test_who_makes_the_same_period_at_once_makes_it_once(store, wandered):
    with store.read() as tx:
        prepared = making.prepare(tx, system_actor(), "cell_month", OVER, FEBRUARY)
    together = Barrier(2)

    def keep(_):
        together.wait(timeout=20)
        try:
            with store.write() as tx:
                return making.keep(tx, system_actor(), prepared).preset
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(keep, range(2))) == ["cell_month", "evaluation.exists"]
    with store.read() as tx:
        assert len(tx.session.scalars(select(Evaluation.id)).all()) == 1


@ON_SQLITE
def test_one_that_cannot_be_made_keeps_no_other_from_being_made(store, wandered):
    with store.write() as tx:
        tx.session.execute(text("CREATE TRIGGER refused BEFORE INSERT ON evaluation WHEN new.preset = 'cell_month' "
                                "BEGIN SELECT RAISE(ABORT, 'refused'); END"))  # fmt: skip
    with pytest.raises(DatabaseError, match="refused"):
        rounds.once(store, "evaluate")
    with store.read() as tx:
        kept = set(tx.session.scalars(select(Evaluation.preset)))
    assert kept == {"community_rates", "department_on_time"}
    with store.write() as tx:
        tx.session.execute(text("DROP TRIGGER refused"))
    assert rounds.once(store, "evaluate") == {"made": 2}


@ON_SQLITE
def test_nothing_is_judged_of_a_time_before_the_first_issue(store, town):
    assert rounds.once(store, "evaluate") == {"made": 0}


@ON_SQLITE
def test_a_changed_row_shows_in_the_examination(store, wandered):
    made(store, wandered)
    with store.write() as tx:
        tx.session.execute(text("DROP TRIGGER evaluation_row_no_update"))
        tx.session.execute(text("UPDATE evaluation_row SET score = 99 WHERE code = :code"), {"code": EIGHTH})
    with store.read() as tx:
        assert "doctor.evaluation" in {one.code for one in examine(tx, 1).complaints}


@ON_SQLITE
def test_the_three_rates_score_as_statistics_say(store, wandered):
    with store.write() as tx:
        uid = making.make(tx, system_actor(), "community_rates", "990101", date(2026, 1, 5)).uid
    rows = rows_of(store, uid)
    with store.read() as tx:
        period = Period.preset("month_19", datetime(2026, 1, 5, tzinfo=UTC), tx.config.zone)
        assert period.since.astimezone(tx.config.zone).isoformat() == "2025-12-19T00:00:00+08:00"
        table = by(tx, system_actor(), Filters(), period, "community", ["score"])
    told = {row.code: row.figures[0].value for row in table.rows}
    assert {code: row.score and pytest.approx(row.score, abs=0.005) for code, row in rows.items()} == told
    assert any(told.values())
