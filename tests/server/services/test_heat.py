"""Heat: what is spread sums to what is counted, a place says the same at every zoom, and few are not told of."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo.kernel import density_of_points
from geo.lattice import Lattice
from server.errors import InputError
from server.models import Issue
from server.services import heat
from server.services.filters import Filters
from server.services.heat import Look
from server.services.people import system_actor
from server.services.statistics import Period

ZONE = ZoneInfo("Asia/Shanghai")
BOX = "122.004,37.004,122.016,37.012"


@pytest.fixture
def everything(scattered):
    return scattered


def heat_of(store, actor=None, period=None, *, look=None, **given):
    with store.read() as tx:
        return heat.heat(tx, actor or system_actor(), Filters.parse(given, ZONE), period, look or Look())


def placed(found):
    """Values by the middle of their square, from corners alone, as a map places them."""
    nw, ne, _se, sw = np.array(found.corners)
    right, down = (found.column + 0.5) / found.columns, (found.row + 0.5) / found.rows
    lon, lat = (nw + np.outer(right, ne - nw) + np.outer(down, sw - nw)).T
    return lon, lat


@pytest.mark.parametrize("radius", [120.0, 300.0, 900.0])
@pytest.mark.parametrize("mode", ["raw", "per_km2"])
def test_heat_sums_equal_counts(mode, radius, store, everything):
    found = heat_of(store, look=Look(radius, mode))
    assert found.total == len(everything)
    assert found.value.sum() / found.per_issue == pytest.approx(found.total, abs=1e-6)


def test_values_are_those_of_the_exact_kernel(store, everything):
    found = heat_of(store, look=Look(300.0, "per_km2", zoom=16))
    lon, lat = placed(found)
    one = 3.0 / np.pi / 0.3**2
    points = [(known.row.lon, known.row.lat) for known in everything]
    plain = Lattice.over((122.0, 37.0, 122.04, 37.03), found.cell_m, margin_m=400.0, at=(122.016, 37.01))
    exact = density_of_points(*np.transpose(points), plain, 300.0).amounts
    up, across = plain.positions(lon, lat)
    told = exact[np.floor(up).astype(int), np.floor(across).astype(int)]
    assert np.abs(found.value - told).max() < 0.05 * one * 3
