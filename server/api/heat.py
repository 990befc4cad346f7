"""Density of issues for the heat layer, its steps over time, and the difference of two periods."""

from typing import Any, Literal

import numpy as np
from flask import Response
from pydantic import AwareDatetime, Field

from server.api.asked import FilterQuery, Zoom
from server.api.resource import answer, resource, stored
from server.api.told_loop import Told
from server.auth import allow, current_store
from server.db import Tx
from server.services import heat
from server.services.filters import FIELDS, Filters
from server.services.heat import Heat, Look
from server.services.people import Actor
from server.services.statistics import Period
from server.words import NAMES, _

__all__ = ["blueprint"]

blueprint = resource("heat")
LEAST_M, MOST_M = heat.RADII
TIMES = ("period", "days", "since", "until")
COMPARED = ("than", "than_since", "than_until")
DIGITS = 4


class PeriodQuery(FilterQuery):
    """Filters, and a period; all there is unless said otherwise."""

    period: str = Field("", description="a period by name, as of the statistics; or `all`", max_length=40)
    days: str = Field("", description="or the last so many days, today among them; or `all`", max_length=40)

    def filters(self) -> Filters:
        """Read the filters; times are the period's.

        Raises
        ------
        InputError
            A value cannot be read.
        """
        given = {name: getattr(self, name) for name in FIELDS if name not in TIMES}
        return Filters.parse(given, current_store().config.zone)

    def within(self, tx: Tx) -> Period | None:
        """Read the period.

        Raises
        ------
        InputError
            Unknown, inverted, too long, or given in two ways.
        """
        return heat.within({name: getattr(self, name) for name in TIMES}, tx.now, tx.config.zone)


class HeatQuery(PeriodQuery):
    """How the heat is drawn."""

    than: Literal["", "before", "year"] = Field(
        "",
        description="compared with the period `before`, or that of a `year` before, each as long as this one has"
        " lasted; without a difference, that period is shown",
    )
    radius_m: float = Field(
        heat.USUAL_RADIUS_M, description="radius of the kernel on the ground", ge=LEAST_M, le=MOST_M
    )
    mode: Literal["raw", "per_km2", "per_household"] = Field(
        "raw", description="issues within the radius by nearness, per km², or per 1,000 households"
    )
    slot: int | None = Field(
        None, description="hour of the week, 24 x weekday (0: Monday) + hour", ge=0, le=167
    )
    zoom: int = Zoom
    outside: Literal["", "0", "1"] = Field(
        "", description="`1`: as for those who do not work over the area, without places of few issues"
    )

    def look(self) -> Look:
        """Read how it is drawn."""
        return Look(self.radius_m, self.mode, self.zoom, self.slot, self.outside == "1")


class DifferenceQuery(HeatQuery):
    """And what it is compared with."""

    than_since: str = Field("", description="or with another period: from this date or time", max_length=40)
    than_until: str = Field(
        "", description="before this time, or up to the end of this day; the period before if none",
        max_length=40,
    )  # fmt: skip


class StepsQuery(PeriodQuery):
    """In which steps."""

    step: str = Field("day", description=f"one of {', '.join(heat.STEPS)}", max_length=40)


class GridRow(Told):
    """A lattice of squares of the ground, row 0 in the north."""

    rows: int = Field(description="0: there is nothing to draw")
    columns: int
    corners: list[list[float]] = Field(
        description="lon, lat of north-west, north-east, south-east, south-west"
    )


class HeatAnswer(Told):
    """Values on a lattice that is fixed to the earth; a value means the same at every zoom."""

    radius_m: float
    cell_m: float = Field(description="side of a square, metres")
    mode: str
    unit: str = Field(description="issues, issues_per_km2 or issues_per_1000_households")
    unit_name: str = Field(description="the same in words")
    total: int = Field(description="issues that match, in the box")
    than_total: int | None = Field(description="of a difference: those of the other period")
    most: float = Field(description="largest value; of a difference the largest either way")
    breaks: list[float] = Field(description="upper bounds of the legend's classes, ascending")
    coarse: bool = Field(
        description="squares are wider than a quarter of the radius and values means over them: zoom in for more"
    )
    least: int = Field(description="places whose radius holds fewer issues are left out; 0: all are shown")
    per_issue: float = Field(
        description="what the values of one issue sum to, over all squares; 0 by households"
    )
    grid: GridRow
    values: list[list[float]] = Field(description="row, column, value; others are 0 or not known")


class HeatStep(Told):
    """One step of the slider."""

    since: AwareDatetime | None = Field(description="null where steps are hours of the week")
    until: AwareDatetime | None
    slot: int | None = Field(description="hour of the week; null for stretches of time")
    count: int


class StepsAnswer(Told):
    """The steps of a period, in order."""

    steps: list[HeatStep]


@blueprint.get("/heat")
@allow()
@blueprint.input(HeatQuery, location="query")
@blueprint.output(HeatAnswer)
def index(query_data: HeatQuery) -> Response:
    """Show where issues are dense.

    Spread by a kernel in metres over squares fixed to the earth; never single issues.
    """
    filters, look = query_data.filters(), query_data.look()

    def read(tx: Tx, actor: Actor) -> Heat:
        period = query_data.within(tx)
        if query_data.than:
            period = heat.beside(period, {"than": query_data.than}, tx.now, tx.config.zone)
        return heat.heat(tx, actor, filters, period, look)

    return answer(_said(stored(read)))


@blueprint.get("/heat/difference")
@allow()
@blueprint.input(DifferenceQuery, location="query")
@blueprint.output(HeatAnswer)
def compare(query_data: DifferenceQuery) -> Response:
    """Show where issues became more or fewer.

    Than in another period: the one before, a year before, or any other; values may be negative.
    """
    filters, look = query_data.filters(), query_data.look()

    def read(tx: Tx, actor: Actor) -> Heat:
        period = query_data.within(tx)
        given = {name: getattr(query_data, name) for name in COMPARED}
        than = heat.beside(period, given, tx.now, tx.config.zone)
        return heat.difference(tx, actor, filters, period, than, look)

    return answer(_said(stored(read)))


@blueprint.get("/heat/steps")
@allow()
@blueprint.input(StepsQuery, location="query")
@blueprint.output(StepsAnswer)
def steps(query_data: StepsQuery) -> Response:
    """Count issues step by step.

    By day, week, month or hour of the week, for a slider over time.
    """
    filters = query_data.filters()

    def read(tx: Tx, actor: Actor) -> list[dict[str, Any]]:
        found = heat.steps(tx, actor, filters, query_data.within(tx), query_data.step)
        return [
            {"since": one.since, "until": one.until, "slot": one.slot, "count": one.count} for one in found
        ]

    return answer({"steps": stored(read)})


def _said(found: Heat) -> dict[str, Any]:
    values = [
        list(one) for one in zip(found.row.tolist(), found.column.tolist(), _short(found.value), strict=True)
    ]
    return {
        "radius_m": found.radius_m,
        "cell_m": found.cell_m,
        "mode": found.mode,
        "unit": found.unit,
        "unit_name": _(NAMES["heat_unit"][found.unit]),
        "total": found.total,
        "than_total": found.than_total,
        "most": found.most,
        "breaks": found.breaks,
        "coarse": found.is_coarse,
        "least": found.least,
        "per_issue": found.per_issue,
        "grid": {"rows": found.rows, "columns": found.columns, "corners": found.corners},
        "values": values,
    }


def _short(values: Any) -> list[float]:  # noqa: ANN401 - an array
    """Say values with few digits: nobody reads more, and a map is loaded faster."""
    if not len(values):
        return []
    power = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.abs(values))))
    return list((np.rint(values * power) / power).tolist())
