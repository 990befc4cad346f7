"""The stores that a measurement runs on: SQLite, and PostGIS where it is installed."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.postgis import Cluster, find_programs

Figures = TypeVar("Figures")


def on_each_store(measure: Callable[[str, Path, str], Figures]) -> dict[str, Figures]:
    """Measure on each store that is here; `measure` is given its name, a folder and a database URL."""
    results: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        results["sqlite"] = measure("SQLite", Path(folder), "")
    programs = find_programs()
    if programs is not None:
        cluster = Cluster(programs)
        try:
            cluster.sql("CREATE DATABASE bench")
            cluster.make_durable()
            with tempfile.TemporaryDirectory() as folder:
                results["postgis"] = measure("PostGIS", Path(folder), cluster.url("bench"))
        finally:
            cluster.stop()
    return results
