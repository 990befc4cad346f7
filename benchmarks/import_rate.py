"""How fast issues come in: the whole command, from file to summary, on both stores."""

import re
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.stores import on_each_store
from server.config import load
from server.db import Store
from server.models import Issue
from tests.conftest import SHARED

ISSUES = (
    "--default-category", "sanitation", "--category-map", "*=sanitation", "--default-source", "hotline",
    "--state-column", "status", "--state-map", "Completed=closed,Completed - Dup=closed,*=open",
    "--check-column", "community_area", "--description", "-",
)  # fmt: skip
GOAL_S = 60.0


def command(folder: Path, url: str, *arguments: str) -> tuple[float, str]:
    """Run one `wangge` command; give its seconds and what it printed."""
    options = ["--dir", str(folder), *(["--database-url", url] if url else [])]
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", *options, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr or done.stdout}")
    return time.perf_counter() - begun, done.stdout


def import_chicago(folder: Path, url: str = "") -> tuple[float, str]:
    """Import areas and issues of Chicago into a new store; give the seconds of the issues and the summary."""
    command(folder, url, "db", "upgrade")
    areas = str(SHARED / "chicago_community_areas.geojson")
    command(folder, url, "import", "cells", areas, "--root", "US-CHI", "--allow-outside-china")
    rejects = ("--rejects", str(folder / "rejects.csv"))
    return command(folder, url, "import", "issues", str(SHARED / "chicago_311.csv.gz"), *ISSUES, *rejects)


def measure(name: str, folder: Path, url: str = "") -> dict[str, float]:
    """Measure one store."""
    seconds, said = import_chicago(folder, url)
    store = Store(load({"dir": str(folder), "database_url": url or None}, environment={}))
    with store.read() as tx:
        count = tx.session.scalar(select(func.count()).select_from(Issue)) or 0
    store.close()
    agreed = float(re.search(r"([\d.]+) %", said).group(1))  # type: ignore[union-attr]
    if count != 74_377 or agreed < 98.19:
        raise SystemExit(f"{name}: {count} issues, {agreed} % agree with the official area")
    print(
        f"  {name:8} {count} issues in {seconds:5.1f} s, {count / seconds:6.0f} a second, {agreed} % as official"
    )
    return {"issues": count, "seconds": round(seconds, 2), "agreed_percent": agreed}


def run() -> dict[str, dict[str, float]]:
    """Measure all stores that are here."""
    print(f"import of chicago_311.csv.gz into 77 areas (goal: at most {GOAL_S:.0f} s)")
    return on_each_store(measure)
