"""Lists as tables, for the formats of :mod:`server.formats`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from server.db import Tx
from server.formats import Record, Table
from server.services.briefs import Brief
from server.services.categories import category_name
from server.services.layer import CellOnMap
from server.words import _, clock_name, source_name, state_name

__all__ = ["cell_facts", "cell_table", "issue_table"]


_ISSUE: dict[str, type] = {
    "lon": float,
    "lat": float,
    "reported_at": datetime,
    "due_at": datetime,
    "round": int,
}


def issue_table(tx: Tx, issues: Iterable[Brief]) -> Table:
    """Make a table of issues; headings in the language spoken."""
    columns = {
        "number": _("编号"),
        "state_name": _("状态"),
        "category_name": _("类别"),
        "source_name": _("来源"),
        "summary": _("摘要"),
        "place_text": _("地点"),
        "lon": _("经度"),
        "lat": _("纬度"),
        "cell": _("网格编码"),
        "cell_name": _("网格"),
        "area": _("所在区域"),
        "holder": _("承办"),
        "reported_at": _("上报时间"),
        "due_at": _("时限"),
        "clock_name": _("时限情况"),
        "round": _("轮次"),
    }
    return Table(columns, (_issue(brief) for brief in issues), tx.config.zone, _ISSUE, "issues")


def _issue(brief: Brief) -> Record:
    point = None
    if brief.lon is not None:
        point = {"type": "Point", "coordinates": [brief.lon, brief.lat]}
    return Record(
        {
            "number": brief.number,
            "state": brief.state,
            "state_name": state_name(brief.state),
            "category": brief.category,
            "category_name": category_name(brief.category),
            "source": brief.source,
            "source_name": source_name(brief.source),
            "summary": brief.summary,
            "place_text": brief.place_text,
            "lon": brief.lon,
            "lat": brief.lat,
            "cell": brief.cell.code if brief.cell else None,
            "cell_name": brief.cell.name if brief.cell else None,
            "area": " / ".join(brief.area.path_names),
            "holder": brief.holder[1] if brief.holder else None,
            "reported_at": brief.reported_at,
            "due_at": brief.due_at,
            "clock": brief.clock,
            "clock_name": clock_name(brief.clock),
            "round": brief.round,
        },
        point,
    )


def cell_table(tx: Tx, cells: Iterable[CellOnMap]) -> Table:
    """Make a table of cells; headings in the language spoken."""
    columns = {
        "code": _("网格编码"),
        "name": _("网格"),
        "community": _("社区"),
        "households": _("户数"),
        "open": _("未结事件"),
        "overdue": _("超期"),
        "worker": _("网格员"),
    }
    types = dict.fromkeys(("households", "open", "overdue"), int)
    return Table(columns, _cells(cells), tx.config.zone, types, "cells", "MultiPolygon")


def _cells(cells: Iterable[CellOnMap]) -> Iterator[Record]:
    for cell in cells:
        yield Record(cell_facts(cell), orjson.Fragment(cell.geometry))


def cell_facts(cell: CellOnMap) -> dict[str, Any]:
    """Tell a cell without its outline."""
    return {
        "code": cell.code,
        "name": cell.name,
        "community": cell.community,
        "households": cell.households,
        "open": cell.open,
        "overdue": cell.overdue,
        "worker": cell.worker,
    }
