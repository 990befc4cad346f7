"""Heat: the database's bins are those of the net in geo, and nothing is lost."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo import density
from server.errors import InputError
from server.models import Issue
from server.services import heat
from server.services.filters import Filters
from server.services.people import system_actor
from tests.scatter import scatter

ZONE = ZoneInfo("Asia/Shanghai")
MIDDLE = 37.01  # of the small town's cells


@pytest.fixture
def everything(scattered):
    return scattered


def heat_of(store, actor, zoom, days="all", **given):
    with store.read() as tx:
        filters = heat.since_days(tx, Filters.parse(given, ZONE), days)
        return heat.heat(tx, actor, filters, zoom)


@pytest.mark.parametrize("zoom", [4, 12, 15, 19])
def test_bins_are_those_of_the_plain_points(zoom, store, everything):
    found = heat_of(store, system_actor(), zoom)
    cell_m = density.cell_m_for_zoom(zoom, MIDDLE)
    plain = density.heat_bins(
        [one.row.lon for one in everything], [one.row.lat for one in everything], cell_m, at_lat=MIDDLE
    )
    assert found.cell_m == cell_m
    np.testing.assert_allclose(
        found.points, np.column_stack([plain.lat, plain.lon, plain.counts]), rtol=1e-14
    )


def test_counts_and_legend_agree_with_the_bins(store, everything):
    found = heat_of(store, system_actor(), 15)
    counts = [count for _, _, count in found.points]
    assert found.total == sum(counts) == len(everything)
    assert found.most == max(counts) == found.breaks[-1]
    assert list(found.breaks) == sorted(set(found.breaks))


@pytest.mark.parametrize("days", ["7", "30", "90"])
def test_only_the_last_days_count(days, store, clock, everything):
    begin = clock.at - timedelta(days=int(days))
    wanted = sum(1 for one in everything if one.row.reported_at >= begin)
    assert heat_of(store, system_actor(), 12, days).total == wanted


def test_a_later_beginning_of_its_own_narrows_further(store, clock, everything):
    begin = clock.at - timedelta(days=2)
    wanted = sum(1 for one in everything if one.row.reported_at >= begin)
    assert heat_of(store, system_actor(), 12, "30", since=begin.isoformat()).total == wanted


def test_heat_by_category_in_the_visible_part(store, everything):
    wanted = sum(1 for one in everything if one.row.category == "heating" and one.row.lon <= 122.01)
    assert heat_of(store, system_actor(), 12, category="heating", bbox="121,36,122.01,38").total == wanted


def test_nothing_reported_is_no_heat(store, town):
    found = heat_of(store, system_actor(), 12)
    assert (found.points, found.breaks, found.most, found.total) == ((), (), 0, 0)


def test_other_numbers_of_days_are_refused(store, town):
    with pytest.raises(InputError) as refused:
        heat_of(store, system_actor(), 12, "8")
    assert refused.value.values["field"] == "days"


def test_somebody_sees_only_the_heat_of_their_own_issues(store, town, everything):
    whole = heat_of(store, town.actors["supervisor_li"], 12).total
    assert 0 < heat_of(store, town.actors["worker_he"], 12).total < whole < len(everything)
    assert heat_of(store, town.actors["admin_wu"], 12).total == 0


def test_west_of_greenwich_and_south_of_the_equator_bins_are_floored_not_cut(store, town):
    scatter(store, town, count=12)
    with store.write() as tx:
        for place, issue in enumerate(tx.session.query(Issue)):
            issue.lon, issue.lat = -0.05 + place / 100, -0.045 + place / 120
        points = [(issue.lon, issue.lat) for issue in tx.session.query(Issue)]
    for box in ("", "-1,-1,1,1", "-0.021,-0.021,1,1"):
        found = heat_of(store, system_actor(), 12, bbox=box)
        west, south = (-0.021, -0.021) if "-0.021" in box else (-1, -1)
        inside = [(lon, lat) for lon, lat in points if lon >= west and lat >= south]
        plain = density.heat_bins(
            *zip(*inside, strict=True), density.cell_m_for_zoom(12, MIDDLE), at_lat=MIDDLE
        )
        np.testing.assert_allclose(
            found.points, np.column_stack([plain.lat, plain.lon, plain.counts]), rtol=1e-12
        )
