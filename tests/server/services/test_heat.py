"""Heat: what is spread sums to what is counted, a place says the same at every zoom, and few are not told of."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from geo.kernel import density_of_points
from geo.lattice import Lattice, households_on
from server.config import load
from server.errors import InputError
from server.models import Area, Boundary
from server.services import heat, intake
from server.services.categories import categories
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.heat import Look
from server.services.people import system_actor
from server.services.statistics import Period

ZONE = ZoneInfo("Asia/Shanghai")
BOX = "122.004,37.004,122.016,37.012"
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACE = (122.015, 37.015)


def heat_of(store, actor=None, period=None, *, look=None, **given):
    with store.read() as tx:
        return heat.heat(tx, actor or system_actor(), Filters.parse(given, ZONE), period, look or Look())


def middles(found):
    """Lon and lat of the squares with a value, as a map places them: from the four corners alone."""
    nw, ne, _se, sw = np.array(found.corners)
    right, down = (found.column + 0.5) / found.columns, (found.row + 0.5) / found.rows
    return (nw + np.outer(right, ne - nw) + np.outer(down, sw - nw)).T


def value_at(found, lon, lat):
    """The value at a place: between the middles of squares in proportion, as a smooth picture has it."""
    table = np.zeros((found.rows + 2, found.columns + 2))
    if not found.rows:
        return 0.0
    table[found.row + 1, found.column + 1] = found.value
    nw, ne, _se, sw = np.array(found.corners)
    right, down = np.linalg.solve(np.transpose([ne - nw, sw - nw]), np.array([lon, lat]) - nw)
    row, column = down * found.rows + 0.5, right * found.columns + 0.5
    i, j = int(row), int(column)
    v, u = row - i, column - j
    return np.array([1 - v, v]) @ table[i : i + 2, j : j + 2] @ np.array([1 - u, u])


def exact(found, everything, lon, lat, at):
    """The exact kernel of geo at places, per square kilometre."""
    points = np.transpose([(one.row.lon, one.row.lat) for one in everything])
    lattice = Lattice.over((121.98, 36.98, 122.06, 37.05), found.cell_m, at=at)
    amounts = density_of_points(*points, lattice, found.radius_m).amounts
    up, across = lattice.positions(lon, lat)
    return amounts[np.floor(up).astype(int), np.floor(across).astype(int)]


def report(store, town, count, place=PLACE, login="dispatcher_qian"):
    with store.write() as tx:
        drafts = [Draft("heating", "phone", "暖气不热", lon=place[0], lat=place[1])] * count
        intake.report_many(tx, town.actors[login], drafts)


@ON_ONE
@pytest.mark.parametrize("mode", ["raw", "per_km2"])
@pytest.mark.parametrize("radius", [50.0, 300.0, 3_000.0])
def test_heat_sums_equal_counts(radius, mode, store, scattered):
    found = heat_of(store, look=Look(radius, mode))
    assert found.total == len(scattered)
    assert found.value.sum() / found.per_issue == pytest.approx(found.total, abs=1e-6)


@ON_ONE
def test_values_are_those_of_the_exact_kernel(store, scattered):
    found = heat_of(store, look=Look(300.0, "per_km2", zoom=15))
    told = exact(found, scattered, *middles(found), (122.015, 37.01))
    assert np.abs(found.value - told).max() < 0.015 * told.max()
    raw = heat_of(store, look=Look(300.0, "raw", zoom=15))
    assert raw.value == pytest.approx(found.value * np.pi * 0.3**2 / 3.0)


@ON_ONE
def test_a_place_says_the_same_at_every_zoom_and_in_every_view(store, scattered):
    finest = heat_of(store, look=Look(400.0, zoom=18))
    lon, lat = middles(finest)
    for place in finest.value.argsort()[-400::40]:
        for zoom, box in [(0, ""), (9, ""), (13, BOX), (14, ""), (16, "121,36,123,38"), (24, "")]:
            other = heat_of(store, look=Look(400.0, zoom=zoom), bbox=box)
            spot = lon[place], lat[place]
            if box == BOX and not (122.005 < spot[0] < 122.015 and 37.005 < spot[1] < 37.011):
                continue
            assert value_at(other, *spot) == pytest.approx(finest.value[place], rel=0.05)


@ON_ONE
def test_what_lies_beyond_the_view_spreads_into_it_and_is_not_counted(store, scattered):
    whole, part = heat_of(store, look=Look(zoom=16)), heat_of(store, look=Look(zoom=16), bbox=BOX)
    west, south, east, north = map(float, BOX.split(","))
    inside = [one for one in scattered if west <= one.row.lon <= east and south <= one.row.lat <= north]
    assert part.total == len(inside) < whole.total
    lon, lat = middles(part)
    told = [value_at(whole, *spot) for spot in zip(lon[::20], lat[::20], strict=True)]
    np.testing.assert_allclose(part.value[::20], told, atol=0.02 * part.most)


@ON_ONE
@pytest.mark.parametrize(
    ("box", "share"),
    [("-538,36,-237,38", 1), ("121,36,483,38", 1), ("-180,-90,180,90", 1), ("-540,-90,540,90", 1),
     ("170,36,190,38", 0), ("-540,36,-500,38", 0), ("122,-90,123,-89", 0), ("122,37,122,37", 0)],
)  # fmt: skip
def test_a_view_around_the_earth_shows_the_same(box, share, store, scattered):
    found = heat_of(store, bbox=box)
    assert found.total == share * len(scattered)
    assert bool(found.rows) is bool(share) or box.startswith("122,37")


def test_every_filter_counts_as_the_list_does(store, scattered, town):
    table = pd.DataFrame([
        {"category": one.row.category, "source": one.row.source, "state": one.row.state, "due": one.row.due_at,
         "path": one.path} for one in scattered
    ])  # fmt: skip
    with store.read() as tx:
        now, codes = tx.now, list(categories())
    is_open = ~table["state"].isin(["closed", "rejected", "merged"])
    many = ",".join((codes * 200)[:200])
    wanted = {
        (("category", many),): len(table),
        (("category", "heating,lift_fault"), ("source", "phone")): int(
            (table["category"].isin(["heating", "lift_fault"]) & (table["source"] == "phone")).sum()
        ),
        (("state", "open"), ("overdue", "1")): int((is_open & (table["due"] <= now)).sum()),
        (("area", "990101001"),): int(table["path"].str.startswith("/990101/990101001/").sum()),
    }
    for given, count in wanted.items():
        found = heat_of(store, **dict(given))
        assert (found.total, count > 0) == (count, True)
        assert found.value.sum() / found.per_issue == pytest.approx(count, abs=1e-6)


@ON_ONE
def test_periods_count_what_pandas_counts(store, scattered, clock):
    reported = pd.Series([one.row.reported_at for one in scattered])
    for name in ("today", "month", "noon_day", "month_19", "year"):
        period = Period.preset(name, clock.at, ZONE)
        count = int(((reported >= period.since) & (reported < period.until)).sum())
        assert heat_of(store, period=period).total == count
    for days in (1, 7, 30):
        period = Period.last(days, clock.at, ZONE)
        assert heat_of(store, period=period).total == int((reported >= period.since).sum()) > 0


@ON_ONE
def test_a_difference_is_one_taken_from_the_other(store, scattered, clock):
    month, before = Period.last(10, clock.at, ZONE), Period.last(300, clock.at, ZONE)
    with store.read() as tx:
        told = heat.difference(tx, system_actor(), Filters(), month, before, Look())
    one, other = heat_of(store, period=month), heat_of(store, period=before)
    assert (told.total, told.than_total) == (one.total, other.total)
    assert told.value.sum() == pytest.approx(one.value.sum() - other.value.sum())
    assert told.value.min() < 0
    assert np.abs(told.value).min() >= told.most * 1e-6
    assert told.breaks == tuple(-bound for bound in reversed(told.breaks))


def test_few_issues_are_not_told_to_those_who_do_not_work_there(store, town):
    """The reporter sees what they took in, and works over no area of it."""
    report(store, town, 4, login="outsider")
    outsider = town.actors["outsider"]
    hidden = heat_of(store, outsider)
    assert (hidden.total, hidden.least, len(hidden.value), hidden.most, hidden.breaks) == (4, 5, 0, 0.0, ())
    assert heat_of(store, town.actors["supervisor_li"]).least == 0
    assert len(heat_of(store, town.actors["supervisor_li"]).value)
    assert not len(heat_of(store, town.actors["supervisor_li"], look=Look(outside=True)).value)
    report(store, town, 1, login="outsider")
    assert value_at(heat_of(store, outsider), *PLACE) == pytest.approx(5.0, rel=0.1)


@ON_ONE
def test_issues_beyond_the_own_area_are_held_back_alone(store, town):
    report(store, town, 2, (122.005, 37.005), "worker_lin")  # the cell of worker_he
    report(store, town, 1)
    lin = town.actors["worker_lin"]
    found = heat_of(store, lin)
    assert (found.total, found.least) == (3, 5)
    assert value_at(found, *PLACE) == pytest.approx(1.0, rel=0.1)
    assert found.value.sum() / found.per_issue == pytest.approx(1.0)
    report(store, town, 3, (122.005, 37.005), "worker_lin")
    assert value_at(heat_of(store, lin), 122.005, 37.005) == pytest.approx(5.0, rel=0.1)


@ON_ONE
def test_how_few_are_held_back_is_a_setting(store, town):
    report(store, town, 2)
    store.config = replace_setting(store.config, heat_minimum=2)
    assert len(heat_of(store, look=Look(outside=True)).value)
    store.config = replace_setting(store.config, heat_minimum=3)
    assert not len(heat_of(store, look=Look(outside=True)).value)


def replace_setting(config, **said):
    return load({"dir": str(config.dir), "secret_key": "test-" * 8, **said}, environment={})


@ON_ONE
def test_households_are_spread_alike_and_unknown_ones_are_not_zero(store, scattered):
    with store.read() as tx:
        shapes = [
            row[0] for row in tx.rows(tx.session.query(Boundary.geom).filter_by(level="cell").statement)
        ]
    found = heat_of(store, look=Look(400.0, "per_household", zoom=14))
    at = (122.015, 37.01)
    lattice = Lattice.over((121.98, 36.98, 122.06, 37.05), found.cell_m, at=at)
    homes = households_on(lattice, shapes, np.full(len(shapes), 400.0))
    points = np.transpose([(one.row.lon, one.row.lat) for one in scattered])
    told = density_of_points(*points, lattice, 400.0, mode="per_household", households=homes)
    up, across = lattice.positions(*middles(found))
    plain = told.amounts[np.floor(up).astype(int), np.floor(across).astype(int)]
    lon, lat = middles(found)
    inner = (lon > 122.001) & (lon < 122.019) & (lat > 37.001) & (lat < 37.019)
    assert inner.sum() > 500
    np.testing.assert_allclose(found.value[inner], plain[inner], rtol=0.05, atol=0.01 * plain[inner].max())


@ON_ONE
def test_a_cell_of_unknown_households_is_missing_and_its_issues_count_nowhere(store, town, scattered):
    with store.write() as tx:
        tx.session.execute(update(Area).where(Area.code == "990101001001001").values(households=None))
        (shape,) = [
            row[0]
            for row in tx.rows(tx.session.query(Boundary.geom).filter_by(code="990101001001001").statement)
        ]
        tx.store.shelf.pop("homes", None)
    west, south, east, north = shape.bounds
    lon, lat = middles(heat_of(store, look=Look(mode="per_household")))
    edge = 0.001  # a square
    inside = (lon > west + edge) & (lon < east - edge) & (lat > south + edge) & (lat < north - edge)
    assert len(lon)
    assert not inside.any()


@ON_ONE
def test_nothing_reported_is_no_heat(store, town):
    found = heat_of(store)
    assert (found.rows, found.columns, found.corners, found.breaks, found.total) == (0, 0, (), (), 0)
    assert not len(heat_of(store, look=Look(mode="per_household")).value)
    with store.read() as tx:
        assert heat.steps(tx, system_actor(), Filters(), None, "day") == ()


@ON_ONE
def test_views_too_wide_for_the_radius_say_so_and_stay_bounded(store, scattered, town):
    for place in ((125.0, 37.0), (119.0, 39.0)):
        report(store, town, 1, place)
    found = heat_of(store, look=Look(50.0, zoom=18))
    assert found.is_coarse
    assert found.rows * found.columns <= 250_000
    assert len(found.value) <= 40_000
    assert found.value.sum() / found.per_issue == pytest.approx(found.total, abs=1e-6)


@pytest.mark.parametrize(
    "said", [{"radius_m": float("nan")}, {"radius_m": 0.0}, {"radius_m": 1e9}, {"mode": "per_cow"}, {"zoom": -1},
             {"zoom": 99}, {"slot": 168}, {"slot": -1}]
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(said):
    with pytest.raises(InputError) as refused:
        replace(Look(), **said)
    assert vars(refused.value)["values"]["field"] == next(iter(said))


@ON_ONE
def test_unknown_areas_and_steps_are_refused(store, town):
    with pytest.raises(InputError):
        heat_of(store, area="nowhere")
    with pytest.raises(InputError), store.read() as tx:
        heat.steps(tx, system_actor(), Filters(), None, "second")
