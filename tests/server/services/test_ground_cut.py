"""The part of the ground map that goes with a tablet: every tile around the own cells, byte for byte, and no other."""

import gzip
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.tiles import covering
from server.services import ground_cut
from server.services.basemap import FILE_NAME
from server.services.ground_cut import cut, ground_file

WIDE = (121.95, 36.95, 122.1, 37.1)
LIN = (122.01, 37.01, 122.02, 37.02)
ZOOMS = range(8, 16)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A ground map of tiles that say who they are."""
    path = tmp_path_factory.mktemp("ground") / FILE_NAME
    tiles = [(zoom, tile.x, tile.y) for zoom in ZOOMS for tile in covering(WIDE, zoom)]
    with path.open("wb") as file:
        writer = Writer(file)
        for zoom, x, y in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
            writer.write_tile(zxy_to_tileid(zoom, x, y), said(zoom, x, y))
        west, south, east, north = (round(degree * 1e7) for degree in WIDE)
        writer.finalize(
            {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_lon_e7": west, "min_lat_e7": south,
             "max_lon_e7": east, "max_lat_e7": north, "center_zoom": 12, "center_lon_e7": west, "center_lat_e7": south},
            {"attribution": "示范"},
        )  # fmt: skip
    return path


def said(zoom, x, y):
    return gzip.compress(f"{zoom}/{x}/{y}".encode(), mtime=0)


def tiles_of(path):
    """Every tile that a file has; each says the place where it lies."""
    source = MemorySource(path.read_bytes())
    found = dict(all_tiles(source))
    assert all(data == said(*spot) for spot, data in found.items())
    keys = [zxy_to_tileid(*spot) for spot in found]
    assert keys == sorted(set(keys))  # as a reader that looks for one needs them
    return set(found), Reader(source)


def test_a_cut_has_each_tile_that_meets_the_own_cells_and_few_more(world, tmp_path):
    path = cut(world, [LIN], tmp_path)
    tiles, reader = tiles_of(path)
    assert {(zoom, tile.x, tile.y) for zoom in ZOOMS for tile in covering(LIN, zoom)} <= tiles
    assert len(tiles) < 0.2 * len(tiles_of(world)[0])
    assert reader.metadata() == {"attribution": "示范"}
    header = reader.header()
    assert (header["min_zoom"], header["max_zoom"]) == (8, 15)
    assert header["min_lon_e7"] < LIN[0] * 1e7 < LIN[2] * 1e7 < header["max_lon_e7"]


def test_the_same_area_is_cut_once_and_another_ground_map_anew(world, tmp_path):
    first = cut(world, [LIN], tmp_path)
    stamp = first.stat().st_mtime_ns
    assert cut(world, [LIN], tmp_path) == first
    assert first.stat().st_mtime_ns == stamp
    newer = tmp_path / FILE_NAME
    newer.write_bytes(world.read_bytes())
    os.utime(newer, ns=(1, 1))
    second = cut(newer, [LIN], tmp_path)
    assert second != first
    assert [*tmp_path.glob("ground-*")] == [second]


def test_several_who_want_the_same_part_at_once_all_get_it(world, tmp_path):
    for turn in range(4):
        folder = tmp_path / str(turn)
        with ThreadPoolExecutor(4) as threads:
            told = [threads.submit(cut, world, [LIN], folder) for _ in range(4)]
            assert len({one.result() for one in told}) == 1
        assert [one.suffix for one in folder.iterdir()] == [".pmtiles"]


def test_of_too_many_tiles_the_closest_zooms_are_left_out(world, tmp_path, monkeypatch):
    monkeypatch.setattr(ground_cut, "TILES_MOST", 50)
    tiles, reader = tiles_of(cut(world, [WIDE], tmp_path))
    assert 0 < len(tiles) <= 50
    assert reader.header()["max_zoom"] < 15


def test_a_box_elsewhere_gets_the_coarse_zooms_of_all(world, tmp_path):
    tiles, _ = tiles_of(cut(world, [(10.0, 50.0, 10.1, 50.1)], tmp_path))
    assert len(tiles) > 0


def test_everybody_gets_their_own_part_and_a_small_map_goes_whole(store, town, world):
    assert ground_file(store, town.actors["worker_lin"]) is None
    whole = store.folder / FILE_NAME
    whole.write_bytes(world.read_bytes())
    assert ground_file(store, town.actors["worker_lin"]) == whole
    lin, zhao = (ground_file(store, town.actors[one], least=0) for one in ("worker_lin", "leader_zhao"))
    assert lin.parent == store.folder / "cache"
    assert tiles_of(lin)[0] < tiles_of(zhao)[0]
