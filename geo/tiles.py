"""Slippy-map tiles and the web-mercator pixels they are made of.

The world is a square of ``2**zoom`` tiles a side, x eastward from 180 W, y southward from 85.0511 N.
The one idea: a position in the square, from 0 to 1, is all that longitude and latitude need to become;
tiles, pixels and metres are multiples of it. Knows nothing of what is drawn on a tile.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.coordinates import as_points
from geo.errors import CoordinateError

__all__ = [
    "DEEPEST_ZOOM",
    "MOST_LAT",
    "TILE_PIXELS",
    "Bounds",
    "Tile",
    "children",
    "covering",
    "lonlat_bounds",
    "mercator_bounds",
    "metres_per_pixel",
    "parent",
    "pixels",
    "tile_at",
    "to_lonlat",
    "to_mercator",
]

TILE_PIXELS = 256
DEEPEST_ZOOM = 30
MOST_LAT = 85.051_128_779_806_6  # degrees, atan(sinh(pi)): where the mercator world is as high as wide
RADIUS_M = 6_378_137.0  # m, EPSG:3857 uses the semi-major axis of WGS 84 as a sphere's radius
HALF_WORLD_M = math.pi * RADIUS_M
SLACK = 1e-14
"""Of the world (0.4 micrometres): a box that ends on a tile's border, but for rounding, ends there."""

Floats = NDArray[np.float64]


class Tile(NamedTuple):
    """A tile's column from 180 W, row from the north, and zoom."""

    x: int
    y: int
    z: int


class Bounds(NamedTuple):
    """West, south, east, north; degrees or metres, as the function says."""

    west: float
    south: float
    east: float
    north: float


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """Find the tile that holds a position.

    Parameters
    ----------
    lon, lat : float
        WGS 84 degrees; latitudes beyond 85.0511 count as that, 180 E as the easternmost tile.
    zoom : int
        0 to 30.

    Returns
    -------
    Tile
        A position on a border belongs to the tile south or east of it.

    Raises
    ------
    CoordinateError
        NaN, infinite or out of range; ``tile.zoom`` for a zoom that is none.
    """
    side = 1 << _zoom(zoom)
    x, y = (float(axis[0]) for axis in _unit(lon, lat))
    return Tile(min(int(x * side), side - 1), min(int(y * side), side - 1), zoom)


def lonlat_bounds(tile: Tile) -> Bounds:
    """Find a tile's borders in WGS 84 degrees.

    Raises
    ------
    CoordinateError
        ``tile.out_of_range`` for a tile that does not exist.
    """
    side = _side(tile)
    return Bounds(
        tile.x / side * 360.0 - 180.0,
        _lat_of((tile.y + 1) / side),
        (tile.x + 1) / side * 360.0 - 180.0,
        _lat_of(tile.y / side),
    )


def mercator_bounds(tile: Tile) -> Bounds:
    """Find a tile's borders in EPSG:3857 metres.

    Raises
    ------
    CoordinateError
        ``tile.out_of_range`` for a tile that does not exist.
    """
    side = _side(tile)
    tile_m = 2.0 * HALF_WORLD_M / side
    west, north = tile.x * tile_m - HALF_WORLD_M, HALF_WORLD_M - tile.y * tile_m
    return Bounds(west, north - tile_m, west + tile_m, north)


def parent(tile: Tile) -> Tile:
    """Find the tile one zoom up that holds a tile; the whole world is its own parent."""
    _side(tile)
    return Tile(tile.x // 2, tile.y // 2, tile.z - 1) if tile.z else tile


def children(tile: Tile) -> tuple[Tile, Tile, Tile, Tile]:
    """Cut a tile into its four at the next zoom: north-west, north-east, south-west, south-east."""
    _side(tile)
    _zoom(tile.z + 1)
    x, y, z = 2 * tile.x, 2 * tile.y, tile.z + 1
    return Tile(x, y, z), Tile(x + 1, y, z), Tile(x, y + 1, z), Tile(x + 1, y + 1, z)


def covering(bounds: tuple[float, float, float, float], zoom: int) -> list[Tile]:
    """List the tiles that a box reaches into.

    Parameters
    ----------
    bounds : west, south, east, north
        WGS 84 degrees; with west > east the box goes across 180 degrees. A tile that the box only
        touches is not listed; a box without extent lies in one tile.
    zoom : int
        0 to 30.

    Returns
    -------
    list of Tile
        From west to east, in each column from north to south; no tile twice.

    Raises
    ------
    CoordinateError
        A corner is no position, south > north, or ``tile.zoom``.
    """
    west, south, east, north = bounds
    side = 1 << _zoom(zoom)
    if south > north:
        raise CoordinateError("tile.upside_down", south=south, north=north)
    (left, right), (bottom, top) = _unit([west, east], [south, north])
    spans = [(left, right)] if west <= east else [(left, 1.0), (0.0, right)]
    columns = [column for begin, end in spans for column in _reached(begin, end, side)]
    rows = _reached(top, bottom, side)
    return [Tile(x, y, zoom) for x in dict.fromkeys(columns) for y in rows]


def pixels(lon: ArrayLike, lat: ArrayLike, zoom: int) -> tuple[Floats, Floats]:
    """Place positions in the world's image at a zoom, 256 pixels a tile.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,) or scalar
        WGS 84 degrees; latitudes beyond 85.0511 count as that.
    zoom : int
        0 to 30.

    Returns
    -------
    x, y : ndarray of float64, shape (n,)
        Pixels from the world's north-west corner, eastward and southward; n is 1 for scalars.

    Raises
    ------
    CoordinateError
        NaN, infinite or out of range; names the rows. ``tile.zoom`` for a zoom that is none.
    """
    size = float(TILE_PIXELS << _zoom(zoom))
    x, y = _unit(lon, lat)
    return x * size, y * size


def to_mercator(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Project positions to EPSG:3857.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,) or scalar
        WGS 84 degrees; latitudes beyond 85.0511 count as that.

    Returns
    -------
    x, y : ndarray of float64, shape (n,)
        Metres eastward and northward; n is 1 for scalars.

    Raises
    ------
    CoordinateError
        NaN, infinite or out of range; names the rows.
    """
    x, y = _unit(lon, lat)
    return (2.0 * x - 1.0) * HALF_WORLD_M, (1.0 - 2.0 * y) * HALF_WORLD_M


def to_lonlat(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Undo :func:`to_mercator`.

    Parameters
    ----------
    x, y : array_like of float, shape (n,) or scalar
        EPSG:3857 metres. NaN stays NaN.

    Returns
    -------
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees; n is 1 for scalars.
    """
    east = np.atleast_1d(np.asarray(x, dtype=np.float64))
    north = np.atleast_1d(np.asarray(y, dtype=np.float64))
    return np.degrees(east / RADIUS_M), np.degrees(np.arctan(np.sinh(north / RADIUS_M)))


def metres_per_pixel(zoom: int, lat: float) -> float:
    """Measure a pixel on the ground at a latitude: 156,543 m on the equator at zoom 0."""
    as_points(0.0, lat)
    return 2.0 * HALF_WORLD_M * math.cos(math.radians(lat)) / (TILE_PIXELS << _zoom(zoom))


def _unit(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Place positions in the world's square, from 0 to 1 eastward and southward."""
    x, y, _ = as_points(lon, lat)
    south = 0.5 - np.arcsinh(np.tan(np.radians(np.clip(y, -MOST_LAT, MOST_LAT)))) / (2.0 * np.pi)
    return x / 360.0 + 0.5, np.clip(south, 0.0, 1.0)


def _lat_of(south: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * south))))


def _reached(begin: float, end: float, side: int) -> range:
    """List the columns or rows between two positions in the square."""
    first = min(math.floor((begin + SLACK) * side), side - 1)
    last = min(math.ceil((end - SLACK) * side) - 1, side - 1)
    return range(first, max(first, last) + 1)


def _zoom(zoom: int) -> int:
    if not 0 <= zoom <= DEEPEST_ZOOM:
        raise CoordinateError("tile.zoom", given=zoom, deepest=DEEPEST_ZOOM)
    return zoom


def _side(tile: Tile) -> int:
    side = 1 << _zoom(tile.z)
    if not (0 <= tile.x < side and 0 <= tile.y < side):
        raise CoordinateError("tile.out_of_range", x=tile.x, y=tile.y, zoom=tile.z)
    return side
