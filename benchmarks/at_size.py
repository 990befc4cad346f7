"""The map and the board at any size: the server's own time over HTTP, how soon a new issue shows, the first heat.

Requests are combinations of filters as people choose them, each asked once in an order of its own, so that no
answer was ever given before. ``Server-Timing`` tells the application's time, see :mod:`benchmarks.timed`.
"""

import http.client
import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
from sqlalchemy import func, select

from benchmarks.million import fill
from benchmarks.serving import serving
from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store
from server.models import Area, Issue
from server.services import people
from server.services.people import NewPerson
from server.upgrade import upgrade
from tests.personas import token_of

GOAL_MS, SOON_S = 100.0, 5.0
SIZES = tuple(int(size) for size in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(","))
WARM, TIMES, PATIENCE_S = 5, 60, 60.0
CATEGORIES = ("heating", "road_damage", "parking", "noise", "dogs", "fire_door", "exposed_rubbish")
SOURCES = ("hotline", "phone", "patrol", "wechat", "visit")
INDICATORS = ("new", "open", "overdue_share", "on_time", "hours_to_close", "satisfaction")


def periods(now: datetime) -> list[dict[str, str]]:
    """Stretches of time that people choose."""
    day = now.date()
    return [
        {"days": "7"}, {"days": "30"}, {"days": "90"}, {"period": "month"}, {"period": "year"}, {"period": "all"},
        {"since": str(day - timedelta(days=800)), "until": str(day - timedelta(days=400))},
    ]  # fmt: skip


def narrowing(dice: random.Random, areas: list[str]) -> dict[str, str]:
    """Draw what else is chosen: nothing, or several things at once."""
    drawn = {
        "category": ",".join(dice.sample(CATEGORIES, dice.randint(1, 5))),
        "source": ",".join(dice.sample(SOURCES, dice.randint(1, 3))),
        "area": dice.choice(areas),
    }
    return {name: said for name, said in drawn.items() if dice.random() < 0.4}


def heat(dice: random.Random, town: tuple[float, ...], areas: list[str], now: datetime) -> dict[str, object]:
    """Draw a question for the heat: any place, zoom, radius, mode, period and filters."""
    zoom = dice.randint(12, 16)
    west, south, east, north = town
    span = min(1.0, 2.0 ** (13 - zoom))
    left, low = (
        west + (east - west) * dice.random() * (1 - span),
        south + (north - south) * dice.random() * (1 - span),
    )
    box = (left, low, left + (east - west) * span, low + (north - south) * span)
    state = dice.choice([{}, {}, {"state": "open"}, {"state": "closed"}, {"overdue": "1"}])
    return {
        **narrowing(dice, areas), **state, **dice.choice(periods(now)), "zoom": zoom, "radius_m": dice.choice([150, 300, 600]),
        "bbox": ",".join(f"{one:.5f}" for one in box), "mode": dice.choice(["raw", "per_km2", "per_household"]),
    }  # fmt: skip


def statistics(dice: random.Random, areas: list[str], now: datetime) -> dict[str, object]:
    """Draw a question for the statistics."""
    return {**narrowing(dice, areas), **dice.choice(periods(now)[:5])}


def questions(
    dice: random.Random, town: tuple[float, ...], areas: list[str], now: datetime
) -> dict[str, list[str]]:
    """Draw so many requests of each kind."""
    kinds = {
        "heat": lambda: ("heat", heat(dice, town, areas, now)),
        "steps of the slider": lambda: ("heat/steps", statistics(dice, areas, now) | {"step": "week"}),
        "choropleth": lambda: ("choropleth", statistics(dice, areas, now) | {
            "level": dice.choice(["cell", "community", "subdistrict"]), "indicator": dice.choice(INDICATORS)}),
        "numbers of a period": lambda: ("stats/summary", statistics(dice, areas, now)),
        "numbers by cell": lambda: ("stats/by", statistics(dice, areas, now) | {"dimension": "cell"}),
        "numbers by category": lambda: ("stats/by", statistics(dice, areas, now) | {"dimension": "category"}),
        "a year by week": lambda: ("stats/trend", narrowing(dice, areas) | {"period": "year", "step": "week"}),
    }  # fmt: skip
    return {
        name: [f"/api/v1/{path}?{urlencode(query)}" for path, query in (draw() for _ in range(WARM + TIMES))]
        for name, draw in kinds.items()
    }


def ask(line: http.client.HTTPConnection, token: str, path: str) -> tuple[float, bytes]:
    """Ask once; give the application's milliseconds and the answer."""
    line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {said[:300]!r}")
    return float(answer.headers["Server-Timing"].partition("dur=")[2]), said


def measure_size(store: Store, folder: Path, url: str, token: str, report: str) -> dict[str, object]:
    """Measure one size: each kind of question, first answer, freshness."""
    with store.read() as tx:
        inside = (func.min(Issue.lon), func.min(Issue.lat), func.max(Issue.lon), func.max(Issue.lat))
        town = tuple(tx.session.execute(select(*inside)).one())
        areas = list(
            tx.session.scalars(select(Area.code).where(Area.level.in_(["community", "subdistrict"])))
        )
    asked = questions(random.Random(1), town, areas, datetime.now(UTC))
    figures: dict[str, object] = {}
    command = partial(_command, folder, url)
    with serving(command) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S * 4)
        first, _said = ask(line, token, asked["heat"][0])
        figures["first answer of a new process"] = {"ms": round(first)}
        for name, paths in asked.items():
            times = np.array([ask(line, token, path)[0] for path in paths][WARM:])
            figures[name] = {
                "median_ms": round(float(np.median(times)), 1),
                "p95_ms": round(float(np.percentile(times, 95)), 1),
            }
        figures["a new issue shows"] = {"s": round(_freshness(line, token, report, town), 2)}
        figures["memory of the server"] = {"mb": _memory_mb(port)}
        line.close()
    return figures


def _command(folder: Path, url: str, port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.timed", str(folder), url, str(port)]


def _freshness(line: http.client.HTTPConnection, token: str, report: str, town: tuple[float, ...]) -> float:
    """Report an issue and ask for the heat until it is in there."""
    west, south, east, north = town
    path = f"/api/v1/heat?zoom=13&period=today&bbox={west},{south},{east},{north}"
    before = json.loads(ask(line, token, path)[1])["total"]
    body = {"category": "heating", "source": "phone", "description": "暖气不热",
            "lon": (west + east) / 2, "lat": (south + north) / 2}  # fmt: skip
    headers = {
        "Authorization": f"Bearer {report}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(time.time_ns()),
    }
    begun = time.perf_counter()
    line.request("POST", "/api/v1/issues", json.dumps(body), headers)
    answer = line.getresponse()
    told = answer.read()
    if answer.status != 201:
        raise SystemExit(f"reporting: {answer.status} {told[:300]!r}")
    while json.loads(ask(line, token, path)[1])["total"] != before + 1:
        if time.perf_counter() - begun > PATIENCE_S:
            raise SystemExit("a new issue does not show")
    return time.perf_counter() - begun


def _memory_mb(port: int) -> int:
    """Resident memory of all processes that serve a port's command, MB; 0 where it cannot be told."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = status.with_name("cmdline").read_bytes().decode(errors="replace").split("\0")
            if "benchmarks.timed" in said and str(port) in said:
                total = max(total, int(status.read_text().partition("VmRSS:")[2].split()[0]) // 1024)
        except (OSError, IndexError, ValueError):
            continue
    return total


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, object]]:
    """Measure one store at every size; it grows from one to the next."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    token = report = ""
    results: dict[str, dict[str, object]] = {}
    for size in SIZES:
        fill(store, size)
        if not token:
            with store.write() as tx:
                root = tx.session.scalars(select(Area.code).where(Area.parent_id.is_(None))).one()
                people.create(
                    tx, [NewPerson(one, one, roles=((one, root),)) for one in ("supervisor", "dispatcher")]
                )
                token, report = token_of(tx, "supervisor"), token_of(tx, "dispatcher", ["report"])
        results[str(size)] = measure_size(store, folder, url, token, report)
        for kind, figures in results[str(size)].items():
            late = "  SLOWER THAN THE GOAL" if figures.get("p95_ms", 0) > GOAL_MS else ""  # type: ignore[attr-defined]
            print(f"  {name:8} {size:8} {kind:30} {figures}{late}", flush=True)
    store.close()
    return results


def run() -> dict[str, dict[str, dict[str, object]]]:
    """Measure both stores."""
    print(
        f"filters over {', '.join(f'{size:,}' for size in SIZES)} issues (goal: {GOAL_MS:.0f} ms, 95 of 100; {SOON_S:.0f} s)"
    )
    return on_each_store(measure)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
