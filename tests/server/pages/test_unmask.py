"""Asking to see an issue whole, on its page and by the API."""

import pytest
from sqlalchemy import func, select

from server.models import Audit, RememberedAnswer
from server.services import intake
from server.services.drafts import Draft

PHONE, NAME = "13812345678", "王五"


@pytest.fixture
def number(store, town):
    draft = Draft("heating", "phone", f"我叫{NAME}，电话{PHONE}", lon=122.015, lat=37.015, reporter_name=NAME,
                  reporter_phone=PHONE)  # fmt: skip
    with store.write() as tx:
        return intake.report(tx, town.actors["dispatcher_qian"], draft).number


def times(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).where(Audit.kind == "unmask"))


def test_the_page_shows_it_this_once_and_hides_it_again(client_of, number, store):
    client = client_of("worker_lin")
    before = client.get(f"/issues/{number}").text
    assert PHONE not in before
    assert "王** 138****5678" in before
    assert f'action="/issues/{number}/unmask"' in before
    shown = client.post(f"/issues/{number}/unmask", data={"why": "visit"})
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert PHONE in shown.text
    assert NAME in shown.text
    assert PHONE not in client.get(f"/issues/{number}").text
    assert times(store) == 1


@pytest.mark.parametrize(("login", "status"), [("outsider", 404), ("worker_he", 404), ("admin_wu", 403)])
def test_whoever_may_not_gets_no_page_and_no_answer(client_of, number, store, login, status):
    client = client_of(login)
    for path in (f"/issues/{number}/unmask", f"/api/v1/issues/{number}/unmask"):
        sent = {"json": {"why": "visit"}} if "/api/" in path else {"data": {"why": "visit"}}
        answer = client.post(path, **sent)
        assert answer.status_code == status
        assert PHONE not in answer.text
    assert times(store) == 0


def test_the_api_shows_it_each_time_anew_and_keeps_no_answer(client_of, number, store):
    client = client_of("dispatcher_qian")
    assert PHONE not in client.get(f"/api/v1/issues/{number}").text
    for _ in range(2):
        answer = client.post(f"/api/v1/issues/{number}/unmask", json={"why": "callback"},
                             headers={"Idempotency-Key": "k-1"})  # fmt: skip
        assert answer.get_json()["reporter"] == {"name": NAME, "phone": PHONE}
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert times(store) == 2
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(RememberedAnswer)) == 0


def test_a_purpose_that_is_none_is_refused(client_of, number):
    refused = client_of("dispatcher_qian").post(f"/api/v1/issues/{number}/unmask", json={"why": "curiosity"})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "why")


def test_an_export_holds_nothing_personal_and_is_written_down_without_what_was_searched_for(
    client_of, number, store
):
    answer = client_of("supervisor_li").get("/api/v1/issues.csv?q=王&state=open")
    assert PHONE not in answer.text
    with store.read() as tx:
        row = tx.session.scalars(select(Audit).where(Audit.kind == "export")).one()
        assert row.given == {"what": "issues", "form": "csv", "filters": {"q": "…", "state": "open"}}
