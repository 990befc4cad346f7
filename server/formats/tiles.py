"""PMTiles: vector tiles in one file, for maps of very many points.

At the last zoom every point is there with its attributes. Further out, points that would be drawn on top of each
other are one with their number (``count``): no zoom loses any, the numbers of each zoom add up to all. Outlines
are cut by tile and coarsened by zoom, neighbours together. What the attributes say waits in a file until its tile
comes, so that memory holds a position a row and one tile.

References
----------
.. [1] Protomaps, PMTiles version 3 specification.
.. [2] Mapbox Vector Tile specification 2.1.
"""

import gzip
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geo.tiles import TILE_PIXELS, pixels
from server.formats.geopackage import shapes
from server.formats.table import Record, Table, format_of

__all__ = ["EXTENT", "ZOOMS", "write_tiles"]

EXTENT = 4096
"""Units along the edge of a tile."""
ZOOMS = {"Point": (4, 14), "MultiPolygon": (7, 14)}
"""First and last zoom by what is drawn; a map stretches the last."""
MARK = 64
"""Units along the edge of the square within which points are one: four pixels of a tile of 256."""
MARGIN = 64
PIECE = 1 << 20
AT_ONCE = 500
LEVEL = 5

Tile = tuple[int, int, int]
Layer = list[dict[str, Any]]


@format_of("pmtiles", "application/vnd.pmtiles", streams=False)
def write_tiles(table: Table) -> Iterator[bytes]:
    """Write one layer of vector tiles; records without a place are left out.

    The attributes are what the columns say, instants as local text; ``lon`` and ``lat`` are left out.
    """
    from pmtiles.tile import Compression, TileType, zxy_to_tileid  # noqa: PLC0415 - only who writes tiles waits for it
    from pmtiles.writer import Writer  # noqa: PLC0415

    with tempfile.TemporaryFile(dir=table.folder) as spool, tempfile.TemporaryFile(dir=table.folder) as file:
        writer = Writer(file)
        held = _Held(spool)
        for count, record in enumerate(table.records):
            held.add(record, table)
            if count % AT_ONCE == 0:
                yield b""
        held.close()
        first, last = ZOOMS[table.geometry]
        for zoom, x, y, layer in held.tiles(table.geometry, first, last):
            writer.write_tile(zxy_to_tileid(zoom, x, y), _packed(table.layer, layer))
            yield b""
        if not writer.tile_entries:  # the format knows no file without any tile
            writer.write_tile(0, _packed(table.layer, []))
        header = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, **held.bounds(first)}
        fields = {key: "String" for key in table.columns if key not in ("lon", "lat")}
        fields |= {key: "Number" for key in fields if table.types.get(key) in (int, float)} | {
            "count": "Number"
        }
        about = {"id": table.layer, "fields": fields, "minzoom": first, "maxzoom": last}
        writer.finalize(header, {"name": table.layer, "vector_layers": [about]})
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


class _Held:
    """Rows until their tile comes: positions in memory, attributes in a file, outlines as they are.

    Parameters
    ----------
    spool : IO[bytes]
        The file.
    """

    def __init__(self, spool: IO[bytes]) -> None:
        self.spool = spool
        self.places: list[NDArray[np.float64]] = []
        self.starts: list[NDArray[np.int64]] = []
        self.outlines: list[Any] = []
        self.some: list[Record] = []
        self.at: list[int] = []
        self.box = (180.0, 90.0, -180.0, -90.0)

    def add(self, record: Record, table: Table) -> None:
        """Keep a row that has a place."""
        if record.geometry is None:
            return
        self.at.append(self.spool.tell())
        self.spool.write(orjson.dumps(_told(record.facts, table)) + b"\n")
        self.some.append(record)
        if len(self.some) == AT_ONCE:
            self.close()

    def close(self) -> None:
        """Turn the rows kept so far into positions."""
        found = shapes(self.some)
        if len(found):
            west, south, east, north = shapely.total_bounds(found)
            box = self.box
            self.box = min(box[0], west), min(box[1], south), max(box[2], east), max(box[3], north)
        if len(found) and isinstance(self.some[0].geometry, Mapping):
            self.places.append(_unit(shapely.get_coordinates(found)))
        else:
            self.outlines.extend(shapely.transform(one, _unit) for one in found)
        self.starts.append(np.array(self.at, dtype=np.int64))
        self.some, self.at = [], []

    def facts(self, start: int) -> dict[str, Any]:
        """Read what a row says."""
        self.spool.seek(start)
        said: dict[str, Any] = orjson.loads(self.spool.readline())
        return said

    def bounds(self, zoom: int) -> dict[str, int]:
        """Give the box around all, and its middle, as the header wants them."""
        west, south, east, north = (
            (int(one * 1e7) for one in self.box) if self.starts[0].size else (0, 0, 0, 0)
        )
        middle = {
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (north + south) // 2,
            "center_zoom": zoom,
        }
        return {"min_lon_e7": west, "max_lon_e7": east, "min_lat_e7": south, "max_lat_e7": north, **middle}

    def tiles(self, geometry: str, first: int, last: int) -> Iterator[tuple[int, int, int, Layer]]:
        """Give the tiles of all zooms."""
        starts = np.concatenate([*self.starts, np.empty(0, np.int64)])
        if geometry != "Point":
            yield from _outline_tiles(self, starts, range(first, last + 1))
            return
        places = np.concatenate([*self.places, np.empty((0, 2))])
        self.places = [places]
        for zoom in range(first, last):
            yield from _thinned(places, zoom)
        yield from _whole(self, places, starts, last)


def _told(facts: Mapping[str, object], table: Table) -> dict[str, Any]:
    def said(value: object) -> object:
        return (
            value.astimezone(table.zone).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value
        )

    kept = {key: said(facts.get(key)) for key in table.columns if key not in ("lon", "lat")}
    return {key: value for key, value in kept.items() if value is not None}


def _unit(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring degrees into the square of the world: x eastward, y southward, from 0 to 1."""
    return np.column_stack(pixels(degrees[:, 0], degrees[:, 1], 0)) / TILE_PIXELS


def _split(keys: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Give the places of each key, key by key."""
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    return iter(np.split(order, edges)) if len(order) else iter(())


def _whole(held: _Held, places: NDArray[np.float64], starts: NDArray[np.int64], zoom: int) -> Iterator[Any]:
    """Give the tiles of a zoom, every point for itself."""
    grid = np.floor(places * 2**zoom).astype(np.int64)
    for rows in _split(grid[:, 1] << zoom | grid[:, 0]):
        x, y = (int(one) for one in grid[rows[0]])
        facts = ({**held.facts(start), "count": 1} for start in starts[rows].tolist())
        yield zoom, x, y, _points((places[rows] * 2**zoom - (x, y)) * EXTENT, facts)


def _thinned(places: NDArray[np.float64], zoom: int) -> Iterator[Any]:
    """Give the tiles of a zoom, points of one small square as one in their middle, with their number."""
    marks = np.floor(places * 2**zoom * (EXTENT // MARK)).astype(np.int64)
    width = np.int64(2**zoom * (EXTENT // MARK))
    keys, which, counts = np.unique(
        marks[:, 1] * width + marks[:, 0], return_inverse=True, return_counts=True
    )
    middle = np.column_stack([np.bincount(which, places[:, axis], len(keys)) / counts for axis in (0, 1)])
    corner = np.column_stack([keys % width, keys // width]) // (EXTENT // MARK)
    for rows in _split(corner[:, 1] << zoom | corner[:, 0]):
        x, y = (int(one) for one in corner[rows[0]])
        numbers = ({"count": count} for count in counts[rows].tolist())
        yield zoom, x, y, _points((middle[rows] * 2**zoom - (x, y)) * EXTENT, numbers)


def _points(units: NDArray[np.float64], facts: Iterable[dict[str, Any]]) -> Layer:
    points = shapely.points(np.clip(np.floor(units), 0, EXTENT - 1))
    return [{"geometry": one, "properties": said} for one, said in zip(points, facts, strict=True)]


def _outline_tiles(held: _Held, starts: NDArray[np.int64], zooms: range) -> Iterator[Any]:
    whole = np.array(held.outlines, dtype=object)
    for zoom in zooms if len(whole) else ():
        coarse = shapely.coverage_simplify(whole, 1 / 256 / 2**zoom)
        boxes = shapely.bounds(coarse) * 2**zoom
        tree, (west, north), (east, south) = shapely.STRtree(coarse), boxes[:, :2].min(0), boxes[:, 2:].max(0)
        for y in range(int(north), int(south) + 1):
            for x in range(int(west), int(east) + 1):
                layer = _cut(held, coarse, starts, tree, (zoom, x, y))
                if layer:
                    yield zoom, x, y, layer


def _cut(
    held: _Held, outlines: NDArray[Any], starts: NDArray[np.int64], tree: shapely.STRtree, tile: Tile
) -> Layer:
    zoom, x, y = tile
    slack = MARGIN / EXTENT
    box = np.array([x - slack, y - slack, x + 1 + slack, y + 1 + slack]) / 2**zoom
    rows = np.sort(tree.query(shapely.box(*box), predicate="intersects"))
    cut = shapely.clip_by_rect(outlines[rows], *box)

    def placed(given: NDArray[np.float64]) -> NDArray[np.float64]:
        return (given * 2**zoom - (x, y)) * EXTENT

    parts = [(shapely.transform(one, placed), row) for one, row in zip(cut, rows, strict=True)]
    return [
        {"geometry": one, "properties": held.facts(int(starts[row]))}
        for one, row in parts
        if not one.is_empty
    ]


def _packed(name: str, layer: Layer) -> bytes:
    import mapbox_vector_tile  # noqa: PLC0415 - only who writes tiles waits for it

    options = {"y_coord_down": True, "extents": EXTENT}
    said = mapbox_vector_tile.encode([{"name": name, "features": layer}], default_options=options)
    return gzip.compress(said, LEVEL, mtime=0)
