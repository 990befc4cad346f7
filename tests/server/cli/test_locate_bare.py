"""`wangge locate` in a process of its own: without pyarrow, and how much memory it takes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.server.cli.point_files import write_points

ROOT = Path(__file__).resolve().parents[3]

WITHOUT = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pyarrow", "dask", "distributed"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Gone())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "pyarrow" else real(name, *more)
from server.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("form", ["csv", "csv.gz", "xlsx"])
def test_tables_need_no_pyarrow_and_the_rest_names_it(cells, locate, tmp_path, form):
    points = write_points(tmp_path, form)

    def bare(source, out):
        words = ("--lang", "en", "locate", source, "--cells", cells, "-o", out, "--explain")
        command = [sys.executable, "-c", WITHOUT, *map(str, words)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert locate(points, tmp_path / "out.csv", "--explain").exit_code == 0
    done = bare(points, tmp_path / "bare.csv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bare.csv").read_text("utf-8") == (tmp_path / "out.csv").read_text("utf-8")
    if form != "csv":
        return
    for source, out in ((points, "no.parquet"), (write_points(tmp_path, "gpkg"), "no.csv")):
        refused = bare(source, tmp_path / out)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
        assert "pip install wangge[bulk]" in refused.stderr


# Not ru_maxrss, which is never below that of the process that started this one.
PEAK = (
    "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line), file=sys.stderr)"
)
MEASURED = f"import sys\nfrom server.cli import main\ntry: main(sys.argv[1:])\nfinally: {PEAK}"


@pytest.mark.parametrize("form", ["parquet", pytest.param("csv", marks=pytest.mark.exhaustive)])
def test_memory_does_not_grow_with_the_file(cells, tmp_path, form):
    def peak_mb(batches):
        points, out = tmp_path / f"points.{form}", tmp_path / f"out.{form}"
        _write_many(points, batches)
        words = ("locate", points, "--cells", cells, "-o", out, "--json")
        command = [sys.executable, "-c", MEASURED, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["rows"] == batches * 100_000
        return int(done.stderr.splitlines()[-1]) // 1024

    small, large = peak_mb(25), peak_mb(50)  # with less, what is read ahead is not all there yet
    assert large < small + 60, (small, large)


def _write_many(path, batches):
    dice = np.random.default_rng(1)
    lon, lat = dice.uniform(122.0, 122.04, 100_000), dice.uniform(37.0, 37.03, 100_000)
    frame = pd.DataFrame({"id": np.arange(100_000), "text": "居民楼前", "lon": lon, "lat": lat})
    if path.suffix == ".csv":
        text = frame.to_csv(index=False, header=False)
        path.write_text("id,text,lon,lat\n" + text * batches, "utf-8")
    else:
        table = pa.Table.from_pandas(frame)
        pq.write_table(pa.concat_tables([table] * batches), path, row_group_size=1_000_000)
