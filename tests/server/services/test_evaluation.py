"""Evaluations: made once for a period that is over, recounted from the raw entries, never changed afterwards."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError

from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.jobs import rounds
from server.models import Area, Evaluation, EvaluationRow, Issue
from server.services import issues
from server.services.checkup import examine
from server.services.evaluation import making, presets, reading
from server.services.people import system_actor
from server.services.statistics import Period, by
from server.services.filters import Filters
from tests.recount import facts, recounted
from tests.wandered import END, wander

OVER, HOME, EIGHTH, FIRST = "990101001", "990101001001", "990101001001008", "990101001001001"
RESIDENTS = {"hotline", "phone", "wechat", "box", "talk_day", "online"}
FEBRUARY = date(2026, 2, 14)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wandered(store, town, clock, shelf):
    shelf.fill(store, "wandered columns", lambda: wander(store, town))
    clock.at = END
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
            mine = whole[whole["path"].str.endswith(f"/{code}/") & ~whole["state"].isin(["merged", "rejected"])]
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
        assert row.score is None or row.score == pytest.approx(base + sum(p for _kind, p in kept.bonuses), abs=0.005)
