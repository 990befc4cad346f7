"""What is found in the rings, the ground and the codes of a layer, and in which order."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from geo.crs import area_m2
from geo.errors import CrsError
from geo.validation import Severity, Tolerances, validate
from geo.validation.sizes import flat_sizes
from tests.geo.drawing import LAT, LON, SIXTEEN, STEP, bow_tie, codes_of, layer, square, town


def test_a_sound_layer_has_no_findings():
    assert validate(layer(town())) == []


def test_a_layer_without_rows_has_no_findings():
    assert validate(layer([])) == []


def test_a_layer_without_a_coordinate_system_is_refused():
    with pytest.raises(CrsError) as raised:
        validate(layer(town(), crs=None))
    assert raised.value.code == "crs.missing"


def test_a_crossing_ring_is_an_error_at_its_crossing():
    found = validate(layer([bow_tie(), square(3, 3)], ["tie", "sound"]))

    assert [(one.severity, one.code, one.areas, one.row) for one in found] == [
        (Severity.ERROR, "ring.invalid", ("tie",), 0)
    ]
    assert (found[0].lon, found[0].lat) == pytest.approx((LON + STEP / 2, LAT + STEP / 2))


def test_a_bow_tie_of_ten_thousand_vertices_is_one_error():
    across = np.arange(5000)
    there = np.column_stack([across, across % 2])
    back = np.column_stack([across[::-1], 1 - across[::-1] % 2])
    tie = shapely.Polygon(np.vstack([there, back]) * 1e-5 + np.array([LON, LAT]))

    errors = [one for one in validate(layer([tie, square(30, 30)])) if one.severity == "error"]

    assert codes_of(errors) == ["ring.invalid"]
    assert errors[0].values["vertices"] == 10_001


def test_a_tangle_of_ten_thousand_random_vertices_is_one_error_without_a_size():
    tangle = shapely.Polygon(np.random.default_rng(7).random((10_000, 2)) + np.array([LON, LAT]))

    found = validate(layer([tangle, square(3, 3)]))

    assert [(one.code, one.size_m2) for one in found] == [("ring.invalid", None)]


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "geometry.empty"),
        (shapely.Polygon(), "geometry.empty"),
        (shapely.Point(LON, LAT), "geometry.type"),
        (shapely.LineString([(LON, LAT), (LON + 1, LAT)]), "geometry.type"),
        (shapely.GeometryCollection([square(0, 0)]), "geometry.type"),
    ],
    ids=["none", "empty", "point", "line", "collection"],
)
def test_a_row_without_a_polygon_is_an_error(shape, code):
    found = validate(layer([square(2, 2), shape]))

    assert [(one.code, one.row, one.severity) for one in found] == [(code, 1, "error")]


def test_ground_that_nobody_covers_is_a_gap_with_its_size_and_neighbours():
    shapes = town(3, 3)
    hole = shapes.pop(4)

    found = validate(layer(shapes))

    assert codes_of(found) == ["gap"]
    assert found[0].size_m2 == pytest.approx(area_m2(hole), rel=1e-4)
    assert hole.contains(shapely.Point(found[0].lon, found[0].lat))
    assert len(found[0].areas) == 8
    assert found[0].severity is Severity.WARNING


def test_a_hole_in_one_cell_is_a_gap_unless_another_cell_fills_it():
    pierced = square(0, 0, 3, 3).difference(square(1, 1))

    assert codes_of(validate(layer([pierced]))) == ["gap"]
    assert validate(layer([pierced, square(1, 1)])) == []


def test_ground_covered_twice_is_an_overlap_with_both_codes_and_the_share():
    found = validate(layer([square(0, 0), square(0.75, 0)], ["b", "a"]))

    assert [(one.code, one.areas) for one in found] == [("overlap", ("a", "b"))]
    assert found[0].values["share"] == pytest.approx(25.0)
    assert found[0].size_m2 == pytest.approx(area_m2(square(0.75, 0, 0.25)), rel=1e-4)


@pytest.mark.parametrize(
    "inner",
    [square(0, 0), square(0.2, 0.2, 0.5, 0.5), square(0, 0, 0.5)],
    ids=["identical", "inside", "inside along the edge"],
)
def test_a_cell_within_another_overlaps_it_wholly(inner):
    found = validate(layer([square(0, 0), inner]))

    assert [(one.code, one.values["share"]) for one in found] == [("overlap", 100.0)]


def test_gaps_and_overlaps_below_the_tolerance_are_not_told():
    nearly = translate(square(1, 0), 2e-8, 0.0)  # 2 mm over 330 m: 0.6 m²

    assert validate(layer([square(0, 0), nearly])) == []
    overlapping = layer([square(0, 0), translate(square(1, 0), -2e-8, 0.0)])
    assert validate(overlapping) == []
    assert codes_of(validate(overlapping, tolerances=Tolerances(overlap_m2=0.1))) == ["sliver"]


def test_a_thin_overlap_and_a_thin_gap_and_a_thin_piece_are_slivers():
    half_a_metre = 5e-6
    lapping = validate(layer([square(0, 0), translate(square(1, 0), -half_a_metre, 0.0)]))
    ring = square(0, 0, 3, 3).difference(
        shapely.box(LON + STEP, LAT + STEP, LON + STEP + half_a_metre, LAT + 2 * STEP)
    )
    pieces = shapely.MultiPolygon(
        [square(0, 0), shapely.box(LON + 0.01, LAT, LON + 0.01 + half_a_metre, LAT + STEP)]
    )

    told = [validate(layer([ring]))[0], lapping[0], validate(layer([pieces]))[0]]

    assert [(one.code, one.values["of"]) for one in told] == [
        ("sliver", "gap"),
        ("sliver", "overlap"),
        ("sliver", "piece"),
    ]


def test_overlaps_are_those_that_cutting_every_pair_finds():
    rng = np.random.default_rng(11)
    shapes = [square(*rng.uniform(0, 12, 2), *rng.uniform(0.3, 2.5, 2)) for _ in range(60)] + town(3, 3)

    found = validate(layer(shapes))
    told = {one.areas for one in found if "overlap" in (one.code, one.values.get("of"))}

    brute = set()
    for second, other in enumerate(shapes):
        for first, one in enumerate(shapes[:second]):
            if area_m2(one.intersection(other)) >= 10.0:
                brute.add((f"{first:02d}", f"{second:02d}"))
    assert told == brute
    assert len(told) > 50


def test_a_heap_of_identical_areas_says_that_not_all_were_compared():
    found = validate(layer([square(0, 0)] * 300))

    assert "overlap.too_many" in codes_of(found)


def test_codes_missing_used_twice_and_unusable_are_all_told():
    codes = ["a", "", None, "b", "a", "x/y", "1.10114E+11", "c" * 65]

    found = validate(layer(town(2, 4), codes))

    assert [(one.code, one.row) for one in found] == [
        ("code.duplicate", 4),
        ("code.missing", 1),
        ("code.missing", 2),
        ("code.unusable", 5),
        ("code.unusable", 6),
        ("code.unusable", 7),
    ]
    assert found[0].values["rows"] == "1, 5"


@pytest.mark.parametrize(
    ("code", "level", "fits"),
    [
        ("110114104001007", "cell", True),
        ("110114104001", "cell", False),
        ("110114104001", "community", True),
        ("110114104000000", "subdistrict", True),
        ("110114104", "subdistrict", True),
        ("010114104001007", "cell", True),
        ("11011410400100x", "cell", False),
        ("anything", "street", True),
    ],
)
def test_a_code_fits_its_scheme_or_is_an_error(code, level, fits):
    found = validate(layer([square(0, 0)], [code]), scheme=SIXTEEN, level=level)

    assert codes_of(found) == ([] if fits else ["code.scheme"])


def test_parents_missing_unknown_and_against_the_scheme_are_errors():
    codes = ["110114104001", "110114104002", "110114104003", "110114104004"]
    parents = ["110114104", None, "110114999", "110114105000000"]
    frame = layer(town(2, 2), codes, parent=parents)

    found = validate(frame, scheme=SIXTEEN, level="community", known_parents={"110114104", "110114105000000"})

    assert [(one.code, one.row) for one in found] == [
        ("parent.missing", 1),
        ("parent.wrong", 2),
        ("parent.wrong", 3),
    ]
    free = validate(frame, known_parents={"110114104", "110114105000000"})
    assert [(one.code, one.row) for one in free] == [("parent.missing", 1), ("parent.orphan", 2)]


def test_a_cell_outside_its_parents_polygon_is_a_warning_with_the_part_outside():
    parents = layer([square(0, 0, 2, 2), None], ["P", "Q"])
    frame = layer([square(0, 0), square(1.5, 0)], ["in", "half"], parent=["P", "P"])

    found = validate(frame, parents=parents)

    assert [(one.code, one.areas, one.values["share"]) for one in found] == [
        ("parent.outside", ("half",), 50.0)
    ]


def test_findings_come_in_the_same_order_whatever_the_order_of_rows():
    shapes = [*town(3, 3)[:4], *town(3, 3)[5:], square(5, 5), square(5.5, 5)]
    codes = [f"c{number}" for number in range(len(shapes))]
    frame = layer(shapes, codes)

    one_way = validate(frame)
    other_way = validate(frame.iloc[::-1].reset_index(drop=True))

    facts = [(one.code, one.areas, round(one.size_m2, 3)) for one in one_way]
    assert facts == [(one.code, one.areas, round(one.size_m2, 3)) for one in other_way]
    assert [one.severity for one in one_way] == sorted(one.severity for one in one_way)


def test_flat_sizes_agree_with_the_ellipsoid():
    boxes = np.array(
        [
            shapely.segmentize(shapely.box(x, y, x + 0.9, y + 0.9), 0.001)
            for x, y in [(75, 18), (100, 30), (120, 36), (130, 53)]
        ],
        dtype=object,
    )

    assert flat_sizes(boxes)[0] == pytest.approx([area_m2(box) for box in boxes], rel=2e-5)


def test_the_counties_as_published_are_36_per_cent_valid(shared_data):
    frame = gpd.read_file(shared_data / "counties_as_published.geojson").rename(columns={"id": "code"})

    found = validate(frame, is_crs_declared=False)

    assert codes_of(found).count("ring.invalid") == 27
    assert 1 - 27 / len(frame) == pytest.approx(0.36, abs=0.01)
    assert {one.code for one in found} == {"ring.invalid", "gap", "datum.gcj02_possible"}


def test_the_subdistricts_of_beijing_have_no_errors(shared_data):
    frame = gpd.read_file(shared_data / "beijing_subdistricts.geojson").astype({"code": str})

    assert {one.severity for one in validate(frame)} == {Severity.WARNING}


def test_the_areas_of_chicago_are_outside_china_and_enclose_foreign_ground(shared_data):
    frame = gpd.read_file(shared_data / "chicago_community_areas.geojson")

    assert codes_of(validate(frame)) == ["outside.china", "gap", "gap", "gap"]
    assert codes_of(validate(frame, allow_outside_china=True)) == ["gap"] * 3
