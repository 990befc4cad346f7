"""Points are gathered in squares fixed to the earth, all of them, and each once."""

import gzip
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import distance_m
from geo.density import cell_m_for_zoom, class_breaks, clusters, heat_bins
from geo.errors import CoordinateError
from geo.tiles import metres_per_pixel, pixels

WEIHAI = (122.12, 37.51)

points = st.lists(st.tuples(st.floats(122.0, 122.2), st.floats(37.4, 37.6)), max_size=60).map(
    lambda spots: np.array(spots, dtype=float).reshape(-1, 2).T
)


@pytest.fixture(scope="module")
def complaints(shared_data):
    with gzip.open(shared_data / "chicago_311.csv.gz", "rt", encoding="utf-8") as file:
        frame = pd.read_csv(file, low_memory=False)
    lon = next(name for name in frame.columns if name.lower() in {"lon", "longitude"})
    lat = next(name for name in frame.columns if name.lower() in {"lat", "latitude"})
    placed = frame[[lon, lat]].dropna().to_numpy()
    return placed[:, 0], placed[:, 1]


@given(points, st.floats(10, 5_000))
def test_every_point_is_counted_once_within_half_a_square_of_its_middle(spots, cell_m):
    bins = heat_bins(*spots, cell_m, at_lat=37.5)
    assert bins.counts.sum() == spots.shape[1]
    assert (bins.counts > 0).all()
    for lon, lat in spots.T:
        near_lon = np.abs(bins.lon - lon) * 111_319.49 * np.cos(np.radians(37.5))
        near_lat = np.abs(bins.lat - lat) * 111_319.49
        assert (np.maximum(near_lon, near_lat) <= cell_m / 2 * (1 + 1e-6)).sum() >= 1


@given(points)
def test_the_order_of_points_changes_no_bin(spots):
    one, two = heat_bins(*spots, 300.0, at_lat=37.5), heat_bins(*spots[:, ::-1], 300.0, at_lat=37.5)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_a_square_is_square_on_the_ground():
    lon, lat = np.meshgrid(np.linspace(122.0, 122.1, 200), np.linspace(37.5, 37.6, 200))
    bins = heat_bins(lon.ravel(), lat.ravel(), 500.0, at_lat=37.5)
    across = distance_m(bins.lon[0], bins.lat[0], bins.lon[1], bins.lat[1])
    above = np.unique(bins.lat)
    up = distance_m(122.0, above[0], 122.0, above[1])
    assert across == pytest.approx(500, rel=0.007)
    assert up == pytest.approx(500, rel=0.007)


def test_moving_the_view_moves_no_bin():
    random = np.random.default_rng(2)
    lon, lat = random.normal(122.1, 0.02, 2_000), random.normal(37.5, 0.02, 2_000)
    whole = heat_bins(lon, lat, 400.0, at_lat=37.5)
    east = lon > 122.1
    half = heat_bins(lon[east], lat[east], 400.0, at_lat=37.5)
    squares = set(zip(whole.lon, whole.lat, strict=True))
    assert set(zip(half.lon, half.lat, strict=True)) <= squares


def test_weights_are_summed():
    bins = heat_bins([122.1, 122.1, 122.15], [37.5, 37.5, 37.5], 100.0, at_lat=37.5, weights=[2.0, 0.5, 1.0])
    assert bins.counts.tolist() == [2.5, 1.0]


def test_no_points_have_no_bins_and_no_clusters():
    assert [len(column) for column in heat_bins([], [], 100.0, at_lat=0.0)] == [0, 0, 0]
    assert [len(column) for column in clusters([], [], 10)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("cell_m", "at_lat"), [(0.0, 37.5), (-1.0, 37.5), (np.nan, 37.5), (100.0, 90.0), (1.0, 99.0)]
)
def test_a_net_without_squares_is_refused(cell_m, at_lat):
    with pytest.raises(CoordinateError):
        heat_bins([122.0], [37.0], cell_m, at_lat=at_lat)


@pytest.mark.parametrize("lat", [0.0, 37.5, -60.0])
@pytest.mark.parametrize("zoom", range(3, 20))
def test_a_view_full_of_points_holds_at_most_2000_bins(zoom, lat):
    cell_m = cell_m_for_zoom(zoom, lat)
    wide_m, high_m = (side * metres_per_pixel(zoom, lat) for side in (2560, 1440))
    assert (wide_m / cell_m + 1) * (high_m / cell_m + 1) <= 2_000
    assert cell_m <= 90 * metres_per_pixel(zoom, lat)


def test_a_bins_side_is_a_number_for_a_legend():
    assert [cell_m_for_zoom(zoom, 37.5) for zoom in (10, 12, 14, 16)] == [7_500.0, 1_500.0, 500.0, 100.0]


def test_quantile_breaks_hold_equally_many():
    values = np.arange(1, 101)
    breaks = class_breaks(values)
    assert breaks == [20.0, 40.0, 60.0, 80.0, 100.0]


def test_geometric_breaks_grow_by_one_factor():
    assert class_breaks([1, 5, 32], method="geometric") == [2.0, 4.0, 8.0, 16.0, 32.0]


@given(
    st.lists(st.integers(1, 1_000), min_size=1, max_size=80),
    st.integers(1, 7),
    st.sampled_from(["quantile", "geometric"]),
)
def test_breaks_ascend_are_whole_and_end_with_the_largest(values, classes, method):
    breaks = class_breaks(values, classes, method)
    assert 1 <= len(breaks) <= classes
    assert all(a < b for a, b in itertools.pairwise(breaks))
    assert breaks[-1] == max(values)
    assert all(bound == int(bound) for bound in breaks)


@pytest.mark.parametrize("values", [[], [0, 0], [np.nan]])
def test_nothing_has_no_breaks(values):
    assert class_breaks(values) == []


def test_one_value_is_one_class():
    assert class_breaks([3, 3, 3]) == class_breaks([3, 3], method="geometric") == [3.0]


@given(points, st.integers(8, 18))
def test_every_point_is_in_one_cluster_of_its_own_square(spots, zoom):
    found = clusters(*spots, zoom)
    assert found.counts.sum() == spots.shape[1]
    x, y = pixels(*spots, zoom)
    square = list(zip((x // 64).tolist(), (y // 64).tolist(), strict=True))
    assert len(set(square)) == len(found.counts)
    for lon, lat, count, first in zip(*found, strict=True):
        members = [row for row, where in enumerate(square) if where == square[first]]
        assert (first, count) == (members[0], len(members))
        assert (lon, lat) == pytest.approx(tuple(spots[:, members].mean(axis=1)), abs=1e-12)


def test_a_lone_point_is_its_own_cluster_to_the_bit():
    found = clusters([WEIHAI[0], 0.1], [WEIHAI[1], 0.2], 12)
    assert sorted(zip(found.lon, found.lat, strict=True)) == [(0.1, 0.2), WEIHAI]


def test_points_all_over_the_world_still_make_few_clusters():
    random = np.random.default_rng(4)
    lon, lat = random.uniform(-180, 180, 20_000), random.uniform(-85, 85, 20_000)
    found = clusters(lon, lat, 12)
    assert len(found.counts) <= 2_000
    assert found.counts.sum() == 20_000


def test_the_complaints_of_a_city_are_few_enough_to_draw(complaints):
    lon, lat = complaints
    for zoom in range(8, 13):
        assert len(clusters(lon, lat, zoom).counts) <= 2_000
        assert len(heat_bins(lon, lat, cell_m_for_zoom(zoom, 41.85), at_lat=41.85).counts) <= 2_000
    assert heat_bins(lon, lat, 500.0, at_lat=41.85).counts.sum() == len(lon)
