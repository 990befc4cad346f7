"""What a serving process costs: the file, the opening, and the memory that it shares with nobody.

Run as a program it opens the index named and tells, as JSON, what it grew by.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.locator.layers import SEED
from geo import Locator

ASKED = 100_000
MB = 1e6


def memory() -> dict[str, int]:
    """Bytes of this process by kind, as the kernel counts them."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(size.split()[0]) * 1024 for name, size in (line.split(":") for line in lines)}


def private(told: dict[str, int]) -> int:
    """Bytes that no other process maps."""
    return told["Private_Clean"] + told["Private_Dirty"]


def grow(path: str, bounds: list[float]) -> None:
    """Open an index, ask it, print by how much this process grew, and hold it until the input ends."""
    random = np.random.default_rng(SEED)
    lon, lat = random.uniform(bounds[:2], bounds[2:], (ASKED, 2)).T.copy()
    before = memory()
    begun = time.perf_counter()
    locator = Locator.open(Path(path))
    open_s = time.perf_counter() - begun
    locator.locate(lon, lat)
    locator.locate(float(lon[0]), float(lat[0]))
    after = memory()
    told = {
        "open_s": round(open_s, 4),
        "unshared_mb": round((private(after) - private(before)) / MB, 1),
        "written_mb": round((after["Private_Dirty"] - before["Private_Dirty"]) / MB, 1),
        "resident_mb": round((after["Rss"] - before["Rss"]) / MB, 1),
    }
    print(json.dumps(told), flush=True)
    sys.stdin.read()


def measured(path: Path, bounds: tuple[float, ...]) -> dict[str, Any]:
    """Measure one fresh process alone, and one beside another that serves from the same file.

    The kernel counts a page of a mapped file as private while one process alone maps it; a service runs
    several, so what is unshared shows beside another.
    """
    command = [sys.executable, "-m", "benchmarks.locator.serving", str(path), json.dumps(bounds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        alone = json.loads(first.stdout.readline()) if first.stdout else {}
        second = subprocess.run(command, check=True, capture_output=True, text=True, input="")
        first.communicate("")
    told = json.loads(second.stdout)
    told |= {"file_mb": round(path.stat().st_size / MB, 1), "alone_mb": alone["unshared_mb"]}
    print(f"    a serving process: file {told['file_mb']} MB, opened in {told['open_s'] * 1000:.1f} ms, grown by "
          f"{told['unshared_mb']} MB unshared beside another ({told['alone_mb']} MB alone)", flush=True)  # fmt: skip
    return dict(told)


if __name__ == "__main__":
    grow(sys.argv[1], json.loads(sys.argv[2]))
