"""Points on the borders and in the corners of pixels, where only the raster knows that they are hard."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Cells, Locator
from geo.raster import BLOCK, CENTRE, DEEPER
from geo.rasterize import touches
from geo.runs import begins, slices, spread
from tests.geo.layers import cells_of, codes_at, jagged_grid, square
from tests.geo.oracle import Oracle
from tests.geo.subdivision import jagged_cells


def parts_of(locator):
    return locator._parts.raster, locator._parts.edges


def by_oracle(cells, lon, lat):
    rows, _ = Oracle(cells).answer(lon, lat)
    return np.where(rows < 0, "", cells.codes[rows])


def corners_of_pixels(locator, most=4_000):
    """Corners, middles of sides and centres of mixed pixels, one ulp aside too, of every scale."""
    raster, _ = parts_of(locator)
    frame, spots, scale = raster.frame, [], 1
    column, row = raster.mixed.pixel % frame.columns, raster.mixed.pixel // frame.columns
    for _ in range(3):
        some = np.random.default_rng(5).permutation(len(column))[:most]
        for east, north in [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0), (0, 0.5), CENTRE]:
            lon = frame.west + (column[some] + east) / (frame.per_lon * scale)
            lat = frame.south + (row[some] + north) / (frame.per_lat * scale)
            spots += [(lon, lat), (np.nextafter(lon, 0), np.nextafter(lat, 90))]
        column, row, scale = column[some] * BLOCK + 3, row[some] * BLOCK + 4, scale * BLOCK
    lon, lat = (np.concatenate(axis) for axis in zip(*spots, strict=True))
    return np.clip(lon, -180, 180), np.clip(lat, -90, 90)


def uneven():
    """Cells of ten metres in the hole of one of a degree: pixels within pixels."""
    small = jagged_cells(400, vertices=16, bounds=(116.0, 39.0, 116.002, 39.002))
    around = shapely.box(115.5, 38.5, 116.5, 39.5).difference(shapely.coverage_union_all(small.geometry))
    return Cells.from_arrays(
        [*small.codes, "1"], ["" for _ in range(len(small) + 1)], [*small.geometry, around]
    )


@pytest.mark.parametrize(
    "cells",
    [cells_of(jagged_grid(4, 3, seed=2, gap=True)), uneven(), jagged_cells(60, grow_every=4)],
    ids=["jagged", "uneven", "overlapping"],
)
def test_points_on_the_lines_between_pixels_agree_with_brute_force(cells):
    locator = Locator(cells)
    lon, lat = corners_of_pixels(locator)
    expected = by_oracle(cells, lon, lat)
    assert np.array_equal(codes_at(locator, lon, lat), expected)
    some = np.random.default_rng(1).permutation(len(lon))[:1_500]
    one_by_one = [locator.locate(x, y) for x, y in zip(lon[some].tolist(), lat[some].tolist(), strict=True)]
    assert [cells.codes[row] if row >= 0 else "" for row in one_by_one] == expected[some].tolist()


def test_pixels_of_many_edges_are_cut_until_few_are_left():
    raster, _ = parts_of(Locator(uneven()))
    assert (raster.mixed.label <= DEEPER).any()
    assert np.diff(raster.mixed.first)[raster.mixed.label > DEEPER].max() <= 16


def test_a_border_in_line_with_the_rows_of_centres_moves_the_pixels():
    first = Locator(cells_of({"a": square(0, 0)}))
    frame = parts_of(first)[0].frame
    lon, lat = (float(axis) for axis in frame.centres(np.array(40), np.array(30)))
    west, south = first._parts.edges.ends[:, :2].min(axis=0).tolist()
    east, north = first._parts.edges.ends[:, 2:].max(axis=0).tolist()
    cut = {"a": shapely.box(west, south, lon, north), "b": shapely.box(lon, south, east, lat),
           "c": shapely.box(lon, lat, east, north)}  # fmt: skip
    cells = cells_of(cut)
    locator = Locator(cells)
    assert parts_of(locator)[0].frame.west != frame.west
    points = corners_of_pixels(locator)
    assert np.array_equal(codes_at(locator, *points), by_oracle(cells, *points))
    assert codes_at(locator, [lon, lon, west], [lat, south, north]).tolist() == ["a", "a", "a"]


@settings(max_examples=150)
@given(st.lists(st.tuples(*[st.floats(-2, 9)] * 4), min_size=1, max_size=6))
def test_an_edge_touches_every_pixel_it_passes_through(ends):
    edge, column, row = touches(np.array(ends), 7, 6)
    found = set(zip(edge.tolist(), column.tolist(), row.tolist(), strict=True))
    assert len(found) == len(edge)
    for number, (u1, v1, u2, v2) in enumerate(ends):
        line = shapely.LineString([(u1, v1), (u2, v2)])
        for i in range(7):
            for j in range(6):
                if line.intersects(shapely.box(i, j, i + 1, j + 1)):
                    assert (number, i, j) in found


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-5, 9))))
def test_runs_are_counted_one_after_the_other(pairs):
    low = [begin for begin, _ in pairs]
    run, number = spread(low, [begin + length for begin, length in pairs])
    expected = [
        (position, begin + step) for position, (begin, length) in enumerate(pairs) for step in range(length)
    ]
    assert list(zip(run.tolist(), number.tolist(), strict=True)) == expected


@given(st.lists(st.integers(0, 20)), st.integers(1, 30))
def test_slices_cover_all_and_none_is_heavier_than_it_must_be(loads, most):
    parts = list(slices(loads, most))
    assert [place for part in parts for place in range(len(loads))[part]] == list(range(len(loads)))
    for part in parts:
        assert sum(loads[part][:-1]) <= most


def test_new_rows_of_sorted_columns_begin_where_one_differs():
    assert begins(np.array([1, 1, 1, 2]), np.array([3, 3, 4, 4])).tolist() == [True, False, True, True]
    assert begins(np.empty(0), np.empty(0)).tolist() == []
