"""The tablet's own point in cell, in a real browser, against the server's locator: the same cell, the same how."""

import base64
import json

import numpy as np
import pytest
import shapely

from geo import Cells, Locator
from geo.locator import NEAREST_M
from geo.placement import HOWS
from tests.browser.bare import HOST, bare_page
from tests.geo.hard_points import edges_of, hard_points, random_in
from tests.geo.made_layers import LAYERS, layer, named
from tests.personas import AREAS, SIDE

pytestmark = pytest.mark.browser
BUDGET = {
    "small town": 16_000, "chicago": 30_000, "beijing": 10_000, "two layers": 6_000,
    "jagged": 16_000, "overlaps": 10_000, "gaps": 10_000, "islands": 5_000, "junctions": 5_000, "antimeridian": 5_000,
}  # fmt: skip
ASK = """async ([url, told, points]) => {
  const { locate } = await import(url);
  const ground = JSON.parse(told);
  const bytes = Uint8Array.from(atob(points), (one) => one.charCodeAt(0));
  const lonlat = new Float64Array(bytes.buffer);
  const how = [], code = [], metres = [];
  for (let at = 0; at < lonlat.length; at += 2) {
    const found = locate(lonlat[at], lonlat[at + 1], ground);
    how.push(found.how);
    code.push(found.cell ? ground.cells.indexOf(found.cell) : -1);
    metres.push(found.distance_m);
  }
  return JSON.stringify([how, code, metres]);
}"""


@pytest.fixture(scope="module")
def judge(chromium):
    """Ask one page about points in bulk; gives how, row and metres of each."""
    with bare_page(chromium) as page:

        def ask(ground, spots):
            points = base64.b64encode(np.ascontiguousarray(spots, dtype="<f8").tobytes()).decode()
            told = [f"{HOST}/js/tablet/locate.js", json.dumps(ground), points]
            how, row, metres = json.loads(page.evaluate(ASK, told))
            return np.array(how), np.array(row), np.array(metres, dtype=float)

        yield ask


def ground_of(cells, reach=None, nearest_m=NEAREST_M):
    """What a tablet knows of cells; the coordinates are the exact doubles, for JSON keeps these."""
    told = [
        {"code": str(code), "outline": json.loads(shapely.to_geojson(shape)), "row": row}
        for row, (code, shape) in enumerate(zip(cells.codes, cells.geometry, strict=True))
    ]
    return {"cells": told, "reach": reach, "nearest_m": nearest_m}


def beside_borders(cells, count, random):
    """Points within a few hundred metres of borders, and some within a millimetre of ``nearest_m``."""
    begin, end = edges_of(cells)
    taken = random.integers(0, len(begin), count)
    along = end[taken] - begin[taken]
    spot = begin[taken] + along * random.random((count, 1))
    scale = np.column_stack([np.cos(np.radians(spot[:, 1])), np.ones(count)]) * 111_195.0
    normal = np.column_stack([-along[:, 1] * scale[:, 1], along[:, 0] * scale[:, 0]])
    normal /= np.maximum(np.hypot(*normal.T), 1e-300)[:, None]
    away = random.normal(0, 150, count)
    away[::3] = (
        random.choice([-1, 1], len(away[::3])) * NEAREST_M * random.uniform(0.995, 1.005, len(away[::3]))
    )
    return spot + normal * away[:, None] / scale


def points_of(cells, count, seed=5):
    """So many points: at random, beside borders, and of every hard kind, on vertices and edges first of all."""
    random = np.random.default_rng(seed)
    kinds = hard_points(cells, 0 if len(edges_of(cells)[0]) * 20 < count else count // 40, seed)
    hard = random.permutation(np.vstack(list(kinds.values())))[: count // 2]
    rest = count - len(hard)
    spots = np.vstack(
        [hard, beside_borders(cells, rest // 2, random), random_in(cells, rest - rest // 2, random)]
    )
    return np.clip(spots, (-180, -90), (180, 90))


def made(name):
    """Layer of a name; two of Chicago's on each other are full of overlaps."""
    if name == "two layers":
        return named([*layer("wards_2003").geometry[:20], *layer("wards_2015").geometry[:20]])
    if name == "small town":
        corners = [(code, corner) for code, *_, corner in AREAS if corner]
        squares = [shapely.box(x, y, x + SIDE, y + SIDE) for _, (x, y) in corners]
        return Cells.from_arrays([code for code, _ in corners], ["" for _ in corners], squares)
    return layer(name)


def compare(cells, spots, judge):
    """Say where the device and the server differ, and how often each how came."""
    at_server = Locator(cells).place(*spots.T, nearest_m=NEAREST_M)
    how, row, metres = judge(ground_of(cells), spots)
    wrong = np.flatnonzero((how != at_server.how) | (row != at_server.row))
    is_near = (how == "nearest") & (at_server.how == "nearest")
    apart = np.abs(metres[is_near] - at_server.distance_m[is_near])
    found = [
        (spots[at].tolist(), how[at], int(row[at]), str(at_server.how[at]), int(at_server.row[at]))
        for at in wrong
    ]
    return found, float(apart.max(initial=0.0)), set(how.tolist())


def test_the_device_agrees_with_the_server_on_a_hundred_thousand_points(judge):
    met, asked = set(), 0
    for name, count in BUDGET.items():
        cells = made(name)
        spots = points_of(cells, count)
        wrong, apart_m, hows = compare(cells, spots, judge)
        assert wrong[:5] == [], (name, len(wrong))
        assert apart_m < 1e-6, name
        met |= hows
        asked += len(spots)
    assert asked >= 100_000
    assert met == set(HOWS)


def test_where_a_cell_that_is_not_on_the_device_may_matter_it_says_unknown_and_else_the_same(judge):
    cells = layer("gaps")
    west, south, east, north = cells.total_bounds
    reach = [west + (east - west) * 0.3, south + (north - south) * 0.3,
             west + (east - west) * 0.6, south + (north - south) * 0.6]  # fmt: skip
    known = np.flatnonzero(shapely.intersects(cells.geometry, shapely.box(*reach)))
    ground = ground_of(cells, reach)
    ground["cells"] = [ground["cells"][row] for row in known]
    spots = points_of(cells, 12_000)
    at_server = Locator(cells).place(*spots.T, nearest_m=NEAREST_M)
    how, row, _ = judge(ground, spots)
    told = how != "unknown"
    assert (how[told] == at_server.how[told]).all()
    assert (np.append(known, -1)[row[told]] == at_server.row[told]).all()
    inside = ((spots >= reach[:2]) & (spots <= reach[2:])).all(axis=1)
    assert not told[~inside].any()
    assert (how[inside] == "unknown").mean() < 0.02
    assert {"inside", "edge", "nearest", "outside", "unknown"} <= set(how.tolist())


def test_no_cells_are_outside_and_what_is_no_place_is_unknown(judge):
    nothing = {"cells": [], "reach": None, "nearest_m": NEAREST_M}
    how, row, metres = judge(nothing, np.array([[122.0, 37.0], [181.0, 37.0], [np.nan, 37.0]]))
    assert how.tolist() == ["outside", "unknown", "unknown"]
    assert row.tolist() == [-1, -1, -1]
    assert np.isnan(metres).all()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*(name for name in LAYERS if name != "none"), "two layers"])
def test_the_device_agrees_with_the_server_on_every_layer(judge, name):
    cells = made(name)
    wrong, apart_m, _ = compare(cells, points_of(cells, 200_000), judge)
    assert wrong[:5] == [], len(wrong)
    assert apart_m < 1e-6
