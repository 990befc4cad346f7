"""Clusters and points: what the database gathers is what numpy gathers from the plain points."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo import density
from server.services import clusters
from server.services.filters import Filters
from server.services.people import system_actor

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def everything(scattered):
    return scattered


def gather(store, actor, zoom, **given):
    with store.read() as tx:
        return clusters.gather(tx, actor, Filters.parse(given, ZONE), zoom)


def keyed(lon, lat, counts):
    return sorted(zip(np.round(lon, 9).tolist(), np.round(lat, 9).tolist(), counts, strict=True))


@pytest.mark.parametrize("zoom", [0, 5, 11, 13, 14])
def test_clusters_are_those_of_the_plain_points(zoom, store, everything):
    found = gather(store, system_actor(), zoom)
    plain = density.clusters([one.row.lon for one in everything], [one.row.lat for one in everything], zoom)
    got = keyed([s.lon for s in found.spots], [s.lat for s in found.spots], [s.count for s in found.spots])
    assert got == keyed(plain.lon, plain.lat, plain.counts.tolist())


def test_a_cluster_of_one_says_which_issue_it_is(store, everything):
    known = {one.row.number: one.row for one in everything}
    lonely = [
        spot for spot in gather(store, system_actor(), 14, category="lift_fault").spots if spot.count == 1
    ]
    assert lonely
    for spot in lonely:
        row = known[spot.number]
        assert (row.category, row.state) == (spot.category, spot.state)
        assert spot.lon == pytest.approx(row.lon, abs=1e-12)


def test_near_every_issue_is_a_point_of_its_own(store, everything):
    found = gather(store, system_actor(), 15, bbox="122.005,37.005,122.02,37.015")
    inside = {
        one.row.number
        for one in everything
        if 122.005 <= one.row.lon <= 122.02 and 37.005 <= one.row.lat <= 37.015
    }
    assert {spot.number for spot in found.spots} == inside
    assert not found.is_truncated


def test_too_many_points_are_cut_to_the_newest_and_said_to_be(store, everything, monkeypatch):
    monkeypatch.setattr(clusters, "MOST", 10)
    found = gather(store, system_actor(), 17)
    assert [spot.number for spot in found.spots] == [one.row.number for one in everything[:10]]
    assert found.is_truncated


def test_too_many_clusters_are_united_until_they_fit(store, everything, monkeypatch):
    monkeypatch.setattr(clusters, "MOST", 3)
    found = gather(store, system_actor(), 14)
    assert len(found.spots) <= 3
    assert sum(spot.count for spot in found.spots) == len(everything)


def test_somebody_sees_only_clusters_of_their_own_issues(store, town, everything):
    mine = [
        one
        for one in everything
        if town.people["outsider"] in (one.row.holder_person_id, one.row.reporter_person_id)
        or "/990101002001" in one.path
    ]
    found = gather(store, town.actors["outsider"], 10)
    assert sum(spot.count for spot in found.spots) == len(mine)
    assert gather(store, town.actors["admin_wu"], 10).spots == ()


def test_a_clock_is_told_with_the_point(store, clock, everything):
    found = gather(store, system_actor(), 16, overdue="1")
    assert {spot.clock for spot in found.spots} == {"red"}
