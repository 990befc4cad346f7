"""A position in any named system becomes WGS 84, or is refused with its row."""

import json

import numpy as np
import pytest
from pyproj import CRS

from geo.baidu import bd09_to_bd09mc
from geo.crs import distance_m, project_points
from geo.datum import convert
from geo.errors import CoordinateError, CrsError
from geo.systems import is_plane, name_of, to_wgs84, usable

WEIHAI = (122.12, 37.51)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("wgs84", "wgs84"),
        (" GCJ-02 ", "gcj02"),
        ("BD09", "bd09"),
        ("BD-09 MC", "bd09mc"),
        ("CGCS2000", "EPSG:4490"),
        ("EPSG:4490", "EPSG:4490"),
        ("epsg:4549", "EPSG:4549"),
        ("4549", "EPSG:4549"),
        ("EPSG::4528", "EPSG:4528"),
    ],
)
def test_a_name_is_read_and_fits_the_column_it_is_kept_in(given, name):
    assert name_of(given) == name
    assert len(name) <= 16


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "crs.missing"),
        ("mars", "datum.unknown"),
        ("火星", "datum.unknown"),
        ("EPSG:99999", "datum.unknown"),
        ("EPSG:5773", "crs.not_horizontal"),
        ("+proj=merc", "datum.unknown"),
        ("EPSG:４５４９", "datum.unknown"),
    ],
)
def test_another_name_is_refused_and_said(given, code):
    with pytest.raises(CrsError) as caught:
        to_wgs84(1.0, 1.0, given)
    assert caught.value.code == code


def test_planes_are_told_from_degrees():
    assert [is_plane(name) for name in ("bd09mc", "EPSG:4549", "gcj02", "cgcs2000")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09"])
def test_the_published_places_come_home_from_every_datum(shared_data, name):
    places = json.loads((shared_data / "datum_places.json").read_text(encoding="utf-8"))["places"]
    given, wanted = (np.array([place[one] for place in places]).T for one in (name, "wgs84"))
    assert np.abs(np.array(to_wgs84(*given, name)) - wanted).max() < 1.2e-5


def test_baidus_plane_comes_home():
    x, y = bd09_to_bd09mc(*convert(*WEIHAI, "wgs84", "bd09"))
    assert distance_m(*to_wgs84(x, y, "bd09mc"), *WEIHAI) < 1e-6


@pytest.mark.parametrize(("epsg", "prefix"), [(4550, 0), (4529, 41_000_000), (4549, 0)])
def test_a_plane_of_cgcs2000_comes_home_east_first(epsg, prefix):
    x, y = project_points(*WEIHAI, 4490, epsg)
    assert prefix < x < prefix + 1e6
    assert distance_m(*to_wgs84(x, y, f"EPSG:{epsg}"), *WEIHAI) < 1e-6
    assert to_wgs84([x], [y], CRS.from_epsg(epsg))[0].shape == (1,)


def test_degrees_of_cgcs2000_stay_as_they_are():
    assert to_wgs84(*WEIHAI, "cgcs2000") == pytest.approx(WEIHAI, abs=1e-11)


@pytest.mark.parametrize(
    ("x", "y", "crs", "code"),
    [
        (3_500_000, 500_000, "EPSG:4549", "coordinate.swapped"),
        (40_500_000, 3_500_000, "EPSG:4549", "coordinate.outside_crs"),
        (500_000, 3_500_000, "EPSG:4528", "coordinate.outside_crs"),
        (120.0, 31.0, "EPSG:4549", "coordinate.outside_crs"),
        (120.0, 31.0, "EPSG:3857", "coordinate.outside_crs"),
        (120.0, 31.0, "bd09mc", "coordinate.outside_crs"),
        (1e12, 1e12, "EPSG:4549", "coordinate.outside_crs"),
        (3e7, 4e6, "bd09mc", "coordinate.out_of_range"),
        (np.nan, 3_500_000, "EPSG:4549", "coordinate.not_finite"),
        (31.0, 120.0, "cgcs2000", "coordinate.swapped"),
        (31.0, 120.0, "gcj02", "coordinate.swapped"),
        (412.0, 31.0, "bd09", "coordinate.out_of_range"),
        (np.inf, 31.0, "wgs84", "coordinate.not_finite"),
    ],
)
def test_a_position_that_cannot_be_is_refused_with_its_row(x, y, crs, code):
    good = (13_000_000, 4_000_000) if crs in ("bd09mc", "EPSG:3857") else (120.0, 31.0)
    good = {"EPSG:4549": (500_000, 3.5e6), "EPSG:4528": (40_500_000, 3.5e6)}.get(crs, good)
    with pytest.raises(CoordinateError) as caught:
        to_wgs84([good[0], x], [good[1], y], crs)
    assert caught.value.code == code
    assert caught.value.values["rows"] == (1,)


def test_one_swapped_among_other_faults_is_not_called_swapped():
    with pytest.raises(CoordinateError) as caught:
        to_wgs84([31.0, 500.0], [120.0, 10.0], "wgs84")
    assert caught.value.code == "coordinate.out_of_range"
    assert caught.value.values["rows"] == (0, 1)


def test_no_points_give_no_points():
    for crs in ("gcj02", "bd09mc", "EPSG:4549", "cgcs2000"):
        lon, lat = to_wgs84([], [], crs)
        assert lon.shape == lat.shape == (0,)


@pytest.mark.parametrize("crs", ["wgs84", "gcj02", "bd09mc", "cgcs2000", "EPSG:4549"])
def test_usable_positions_are_those_that_are_carried(crs):
    dice = np.random.default_rng(7)
    x, y = (np.concatenate([dice.uniform(-m, m, 300) for m in (179, 1e7, 1e9)]) for _axis in "xy")
    x[:3], y[3] = (np.nan, np.inf, 5e5), np.nan
    y[2] = 4e6
    good = usable(x, y, crs)
    assert good.any()
    to_wgs84(x[good], y[good], crs)
    for row in np.flatnonzero(~good):
        with pytest.raises(CoordinateError):
            to_wgs84([x[row]], [y[row]], crs)
