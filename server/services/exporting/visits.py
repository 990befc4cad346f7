"""Visits as a table for files: as others than the visitor may read them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from server.db import Tx
from server.formats import Record, Table
from server.services.redact import masked, public_place
from server.services.visit_rows import VisitRow
from server.words import NAMES, _

__all__ = ["visit_table"]


def visit_table(tx: Tx, visits: Iterable[VisitRow]) -> Table:
    """Make a table of visits; headings in the language spoken."""
    columns = {
        "happened_at": _("时间"),
        "kind": _("走访类型"),
        "subject": _("走访对象"),
        "result": _("走访结果"),
        "cell": _("网格编码"),
        "cell_name": _("网格"),
        "who": _("走访人"),
        "where": _("地点"),
        "text": _("走访情况"),
        "households": _("户数"),
        "issues": _("事件"),
    }
    types: dict[str, type] = {"happened_at": datetime, "households": int}
    return Table(columns, _records(visits), tx.config.zone, types, "visits")


def _records(visits: Iterable[VisitRow]) -> Iterator[Record]:
    for one in visits:
        named = {
            part: _(NAMES[f"visit_{part}"][getattr(one, part)]) for part in ("kind", "subject", "result")
        }
        facts = {
            "happened_at": one.happened_at,
            **named,
            "cell": one.cell,
            "cell_name": one.cell_name,
            "who": one.who,
        }
        where = "" if one.is_care else public_place(one.said.where)
        text = "" if one.is_care else masked("text", one.said.text)
        more = {"where": where, "text": text, "households": one.households, "issues": "、".join(one.issues)}
        yield Record({**facts, **more})
