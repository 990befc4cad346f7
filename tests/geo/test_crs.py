"""Coordinate systems are read, never guessed; measures are geodesic."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geo import crs
from geo.errors import CoordinateError, CrsError

WEIHAI = (122.12, 37.51)


@pytest.mark.parametrize("given", ["EPSG:4549", "4549", 4549, " epsg:4549 ", CRS.from_epsg(4549)])
def test_a_system_is_read_from_any_usual_form(given):
    assert crs.parse_crs(given).to_epsg() == 4549


def test_a_system_is_read_from_wkt():
    assert crs.parse_crs(CRS.from_epsg(4549).to_wkt()).to_epsg() == 4549


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "crs.missing"),
        ("  ", "crs.missing"),
        ("EPSG:0", "crs.unknown"),
        ("威海", "crs.unknown"),
        (3.5, "crs.unknown"),
        ("EPSG:5773", "crs.not_horizontal"),
    ],
)
def test_what_is_no_horizontal_system_is_refused(given, code):
    with pytest.raises(CrsError) as caught:
        crs.parse_crs(given)
    assert caught.value.code == code


@pytest.mark.parametrize("epsg", range(4534, 4555))
def test_each_cgcs2000_zone_is_chosen_on_its_central_meridian(epsg):
    meridian = 75 + 3 * (epsg - 4534)
    assert crs.plane_crs(meridian, 35.0).to_epsg() == epsg
    chosen = crs.plane_crs(meridian, 35.0)
    assert f"CM {meridian}E" in chosen.name


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (73.5, 39, 4534),
        (136.5, 48, 4554),
        (73.4, 39, 32643),
        (136.6, 48, 32653),
        (116.4, -33, 32750),
        (116.4, 60, 32650),
        (-87.6, 41.8, 32616),
        (180.0, 0.0, 32660),
        (-180.0, 0.0, 32601),
    ],
)
def test_outside_china_the_plane_is_the_utm_zone(lon, lat, epsg):
    assert crs.plane_crs(lon, lat).to_epsg() == epsg


def test_a_plane_is_not_chosen_for_nowhere():
    with pytest.raises(CoordinateError):
        crs.plane_crs(float("nan"), 30.0)


def test_two_systems_must_be_one():
    assert crs.require_same("EPSG:4326", "OGC:CRS84").is_geographic
    with pytest.raises(CrsError, match=r"crs\.mismatch.*EPSG:4326.*EPSG:4490"):
        crs.require_same("EPSG:4326", "EPSG:4490")


def test_east_comes_first_although_cgcs2000_says_northing_first():
    x, y = crs.project_points(*WEIHAI, 4326, crs.plane_crs(*WEIHAI))
    assert 400_000 < x < 600_000
    assert 4_100_000 < y < 4_200_000
    back = crs.project_points(x, y, crs.plane_crs(*WEIHAI), 4326)
    assert np.allclose(back, WEIHAI, atol=1e-11)


def test_geometries_go_where_geopandas_takes_them():
    plane = crs.plane_crs(*WEIHAI)
    shapes = np.array([shapely.Point(WEIHAI).buffer(0.01), None, shapely.Polygon()], dtype=object)
    ours = crs.project(shapes, 4326, plane)
    theirs = gpd.GeoSeries(shapes, crs=4326).to_crs(plane)
    assert shapely.equals_exact(ours[0], theirs[0], tolerance=1e-9)
    assert ours[1] is None
    assert ours[2].is_empty


def test_the_same_system_leaves_every_double_as_it_was():
    shape = shapely.Point(WEIHAI).buffer(0.01)
    assert shapely.to_wkb(crs.to_wgs84([shape], "OGC:CRS84")[0]) == shapely.to_wkb(shape)


def test_a_vertex_without_a_place_names_its_geometry():
    far = shapely.box(1e30, 1e30, 2e30, 2e30)
    with pytest.raises(CoordinateError) as caught:
        crs.to_wgs84([shapely.box(500_000, 4e6, 500_100, 4.0001e6), far], 4549)
    assert caught.value.values["rows"] == (1,)


def test_one_degree_of_the_equator_has_its_textbook_length():
    assert crs.distance_m(0.0, 0.0, 1.0, 0.0) == pytest.approx(111_319.4908, abs=1e-3)
    assert crs.distance_m([179.5], [0.0], [-179.5], [0.0])[0] == pytest.approx(111_319.4908, abs=1e-3)


def test_area_takes_holes_off_whatever_the_orientation():
    hole = shapely.box(0.2, 0.2, 0.4, 0.4)
    shell = shapely.box(0, 0, 1, 1)
    donut = shapely.Polygon(shell.exterior, [hole.exterior])
    whole = crs.area_m2(shell)
    assert whole == pytest.approx(12_308_778_361, rel=1e-9)
    assert crs.area_m2(donut) == pytest.approx(whole - crs.area_m2(hole), rel=1e-12)
    assert crs.area_m2(shapely.reverse(donut)) == crs.area_m2(donut)
    assert crs.area_m2(shapely.MultiPolygon([donut, shapely.box(5, 0, 6, 1)])) == pytest.approx(
        2 * whole - crs.area_m2(hole), rel=1e-12
    )


@pytest.mark.parametrize("nothing", [None, shapely.Polygon(), shapely.Point(1, 1), shapely.MultiPolygon()])
def test_what_has_no_extent_has_no_area(nothing):
    assert crs.area_m2(nothing) == 0.0
