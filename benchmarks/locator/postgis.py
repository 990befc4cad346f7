"""A join inside PostGIS, on a server of its own."""

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from benchmarks.locator.peers import Absent, Floats, Pairs, Peer
from geo import Cells
from tests.postgis import Cluster, find_programs

HEAD, FOOT = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
FOUND = np.dtype([("fields", ">i2"), ("a", ">i4"), ("point", ">i4"), ("b", ">i4"), ("cell", ">i4")])
POINT = np.dtype(
    [
        ("fields", ">i2"),
        ("a", ">i4"),
        ("point", ">i4"),
        ("b", ">i4"),
        ("lon", ">f8"),
        ("c", ">i4"),
        ("lat", ">f8"),
    ]
)
JOIN = "SELECT p.point, c.cell FROM cells c JOIN points p ON ST_Covers(c.geom, p.geom)"


class PostGIS(Peer):
    """Points loaded and indexed beforehand: the join and the reading of its answer are measured.

    Cells have no index: with one the planner walks over the points, each against an unprepared polygon, and
    takes ten times as long.
    """

    name = "PostGIS"
    shape = "loading and indexing the points not counted; join by ST_Covers, read by binary COPY"

    def __init__(self, cells: Cells) -> None:
        programs = find_programs()
        if programs is None:
            raise Absent("PostgreSQL with PostGIS is not installed")
        self.cluster = Cluster(programs)
        self.cluster.sql("CREATE DATABASE bench")
        self.connection = psycopg.connect(self.cluster.url("bench"), autocommit=True)
        for setting in (
            "max_parallel_workers_per_gather = 0",
            "work_mem = '256MB'",
            "maintenance_work_mem = '512MB'",
        ):
            self.connection.execute(f"SET {setting}")
        self.connection.execute("CREATE EXTENSION postgis")
        self.connection.execute("CREATE TABLE cells (cell integer, geom geometry)")
        with self.connection.cursor().copy("COPY cells FROM STDIN") as copy:
            for cell, hexed in enumerate(shapely.to_wkb(cells.geometry, hex=True)):
                copy.write_row((cell, hexed))
        self.connection.execute("VACUUM ANALYZE cells")
        self.asked: tuple[int, int] | None = None

    def load(self, lon: Floats, lat: Floats) -> None:
        """Bring the points into the store, once for the runs that ask for the same."""
        if self.asked == (id(lon), len(lon)):
            return
        self.asked = (id(lon), len(lon))
        self.connection.execute("DROP TABLE IF EXISTS raw, points")
        self.connection.execute("CREATE TABLE raw (point integer, lon float8, lat float8)")
        rows: NDArray[np.void] = np.empty(len(lon), POINT)
        rows["fields"], rows["a"], rows["b"], rows["c"] = 3, 4, 8, 8
        rows["point"], rows["lon"], rows["lat"] = np.arange(len(lon)), lon, lat
        with self.connection.cursor().copy("COPY raw FROM STDIN (FORMAT binary)") as copy:
            copy.write(HEAD + rows.tobytes() + FOOT)
        self.connection.execute("CREATE TABLE points AS SELECT point, ST_Point(lon, lat) AS geom FROM raw")
        self.connection.execute("CREATE INDEX ON points USING gist (geom)")
        self.connection.execute("VACUUM ANALYZE points")

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        """Join and read; `load` comes before."""
        self.load(lon, lat)
        with self.connection.cursor().copy(f"COPY ({JOIN}) TO STDOUT (FORMAT binary)") as copy:
            answer = b"".join(copy)
        found = np.frombuffer(answer[len(HEAD) : -len(FOOT)], FOUND)
        return found["point"].astype(np.intp), found["cell"].astype(np.intp)

    def close(self) -> None:
        """Stop the server and throw its files away."""
        self.connection.close()
        self.cluster.stop()
