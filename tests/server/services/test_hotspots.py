"""Hot spots: the statistics are esda's, and what is told is told to whom it belongs, in one plain sentence."""

import warnings
from datetime import timedelta

import numpy as np
import pytest
import shapely

from geo.emerging import emerging
from geo.hotspot import false_discovery
from server.errors import InputError, NotFound, NotPermitted
from server.models import Area, Boundary, Issue
from server.services import hotspots, intake, issues
from server.services.areas import pinyin_of
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.hotspots import Asked
from server.services.hotspots.asked import Weeks
from server.services.hotspots.buildings import runs, where_of
from server.services.hotspots.finding import judged
from server.services.hotspots.ground import Frame, frame_of
from server.services.listing import count
from server.services.people import system_actor
from server.words import speaking
from tests.statements import counted

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # columns are arrays on both; the database is asked as lists ask it
SIDE, ROWS, COLUMNS = 0.01, 4, 9
HOT = "990101001001008"
DAY = timedelta(days=1)


@pytest.fixture
def wide(store, town):
    """Cells enough to compare: 文峰社区 grows by a block of 36 further cells in the south, without workers."""
    with store.write() as tx:
        parent = tx.session.query(Area).filter_by(code="990101001001").one()
        grid = tx.session.query(Boundary.first_grid_id).first()[0]
        for place in range(ROWS * COLUMNS):
            row, column = divmod(place, COLUMNS)
            _cell(tx, parent, grid, f"9901010010011{place:02d}", column, row)
    return town


def _cell(tx, parent, grid, code, column, row):
    west, south = 122.0 + column * SIDE, 37.0 - (row + 1) * SIDE
    name = f"文峰社区新{code[-2:]}网格"
    area = Area(code=code, level="cell", name=name, parent_id=parent.id, path=f"{parent.path}{code}/",
                pinyin=pinyin_of(name), households=400)  # fmt: skip
    tx.session.add(area)
    tx.session.flush()
    square = shapely.box(west, south, west + SIDE, south + SIDE)
    tx.session.add(Boundary(area_id=area.id, code=code, level="cell", geom=square, west=west, south=south,
                            east=west + SIDE, north=south + SIDE, area_m2=1e6, first_grid_id=grid))  # fmt: skip


@pytest.fixture
def burning(store, wide, clock):
    """Heating fails around the eighth cell for three weeks, and once in a while elsewhere for twelve."""
    drafts = []
    for week in range(12):
        for place in range(4):
            at = clock.at - DAY * (7 * week + 2 + place)
            spot = (122.005 + SIDE * ((week * 5 + place * 2) % COLUMNS), 36.995 - SIDE * (place % ROWS))
            drafts.append(_draft(spot, at, "东里3号楼"))
        for turn in range(9 if week < 3 else 0):
            spot = (122.015 if turn % 3 else 122.005, 37.015)
            drafts.append(
                _draft(spot, clock.at - DAY * (7 * week + 1 + turn % 6), f"和平小区{28 + turn % 4}幢2单元")
            )
    with store.write() as tx:
        intake.report_many(tx, wide.actors["dispatcher_qian"], drafts)
    return wide


def _draft(spot, at, place):
    return Draft("heating", "phone", "暖气不热", lon=spot[0], lat=spot[1], place_text=place, happened_at=at)


def found(store, actor, **asked):
    with store.read() as tx:
        return hotspots.find(tx, actor, Asked(**asked))


def test_three_weeks_of_heating_are_told_in_one_sentence(store, burning):
    told = found(store, burning.actors["supervisor_li"], category="heating")
    assert (told.frame.name, told.tested, told.is_by_household) == ("西苑街道", 41, True)
    spot = next(one for one in told.spots if one.cell == HOT)
    assert (spot.course, spot.weeks, spot.count) == ("consecutive", 3, 18)
    said = hotspots.said({**spot.values, "z": 3.42})
    assert said == "文峰社区第八网格：供暖不热类三周连续显著偏高（z=3.4），建议排查和平小区 28–31 号楼"
    with speaking("en"):
        said = hotspots.said({**spot.values, "z": 3.42})
    assert said == (
        "文峰社区第八网格: Weak heating significantly high for 3 weeks in a row (z=3.4), "
        "best checked: 和平小区 buildings 28–31"
    )


def test_each_spot_lists_exactly_its_issues(store, burning):
    for units in ("cells", "lattice"):
        told = found(store, burning.actors["supervisor_li"], units=units)
        assert told.spots, units
        for spot in told.spots:
            with store.read() as tx:
                filters = Filters.parse(spot.query, tx.config.zone)
                assert count(tx, burning.actors["supervisor_li"], filters) == spot.count > 0


@ON_ONE
def test_places_of_all_spots_are_read_at_once_and_one_spot_alone_reads_its_own(store, burning):
    supervisor = burning.actors["supervisor_li"]
    with counted(store) as sent:
        spots = found(store, supervisor, category="heating").spots
    assert len(spots) > 1
    assert sum("place_text" in one for one in sent) == 1
    spot = next(one for one in spots if one.cell == HOT)
    with counted(store) as sent, store.read() as tx:
        same = hotspots.one(tx, supervisor, Asked(), HOT, "heating")
    assert (same.values, same.query, same.count) == (spot.values, spot.query, spot.count)
    assert not [one for one in sent if "place_text" in one]


@ON_ONE
def test_a_spot_of_squares_is_inspected_once_though_its_peak_moves(store, burning):
    supervisor = burning.actors["supervisor_li"]
    cells, squares = Asked(category="heating"), Asked("lattice", "heating")
    spot = next(one for one in found(store, supervisor, units="lattice").spots if one.cell == HOT)
    with store.write() as tx:
        made = hotspots.inspect(tx, supervisor, squares, spot.key, "heating")
        again = hotspots.inspect(tx, supervisor, cells, HOT, "heating")
        whole = next(iter(hotspots.find(tx, supervisor, Asked(category="all", area=HOT)).spots))
        together = hotspots.inspect(tx, supervisor, Asked(category="all"), whole.key, "")
    assert (again.number, again.is_new) == (made.number, False)
    assert (together.number, together.is_new) == (made.number, False)


@ON_ONE
def test_squares_that_touch_are_one_spot_in_its_cell(store, burning):
    spots = found(store, burning.actors["supervisor_li"], units="lattice", category="heating").spots
    assert {spot.cell for spot in spots} == {HOT, "990101001001003"}
    assert all(spot.units > 1 and spot.geometry.geom_type in ("Polygon", "MultiPolygon") for spot in spots)


@ON_ONE
def test_everybody_is_told_of_their_own_areas_alone(store, burning):
    actors = burning.actors
    cells = {login: {one.cell for one in found(store, actors[login]).spots} for login in actors}
    assert cells["worker_lin"] == {HOT}
    assert HOT in cells["leader_zhao"] & cells["supervisor_li"] & cells["dispatcher_qian"]
    assert not cells["outsider"] | cells["handler_sun"] | cells["admin_wu"]
    assert found(store, actors["handler_sun"]).short.code == "hotspot.no_area"
    narrowed = found(store, actors["supervisor_li"], area=HOT).spots
    wide = [one for one in found(store, actors["supervisor_li"]).spots if one.cell == HOT]
    assert [one.z for one in narrowed] == [one.z for one in wide]
    with pytest.raises(NotFound):
        found(store, actors["outsider"], area=HOT)


@ON_ONE
def test_what_happens_beyond_a_frame_changes_nothing_in_it(store, burning, clock):
    supervisor = burning.actors["supervisor_li"]
    before = [(one.key, one.category, one.z) for one in found(store, supervisor).spots]
    drafts = [_draft((122.025, 37.015), clock.at - DAY * (1 + turn % 80), "东门") for turn in range(60)]
    with store.write() as tx:
        intake.report_many(tx, burning.actors["outsider"], drafts)
    assert [(one.key, one.category, one.z) for one in found(store, supervisor).spots] == before


@ON_ONE
def test_too_little_to_compare_is_said_and_no_hot_spot_invented(store, lived, town):
    told = found(store, town.actors["supervisor_li"])
    assert (told.spots, told.short.code) == ((), "hotspot.few_units")
    assert told.short.values == {"count": 6, "least": hotspots.FEWEST_UNITS}


@ON_ONE
def test_too_few_issues_are_said(store, wide):
    told = found(store, wide.actors["supervisor_li"], category="all")
    assert (told.spots, told.short.code) == ((), "hotspot.few_issues")
    part = found(store, wide.actors["worker_lin"], category="all")
    assert (part.issues, part.short.code) == (None, "hotspot.too_few")
    assert part.short.values == {"least": hotspots.FEWEST_ISSUES}


@ON_ONE
def test_the_scores_are_those_of_esda_and_the_false_discovery_rate_is_kept(store, burning):
    from esda.getisord import G_Local  # noqa: PLC0415 - an oracle
    from libpysal.weights import W  # noqa: PLC0415

    with store.read() as tx:
        asked = Asked(category="heating")
        weeks = Weeks.before(tx.now, asked.weeks, tx.config.zone)
        frame = frame_of(tx, burning.actors["supervisor_li"])
        ground, (one,) = judged(tx, frame, asked, weeks)
    sets = np.split(ground.neighbours.members, ground.neighbours.starts[1:-1])
    near = {unit: [int(other) for other in members if other != unit] for unit, members in enumerate(sets)}
    rates = one.counts * 1000 / 400
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = W(near, silence_warnings=True)
        for week in (0, 5, 11):
            oracle = G_Local(rates[:, week], weights, transform="B", star=True, permutations=0)
            np.testing.assert_allclose(one.answer.spots.z[:, week], oracle.Zs, atol=1e-9)
    np.testing.assert_array_equal(one.answer.course, emerging(rates, ground.neighbours).course)
    p = one.answer.spots.p[:, -1]
    hot = one.answer.spots.is_hot[:, -1]
    assert hot.any()
    assert (false_discovery(p)[hot] <= 0.05).all()
    assert one.counts.sum() == 75


def test_an_inspection_reaches_the_worker_on_duty_once(store, burning, clock):
    supervisor, asked = burning.actors["supervisor_li"], Asked(category="heating")
    with store.read() as tx:
        proposed = hotspots.proposal(tx, supervisor, asked, HOT, "heating")
    assert (proposed.worker, proposed.existing, proposed.category) == ("林晓", "", "heating")
    with store.write() as tx:
        made = hotspots.inspect(tx, supervisor, asked, HOT, "heating")
    with store.read() as tx:
        view = issues.one(tx, burning.actors["worker_lin"], made.number)
        assert (view.issue.source, view.issue.state) == ("inspection", "dispatched")
        assert view.issue.holder_person_id == burning.people["worker_lin"]
        assert view.description == proposed.description
        assert hotspots.origin_said(view.issue.origin) == proposed.description
    clock.at += 3 * DAY
    with store.write() as tx:
        again = hotspots.inspect(tx, supervisor, asked, HOT, "heating", "再来一次")
        assert (again.number, again.is_new) == (made.number, False)
        assert tx.session.query(Issue).filter_by(source="inspection").count() == 1


@ON_ONE
def test_who_may_not_inspect_is_refused_as_it_is_theirs_to_see(store, burning):
    asked = Asked(category="heating")
    with store.write() as tx:
        with pytest.raises(NotPermitted):
            hotspots.inspect(tx, burning.actors["worker_lin"], asked, HOT, "heating")
        for actor, key in (("outsider", HOT), ("supervisor_li", "990101001002001"), ("supervisor_li", "x")):
            with pytest.raises(NotFound) as refused:
                hotspots.inspect(tx, burning.actors[actor], asked, key, "heating")
            assert refused.value.code == "hotspot.gone"


def test_numbers_that_run_are_said_as_runs():
    assert runs([31, 28, 30, 29, 35, 2, 3]) == ["2–3", "28–31", "35"]
    where = where_of(["和平小区28幢", "和平小区29号楼2单元301", "和平小区３０栋", "人民路12号", "广场"])
    assert (where.compound, where.numbers, where.unit) == ("和平小区", ("28–30",), "号楼")
    assert where_of(["广场", ""]) is None


@pytest.mark.parametrize(
    "given", [{"weeks": "3"}, {"weeks": "53"}, {"weeks": "1.5"}, {"units": "hexagons"}, {"category": "luck"}]
)
def test_what_cannot_be_asked_is_refused(given):
    with pytest.raises(InputError):
        Asked.parse(given)


def test_a_frame_of_everything_has_no_code(store, town):
    with store.read() as tx:
        assert frame_of(tx, system_actor()) == Frame("", "", "/", 6)
