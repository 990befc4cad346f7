"""Squares to group by: tiles of zoom 16 by another library's reckoning, nested, in bands."""

import mercantile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.squares import AXIS, band, merged, square_at

LON = st.floats(-180, 179.999, allow_nan=False)
LAT = st.floats(-85, 85, allow_nan=False)


@given(lon=LON, lat=LAT)
def test_a_square_is_the_tile_of_zoom_16(lon, lat):
    row, column = divmod(square_at(lon, lat), AXIS)
    tile = mercantile.tile(lon, lat, 16)
    assert abs(column - tile.x) + abs(row - tile.y) <= 1  # on a border the libraries may round apart
    inner = mercantile.bounds(tile)
    if inner.west + 1e-9 < lon < inner.east - 1e-9 and inner.south + 1e-9 < lat < inner.north - 1e-9:
        assert (column, row) == (tile.x, tile.y)


@given(lon=LON, lat=LAT, doublings=st.integers(0, 16))
def test_a_wider_square_is_the_tile_above(lon, lat, doublings):
    square = square_at(lon, lat)
    row, column = divmod(int(merged([square], doublings)[0]), AXIS)
    tile = mercantile.Tile(square % AXIS, square // AXIS, 16)
    above = mercantile.parent(tile, zoom=16 - doublings) if doublings else tile
    assert (column >> doublings, row >> doublings) == (above.x, above.y)


@given(lon=LON, lat=LAT, spread=st.floats(0, 2))
def test_a_band_holds_every_square_between_its_latitudes(lon, lat, spread):
    first, last = band(lat - spread, min(lat + spread, 90))
    assert first <= square_at(lon, lat) <= last


@pytest.mark.parametrize(("lon", "lat"), [(180, 0), (-180, 90), (180, -90)])
def test_the_rim_of_the_world_has_a_square(lon, lat):
    assert 0 <= square_at(lon, lat) < AXIS * AXIS


def test_no_squares_merge_to_none():
    assert merged(np.array([], dtype=np.int64), 3).shape == (0,)
