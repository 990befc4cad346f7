"""All measurements of the locator, on one core."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.locator import serving, single
from benchmarks.locator.layers import SIZES, layer_of
from benchmarks.locator.race import PEERS, POINTS, RUNS, median_s, race
from geo import Locator

PACKAGES = ("numpy", "shapely", "geopandas", "duckdb", "sedonadb", "tzfpy", "timezonefinder")


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process, its threads and what it starts on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(sizes: Sequence[int] = SIZES) -> dict[str, Any]:
    """Measure the sizes asked for."""
    print(
        f"locating {POINTS:,} points, from coordinate arrays to row numbers, one core, medians of {RUNS} or more runs"
    )
    with on_one_core():
        return {
            "points": POINTS,
            "versions": {name: _version(name) for name in PACKAGES},
            "shapes": {peer.name: peer.shape for peer in PEERS},
            "layers": {str(size): _layer(size) for size in sizes},
            "single_us": single.others(),
        }


def _layer(size: int) -> dict[str, Any]:
    layer = layer_of(size)
    print(f"  {layer.name}: {len(layer.cells):,} cells, {layer.edges:,} edges", flush=True)
    build_s = median_s(lambda: Locator(layer.cells))
    locator = Locator(layer.cells)
    told: dict[str, Any] = {"layer": layer.name, "cells": len(layer.cells), "edges": layer.edges}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "locator"
        begun = time.perf_counter()
        locator.save(path)
        told |= {"build_s": round(build_s, 3), "save_s": round(time.perf_counter() - begun, 3)}
        print(f"    built in {build_s:.2f} s, saved in {told['save_s']:.2f} s", flush=True)
        told["serving"] = serving.measured(path, layer.cells.total_bounds)
    told["single"] = single.ours(layer.cells, locator)
    return told | race(layer, locator)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
