"""The locator answers as asking every cell about every point does, on real and made layers."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Cells, Locator
from tests.geo.layers import (
    adversarial_points,
    by_brute_force,
    cells_of,
    codes_at,
    jagged_grid,
    random_points,
    true_distance_m,
)


def assert_agrees_with_brute_force(cells, lon, lat):
    assert np.array_equal(codes_at(Locator(cells), lon, lat), by_brute_force(cells, lon, lat))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_random_points_of_a_real_layer_agree_with_brute_force(layer, request):
    cells = request.getfixturevalue(layer)
    assert_agrees_with_brute_force(cells, *random_points(cells, 20_000))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_vertices_and_edges_of_a_real_layer_agree_with_brute_force(layer, request):
    cells = request.getfixturevalue(layer)
    assert_agrees_with_brute_force(cells, *adversarial_points(cells))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_neither_order_of_cells_nor_size_of_batch_changes_an_answer(layer, request):
    cells = request.getfixturevalue(layer)
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(cells, 2_000), random_points(cells, 500), strict=True)
    )
    shuffled = np.random.default_rng(3).permutation(len(cells))
    other = Cells.from_arrays(cells.codes[shuffled], cells.names[shuffled], cells.geometry[shuffled])
    one, two = Locator(cells), Locator(other)
    assert np.array_equal(codes_at(one, lon, lat), codes_at(two, lon, lat))
    assert one.digest == two.digest
    whole = one.place(lon, lat)
    for start in range(0, len(lon), 613):
        part = one.place(lon[start : start + 613], lat[start : start + 613])
        for name in ("row", "how", "distance_m"):
            expected = getattr(whole, name)[start : start + 613]
            assert np.array_equal(getattr(part, name), expected, equal_nan=name == "distance_m")


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
def test_jagged_subdivisions_agree_with_brute_force(columns, rows, seed, gap):
    shapes = jagged_grid(columns, rows, seed, gap=gap)
    if shapes:
        cells = cells_of(shapes)
        assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_500))
        assert_agrees_with_brute_force(cells, *random_points(cells, 1_500, seed))


@settings(max_examples=25)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_voronoi_subdivisions_agree_with_brute_force(count, seed):
    random = np.random.default_rng(seed)
    sites = shapely.MultiPoint(random.uniform([100, 20], [101, 21], (count, 2)))
    frame = shapely.box(100, 20, 101, 21)
    shapes = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(sites)), frame)
    cells = cells_of({f"{random.integers(100)}/{row}": shape for row, shape in enumerate(shapes)})
    assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_500))
    assert_agrees_with_brute_force(cells, *random_points(cells, 1_500, seed))


triangle = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=6, unique=True
).map(lambda spots: shapely.MultiPoint(spots).convex_hull)


@settings(max_examples=60)
@given(st.lists(triangle.filter(lambda shape: shape.area > 0), min_size=1, max_size=8))
def test_overlapping_layers_agree_with_brute_force_on_every_lattice_point(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(-1, 13.5, 0.5), np.arange(-1, 13.5, 0.5)))
    assert_agrees_with_brute_force(cells, lon, lat)
    assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_000))


@settings(max_examples=60)
@given(st.lists(triangle.filter(lambda shape: shape.area > 0), min_size=1, max_size=5))
def test_how_follows_from_interiors_and_borders(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(0, 12.5, 0.5), np.arange(0, 12.5, 0.5)))
    points = shapely.points(lon, lat)
    inner = sum(shapely.contains(shape, points).astype(int) for shape in shapes)
    covers = sum(shapely.covers(shape, points).astype(int) for shape in shapes)
    expected = np.select(
        [covers == 0, inner > 1, inner == covers], ["outside", "overlap", "inside"], default="edge"
    )
    assert np.array_equal(Locator(cells).place(lon, lat, nearest_m=0.0).how, expected)


def test_explain_place_and_locate_tell_one_story(beijing):
    locator = Locator(beijing)
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(beijing, 800), random_points(beijing, 300), strict=True)
    )
    placed, located = locator.place(lon, lat), locator.locate(lon, lat)
    covered = np.isin(placed.how, ["inside", "edge", "overlap"])
    assert np.array_equal(np.where(covered, placed.row, -1), located)
    for position, point in enumerate(zip(lon, lat, strict=True)):
        one = locator.explain(*point)
        assert (one.how, one.row) == (placed.how[position], placed.row[position])
        assert (one.code is None) == (one.how == "outside")
        expected = placed.distance_m[position]
        assert np.isnan(expected) if one.distance_m is None else one.distance_m == expected


@pytest.mark.parametrize(("within_m", "error_m"), [(50.0, 1e-6), (5_000.0, 0.01)])
def test_distances_are_geodesic(chicago, within_m, error_m):
    locator = Locator(chicago)
    lon, lat = random_points(chicago, 4_000)
    row, metres = locator.nearest(lon, lat, within_m)
    near = np.flatnonzero(metres > 0)[:12]
    assert len(near) == 12
    for point in near:
        truth = true_distance_m(chicago.geometry[row[point]], lon[point], lat[point])
        assert metres[point] == pytest.approx(truth, abs=error_m)


def test_nearest_answers_as_brute_force_does():
    cells = cells_of(jagged_grid(4, 4, seed=5, gap=True))
    lon, lat = random_points(cells, 400)
    row, metres = Locator(cells).nearest(lon, lat, 150.0)
    near, far = np.flatnonzero(metres > 0)[:12], np.flatnonzero(row < 0)[:6]
    assert len(near) == 12
    assert len(far) == 6
    for point in [*near, *far]:
        truths = [true_distance_m(shape, lon[point], lat[point]) for shape in cells.geometry]
        assert row[point] == (np.argmin(truths) if min(truths) <= 150.0 else -1)


def test_cells_with_broken_rings_are_answered_too(shared_data):
    frame = gpd.read_file(shared_data / "counties_as_published.geojson")
    codes = [f"{row:02d}" for row in range(len(frame))]
    cells = Cells.from_arrays(codes, codes, frame.geometry.array)
    lon, lat = random_points(cells, 5_000)
    expected = np.full(len(lon), "", dtype="U2")
    for code, shape in reversed(list(zip(codes, cells.geometry, strict=True))):
        expected[shapely.intersects_xy(shape, lon, lat)] = code
    assert np.array_equal(codes_at(Locator(cells), lon, lat), expected)
