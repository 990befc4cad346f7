"""The least that a report could cost: Flask inserts the same row by the same driver, durably, and nothing else.

``python -m benchmarks.bare FOLDER URL PORT`` serves it; the row is the store's first issue at another place.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask, request
from sqlalchemy import make_url

from server.cli.serve import run_server
from server.config import load

__all__ = ["TABLE", "application"]

TABLE = "bare_issue"
FIRST = "SELECT * FROM issue ORDER BY id LIMIT 1"
MAKE = f"CREATE TABLE IF NOT EXISTS {TABLE} AS SELECT * FROM issue WHERE 1 = 0"


def application() -> Flask:
    """Make the bare application over the store of the environment."""
    url = make_url(load().url)
    keep = _sqlite(url.database or "") if url.get_backend_name() == "sqlite" else _postgis(url)
    app = Flask("bare")

    @app.post("/")
    def report() -> tuple[dict[str, Any], int]:
        said = request.get_json()
        keep(said["lon"], said["lat"])
        return {"lon": said["lon"]}, 201

    return app


def _sqlite(path: str) -> Callable[[float, float], None]:
    connection = sqlite3.connect(Path(path), check_same_thread=False, isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    lock, insert = threading.Lock(), _inserting(connection, "?")

    def keep(lon: float, lat: float) -> None:
        with lock:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(*insert(lon, lat))
            connection.execute("COMMIT")

    return keep


def _postgis(url: Any) -> Callable[[float, float], None]:  # noqa: ANN401 - SQLAlchemy's URL
    import psycopg  # noqa: PLC0415 - only where PostGIS is measured
    from psycopg_pool import ConnectionPool  # noqa: PLC0415

    words = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(words, autocommit=True) as connection:
        insert = _inserting(connection, "%s")
    pool = ConnectionPool(words, min_size=4, max_size=20, open=True)

    def keep(lon: float, lat: float) -> None:
        with pool.connection() as connection:
            connection.execute(*insert(lon, lat))

    return keep


def _inserting(connection: Any, mark: str) -> Callable[[float, float], tuple[str, list[Any]]]:  # noqa: ANN401
    connection.execute(MAKE)
    with closing(connection.cursor()) as cursor:
        cursor.execute(FIRST)
        names = [column[0] for column in cursor.description]
        first = dict(zip(names, cursor.fetchone(), strict=True))
    kept = {name: value for name, value in first.items() if not isinstance(value, list | dict)}
    statement = f"INSERT INTO {TABLE} ({', '.join(kept)}) VALUES ({', '.join([mark] * len(kept))})"
    return lambda lon, lat: (statement, list((kept | {"lon": lon, "lat": lat}).values()))


if __name__ == "__main__":
    folder, url, port = sys.argv[1:]
    run_server(
        load(
            {"dir": folder, "database_url": url or None, "port": int(port), "workers": 2 if url else 1},
            environment={},
        ),
        "benchmarks.bare:application",
        with_jobs=False,
    )
