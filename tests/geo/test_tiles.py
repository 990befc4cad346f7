"""Tiles are where mercantile says they are."""

import mercantile
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Transformer

from geo import tiles
from geo.errors import CoordinateError
from geo.tiles import Tile

zooms = st.integers(0, 22)
lons = st.floats(-180, 180)
lats = st.floats(-89.9, 89.9)


@st.composite
def some_tile(draw, deepest=22):
    zoom = draw(st.integers(0, deepest))
    most = (1 << zoom) - 1
    return Tile(draw(st.integers(0, most)), draw(st.integers(0, most)), zoom)


def is_on_a_border(lon, lat, zoom):
    # mercantile moves every position by 1e-14 of the world to the south-east before it cuts.
    unit = np.array(tiles.pixels(lon, lat, zoom)) / 256
    return bool((np.abs(unit - np.round(unit)) < 1e-13 * 2**zoom + 1e-9).any())


@given(lons, lats, zooms)
def test_a_position_lies_in_the_tile_that_mercantile_names(lon, lat, zoom):
    assume(not is_on_a_border(lon, lat, zoom))
    assert tiles.tile_at(lon, lat, zoom) == tuple(mercantile.tile(lon, lat, zoom))


@given(some_tile())
def test_a_tile_has_mercantiles_borders(tile):
    assert tiles.lonlat_bounds(tile) == pytest.approx(tuple(mercantile.bounds(*tile)), abs=1e-11)
    assert tiles.mercator_bounds(tile) == pytest.approx(tuple(mercantile.xy_bounds(*tile)), abs=1e-6)


@given(some_tile(20))
def test_a_tile_has_mercantiles_family(tile):
    assert set(tiles.children(tile)) == {
        tuple(child) for child in mercantile.children(mercantile.Tile(*tile))
    }
    assert all(tiles.parent(child) == tile for child in tiles.children(tile))


@given(some_tile())
def test_the_middle_of_a_tile_lies_in_it(tile):
    west, south, east, north = tiles.lonlat_bounds(tile)
    assert tiles.tile_at((west + east) / 2, (south + north) / 2, tile.z) == tile


@given(some_tile())
def test_a_tiles_own_borders_are_covered_by_it_alone(tile):
    assert tiles.covering(tiles.lonlat_bounds(tile), tile.z) == [tile]


@given(lons, st.floats(-84, 84), st.floats(0, 5), st.floats(0, 5), st.integers(0, 8))
def test_a_box_is_covered_by_mercantiles_tiles(west, south, width, height, zoom):
    east, north = min(west + width, 180.0), min(south + height, 85.0)
    assume(east - west > 1e-9)
    assume(north - south > 1e-9)
    assume(not is_on_a_border(west, south, zoom))
    assume(not is_on_a_border(east, north, zoom))
    ours = tiles.covering((west, south, east, north), zoom)
    theirs = [tuple(tile) for tile in mercantile.tiles(west, south, east, north, zoom)]
    assert set(ours) == set(theirs)
    assert len(ours) == len(set(ours))


def test_a_box_across_180_degrees_is_covered_on_both_sides():
    ours = tiles.covering((179.0, -18.0, -179.0, -16.0), 6)
    assert set(ours) == {tuple(tile) for tile in mercantile.tiles(179.0, -18.0, -179.0, -16.0, 6)}
    assert {tile.x for tile in ours} == {0, 63}
    assert len(tiles.covering((1.0, -18.0, 0.0, -16.0), 0)) == 1


def test_a_box_without_extent_lies_in_one_tile():
    assert tiles.covering((122.12, 37.51, 122.12, 37.51), 14) == [tiles.tile_at(122.12, 37.51, 14)]
    assert tiles.covering((180.0, -90.0, 180.0, -90.0), 3) == [Tile(7, 7, 3)]


@given(st.lists(st.tuples(lons, st.floats(-85.05, 85.05)), max_size=5))
def test_mercator_metres_are_those_of_proj(places):
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    x, y = tiles.to_mercator(lon, lat)
    assert np.allclose(
        (x, y), Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat), atol=1e-6
    )
    assert np.allclose(tiles.to_lonlat(x, y), (lon, lat), atol=1e-11)


def test_the_poles_lie_on_the_worlds_rim():
    assert tiles.tile_at(0.0, 90.0, 2).y == 0
    assert tiles.tile_at(0.0, -90.0, 2).y == 3
    assert tiles.tile_at(180.0, 0.0, 2).x == 3


def test_pixels_count_from_the_north_west():
    x, y = tiles.pixels([-180.0, 0.0, 180.0], [tiles.MOST_LAT, 0.0, -tiles.MOST_LAT], 1)
    assert x.tolist() == [0.0, 256.0, 512.0]
    assert np.allclose(y, [0.0, 256.0, 512.0], atol=1e-9)


def test_a_pixel_is_as_large_as_published():
    assert tiles.metres_per_pixel(0, 0.0) == pytest.approx(156_543.033_928)
    assert tiles.metres_per_pixel(15, 60.0) == pytest.approx(156_543.033_928 / 2**16)


@pytest.mark.parametrize("zoom", [-1, 31])
def test_a_zoom_that_is_none_is_refused(zoom):
    with pytest.raises(CoordinateError, match=r"tile\.zoom"):
        tiles.tile_at(0.0, 0.0, zoom)


@pytest.mark.parametrize("tile", [Tile(4, 0, 2), Tile(0, -1, 2), Tile(0, 4, 2)])
@pytest.mark.parametrize("ask", [tiles.lonlat_bounds, tiles.mercator_bounds, tiles.parent, tiles.children])
def test_a_tile_that_does_not_exist_is_refused(ask, tile):
    with pytest.raises(CoordinateError, match=r"tile\.out_of_range"):
        ask(tile)


@pytest.mark.parametrize("box", [(0, 1, 1, 0), (np.nan, 0, 1, 1), (0, 0, 181, 1)])
def test_a_box_that_is_none_is_refused(box):
    with pytest.raises(CoordinateError):
        tiles.covering(box, 3)
