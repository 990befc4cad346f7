"""The desk's page of visits: counts, the list, and who is to be looked in on, by role."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server.models import Audit
from server.services import cares, visits
from server.services.cares import NewCare
from server.services.visits import NewVisit

HOME = (122.0151, 37.0151)


def uid(number):
    return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number)


@pytest.fixture
def visited(store, town):
    """A visit and an entry of care in the eighth cell, a month old; one visit is overdue."""
    lin = town.actors["worker_lin"]
    with store.write() as tx:
        agreed = (tx.now - timedelta(days=20)).date()
        cares.agree(tx, lin, NewCare(uid(1), "alone", 7, "王奶奶", "密址", "量血压", agreed, HOME))
        said = {"where": "时代嘉园3幢2单元501", "text": "电话13812345678"}
        visits.record(
            tx, lin, NewVisit(uid(2), "daily", "building", "issue", point=HOME, households=24, **said)
        )
        past = tx.now - timedelta(days=10)
        visits.record(tx, lin, NewVisit(uid(3), "care", "household", "well", care=uid(1), happened_at=past))


@pytest.mark.usefixtures("visited")
def test_names_are_for_those_on_duty_there_and_each_look_is_on_record(client_of, store):
    mine = client_of("worker_lin").get("/visits").get_data(as_text=True)
    assert ("王奶奶" in mine, "量血压" in mine, "clock-red" in mine) == (True, True, True)
    for login in ("leader_zhao", "supervisor_li"):
        theirs = client_of(login).get("/visits").get_data(as_text=True)
        assert ("王**" in theirs, "王奶奶" in theirs, "密址" in theirs) == (True, False, False), login
        assert ("13812345678" in theirs, "501" in theirs) == (False, False)
    assert "王" not in client_of("dispatcher_qian").get("/visits").get_data(as_text=True)
    with store.read() as tx:
        acts = [
            (one.kind, one.person_id)
            for one in tx.session.scalars(select(Audit).where(Audit.kind == "care.read"))
        ]
    assert len(acts) == 1, "the worker alone read names"


@pytest.mark.usefixtures("visited")
def test_visits_are_counted_by_kind_and_cell(client_of):
    page = client_of("supervisor_li").get("/visits").get_data(as_text=True)
    assert "文峰社区第八网格" in page
    assert ">24</td>" in page, "households called at"
    none = client_of("supervisor_li").get("/visits?since=2025-01-01&until=2025-01-31").get_data(as_text=True)
    assert "这段时间没有走访记录。" in none
    outside = client_of("outsider").get("/visits").get_data(as_text=True)
    assert ("第八网格" in outside, "王" in outside.split("</nav>")[-1]) == (False, False)


@pytest.mark.usefixtures("visited")
def test_the_file_holds_no_personal_facts_even_for_the_visitor(client_of, store):
    told = client_of("worker_lin").get("/visits.csv").get_data(as_text=True)
    assert "日常走访" in told
    assert [word in told for word in ("13812345678", "501", "王奶奶")] == [False, False, False]
    with store.read() as tx:
        given = tx.session.scalars(select(Audit.given).where(Audit.kind == "export")).one()
    assert given["what"] == "visits"


def test_what_cannot_be_asked_for_is_refused(client_of, app):
    app.testing = False
    asked = {login: client_of(login) for login in ("leader_zhao", "admin_wu", "handler_sun")}
    assert asked["leader_zhao"].get("/visits?kind=nothing").status_code == 422
    assert asked["leader_zhao"].get("/visits?since=yesterday").status_code == 422
    assert asked["leader_zhao"].get("/visits?area=990101002001").status_code == 404
    assert [asked[login].get("/visits").status_code for login in ("admin_wu", "handler_sun")] == [403, 403]
    assert asked["leader_zhao"].get("/visits.pmtiles").status_code == 404
