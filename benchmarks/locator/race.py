"""The race over one layer: everybody gets the same cells and points, one core, one after the other."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.locator.layers import Layer, points_over
from benchmarks.locator.peers import (
    Absent,
    DuckDB,
    Floats,
    Pairs,
    Peer,
    PreparedTree,
    Rows,
    SedonaDB,
    Sjoin,
    TreeQuery,
    opened,
)
from benchmarks.locator.postgis import PostGIS
from geo import Locator

PEERS: tuple[type[Peer], ...] = (Sjoin, TreeQuery, PreparedTree, DuckDB, SedonaDB, PostGIS)
POINTS, FEWER, TRIAL = 1_000_000, 100_000, 20_000
RUNS = 3
LONGEST_S = 60.0
"""A peer whose run over all points would take longer is measured over FEWER and its seconds scaled."""


def median_s(job: Callable[[], object], runs: int = RUNS) -> float:
    """Median seconds of some runs."""
    taken = []
    for _ in range(runs):
        gc.collect()
        begun = time.perf_counter()
        job()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def rows_of(pairs: Pairs, count: int) -> Rows:
    """Row numbers, -1 outside, as one who takes any of several cells would make them."""
    point, cell = pairs
    rows = np.full(count, -1, dtype=np.intp)
    rows[point] = cell
    return rows


def smallest_of(pairs: Pairs, count: int, rank: Rows) -> Rows:
    """Row numbers with the smallest code of several cells."""
    point, cell = pairs
    order = np.argsort(-rank[cell], kind="stable")
    return rows_of((point[order], cell[order]), count)


def ranks(codes: list[str]) -> Rows:
    """Place of each code in their string order."""
    rank = np.empty(len(codes), dtype=np.intp)
    rank[sorted(range(len(codes)), key=codes.__getitem__)] = np.arange(len(codes))
    return rank


def race(layer: Layer, locator: Locator) -> dict[str, Any]:
    """Measure the locator, built already, and every peer."""
    lon, lat = points_over(layer.cells, POINTS)
    locator.locate(lon[:TRIAL], lat[:TRIAL])
    ours = np.asarray(locator.locate(lon, lat))
    seconds = median_s(lambda: locator.locate(lon, lat), 2 * RUNS + 1)
    print(
        f"    {'wangge':26} {seconds:9.3f} s  {POINTS / seconds / 1e6:7.2f} million points a second",
        flush=True,
    )
    told: dict[str, Any] = {"locate_s": round(seconds, 4), "peers": {}}
    for make in PEERS:
        try:
            found = measured(make, layer, lon, lat, ours)
        except Absent as why:
            found = {"absent": str(why)}
            print(f"    {make.name:26} not available here: {why}", flush=True)
        else:
            found["ratio"] = round(found["seconds"] / seconds, 1)
            scaled = "" if found["points"] == POINTS else f", scaled from {found['points']:,} points"
            print(f"    {make.name:26} {found['seconds']:9.3f} s  {found['ratio']:7.1f} times as long, "
                  f"{found['differences']} differences{scaled}", flush=True)  # fmt: skip
        told["peers"][make.name] = found
    return told


def measured(make: type[Peer], layer: Layer, lon: Floats, lat: Floats, ours: Rows) -> dict[str, Any]:
    """Measure one peer over all points, or over fewer when it would take too long."""
    begun = time.perf_counter()
    with opened(make, layer.cells) as peer:
        index_s = time.perf_counter() - begun
        trial = lon[:TRIAL].copy(), lat[:TRIAL].copy()
        peer.pairs(*trial)
        expected_s = median_s(lambda: peer.pairs(*trial), 1) * POINTS / TRIAL
        count = POINTS if expected_s <= LONGEST_S else FEWER
        asked = (lon, lat) if count == POINTS else (lon[:count].copy(), lat[:count].copy())
        peer.load(*asked)
        pairs = peer.pairs(*asked)
        seconds = median_s(lambda: rows_of(peer.pairs(*asked), count))
    rows = smallest_of(pairs, count, ranks(layer.cells.codes.tolist()))
    return {
        "index_s": round(index_s, 3),
        "seconds": round(seconds * POINTS / count, 4),
        "points": count,
        "differences": int((rows != ours[:count]).sum()),
    }
