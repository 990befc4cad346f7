"""Data as files: issues as CSV or GeoJSON, cells as GeoJSON; written as it is read, never held whole."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, BinaryIO

import orjson
import shapely
from sqlalchemy import select

from server.db import Tx
from server.models import Area, Boundary
from server.services.briefs import Brief
from server.services.imports.rejects import harmless
from server.words import source_name, state_name

__all__ = ["cells_geojson", "issues_csv", "issues_geojson"]

BOM = "\ufeff"
COLUMNS = (
    "number", "state", "state_name", "category", "source", "source_name", "summary", "place_text", "lon", "lat",
    "accuracy_m", "area", "area_name", "how", "distance_m", "holder", "reported_at", "due_at", "clock", "round",
    "border", "needs_check",
)  # fmt: skip


def issues_csv(file: BinaryIO, briefs: Iterable[Brief], zone: tzinfo) -> int:
    """Write issues as CSV (UTF-8 with BOM), harmless to spreadsheets.

    Parameters
    ----------
    file : BinaryIO
        Open for writing.
    briefs : Iterable of Brief
        What to write.
    zone : tzinfo
        Of the times written.

    Returns
    -------
    int
        Number of issues.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for brief in briefs:
        facts = _facts(brief, zone)
        writer.writerow([_cell(facts[name]) for name in COLUMNS])
        count += 1
    text.detach()
    return count


def issues_geojson(file: BinaryIO, briefs: Iterable[Brief], zone: tzinfo) -> int:
    """Write issues as a GeoJSON collection of points; see :func:`issues_csv`."""
    return _collection(file, (_point(brief, zone) for brief in briefs))


def cells_geojson(tx: Tx, file: BinaryIO) -> int:
    """Write the cells of the newest grid as a GeoJSON collection, by code; gives their number."""
    rows = tx.session.execute(
        select(Area.code, Area.name, Area.kind, Area.households, Area.population, Area.path, Boundary.geom)
        .join(Boundary, (Boundary.area_id == Area.id) & Boundary.last_grid_id.is_(None))
        .where(Boundary.level == "cell")
        .order_by(Area.code)
    )
    return _collection(file, (_cell_feature(row) for row in rows))


def _collection(file: BinaryIO, features: Iterator[dict[str, Any]]) -> int:
    count = 0
    file.write(b'{"type":"FeatureCollection","features":[')
    for feature in features:
        file.write((b",\n" if count else b"\n") + orjson.dumps(feature))
        count += 1
    file.write(b"\n]}\n")
    return count


def _point(brief: Brief, zone: tzinfo) -> dict[str, Any]:
    facts = _facts(brief, zone)
    lon, lat = facts.pop("lon"), facts.pop("lat")
    geometry = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": brief.number, "geometry": geometry, "properties": facts}


def _cell_feature(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the store
    codes = row.path.strip("/").split("/")
    facts = {name: getattr(row, name) for name in ("code", "name", "kind", "households", "population")}
    facts["parent"] = codes[-2] if len(codes) > 1 else None
    geometry = orjson.loads(shapely.to_geojson(row.geom))
    return {"type": "Feature", "id": row.code, "geometry": geometry, "properties": facts}


def _facts(brief: Brief, zone: tzinfo) -> dict[str, Any]:
    own = {name: getattr(brief, name) for name in COLUMNS if hasattr(brief, name)}
    return own | {
        "state_name": state_name(brief.state),
        "source_name": source_name(brief.source),
        "area": brief.area.code,
        "area_name": brief.area.name,
        "holder": brief.holder[1] if brief.holder else None,
        "reported_at": _time(brief.reported_at, zone),
        "due_at": _time(brief.due_at, zone),
    }


def _time(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def _cell(value: Any) -> Any:  # noqa: ANN401 - numbers stay numbers
    return harmless(value) if isinstance(value, str) else "" if value is None else value
