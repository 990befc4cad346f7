"""What a tablet is told: whose cells, how exact, how far; which issues, and none of others' areas."""

from datetime import timedelta

import numpy as np
import orjson
import pytest
import shapely
from sqlalchemy import select

from geo import Cells, Locator
from server.models import Area, Boundary, Duty, Issue, Leave
from server.services import gazetteer, intake, listing
from server.services.drafts import Draft
from server.services.field.ground import NO_REACH, ground
from server.services.field.mine import mine
from server.services.field.offers import moves, offered_to, working_time
from server.services.field.work import whole, work
from server.services.filters import Filters
from server.services.gazetteer import NewPlace
from server.services.locating import open_locator
from server.services.rules import rules_of
from server.workflow import OPEN, State, advance
from server.worktime import elapsed
from tests.server.services.grid_drawing import STEP, bring, layer, square
from tests.statements import counted

DAY = timedelta(days=1)
FIRST, SECOND, THIRD, EIGHTH, EAST = (
    "990101001001001", "990101001001002", "990101001001003", "990101001001008", "990101002001001",
)  # fmt: skip
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PLACES = [
    NewPlace("1", "时代嘉园", "compound", "", 122.015, 37.015),
    NewPlace("2", "时代嘉园1幢", "building", "", 122.0151, 37.0151),
    NewPlace("3", "东门小区", "compound", "", 122.025, 37.015),
    NewPlace("4", "和平路", "road", "", 122.013, 37.013),
]


@pytest.fixture
def ground_of(store, town):
    """Read a persona's ground."""

    def read(login):
        with store.read() as tx:
            return ground(tx, town.actors[login])

    return read


@pytest.fixture
def work_of(store, town):
    """Read a persona's work."""

    def read(login):
        with store.read() as tx:
            return work(tx, town.actors[login])

    return read


def questions(sent):
    return [one for one in sent if one.startswith("SELECT")]


def owned(found):
    return {cell.code: (cell.own.cause, cell.own.whom) for cell in found.cells if cell.own}


def absent(store, town, clock, who, substitute):
    with store.write() as tx:
        span = {"starts_at": clock.at - DAY, "ends_at": clock.at + DAY}
        tx.session.add(Leave(person_id=town.people[who], substitute_id=town.people[substitute], **span))


def test_each_cell_says_why_it_is_hers(ground_of):
    assert owned(ground_of("worker_lin")) == {EIGHTH: ("A", "")}
    assert owned(ground_of("worker_he")) == {FIRST: ("A", ""), SECOND: ("A", ""), EIGHTH: ("B", "")}
    assert owned(ground_of("leader_zhao")) == dict.fromkeys((FIRST, SECOND, THIRD, EIGHTH), ("leader", ""))
    assert owned(ground_of("outsider")) == {EAST: ("A", "")}


def test_whoever_stands_in_has_the_cell_and_is_told_for_whom(ground_of, store, town, clock):
    absent(store, town, clock, "worker_he", "worker_lin")
    assert owned(ground_of("worker_lin")) == {
        FIRST: ("substitute", "何平"), SECOND: ("substitute", "何平"), EIGHTH: ("A", ""),
    }  # fmt: skip
    clock.at += 2 * DAY
    assert owned(ground_of("worker_lin")) == {EIGHTH: ("A", "")}


@ON_ONE
def test_neighbours_are_there_by_name_and_without_who_answers_for_them(ground_of):
    found = {cell.code: cell for cell in ground_of("worker_lin").cells}
    assert found[EIGHTH].holder == "林晓"
    assert (found[EAST].name, found[EAST].community) == ("东门社区第一网格", "东门社区")
    assert {cell.holder for cell in found.values() if not cell.own} == {None}


def test_outlines_have_the_very_doubles_of_the_store(ground_of, store):
    with store.read() as tx:
        query = select(Boundary.code, Boundary.geom).where(Boundary.level == "cell")
        kept = dict(tx.session.execute(query).all())
    for cell in ground_of("worker_lin").cells:
        told = shapely.from_geojson(cell.outline)
        assert shapely.get_coordinates(told).tolist() == shapely.get_coordinates(kept[cell.code]).tolist()


def test_inside_the_reach_a_device_finds_what_the_server_finds(store, town):
    dice = np.random.default_rng(7)
    shapes = [shapely.affinity.scale(square(n % 12, n // 12), 0.9, 0.95) for n in range(144)]
    bring(store, layer([f"X{n:03}" for n in range(144)], shapes))
    with store.write() as tx:
        area = tx.session.scalars(select(Area).where(Area.code == "X066")).one()
        tx.session.add(
            Duty(area_id=area.id, person_id=town.people["outsider"], kind="A", starts_at=tx.now - DAY)
        )
    with store.read() as tx:
        actor = town.actors["outsider"]
        found, whole_grid = ground(tx, actor), open_locator(tx).locator
    west, south, east, _north = found.reach
    assert west < 117.0 + 6 * STEP < 122.02 < east
    cells = [cell.code for cell in found.cells]
    here = Locator(
        Cells.from_arrays(cells, cells, [shapely.from_geojson(cell.outline) for cell in found.cells])
    )
    lon, lat = dice.uniform(max(west, 117.0), 117.036, 4000), dice.uniform(max(south, 36.0), 36.036, 4000)
    told, true = here.place(lon, lat), whole_grid.place(lon, lat)
    assert told.how.tolist() == true.how.tolist()
    codes = [np.append(one.codes, "") for one in (here, whole_grid)]
    assert codes[0][told.row].tolist() == codes[1][true.row].tolist()


@ON_ONE
def test_far_cells_do_not_bring_all_between_them(store, town, monkeypatch):
    monkeypatch.setattr("server.services.field.ground.CELLS_MOST", 30)
    bring(store, layer([f"X{n:03}" for n in range(144)], [square(n % 12, n // 12) for n in range(144)]))
    with store.write() as tx:
        for code, kind in (("X000", "A"), ("X143", "B")):
            area = tx.session.scalars(select(Area.id).where(Area.code == code)).one()
            person = town.people["admin_wu"]
            tx.session.add(Duty(area_id=area, person_id=person, kind=kind, starts_at=tx.now - DAY))
    with store.read() as tx:
        found = ground(tx, town.actors["admin_wu"])
    assert owned(found) == {"X000": ("A", ""), "X143": ("B", "")}
    assert len(found.cells) <= 30
    assert found.reach[2] < 117.0 + 11 * STEP


@ON_ONE
def test_somebody_without_cells_reaches_nothing(ground_of):
    assert (ground_of("admin_wu").cells, ground_of("admin_wu").reach) == ((), NO_REACH)


def test_places_are_those_of_her_own_cells(ground_of, store):
    with store.write() as tx:
        gazetteer.keep(tx, PLACES)
    found = ground_of("worker_lin").places
    assert [(one.name, one.cell) for one in found] == [
        ("时代嘉园", EIGHTH), ("时代嘉园1幢", EIGHTH), ("和平路", EIGHTH),
    ]  # fmt: skip
    with store.write() as tx:
        gazetteer.keep(tx, [NewPlace("5", "文峰公园", "landmark", "", 122.011, 37.011)])
    assert len(ground_of("worker_lin").places) == 4


def test_a_ground_is_laid_once_and_asked_who_is_on_duty_each_time(ground_of, store):
    ground_of("leader_zhao")
    with counted(store) as first:
        ground_of("leader_zhao")
    assert len(questions(first)) <= 9
    assert not any("geom" in one for one in first)


def test_work_is_what_she_holds_first_and_what_is_open_in_her_cells(work_of, scattered, store, town):
    for login in ("worker_lin", "worker_he", "leader_zhao"):
        found = work_of(login).issues
        held = [one.brief.id for one in found if one.mine]
        assert [one.mine for one in found] == sorted((one.mine for one in found), reverse=True)
        with store.read() as tx:
            me = town.people[login]
            open_ones = select(Issue.id).where(Issue.state.in_([str(state) for state in OPEN]))
            assert sorted(held) == sorted(tx.session.scalars(open_ones.where(Issue.holder_person_id == me)))
            cells = mine(tx, town.actors[login])
            places = [*cells.cells, *cells.posts]
            there = set(tx.session.scalars(open_ones.where(Issue.area_id.in_(places))))
            seen = {one.id for one in listing.walk(tx, town.actors[login], Filters())}
        assert {one.brief.id for one in found} == set(held) | (there & seen)


@ON_ONE
def test_what_lies_in_a_cell_she_stands_in_for_is_seen_only_as_far_as_she_may(work_of, store, town, clock):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.025, lat=37.015)
        intake.report(tx, town.actors["outsider"], draft)
    absent(store, town, clock, "outsider", "worker_lin")
    assert work_of("worker_lin").issues == ()
    assert len(work_of("outsider").issues) == 1


def test_the_stamp_changes_with_the_work_and_not_with_the_time(work_of, store, town, clock):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        intake.report(tx, town.actors["dispatcher_qian"], draft)
    before = work_of("worker_lin").stamp
    assert work_of("worker_he").stamp != before
    clock.at += 40 * DAY
    assert work_of("worker_lin").stamp == before
    with store.write() as tx:
        intake.report(tx, town.actors["dispatcher_qian"], draft)
    assert work_of("worker_lin").stamp != before


def test_work_is_read_in_few_statements_however_much_there_is(store, town, scattered):
    with store.read() as tx:
        work(tx, town.actors["leader_zhao"])
    with store.read() as tx, counted(store) as sent:
        found = work(tx, town.actors["leader_zhao"])
    assert len(found.issues) > 20
    assert len(questions(sent)) <= 10
    with store.read() as tx, counted(store) as sent:
        assert work(tx, town.actors["leader_zhao"], found.stamp).issues == ()
    assert len(questions(sent)) <= 7


@ON_ONE
def test_whole_issues_leave_out_what_she_may_not_see(store, town):
    with store.write() as tx:
        mine_ = Draft("heating", "phone", "暖气不热，电话13812345678", lon=122.015, lat=37.015)
        near = intake.report(tx, town.actors["dispatcher_qian"], mine_).number
        east = Draft("heating", "phone", "暖气不热", lon=122.025, lat=37.015)
        far = intake.report(tx, town.actors["outsider"], east).number
    with store.read() as tx:
        found = whole(tx, town.actors["worker_lin"], [far, near, near, "20260101-00009"])
    assert [one.brief.number for one in found] == [near]
    assert "13812345678" not in found[0].view.description


@ON_ONE
def test_every_offer_leads_where_the_table_says(store, town):
    for login in ("worker_lin", "leader_zhao"):
        for state, rows in offered_to(town.actors[login]).items():
            assert {row.action for row in rows} >= {"note"}
            for row in rows:
                assert state in row.sources
                assert moves()[row.action][state] == (row.target or state)
    assert {row.action for row in offered_to(town.actors["worker_lin"])[State.HANDLING]} == {
        "return", "transfer", "escalate", "whistle", "ask_extend", "ask_suspend", "settle", "finish", "note", "attach",
    }  # fmt: skip
    assert advance(State.DISPATCHED, "take", [], ["holder"], {}) == moves()["take"][State.DISPATCHED]


@ON_ONE
def test_working_time_adds_up_as_the_calendar_counts_it(store, town, clock):
    with store.read() as tx:
        time, calendar = working_time(tx), rules_of(tx).calendar
    begin, end = clock.at - 20 * DAY, clock.at + 40 * DAY
    total = sum(
        (min(to, end) - max(at, begin) for at, to in time.stretches if to > begin and at < end), timedelta(0)
    )
    assert total == elapsed(begin, end, calendar)
    assert time.day == timedelta(hours=7.5)


@ON_ONE
def test_a_ground_can_be_told_as_json(ground_of):
    assert all(orjson.loads(cell.outline)["type"] == "Polygon" for cell in ground_of("worker_lin").cells)
