"""What asking for permission costs: lists and maps of a hundred thousand issues, with the filter and without it.

A supervisor whose subdistricts hold everything is filtered and finds the same as the system, which is not
filtered: what differs in time is the filter. Asked in turn, so that both meet the same machine.
"""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import select

from benchmarks.big_town import build
from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store, Tx
from server.models import Area
from server.services import clusters, heat, intake, listing, people
from server.services.accounts import actor_of_login
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.imports.runs import analyze
from server.services.people import Actor, NewPerson, system_actor
from server.upgrade import upgrade
from tests.geo.subdivision import BOUNDS

GOAL_SHARE, GOAL_MS = 0.10, 5.0
ISSUES, AT_ONCE, CELLS = 100_000, 500, 1_000
WARM, TIMES = 3, 50
OPEN = Filters(states=("reported", "dispatched", "handling"))
WHOLE = Filters(bbox=BOUNDS)
_WEST, _SOUTH, _EAST, _NORTH = BOUNDS
_MIDDLE = ((_WEST + _EAST) / 2, (_SOUTH + _NORTH) / 2)
NEAR = Filters(bbox=(*_MIDDLE, _MIDDLE[0] + (_EAST - _WEST) / 20, _MIDDLE[1] + (_NORTH - _SOUTH) / 20))
Ask = Callable[[Tx, Actor], object]
QUERIES: dict[str, Ask] = {
    "list, first page": lambda tx, actor: listing.find(tx, actor, Filters(), None, 50, ""),
    "list, open ones": lambda tx, actor: listing.find(tx, actor, OPEN, None, 50, ""),
    "points, a few blocks": lambda tx, actor: clusters.gather(tx, actor, NEAR, 16),
    "clusters, everything": lambda tx, actor: clusters.gather(tx, actor, WHOLE, 11),
    "heat, everything": lambda tx, actor: heat.heat(tx, actor, WHOLE, 11),
}


def fill(store: Store) -> None:
    """Report a hundred thousand issues, six in seven closed already; let one supervisor look after all areas."""
    random = np.random.default_rng(6)
    lon, lat = random.uniform(_WEST, _EAST, ISSUES).tolist(), random.uniform(_SOUTH, _NORTH, ISSUES).tolist()
    for start in range(0, ISSUES, AT_ONCE):
        at = store.clock() - timedelta(minutes=ISSUES - start)
        with store.write(now=at) as tx:
            drafts = [
                Draft("heating", "phone", "暖气不热", lon=lon[one], lat=lat[one], happened_at=at,
                      closed_at=at if one % 7 else None)
                for one in range(start, start + AT_ONCE)
            ]  # fmt: skip
            intake.report_many(tx, actor_of_login(tx, "dispatcher"), drafts)
    with store.write() as tx:
        tops = tx.session.scalars(select(Area.code).where(Area.level == "subdistrict"))
        roles = tuple(("supervisor", code) for code in tops)
        people.create(tx, [NewPerson("all_of_it", "All", None, None, roles)])
        analyze(tx)


def measure(name: str, folder: Path, url: str = "") -> dict[str, dict[str, float]]:
    """Measure one store, in this process."""
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    upgrade(store)
    build(store, CELLS)
    fill(store)
    with store.read() as tx:
        asker = actor_of_login(tx, "all_of_it")
    results = {query: _compare(name, store, query, ask, asker) for query, ask in QUERIES.items()}
    store.close()
    return results


def _compare(name: str, store: Store, query: str, ask: Ask, asker: Actor) -> dict[str, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(2 * (WARM + TIMES)):
        actor, kept = ((system_actor(), times[0]), (asker, times[1]))[turn % 2]
        with store.read() as tx:
            begun = time.perf_counter()
            ask(tx, actor)
            kept.append((time.perf_counter() - begun) * 1000)
    without, filtered = (statistics.median(one[WARM:]) for one in times)
    more = filtered - without
    late = "" if more <= max(GOAL_SHARE * without, GOAL_MS) else "  MORE THAN THE GOAL"
    print(
        f"  {name:8} {query:22} {without:7.1f} ms without, {filtered:7.1f} ms filtered: {more:+6.1f} ms{late}"
    )
    return {"without_ms": round(without, 2), "filtered_ms": round(filtered, 2), "more_ms": round(more, 2)}


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure all stores that are here."""
    print(f"permission over {ISSUES:,} issues (goal: at most {GOAL_SHARE:.0%} or {GOAL_MS:.0f} ms more)")
    return on_each_store(measure)


if __name__ == "__main__":
    run()
