"""Points in a false datum are noticed by the cells they state, or by where the grid ends; others are not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import Cells, Locator
from geo.datum import convert
from geo.errors import CrsError
from geo.suspicion import count_fits
from tests.geo.layers import cells_of, square


@pytest.fixture(scope="module")
def locator(beijing):
    return Locator(beijing)


def suspect_points(*points, **more):
    """What the counts of one batch alone make suspect."""
    return count_fits(*points, **more).suspicion()


def scattered(cells, a_cell, seed=5):
    """Points inside each cell, and the code of the cell they lie in."""
    random = np.random.default_rng(seed)
    found, codes = [], []
    for code, shape in zip(cells.codes, cells.geometry, strict=True):
        west, south, east, north = shape.bounds
        lon, lat = random.uniform(west, east, 400), random.uniform(south, north, 400)
        inside = np.flatnonzero(shapely.contains_xy(shape, lon, lat))[:a_cell]
        found += zip(lon[inside], lat[inside], strict=True)
        codes += [str(code)] * len(inside)
    return np.array(found).T, np.array(codes)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_that_state_their_cells_are_recognised_in_either_datum(beijing, locator, datum):
    points, codes = scattered(beijing, 4)
    found = suspect_points(*convert(*points, "wgs84", datum), locator, codes)
    assert found.datum == datum
    assert found.points == found.after == len(codes)
    assert found.before < 0.8 * found.points
    assert found.code == "datum.points_stated"


def test_wgs84_points_taken_for_gcj02_are_recognised_too(beijing, locator):
    points, codes = scattered(beijing, 4)
    assert suspect_points(*points, locator, codes, given="gcj02").datum == "wgs84"


def test_right_points_raise_no_suspicion_with_or_without_stated_cells(beijing, locator):
    points, codes = scattered(beijing, 4)
    for datum in ("wgs84", "gcj02", "bd09"):
        shifted = convert(*points, "wgs84", datum)
        assert suspect_points(*shifted, locator, codes, given=datum) is None
        assert suspect_points(*shifted, locator, given=datum) is None


def test_loosely_geocoded_points_raise_none_either(beijing, locator):
    (lon, lat), codes = scattered(beijing, 4)
    random = np.random.default_rng(8)
    lon, lat = lon + random.normal(0, 0.008, lon.shape), lat + random.normal(0, 0.006, lat.shape)
    assert suspect_points(lon, lat, locator, codes) is None
    assert suspect_points(lon, lat, locator) is None


def test_the_complaints_of_chicago_raise_none(chicago, shared_data):
    table = pd.read_csv(shared_data / "chicago_311.csv.gz", dtype=str).dropna(subset=["lon", "lat"])
    lon, lat = table["lon"].astype(float), table["lat"].astype(float)
    fits = count_fits(lon, lat, Locator(chicago), table["community_area"].fillna(""))
    assert fits.points > 74_000
    assert fits.fits["wgs84"] == fits.fits["gcj02"] == fits.fits["bd09"]
    assert fits.suspicion() is None


def test_fewer_than_thirty_points_prove_nothing(beijing, locator):
    points, codes = scattered(beijing, 4)
    lon, lat = convert(*points, "wgs84", "bd09")
    wrong = np.flatnonzero(count_each(lon, lat, locator, codes))
    assert suspect_points(lon[wrong[:29]], lat[wrong[:29]], locator, codes[wrong[:29]]) is None
    assert suspect_points(lon[wrong[:30]], lat[wrong[:30]], locator, codes[wrong[:30]]).datum == "bd09"


def count_each(lon, lat, locator, codes):
    """Whether each point misses the cell it states."""
    return locator.codes[locator.locate(lon, lat)].astype(str) != codes


def test_without_stated_cells_the_end_of_a_small_grid_tells(shared_data, beijing):
    shops = pd.read_csv(shared_data / "shanghai_poi.csv.gz")
    one = next(name for name, group in shops.groupby("district") if len(group) > 500)
    lon, lat = shops.loc[shops["district"] == one, ["lon", "lat"]].to_numpy().T
    around = shapely.concave_hull(shapely.multipoints(np.column_stack([lon, lat])), 0.3)
    locator = Locator(cells_of({"1": shapely.buffer(around, 0.0001)}))
    assert suspect_points(lon, lat, locator) is None
    found = suspect_points(*convert(lon, lat, "wgs84", "gcj02"), locator)
    assert (found.datum, found.code) == ("gcj02", "datum.points")


def test_points_on_one_side_of_the_grid_are_no_proof():
    locator = Locator(cells_of({"1": square(0, 0)}))
    random = np.random.default_rng(3)
    lon, lat = random.uniform(121.98, 122.02, 400), random.uniform(37.49, 37.52, 400)
    assert suspect_points(lon, lat, locator) is None


def test_counts_of_batches_add_up(beijing, locator):
    points, codes = scattered(beijing, 2)
    lon, lat = convert(*points, "wgs84", "gcj02")
    whole = count_fits(lon, lat, locator, codes)
    parts = [count_fits(lon[at::3], lat[at::3], locator, codes[at::3]) for at in range(3)]
    assert sum(parts[1:], parts[0]) == whole


def test_rows_with_no_known_cell_are_left_out(beijing, locator):
    points, codes = scattered(beijing, 1)
    codes[::2] = ""
    codes[1] = "no such cell"
    assert count_fits(*points, locator, codes).points == len(codes) // 2 - 1


def test_no_points_and_no_cells_are_no_grounds(locator):
    assert suspect_points([], [], locator) is None
    empty = Locator(Cells(gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs=4326)))
    assert suspect_points(np.full(40, 116.0), np.full(40, 39.0), empty) is None


def test_an_unknown_datum_is_named(locator):
    with pytest.raises(CrsError, match="mars"):
        suspect_points([116.0], [39.0], locator, given="mars")
