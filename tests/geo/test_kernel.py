"""A kernel's parts over squares are exact, so sums are counts and no net of squares tells another story."""

import gzip
import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import WGS84, distance_m, plane_crs, project_points
from geo.errors import CoordinateError, ValuesError
from geo.kernel import density_of_counts, density_of_points, density_of_squares
from geo.lattice import Lattice, households_on
from geo.quartic import stencil
from geo.squares import middles, square_at

BOX = (122.10, 37.49, 122.13, 37.51)  # some 2.7 x 2.2 km
MIDDLE = (122.115, 37.50)
NAN = np.nan

spots = st.lists(
    st.tuples(st.floats(BOX[0], BOX[2]), st.floats(BOX[1], BOX[3])), min_size=1, max_size=15
).map(lambda given: np.array(given).T)


def kernel(apart, radius):
    """Quartic kernel by its definition, per square metre."""
    return 3.0 / (np.pi * radius**2) * np.maximum(1.0 - (apart / radius) ** 2, 0.0) ** 2


def by_double_loop(x, y, lattice, radius_m, steps=60):
    """Issues in each square: every point, every square, the kernel at the middles of tiny squares."""
    side, tiny = lattice.side_m, (np.arange(steps) + 0.5) / steps
    total = np.zeros(lattice.shape)
    for row, column in itertools.product(range(lattice.rows), range(lattice.columns)):
        east = (lattice.west + column + tiny) * side
        north = (lattice.south + row + tiny)[:, None] * side
        for one_x, one_y in zip(x, y, strict=True):
            apart = np.hypot(east - one_x, north - one_y)
            total[row, column] += kernel(apart, radius_m).sum() * (side / steps) ** 2
    return total


@pytest.mark.parametrize("radius_m", [130.0, 350.0, 500.0])
def test_each_square_has_what_a_double_loop_over_tiny_squares_finds(radius_m):
    lattice = Lattice.over((122.110, 37.496, 122.118, 37.502), 200.0)
    lon, lat = np.array([[122.111, 37.4975], [122.1143, 37.4999], [122.1186, 37.5026]]).T
    x, y = project_points(lon, lat, WGS84, lattice.crs)
    found = density_of_points(lon, lat, lattice, radius_m, mode="raw")
    assert found.amounts == pytest.approx(by_double_loop(x, y, lattice, radius_m), abs=1e-4)


@settings(max_examples=40)
@given(spots, st.floats(20, 900), st.floats(40, 400))
def test_the_density_sums_to_the_points_when_the_lattice_holds_all_kernels(places, radius_m, side_m):
    lattice = Lattice.over(BOX, side_m, margin_m=radius_m)
    found = density_of_points(*places, lattice, radius_m)
    assert found.amounts.sum() * lattice.square_km2 == pytest.approx(places.shape[1], abs=1e-9)
    assert (found.amounts >= 0).all()
    counted = density_of_counts(lattice.count(*places), lattice, radius_m, mode="raw")
    assert lattice.count(*places).sum() == places.shape[1]
    assert counted.reach.max() <= places.shape[1]


@settings(max_examples=25)
@given(spots, st.integers(2, 4), st.floats(60, 500))
def test_fine_squares_add_up_to_coarse_ones(places, finer, radius_m):
    coarse = Lattice.over(BOX, 240.0, margin_m=600)
    fine = Lattice(
        coarse.crs,
        coarse.west * finer,
        coarse.south * finer,
        coarse.rows * finer,
        coarse.columns * finer,
        240.0 / finer,
    )
    whole = density_of_points(*places, coarse, radius_m, mode="raw").amounts
    parts = density_of_points(*places, fine, radius_m, mode="raw").amounts
    gathered = parts.reshape(coarse.rows, finer, coarse.columns, finer).sum(axis=(1, 3))
    assert gathered == pytest.approx(whole, abs=1e-9)


@settings(max_examples=25)
@given(spots, st.floats(60, 500))
def test_a_part_of_the_view_has_the_same_squares_and_densities(places, radius_m):
    whole = Lattice.over(BOX, 150.0, margin_m=radius_m, at=MIDDLE)
    part = Lattice.over((122.115, 37.495, 122.12, 37.50), 150.0, at=MIDDLE)
    row, column = part.south - whole.south, part.west - whole.west
    window = (slice(row, row + part.rows), slice(column, column + part.columns))
    everywhere = density_of_points(*places, whole, radius_m)
    here = density_of_points(*places, part, radius_m)
    assert here.amounts == pytest.approx(everywhere.amounts[window], abs=1e-7)
    assert here.reach.tolist() == everywhere.reach[window].tolist()


def test_counts_spread_as_points_in_the_middles_of_their_squares():
    lattice = Lattice.over(BOX, 100.0, margin_m=400)
    counts = np.zeros(lattice.shape)
    chosen = np.array([[6, 7, 15], [9, 20, 11]])
    counts[tuple(chosen)] = [3, 1, 40]
    found = density_of_counts(counts, lattice, 370.0)
    asked = density_of_points(*lattice.middles(*chosen), lattice, 370.0, issues=[3, 1, 40])
    assert found.amounts == pytest.approx(asked.amounts, abs=1e-7)
    assert found.reach.tolist() == asked.reach.tolist()


def test_issues_counted_by_the_servers_squares_spread_from_their_middles():
    lon, lat = np.array([[122.112, 37.497], [122.1121, 37.4971], [122.125, 37.505]]).T
    squares = [square_at(*place) for place in zip(lon, lat, strict=True)]
    number, counts = np.unique(squares, return_counts=True)
    assert [square_at(*place) for place in zip(*middles(number), strict=True)] == number.tolist()
    assert np.abs(middles(squares)[0] - lon).max() <= 180 / 65_536 + 1e-12
    lattice = Lattice.over(BOX, 100.0, margin_m=1_500)
    found = density_of_squares(number, counts, lattice, 1_000.0, mode="raw")
    assert found.amounts.sum() == pytest.approx(3.0, abs=1e-9)
    assert found.reach.max() == 3


@pytest.mark.parametrize("radius", [0.01, 0.5, 1.0, 2.5, 7.3])
def test_a_stencil_sums_to_one_and_looks_alike_from_all_sides(radius):
    found, _ = stencil(radius)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    for turned in (found.T, found[::-1], found[:, ::-1]):
        assert turned == pytest.approx(found, abs=1e-15)
    assert found.max() == found[len(found) // 2, len(found) // 2]


def test_weights_are_spread_and_issues_are_counted():
    lattice = Lattice.over(BOX, 100.0, margin_m=300)
    found = density_of_points(
        [MIDDLE[0]] * 2, [MIDDLE[1]] * 2, lattice, 250.0, weights=[0.5, 2.0], mode="raw"
    )
    assert found.amounts.sum() == pytest.approx(2.5, abs=1e-12)
    assert found.reach.max() == 2
    assert ((found.reach > 0) == (found.amounts > 0)).all()


def test_few_issues_are_held_back_from_outsiders_and_so_is_their_number():
    lattice = Lattice.over(BOX, 100.0, margin_m=300)
    lon, lat = [122.105] * 5 + [122.125] * 4, [37.495] * 5 + [37.505] * 4
    everything = density_of_points(lon, lat, lattice, 250.0)
    shown = density_of_points(lon, lat, lattice, 250.0, least=5)
    is_shown = ~np.isnan(shown.amounts)
    assert (is_shown == (everything.reach >= 5)).all()
    assert shown.amounts[is_shown].tolist() == everything.amounts[is_shown].tolist()
    assert set(shown.reach.ravel().tolist()) == {0, 5}


def test_an_even_town_has_an_even_rate_per_thousand_households():
    lattice = Lattice.over(BOX, 100.0, margin_m=300)
    town = shapely.box(*BOX)
    homes = households_on(lattice, [town], [8_000.0])
    assert homes.sum() == pytest.approx(8_000, abs=1e-6)
    found = density_of_counts(homes / 40.0, lattice, 250.0, mode="per_household", households=homes)
    known = ~np.isnan(found.amounts)
    assert found.amounts[known] == pytest.approx(np.full(known.sum(), 25.0), abs=1e-9)
    assert known[homes > 1].all()


def test_no_households_make_a_missing_rate_and_never_an_infinite_one():
    lattice = Lattice.over(BOX, 100.0, margin_m=300)
    west, east = shapely.box(122.10, 37.49, 122.11, 37.51), shapely.box(122.12, 37.49, 122.13, 37.51)
    homes = households_on(lattice, [west, east], [500.0, NAN])
    assert np.nansum(homes) == pytest.approx(500, abs=1e-6)
    lon, lat = np.array([[122.105, 37.5], [122.116, 37.5], [122.125, 37.5]]).T
    found = density_of_points(lon, lat, lattice, 250.0, mode="per_household", households=homes)
    assert not np.isinf(found.amounts).any()
    (row, *_), (column, *_) = (np.floor(one).astype(int) for one in lattice.positions(lon[1:2], lat[1:2]))
    assert homes[row, column] == 0
    assert np.isnan(found.amounts[row, column])
    assert np.isnan(found.amounts[np.isnan(homes)]).all()
    assert np.nanmax(found.amounts) < 1_000


@settings(max_examples=15)
@given(st.integers(0, 2**16))
def test_households_of_any_cells_are_neither_lost_nor_made(seed):
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(BOX[0], BOX[2], 6), random.uniform(BOX[1], BOX[3], 6)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(np.column_stack([lon, lat])))
    parts = shapely.intersection(shapely.get_parts(cells), shapely.box(*BOX))
    given_homes = random.integers(0, 900, len(parts)).astype(float)
    found = households_on(Lattice.over(BOX, 170.0), parts, given_homes)
    assert found.sum() == pytest.approx(given_homes.sum(), rel=1e-6)


def test_a_square_is_as_long_on_the_ground_as_it_says():
    lattice = Lattice.over(BOX, 250.0)
    (square,) = lattice.corners([3], [4])
    sides = distance_m(*square.T, *np.roll(square, -1, axis=0).T)
    assert sides == pytest.approx(np.full(4, 250.0), rel=4e-4)
    assert lattice.corners([3], [5])[0, 0].tolist() == square[1].tolist()
    inside = shapely.Polygon(square).contains(shapely.Point(*lattice.middles(3, 4)))
    assert inside
    assert lattice.crs == plane_crs(*MIDDLE)


def test_all_complaints_of_a_city_are_in_its_density(shared_data):
    with gzip.open(shared_data / "chicago_311.csv.gz", "rt", encoding="utf-8") as file:
        frame = pd.read_csv(file, low_memory=False)
    lon, lat = frame[["lon", "lat"]].dropna().to_numpy().T
    lattice = Lattice.over((lon.min(), lat.min(), lon.max(), lat.max()), 250.0, margin_m=1_250)
    found = density_of_counts(lattice.count(lon, lat), lattice, 1_000.0)
    assert found.amounts.sum() * lattice.square_km2 == pytest.approx(len(lon), rel=1e-12)


def test_no_points_have_no_density():
    found = density_of_points([], [], Lattice.over(BOX, 500.0), 900.0)
    assert (found.amounts == 0).all()
    assert (found.reach == 0).all()


SMALL = Lattice.over(BOX, 500.0)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: Lattice.over(BOX, 0.0), "values.setting"),
        (lambda: Lattice.over(BOX, 1.0), "values.setting"),
        (lambda: Lattice.over((122.2, 37.4, 122.1, 37.5), 100.0), "values.setting"),
        (lambda: Lattice.over((122.1, 37.5, 122.2, 37.4), 100.0), "values.setting"),
        (lambda: Lattice.over((70.0, 5.0, 140.0, 54.0), 100.0), "values.setting"),
        (lambda: Lattice.over(BOX, NAN), "coordinate.bad_distance"),
        (lambda: Lattice.over((1, 2, NAN, 3), 10), "coordinate.not_finite"),
        (lambda: density_of_points([200], [37], SMALL, 100), "coordinate.out_of_range"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 0), "values.setting"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 1e9), "values.setting"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 900, weights=[-1]), "values.negative"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 900, weights=[NAN]), "values.missing"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 900, issues=[1, 2]), "values.shape"),
        (lambda: density_of_counts([[1.0]], SMALL, 900), "values.shape"),
        (lambda: density_of_counts(np.full(SMALL.shape, np.inf), SMALL, 900), "values.infinite"),
        (lambda: density_of_points([122.1], [37.5], SMALL, 900, mode="per_household"), "values.shape"),
    ],
)
def test_what_cannot_be_spread_is_refused_by_name(ask, code):
    with pytest.raises((ValuesError, CoordinateError)) as caught:
        ask()
    assert caught.value.code == code
