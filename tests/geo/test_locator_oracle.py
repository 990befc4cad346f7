"""The locator answers as asking every cell about every point does, on real and made layers."""

import geopandas as gpd
import numpy as np
import pytest

from geo import Cells, Locator
from geo.errors import CellsError
from tests.geo.hard_points import hard_points, on_pixels, random_in
from tests.geo.layers import by_brute_force, codes_at
from tests.geo.made_layers import LAYERS, REAL, layer
from tests.geo.oracle import Oracle, differences

RANDOM, HARD = 20_000, 2_000  # a million, and every edge: `make exhaustive`


@pytest.fixture(params=LAYERS, scope="module")
def cells(request):
    if request.param in REAL:
        request.getfixturevalue("shared_data")
    return layer(request.param)


@pytest.fixture(scope="module")
def locator(cells):
    return Locator(cells)


@pytest.fixture(scope="module")
def oracle(cells):
    return Oracle(cells)


@pytest.fixture(scope="module")
def some_points(cells):
    """A few hundred of each kind, shuffled together."""
    random = np.random.default_rng(11)
    kinds = hard_points(cells, 300, seed=11)
    spots = np.vstack([spots[:600] for spots in kinds.values()] + [random_in(cells, 1_000, random)])
    return np.ascontiguousarray(random.permutation(spots).T)


def test_random_points_agree_with_the_oracle(cells, locator, oracle):
    points = random_in(cells, RANDOM, np.random.default_rng(5))
    assert differences(locator, oracle, {"random": points}) == ({"random": RANDOM}, [])


def test_points_that_are_hard_agree_with_the_oracle(cells, locator, oracle):
    _, found = differences(locator, oracle, hard_points(cells, HARD))
    assert found == []


def test_points_on_the_lines_of_its_own_pixels_agree_with_the_oracle(cells, locator, oracle):
    points = on_pixels(cells, locator._parts.raster.frame, 800)
    _, found = differences(locator, oracle, {"pixels": points})
    assert found == []


def test_the_oracles_index_misses_nothing(cells, oracle, some_points):
    lon, lat = some_points[:, np.abs(some_points[0]) < 180][:, :1_000]
    rows, _ = oracle.answer(lon, lat)
    assert np.array_equal(np.append(cells.codes, "")[rows], by_brute_force(cells, lon, lat))


def test_neither_order_of_cells_nor_size_of_batch_changes_an_answer(cells, locator, some_points):
    shuffled = np.random.default_rng(3).permutation(len(cells))
    other = Locator(Cells.from_arrays(cells.codes[shuffled], cells.names[shuffled], cells.geometry[shuffled]))
    lon, lat = some_points
    assert np.array_equal(codes_at(other, lon, lat), codes_at(locator, lon, lat))
    assert other.digest == locator.digest
    whole = locator.place(lon, lat)
    for start in range(0, len(lon), 613):
        part = locator.place(lon[start : start + 613], lat[start : start + 613])
        for name in ("row", "how", "distance_m"):
            expected = getattr(whole, name)[start : start + 613]
            assert np.array_equal(getattr(part, name), expected, equal_nan=name == "distance_m")


def test_one_point_is_answered_as_among_many(locator, some_points):
    lon, lat = some_points[:, :1_500]
    one_by_one = [locator.locate(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    assert {type(row) for row in one_by_one} == {int}
    assert one_by_one == locator.locate(lon, lat).tolist()


def test_explain_place_nearest_and_locate_tell_one_story(locator, some_points):
    lon, lat = some_points[:, :400]
    placed, located = locator.place(lon, lat), locator.locate(lon, lat)
    is_covered = np.isin(placed.how, ["inside", "edge", "overlap"])
    assert np.array_equal(np.where(is_covered, placed.row, -1), located)
    near, metres = locator.nearest(lon, lat, 50.0)
    assert np.array_equal(near, placed.row)
    assert np.array_equal(metres, placed.distance_m, equal_nan=True)
    for position, point in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        one = locator.explain(*point)
        assert (one.how, one.row) == (placed.how[position], placed.row[position])
        assert one.code == (None if one.how == "outside" else locator.codes[one.row])
        expected = placed.distance_m[position]
        assert np.isnan(expected) if one.distance_m is None else one.distance_m == expected


def test_a_locator_opened_from_its_file_tells_the_same(locator, some_points, tmp_path):
    locator.save(tmp_path / "locator")
    opened = Locator.open(tmp_path / "locator")
    assert opened.codes.tolist() == locator.codes.tolist()
    assert np.array_equal(opened.locate(*some_points), locator.locate(*some_points))
    one, two = locator.place(*some_points), opened.place(*some_points)
    assert np.array_equal(one.row, two.row)
    assert np.array_equal(one.how, two.how)
    assert np.array_equal(one.distance_m, two.distance_m, equal_nan=True)
    for point in some_points[:, :30].T.tolist():
        assert opened.explain(*point, 80.0) == locator.explain(*point, 80.0)


def test_cells_with_broken_rings_are_refused_by_their_codes(shared_data):
    frame = gpd.read_file(shared_data / "counties_as_published.geojson")
    codes = [f"{row:02d}" for row in range(len(frame))]
    cells = Cells.from_arrays(codes, codes, frame.geometry.array)
    with pytest.raises(CellsError) as refused:
        Locator(cells)
    broken = [code for code, shape in zip(codes, cells.geometry, strict=True) if not shape.is_valid]
    assert refused.value.code == "cells.invalid_rings"
    assert refused.value.values["codes"] == tuple(broken[:10])
    assert refused.value.values["count"] == len(broken)
