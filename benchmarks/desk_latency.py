"""How fast the desks are with ten thousand open issues: the server's own time and its statements, on both stores."""

import statistics
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import event

from benchmarks.big_town import build
from benchmarks.stores import on_each_store
from server.app import create_app
from server.config import load
from server.db import Store
from server.services import intake, sessions
from server.services.accounts import actor_of_login
from server.services.drafts import Draft
from server.services.imports.runs import analyze
from server.services.sessions import Device
from server.upgrade import upgrade
from tests.geo.subdivision import BOUNDS

GOAL_MS = 100.0
ISSUES, AT_ONCE, CELLS = 10_000, 500, 1_000
WARM, TIMES = 3, 21
PAGES = ("/", "/issues", "/triage", "/supervision")
ASKERS = ("supervisor", "dispatcher")


def fill(store: Store) -> None:
    """Report ten thousand issues over the last weeks, one in eight outside every cell."""
    random = np.random.default_rng(5)
    west, south, east, north = BOUNDS
    lon, lat = random.uniform(west, east, ISSUES), random.uniform(south, north, ISSUES)
    lon[::8] += 5.0
    for start in range(0, ISSUES, AT_ONCE):
        at = store.clock() - timedelta(hours=(ISSUES - start) / 30)
        drafts = [
            Draft("heating", "phone", "暖气不热", lon=x, lat=y)
            for x, y in zip(
                lon[start : start + AT_ONCE].tolist(), lat[start : start + AT_ONCE].tolist(), strict=True
            )
        ]
        with store.write(now=at) as tx:
            intake.report_many(tx, actor_of_login(tx, "dispatcher"), drafts)


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, float]]:
    """Measure one store, in this process: nothing but the application's own time."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    build(store, CELLS)
    fill(store)
    with store.write() as tx:
        analyze(tx)  # as an import does; PostgreSQL by itself would a minute later
    app = create_app(store.config, store)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    results = {}
    for login in ASKERS:
        client = app.test_client()
        with store.write() as tx, client.session_transaction() as session:
            session["secret"] = sessions.begin(tx, actor_of_login(tx, login), "password", Device())
        for page in PAGES:
            results[f"{login} {page}"] = _ask(name, login, page, client, statements)
    store.close()
    return results


def _ask(name: str, login: str, page: str, client: object, statements: list[str]) -> dict[str, float]:
    times, counts, status = [], [], 200
    for _ in range(WARM + TIMES):
        statements.clear()
        begun = time.perf_counter()
        answer = client.get(page)  # type: ignore[attr-defined]
        size = len(answer.get_data())
        times.append((time.perf_counter() - begun) * 1000)
        counts.append(len(statements))
        status = answer.status_code
    if status in (404, 403) or (status == 303 and page != "/"):
        print(f"  {name:8} {login:10} {page:14} is not there for this person ({status})")
        return {"status": status}
    spent = sorted(times[WARM:])
    figures = {"median_ms": round(statistics.median(spent), 1), "p95_ms": round(spent[int(TIMES * 0.95)], 1),
               "statements": counts[-1], "bytes": size, "status": status}  # fmt: skip
    late = "" if figures["median_ms"] <= GOAL_MS else "  SLOWER THAN THE GOAL"
    print(f"  {name:8} {login:10} {page:14} {figures['median_ms']:7.1f} ms  p95 {figures['p95_ms']:7.1f} ms  "
          f"{counts[-1]:3} statements  {size:7} bytes{late}")  # fmt: skip
    return figures


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure all stores that are here."""
    print(f"desks over {ISSUES:,} open issues (goal: median at most {GOAL_MS:.0f} ms)")
    return on_each_store(measure)


if __name__ == "__main__":
    run()
