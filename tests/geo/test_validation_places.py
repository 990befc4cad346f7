"""What is found in the positions of a layer: axes, datums, places it cannot be at."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from geo.crs import area_m2, project
from geo.datum import convert
from geo.validation import Severity, validate
from tests.geo.drawing import LAT, LON, codes_of, layer, square, town


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_coordinates_that_are_no_numbers_are_errors(bad):
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt(f"POLYGON (({LON} {LAT}, {bad} {LAT}, {LON} 37, {LON} {LAT}))")

    found = validate(layer([square(3, 3), broken]))

    assert [(one.code, one.row) for one in found] == [("coordinate.not_finite", 1)]


def test_a_row_at_null_island_is_an_error():
    corners = [*shapely.get_coordinates(square(3, 3))[:3].tolist(), (0.0, 0.0)]

    found = validate(layer([square(0, 0), shapely.Polygon(corners)]), allow_outside_china=True)

    assert [(one.code, one.row) for one in found if one.severity == "error"] == [
        ("coordinate.null_island", 1)
    ]


def swapped(shapes):
    return [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in shapes]


def test_a_swapped_layer_is_one_error_and_its_other_faults_are_still_measured_in_place():
    shapes = swapped(town(3, 3))
    hole = shapes.pop(4)

    found = validate(layer(shapes))

    assert codes_of(found) == ["axes.swapped", "gap"]
    assert found[0].values["count"] == 8
    assert found[1].size_m2 == pytest.approx(area_m2(swapped([hole])[0]), rel=1e-4)


def test_one_swapped_row_is_named():
    found = validate(layer([square(0, 0), *swapped([square(1, 0)])]))

    assert [(one.code, one.row) for one in found] == [("axes.swapped", 1)]


def test_a_projected_layer_with_northing_first_is_swapped_too():
    plane = swapped(project(town(2, 2), 4326, 4549))

    assert codes_of(validate(layer(plane, crs=4549))) == ["axes.swapped"]
    assert validate(layer(swapped(plane), crs=4549)) == []


def test_a_swapped_layer_abroad_is_found_by_the_areas_it_belongs_to():
    chicago = [shapely.box(-87.7, 41.7, -87.6, 41.8)]
    parents = layer([shapely.box(-87.9, 41.6, -87.5, 42.0)], ["P"])

    found = validate(layer(swapped(chicago)), parents=parents, allow_outside_china=True)

    assert codes_of(found) == ["axes.swapped"]


def test_coordinates_beyond_the_globe_are_errors():
    found = validate(layer([square(0, 0), shapely.box(500, 500, 501, 501)]), allow_outside_china=True)

    assert [(one.code, one.row) for one in found] == [("coordinate.off_globe", 1)]


def test_a_place_outside_china_is_an_error_unless_allowed():
    paris = layer([shapely.box(2.3, 48.8, 2.4, 48.9)])

    assert codes_of(validate(paris)) == ["outside.china"]
    assert validate(paris, allow_outside_china=True) == []


@pytest.mark.parametrize(
    "lon_lat",
    [(73.6, 39.4), (135.0, 48.4), (122.3, 53.5), (112.3, 4.0), (121.0, 23.5), (114.2, 22.3), (113.5, 22.2)],
    ids=["Pamir", "Wusuli", "Mohe", "Zengmu", "Taiwan", "Hong Kong", "Macau"],
)
def test_the_ends_of_china_are_inside(lon_lat):
    lon, lat = lon_lat
    assert validate(layer([shapely.box(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)])) == []


def in_datum(name, shapes):
    return [
        shapely.transform(shape, lambda xy: np.column_stack(convert(xy[:, 0], xy[:, 1], "wgs84", name)))
        for shape in shapes
    ]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_layer_shifted_as_a_web_map_shifts_is_suspected_from_what_is_known(datum):
    known = layer(town())

    found = validate(layer(in_datum(datum, town())), existing=known)

    hints = [one for one in found if one.severity is Severity.HINT]
    assert codes_of(hints) == [f"datum.{datum}"]
    assert hints[0].values["shift_m"] == pytest.approx(hints[0].values["expected_m"], abs=2)
    assert hints[0].values["left_m"] <= 2


@pytest.mark.parametrize("east_m", [0, 3, 30, -400])
def test_a_layer_shifted_otherwise_is_not_suspected(east_m):
    shifted = [translate(shape, east_m / 90_000, 0.0) for shape in town()]

    found = validate(layer(shifted), existing=layer(town()), is_crs_declared=False)

    assert not [one for one in found if one.severity is Severity.HINT]


def test_children_shifted_against_their_parent_are_suspected():
    parents = layer([square(0, 0, 4, 4)], ["P"])
    frame = layer(in_datum("gcj02", town()), parent=["P"] * 16)

    assert "datum.gcj02" in codes_of(validate(frame, parents=parents))


def test_a_layer_in_china_without_a_coordinate_system_gets_a_hint():
    assert codes_of(validate(layer(town()), is_crs_declared=False)) == ["datum.gcj02_possible"]
    paris = layer([shapely.box(2.3, 48.8, 2.4, 48.9)])
    assert validate(paris, is_crs_declared=False, allow_outside_china=True) == []


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_the_subdistricts_of_beijing_are_suspected_of_the_datum_they_are_in(shared_data, datum):
    whole = gpd.read_file(shared_data / "beijing_subdistricts.geojson").iloc[::8]
    known = whole[["name", "geometry"]].assign(code=whole["code"].astype(str))
    moved = known.set_geometry(in_datum(datum, known.geometry), crs=4326)

    hints = [one.code for one in validate(moved, existing=known) if one.severity is Severity.HINT]

    assert hints == ([] if datum == "wgs84" else [f"datum.{datum}"])
