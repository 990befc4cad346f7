"""Hot spots are those of Getis and Ord, found by esda to the last digits, and chance finds few."""

import gzip
import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import WGS84, plane_crs, project
from geo.errors import CoordinateError, ValuesError
from geo.hotspot import false_discovery, hotspots, rates
from geo.neighbours import Neighbours, distance_band, lattice, queen

NAN = np.nan

counts = st.lists(st.integers(0, 40), min_size=25, max_size=25).map(lambda given: np.array(given, float))


def board(rows, columns):
    """Numbers of the rows and columns of all squares of a rectangle."""
    return np.divmod(np.arange(rows * columns), columns)


FIVE = lattice(*board(5, 5), 100.0, 150.0)


def voronoi(size, seed):
    """Polygons without order that fill a square of the plane."""
    spots = np.random.default_rng(seed).uniform(0, 1_000, (size, 2))
    cells = shapely.voronoi_polygons(shapely.MultiPoint(spots), extend_to=shapely.box(0, 0, 1_000, 1_000))
    return np.array(shapely.intersection(shapely.get_parts(cells), shapely.box(0, 0, 1_000, 1_000)))


def sets_of(neighbours):
    return [set(part.tolist()) for part in np.split(neighbours.members, neighbours.starts[1:-1])]


def by_esda(values, w):
    from esda.getisord import G_Local  # noqa: PLC0415 - two seconds that only these tests need

    return G_Local(values, w, transform="B", star=True, permutations=0)


def as_weights(neighbours):
    from libpysal.weights import W  # noqa: PLC0415

    around = {unit: sorted(one - {unit}) for unit, one in enumerate(sets_of(neighbours))}
    return W(around, silence_warnings=True)


def by_hand(values, weights):
    """Ord and Getis (1995), equation 6, unit by unit, with any weights."""
    n, mean = len(values), values.mean()
    spread = np.sqrt((values**2).mean() - mean**2)
    z = []
    for row in weights:
        room = (n * (row**2).sum() - row.sum() ** 2) / (n - 1)
        z.append((row @ values - mean * row.sum()) / (spread * np.sqrt(room)))
    return np.array(z)


def matrix(neighbours):
    full = np.zeros((len(neighbours), len(neighbours)))
    weights = np.ones(len(neighbours.members)) if neighbours.weights is None else neighbours.weights
    full[np.repeat(np.arange(len(neighbours)), neighbours.sizes), neighbours.members] = weights
    return full


@pytest.mark.parametrize("seed", range(3))
def test_touching_polygons_have_the_scores_and_probabilities_of_esda(seed):
    import geopandas as gpd  # noqa: PLC0415
    from libpysal.graph import Graph  # noqa: PLC0415

    shapes = voronoi(120, seed)
    values = np.random.default_rng(seed).poisson(4, 120).astype(float)
    around = queen(shapes)
    graph = Graph.build_contiguity(gpd.GeoDataFrame(geometry=shapes), rook=False, strict=True)
    asked = by_esda(values, graph)
    found = hotspots(values, around)
    assert found.z == pytest.approx(asked.Zs, abs=1e-9)
    assert found.p == pytest.approx(2 * asked.p_norm, abs=1e-9)
    assert (around.sizes - 1).tolist() == graph.cardinalities.tolist()


def test_a_lattice_has_the_scores_of_esda():
    from libpysal.weights import lat2W  # noqa: PLC0415

    values = np.random.default_rng(5).poisson(2, 12 * 17).astype(float)
    found = hotspots(values, lattice(*board(12, 17), 50.0, 75.0))
    assert found.z == pytest.approx(by_esda(values, lat2W(12, 17, rook=False)).Zs, abs=1e-9)


@pytest.mark.filterwarnings("ignore:The weights matrix is not fully connected")
def test_a_distance_band_has_the_scores_of_esda(beijing):
    from libpysal.weights import DistanceBand  # noqa: PLC0415

    west, south, east, north = beijing.total_bounds
    middles = shapely.centroid(
        project(beijing.geometry, WGS84, plane_crs((west + east) / 2, (south + north) / 2))
    )
    band = DistanceBand(shapely.get_coordinates(middles), 6_000.0, binary=True, silence_warnings=True)
    values = np.random.default_rng(6).poisson(5, len(beijing)).astype(float)
    around = distance_band(beijing.geometry, 6_000.0)
    assert sets_of(around) == [set(band.neighbors[unit]) | {unit} for unit in range(len(beijing))]
    assert hotspots(values, around).z == pytest.approx(by_esda(values, band).Zs, abs=1e-9)
    assert (around.sizes == 1).any()


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_real_layers_have_the_scores_of_esda(layer, request):
    cells = request.getfixturevalue(layer)
    around = queen(cells.geometry)
    east, north = cells.bounds[:, 2], cells.bounds[:, 3]
    values = np.random.default_rng(7).poisson(20 + 300 * np.abs(east - east.mean()) * (north > north.mean()))
    found = hotspots(values, around)
    assert found.z == pytest.approx(by_esda(values.astype(float), as_weights(around)).Zs, abs=1e-9)
    assert found.is_hot.any()


def test_a_citys_complaints_have_the_scores_of_esda_year_by_year(chicago, shared_data):
    with gzip.open(shared_data / "chicago_311.csv.gz", "rt", encoding="utf-8") as file:
        frame = pd.read_csv(file, usecols=["created", "community_area"]).dropna()
    area = frame["community_area"].astype(int).astype(str)
    by_year = pd.crosstab(area, frame["created"].str.extract(r"(\d{4})")[0])
    values = by_year.reindex(chicago.codes, fill_value=0).to_numpy(dtype=float)
    around = queen(chicago.geometry)
    w = as_weights(around)
    found = hotspots(values, around)
    assert values.sum() == len(frame)
    assert pytest.approx(np.array([by_esda(year, w).Zs for year in values.T]), abs=1e-9) == found.z.T


@pytest.mark.parametrize("kernel", ["band", "quartic"])
def test_weighted_neighbourhoods_follow_the_published_formula(kernel):
    random = np.random.default_rng(8)
    chosen = random.choice(400, 150, replace=False)
    around = lattice(*np.divmod(chosen, 20), 50.0, 180.0, kernel)
    values = random.gamma(2.0, 3.0, 150)
    apart = 50.0 * np.hypot(*(axis[:, None] - axis for axis in np.divmod(chosen, 20)))
    weights = {"band": apart <= 180.0, "quartic": np.maximum(1 - (apart / 180.0) ** 2, 0) ** 2}[kernel]
    assert matrix(around) == pytest.approx(weights.astype(float), abs=1e-12)
    assert hotspots(values, around).z == pytest.approx(by_hand(values, weights.astype(float)), abs=1e-9)


def test_false_discoveries_are_held_down_as_scipy_does():
    from scipy.stats import false_discovery_control  # noqa: PLC0415

    p = np.random.default_rng(9).uniform(0, 1, 300) ** 2
    assert false_discovery(p) == pytest.approx(false_discovery_control(p), abs=1e-15)


def test_what_was_not_tested_does_not_count_among_the_tests():
    assert false_discovery([0.01, NAN, 0.04]) == pytest.approx([0.02, NAN, 0.04], nan_ok=True)
    assert false_discovery([]).tolist() == []


def test_pure_chance_is_hardly_ever_called_a_hot_spot():
    values = np.random.default_rng(10).poisson(6, (900, 60))
    found = hotspots(values, lattice(*board(30, 30), 100.0, 150.0), alpha=0.05)
    assert (found.p <= 0.05).mean() > 0.03
    assert found.is_hot.any(axis=0).mean() + found.is_cold.any(axis=0).mean() < 0.4
    assert found.is_hot.mean() < 0.002


def test_a_planted_hot_spot_is_found_where_it_is():
    rows, columns = board(30, 30)
    is_planted = np.hypot(rows - 8, columns - 20) <= 2
    values = np.random.default_rng(11).poisson(np.where(is_planted, 12, 3))
    found = hotspots(values, lattice(rows, columns, 100.0, 150.0))
    assert found.is_hot[is_planted].all()
    assert found.is_hot[np.hypot(rows - 8, columns - 20) > 4].sum() == 0


@settings(max_examples=40)
@given(counts, st.permutations(range(25)))
def test_units_in_another_order_have_the_same_answers(values, order):
    order = np.array(order)
    found = hotspots(values, FIVE)
    again = hotspots(values[order], lattice(*(axis[order] for axis in board(5, 5)), 100.0, 150.0))
    assert again.z == pytest.approx(found.z[order], abs=1e-9)
    assert again.neighbours.tolist() == found.neighbours[order].tolist()


@settings(max_examples=40)
@given(counts, st.floats(0.01, 100), st.floats(-1_000, 1_000), st.floats(0.01, 100))
def test_neither_unit_nor_origin_nor_scale_of_weights_changes_a_score(values, factor, shift, heavier):
    heavy = Neighbours(FIVE.starts, FIVE.members, np.full(len(FIVE.members), heavier))
    found = hotspots(values, FIVE)
    assert hotspots(values * factor + shift, FIVE).z == pytest.approx(found.z, abs=1e-7)
    assert hotspots(values, heavy).z == pytest.approx(found.z, abs=1e-9)


@settings(max_examples=40)
@given(st.lists(st.one_of(st.integers(0, 9), st.just(None)), min_size=25, max_size=25), st.integers(0, 4))
def test_no_answer_is_infinite_and_missing_stays_missing(values, others):
    values = np.array([NAN if one is None else one for one in values], dtype=float)
    found = hotspots(np.column_stack([values, np.full(25, others)]), FIVE)
    enough = (~np.isnan(values)).sum() >= 3
    assert np.isnan(found.z[:, 0]).tolist() == (np.isnan(values) | (not enough)).tolist()
    assert np.isnan(found.q).tolist() == np.isnan(found.p).tolist() == np.isnan(found.z).tolist()
    assert (found.z[:, 1] == 0).all()
    assert not np.isinf(found.z).any()
    assert not (found.is_hot & found.is_cold).any()


def test_a_missing_unit_is_as_if_it_were_not_there():
    values = np.random.default_rng(12).poisson(5, 25).astype(float)
    values[[3, 12]] = NAN
    left = ~np.isnan(values)
    alone = lattice(*(axis[left] for axis in board(5, 5)), 100.0, 150.0)
    assert hotspots(values, FIVE).z[left] == pytest.approx(hotspots(values[left], alone).z, abs=1e-12)
    assert hotspots(values, FIVE).neighbours[left].tolist() == alone.sizes.tolist()
    assert hotspots(np.nan_to_num(values), FIVE).z[left] != pytest.approx(hotspots(values[left], alone).z)


def test_equal_values_have_no_hot_spot_however_odd_the_number():
    found = hotspots(np.full(25, 0.1), FIVE)
    assert (found.z == 0).all()
    assert (found.p == 1).all()


def test_an_island_is_judged_by_its_own_value():
    values = np.array([1.0, 2.0, 3.0, 10.0])
    found = hotspots(values, Neighbours.of_pairs(4, [], []))
    assert found.z == pytest.approx((values - 4.0) / values.std(), abs=1e-12)
    assert found.neighbours.tolist() == [1, 1, 1, 1]


def test_where_everybody_is_everybodys_neighbour_nobody_stands_out():
    one, other = np.divmod(np.arange(16), 4)
    assert hotspots([1, 2, 3, 40], Neighbours.of_pairs(4, one, other)).z.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("values", [[], [5], [5, 900], [5, 900, NAN]])
def test_fewer_than_three_known_values_say_nothing(values):
    found = hotspots(values, Neighbours.of_pairs(len(values), [], []))
    assert np.isnan(found.z).all()
    assert not found.is_hot.any()


@pytest.mark.parametrize("factor", [1e-300, 1e15, 1e300])
def test_huge_and_tiny_counts_have_the_scores_of_small_ones(factor):
    values = np.random.default_rng(13).poisson(5, 25).astype(float)
    assert hotspots(values * factor, FIVE).z == pytest.approx(hotspots(values, FIVE).z, abs=1e-9)


def test_permutations_come_near_to_dealing_every_hand_there_is():
    values = np.array([9.0, 1.0, 4.0, 4.0, 0.0, 7.0, 2.0, NAN])
    around = lattice(*board(1, 8), 100.0, 200.0)
    found = hotspots(values, around, permutations=2_999, seed=4)
    for unit in range(7):
        others = [one for one in sets_of(around)[unit] if one not in {unit, 7}]
        rest = np.delete(values[:7], unit)
        hands = np.array([sum(hand) for hand in itertools.combinations(rest, len(others))])
        seen = values[others].sum()
        tail = min((hands >= seen).mean(), (hands <= seen).mean())
        assert found.p[unit] == pytest.approx(min(1.0, 2 * tail), abs=0.05)
    assert np.isnan(found.p[7])
    assert found.z == pytest.approx(hotspots(values, around).z, nan_ok=True)


def test_permutations_can_be_repeated_and_reach_no_further_than_their_number():
    rows, columns = board(8, 8)
    values = np.where((rows < 3) & (columns < 3), 30.0, rows + columns)
    around = lattice(rows, columns, 100.0, 150.0)
    p = hotspots(values, around, permutations=99, seed=4).p
    assert p.tolist() == hotspots(values, around, permutations=99, seed=4).p.tolist()
    assert p.tolist() != hotspots(values, around, permutations=99, seed=5).p.tolist()
    assert p.min() == pytest.approx(2 / 100)


def test_a_rate_is_per_thousand_and_missing_without_households():
    asked = rates([[3, 0], [4, 1], [NAN, 2], [5, 5]], [1_500, 0, 10, NAN])
    assert asked == pytest.approx(np.array([[2, 0], [NAN, NAN], [NAN, 200], [NAN, NAN]]), nan_ok=True)


@settings(max_examples=30)
@given(st.integers(0, 2**16))
def test_touching_is_asked_of_every_pair(seed):
    shapes = voronoi(12, seed)
    touches = [{b for b in range(len(shapes)) if shapes[a].intersects(shapes[b])} for a in range(len(shapes))]
    assert sets_of(queen(shapes)) == touches


def test_a_sliver_between_polygons_can_be_bridged_and_a_bow_tie_be_asked():
    apart = [shapely.box(0, 0, 1, 1), shapely.box(1.01, 0, 2, 1), None, shapely.Polygon()]
    assert sets_of(queen(apart)) == [{0}, {1}, {2}, {3}]
    assert sets_of(queen(apart, gap=0.02)) == [{0, 1}, {0, 1}, {2}, {3}]
    tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert sets_of(queen([tie, shapely.box(1, 0, 2, 1)])) == [{0, 1}, {0, 1}]


def test_nobody_has_no_neighbours():
    for around in (queen([]), distance_band([], 5), lattice([], [], 1, 1), distance_band([None], 5)):
        assert around.sizes.tolist() == [1] * len(around)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: hotspots([1, 2], FIVE), "values.shape"),
        (lambda: hotspots(np.full((25, 1, 1), 1.0), FIVE), "values.shape"),
        (lambda: hotspots([*range(24), np.inf], FIVE), "values.infinite"),
        (lambda: hotspots(range(25), FIVE, alpha=0.0), "values.setting"),
        (lambda: hotspots(range(25), FIVE, permutations=-1), "values.setting"),
        (lambda: rates([1], [1, 2]), "values.shape"),
        (lambda: rates([1, -1], [1, 2]), "values.negative"),
        (lambda: rates([1, 1], [1, np.inf]), "values.infinite"),
        (lambda: queen([], gap=-1.0), "values.setting"),
        (lambda: distance_band([], NAN), "coordinate.bad_distance"),
        (lambda: lattice([0, 1, 0], [0, 0, 0], 10, 10), "values.twice"),
        (lambda: lattice([0], [0, 0], 10, 10), "values.shape"),
        (lambda: lattice([0], [0], 0, 10), "values.setting"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(ask, code):
    with pytest.raises((ValuesError, CoordinateError)) as caught:
        ask()
    assert caught.value.code == code
