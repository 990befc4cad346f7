"""How long signing in takes, from the form to the answer, with two at once and with sixteen; nobody is turned away."""

import http.client
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.serving import serving
from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store
from server.services import people
from server.services.people import NewPerson
from server.upgrade import upgrade
from tests.personas import build_town

GOAL_MS = 150.0
PASSWORD = "sign-in-rate-2026"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ROUNDS = {2: 30, 16: 4}
"""How many at once, and how often each of them signs in."""


def command(folder: Path, url: str, port: int) -> list[str]:
    """Spell the command that serves a store."""
    options = ["--dir", str(folder), *(["--database-url", url] if url else [])]
    return [sys.executable, "-m", "server.cli", *options, "serve", "--port", str(port), "--no-jobs"]


def sign_in(port: int, login: str) -> float:
    """Fetch the form, send it, and give the milliseconds that the sending took."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", "/sign-in")
    form = line.getresponse()
    found = TOKEN.search(form.read().decode())
    if found is None:
        raise SystemExit("the form has no token")
    cookie = (form.headers["Set-Cookie"] or "").partition(";")[0]
    body = urlencode({"login": login, "password": PASSWORD, "csrf_token": found[1]})
    kind = "application/x-www-form-urlencoded"
    begun = time.perf_counter()
    line.request("POST", "/sign-in", body, {"Cookie": cookie, "Content-Type": kind})
    answer = line.getresponse()
    answer.read()
    spent = (time.perf_counter() - begun) * 1000
    line.close()
    if answer.status != 303 or "/sign-in" in (answer.headers["Location"] or ""):
        raise SystemExit(f"{login} was turned away: {answer.status}")
    return spent


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, float]]:
    """Measure one store."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    build_town(store)
    with store.write() as tx:
        hashed: dict[str, str] = {}
        area = (("worker", "990101001001008"),)
        everybody = [NewPerson(f"bench_{n}", f"Bench {n}", PASSWORD, None, area) for n in range(max(ROUNDS))]
        people.create(tx, everybody, hashed=hashed)
    store.close()
    results = {}
    with serving(partial(command, folder, url)) as port:
        sign_in(port, "bench_0")
        for at_once, rounds in ROUNDS.items():
            logins = [f"bench_{n % at_once}" for n in range(at_once * rounds)]
            with ThreadPoolExecutor(at_once) as threads:
                spent = sorted(threads.map(partial(sign_in, port), logins))
            median, p95 = statistics.median(spent), spent[int(len(spent) * 0.95)]
            late = "  SLOWER THAN THE GOAL" if at_once == 2 and median > GOAL_MS else ""
            print(f"  {name:8} {at_once:2} at once: median {median:6.1f} ms, p95 {p95:6.1f} ms, "
                  f"{len(spent)} of {len(logins)} let in{late}")  # fmt: skip
            results[f"{at_once} at once"] = {"median_ms": round(median, 1), "p95_ms": round(p95, 1)}
    return results


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure all stores that are here."""
    print(f"signing in over HTTP (goal: median at most {GOAL_MS:.0f} ms with two at once)")
    return on_each_store(measure)


if __name__ == "__main__":
    run()
