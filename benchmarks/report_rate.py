"""How many reports a second, for a minute, through the API: each located, assigned, chained and durably kept.

Beside it in the same run: a bare Flask application behind the same server that inserts the same row by the same
driver. The client runs on the same machine: several threads, connections kept open, a fixed time, then it stops.
"""

import http.client
import json
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, text

from benchmarks.bare import TABLE
from benchmarks.big_town import COUNT, build
from benchmarks.serving import serving
from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store
from server.models import Issue
from server.services.checkup import examine
from server.upgrade import upgrade
from tests.geo.subdivision import BOUNDS

SECONDS = 60
THREADS = 8
GOAL_RATE, GOAL_P99_MS = 100.0, 500.0
SAMPLE = 2000


@dataclass
class Reporters:
    """Threads that report one after another until the time is over."""

    port: int
    path: str
    token: str
    seconds: float
    times: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self) -> float:
        """Report; give the seconds that it took."""
        begun = time.perf_counter()
        end = begun + self.seconds
        threads = [threading.Thread(target=self._report, args=(end, seed)) for seed in range(THREADS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        if self.faults:
            raise SystemExit(self.faults[0])
        return time.perf_counter() - begun

    def _report(self, end: float, seed: int) -> None:
        dice, line = random.Random(seed), http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        west, south, east, north = BOUNDS
        said = {"category": "heating", "source": "phone", "description": "暖气不热，住户请尽快来人。"}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        while (now := time.perf_counter()) < end and not self.faults:
            said |= {"lon": dice.uniform(west, east), "lat": dice.uniform(south, north)}
            line.request(
                "POST", self.path, json.dumps(said), headers | {"Idempotency-Key": str(uuid.uuid4())}
            )
            answer = line.getresponse()
            told = answer.read()
            self.times.append((time.perf_counter() - now) * 1000)
            if answer.status != 201:
                self.faults.append(f"{self.path}: {answer.status} {told[:300]!r}")
        line.close()

    def told(self, name: str, took: float) -> dict[str, float]:
        """Tell reports a second and how long one takes."""
        times = sorted(self.times)
        rate = len(times) / took
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
        print(f"  {name:26} {rate:7.1f} reports/s  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
        return {"reports_per_s": round(rate, 1), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1)}


def workers_for(url: str) -> int:
    """Give one worker a core; SQLite has one writer, and a second process would only wait for it."""
    return 2 if url else 1


def _command(module: str, folder: Path, url: str, port: int) -> list[str]:
    if module == "server.cli":
        options = ["--dir", str(folder), *(["--database-url", url] if url else [])]
        more = ["--port", str(port), "--workers", str(workers_for(url)), "--no-jobs"]
        return [sys.executable, "-m", module, *options, "serve", *more]
    return [sys.executable, "-m", module, str(folder), url, str(port)]


def measure(name: str, folder: Path, url: str = "", seconds: float = SECONDS) -> dict[str, object]:
    """Measure one store: the program, the bare insert, then whether everything is there and in order."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    town = build(store)
    told: dict[str, object] = {}
    counts = {}
    for what, module, path in (("wangge", "server.cli", "/api/v1/issues"), ("bare", "benchmarks.bare", "/")):
        with serving(partial(_command, module, folder, url)) as port:
            Reporters(port, path, town.report, min(2.0, seconds)).run()  # opens the locator
            with store.read() as tx:
                before = _count(tx, what)
            reporters = Reporters(port, path, town.report, seconds)
            told[what] = reporters.told(f"{name} {what}", reporters.run())
            counts[what] = before + len(reporters.times)
    _check(store, counts)
    store.close()
    rates = [figures["reports_per_s"] for figures in told.values() if isinstance(figures, dict)]
    told["share_of_bare"] = round(rates[0] / rates[1], 3)
    p99 = told["wangge"]["p99_ms"] if isinstance(told["wangge"], dict) else 0
    late = "" if rates[0] >= GOAL_RATE and p99 <= GOAL_P99_MS else "  BELOW THE GOAL"
    print(f"  {name:26} {told['share_of_bare']:7.1%} of the bare insert{late}")
    return told


def _count(tx: object, what: str) -> int:
    counted = (
        select(func.count()).select_from(Issue) if what == "wangge" else text(f"SELECT count(*) FROM {TABLE}")
    )
    return int(tx.session.scalar(counted))  # type: ignore[attr-defined]


def _check(store: Store, counts: dict[str, int]) -> None:
    """Hold what was answered against what is kept, and let the doctor look at it."""
    with store.read() as tx:
        for what, wanted in counts.items():
            if _count(tx, what) != wanted:
                raise SystemExit(f"{what}: {_count(tx, what)} kept, {wanted} answered")
        report = examine(tx, SAMPLE)
    if report.complaints:
        raise SystemExit(f"the doctor complains: {report.complaints[0]}")


def run(seconds: float = SECONDS) -> dict[str, dict[str, object]]:
    """Measure all stores that are here."""
    print(
        f"reports for {seconds:.0f} s by {THREADS} threads in {COUNT:,} cells "
        f"(goal: {GOAL_RATE:.0f}/s, p99 at most {GOAL_P99_MS:.0f} ms)"
    )
    return on_each_store(partial(measure, seconds=seconds))


if __name__ == "__main__":
    run(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
