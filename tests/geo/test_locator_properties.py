"""Whatever cells somebody draws, the locator answers as asking every cell does."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Locator
from tests.geo.hard_points import hard_points, on_pixels, random_in
from tests.geo.layers import adversarial_points, by_brute_force, cells_of, codes_at, jagged_grid
from tests.geo.made_layers import layer, named
from tests.geo.oracle import Oracle, differences
from tests.geo.subdivision import jagged_cells

seeds = st.integers(0, 2**32 - 1)


def assert_agrees(cells, seed):
    locator = Locator(cells)
    points = hard_points(cells, 150, seed)
    points["random"] = random_in(cells, 1_500, np.random.default_rng(seed))
    points["pixels"] = on_pixels(cells, locator._parts.raster.frame, 50, seed)
    _, found = differences(locator, Oracle(cells), points)
    assert found == []


def assert_agrees_with_brute_force(cells, lon, lat):
    assert np.array_equal(codes_at(Locator(cells), lon, lat), by_brute_force(cells, lon, lat))


@settings(max_examples=40)
@given(
    count=st.integers(1, 60),
    vertices=st.sampled_from([4, 8, 20, 60]),
    seed=seeds,
    drop_every=st.sampled_from([0, 2, 5]),
    grow_every=st.sampled_from([0, 1, 3]),
    size=st.sampled_from([1e-4, 0.01, 1.0, 30.0]),
)
def test_jagged_subdivisions_with_gaps_and_overlaps(count, vertices, seed, drop_every, grow_every, size):
    bounds = (110.0, 30.0, 110.0 + size, 30.0 + size)
    cells = jagged_cells(count, vertices, seed, bounds=bounds, drop_every=drop_every, grow_every=grow_every)
    assert_agrees(cells, seed)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 5), seeds, st.booleans())
def test_jagged_grids(columns, rows, seed, gap):
    shapes = jagged_grid(columns, rows, seed, gap=gap)
    shapes = {code: shape for code, shape in shapes.items() if shape.is_valid}
    assert_agrees(cells_of(shapes), seed)


@settings(max_examples=25)
@given(st.integers(2, 40), seeds)
def test_voronoi_subdivisions(count, seed):
    random = np.random.default_rng(seed)
    sites = shapely.MultiPoint(random.uniform([100, 20], [101, 21], (count, 2)))
    frame = shapely.box(100, 20, 101, 21)
    shapes = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(sites)), frame)
    assert_agrees(
        cells_of({f"{random.integers(100)}/{row}": shape for row, shape in enumerate(shapes)}), seed
    )


@settings(max_examples=25)
@given(st.integers(2, 30), seeds)
def test_boxes_cut_again_and_again_at_any_angle(cuts, seed):
    random = np.random.default_rng(seed)
    pieces = [shapely.box(100, 20, 100.4, 20.3)]
    for _ in range(cuts):
        piece = pieces.pop(int(random.integers(len(pieces))))
        west, south, east, north = piece.bounds
        begin, end = random.uniform((west, south), (east, north), (2, 2))
        line = shapely.LineString([begin - 99 * (end - begin), end + 99 * (end - begin)])
        pieces += [part for part in shapely.get_parts(shapely.ops.split(piece, line)) if part.is_valid]
    assert_agrees(
        cells_of({str(random.integers(99)) + f"/{row}": one for row, one in enumerate(pieces)}), seed
    )


polygon = (
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=6, unique=True)
    .map(lambda spots: shapely.MultiPoint(np.add(spots, (100, 20))).convex_hull)
    .filter(lambda shape: shape.area > 0)
)


@settings(max_examples=60)
@given(st.lists(polygon, min_size=1, max_size=8))
def test_overlapping_polygons_on_every_lattice_point(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(99, 113.5, 0.5), np.arange(19, 33.5, 0.5)))
    assert_agrees_with_brute_force(cells, lon, lat)
    assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_000))


@settings(max_examples=60)
@given(st.lists(polygon, min_size=1, max_size=5))
def test_how_follows_from_interiors_and_borders(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(100, 112.5, 0.5), np.arange(20, 32.5, 0.5)))
    points = shapely.points(lon, lat)
    inner = sum(shapely.contains(shape, points).astype(int) for shape in shapes)
    covers = sum(shapely.covers(shape, points).astype(int) for shape in shapes)
    expected = np.select(
        [covers == 0, inner > 1, inner == covers], ["outside", "overlap", "inside"], default="edge"
    )
    assert np.array_equal(Locator(cells).place(lon, lat, nearest_m=0.0).how, expected)


def covers_in_fractions(shape, x, y):
    """Whether a polygon or its border holds a point, by crossings counted in rational numbers."""
    rings = shapely.get_rings(shapely.get_parts([shape]))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    begin, end = xy[pair], xy[pair + 1]
    near = (np.minimum(begin[:, 1], end[:, 1]) <= y) & (np.maximum(begin[:, 1], end[:, 1]) >= y)
    is_odd = False
    for (x0, y0), (x1, y1) in zip(begin[near].tolist(), end[near].tolist(), strict=True):
        side = (Fraction(x1) - Fraction(x0)) * (Fraction(y) - Fraction(y0)) - (Fraction(x) - Fraction(x0)) * (
            Fraction(y1) - Fraction(y0)
        )
        if side == 0 and min(x0, x1) <= x <= max(x0, x1):
            return True
        is_odd ^= (y0 > y) != (y1 > y) and (side > 0) == (y1 > y0)
    return is_odd


def holder_in_fractions(cells, x, y):
    """The smallest code of the cells that hold a point, empty for none."""
    boxes = zip(cells.codes.tolist(), cells.geometry, cells.bounds.tolist(), strict=True)
    return min(
        (
            code
            for code, shape, (west, south, east, north) in boxes
            if west <= x <= east and south <= y <= north and covers_in_fractions(shape, x, y)
        ),
        default="",
    )


@pytest.mark.parametrize("name", ["jagged", "islands", "junctions", "slivers"])
def test_the_oracle_and_the_locator_decide_as_rational_numbers_do(name):
    cells = layer(name)
    kinds = hard_points(cells, 40, seed=2)
    spots = np.vstack([kinds[kind][:60] for kind in kinds if kind != "all over the globe"])
    expected = [holder_in_fractions(cells, x, y) for x, y in spots.tolist()]
    assert codes_at(Locator(cells), *spots.T).tolist() == expected
    assert np.append(cells.codes, "")[Oracle(cells).answer(*spots.T)[0]].tolist() == expected


@settings(max_examples=40)
@given(seeds, st.integers(0, 14))
def test_around_zero_where_geos_itself_rounds_rational_numbers_decide(seed, digits):
    random = np.random.default_rng(seed)
    hulls = [shapely.MultiPoint(random.integers(-3, 4, (5, 2)) / 10.0**digits).convex_hull for _ in range(5)]
    cells = named([hull for hull in hulls if hull.area > 0], seed)
    if len(cells):
        kinds = hard_points(cells, 12, seed)
        spots = np.vstack([spots[-25:] for spots in kinds.values()])
        expected = [holder_in_fractions(cells, x, y) for x, y in spots.tolist()]
        assert codes_at(Locator(cells), *spots.T).tolist() == expected
