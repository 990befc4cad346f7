"""Points are gathered in squares fixed to the earth, all of them, and each once."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.density import clusters
from geo.tiles import pixels

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


def test_no_points_have_no_clusters():
    assert [len(column) for column in clusters([], [], 10)] == [0, 0, 0, 0]


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
