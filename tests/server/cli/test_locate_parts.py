"""`wangge locate --workers`: part by part, the same rows as without, and it goes on where it was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from server.cli import main
from tests.server.cli.point_files import write_cells, write_points

ROOT = Path(__file__).resolve().parents[3]
PARTS, ROWS = 14, 8_000


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Cells, and a folder of many parts."""
    folder = tmp_path_factory.mktemp("town")
    write_cells(folder / "cells.geojson")
    dice = np.random.default_rng(11)
    (folder / "points").mkdir()
    for part in range(PARTS):
        lon, lat = dice.uniform(122.0, 122.04, ROWS), dice.uniform(37.0, 37.03, ROWS)
        lon[::1000] = np.nan
        frame = pd.DataFrame({"id": np.arange(ROWS) + part * ROWS, "lon": lon, "lat": lat})
        frame.to_parquet(folder / "points" / f"{part:03d}.parquet")
    return folder


def words(town, out, *more):
    options = ("--cells", town / "cells.geojson", "-o", out, "--explain", "--json", *more)
    return list(map(str, ("--lang", "en", "locate", town / "points", *options)))


@pytest.fixture
def local(town, tmp_path):
    """What the command answers, and writes, in one process."""
    done = CliRunner().invoke(main, words(town, tmp_path / "local.parquet"))
    assert done.exit_code == 0, done.output
    return facts(done.stdout), pq.read_table(tmp_path / "local.parquet")


def facts(said):
    told = json.loads(said)
    del told["out"]
    return told


def start(town, out, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", *words(town, out, *more)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_job_killed_in_the_middle_goes_on_and_gives_the_same(town, tmp_path, local):
    out, parts = tmp_path / "out.parquet", tmp_path / "out.parquet.parts"
    broken_off = start(town, out, "--workers", "2")
    while len(done := list(parts.glob("*.json"))) < 3 and broken_off.poll() is None:
        time.sleep(0.002)
    children = psutil.Process(broken_off.pid).children(recursive=True)
    os.kill(broken_off.pid, signal.SIGKILL)
    broken_off.communicate()
    psutil.wait_procs(children, timeout=60)
    kept = {path: path.stat().st_mtime_ns for path in parts.glob("part-*.parquet")}
    assert len(done) > 2
    assert 2 <= len(kept) < PARTS
    assert not out.exists()

    other = CliRunner().invoke(main, words(town, out, "--workers", "1", "--nearest-m", "7"))
    assert (other.exit_code, len(other.stderr.splitlines())) == (1, 1)
    assert "another job" in other.stderr

    again = start(town, out, "--workers", "1")
    redone = {}
    while again.poll() is None:
        redone |= {path: path.stat().st_mtime_ns for path in kept if path.exists()}
        time.sleep(0.01)
    said, complained = again.communicate()
    assert again.returncode == 0, complained
    finished = {path for path in kept if path.with_suffix(".json") in done}
    assert {path: redone[path] for path in finished} == {path: kept[path] for path in finished}
    assert facts(said) == local[0]
    assert pq.read_table(out).equals(local[1])
    assert not parts.exists()


def test_a_scheduler_that_is_there_is_used_and_any_format_written(town, tmp_path, local):
    csv = tmp_path / "local.csv"
    assert CliRunner().invoke(main, words(town, csv)).exit_code == 0
    with LocalCluster(
        n_workers=1, processes=False, host="127.0.0.1", protocol="tcp", dashboard_address=None
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
        for out in (tmp_path / "out.csv", tmp_path / "folder"):
            done = start(town, out, "--dask", cluster.scheduler_address)
            said, complained = done.communicate(timeout=120)
            assert done.returncode == 0, complained
            assert facts(said) == local[0]
    assert (tmp_path / "out.csv").read_bytes() == csv.read_bytes()
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == [
        f"part-{number:05d}.parquet" for number in range(PARTS)
    ]
    assert pq.read_table(tmp_path / "folder").equals(local[1])


def test_what_workers_cannot_do_is_said_in_one_line(town, tmp_path):
    points = write_points(tmp_path, "csv")
    for more, code in (
        (("--workers", "1", "--dask", "tcp://127.0.0.1:1"), 2),
        (("--workers", "0"), 2),
        (("--workers", "1"), 1),
    ):
        options = ("--cells", town / "cells.geojson", "-o", tmp_path / "out.csv", *more)
        done = CliRunner().invoke(main, list(map(str, ("locate", points, *options))))
        assert (done.exit_code, len(done.stderr.splitlines())) == (code, 1)


def test_locating_in_one_process_loads_no_dask(town, tmp_path):
    check = (
        f"import sys; from server.cli import main\ntry: main({words(town, tmp_path / 'out.parquet')!r})\n"
        "except SystemExit as done: assert done.code == 0\n"
        "sys.exit(9 if {'flask', 'folium', 'sqlalchemy', 'dask', 'distributed'} & set(sys.modules) else 0)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False, timeout=120).returncode == 0
