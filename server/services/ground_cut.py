"""The part of the ground map that a tablet takes along: the tiles around somebody's cells, as a PMTiles file.

Cut once for an area and kept in ``{dir}/cache``; whoever has the same cells gets the same file. A ground map that is
small anyway goes whole. A process cuts one at a time: it takes seconds of a core, and others need it too.
"""

import hashlib
import math
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import zxy_to_tileid
from pmtiles.writer import Writer
from sqlalchemy import select

from geo.tiles import covering
from server.db import Store
from server.models import Boundary
from server.services.basemap import FILE_NAME
from server.services.field.mine import mine
from server.services.people import Actor

__all__ = ["MARGIN_M", "TILES_MOST", "WHOLE_BYTES", "cut", "ground_file"]

WHOLE_BYTES = 2 * 1024 * 1024
"""A file of no more bytes is not worth cutting."""
TILES_MOST = 6_000
"""Beyond, the closest zooms are left out; a whole subdistrict has some hundred."""
MARGIN_M = 1_000.0
"""Taken along around each cell; more than GCJ-02 is off."""
FILES_MOST = 200
LEFT_S = 3_600.0
"""What was being written so long before the newest was left by a process that is gone."""
_CUTTING = threading.Lock()
DEGREE_M = 110_574.0

Box = tuple[float, float, float, float]


def ground_file(store: Store, actor: Actor, least: int = WHOLE_BYTES) -> Path | None:
    """Give the ground map for somebody's cells; None when there is no ground map.

    Parameters
    ----------
    store : Store
        Asked for the cells that are theirs now; nothing of it is held while a part is cut.
    actor : Actor
        Whose.
    least : int
        A file of more bytes is cut.
    """
    source = store.folder / FILE_NAME
    if not source.is_file():
        return None
    if source.stat().st_size <= least:
        return source
    columns = (Boundary.west, Boundary.south, Boundary.east, Boundary.north)
    query = select(*columns).where(Boundary.last_grid_id.is_(None))
    with store.read() as tx:
        rows = tx.rows(query.where(Boundary.area_id.in_(list(mine(tx, actor).cells))))
        boxes = [tuple(row) for row in rows]
    return cut(source, boxes, store.folder / "cache")


def cut(source: Path, boxes: Sequence[Box], folder: Path) -> Path:
    """Cut a PMTiles file to what lies in or around boxes; its coarse zooms stay whole.

    Parameters
    ----------
    source : Path
        The file.
    boxes : sequence of (west, south, east, north)
        WGS 84 degrees.
    folder : Path
        Where parts are kept.

    Returns
    -------
    Path
        Of a file that was there already, or is new; named after its source and its tiles.
    """
    with source.open("rb") as file:
        reader = Reader(MmapSource(file))
        header = reader.header()
        bounds = (header["min_lon_e7"] / 1e7, header["min_lat_e7"] / 1e7,
                  header["max_lon_e7"] / 1e7, header["max_lat_e7"] / 1e7)  # fmt: skip
        wide = [shared for box in boxes if (shared := _shared(_widened(box), bounds))] or [bounds]
        tiles = _tiles(wide, int(header["min_zoom"]), int(header["max_zoom"]))
        known = source.stat()
        of_source = hashlib.sha256(f"{known.st_size} {known.st_mtime_ns}".encode()).hexdigest()[:16]
        of_tiles = hashlib.sha256(repr([one for one, *_ in tiles]).encode()).hexdigest()[:24]
        target = folder / f"ground-{of_source}-{of_tiles}.pmtiles"
        if not target.exists():
            with _CUTTING:
                if not target.exists():  # nobody cut it while this one waited
                    folder.mkdir(parents=True, exist_ok=True)
                    _write(reader, target, tiles, _around(wide))
                    _tidy(folder, target, of_source)
    return target


def _widened(box: Box) -> Box:
    west, south, east, north = box
    high = MARGIN_M / DEGREE_M
    wide = high / max(math.cos(math.radians(min(max(abs(south), abs(north)) + high, 89.0))), 0.01)
    return west - wide, south - high, east + wide, north + high


def _shared(one: Box, other: Box) -> Box | None:
    west, south = max(one[0], other[0]), max(one[1], other[1])
    east, north = min(one[2], other[2]), min(one[3], other[3])
    return (west, south, east, north) if west < east and south < north else None


def _around(boxes: Sequence[Box]) -> Box:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _tiles(boxes: Sequence[Box], first: int, last: int) -> list[tuple[int, int, int, int]]:
    """List the tiles of boxes as id, zoom, x, y, in the order of a file; of too many the closest zooms go."""
    found: list[tuple[int, int, int, int]] = []
    for zoom in range(first, last + 1):
        if max(_about(box, zoom) for box in boxes) > TILES_MOST:
            break
        spots = {(tile.x, tile.y) for box in boxes for tile in covering(box, zoom)}
        if len(found) + len(spots) > TILES_MOST:
            break
        found += [(zxy_to_tileid(zoom, x, y), zoom, x, y) for x, y in spots]
    return sorted(found)


def _about(box: Box, zoom: int) -> float:
    """Say how many tiles a box takes at least, without listing them."""
    west, south, east, north = box
    return (east - west) * (north - south) / 360.0**2 * 4.0**zoom


def _write(reader: Reader, target: Path, tiles: Sequence[tuple[int, int, int, int]], bounds: Box) -> None:
    """Write the tiles that there are; whole or not at all."""
    header: dict[str, Any] = dict(reader.header())
    west, south, east, north = (round(degree * 1e7) for degree in bounds)
    header |= {"min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
               "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2}  # fmt: skip
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix="ground-", suffix=".part", delete=False
    ) as file:
        part = Path(file.name)
        try:
            writer: Any = Writer(file)
            for key, zoom, x, y in tiles:
                data = reader.get(zoom, x, y)
                if data:
                    writer.write_tile(key, data)
            writer.finalize(header, reader.metadata())
            file.flush()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _tidy(folder: Path, newest: Path, of_source: str) -> None:
    """Delete what was cut from another ground map, of many parts the oldest, and what was never finished."""
    parts = sorted(folder.glob("ground-*.pmtiles"), key=lambda one: one.name)
    with suppress(FileNotFoundError):
        parts.sort(key=lambda one: one.stat().st_mtime_ns, reverse=True)
    own = [one for one in parts if one.name.startswith(f"ground-{of_source}-")]
    for old in {*parts, *own} - {*own[:FILES_MOST]}:
        old.unlink(missing_ok=True)
    for left in folder.glob("ground-*.part"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < newest.stat().st_mtime - LEFT_S:
                left.unlink()
