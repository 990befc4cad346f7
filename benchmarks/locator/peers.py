"""What a user would take instead, each in its best shape that the documentation shows.

A peer is given the cells once, as a service would, and then asked whole jobs: from arrays of longitude and
latitude to pairs (point, row of a cell). A peer that is not installed says why.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo import Cells

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Pairs = tuple[Rows, Rows]
EXACT = "ST_Covers(c.geom, {point})"


class Absent(Exception):
    """Why a peer cannot be measured here."""


class Peer(ABC):
    """One way to the same answers."""

    name: ClassVar[str]
    shape: ClassVar[str]

    @abstractmethod
    def __init__(self, cells: Cells) -> None:
        """Take the cells and index them."""

    def load(self, lon: Floats, lat: Floats) -> None:  # noqa: B027 - only a store has to
        """Take the points beforehand, where that is not counted."""

    @abstractmethod
    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        """Give every pair of point and cell."""

    def close(self) -> None:  # noqa: B027 - only a store has to
        """Let go of what was started."""


class Sjoin(Peer):
    """geopandas.sjoin: it builds its index over the points with every call."""

    name = "geopandas.sjoin"
    shape = 'points_from_xy, sjoin(predicate="within"), its fastest predicate here'

    def __init__(self, cells: Cells) -> None:
        self.frame = gpd.GeoDataFrame(geometry=cells.geometry, crs=4326)

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat, crs=4326))
        joined = gpd.sjoin(points, self.frame, predicate="within")
        return joined.index.to_numpy(), joined["index_right"].to_numpy()


class TreeQuery(Peer):
    """shapely.STRtree over the cells, asked with the predicate."""

    name = "shapely STRtree.query"
    shape = 'STRtree(cells).query(points, predicate="covered_by")'

    def __init__(self, cells: Cells) -> None:
        self.cells = shapely.from_wkb(shapely.to_wkb(cells.geometry))
        self.tree = shapely.STRtree(self.cells)

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        point, cell = self.tree.query(shapely.points(lon, lat), predicate="covered_by")
        return point, cell


class PreparedTree(TreeQuery):
    """shapely.STRtree for the boxes, then each candidate's prepared polygon."""

    name = "shapely STRtree, prepared"
    shape = "STRtree(cells).query(points), then intersects_xy on prepared cells"

    def __init__(self, cells: Cells) -> None:
        super().__init__(cells)
        shapely.prepare(self.cells)

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        point, cell = self.tree.query(shapely.points(lon, lat))
        covers = shapely.intersects_xy(self.cells[cell], lon[point], lat[point])
        return point[covers], cell[covers]


class DuckDB(Peer):
    """DuckDB with its spatial extension, whose join builds a tree over the cells with every query."""

    name = "DuckDB spatial"
    shape = "threads=1, SPATIAL_JOIN by ST_Covers, points as an Arrow table"

    def __init__(self, cells: Cells) -> None:
        try:
            import duckdb  # noqa: PLC0415 - of the group bench, which need not be installed
            import duckdb_extension_spatial as spatial  # noqa: PLC0415
        except ImportError as error:
            raise Absent(f"not installed ({error.name})") from error
        self.connection = duckdb.connect(config={"threads": 1})
        folder = Path(spatial.__file__).parent / "extensions" / f"v{duckdb.__version__}"
        self.connection.execute(f"LOAD '{folder / 'spatial.duckdb_extension'}'")
        self.connection.register("wkb", arrow(cell=np.arange(len(cells)), wkb=shapely.to_wkb(cells.geometry)))
        self.connection.execute("CREATE TABLE cells AS SELECT cell, ST_GeomFromWKB(wkb) AS geom FROM wkb")

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        self.connection.register("points", arrow(point=np.arange(len(lon)), lon=lon, lat=lat))
        found = self.connection.sql(
            f"SELECT p.point, c.cell FROM points p JOIN cells c ON {EXACT.format(point='ST_Point(p.lon, p.lat)')}"
        ).fetchnumpy()
        return found["point"], found["cell"]

    def close(self) -> None:
        self.connection.close()


class SedonaDB(Peer):
    """SedonaDB, whose join builds a tree over the cells with every query."""

    name = "SedonaDB"
    shape = "one partition, SpatialJoin by ST_Covers, points as an Arrow table"

    def __init__(self, cells: Cells) -> None:
        try:
            import sedonadb  # noqa: PLC0415 - of the group bench, which need not be installed
        except ImportError as error:
            raise Absent(f"not installed ({error.name})") from error
        self.context = sedonadb.connect()
        self.context.sql("SET datafusion.execution.target_partitions = 1").execute()
        table = arrow(cell=np.arange(len(cells)), wkb=shapely.to_wkb(cells.geometry))
        self.context.create_data_frame(table).to_view("wkb")
        cells_view = self.context.sql("SELECT cell, ST_GeomFromWKB(wkb) AS geom FROM wkb").to_memtable()
        cells_view.to_view("cells")

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        table = arrow(point=np.arange(len(lon)), lon=lon, lat=lat)
        self.context.create_data_frame(table).to_view("points", overwrite=True)
        predicate = EXACT.format(point="ST_Point(p.lon, p.lat)")
        found = to_arrow(
            self.context.sql(f"SELECT p.point, c.cell FROM points p JOIN cells c ON {predicate}")
        )
        return found["point"].to_numpy(), found["cell"].to_numpy()


def arrow(**columns: Any) -> Any:  # noqa: ANN401 - pyarrow comes with the group bench
    """Make an Arrow table; numbers are not copied."""
    import pyarrow as pa  # noqa: PLC0415

    return pa.table({name: pa.array(values) for name, values in columns.items()})


def to_arrow(result: Any) -> Any:  # noqa: ANN401
    """Read a result through the Arrow C stream."""
    import pyarrow as pa  # noqa: PLC0415

    return pa.table(result)


@contextmanager
def opened(make: type[Peer], cells: Cells) -> Iterator[Peer]:
    """Give a peer, and close it at the end."""
    peer = make(cells)
    try:
        yield peer
    finally:
        peer.close()
