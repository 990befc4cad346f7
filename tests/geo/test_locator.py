"""Every point has one answer, and it is the one that exact geometry and the codes' order give."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import Cells, Locator
from geo.crs import GEOD, distance_m
from geo.errors import CoordinateError, IndexFileError

WEST, SOUTH = 122.0, 37.5


def cells_of(shapes):
    return Cells.from_arrays(list(shapes), ["" for _ in shapes], list(shapes.values()))


def square(column, row, size=0.01):
    return shapely.box(
        WEST + column * size, SOUTH + row * size, WEST + (column + 1) * size, SOUTH + (row + 1) * size
    )


def row_of(locator, code):
    return locator.codes.tolist().index(code)


def by_brute_force(cells, lon, lat):
    """Ask every cell about every point without any index; codes, empty for none."""
    points = shapely.points(lon, lat)
    answers = np.full(len(points), "", dtype=cells.codes.dtype)
    for code, shape in sorted(zip(cells.codes.tolist(), cells.geometry, strict=True), reverse=True):
        fresh = shapely.from_wkb(shapely.to_wkb(shape))
        answers[shapely.covers(fresh, points)] = code
    return answers


def codes_at(locator, lon, lat):
    row = locator.locate(lon, lat)
    return np.where(row < 0, "", locator.codes[row] if len(locator) else "")


def adversarial_points(cells, most=20_000):
    """Vertices, middles of edges, both nudged by 1e-12 and by one ulp, and the corners of boxes."""
    rings = shapely.get_rings(shapely.get_parts(cells.geometry))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    spots = np.vstack([xy, (xy[pair] + xy[pair + 1]) / 2])
    spots = np.random.default_rng(7).permutation(spots)[: most // 8]
    nudges = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1], [1, 1]]) * 1e-12
    near = (spots[:, None, :] + nudges).reshape(-1, 2)
    ulps = np.vstack([np.nextafter(spots, np.inf), np.nextafter(spots, -np.inf)])
    lon, lat = np.vstack([near, ulps]).T
    return np.clip(lon, -180, 180), np.clip(lat, -90, 90)


def random_points(cells, count, seed=1):
    west, south, east, north = cells.total_bounds
    margin = 0.05 * max(east - west, north - south)
    random = np.random.default_rng(seed)
    lon = random.uniform(max(west - margin, -180), min(east + margin, 180), count)
    return lon, random.uniform(max(south - margin, -90), min(north + margin, 90), count)


def assert_agrees_with_brute_force(cells, lon, lat):
    assert np.array_equal(codes_at(Locator(cells), lon, lat), by_brute_force(cells, lon, lat))


@pytest.fixture(scope="module")
def chicago(shared_data):
    frame = gpd.read_file(shared_data / "chicago_community_areas.geojson")
    return Cells(frame.assign(name=frame["code"]))


@pytest.fixture(scope="module")
def beijing(shared_data):
    return Cells(gpd.read_file(shared_data / "beijing_subdistricts.geojson"))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_random_points_of_a_real_layer_agree_with_brute_force(layer, request):
    cells = request.getfixturevalue(layer)
    assert_agrees_with_brute_force(cells, *random_points(cells, 20_000))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_vertices_and_edges_of_a_real_layer_agree_with_brute_force(layer, request):
    cells = request.getfixturevalue(layer)
    assert_agrees_with_brute_force(cells, *adversarial_points(cells))


@pytest.mark.parametrize("layer", ["chicago", "beijing"])
def test_neither_order_of_cells_nor_size_of_batch_changes_an_answer(layer, request):
    cells = request.getfixturevalue(layer)
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(cells, 2_000), random_points(cells, 500), strict=True)
    )
    shuffled = np.random.default_rng(3).permutation(len(cells))
    other = Cells.from_arrays(cells.codes[shuffled], cells.names[shuffled], cells.geometry[shuffled])
    one, two = Locator(cells), Locator(other)
    assert np.array_equal(codes_at(one, lon, lat), codes_at(two, lon, lat))
    assert one.digest == two.digest
    whole = one.place(lon, lat)
    for start in range(0, len(lon), 613):
        part = one.place(lon[start : start + 613], lat[start : start + 613])
        for name in ("row", "how", "distance_m"):
            expected = getattr(whole, name)[start : start + 613]
            assert np.array_equal(getattr(part, name), expected, equal_nan=name == "distance_m")


def jagged_grid(columns, rows, seed, *, gap=False):
    """Cells whose shared borders are the same jagged lines; the codes' order is not the rows'."""
    random = np.random.default_rng(seed)
    corners = {
        (i, j): (
            WEST + (i + random.uniform(-0.3, 0.3)) * 0.01,
            SOUTH + (j + random.uniform(-0.3, 0.3)) * 0.01,
        )
        for i, j in itertools.product(range(columns + 1), range(rows + 1))
    }
    borders = {}

    def border(a, b):
        if (b, a) in borders:
            return borders[b, a][::-1]
        if (a, b) not in borders:
            steps = np.linspace(0, 1, 5)[1:-1, None]
            line = np.array(corners[a]) * (1 - steps) + np.array(corners[b]) * steps
            line += random.uniform(-0.0003, 0.0003, line.shape)
            borders[a, b] = [corners[a], *map(tuple, line), corners[b]]
        return borders[a, b]

    shapes = {}
    for i, j in itertools.product(range(columns), range(rows)):
        around = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j)]
        ring = [spot for a, b in itertools.pairwise(around) for spot in border(a, b)[:-1]]
        shapes[str(random.integers(1_000)) + f"-{i}{j}"] = shapely.Polygon(ring)
    if gap:
        shapes.pop(next(iter(shapes)))
    return shapes


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
def test_jagged_subdivisions_agree_with_brute_force(columns, rows, seed, gap):
    shapes = jagged_grid(columns, rows, seed, gap=gap)
    if shapes:
        cells = cells_of(shapes)
        assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_500))
        assert_agrees_with_brute_force(cells, *random_points(cells, 1_500, seed))


@settings(max_examples=25)
@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_voronoi_subdivisions_agree_with_brute_force(count, seed):
    random = np.random.default_rng(seed)
    sites = shapely.MultiPoint(random.uniform([100, 20], [101, 21], (count, 2)))
    frame = shapely.box(100, 20, 101, 21)
    shapes = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(sites)), frame)
    cells = cells_of({f"{random.integers(100)}/{row}": shape for row, shape in enumerate(shapes)})
    assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_500))
    assert_agrees_with_brute_force(cells, *random_points(cells, 1_500, seed))


triangle = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=6, unique=True
).map(lambda spots: shapely.MultiPoint(spots).convex_hull)


@settings(max_examples=60)
@given(st.lists(triangle.filter(lambda shape: shape.area > 0), min_size=1, max_size=8))
def test_overlapping_layers_agree_with_brute_force_on_every_lattice_point(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(-1, 13.5, 0.5), np.arange(-1, 13.5, 0.5)))
    assert_agrees_with_brute_force(cells, lon, lat)
    assert_agrees_with_brute_force(cells, *adversarial_points(cells, 1_000))


@settings(max_examples=60)
@given(st.lists(triangle.filter(lambda shape: shape.area > 0), min_size=1, max_size=5))
def test_how_follows_from_interiors_and_borders(shapes):
    cells = cells_of({str(40 - 7 * row): shape for row, shape in enumerate(shapes)})
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.arange(0, 12.5, 0.5), np.arange(0, 12.5, 0.5)))
    points = shapely.points(lon, lat)
    inner = sum(shapely.contains(shape, points).astype(int) for shape in shapes)
    covers = sum(shapely.covers(shape, points).astype(int) for shape in shapes)
    expected = np.select(
        [covers == 0, inner > 1, inner == covers], ["outside", "overlap", "inside"], default="edge"
    )
    assert np.array_equal(Locator(cells).place(lon, lat, nearest_m=0.0).how, expected)


def test_a_point_on_a_shared_edge_has_the_smallest_code_by_string_order():
    locator = Locator(cells_of({"9": square(0, 0), "10": square(1, 0)}))
    on_edge = (WEST + 0.01, SOUTH + 0.005)
    assert locator.locate(*on_edge) == row_of(locator, "10")
    found = locator.explain(*on_edge)
    assert (found.how, found.code, found.distance_m) == ("edge", "10", 0.0)
    assert found.reason.code == "place.edge"
    assert found.reason.values == {"cell": "10", "cells": ("10", "9")}
    assert [(one.code, one.distance_m) for one in found.runner_ups] == [("9", 0.0)]


def test_a_point_on_the_outer_border_is_on_an_edge_too():
    found = Locator(cells_of({"9": square(0, 0)})).explain(WEST, SOUTH)
    assert (found.how, found.code, found.runner_ups) == ("edge", "9", ())


def test_a_point_in_two_cells_is_an_overlap():
    locator = Locator(cells_of({"b": square(0, 0, 0.02), "a": square(0, 0, 0.01), "c": square(5, 5)}))
    found = locator.explain(WEST + 0.005, SOUTH + 0.005)
    assert (found.how, found.code, found.row) == ("overlap", "a", 1)
    assert [one.code for one in found.runner_ups] == ["b"]


def test_a_point_in_a_hole_is_in_no_cell():
    ring = square(0, 0, 0.03).difference(square(1, 1))
    locator = Locator(cells_of({"ring": ring}))
    middle = (WEST + 0.015, SOUTH + 0.015)
    assert locator.locate(*middle) == -1
    assert locator.explain(*middle).how == "outside"
    filled = Locator(cells_of({"ring": ring, "yard": square(1, 1)}))
    assert filled.explain(*middle).code == "yard"


def test_a_point_near_a_cell_gets_it_and_a_far_one_does_not():
    locator = Locator(cells_of({"a": square(0, 0)}))
    lon, lat, _ = GEOD.fwd(WEST + 0.005, SOUTH, 180.0, 49.9)
    found = locator.explain(lon, lat)
    assert (found.how, found.code, found.runner_ups) == ("nearest", "a", ())
    assert found.distance_m == pytest.approx(49.9, abs=1e-6)
    assert found.reason.values["distance_m"] == found.distance_m
    lon, lat, _ = GEOD.fwd(WEST + 0.005, SOUTH, 180.0, 50.1)
    far = locator.explain(lon, lat)
    assert (far.how, far.row, far.code, far.distance_m) == ("outside", -1, None, None)
    assert far.reason.values == {"within_m": 50.0}
    assert far.runner_ups[0].distance_m == pytest.approx(50.1, abs=1e-6)
    assert locator.explain(lon, lat, nearest_m=60.0).how == "nearest"


def test_of_cells_equally_near_the_smallest_code_is_taken():
    locator = Locator(cells_of({"9": square(0, 0), "10": square(1, 0)}))
    found = locator.explain(WEST + 0.01, SOUTH - 0.0001)
    assert (found.how, found.code) == ("nearest", "10")
    assert [one.code for one in found.runner_ups] == ["9"]


def test_the_circle_of_accuracy_names_the_cells_it_reaches():
    locator = Locator(cells_of({"a": square(0, 0), "b": square(1, 0), "c": square(2, 0)}))
    inside = (WEST + 0.00995, SOUTH + 0.005)
    to_b = distance_m(*inside, WEST + 0.01, SOUTH + 0.005).item()
    assert locator.explain(*inside).runner_ups == ()
    assert locator.explain(*inside, accuracy_m=to_b - 0.01).runner_ups == ()
    (reached,) = locator.explain(*inside, accuracy_m=to_b + 0.01).runner_ups
    assert reached.code == "b"
    assert reached.distance_m == pytest.approx(to_b, abs=1e-6)
    assert [one.code for one in locator.explain(*inside, accuracy_m=1_000).runner_ups] == ["b", "c"]


def test_explain_place_and_locate_tell_one_story(beijing):
    locator = Locator(beijing)
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(beijing, 800), random_points(beijing, 300), strict=True)
    )
    placed, located = locator.place(lon, lat), locator.locate(lon, lat)
    covered = np.isin(placed.how, ["inside", "edge", "overlap"])
    assert np.array_equal(np.where(covered, placed.row, -1), located)
    for position, point in enumerate(zip(lon, lat, strict=True)):
        one = locator.explain(*point)
        assert (one.how, one.row) == (placed.how[position], placed.row[position])
        assert (one.code is None) == (one.how == "outside")
        expected = placed.distance_m[position]
        assert np.isnan(expected) if one.distance_m is None else one.distance_m == expected


def true_distance_m(shape, lon, lat):
    """Search along each edge for its nearest spot by geodesic distance alone."""
    rings = shapely.get_rings(shapely.get_parts([shape]))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    pair = np.flatnonzero(ring[1:] == ring[:-1])
    begin, along = xy[pair], xy[pair + 1] - xy[pair]
    low, high = np.zeros(len(pair)), np.ones(len(pair))
    for _ in range(40):
        thirds = [low + (high - low) * share for share in (0.382, 0.618)]
        metres = [distance_m(lon, lat, *(begin + along * third[:, None]).T) for third in thirds]
        closer = metres[0] < metres[1]
        low, high = np.where(closer, low, thirds[0]), np.where(closer, thirds[1], high)
    return distance_m(lon, lat, *(begin + along * low[:, None]).T).min()


@pytest.mark.parametrize(("within_m", "error_m"), [(50.0, 1e-6), (5_000.0, 0.01)])
def test_distances_are_geodesic(chicago, within_m, error_m):
    locator = Locator(chicago)
    lon, lat = random_points(chicago, 4_000)
    row, metres = locator.nearest(lon, lat, within_m)
    near = np.flatnonzero(metres > 0)[:12]
    assert len(near) == 12
    for point in near:
        truth = true_distance_m(chicago.geometry[row[point]], lon[point], lat[point])
        assert metres[point] == pytest.approx(truth, abs=error_m)


def test_nearest_answers_as_brute_force_does():
    cells = cells_of(jagged_grid(4, 4, seed=5, gap=True))
    lon, lat = random_points(cells, 400)
    row, metres = Locator(cells).nearest(lon, lat, 150.0)
    near, far = np.flatnonzero(metres > 0)[:12], np.flatnonzero(row < 0)[:6]
    assert len(near) == 12
    assert len(far) == 6
    for point in [*near, *far]:
        truths = [true_distance_m(shape, lon[point], lat[point]) for shape in cells.geometry]
        assert row[point] == (np.argmin(truths) if min(truths) <= 150.0 else -1)


def test_nearest_within_a_cell_is_that_cell_at_no_distance():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert locator.nearest(WEST + 0.005, SOUTH + 0.005, 10.0) == (0, 0.0)
    row, metres = locator.nearest([WEST + 0.005, 0.0], [SOUTH + 0.005, 0.0], 10.0)
    assert row.tolist() == [0, -1]
    assert np.array_equal(metres, [0.0, np.nan], equal_nan=True)


@pytest.fixture
def taveuni():
    """A cell across 180 degrees, split there, and a neighbour to its east."""
    island = shapely.MultiPolygon(
        [shapely.box(179.9, -17, 180, -16.9), shapely.box(-180, -17, -179.9, -16.9)]
    )
    return Locator(cells_of({"b": island, "c": shapely.box(-179.9, -17, -179.8, -16.9)}))


def test_a_cell_across_the_antimeridian_is_one_cell(taveuni):
    assert taveuni.locate([179.95, -179.95, 180.0, -180.0], [-16.95] * 4).tolist() == [0, 0, 0, 0]


def test_the_nearest_cell_may_lie_across_the_antimeridian():
    locator = Locator(cells_of({"a": shapely.box(179.9, -17, 179.9999, -16.9)}))
    found = locator.explain(-179.9999, -16.95)
    assert found.how == "nearest"
    assert found.distance_m == pytest.approx(distance_m(-179.9999, -16.95, 179.9999, -16.95), abs=1e-6)
    assert locator.explain(-179.99, -16.95).how == "outside"
    assert locator.explain(-179.99, -16.95).runner_ups[0].code == "a"


def test_a_cell_that_ends_at_the_antimeridian_holds_it_from_both_sides():
    locator = Locator(cells_of({"a": shapely.box(179.9, -17, 180, -16.9)}))
    assert locator.explain(-180.0, -16.95).how == "edge"


def test_near_the_poles_all_is_well():
    locator = Locator(
        cells_of({"cap": shapely.box(-180, 89, 180, 90), "south": shapely.box(0, -90, 90, -89)})
    )
    assert locator.locate([0.0, 180.0, -75.5], [90.0, 89.5, 89.0]).tolist() == [0, 0, 0]
    found = locator.explain(-135.0, -89.9999)
    assert (found.how, found.code) == ("nearest", "south")


def test_an_empty_layer_leaves_every_point_outside(tmp_path):
    locator = Locator(cells_of({}))
    assert locator.locate(122.0, 37.5) == -1
    assert locator.locate([122.0, 180.0], [37.5, 0.0]).tolist() == [-1, -1]
    found = locator.explain(122.0, 37.5, accuracy_m=100)
    assert (found.how, found.runner_ups, found.reason.code) == ("outside", (), "place.no_grid")
    locator.save(tmp_path / "empty")
    assert len(Locator.open(tmp_path / "empty")) == 0


def test_no_points_give_no_answers():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert locator.locate([], []).shape == (0,)
    assert len(locator.place([], [])) == 0
    assert [answer.shape for answer in locator.nearest([], [], 5.0)] == [(0,), (0,)]


def test_a_number_in_gives_a_number_out():
    locator = Locator(cells_of({"a": square(0, 0)}))
    assert type(locator.locate(WEST + 0.005, SOUTH + 0.005)) is int
    assert locator.locate([WEST + 0.005], [SOUTH + 0.005]).dtype == np.intp


BAD = [(np.nan, 1), (1, np.nan), (np.inf, 1), (1, -np.inf), (180.001, 1), (1, 90.001), (37.5, 122.1)]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("ask", ["locate", "place"])
def test_what_is_no_position_is_refused_naming_the_row(bad, ask):
    locator = Locator(cells_of({"a": square(0, 0)}))
    with pytest.raises(CoordinateError) as caught:
        getattr(locator, ask)([WEST, WEST, bad[0], WEST], [SOUTH, SOUTH, bad[1], SOUTH])
    assert caught.value.values["rows"] == (2,)
    with pytest.raises(CoordinateError):
        locator.explain(*bad)


def test_positions_must_pair_up():
    locator = Locator(cells_of({"a": square(0, 0)}))
    for lon, lat in (([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]]), ([1.0], 1.0), (["x"], [1.0])):
        with pytest.raises(CoordinateError):
            locator.locate(lon, lat)


@pytest.mark.parametrize("metres", [-1.0, np.nan, np.inf])
def test_what_is_no_distance_is_refused(metres):
    locator = Locator(cells_of({"a": square(0, 0)}))
    with pytest.raises(CoordinateError, match="bad_distance"):
        locator.explain(WEST, SOUTH, metres)
    with pytest.raises(CoordinateError, match="bad_distance"):
        locator.place(WEST, SOUTH, nearest_m=metres)


def test_a_saved_locator_gives_the_same_answers(chicago, tmp_path):
    locator = Locator(chicago)
    locator.save(tmp_path / "locator")
    opened = Locator.open(tmp_path / "locator")
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(chicago, 4_000), random_points(chicago, 4_000), strict=True)
    )
    assert opened.codes.tolist() == locator.codes.tolist()
    assert opened.digest == locator.digest
    assert np.array_equal(opened.locate(lon, lat), locator.locate(lon, lat))
    assert np.array_equal(opened.place(lon, lat).how, locator.place(lon, lat).how)
    assert opened.explain(lon[0], lat[0], 100.0) == locator.explain(lon[0], lat[0], 100.0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["locator"]


def test_threads_may_share_a_locator(beijing):
    locator = Locator(
        Cells.from_arrays(beijing.codes, beijing.names, shapely.from_wkb(shapely.to_wkb(beijing.geometry)))
    )
    lon, lat = random_points(beijing, 40_000)
    parts = [(lon[start::8], lat[start::8]) for start in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda part: locator.place(*part).row, parts))
    assert all(
        np.array_equal(rows, locator.place(*part).row) for rows, part in zip(together, parts, strict=True)
    )


def test_cells_with_broken_rings_are_answered_too(shared_data):
    frame = gpd.read_file(shared_data / "counties_as_published.geojson")
    codes = [f"{row:02d}" for row in range(len(frame))]
    cells = Cells.from_arrays(codes, codes, frame.geometry.array)
    lon, lat = random_points(cells, 5_000)
    expected = np.full(len(lon), "", dtype="U2")
    for code, shape in reversed(list(zip(codes, cells.geometry, strict=True))):
        expected[shapely.intersects_xy(shape, lon, lat)] = code
    assert np.array_equal(codes_at(Locator(cells), lon, lat), expected)


def test_the_digest_tells_content_from_content():
    one = cells_of({"a": square(0, 0), "b": square(1, 0)})
    assert Locator(one).digest != Locator(cells_of({"a": square(1, 0), "b": square(0, 0)})).digest
    assert Locator(one).digest != Locator(cells_of({"a": square(0, 0), "c": square(1, 0)})).digest
    assert len(Locator(one).digest) == 64


@pytest.mark.parametrize("harm", ["cut", "flip", "foreign", "empty", "header"])
def test_a_damaged_file_is_refused(harm, tmp_path):
    path = tmp_path / "locator"
    Locator(cells_of({"a": square(0, 0), "网": square(1, 0)})).save(path)
    data = bytearray(path.read_bytes())
    data[-80] ^= 0xFF
    harmed = {
        "cut": data[: len(data) // 2],
        "flip": data,
        "foreign": b"PK\x03\x04" + bytes(100),
        "empty": b"",
        "header": data[:30] + b"}" + data[31:],
    }
    path.write_bytes(harmed[harm])
    with pytest.raises(IndexFileError, match="locator"):
        Locator.open(path)


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "locator"
    Locator(cells_of({"a": square(0, 0)})).save(path)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Locator(cells_of({"b": square(0, 0)})).save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["locator"]
