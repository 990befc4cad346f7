"""Areas coloured by an indicator, and their outlines."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from flask import Response
from pydantic import Field

from geo.classes import Classes
from server.api.asked import DEEPEST_ZOOM
from server.api.resource import Query, answer, resource, stored
from server.api.stats import PeriodRow, StatsQuery
from server.api.told import FeatureCollection
from server.api.told_loop import Told
from server.auth import allow
from server.db import Tx
from server.errors import InputError
from server.formats import FORMATS, Record, Table
from server.services import choropleth, outlines
from server.services.choropleth import SHADED, Breaks, Choropleth
from server.services.people import Actor
from server.words import NAMES, _

__all__ = ["blueprint"]

MOST_CLASSES = 9
USUAL_ZOOM = 12
PERCENT = 100.0
WHOLE = ("issues", "visits")  # units that are counted
_NAMED = {**NAMES["indicator"], **NAMES["shaded"]}
Level = Literal["district", "subdistrict", "community", "cell"]
blueprint = resource("choropleth")


class ChoroplethQuery(StatsQuery):
    """Which areas by what, over which period, in which classes."""

    level: Level = Field("community", description="areas to colour")
    indicator: str = Field("open", description=f"one of {', '.join(SHADED)}", max_length=40)
    method: Literal["quantile", "natural", "fixed"] = Field(
        "quantile", description="about equally many areas in each class, natural breaks, or `bounds`"
    )
    classes: int = Field(5, description="most classes", ge=2, le=MOST_CLASSES)
    bounds: str = Field(
        "", description="for `fixed`: upper bounds with commas, ascending; a rate from 0 to 1", max_length=200
    )

    def breaks(self) -> Breaks:
        """Read how to make classes.

        Raises
        ------
        InputError
            A bound is no number, or bounds are given for nothing or not at all.
        """
        said = self.bounds.strip()
        if bool(said) != (self.method == "fixed"):
            raise InputError("choropleth.bounds", field="bounds", value=said[:40])
        try:
            given = tuple(float(one) for one in said.split(",")) if said else ()
        except ValueError as error:
            raise InputError("choropleth.bounds", field="bounds", value=said[:40]) from error
        return Breaks(self.method, self.classes, given)


class OutlineQuery(Query):
    """Which outlines, and how fine."""

    level: Level = Field("community", description="areas to draw")
    zoom: int = Field(USUAL_ZOOM, description="zoom of the map the outlines are for", ge=0, le=DEEPEST_ZOOM)
    area: str = Field("", description="code of an area: only areas in it", max_length=64)


class ClassRow(Told):
    """A class of the legend: what is above `low` and not above `high`; the first holds its `low` too."""

    low: float
    high: float
    label: str
    count: int = Field(description="areas in it")


class ShadeRow(Told):
    """An area's number."""

    name: str
    value: float | None = Field(description="null: nothing to tell it from, not zero; a rate from 0 to 1")
    label: str = Field(description="the number as people read it, with its unit")
    rank: int | None = Field(alias="class", description="class from 0; null without a value")
    query: dict[str, str] = Field(description="filters of /issues: exactly the issues counted")
    visits: dict[str, str] = Field(description="filters of /visits: exactly the visits counted")
    of: dict[str, str] = Field(description="of a rate: those below its line")
    counted: int | None
    denominator: int | None
    households: int | None


class ChoroplethAnswer(Told):
    """Areas of a level by an indicator."""

    period: PeriodRow
    level: str
    indicator: str
    name: str
    unit: str = Field(description="issues, rate, score, hours, per_1000 or visits")
    unit_name: str
    legend: list[ClassRow]
    missing: int = Field(description="areas without a value")
    values: dict[str, ShadeRow] = Field(description="by area code")
    drill: str | None = Field(description="level to go down to; null at the lowest")


@blueprint.get("/choropleth")
@allow()
@blueprint.input(ChoroplethQuery, location="query")
@blueprint.output(ChoroplethAnswer)
def index(query_data: ChoroplethQuery) -> Response:
    """Colour areas by an indicator.

    Each number comes with its class and the list of exactly the issues or visits behind it; outlines are
    `/areas.geojson` of the same level. Visits are narrowed by area and period alone.
    """
    filters, breaks, asked = query_data.filters(), query_data.breaks(), query_data

    def read(tx: Tx, actor: Actor) -> dict[str, Any]:
        period = asked.within(tx)
        found = choropleth.choropleth(tx, actor, filters, period, asked.level, asked.indicator, breaks)
        when = {"name": period.name, "since": period.since, "until": period.until}
        return {"period": when, **_told(found)}

    return answer(stored(read))


@blueprint.get("/areas.geojson")
@allow()
@blueprint.input(OutlineQuery, location="query")
@blueprint.output(FeatureCollection, content_type="application/geo+json")
def areas(query_data: OutlineQuery) -> Response:
    """Outlines of areas of a level.

    Simplified for the zoom; neighbours keep one common border. Where none was imported, it is what the areas
    below cover together.
    """
    asked = query_data

    def read(tx: Tx, actor: Actor) -> Table:
        found = outlines.outlines(tx, actor, asked.level, asked.zoom, asked.area or None)
        records = [
            Record({"code": one.code, "name": one.name, "parent": one.parent}, orjson.Fragment(one.geometry))
            for one in found
        ]
        return Table({}, records, tx.config.zone)

    form = FORMATS["geojson"]
    return answer(b"".join(form.write(stored(read))), mimetype=form.mimetype)


def _told(found: Choropleth) -> Mapping[str, Any]:
    return {
        "level": found.level,
        "indicator": found.indicator,
        "name": _(_NAMED[found.indicator]),
        "unit": found.unit,
        "unit_name": _(NAMES["indicator_unit"][found.unit]),
        "legend": _legend(found.classes, found.unit),
        "missing": found.classes.missing,
        "values": {
            one.code: {
                "name": one.name,
                "value": one.value,
                "label": _label(one.value, found.unit),
                "class": None if one.rank < 0 else one.rank,
                "query": one.query,
                "visits": one.visits,
                "of": one.of,
                "counted": one.counted,
                "denominator": one.denominator,
                "households": one.households,
            }
            for one in found.shades
        },
        "drill": found.drill,
    }


def _label(value: float | None, unit: str) -> str:
    """Say a number with its unit."""
    if value is None:
        return _("没有数据")
    return _("{number} {unit}", number=_number(value, unit), unit=_(NAMES["indicator_unit"][unit]))


def _number(value: float, unit: str) -> str:
    shown = value * PERCENT if unit == "rate" else value
    return f"{shown:,.0f}" if unit in WHOLE else f"{shown:,.1f}".removesuffix(".0")


def _legend(classes: Classes, unit: str) -> list[dict[str, Any]]:
    edges = classes.legend
    return [
        {"low": low, "high": high, "label": _range(low, high, unit, is_first=not place), "count": count}
        for place, (low, high, count) in enumerate(zip(edges[:-1], edges[1:], classes.counts, strict=True))
    ]


def _range(low: float, high: float, unit: str, *, is_first: bool) -> str:
    """Say a class: whole numbers from the first that is in it, others from the bound that is not."""
    if unit in WHOLE and high == int(high):
        first = int(low) if is_first else int(low // 1) + 1
        return f"{first:,}" if first >= high else f"{first:,}–{int(high):,}"
    ends = [_exact(one * PERCENT if unit == "rate" else one) for one in (low, high)]
    return ends[1] if low == high else "–".join(ends)


def _exact(bound: float) -> str:
    return f"{bound:.6g}"
