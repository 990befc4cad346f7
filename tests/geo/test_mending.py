"""What mending changes, what it says of it, and what it leaves alone."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.crs import area_m2
from geo.validation import mend, validate

LON, LAT, STEP = 117.0, 36.0, 0.003


def layer(*shapes, crs=4326):
    return gpd.GeoDataFrame(
        {"code": [f"{number}" for number in range(len(shapes))]}, geometry=list(shapes), crs=crs
    )


def ring(*corners):
    return shapely.Polygon([(LON + x * STEP, LAT + y * STEP) for x, y in corners])


SQUARE = ring((0, 0), (1, 0), (1, 1), (0, 1))
BOW_TIE = ring((0, 0), (1, 1), (1, 0), (0, 1))
with np.errstate(invalid="ignore"):
    NOT_A_NUMBER = shapely.from_wkt("POLYGON ((0 0, NaN 1, 1 0, 0 0))")
TWICE = ring((0, 0), (2, 0), (2, 2), (0, 2), (0, 0), (1, 0), (1, 1), (0, 1))


def test_a_sound_layer_is_not_changed():
    frame = layer(SQUARE)

    mended, changes = mend(frame)

    assert changes == []
    assert mended.geometry.iloc[0].equals_exact(SQUARE, 0.0)


def test_a_bow_tie_becomes_its_two_lobes():
    frame = layer(SQUARE, BOW_TIE)

    mended, (change,) = mend(frame)

    assert (change.row, change.area, change.reason) == (1, "1", "Self-intersection")
    assert (change.parts_before, change.parts_after) == (1, 2)
    assert change.after_m2 == pytest.approx(area_m2(SQUARE) / 2, rel=1e-6)
    assert mended.is_valid.all()
    assert not frame.is_valid.all()


def test_ground_drawn_twice_by_one_ring_stays_ground():
    mended, _ = mend(layer(TWICE))

    assert mended.geometry.iloc[0].area == pytest.approx(4 * STEP**2)


def test_the_polygons_of_a_collection_are_kept():
    mixed = shapely.GeometryCollection([SQUARE, shapely.LineString([(LON, LAT), (LON + 1, LAT)])])

    mended, (change,) = mend(layer(mixed))

    assert mended.geometry.iloc[0].equals(SQUARE)
    assert change.reason == "GeometryCollection"


def test_a_row_of_which_nothing_is_left_is_empty_and_then_found():
    flat = ring((0, 0), (1, 0), (2, 0))

    mended, (change,) = mend(layer(flat))

    assert change.after_m2 == 0.0
    assert [one.code for one in validate(mended)] == ["geometry.empty"]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        NOT_A_NUMBER,
        shapely.Polygon(np.random.default_rng(3).random((2_000, 2)) + np.array([LON, LAT])),
    ],
    ids=["none", "empty", "not a number", "a hopeless tangle"],
)
def test_what_cannot_be_mended_is_left_as_it_was(shape):
    mended, changes = mend(layer(shape))

    assert changes == []
    assert shapely.to_wkb(mended.geometry.iloc[0]) == shapely.to_wkb(shape)


def test_mending_in_a_plane_measures_on_the_ellipsoid():
    frame = layer(BOW_TIE).to_crs(4549)

    mended, (change,) = mend(frame)

    assert mended.crs.to_epsg() == 4549
    assert change.after_m2 == pytest.approx(area_m2(SQUARE) / 2, rel=1e-5)
    assert change.lon == pytest.approx(LON, abs=STEP)


def test_the_counties_as_published_keep_their_area(shared_data):
    frame = gpd.read_file(shared_data / "counties_as_published.geojson").rename(columns={"id": "code"})

    mended, changes = mend(frame)

    assert len(changes) == 27
    assert all(one.after_m2 == pytest.approx(one.before_m2, rel=1e-4) for one in changes)
    assert not [one for one in validate(mended) if one.severity == "error"]
