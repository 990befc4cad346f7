"""How fast `wangge locate` places files of points: the whole command, from the shell's view; and its memory."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import shapely

from tests.conftest import SHARED

CELLS = SHARED / "chicago_community_areas.geojson"
ROWS = 10_000_000
GOAL = 2_000_000  # points a second, Parquet, on two cores
TIMES = 3


def points_within(rows: int) -> pa.Table:
    """Make points within the cells, a tenth of them within a kilometre of the city but outside."""
    dice = np.random.default_rng(20261122)
    city = shapely.union_all(gpd.read_file(CELLS).geometry)
    west, south, east, north = city.bounds
    near = city.buffer(0.01)
    shapely.prepare(city)
    shapely.prepare(near)
    lon, lat = (dice.uniform(low, high, 3_000_000) for low, high in ((west, east), (south, north)))
    inside = np.flatnonzero(shapely.contains_xy(city, lon, lat))[:900_000]
    beside = shapely.contains_xy(near, lon, lat) & ~shapely.contains_xy(city, lon, lat)
    taken = dice.permutation(np.concatenate([inside, np.flatnonzero(beside)[:100_000]]))
    taken = np.resize(taken, rows)
    return pa.table({"id": np.arange(rows), "lon": lon[taken], "lat": lat[taken]})


MEASURED = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
seconds, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""  # a small process of its own: the peak of a child is never below that of the process that started it


def command(points: Path, out: Path, *more: str) -> dict[str, float]:
    """Run the command; give its seconds, its peak of memory in MB, and points a second."""
    words = [sys.executable, "-m", "server.cli", "locate", str(points), "--cells", str(CELLS), "-o", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words, "--json", *more], capture_output=True, text=True, check=True
    )
    code, seconds, cpu, peak = json.loads(done.stdout)
    if code:
        raise SystemExit(done.stderr)
    out.unlink()
    rows = pq.read_metadata(points).num_rows if points.suffix == ".parquet" else ROWS // 10
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "points_per_second": round(rows / seconds),
        "peak_mb": round(peak),
    }


def best(points: Path, out: Path, *more: str) -> dict[str, float]:
    """Give the fastest of some runs."""
    return min((command(points, out, *more) for _time in range(TIMES)), key=lambda run: run["seconds"])


def tell(name: str, told: dict[str, float]) -> dict[str, float]:
    """Print one line."""
    print(
        f"  {name:24} {told['rows']:>10,} rows in {told['seconds']:6.2f} s ({told['cpu_seconds']:.2f} s CPU), "
        f"{told['points_per_second']:>9,} a second, peak {told['peak_mb']} MB"
    )
    return told


def run() -> dict[str, dict[str, float]]:
    """Measure all."""
    print(f"wangge locate into 77 areas, whole command (goal: {GOAL:,} points a second from Parquet)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big, small, table = (folder / file for file in ("big.parquet", "small.parquet", "small.csv"))
        points = points_within(ROWS)
        pq.write_table(points, big)
        pq.write_table(points.slice(0, ROWS // 10), small)
        pacsv.write_csv(points.slice(0, ROWS // 10), table)
        del points
        out = folder / "out.parquet"
        return {
            "parquet_1m": tell("Parquet", best(small, out)),
            "parquet_10m": tell("Parquet", best(big, out)),
            "parquet_10m_explained": tell("Parquet, --explain", best(big, out, "--explain")),
            "csv_1m": tell("CSV to CSV", best(table, folder / "out.csv")),
            "workers_1": tell("Parquet, --workers 1", best(big, out, "--workers", "1")),
            "workers_2": tell("Parquet, --workers 2", best(big, out, "--workers", "2")),
        }


if __name__ == "__main__":
    run()
