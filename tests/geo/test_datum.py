"""The three datums of Chinese maps agree with published places and with each other."""

import itertools
import json
import math

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
    assert places[source].shape == (2, 664)
    found = datum.convert(*places[source], source, target)
    assert np.abs(np.array(found) - places[target]).max() < 1.2e-5
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


@pytest.mark.parametrize("through", ["gcj02", "bd09"])
def test_the_net_closes_on_the_meridian_where_the_formula_is_steep(through):
    random = np.random.default_rng(2)
    beside = np.concatenate([[0.0], 10.0 ** random.uniform(-16, -1, 20_000)]) * random.choice([-1, 1], 20_001)
    lon, lat = 105.0 + beside, random.uniform(0.83, 55.82, 20_001)
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


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_point_does_not_depend_on_their_number(source, target):
    random = np.random.default_rng(4)
    lon, lat = random.uniform(71.5, 138.5, 20_011), random.uniform(0.5, 56.5, 20_011)
    whole = np.array(datum.convert(lon, lat, source, target))
    for size in (1, 3, 1000, 8192, 8193):
        for start in (0, 5, 11_000):
            part = slice(start, start + size)
            assert np.array_equal(whole[:, part], datum.convert(lon[part], lat[part], source, target))
    strided = datum.convert(lon[::3], lat[::3], source, target)
    assert np.array_equal(whole[:, ::3], strided)


def test_the_formulas_are_the_published_ones_to_the_last_nanometre():
    random = np.random.default_rng(6)
    lon, lat = random.uniform(72.1, 137.8, 2_000), random.uniform(0.9, 55.8, 2_000)
    gcj = np.array([published_gcj02(*place) for place in zip(lon, lat, strict=True)]).T
    assert distance_m(*datum.wgs84_to_gcj02(lon, lat), *gcj).max() < 1e-8
    bd = np.array([published_bd09(*place) for place in gcj.T]).T
    assert distance_m(*datum.gcj02_to_bd09(*gcj), *bd).max() < 1e-8


def published_gcj02(lon, lat):
    """The community's code of 2010, line by line."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * math.sin(y / 12.0 * pi) + 320 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lon += (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lon += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - 0.00669342162296594323 * math.sin(lat / 180.0 * pi) ** 2
    d_lat = d_lat * 180.0 / ((6378245.0 * (1 - 0.00669342162296594323)) / (magic * math.sqrt(magic)) * pi)
    d_lon = d_lon * 180.0 / (6378245.0 / math.sqrt(magic) * math.cos(lat / 180.0 * pi) * pi)
    return lon + d_lon, lat + d_lat


def published_bd09(lon, lat):
    """Baidu's displacement of GCJ-02 as converters carry it."""
    ripple = math.pi * 3000.0 / 180.0
    z = math.sqrt(lon * lon + lat * lat) + 0.00002 * math.sin(lat * ripple)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * ripple)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


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
