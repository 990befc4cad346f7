"""One point at a time: ours on each layer, tzfpy and timezonefinder on their own data, for none takes ours."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.locator.layers import points_over
from geo import Cells, Locator

ASKED, EXPLAINED, RUNS = 20_000, 1_000, 5


def each_us(ask: Callable[[float, float], object], points: list[tuple[float, float]]) -> float:
    """Microseconds a call, the median of some runs over all points, the loop's own cost included."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for lon, lat in points:
            ask(lon, lat)
        taken.append((time.perf_counter() - begun) / len(points) * 1e6)
    return round(statistics.median(taken), 3)


def ours(cells: Cells, locator: Locator) -> dict[str, float]:
    """Microseconds a single `locate` and `explain`."""
    lon, lat = points_over(cells, ASKED)
    points = list(zip(lon.tolist(), lat.tolist(), strict=True))
    told = {
        "locate_us": each_us(locator.locate, points),
        "explain_us": each_us(locator.explain, points[:EXPLAINED]),
    }
    print(
        f"    one point: locate {told['locate_us']:.2f} µs, explain {told['explain_us']:.0f} µs", flush=True
    )
    return told


def others() -> dict[str, Any]:
    """Microseconds a point of the two that answer with a time zone, over China."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform((75.0, 20.0), (130.0, 50.0), (ASKED, 2)).T
    points = list(zip(lon.tolist(), lat.tolist(), strict=True))
    told: dict[str, Any] = {}
    for name, make in (("tzfpy", _tzfpy), ("timezonefinder", _timezonefinder)):
        try:
            told[name] = each_us(make(), points)
        except ImportError as error:
            told[name] = f"not installed ({error.name})"
        print(f"  {name}, one point on its own data: {told[name]} µs", flush=True)
    return told


def _tzfpy() -> Callable[[float, float], object]:
    import tzfpy  # noqa: PLC0415 - of the group bench, which need not be installed

    tzfpy.get_tz(116.4, 39.9)
    return tzfpy.get_tz


def _timezonefinder() -> Callable[[float, float], object]:
    import timezonefinder  # noqa: PLC0415 - of the group bench, which need not be installed

    finder = timezonefinder.TimezoneFinder(in_memory=True)
    return lambda lon, lat: finder.timezone_at(lng=lon, lat=lat)
