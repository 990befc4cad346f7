"""Exports as pages and through the API: small ones at once, large ones made later, nobody else's."""

import csv
import io

import pytest

from server.services import exporting, listing
from server.services.filters import Filters
from tests.personas import token_of
from tests.server.services.bulletins import SHIPPED

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOWHERE = "01990000-0000-7000-8000-000000000000"


@pytest.fixture
def li(client_of, scattered):
    return client_of("supervisor_li")


def test_a_small_list_is_handed_out_at_once_with_the_rows_of_the_list(li, store, town):
    page = li.get("/exports/new?kind=issues&state=open").text
    assert "状态：未结" in page
    refused = li.get("/exports/now?format=csv")
    assert (refused.status_code, "issues（事件）" in refused.text) == (422, True)
    assert "类别：各类事件合计" in li.get("/exports/new?kind=hotspots&category=all&units=lattice").text
    answer = li.post("/exports", data={"kind": "issues", "format": "csv", "state": "open"})
    assert answer.status_code == 303
    told = li.get(answer.headers["Location"])
    rows = list(csv.reader(io.StringIO(told.data.decode("utf-8-sig"), newline="")))[1:]
    with store.read() as tx:
        wanted = Filters.parse({"state": "open"}, tx.config.zone)
        numbers = [one.number for one in listing.walk(tx, town.actors["supervisor_li"], wanted)]
    assert [row[0] for row in rows] == numbers != []
    assert "issues.csv" in told.headers["Content-Disposition"]


def test_a_large_one_waits_on_the_page_is_made_fetched_and_taken_away(li, store, client_of):
    assert "还没有导出文件" in li.get("/exports").text
    assert li.post("/exports", data={"kind": "issues", "format": "pmtiles"}).headers["Location"] == "/exports"
    assert "排队" in li.get("/exports").text
    exporting.work(store)
    page = li.get("/exports").text
    assert "已做好" in page
    (job,) = li.get("/api/v1/exports").get_json()["items"]
    told = li.get(f"/exports/{job['uid']}/file")
    assert (told.status_code, len(told.data), told.data[:7]) == (200, job["size"], b"PMTiles")
    assert told.headers["Cache-Control"] == "private, no-store"
    told.close()
    other = client_of("worker_lin")
    assert [other.get(f"/exports/{uid}/file").status_code for uid in (job["uid"], NOWHERE, "x")] == [404] * 3
    assert li.post(f"/exports/{job['uid']}/delete").status_code == 303
    assert "还没有导出文件" in li.get("/exports").text


def test_where_no_job_process_runs_the_page_says_so(li, clock):
    li.post("/exports", data={"kind": "cells", "format": "pmtiles", "level": "community"})
    assert "后台任务没有在运行" not in li.get("/exports").text
    clock.at += exporting.shelf.STALLED * 2
    assert "后台任务没有在运行" in li.get("/exports").text


@pytest.mark.parametrize(
    ("scope", "status"), [("read", (201, 200)), ("report", (403, 403)), ("act", (403, 403))]
)
def test_a_token_that_reads_has_files_made_and_none_changes_the_template(app, li, store, scope, status):
    body = {"kind": "cells", "format": "xlsx", "filters": {"level": "community", "period": "year"}}
    with store.write() as tx:
        said, admin = (
            {"Authorization": f"Bearer {token_of(tx, login, [scope])}"}
            for login in ("supervisor_li", "admin_wu")
        )
    uid, client = li.post("/api/v1/exports", json=body).get_json()["uid"], app.test_client()
    asked = client.post("/api/v1/exports", json={**body, "format": "csv"}, headers=said)
    taken = client.delete(f"/api/v1/exports/{uid}", headers=said)
    assert (asked.status_code, taken.status_code) == status
    for path in ("/bulletin/template", "/bulletin/template/remove"):
        sent = {"file": (io.BytesIO(SHIPPED.read_bytes()), "a.docx")}
        assert client.post(path, data=sent, headers=admin).status_code == 403


def test_a_program_asks_looks_and_fetches_and_what_cannot_be_is_refused(li, store, client_of):
    body = {"kind": "cells", "format": "xlsx", "filters": {"level": "community", "period": "year"}}
    asked = li.post("/api/v1/exports", json=body)
    job = asked.get_json()
    assert (asked.status_code, job["state"], job["file"]) == (201, "waiting", "")
    assert li.get(f"/api/v1/exports/{job['uid']}/file").status_code == 409
    exporting.work(store)
    job = li.get(f"/api/v1/exports/{job['uid']}").get_json()
    told = li.get(job["file"])
    assert (job["state"], told.data[:2]) == ("done", b"PK")
    told.close()
    for bad in (
        {"kind": "people"},
        {"format": "doc"},
        {"filters": {"level": "planet"}},
        {"filters": {"state": "open"}},
    ):
        assert li.post("/api/v1/exports", json={**body, **bad}).status_code == 422
    other = client_of("worker_lin")
    for act in (other.get, other.delete):
        assert [act(f"/api/v1/exports/{uid}").status_code for uid in (job["uid"], NOWHERE, "x")] == [404] * 3
    assert li.delete(f"/api/v1/exports/{job['uid']}").status_code == 200
    assert li.get("/api/v1/issues.pmtiles").status_code == 422
    assert li.get("/api/v1/issues.gpkg").data[:6] == b"SQLite"
