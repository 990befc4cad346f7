"""How fast a position is answered with the worker on duty there: ten thousand cells, over HTTP, on both stores.

Each answer is held against :class:`geo.Locator` asked directly, and against the town's own list of who is on duty.
"""

import http.client
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import shapely

from benchmarks.big_town import COUNT, BigTown, build
from benchmarks.serving import serving
from benchmarks.stores import on_each_store
from geo import Locator
from server.config import load
from server.db import Store
from server.upgrade import upgrade
from tests.geo.subdivision import BOUNDS

GOAL_MS, MANY_GOAL_MS = 2.0, 150.0
WARM, ONES, MANIES, REPORTS = 50, 500, 15, 100
MANY = 10_000
URL = "/api/v1/locate"
Points = tuple[np.ndarray, np.ndarray]


@dataclass
class Line:
    """A connection kept open, and what was measured over it: server's and client's milliseconds."""

    port: int
    token: str
    times: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """Ask once."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        said = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        if answer.status not in (200, 201):
            raise SystemExit(f"{method} {path}: {answer.status} {said[:300]!r}")
        self.times.append((float(answer.headers["Server-Timing"].partition("dur=")[2]), spent))
        told: dict[str, Any] = json.loads(said)
        return told


def inside(count: int, seed: int) -> Points:
    """Draw positions all over the grid."""
    random = np.random.default_rng(seed)
    west, south, east, north = BOUNDS
    return random.uniform(west, east, count), random.uniform(south, north, count)


def on_borders(town: BigTown, count: int, seed: int) -> Points:
    """Draw corners of cells: each lies in two cells or more."""
    corners = shapely.get_coordinates(town.cells.geometry)
    chosen = np.random.default_rng(seed).choice(len(corners), count, replace=False)
    return corners[chosen, 0], corners[chosen, 1]


def expected(town: BigTown, locator: Locator, points: Points) -> list[tuple[str, str | None, str | None]]:
    """Say how, code of the cell and who is on duty for each point."""
    found = locator.place(*points)
    codes = [str(locator.codes[row]) if row >= 0 else None for row in found.row.tolist()]
    return [
        (how, code, town.holder.get(code or "")) for how, code in zip(found.how.tolist(), codes, strict=True)
    ]


def hold(name: str, answered: list[Any], wanted: list[Any]) -> None:
    """Stop where an answer is not the expected one."""
    for row, pair in enumerate(zip(answered, wanted, strict=True)):
        if pair[0] != pair[1]:
            raise SystemExit(f"{name}: position {row} is answered {pair[0]}, should be {pair[1]}")


def ask_ones(line: Line, points: Points, **more: object) -> list[Any]:
    """Ask for positions one by one."""
    answers = []
    for lon, lat in zip(*(column.tolist() for column in points), strict=True):
        told = line.ask("GET", f"{URL}?{urlencode({'lon': repr(lon), 'lat': repr(lat), **more})}")
        answers.append((told["how"], (told["cell"] or {}).get("code"), (told["holder"] or {}).get("name")))
    return answers


def ask_many(line: Line, points: Points, times: int) -> list[Any]:
    """Ask for positions all at once, several times."""
    body = json.dumps({"lon": points[0].tolist(), "lat": points[1].tolist()}).encode()
    for _ in range(times):
        told = line.ask("POST", URL, body)
    return list(zip(told["how"], told["cell"], told["holder"], strict=True))


def report(line: Line, points: Points) -> list[Any]:
    """Report an issue at each position."""
    answers = []
    for lon, lat in zip(*(column.tolist() for column in points), strict=True):
        said = {"category": "heating", "source": "phone", "description": "暖气不热", "lon": lon, "lat": lat}
        told = line.ask("POST", "/api/v1/issues", json.dumps(said).encode())
        answers.append((told["how"], (told["cell"] or {}).get("code"), (told["holder"] or {}).get("name")))
    return answers


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, float]]:
    """Measure one store."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    town = build(store)
    store.close()
    locator = Locator(town.cells)
    command = partial(_command, folder, url)
    lone, far = inside(ONES, 2), tuple(column - 2.0 for column in inside(ONES, 3))
    asked: tuple[tuple[str, str, Points, Callable[[Line, Points], list[Any]], float | None], ...] = (
        ("one position", town.read, lone, ask_ones, GOAL_MS),
        ("one, accuracy 50 m", town.read, lone, partial(ask_ones, accuracy_m=50), GOAL_MS),
        ("one, on a border", town.read, on_borders(town, ONES, 4), ask_ones, GOAL_MS),
        ("one, far outside", town.read, far, ask_ones, GOAL_MS),
        ("10,000 positions", town.read, inside(MANY, 5), partial(ask_many, times=MANIES), MANY_GOAL_MS),
        ("10,000 on borders", town.read, on_borders(town, MANY, 6), partial(ask_many, times=MANIES), MANY_GOAL_MS),
        ("one report", town.report, inside(REPORTS, 7), report, None),
    )  # fmt: skip
    results = {}
    with serving(command) as port:
        ask_ones(Line(port, town.read), inside(WARM, 1))
        for what, token, points, ask, goal in asked:
            line = Line(port, token)
            hold(what, ask(line, points), expected(town, locator, points))
            results[what] = _told(name, what, line, goal)
    return results


def _command(folder: Path, url: str, port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.timed", str(folder), url, str(port)]


def _told(name: str, what: str, line: Line, goal: float | None) -> dict[str, float]:
    server, client = (sorted(column) for column in zip(*line.times, strict=True))
    figures = {
        "server_median_ms": statistics.median(server),
        "server_p95_ms": server[int(len(server) * 0.95)],
        "client_median_ms": statistics.median(client),
    }
    late = "  SLOWER THAN THE GOAL" if goal is not None and figures["server_median_ms"] > goal else ""
    shown = "  ".join(
        f"{key.removesuffix('_ms').replace('_', ' ')} {value:7.2f} ms" for key, value in figures.items()
    )
    print(f"  {name:8} {what:20} {shown}{late}")
    return {key: round(value, 2) for key, value in figures.items()}


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure all stores that are here."""
    print(
        f"positions in {COUNT:,} cells with who is on duty, over HTTP "
        f"(goal: server median at most {GOAL_MS:.0f} ms; {MANY:,} at once {MANY_GOAL_MS:.0f} ms)"
    )
    return on_each_store(measure)


if __name__ == "__main__":
    run()
