"""Hot spots as a table, for the formats of :mod:`server.formats`."""

from collections.abc import Iterator

import orjson
import shapely

from server.db import Tx
from server.formats import Record, Table
from server.services.hotspots.spots import Found
from server.services.hotspots.told import category_said, course_said, said
from server.words import _

__all__ = ["hotspot_table"]


def hotspot_table(tx: Tx, found: Found) -> Table:
    """Make a table of hot spots; headings in the language spoken."""
    columns = {
        "key": _("编码"),
        "cell": _("网格编码"),
        "cell_name": _("网格"),
        "category": _("类别"),
        "course": _("走势"),
        "weeks": _("连续周数"),
        "z": "z",
        "q": "q",
        "count": _("事件数"),
        "sentence": _("说明"),
    }
    types = {"weeks": int, "z": float, "q": float, "count": int}
    return Table(columns, _records(found), tx.config.zone, types, "hotspots", "MultiPolygon")


def _records(found: Found) -> Iterator[Record]:
    for spot in found.spots:
        facts = {
            "key": spot.key,
            "cell": spot.cell,
            "cell_name": spot.name,
            "category": category_said(spot.category),
            "course": course_said(spot.course),
            "weeks": spot.weeks,
            "z": round(spot.z, 3),
            "q": spot.q,
            "count": spot.count,
            "sentence": said(spot.values),
        }
        yield Record(facts, orjson.Fragment(shapely.to_geojson(spot.geometry)))
