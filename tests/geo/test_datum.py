"""The three datums of Chinese maps agree with published places and with each other."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import datum
from geo.crs import distance_m
from geo.errors import CoordinateError, CrsError

INVERSE_ERROR_M = 1e-6
PAIRS = list(itertools.permutations(datum.DATUMS, 2))
NAMED = [getattr(datum, f"{source}_to_{target}") for source, target in PAIRS]

in_rectangle = st.tuples(
    st.floats(datum.GCJ_WEST, datum.GCJ_EAST), st.floats(datum.GCJ_SOUTH, datum.GCJ_NORTH)
)
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@pytest.fixture(scope="module")
def places(shared_data):
    found = json.loads((shared_data / "datum_places.json").read_text(encoding="utf-8"))["places"]
    return {name: np.array([place[name] for place in found]).T for name in datum.DATUMS}


@pytest.mark.parametrize(("source", "target"), [("gcj02", "bd09"), ("bd09", "gcj02")])
def test_published_positions_of_both_map_services_agree_to_the_last_decimal(places, source, target):
    lon, lat = datum.convert(*places[source], source, target)
    # Given and expected are rounded to 7 decimals, 0.5e-7 degrees each.
    assert np.abs(lon - places[target][0]).max() < 1.5e-7
    assert np.abs(lat - places[target][1]).max() < 1.5e-7


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_published_places_come_out_where_published(places, source, target):
    found = datum.convert(*places[source], source, target)
    # The published positions stand 0.5 m beside the formula's, all in one direction.
    assert distance_m(*found, *places[target]).max() < 1.0


def test_the_displacement_of_real_places_is_some_hundred_metres(places):
    shift = distance_m(*places["wgs84"], *datum.wgs84_to_gcj02(*places["wgs84"]))
    assert 50 < shift.min() < shift.max() < 734


@given(place=in_rectangle, through=st.sampled_from(["gcj02", "bd09"]))
def test_there_and_back_ends_within_a_micrometre(place, through):
    there = datum.convert(*place, "wgs84", through)
    assert there != place
    back = datum.convert(*there, through, "wgs84")
    assert distance_m(*place, *back) < INVERSE_ERROR_M


@given(place=in_rectangle)
def test_two_steps_equal_one(place):
    by_way = datum.gcj02_to_bd09(*datum.wgs84_to_gcj02(*place))
    assert distance_m(*by_way, *datum.wgs84_to_bd09(*place)) < INVERSE_ERROR_M
    home = datum.gcj02_to_wgs84(*datum.bd09_to_gcj02(*by_way))
    assert distance_m(*home, *place) < INVERSE_ERROR_M


def test_a_dense_net_over_the_rectangle_closes():
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.linspace(72.01, 137.83, 200), np.linspace(0.83, 55.82, 150))
    )
    for through in ("gcj02", "bd09"):
        back = datum.convert(*datum.convert(lon, lat, "wgs84", through), through, "wgs84")
        assert distance_m(lon, lat, *back).max() < INVERSE_ERROR_M


@given(place=anywhere, pair=st.sampled_from(PAIRS))
def test_far_from_the_rectangle_nothing_moves(place, pair):
    lon, lat = place
    near = (
        datum.GCJ_WEST - 0.02 < lon < datum.GCJ_EAST + 0.02
        and datum.GCJ_SOUTH - 0.02 < lat < datum.GCJ_NORTH + 0.02
    )
    assert near or datum.convert(lon, lat, *pair) == place


@settings(max_examples=30)
@given(places=st.lists(anywhere, max_size=8))
def test_a_point_does_not_depend_on_its_company(places):
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    for way in NAMED:
        together = np.array(way(lon, lat))
        alone = np.array([way(*place) for place in places]).reshape(-1, 2).T
        assert np.array_equal(together, alone)


def test_numbers_give_numbers_and_arrays_give_arrays():
    lon, lat = datum.wgs84_to_gcj02(116.397, 39.909)
    assert isinstance(lon, float)
    assert isinstance(lat, float)
    lons, _ = datum.wgs84_to_gcj02([116.397], [39.909])
    assert lons.tolist() == [lon]
    assert datum.wgs84_to_gcj02([], [])[0].shape == (0,)


def test_the_input_is_not_written_to():
    lon, lat = np.array([116.0]), np.array([39.0])
    moved, _ = datum.wgs84_to_gcj02(lon, lat)
    same, _ = datum.convert(lon, lat, "wgs84", "wgs84")
    assert lon[0] == 116.0
    assert moved is not lon
    assert same is not lon


@pytest.mark.parametrize("way", NAMED)
@pytest.mark.parametrize("bad", [(np.nan, 1.0), (np.inf, 1.0), (39.9, 116.4), (181.0, 0.0)])
def test_what_is_no_position_is_refused(way, bad):
    with pytest.raises(CoordinateError) as caught:
        way([116.0, bad[0]], [39.0, bad[1]])
    assert caught.value.values["rows"] == (1,)


def test_an_unknown_datum_is_named():
    with pytest.raises(CrsError, match="cgcs2000"):
        datum.convert(116.0, 39.0, "cgcs2000", "wgs84")
