"""Long runs: a million random points a layer, every vertex and every edge of it, against the oracle."""

import numpy as np
import pytest

from geo import Cells, Locator
from tests.geo.exactness import keep
from tests.geo.hard_points import edges_of, hard_points, on_pixels, random_in
from tests.geo.made_layers import LARGE, LAYERS, REAL, layer
from tests.geo.oracle import Oracle, differences

RANDOM = 1_000_000
ALL_EDGES = 0
SOME_EDGES = 40_000


def saved_in_another_order(cells, path):
    shuffled = np.random.default_rng(3).permutation(len(cells))
    other = Cells.from_arrays(cells.codes[shuffled], cells.names[shuffled], cells.geometry[shuffled])
    Locator(other).save(path)
    return Locator.open(path)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", LAYERS | LARGE)
def test_every_point_is_answered_as_the_oracle_does(name, request, tmp_path):
    if name in REAL:
        request.getfixturevalue("shared_data")
    cells = layer(name)
    points = {"random": random_in(cells, RANDOM, np.random.default_rng(6))}
    points |= hard_points(cells, SOME_EDGES if name in LARGE else ALL_EDGES, seed=6)
    locator, other = Locator(cells), saved_in_another_order(cells, tmp_path / "locator")
    points["lines of its own pixels"] = on_pixels(cells, locator._parts.raster.frame, SOME_EDGES, seed=6)
    counts, found = differences(locator, Oracle(cells), points)
    keep(name, len(cells), len(edges_of(cells)[0]), counts, len(found), LAYERS | LARGE)
    assert found[:20] == []
    for spots in points.values():
        rows, others = locator.locate(*spots.T), other.locate(*spots.T)
        assert np.array_equal(np.append(locator.codes, "")[rows], np.append(other.codes, "")[others])
