"""Cells, communities and subdistricts with their indicators and outlines, as a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import shapely
from sqlalchemy import func, or_, select

from server.db import Tx
from server.errors import InputError
from server.formats import Record, Table
from server.models import Area, Boundary
from server.services import areas, statistics
from server.services.areas import below, visible_paths
from server.services.filters import Filters, known
from server.services.people import Actor
from server.services.statistics import INDICATORS, Row
from server.services.statistics.counting import NARROWING
from server.words import NAMES, _

__all__ = ["LEVELS", "UNIT_FIELDS", "count_units", "unit_table"]

LEVELS = {"cell": "cells", "community": "communities", "subdistrict": "subdistricts"}
"""Level -> name of the file."""
PERIOD = ("period", "days", "since", "until")
UNIT_FIELDS = (*PERIOD, *NARROWING, "indicators")
OUTLINES_AT_ONCE = 200


def _level(given: Mapping[str, str]) -> str:
    level = given.get("level") or "cell"
    if level not in LEVELS:
        raise InputError("field.not_one_of", field="level", value=level[:40], expected=known("unit_level"))
    return level


def count_units(tx: Tx, actor: Actor, given: Mapping[str, str]) -> int:
    """Count the units that a table has; see :func:`unit_table`."""
    statistics.period_of({name: given.get(name) for name in PERIOD}, tx.now, tx.config.zone)
    Filters.parse({name: given.get(name) for name in NARROWING}, tx.config.zone)
    _indicators(given)
    mine = or_(*(below(path) for path in visible_paths(actor)), Area.id == -1)
    query = select(func.count()).select_from(Area).where(Area.level == _level(given), mine)
    if given.get("area"):
        query = query.where(below(areas.path_of(tx, actor, given["area"])))
    return int(tx.session.scalar(query.where(Area.retired_grid_id.is_(None))) or 0)


def unit_table(tx: Tx, actor: Actor, given: Mapping[str, str]) -> Table:
    """Make a table of units with their indicators; what belongs to no unit is left out.

    Parameters
    ----------
    tx, actor :
        As of :func:`server.services.statistics.by`.
    given : Mapping[str, str]
        ``level``, the period, filters, and ``indicators`` with commas; all of them when not given.

    Raises
    ------
    InputError
        No such level or indicator, or the period cannot be read.
    """
    level, wanted = _level(given), _indicators(given)
    period = statistics.period_of({name: given.get(name) for name in PERIOD}, tx.now, tx.config.zone)
    filters = Filters.parse({name: given.get(name) for name in NARROWING}, tx.config.zone)
    found = statistics.by(tx, actor, filters, period, level, wanted)
    counts = [key for key in wanted if INDICATORS[key].unit == "issues"]
    columns = {"code": _("编码"), "name": _("名称"), "above": _("上级"), "households": _("户数")}
    columns |= {key: _heading(key) for key in found.indicators}
    columns |= {f"{key}_per_1000": _("{name}（件/千户）", name=_(NAMES["indicator"][key])) for key in counts}
    types: dict[str, type] = dict.fromkeys(columns, float)
    types |= dict.fromkeys(("households", *counts), int)
    types = {key: kind for key, kind in types.items() if key not in ("code", "name", "above")}
    rows = [row for row in found.rows if row.code]
    return Table(columns, _records(tx, rows, counts), tx.config.zone, types, LEVELS[level], "MultiPolygon")


def _indicators(given: Mapping[str, str]) -> list[str]:
    said = [one.strip() for one in given.get("indicators", "").split(",") if one.strip()]
    for one in said:
        if one not in INDICATORS:
            raise InputError(
                "field.not_one_of", field="indicators", value=one[:40], expected=known("indicator")
            )
    return list(dict.fromkeys(said)) or list(INDICATORS)


def _heading(key: str) -> str:
    """Name an indicator, with its unit where its name does not tell; a rate is written from 0 to 1."""
    name = _(NAMES["indicator"][key])
    return _("{name}（小时）", name=name) if INDICATORS[key].unit == "hours" else name


def _records(tx: Tx, rows: Sequence[Row], counts: Sequence[str]) -> Iterator[Record]:
    for start in range(0, len(rows), OUTLINES_AT_ONCE):
        several = rows[start : start + OUTLINES_AT_ONCE]
        codes = [row.code for row in several]
        outlines, above = _outlines(tx, codes), _above(tx, codes)
        for row in several:
            facts: dict[str, Any] = {"code": row.code, "name": row.name, "above": above.get(row.code, "")}
            facts["households"] = row.households
            facts |= {one.key: one.value for one in row.figures}
            facts |= {key: int(facts[key]) for key in counts if facts[key] is not None}
            dense = {one.key: value for one, value in zip(row.figures, row.per_thousand, strict=True)}
            facts |= {f"{key}_per_1000": dense[key] for key in counts}
            outline = outlines.get(row.code)
            yield Record(facts, None if outline is None else orjson.Fragment(outline))


def _above(tx: Tx, codes: Sequence[str]) -> dict[str, str]:
    """Name what areas lie in, from the top down."""
    views = areas.by_ids(tx, tx.session.scalars(select(Area.id).where(Area.code.in_(codes))))
    return {one.code: " / ".join(one.path_names[:-1]) for one in views.values()}


def _outlines(tx: Tx, codes: Sequence[str]) -> dict[str, str]:
    """Read outlines as GeoJSON; of an area without one, that of the cells in it."""
    query = select(Boundary.code, Boundary.geom).where(Boundary.last_grid_id.is_(None))
    found = dict(map(tuple, tx.rows(query.where(Boundary.code.in_(codes)))))
    missing = [code for code in codes if code not in found]
    for path in tx.session.scalars(select(Area.path).where(Area.code.in_(missing))):
        inside = select(Area.id).where(below(path), Area.retired_grid_id.is_(None))
        parts = [
            geom
            for _code, geom in tx.rows(query.where(Boundary.level == "cell", Boundary.area_id.in_(inside)))
        ]
        if parts:
            found[path.strip("/").split("/")[-1]] = shapely.union_all(parts)
    return {code: shapely.to_geojson(geom) for code, geom in found.items()}
