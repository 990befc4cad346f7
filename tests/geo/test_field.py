"""Fields of very many points: their sum is the number of points, their values those of the exact kernel."""

import numpy as np
import pytest

from geo.field import PEAK, counted, reached, shared, spread

SHAPE = (60, 70)


def scattered(count, seed=3, edge=20):
    dice = np.random.default_rng(seed)
    return dice.uniform(edge, SHAPE[0] - edge, count), dice.uniform(edge, SHAPE[1] - edge, count)


def plain(up, across, radius):
    """The kernel's formula at every square's middle, point by point."""
    row, column = np.arange(SHAPE[0]) + 0.5, np.arange(SHAPE[1]) + 0.5
    found = np.zeros(SHAPE)
    for v, u in zip(up, across, strict=True):
        far = ((row[:, None] - v) ** 2 + (column[None, :] - u) ** 2) / radius**2
        found += PEAK / radius**2 * np.where(far < 1.0, (1.0 - far) ** 2, 0.0)
    return found


@pytest.mark.parametrize("radius", [0.3, 1.0, 1.5, 4.0, 7.7, 16.0])
def test_the_sum_is_the_number_of_points(radius):
    up, across = scattered(500)
    assert spread(shared(up, across, SHAPE), radius).sum() == pytest.approx(500.0, abs=1e-9)


@pytest.mark.parametrize(("radius", "tolerance"), [(4.0, 0.05), (8.0, 0.015), (16.0, 0.005)])
def test_every_value_is_the_kernels_at_the_squares_middle(radius, tolerance):
    for seed in range(12):
        up, across = scattered(1, seed)
        found = spread(shared(up, across, SHAPE), radius)
        assert np.abs(found - plain(up, across, radius)).max() < tolerance * PEAK / radius**2


def test_many_points_are_told_more_exactly_than_one():
    up, across = scattered(3_000)
    found, exact = spread(shared(up, across, SHAPE), 4.0), plain(up, across, 4.0)
    assert np.abs(found - exact).max() < 0.02 * exact.max()


def test_nothing_is_where_no_kernel_reaches():
    found = spread(shared(np.array([30.2]), np.array([35.7]), SHAPE), 4.0)
    row, column = np.nonzero(found)
    assert (np.hypot(row + 0.5 - 30.2, column + 0.5 - 35.7) < 4.0 + 2.5).all()
    assert not spread(np.zeros(SHAPE), 4.0).any()


def test_weights_count_like_so_many_points():
    up, across = scattered(40)
    twice = shared(np.repeat(up, 2), np.repeat(across, 2), SHAPE)
    assert shared(up, across, SHAPE, np.full(40, 2.0)) == pytest.approx(twice)


def test_points_beyond_the_edge_are_left_out():
    up, across = np.array([-0.6, 30.0, 60.6, 30.0]), np.array([30.0, -9.0, 30.0, 1e6])
    assert shared(up, across, SHAPE).sum() == 0.0
    assert counted(up, across, SHAPE).sum() == 0
    assert shared(np.array([-0.25]), np.array([30.5]), SHAPE).sum() == pytest.approx(0.25)


@pytest.mark.parametrize("radius", [1.0, 4.0, 16.0])
def test_never_more_are_said_to_be_near_than_are(radius):
    up, across = scattered(800)
    near = reached(counted(up, across, SHAPE), radius)
    for row, column in [(30, 35), (22, 40), (38, 25), (20, 20)]:
        far = np.hypot(up - row - 0.5, across - column - 0.5)
        own = ((np.floor(up) == row) & (np.floor(across) == column)).sum()
        assert own <= near[row, column] <= max((far <= radius).sum(), own)
