"""Statistics: the numbers of a period, by unit, and over time."""

from typing import Any

from flask import Response
from pydantic import AwareDatetime, Field

from server.api.resource import Query, answer, resource, stored
from server.api.told_loop import Told
from server.auth import allow, current_store
from server.db import Tx
from server.services import statistics
from server.services.filters import Filters
from server.services.people import Actor
from server.services.statistics import Figure, Period
from server.services.statistics.counting import NARROWING
from server.words import NAMES, _

__all__ = ["blueprint"]

blueprint = resource("stats")
MOST_CODES = 8000  # characters: several hundred categories


class StatsQuery(Query):
    """What is counted, and over which period; this month unless said otherwise."""

    period: str = Field("", description=f"a period by name: {', '.join(statistics.PRESETS)}", max_length=40)
    days: str = Field("", description="or the last so many days, today among them", max_length=40)
    since: str = Field("", description="or from this date or time", max_length=40)
    until: str = Field(
        "", description="before this time, or up to the end of this day; now if none", max_length=40
    )
    bbox: str = Field("", description="west,south,east,north in WGS 84 degrees", max_length=200)
    area: str = Field("", description="code of an area: it and all below")
    category: str = Field("", description="codes or names of categories, with commas", max_length=MOST_CODES)
    source: str = Field("", description="codes or names of sources, with commas", max_length=MOST_CODES)
    q: str = Field(
        "", description="part of number, external number, summary or place; at most 100 characters"
    )
    holder: str = Field("", description="`me`, or the uid of a person")
    urgent: str = Field("", description="`1`: only urgent ones")
    department: str = Field("", description="code of the department that holds it")

    def filters(self) -> Filters:
        """Read the filters.

        Raises
        ------
        InputError
            A value cannot be read.
        """
        return Filters.parse({name: getattr(self, name) for name in NARROWING}, current_store().config.zone)

    def within(self, tx: Tx) -> Period:
        """Read the period.

        Raises
        ------
        InputError
            Unknown, inverted, or too long.
        """
        given = {name: getattr(self, name) for name in ("period", "days", "since", "until")}
        return statistics.period_of(given, tx.now, tx.config.zone)


class TableQuery(StatsQuery):
    """By what, and which indicators."""

    dimension: str = Field(description=f"one of {', '.join(statistics.DIMENSIONS)}", max_length=40)
    indicators: str = Field(
        "new,open,overdue,closed,on_time",
        description=f"with commas: {', '.join(statistics.INDICATORS)}",
        max_length=400,
    )


class TrendQuery(StatsQuery):
    """Which indicator, in which steps."""

    indicator: str = Field("new", description=f"one of {', '.join(statistics.SERIAL)}", max_length=40)
    step: str = Field("day", description=f"one of {', '.join(statistics.STEPS)}", max_length=40)


class FigureRow(Told):
    """A number, and the issues behind it."""

    key: str
    name: str
    value: float | None = Field(description="a rate from 0 to 1; null: nothing to count it from, not zero")
    unit: str = Field(description="issues, rate, score or hours")
    numerator: float | None = Field(description="of a rate, by its shares")
    counted: int | None = Field(description="how many issues `query` lists")
    denominator: int | None = Field(description="of a rate: how many issues `of` lists")
    query: dict[str, str] = Field(description="filters of /issues")
    of: dict[str, str] = Field(description="filters of /issues below the line")
    previous: float | None = Field(description="of the period before, as long as this one has lasted")
    last_year: float | None = Field(
        description="of the same period last year, as long as this one has lasted"
    )


class PeriodRow(Told):
    """A stretch of time, the end not included."""

    name: str
    since: AwareDatetime
    until: AwareDatetime


class SummaryAnswer(Told):
    """The numbers of a period."""

    period: PeriodRow
    figures: list[FigureRow]


class UnitRow(Told):
    """One unit; an empty code is what belongs to none."""

    code: str
    name: str
    households: int | None
    figures: list[FigureRow]
    per_thousand: list[float | None] = Field(description="counts by 1,000 households")


class TableAnswer(Told):
    """Indicators by unit."""

    period: PeriodRow
    dimension: str
    indicators: list[str]
    rows: list[UnitRow]
    pooled: list[FigureRow] = Field(description="all issues together")
    means: list[float | None] = Field(description="mean of the units, each counting alike")


class StepRow(Told):
    """One step of a series."""

    since: AwareDatetime | None = Field(description="null where steps are hours of the week")
    until: AwareDatetime | None
    slot: int = Field(description="number from 0; of an hour of the week 24 x weekday (0: Monday) + hour")
    value: float | None
    numerator: float | None
    counted: int | None
    denominator: int | None
    query: dict[str, str]


class TrendAnswer(Told):
    """An indicator over time."""

    period: PeriodRow
    indicator: str
    step: str
    points: list[StepRow]


@blueprint.get("/stats/summary")
@allow()
@blueprint.input(StatsQuery, location="query")
@blueprint.output(SummaryAnswer)
def summary(query_data: StatsQuery) -> Response:
    """Sum up a period.

    New, open and overdue now, closed, on time, the three rates, hours; beside the period before and last year's.
    """
    filters = query_data.filters()

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        period = query_data.within(tx)
        figures = statistics.summary(tx, actor, filters, period)
        return {"period": _period(period), "figures": [_figure(one) for one in figures]}

    return answer(stored(read))


@blueprint.get("/stats/by")
@allow()
@blueprint.input(TableQuery, location="query")
@blueprint.output(TableAnswer)
def table(query_data: TableQuery) -> Response:
    """Compare units.

    Areas of a level, categories, sources, workers or departments; all together (pooled), and the mean of the units.
    """
    filters = query_data.filters()
    keys = [one.strip() for one in query_data.indicators.split(",") if one.strip()]

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        period = query_data.within(tx)
        found = statistics.by(tx, actor, filters, period, query_data.dimension, keys)
        rows = [
            {
                "code": row.code,
                "name": row.name,
                "households": row.households,
                "figures": [_figure(one) for one in row.figures],
                "per_thousand": row.per_thousand,
            }
            for row in found.rows
        ]
        pooled = [_figure(one) for one in found.pooled]
        heads = {"period": _period(period), "dimension": found.dimension, "indicators": found.indicators}
        return {**heads, "rows": rows, "pooled": pooled, "means": found.means}

    return answer(stored(read))


@blueprint.get("/stats/trend")
@allow()
@blueprint.input(TrendQuery, location="query")
@blueprint.output(TrendAnswer)
def trend(query_data: TrendQuery) -> Response:
    """Follow an indicator.

    Every step of the period: nothing counted is 0, a rate of nothing and a step to come null.
    """
    filters = query_data.filters()

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        period = query_data.within(tx)
        found = statistics.trend(tx, actor, filters, query_data.indicator, period, query_data.step)
        points = [
            {
                "since": one.since,
                "until": one.until,
                "slot": one.slot,
                "value": one.figure.value,
                "numerator": one.figure.numerator,
                "counted": one.figure.counted,
                "denominator": one.figure.denominator,
                "query": one.figure.query,
            }
            for one in found.points
        ]
        heads = {"period": _period(period), "indicator": found.indicator, "step": found.step}
        return {**heads, "points": points}

    return answer(stored(read))


def _period(period: Period) -> dict[str, Any]:
    return {"name": period.name, "since": period.since, "until": period.until}


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": _(NAMES["indicator"][one.key]),
        "value": one.value,
        "unit": one.unit,
        "numerator": one.numerator,
        "counted": one.counted,
        "denominator": one.denominator,
        "query": one.query,
        "of": one.of,
        "previous": one.previous,
        "last_year": one.last_year,
    }
