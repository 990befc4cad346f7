"""How fast the map gets its data: over HTTP from a running server, on both stores, against a plain recount."""

import gzip
import http.client
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from benchmarks.import_rate import import_chicago
from benchmarks.serving import serving
from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store
from server.models import Area, Issue
from server.services import people
from server.services.people import NewPerson
from server.workflow import OPEN
from tests.personas import token_of

GOAL_MS = 150.0
WARM, TIMES = 3, 21
CITY = (-87.9401, 41.6445, -87.5241, 42.0231)
LOOP = (-87.72, 41.84, -87.62, 41.92)
BLOCK = (-87.675, 41.87, -87.655, 41.88)


@dataclass(frozen=True)
class Plain:
    """One issue as a recount sees it."""

    number: str
    lon: float
    lat: float
    state: str
    code: str
    summary: str
    at: datetime


@dataclass(frozen=True)
class Asked:
    """One request, and what a plain recount says its answer must add up to."""

    name: str
    path: str
    query: dict[str, object]
    figure: Callable[[dict], object]
    wanted: Callable[[list[Plain]], object]


def within(box: tuple[float, float, float, float]) -> Callable[[Plain], bool]:
    """Say whether an issue lies in a box."""
    west, south, east, north = box
    return lambda one: west <= one.lon <= east and south <= one.lat <= north


def bbox(box: tuple[float, float, float, float]) -> str:
    """Spell a box as the API does."""
    return ",".join(map(str, box))


def counted(told: dict) -> int:
    """Add up the issues of a feature collection."""
    return sum(one["properties"]["count"] for one in told["features"])


def opened(told: dict) -> dict[str, int]:
    """Open issues by cell."""
    return {one["id"]: one["properties"]["open"] for one in told["features"] if one["properties"]["open"]}


def open_by_cell(issues: list[Plain]) -> dict[str, int]:
    """Open issues by cell, counted one by one."""
    found: dict[str, int] = {}
    for one in issues:
        if one.state in OPEN:
            found[one.code] = found.get(one.code, 0) + 1
    return {code: count for code, count in found.items() if code != "US-CHI"}


def number_in(
    box: tuple[float, float, float, float], *, only_open: bool = False
) -> Callable[[list[Plain]], int]:
    """Count the issues in a box."""
    inside = within(box)
    return lambda issues: sum(1 for one in issues if inside(one) and (not only_open or one.state in OPEN))


REQUESTS = (
    Asked("cells, zoom 11", "/cells.geojson", {"zoom": 11}, opened, open_by_cell),
    Asked("cells, zoom 15", "/cells.geojson", {"zoom": 15}, opened, open_by_cell),
    Asked("clusters, whole city", "/clusters", {"zoom": 11, "bbox": bbox(CITY)}, counted, number_in(CITY)),
    Asked("clusters, open only", "/clusters", {"zoom": 11, "bbox": bbox(CITY), "state": "open"}, counted,
          number_in(CITY, only_open=True)),
    Asked("clusters, a district", "/clusters", {"zoom": 13, "bbox": bbox(LOOP)}, counted, number_in(LOOP)),
    Asked("points, a few blocks", "/clusters", {"zoom": 16, "bbox": bbox(BLOCK)}, counted, number_in(BLOCK)),
    Asked("heat, whole city", "/heat", {"zoom": 11, "bbox": bbox(CITY)}, lambda told: told["total"], number_in(CITY)),
    Asked("heat, a district", "/heat", {"zoom": 14, "bbox": bbox(LOOP)}, lambda told: told["total"], number_in(LOOP)),
    Asked("list, first page", "/issues", {"limit": 50}, lambda told: told["items"][0]["number"], lambda issues: issues[0].number),
    Asked("list, by words", "/issues", {"q": "WESTERN"}, lambda told: told["total"], None),
)  # fmt: skip


def everything(store: Store) -> list[Plain]:
    """Read all issues plainly, newest first."""
    with store.read() as tx:
        rows = tx.session.execute(
            select(Issue.number, Issue.lon, Issue.lat, Issue.state, Area.code, Issue.summary, Issue.place_text,
                   Issue.reported_at, Issue.id).join(Area, Area.id == Issue.area_id)
        ).all()  # fmt: skip
    rows.sort(key=lambda row: (row.reported_at, row.id), reverse=True)
    return [Plain(*row[:5], f"{row.summary} {row.place_text} {row.number}", row.reported_at) for row in rows]


def command(folder: Path, url: str, port: int) -> list[str]:
    """Spell the command that serves a store."""
    options = ["--dir", str(folder), *(["--database-url", url] if url else [])]
    return [sys.executable, "-m", "server.cli", *options, "serve", "--port", str(port)]


def ask(line: http.client.HTTPConnection, token: str, one: Asked) -> tuple[float, bytes]:
    """Ask once; give milliseconds until the last byte, and the bytes as they came."""
    begun = time.perf_counter()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    line.request("GET", f"/api/v1{one.path}?{urlencode(one.query)}", headers=headers)
    answer = line.getresponse()
    said = answer.read()
    spent = (time.perf_counter() - begun) * 1000
    if answer.status != 200:
        raise SystemExit(f"{one.name}: {answer.status} {said[:300]!r}")
    return spent, said


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, float]]:
    """Measure one store."""
    import_chicago(folder, url)
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    with store.write() as tx:
        people.create(tx, [NewPerson("bench", "Bench", roles=(("supervisor", "US-CHI"),))])
        token = token_of(tx, "bench", ["read"])
    issues = everything(store)
    results = {}
    with serving(partial(command, folder, url)) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for one in REQUESTS:
            told = [ask(line, token, one) for _ in range(WARM + TIMES)]
            _check(one, told[0][1], issues)
            times = [spent for spent, _ in told[WARM:]]
            results[one.name] = {"median_ms": round(statistics.median(times), 1), "bytes": len(told[0][1])}
            late = "" if results[one.name]["median_ms"] < GOAL_MS else "  SLOWER THAN THE GOAL"
            print(
                f"  {name:8} {one.name:22} {statistics.median(times):7.1f} ms {len(told[0][1]):8} bytes{late}"
            )
        line.close()
    store.close()
    return results


def _check(one: Asked, said: bytes, issues: list[Plain]) -> None:
    told = json.loads(gzip.decompress(said) if said[:2] == b"\x1f\x8b" else said)
    if one.wanted is None:
        wanted = sum(1 for issue in issues if str(one.query["q"]).lower() in issue.summary.lower())
    else:
        wanted = one.wanted(issues)
    if one.figure(told) != wanted:
        raise SystemExit(f"{one.name}: answered {one.figure(told)!r}, a recount gives {wanted!r}")


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure all stores that are here."""
    print(f"map data of 74,377 issues in 77 areas over HTTP (goal: median below {GOAL_MS:.0f} ms)")
    return on_each_store(measure)


if __name__ == "__main__":
    run()
