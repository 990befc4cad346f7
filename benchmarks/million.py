"""The demonstration town with as many issues as are wanted, written past all services in a minute or two a million.

They lie where people live, unevenly; come more at some hours, weekdays and seasons than at others, and more each
year; most are closed, some late, a few came back. Their entries are not written: what reads these is not measured
here.

Run it to fill a folder or a database for measurements of your own::

    python -m benchmarks.million COUNT DIR [DATABASE_URL]
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import select, text

from geo.squares import square_at
from server.config import load
from server.db import Store, Tx
from server.demo.seed import seed
from server.models import Area, Boundary, Duty, Issue
from server.models.types import to_micros
from server.services.imports.runs import analyze
from server.upgrade import upgrade

REAL = 600  # issues that the loop itself made, whose words are used again
YEARS, AT_ONCE, SEED = 5, 50_000, 17
DAY_US, HOUR_US = 86_400_000_000, 3_600_000_000
SHARES = {"closed": 0.93, "rejected": 0.025, "merged": 0.01, "open": 0.035}
SAID = {"satisfied": 0.8, "basically": 0.15, "dissatisfied": 0.05}
STAGES = {
    "reported": 0.08,
    "dispatched": 0.17,
    "handling": 0.5,
    "suspended": 0.05,
    "handled": 0.1,
    "verified": 0.1,
}
HOURS = np.array([2, 1, 1, 1, 1, 2, 5, 9, 13, 15, 14, 11, 8, 9, 12, 12, 11, 10, 9, 8, 7, 6, 4, 3], float)
LATEST_US = 40 * DAY_US  # what is still open was reported within the last forty days

Columns = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """Cells with who answers for them.

    Attributes
    ----------
    ids, boundaries : list of int
        Keys of cells and of their outlines.
    shapes : list of Polygon
        Outlines.
    weights : ndarray of float, shape (n,)
        Share of the issues of each.
    holders : list of int or None
        Who is on duty.
    grid : int
        The newest grid.
    """

    ids: list[int]
    boundaries: list[int]
    shapes: list[Any]
    weights: np.ndarray
    holders: list[int | None]
    grid: int


def fill(store: Store, count: int) -> None:
    """Bring a store to so many issues; an empty one gets the town first.

    Parameters
    ----------
    store : Store
        Upgraded; empty, or filled by this before.
    count : int
        Issues in all.
    """
    with store.read() as tx:
        is_new = tx.session.scalar(select(Area.id).limit(1)) is None
    if is_new:
        seed(store, count=REAL)
    with store.write() as tx:
        newest = tx.session.scalar(select(Issue.id).order_by(Issue.id.desc()).limit(1)) or 0
        ground, rng = _ground(tx), np.random.default_rng(SEED + newest)
        words = pd.DataFrame(
            tx.rows(select(Issue.category, Issue.source, Issue.summary, Issue.place_text)).copy()
        )
        anew = _without_indexes(tx) if count - newest > AT_ONCE else []
        for begin in range(newest, count, AT_ONCE):
            many = min(AT_ONCE, count - begin)
            _write(tx, _issues(tx.now, ground, words, rng, many, begin + 1))
        for statement in anew:
            tx.session.execute(text(statement.replace(":", "\\:")))
    with store.write() as tx:
        analyze(tx)


def _ground(tx: Tx) -> Ground:
    query = select(Area.id, Boundary.id, Boundary.geom, Area.households, Boundary.first_grid_id)
    rows = tx.rows(
        query.join(Boundary, Boundary.area_id == Area.id).where(Boundary.level == "cell").order_by(Area.id)
    )
    held = dict(tx.rows(select(Duty.area_id, Duty.person_id).where(Duty.kind == "A")))
    rng = np.random.default_rng(SEED)
    weights = np.array([row[3] or 1 for row in rows], float) * rng.lognormal(0, 0.8, len(rows))
    return Ground([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], weights / weights.sum(),
                  [held.get(row[0]) for row in rows], max(row[4] for row in rows))  # fmt: skip


def _without_indexes(tx: Tx) -> list[str]:
    """Take the indexes and triggers of issues away; give what makes them anew."""
    if tx.on_sqlite:
        kept = tx.rows(text("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'issue' AND sql IS NOT NULL "
                            "AND type IN ('index', 'trigger')"))  # fmt: skip
        for kind, name, _sql in kept:
            tx.session.execute(text(f"DROP {kind} {name}"))
        within = "INSERT INTO issue_rtree SELECT id, lon, lon, lat, lat FROM issue WHERE lon IS NOT NULL"
        return ["DELETE FROM issue_rtree", within, *(sql for _kind, _name, sql in kept)]
    kept = tx.rows(text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'issue' "
                        "AND indexdef NOT LIKE 'CREATE UNIQUE%'"))  # fmt: skip
    for name, _sql in kept:
        tx.session.execute(text(f"DROP INDEX {name}"))
    return [sql for _name, sql in kept]


def _points(ground: Ground, cells: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw a point within each cell, denser around three spots of it."""
    lon, lat = np.empty(len(cells)), np.empty(len(cells))
    for cell in np.unique(cells):
        mine, shape = np.flatnonzero(cells == cell), ground.shapes[cell]
        shapely.prepare(shape)
        west, south, east, north = shape.bounds
        spots = np.random.default_rng(int(cell)).uniform((west, south), (east, north), (3, 2))
        while len(mine):
            near = rng.random(len(mine)) < 0.5
            drawn = rng.uniform((west, south), (east, north), (len(mine), 2))
            around = spots[rng.integers(0, 3, len(mine))] + rng.normal(0, 4e-4, (len(mine), 2))
            drawn[near] = around[near]
            good = shapely.contains_xy(shape, drawn)
            lon[mine[good]], lat[mine[good]] = drawn[good].T
            mine = mine[~good]
    return lon, lat


def _reported(now_us: int, is_open: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw when they were reported: more each year, at some hours, in winter and summer."""
    many = len(is_open)
    share = np.sqrt(rng.random(many))
    span = np.where(is_open, LATEST_US, YEARS * 365 * DAY_US)
    day = (now_us - ((1 - share) * span).astype(np.int64)) // DAY_US
    hour = rng.choice(24, many, p=HOURS / HOURS.sum())
    at = day * DAY_US + (hour - 8) * HOUR_US + rng.integers(0, HOUR_US, many)
    return np.where(at >= now_us, at - 2 * DAY_US, at)


def _issues(
    now: datetime, ground: Ground, words: pd.DataFrame, rng: np.random.Generator, many: int, first: int
) -> Columns:
    """Make rows of issues as columns; what is not named is empty, 0 or false."""
    cells, like = rng.choice(len(ground.ids), many, p=ground.weights), rng.integers(0, len(words), many)
    state = rng.choice(list(SHARES), many, p=list(SHARES.values())).astype(object)
    is_open = state == "open"
    state[is_open] = rng.choice(list(STAGES), int(is_open.sum()), p=list(STAGES.values()))
    now_us, closed, held = (
        to_micros(now),
        state == "closed",
        ~np.isin(state, ["reported", "rejected", "merged"]),
    )
    at = _reported(now_us, is_open, rng)
    due = at + rng.choice([1, 3, 7, 15], many, p=[0.2, 0.4, 0.3, 0.1]) * DAY_US
    took = (rng.lognormal(11.2, 1.0, many) * 1e6).astype(np.int64)
    ended = np.where(is_open, 0, np.minimum(at + took + HOUR_US, now_us - 1))
    finished = np.where(closed, np.maximum(at, ended - took // 3), 0)
    again = 1 + (rng.random(many) < 0.04) + (rng.random(many) < 0.01)
    call = rng.random(many) < 0.6
    lon, lat = _points(ground, cells, rng)
    days = pd.to_datetime(at, unit="us").strftime("%Y%m%d")
    said = np.where(closed & call, rng.choice(list(SAID), many, p=list(SAID.values())), None)
    clocked = closed | np.isin(state, ["dispatched", "handling", "handled", "verified"])
    return {
        "id": np.arange(first, first + many), "uid": [uuid.UUID(bytes=rng.bytes(16)) for _ in range(many)],
        "number": [f"{day}-{place:08d}" for day, place in zip(days, range(first, first + many), strict=True)],
        **{name: words[name].to_numpy()[like] for name in words.columns}, "state": state,
        "lon": lon, "lat": lat, "reported_lon": lon, "reported_lat": lat,
        "square": [square_at(*point) for point in zip(lon.tolist(), lat.tolist(), strict=True)],
        "area_id": np.array(ground.ids)[cells], "boundary_id": np.array(ground.boundaries)[cells],
        "grid_id": ground.grid, "reported_crs": "EPSG:4326", "how": "inside", "runner_ups": [], "placed": {},
        "assigned": {}, "holder_person_id": np.where(held, np.array(ground.holders, object)[cells], None),
        "round": again, "reported_at": at, "received_at": at, "due_at": np.where(clocked, due, 0),
        "amber_at": np.where(clocked, at + (due - at) * 3 // 4, 0), "dispatched_at": np.where(held, at, 0),
        "stage_at": np.where(is_open, at, 0), "stage_due_at": np.where(is_open & clocked, due, 0),
        "ended_at": ended, "finished_at": finished, "updated_at": np.where(is_open, at, ended), "version": 4,
        "take_used_s": np.where(closed, took // 5_000_000, -1), "used_s": np.where(held, took // 1_000_000, -1),
        "urgent": rng.random(many) < 0.05, "callback": call, "satisfaction": said,
    }  # fmt: skip


def _cells(tx: Tx, name: str, given: Any, many: int) -> Sequence[Any]:  # noqa: ANN401 - an array or one value
    """Give a column as its database takes it."""
    column = Issue.__table__.columns[name]
    kind = str(column.type)
    values = given.tolist() if isinstance(given, np.ndarray) else given
    if kind == "JSON":
        return [json.dumps(values)] * many
    if not isinstance(values, list):
        return [values] * many
    if column.type.__class__.__name__ == "Instant":
        return [None if not one else one if tx.on_sqlite else _moment(one) for one in values]
    if name in ("take_used_s", "used_s"):
        return [None if one < 0 else one for one in values]
    return [one.hex for one in values] if name == "uid" and tx.on_sqlite else values


def _moment(micros: int) -> str:
    return (datetime(1970, 1, 1) + timedelta(microseconds=micros)).isoformat() + "+00"  # noqa: DTZ001 - told below


def _write(tx: Tx, columns: Columns) -> None:
    many = len(columns["id"])
    whole = dict.fromkeys(("border", "needs_check", "final"), False) | dict.fromkeys(
        ("hand_offs", "attempts", "repeats"), 0
    )
    columns = {**columns, **whole}
    rows: Iterator[Any] = zip(
        *(_cells(tx, name, given, many) for name, given in columns.items()), strict=True
    )
    names = ", ".join(columns)
    driver: Any = tx.session.connection().connection.driver_connection
    if tx.on_sqlite:
        driver.executemany(f"INSERT INTO issue ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
        return
    with driver.cursor().copy(f"COPY issue ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    driver.execute("SELECT setval(pg_get_serial_sequence('issue', 'id'), (SELECT max(id) FROM issue))")


if __name__ == "__main__":
    wanted, folder, *url = sys.argv[1:]
    begun, store = (
        time.perf_counter(),
        Store(load({"dir": folder, "database_url": url[0] if url else None}, environment={})),
    )
    upgrade(store)
    fill(store, int(wanted))
    store.close()
    print(f"{wanted} issues in {time.perf_counter() - begun:.0f} s")
