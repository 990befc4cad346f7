"""The made layers are what the locator's tests and measurements take them for."""

import numpy as np
import pytest
import shapely

from tests.geo.subdivision import BOUNDS, jagged_cells


@pytest.mark.parametrize("count", [1, 2, 77, 343, 2_000])
def test_cells_are_simple_share_their_borders_and_neither_overlap_nor_leave_gaps(count):
    cells = jagged_cells(count)
    assert len(cells) == count
    assert shapely.is_valid(cells.geometry).all()
    assert shapely.coverage_is_valid(cells.geometry)
    assert shapely.get_num_coordinates(cells.geometry).tolist() == [61] * count
    whole = shapely.coverage_union_all(cells.geometry)
    assert shapely.area(cells.geometry).sum() == pytest.approx(whole.area, rel=1e-9)
    assert (shapely.get_num_interior_rings(shapely.get_parts(whole)) == 0).all()
    assert shapely.box(*BOUNDS).contains(whole)


def test_codes_are_texts_of_15_digits_in_another_order_than_the_rows():
    codes = jagged_cells(500).codes.tolist()
    assert {len(code) for code in codes} == {15}
    assert len(set(codes)) == 500
    assert sorted(codes) != codes


def test_a_seed_gives_the_same_cells_again():
    one, two, other = jagged_cells(30, seed=5), jagged_cells(30, seed=5), jagged_cells(30, seed=6)
    assert np.array_equal(shapely.to_wkb(one.geometry), shapely.to_wkb(two.geometry))
    assert one.codes.tolist() == two.codes.tolist()
    assert not np.array_equal(shapely.to_wkb(one.geometry), shapely.to_wkb(other.geometry))


def test_gaps_and_overlaps_are_made_when_asked():
    whole = shapely.area(jagged_cells(100).geometry).sum()
    gappy, grown = jagged_cells(100, drop_every=9), jagged_cells(100, grow_every=9)
    assert len(gappy) == 88
    assert shapely.area(gappy.geometry).sum() < 0.95 * whole
    assert shapely.is_valid(grown.geometry).all()
    assert not shapely.coverage_is_valid(grown.geometry)


def test_no_cells_are_possible_too():
    assert len(jagged_cells(0)) == 0
