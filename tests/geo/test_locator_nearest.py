"""The nearest cell and its distance are those of a search along every edge by geodesics alone."""

import numpy as np
import pytest
import shapely

from geo import Locator
from geo.crs import distance_m
from tests.geo.hard_points import random_in
from tests.geo.layers import cells_of, jagged_grid, random_points, square, true_distance_m
from tests.geo.made_layers import REAL, layer

ASKED = 8


def truly_nearest(cells, lon, lat, within_m):
    """Code and metres; below 60 degrees north none is twice as near in degrees, and one is 50 km or more."""
    degrees = shapely.distance(cells.geometry, shapely.Point(lon, lat))
    near = np.flatnonzero(degrees <= min(2 * degrees.min(), within_m / 50_000))
    metres = [true_distance_m(cells.geometry[row], lon, lat) for row in near]
    return (cells.codes[near[np.argmin(metres)]], min(metres)) if metres else ("", np.inf)


WIDE = pytest.param(2_000.0, 0.01, marks=pytest.mark.exhaustive)  # every edge within kilometres is measured


@pytest.mark.parametrize("name", ["chicago", "gaps", "islands", "sizes", "junctions", "antimeridian"])
@pytest.mark.parametrize(("within_m", "error_m"), [(50.0, 1e-6), WIDE])
def test_points_in_no_cell_get_the_nearest(name, within_m, error_m, request):
    if name in REAL:
        request.getfixturevalue("shared_data")
    cells = layer(name)
    locator = Locator(cells)
    lon, lat = random_in(cells, 60_000, np.random.default_rng(9)).T
    row, metres = locator.nearest(lon, lat, within_m)
    few = ASKED if within_m < 1_000 else ASKED // 3
    near, far = np.flatnonzero(metres > 0)[:few], np.flatnonzero(row < 0)[:few]
    assert len(far)
    for point in [*near, *far]:
        code, truth = truly_nearest(cells, lon[point], lat[point], within_m)
        if row[point] < 0:
            assert truth > within_m - error_m
        else:
            assert locator.codes[row[point]] == code
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


def test_all_who_are_nearer_than_the_circle_are_runners_up():
    cells = layer("gaps")
    locator = Locator(cells)
    points = random_in(cells, 40, np.random.default_rng(2))
    for lon, lat in points.tolist():
        told = locator.explain(lon, lat, accuracy_m=1_500.0)
        metres = {
            cells.codes[row].item(): true_distance_m(cells.geometry[row], lon, lat)
            for row in np.flatnonzero(shapely.dwithin(cells.geometry, shapely.Point(lon, lat), 0.05))
        }
        inside = set(cells.codes[shapely.covers(cells.geometry, shapely.Point(lon, lat))].tolist())
        reached = {code for code, far in metres.items() if far <= 1_500.0} | inside
        if told.how != "outside":
            assert {told.code, *(one.code for one in told.runner_ups)} == reached
            assert [one.distance_m for one in told.runner_ups] == sorted(
                one.distance_m for one in told.runner_ups
            )


def test_a_point_equally_far_from_two_cells_has_the_smaller_code_whatever_the_order():
    east, west = square(1, 0), square(-1, 0)
    middle = (shapely.get_x(shapely.centroid(square(0, 0))), 37.505)
    for shapes in ({"b": east, "a": west}, {"a": west, "b": east}, {"a": east, "b": west}):
        found = Locator(cells_of(shapes)).explain(*middle, nearest_m=2_000)
        apart = distance_m(*middle, 122.01, 37.505).item()
        assert (found.how, found.code) == ("nearest", "a")
        assert found.distance_m == pytest.approx(apart, rel=1e-5)
