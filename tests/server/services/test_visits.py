"""Visits and care: what counts, what is sealed, what is blanked when, and who reads names is on record."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server.errors import Conflict, InputError, NotFound
from server.models import Audit, Care, Duty, Visit
from server.services import care_rows, cares, patrols, retention, visit_rows, visits
from server.services.visits import NewVisit
from tests.server.services.calling import CARE, HOME, called, uid

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def lin(town):
    return town.actors["worker_lin"]


def test_words_of_visits_go_with_their_time_and_the_figures_stay(store, lin, clock):
    called(store, lin)
    clock.at += timedelta(days=366)
    assert retention.purge(store).visits == 2
    with store.read() as tx:
        rows = tx.session.scalars(select(Visit)).all()
        assert [(one.box, one.kind) for one in rows] == [(None, "daily"), (None, "care")]
        assert tx.session.scalars(select(Care.box)).one() is not None, "care goes on until it is ended"


def test_a_withdrawn_consent_takes_all_words_at_once_and_what_comes_later_too(store, town, lin):
    called(store, lin)
    with store.write() as tx:
        cares.end(tx, town.actors["leader_zhao"], uid(5), "withdrawn")
        visits.record(tx, lin, NewVisit(uid(8), "care", "household", "well", "3幢501", "还好", care=uid(5)))
    with store.read() as tx:
        one = tx.session.scalars(select(Care)).one()
        assert (one.box, one.ended_at is not None) == (None, True)
        boxed = [visit.uid for visit in tx.session.scalars(select(Visit)) if visit.box]
        assert boxed == [uid(6)]
    with store.write() as tx, pytest.raises(NotFound):
        cares.end(tx, town.actors["outsider"], uid(5), "withdrawn")


@ON_ONE
def test_a_visit_counts_for_whom_the_visitor_answered_when_it_was_made(store, town, lin, clock):
    called(store, lin)
    began = clock.at
    clock.at += timedelta(days=2)
    with store.write() as tx:
        tx.session.query(Duty).filter_by(person_id=lin.person_id).update(
            {"ends_at": began + timedelta(days=1)}
        )
    made = NewVisit(uid(9), "care", "household", "well", "", "还好", care=uid(5))
    with store.write() as tx:
        with pytest.raises(NotFound):
            visits.record(tx, lin, made)
        visits.record(tx, lin, replace(made, happened_at=began + timedelta(hours=1)))
        assert tx.session.scalars(select(Care.last_at)).one() == began + timedelta(hours=1)


@ON_ONE
def test_a_visit_of_care_lies_in_their_cell_and_where_they_live_is_sealed(store, lin):
    called(store, lin)
    with store.write() as tx:
        away = NewVisit(
            uid(9), "care", "household", "well", care=uid(5), point=(122.0151, 37.0045), accuracy_m=9.0
        )
        assert visits.record(tx, lin, away).cell == "990101001001008"
        kept = visit_rows.opened(tx, tx.session.scalars(select(Visit).where(Visit.uid == uid(9))).one())
        assert (kept.lon, kept.lat, kept.accuracy_m) == (*HOME, None)
        assert not {"lon", "lat", "place_id"} & {*Care.__table__.c.keys(), *Visit.__table__.c.keys()}


@ON_ONE
def test_the_same_uid_for_something_else_or_none_at_all_is_refused(store, lin):
    called(store, lin)
    visit = NewVisit(uid(6), "daily", "household", "well", "3幢", "都好", HOME)
    nil = UUID(int=0)
    with store.write() as tx:
        assert visits.record(tx, lin, visit).uid == uid(6)
        assert cares.agree(tx, lin, CARE).uid == uid(5)
        for other in (replace(visit, text="不好"), replace(visit, result="away")):
            with pytest.raises(Conflict, match=r"uid\.taken"):
                visits.record(tx, lin, other)
        with pytest.raises(Conflict, match=r"uid\.taken"):
            cares.agree(tx, lin, replace(CARE, wish="买菜"))
        with pytest.raises(InputError, match=r"field\.not_uuid"):
            patrols.begin(tx, lin, nil, None)
        patrols.begin(tx, lin, uid(1), tx.now)
        with pytest.raises(InputError, match=r"field\.not_uuid"):
            patrols.take(tx, lin, uid(1), nil, [])


@ON_ONE
def test_reading_of_names_is_on_record_once_a_day_whichever_process_told_them(store, lin):
    called(store, lin)
    with store.read() as tx:
        rows = care_rows.due(tx, lin)
    for _ in range(2):
        care_rows.note_read(store, lin, rows)
        store.shelf.clear()  # as another process
    with store.read() as tx:
        assert tx.session.query(Audit).filter_by(kind="care.read").count() == 1
