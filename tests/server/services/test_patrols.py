"""Patrols: what is taken, what is left out and counted, and that nobody but the walker is told."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from sqlalchemy import select

from geo.plots import boxes, middles, plots_at
from server.config import load
from server.db import Store
from server.errors import Conflict, InputError, NotFound
from server.models import Care, Patrol, PatrolCover, TrackPiece, Visit
from server.services import (
    care_rows,
    coverage,
    field_boxes,
    patrols,
    resealing,
    retention,
    visits,
)
from server.services.calendars import shipped_calendar
from server.services.locating import open_locator
from server.services.private import open_box
from server.services.tracks import Point, bound, is_working
from server.services.visits import NewVisit
from tests.server.services.calling import HOME, called, uid

NINE = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai, a Tuesday
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def way(count, start=NINE, each=20 * SECOND, lon=122.0105, lat=37.0151, step=2.5e-4, accuracy=8.0):
    return [Point(start + row * each, lon + row * step, lat, accuracy) for row in range(count)]


@pytest.fixture
def lin(town):
    return town.actors["worker_lin"]


@pytest.fixture
def take(store, lin):
    """Hand in points of worker_lin's patrol, begun at half past eight."""

    def take(points, piece=11, number=1):
        with store.write() as tx:
            patrols.begin(tx, lin, uid(number), NINE - 30 * MINUTE)
            return patrols.take(tx, lin, uid(number), uid(piece), points)

    return take


def covered(store, actor):
    with store.read() as tx:
        return {one.code: set(one.plots) for one in coverage.mine(tx, actor)}


def test_points_outside_working_hours_are_left_out_counted_and_never_stored(store, take, clock, lin):
    clock.at = NINE + timedelta(hours=12)
    noon = NINE + timedelta(hours=3)
    told = take([*way(10), *way(10, noon, lon=122.0150), *way(5, NINE + timedelta(hours=10), lon=122.0170)])
    assert (told.points, told.left_out) == (10, 15)
    with store.read() as tx:
        ((one,), _more) = patrols.theirs(tx, lin)
        assert [point[0] for point in one["track"]] == [point.at.isoformat() for point in way(10)]
    assert covered(store, lin)["990101001001008"] == set(
        plots_at(*np.array([p[1:3] for p in way(10)]).T).tolist()
    )


def test_sundays_holidays_and_breaks_are_no_working_hours():
    calendar = shipped_calendar(ZoneInfo("Asia/Shanghai"))
    assert is_working(calendar, NINE)
    free = [
        "2026-03-08T02:00",
        "2026-02-17T02:00",
        "2026-03-10T00:29:59",
        "2026-03-10T04:00",
        "2026-03-10T09:30",
    ]
    assert [at for at in free if is_working(calendar, datetime.fromisoformat(at).replace(tzinfo=UTC))] == []


@ON_ONE
def test_points_before_and_after_the_patrol_are_left_out(store, take, lin):
    with store.write() as tx:
        patrols.begin(tx, lin, uid(1), NINE)
        patrols.end(tx, lin, uid(1), NINE + MINUTE)
    told = take([*way(2, NINE - 5 * MINUTE), *way(4), *way(3, NINE + 10 * MINUTE)])
    assert (told.points, told.left_out) == (4, 5), "four points in a minute, both ends included"


@ON_ONE
def test_what_cannot_be_is_left_out_and_counted(take):
    vague = way(1, NINE + 5 * MINUTE, accuracy=100.1)
    leap = [Point(NINE + 7 * MINUTE, 122.05, 37.05, 5.0)]  # four kilometres in two seconds
    told = take([*way(1, NINE + 6 * MINUTE + 58 * SECOND), *leap, *vague, *way(2, NINE, lon=122.0105)])
    assert (told.points, told.left_out) == (3, 2)


@ON_ONE
@pytest.mark.parametrize("seed", range(3))
def test_however_often_and_in_whatever_order_pieces_come_the_cover_is_the_same(store, take, clock, lin, seed):
    clock.at = NINE + timedelta(hours=1)
    dice, points = random.Random(seed), way(60, step=1.4e-4)
    pieces = [(start, points[start : start + 10]) for start in range(0, 60, 10)]
    sent = [*pieces, *dice.sample(pieces, 3)]
    dice.shuffle(sent)
    for start, piece in sent:
        told = take(piece, piece=100 + start)
    assert covered(store, lin)["990101001001008"] == set(
        plots_at(*np.array([p[1:3] for p in points]).T).tolist()
    )
    assert told.points + told.left_out <= 60
    with store.read() as tx:
        assert tx.session.query(TrackPiece).count() == 6


def test_a_piece_again_after_its_points_are_gone_counts_nothing_twice(store, take, clock):
    first = take(way(20))
    clock.at += timedelta(days=9)
    assert retention.purge(store).tracks == 1
    with store.read() as tx:
        assert tx.session.scalars(select(Patrol.newest)).one() is None
    assert replace(take(way(20)), ended_at=None) == first


def test_raw_points_go_after_their_days_and_the_squares_after_a_month(store, take, clock, lin):
    take(way(20))
    clock.at += timedelta(days=7) - MINUTE
    retention.purge(store)
    with store.read() as tx:
        assert tx.session.scalars(select(TrackPiece.box)).one() is not None
    clock.at += MINUTE
    assert retention.purge(store).tracks == 1
    with store.read() as tx:
        one = tx.session.scalars(select(Patrol)).one()
        assert (one.newest is None, one.ended_at is not None) == (False, True), "ended with its day"
        assert tx.session.query(PatrolCover).count() == 1
        assert tx.session.scalars(select(TrackPiece.box)).one() is None, (
            "that it came stays, its points do not"
        )
    with store.write() as tx:
        visits.record(tx, lin, NewVisit(uid(6), "daily", "building", "well", point=HOME, patrol=uid(1)))
    clock.at += timedelta(days=25)
    assert retention.purge(store).covers == 1
    with store.write() as tx:
        assert [tx.session.query(table).count() for table in (Patrol, TrackPiece, Visit)] == [0, 0, 1]
        late = NewVisit(uid(7), "daily", "building", "well", point=HOME, patrol=uid(1))
        assert visits.record(tx, lin, late).cell == "990101001001008", "a forgotten patrol holds no visit up"


@ON_ONE
def test_with_no_days_no_point_is_ever_stored(store, lin, clock):
    options = {"dir": str(store.folder), "database_url": store.config.url, "track_days": 0}
    none = Store(load(options, environment={}), clock)
    with none.write() as tx:
        patrols.begin(tx, lin, uid(1), NINE - 30 * MINUTE)
        evening = way(3, NINE + timedelta(hours=10))
        told = patrols.take(tx, lin, uid(1), uid(2), [*way(20), *evening])
        assert patrols.take(tx, lin, uid(1), uid(2), [*way(20), *evening]) == told
        assert tx.session.scalars(select(TrackPiece.box)).all() == [None]
        box = tx.session.scalars(select(Patrol.newest)).one()
        assert orjson.loads(open_box(tx, box, bound("patrol", uid(1))))[1:] == [None, None, None]
    assert (told.points, told.left_out) == (20, 3)
    assert len(covered(none, lin)["990101001001008"]) > 5
    none.close()


@ON_ONE
def test_nothing_is_kept_of_where_somebody_walked_outside_their_own_cells(store, take, lin):
    take(way(40, lon=122.0176))  # the cell ends at 122.02, and beyond it is another subdistrict's
    assert set(covered(store, lin)) == {"990101001001008"}


@ON_ONE
def test_cells_share_no_square_and_each_has_those_whose_middle_it_holds(store, town):
    with store.read() as tx:
        grid = open_locator(tx)
        own = [coverage.plots_of(tx, grid, row) for row in range(len(grid.area_ids))]
    every = np.concatenate(own)
    assert len(np.unique(every)) == len(every)
    for row, plots in enumerate(own):
        assert set(grid.locator.locate(*middles(plots)).tolist()) == {row}
        box = boxes(plots)
        sides = (box[:, 2] - box[:, 0]) * 88_800, (box[:, 3] - box[:, 1]) * 110_980
        assert 49.5 < min(side.min() for side in sides) <= max(side.max() for side in sides) < 50.5


@ON_ONE
def test_walking_all_of_a_cell_covers_the_whole_of_it(store, town, lin, take):
    with store.read() as tx:
        grid = open_locator(tx)
        row = grid.codes.tolist().index("990101001001008")
        lon, lat = middles(coverage.plots_of(tx, grid, row))
    with store.write() as tx:
        patrols.begin(tx, lin, uid(1), NINE)
        coverage.add(tx, lin, tx.session.scalars(select(Patrol)).one(), lon, lat)
    with store.read() as tx:
        (one,) = coverage.mine(tx, lin)
    assert (one.share, len(one.plots)) == (1.0, one.total)


def test_a_patrol_is_its_walkers_alone(store, town, take, lin):
    take(way(20))
    for login in ("leader_zhao", "supervisor_li", "admin_wu", "worker_he", "outsider"):
        other = town.actors[login]
        assert covered(store, other).get("990101001001008", set()) == set(), login
        with store.write() as tx:
            assert patrols.theirs(tx, other) == ([], None)
            with pytest.raises(NotFound):
                patrols.end(tx, other, uid(1), None)
            with pytest.raises(Conflict):
                patrols.begin(tx, other, uid(1), None)


def test_all_of_it_is_sealed_anew_with_a_new_key_and_stands_the_doctor(store, take, lin):
    take(way(20))
    called(store, lin)
    assert resealing.rotate(store).field == 5, "piece, newest point, care, two visits"
    with store.read() as tx:
        assert {one.name: one.count for one in resealing.listed(tx)}["k1"] == 0
        assert list(field_boxes.examined(tx)) == []
        assert care_rows.opened(tx, tx.session.scalars(select(Care)).one()).who == "王奶奶"


@ON_ONE
def test_no_word_lies_open_in_the_rows(store, take, lin):
    take(way(20))
    called(store, lin)
    with store.read() as tx:
        for table, column, _kind in field_boxes.BOXES:
            for row in tx.session.scalars(select(table)):
                held = bytes(getattr(row, column) or b"")
                assert not any(word.encode() in held for word in ("王", "血压", "122.0", "都好"))


@ON_ONE
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accuracy_m": -1.0}, "points.1.accuracy_m"),
        ({"accuracy_m": 1e308}, "points.1.accuracy_m"),
        ({"at": datetime(9999, 12, 31, tzinfo=UTC)}, "points.1.at"),
        ({"at": datetime(1969, 1, 1, tzinfo=UTC)}, "points.1.at"),
    ],
)
def test_a_point_that_cannot_be_is_named_and_nothing_is_taken_in(take, changes, field):
    first, second = way(2)
    with pytest.raises(InputError) as caught:
        take([first, second._replace(**changes)])
    assert caught.value.values["field"] == field
