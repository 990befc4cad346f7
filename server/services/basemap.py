"""Write a ground map as one PMTiles file that the browser draws without any outside host.

Roads, buildings, land use, water and names in the layers and attributes of the Protomaps basemap schema
(version 4: ``earth landuse water roads buildings places``, attribute ``kind``), so that protomaps-leaflet's own
paint and label rules draw them. A file format, no more: it does not know whose town it is.

References
----------
.. [1] Protomaps, PMTiles version 3 specification.
.. [2] Mapbox Vector Tile specification 2.1.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.errors import CrsError
from geo.tiles import TILE_PIXELS, Tile, covering, pixels

__all__ = ["EXTENT", "FILE_NAME", "ZOOMS", "Ground", "write_basemap"]

FILE_NAME = "basemap.pmtiles"  # in the data folder

EXTENT = 4096  # units along the edge of a tile
_MARGIN = 96  # units drawn beyond the edge, so that wide lines meet
_COARSE = 3.0  # units by which lines are simplified
_SMALLEST = 24.0  # square units below which a polygon is left out
_LONGEST_NAME_ZOOM = 16
ZOOMS = (10, 16)  # first and last of the file; the browser stretches the last


@dataclass(frozen=True)
class Ground:
    """What is drawn; every frame in WGS 84.

    Attributes
    ----------
    roads : GeoDataFrame
        ``name, kind, kind_detail``; lines.
    buildings : GeoDataFrame
        ``number`` (of the house, shown at the closest zoom); polygons.
    landuse : GeoDataFrame
        ``name, kind``; polygons, drawn in this order.
    water : GeoDataFrame
        ``name, kind``; polygons.
    places : GeoDataFrame
        ``name, kind, min_zoom``; points with a name to be shown.
    attribution : str
        Shown in the corner of the map.
    """

    roads: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    landuse: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    attribution: str


@dataclass(frozen=True)
class _Layer:
    """One layer of the file: geometries in world units (0 to 1, y south), from which zoom, with what."""

    name: str
    shapes: NDArray[np.object_]
    zooms: NDArray[np.int_]
    properties: list[dict[str, Any]]


_ROAD_ZOOMS = {"primary": 10, "secondary": 11, "residential": 13}
_LANDUSE_ZOOMS = {"wood": 10, "park": 11}
_PLACE_RANKS = {"subdistrict": 10, "community": 6}
_PLACE_LAST = {"subdistrict": 14, "community": 15}


def write_basemap(
    path: Path, ground: Ground, bounds: tuple[float, float, float, float], zooms: tuple[int, int] = ZOOMS
) -> int:
    """Write a PMTiles file of vector tiles.

    Parameters
    ----------
    path : Path
        Written whole or not at all (a temporary file beside it, then a rename).
    ground : Ground
        What is drawn.
    bounds : tuple of float
        West, south, east, north in WGS 84 degrees: which tiles are written.
    zooms : tuple of int
        First and last zoom.

    Returns
    -------
    int
        Size of the file in bytes. Equal input gives equal bytes.

    Raises
    ------
    CrsError
        A frame is not in WGS 84.
    """
    layers = _layers(ground)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        writer: Any = Writer(file)
        tiles = [tile for zoom in range(zooms[0], zooms[1] + 1) for tile in _tiles(layers, bounds, zoom)]
        for tile_id, data in sorted(tiles):
            writer.write_tile(tile_id, gzip.compress(data, mtime=0))
        writer.finalize(_header(bounds, zooms), _metadata(layers, ground, zooms))
    part.replace(path)
    return path.stat().st_size


def _layers(ground: Ground) -> list[_Layer]:
    roads, water, places = ground.roads, ground.water, ground.places
    named = places.assign(kind_detail=places["kind"], kind="locality")
    named["population_rank"] = [_PLACE_RANKS.get(kind, 1) for kind in places["kind"]]
    return [
        _layer("landuse", ground.landuse, [_LANDUSE_ZOOMS.get(kind, 13) for kind in ground.landuse["kind"]]),
        _layer("water", water, [10] * len(water)),
        _layer("roads", roads, [_ROAD_ZOOMS.get(kind, 15) for kind in roads["kind_detail"]]),
        _layer("buildings", ground.buildings[["number", "geometry"]], [14] * len(ground.buildings)),
        _layer("places", named, list(places["min_zoom"])),
    ]


def _layer(name: str, frame: gpd.GeoDataFrame, zooms: list[int]) -> _Layer:
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise CrsError("crs.not_wgs84", layer=name, crs=str(frame.crs))
    rows = frame.drop(columns="geometry").to_dict("records")
    properties = [{key: value for key, value in row.items() if value not in ("", None)} for row in rows]
    shapes = shapely.transform(frame.geometry.to_numpy(), _world)
    return _Layer(name, shapes, np.array(zooms, dtype=int), properties)


def _world(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project to the world's square in spherical Mercator: x east, y south, both 0 to 1."""
    return np.column_stack(pixels(lonlat[:, 0], lonlat[:, 1], 0)) / TILE_PIXELS


def _tiles(
    layers: list[_Layer], bounds: tuple[float, float, float, float], zoom: int
) -> Iterator[tuple[int, bytes]]:
    """Encode all tiles of one zoom: (tile id, MVT bytes)."""
    unit = 1.0 / (EXTENT << zoom)
    shown = [_shown(layer, zoom, unit) for layer in layers]
    trees = [shapely.STRtree(layer.shapes) for layer in shown]
    for tile in covering(bounds, zoom):
        content = [_earth()]
        for layer, tree in zip(shown, trees, strict=True):
            features = _features(layer, tree, tile)
            if features:
                content.append({"name": layer.name, "features": features})
        options = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
        yield zxy_to_tileid(zoom, tile.x, tile.y), mapbox_vector_tile.encode(content, default_options=options)


def _shown(layer: _Layer, zoom: int, unit: float) -> _Layer:
    """Pick and simplify what this zoom shows; a name that a closer zoom replaces is gone."""
    keep = layer.zooms <= zoom
    if layer.name == "places":
        last = np.array([_PLACE_LAST.get(row["kind_detail"], 99) for row in layer.properties])
        keep &= zoom <= last
    shapes = shapely.simplify(layer.shapes[keep], _COARSE * unit)
    flat = shapely.get_dimensions(shapes) == 2
    large = ~flat | (shapely.area(shapes) > _SMALLEST * unit * unit)
    rows = np.flatnonzero(keep)[large]
    bare = layer.name == "buildings" and zoom < _LONGEST_NAME_ZOOM
    properties = [{} if bare else layer.properties[row] for row in rows]
    return _Layer(layer.name, shapes[large], layer.zooms[rows], properties)


def _earth() -> dict[str, Any]:
    whole = shapely.box(-_MARGIN, -_MARGIN, EXTENT + _MARGIN, EXTENT + _MARGIN)
    return {"name": "earth", "features": [{"geometry": whole, "properties": {"kind": "earth"}}]}


def _features(layer: _Layer, tree: shapely.STRtree, tile: Tile) -> list[dict[str, Any]]:
    """Clip a layer to one tile and round it to the tile's units."""
    margin, corner, side = _MARGIN / EXTENT, np.array([tile.x, tile.y]), 1 << tile.z
    low, high = (corner - margin) / side, (corner + 1 + margin) / side
    rows = np.sort(tree.query(shapely.box(*low, *high)))
    clipped = shapely.clip_by_rect(layer.shapes[rows], *low, *high)
    local = shapely.transform(clipped, lambda xy: np.round((xy * side - corner) * EXTENT))
    local = shapely.orient_polygons(local)  # all at once; the encoder would do it one by one
    return [
        {"geometry": shape, "properties": layer.properties[row]}
        for row, shape in zip(rows, local, strict=True)
        if not shape.is_empty
    ]


def _header(bounds: tuple[float, float, float, float], zooms: tuple[int, int]) -> dict[str, Any]:
    west, south, east, north = (round(degree * 1e7) for degree in bounds)
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_zoom": (zooms[0] + zooms[1]) // 2,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
    }


def _metadata(layers: list[_Layer], ground: Ground, zooms: tuple[int, int]) -> dict[str, Any]:
    described = [
        {"id": layer.name, "fields": _fields(layer), "minzoom": zooms[0], "maxzoom": zooms[1]}
        for layer in layers
    ]
    return {"attribution": ground.attribution, "vector_layers": described}


def _fields(layer: _Layer) -> dict[str, str]:
    values = {key: value for row in layer.properties for key, value in row.items()}
    return {key: "String" if isinstance(values[key], str) else "Number" for key in sorted(values)}
