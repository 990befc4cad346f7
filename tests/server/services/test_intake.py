"""A report is located, explained, given to the worker on duty, and written whole or not at all."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from geo import datum
from server.errors import Conflict, InputError
from server.models import Entry, Issue, PrivateText
from server.services import intake
from server.services.drafts import Draft
from server.services.ledger import broken_chains
from server.services.private import unseal
from server.workflow import State, fold

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # what is refused is no question of the store
EIGHTH = "990101001001008"


def draft(lon=122.015, lat=37.015, **more):
    return Draft(
        **{
            "category": "heating",
            "source": "phone",
            "description": "暖气不热",
            "lon": lon,
            "lat": lat,
            **more,
        }
    )


@pytest.fixture
def report(store, town):
    """Report as a persona; gives the receipt and the stored row's values."""

    def report(one, login="dispatcher_qian"):
        with store.write() as tx:
            receipt = intake.report(tx, town.actors[login], one)
        with store.read() as tx:
            row = tx.session.get(Issue, receipt.id)
            tx.session.expunge(row)
        return receipt, row

    return report


def test_a_report_goes_to_the_worker_of_its_cell(report, town):
    receipt, row = report(draft())
    assert (row.area_id, row.holder_person_id, row.state) == (
        town.areas[EIGHTH],
        town.people["worker_lin"],
        State.DISPATCHED,
    )
    assert (row.how, row.placed["code"], row.assigned["code"]) == ("inside", "place.inside", "duty.A")
    assert receipt.number == "20260310-00001"


@ON_ONE
def test_a_report_in_gcj02_is_placed_where_it_is_and_kept_as_given(report, town):
    gcj_lon, gcj_lat = datum.wgs84_to_gcj02(122.0101, 37.0101)
    _, row = report(draft(gcj_lon, gcj_lat, crs="gcj02"))
    assert row.area_id == town.areas[EIGHTH]
    assert (row.lon, row.lat) == pytest.approx((122.0101, 37.0101), abs=1e-8)
    assert (row.reported_lon, row.reported_crs) == (gcj_lon, "gcj02")


def test_a_report_on_a_border_goes_to_the_smallest_code_and_says_so(report, town):
    _, row = report(draft(122.01, 37.015))
    assert (row.area_id, row.how, row.border) == (town.areas["990101001001003"], "edge", True)
    assert [one["code"] for one in row.runner_ups] == [EIGHTH]


def test_a_report_just_outside_goes_to_the_nearest_cell_and_wants_a_check(report, town):
    _, row = report(draft(122.005, 36.9998))
    assert (row.area_id, row.how, row.needs_check) == (town.areas["990101001001001"], "nearest", True)
    assert row.distance_m == pytest.approx(22.2, abs=0.5)


def test_a_report_outside_every_cell_waits_at_the_desk_with_the_reason(report, town):
    receipt, row = report(draft(122.5, 37.5))
    assert (row.area_id, row.state, row.holder_person_id) == (town.areas["990101"], State.REPORTED, None)
    assert (row.placed["code"], row.assigned["code"], receipt.holder) == (
        "place.outside",
        "duty.no_cell",
        None,
    )


@ON_ONE
def test_an_inaccurate_position_names_the_cells_it_may_lie_in(report):
    _, row = report(draft(122.0101, 37.015, accuracy_m=30))
    assert (row.how, row.border) == ("inside", True)
    assert [one["code"] for one in row.runner_ups] == ["990101001001003"]


def test_words_about_people_are_sealed_and_the_entry_holds_none_of_them(report, store):
    words = {"description": "我叫王五，电话13812345678，301室漏水", "place_text": "时代嘉园28幢2单元301",
             "reporter_name": "王五", "reporter_phone": "13812345678"}  # fmt: skip
    _, row = report(draft(**words))
    with store.read() as tx:
        texts = {one.kind: unseal(tx, one) for one in tx.session.scalars(select(PrivateText))}
        stored = [str(entry.given) for entry in tx.session.scalars(select(Entry))]
    assert texts == {"place" if kind == "place_text" else kind: said for kind, said in words.items()}
    for secret in ("13812345678", "王五", "301"):
        assert secret not in row.summary + row.place_text
    for secret in ("13812345678", "王五", "漏水"):
        assert secret not in "".join(stored)


def test_entries_fold_to_the_stored_issue_and_chain(report, store):
    _, row = report(draft())
    with store.read() as tx:
        entries = tx.session.scalars(select(Entry).order_by(Entry.seq)).all()
        folded = fold((one.action, one.to_state, one.given) for one in entries)
        assert broken_chains(tx) == []
    assert [one.action for one in entries] == ["report", "dispatch"]
    assert (folded.state, folded.holder, folded.round) == (
        row.state,
        ("person", row.holder_person_id),
        row.round,
    )


def test_finished_history_comes_in_closed_without_a_holder(report, store, clock):
    ended = clock.at - timedelta(days=30)
    _, row = report(draft(happened_at=ended - timedelta(days=2), closed_at=ended))
    assert (row.state, row.ended_at, row.holder_person_id) == (State.CLOSED, ended, None)
    assert row.number.startswith("20260206-")


def test_numbers_count_by_local_day_and_never_repeat(store, town, clock):
    late = clock.at.replace(hour=15, minute=59)  # 23:59 in Shanghai
    clock.at = late + timedelta(hours=1)
    with store.write() as tx:
        instants = [late, late + timedelta(minutes=2), late]
        some = [draft(happened_at=at) for at in instants]
        numbers = [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], some)]
    assert numbers == ["20260310-00001", "20260311-00001", "20260310-00002"]


@ON_ONE
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"lon": float("nan")}, "coordinate.not_finite"),
        ({"lon": float("inf")}, "coordinate.not_finite"),
        ({"lon": 37.0, "lat": 122.0}, "coordinate.swapped"),
        ({"lon": 312.5}, "coordinate.out_of_range"),
        ({"lon": 0.0, "lat": 0.0}, "coordinate.null_island"),
        ({"lon": None}, "coordinate.missing"),
        ({"category": "unheard-of"}, "category.unknown"),
        ({"source": "telepathy"}, "source.unknown"),
        ({"description": "长" * 1_000_000}, "field.too_long"),
        ({"crs": "mars"}, "datum.unknown"),
        ({"accuracy_m": -1.0}, "field.invalid"),
        ({"description": " \u200b\n"}, "field.missing"),
        ({"happened_at": datetime(1, 1, 2, tzinfo=UTC)}, "time.too_early"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused_and_nothing_is_written(store, town, wrong, code):
    with pytest.raises(InputError) as refused, store.write() as tx:
        intake.report_many(tx, town.actors["worker_lin"], [draft(), draft(**wrong)])
    assert refused.value.code == code
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Issue)) == 0


def test_a_uid_is_taken_once(report):
    uid = uuid4()
    report(draft(uid=uid))
    with pytest.raises(Conflict):
        report(draft(uid=uid))
