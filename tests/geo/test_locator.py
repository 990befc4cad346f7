"""Every point has one answer, and it is the one that geometry and the codes' order give."""

import numpy as np
import pytest
import shapely

from geo import Locator
from geo.crs import GEOD, distance_m
from geo.errors import CoordinateError
from tests.geo.layers import SOUTH, WEST, cells_of, square


def row_of(locator, code):
    return locator.codes.tolist().index(code)


def test_a_point_on_a_shared_edge_has_the_smallest_code_by_string_order():
    locator = Locator(cells_of({"9": square(0, 0), "10": square(1, 0)}))
    on_edge = (WEST + 0.01, SOUTH + 0.005)
    assert locator.locate(*on_edge) == row_of(locator, "10")
    found = locator.explain(*on_edge)
    assert (found.how, found.code, found.distance_m) == ("edge", "10", 0.0)
    assert found.reason.code == "place.edge"
    assert found.reason.values == {"cell": "10", "cells": ("10", "9")}
    assert [(one.code, one.distance_m) for one in found.runner_ups] == [("9", 0.0)]


def test_a_point_on_the_outer_border_is_on_an_edge_too():
    found = Locator(cells_of({"9": square(0, 0)})).explain(WEST, SOUTH)
    assert (found.how, found.code, found.runner_ups) == ("edge", "9", ())


def test_a_point_in_two_cells_is_an_overlap():
    locator = Locator(cells_of({"b": square(0, 0, 0.02), "a": square(0, 0, 0.01), "c": square(5, 5)}))
    found = locator.explain(WEST + 0.005, SOUTH + 0.005)
    assert (found.how, found.code, found.row) == ("overlap", "a", 1)
    assert [one.code for one in found.runner_ups] == ["b"]


def test_a_point_in_a_hole_is_in_no_cell():
    ring = square(0, 0, 0.03).difference(square(1, 1))
    locator = Locator(cells_of({"ring": ring}))
    middle = (WEST + 0.015, SOUTH + 0.015)
    assert locator.locate(*middle) == -1
    assert locator.explain(*middle).how == "outside"
    filled = Locator(cells_of({"ring": ring, "yard": square(1, 1)}))
    assert filled.explain(*middle).code == "yard"


def test_a_point_near_a_cell_gets_it_and_a_far_one_does_not():
    locator = Locator(cells_of({"a": square(0, 0)}))
    lon, lat, _ = GEOD.fwd(WEST + 0.005, SOUTH, 180.0, 49.9)
    found = locator.explain(lon, lat)
    assert (found.how, found.code, found.runner_ups) == ("nearest", "a", ())
    assert found.distance_m == pytest.approx(49.9, abs=1e-6)
    assert found.reason.values["distance_m"] == found.distance_m
    lon, lat, _ = GEOD.fwd(WEST + 0.005, SOUTH, 180.0, 50.1)
    far = locator.explain(lon, lat)
    assert (far.how, far.row, far.code, far.distance_m) == ("outside", -1, None, None)
    assert far.reason.values == {"within_m": 50.0}
    assert far.runner_ups[0].distance_m == pytest.approx(50.1, abs=1e-6)
    assert locator.explain(lon, lat, nearest_m=60.0).how == "nearest"


def test_of_cells_equally_near_the_smallest_code_is_taken():
    locator = Locator(cells_of({"9": square(0, 0), "10": square(1, 0)}))
    found = locator.explain(WEST + 0.01, SOUTH - 0.0001)
    assert (found.how, found.code) == ("nearest", "10")
    assert [one.code for one in found.runner_ups] == ["9"]


def test_the_circle_of_accuracy_names_the_cells_it_reaches():
    locator = Locator(cells_of({"a": square(0, 0), "b": square(1, 0), "c": square(2, 0)}))
    inside = (WEST + 0.00995, SOUTH + 0.005)
    to_b = distance_m(*inside, WEST + 0.01, SOUTH + 0.005).item()
    assert locator.explain(*inside).runner_ups == ()
    assert locator.explain(*inside, accuracy_m=to_b - 0.01).runner_ups == ()
    (reached,) = locator.explain(*inside, accuracy_m=to_b + 0.01).runner_ups
    assert reached.code == "b"
    assert reached.distance_m == pytest.approx(to_b, abs=1e-6)
    assert [one.code for one in locator.explain(*inside, accuracy_m=1_000).runner_ups] == ["b", "c"]


def test_nearest_within_a_cell_is_that_cell_at_no_distance():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert locator.nearest(WEST + 0.005, SOUTH + 0.005, 10.0) == (0, 0.0)
    row, metres = locator.nearest([WEST + 0.005, 0.0], [SOUTH + 0.005, 0.0], 10.0)
    assert row.tolist() == [0, -1]
    assert np.array_equal(metres, [0.0, np.nan], equal_nan=True)


@pytest.fixture
def taveuni():
    """A cell across 180 degrees, split there, and a neighbour to its east."""
    island = shapely.MultiPolygon(
        [shapely.box(179.9, -17, 180, -16.9), shapely.box(-180, -17, -179.9, -16.9)]
    )
    return Locator(cells_of({"b": island, "c": shapely.box(-179.9, -17, -179.8, -16.9)}))


def test_a_cell_across_the_antimeridian_is_one_cell(taveuni):
    assert taveuni.locate([179.95, -179.95, 180.0, -180.0], [-16.95] * 4).tolist() == [0, 0, 0, 0]


def test_the_nearest_cell_may_lie_across_the_antimeridian():
    locator = Locator(cells_of({"a": shapely.box(179.9, -17, 179.9999, -16.9)}))
    found = locator.explain(-179.9999, -16.95)
    assert found.how == "nearest"
    assert found.distance_m == pytest.approx(distance_m(-179.9999, -16.95, 179.9999, -16.95), abs=1e-6)
    assert locator.explain(-179.99, -16.95).how == "outside"
    assert locator.explain(-179.99, -16.95).runner_ups[0].code == "a"


def test_a_cell_that_ends_at_the_antimeridian_holds_it_from_both_sides():
    locator = Locator(cells_of({"a": shapely.box(179.9, -17, 180, -16.9)}))
    assert locator.explain(-180.0, -16.95).how == "edge"


def test_near_the_poles_all_is_well():
    locator = Locator(
        cells_of({"cap": shapely.box(-180, 89, 180, 90), "south": shapely.box(0, -90, 90, -89)})
    )
    assert locator.locate([0.0, 180.0, -75.5], [90.0, 89.5, 89.0]).tolist() == [0, 0, 0]
    found = locator.explain(-135.0, -89.9999)
    assert (found.how, found.code) == ("nearest", "south")


def test_an_empty_layer_leaves_every_point_outside(tmp_path):
    locator = Locator(cells_of({}))
    assert locator.locate(122.0, 37.5) == -1
    assert locator.locate([122.0, 180.0], [37.5, 0.0]).tolist() == [-1, -1]
    found = locator.explain(122.0, 37.5, accuracy_m=100)
    assert (found.how, found.runner_ups, found.reason.code) == ("outside", (), "place.no_grid")
    locator.save(tmp_path / "empty")
    assert len(Locator.open(tmp_path / "empty")) == 0


def test_no_points_give_no_answers():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert locator.locate([], []).shape == (0,)
    assert len(locator.place([], [])) == 0
    assert [answer.shape for answer in locator.nearest([], [], 5.0)] == [(0,), (0,)]


def test_a_number_in_gives_a_number_out():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert type(locator.locate(WEST + 0.005, SOUTH + 0.005)) is int
    assert locator.locate([WEST + 0.005], [SOUTH + 0.005]).dtype == np.intp


BAD = [(np.nan, 1), (1, np.nan), (np.inf, 1), (1, -np.inf), (180.001, 1), (1, 90.001), (37.5, 122.1)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("ask", ["locate", "place"])
def test_what_is_no_position_is_refused_naming_the_row(bad, ask):
    locator = Locator(cells_of({"a": square(0, 0)}))
    with pytest.raises(CoordinateError) as caught:
        getattr(locator, ask)([WEST, WEST, bad[0], WEST], [SOUTH, SOUTH, bad[1], SOUTH])
    assert caught.value.values["rows"] == (2,)
    with pytest.raises(CoordinateError):
        locator.explain(*bad)


def test_positions_must_pair_up():
    locator = Locator(cells_of({"a": square(0, 0)}))
    for lon, lat in (([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]]), ([1.0], 1.0), (["x"], [1.0])):
        with pytest.raises(CoordinateError):
            locator.locate(lon, lat)


@pytest.mark.parametrize("metres", [-1.0, np.nan, np.inf])
def test_what_is_no_distance_is_refused(metres):
    locator = Locator(cells_of({"a": square(0, 0)}))
    with pytest.raises(CoordinateError, match="bad_distance"):
        locator.explain(WEST, SOUTH, metres)
    with pytest.raises(CoordinateError, match="bad_distance"):
        locator.place(WEST, SOUTH, nearest_m=metres)


def test_what_a_mask_hides_is_no_position():
    lon = np.ma.array([WEST + 0.005, WEST + 0.005], mask=[False, True])
    with pytest.raises(CoordinateError) as caught:
        Locator(cells_of({"a": square(0, 0)})).locate(lon, [SOUTH + 0.005] * 2)
    assert (caught.value.code, caught.value.values["rows"]) == ("coordinate.not_finite", (1,))


@pytest.mark.parametrize("lon", [10**400, [10**400], np.ma.array([10**30], dtype=object)])
def test_a_whole_number_of_any_size_is_refused_not_stumbled_over(lon):
    with pytest.raises(CoordinateError):
        Locator(cells_of({"a": square(0, 0)})).locate(lon, 1 if np.ndim(lon) == 0 else [1])


def test_any_finite_distance_may_be_asked_for():
    locator = Locator(cells_of({"a": square(0, 0)}))
    near, far = (locator.nearest(-60.0, -40.0, metres) for metres in (2.1e7, 1e308))
    assert near == far
    assert locator.explain(-60.0, -40.0, 1e308).runner_ups[0].code == "a"
