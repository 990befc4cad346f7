"""How fast a million positions change their datum, and how far from home they come back.

One thread; seconds of the processor, which on a quiet machine are those of the clock.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from geo.baidu import bd09_to_bd09mc, bd09mc_to_bd09
from geo.crs import distance_m
from geo.datum import convert

POINTS = 1_000_000
TIMES = 5
FORWARD_S, INVERSE_S, ROUND_TRIP_M = 0.6, 2.5, 1e-3
CHINA = ((73.5, 135.1), (3.8, 53.6))


def fastest(work: Callable[[], Any]) -> tuple[float, Any]:
    """Run it a few times; give the least seconds and the answer."""
    seconds = []
    for _ in range(TIMES):
        begun = time.process_time()
        answer = work()
        seconds.append(time.process_time() - begun)
    return min(seconds), answer


def run() -> dict[str, dict[str, float]]:
    """Measure both displacements and Baidu's plane, there and back."""
    print(
        f"datums, {POINTS:,} points (goals: {FORWARD_S} s there, {INVERSE_S} s back, {ROUND_TRIP_M} m apart)"
    )
    random = np.random.default_rng(1)
    lon, lat = (random.uniform(*side, POINTS) for side in CHINA)
    ways = {
        name: (
            lambda x, y, name=name: convert(x, y, "wgs84", name),
            lambda x, y, name=name: convert(x, y, name, "wgs84"),
        )
        for name in ("gcj02", "bd09")
    } | {"bd09mc": (bd09_to_bd09mc, bd09mc_to_bd09)}
    told = {}
    for name, (there, back) in ways.items():
        forward_s, moved = fastest(lambda: there(lon, lat))  # noqa: B023 - called at once
        inverse_s, home = fastest(lambda: back(*moved))  # noqa: B023
        apart_m = float(distance_m(lon, lat, *home).max())
        if apart_m > ROUND_TRIP_M:
            raise SystemExit(f"{name}: a round trip ends {apart_m} m away")
        print(f"  {name:6} there {forward_s:5.3f} s, back {inverse_s:5.3f} s, {apart_m:.0e} m apart")
        told[name] = {
            "points": POINTS,
            "forward_s": round(forward_s, 3),
            "inverse_s": round(inverse_s, 3),
            "round_trip_m": apart_m,
        }
    return told
