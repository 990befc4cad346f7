"""The page that follows a change of grid: what lies elsewhere, for whom, moved on confirmation."""

import re

import pytest
import shapely

from server.services import intake
from server.services.drafts import Draft
from tests.personas import SIDE
from tests.server.services.redrawing import redraw

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def changed(store, town):
    """Three issues in the second cell, which then loses their place to the eighth."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "heating is cold", lon=122.015, lat=37.0085)
        numbers = [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], [draft] * 3)]
    redraw(
        store,
        c1001008=shapely.box(122.01, 37.007, 122.01 + SIDE, 37.01 + SIDE),
        c1001002=shapely.box(122.01, 37.0, 122.01 + SIDE, 37.007),
    )
    return numbers


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_the_tree_of_areas_says_that_issues_lie_elsewhere(changed, client_of):
    assert "有 3 件未结事件落在别的网格" in said(client_of("leader_zhao").get("/areas"))
    for login in ("worker_he", "admin_wu", "outsider"):
        assert "落在别的网格" not in said(client_of(login).get("/areas")), login


def test_the_page_counts_from_where_to_where_and_lists_the_issues(changed, client_of):
    page = client_of("dispatcher_qian").get("/regrid")
    assert "文峰社区第二网格 文峰社区第八网格 3" in said(page)
    assert all(number in said(page) for number in changed)
    assert 'action="/regrid"' in page.get_data(as_text=True)


def test_a_leader_elsewhere_sees_none_of_it_and_moves_nothing(changed, client_of):
    outsider = client_of("outsider")
    assert "没有未结事件落在别的网格" in said(outsider.get("/regrid"))
    assert "moved=0" in outsider.post("/regrid").headers["Location"]
    assert "共 3 件" in said(client_of("leader_zhao").get("/regrid"))


@pytest.mark.parametrize("login", ["worker_he", "handler_sun", "admin_wu"])
def test_who_may_not_correct_may_not_come_here(app, changed, client_of, login):
    app.testing = False
    assert client_of(login).get("/regrid").status_code == 403
    assert client_of(login).post("/regrid").status_code == 403


def test_confirming_moves_them_and_says_what_became_of_them(changed, client_of):
    client = client_of("leader_zhao")
    done = client.post("/regrid")
    assert done.status_code == 303
    result = said(client.get(done.headers["Location"]))
    assert "已移到新网格 3 件" in result
    assert "承办人不变、请负责人核对：3 件" in result
    log = said(client.get(f"/issues/{changed[0]}"))
    assert "网格已调整，由 文峰社区第二网格 改到 文峰社区第八网格。" in log
    assert "赵敏" in log
    told = client.get(f"/api/v1/issues/{changed[0]}").get_json()["log"][-1]
    assert (told["action"], told["words"]) == (
        "correct",
        "网格已调整，由 文峰社区第二网格 改到 文峰社区第八网格。",
    )


def test_confirming_with_reassignment_gives_them_to_the_new_worker(changed, client_of):
    client = client_of("leader_zhao")
    result = said(client.get(client.post("/regrid", data={"reassign": "1"}).headers["Location"]))
    assert "改派给新网格的当值人：3 件" in result
    log = said(client.get(f"/issues/{changed[0]}"))
    assert "文峰社区第八网格 的网格员 林晓 当值" in log
    assert "派给 何平" in log


def test_the_page_speaks_english(changed, client_of):
    client = client_of("leader_zhao")
    client.post("/language", data={"language": "en", "next": "/regrid"})
    page = client.get("/regrid?moved=3&dispatched=1&reassigned=1&flagged=1").get_data(as_text=True)
    main = page[page.index('<main id="main"') :]
    words = main.replace("文峰社区第二网格", "").replace("文峰社区第八网格", "").replace("何平", "")
    assert not CHINESE.search(words)


@pytest.mark.parametrize("query", ["after=x&moved=%F0", "after=-1&moved=1e9", "after=" + "9" * 400])
def test_an_address_that_was_tampered_with_is_no_fault(changed, client_of, query):
    assert client_of("leader_zhao").get(f"/regrid?{query}").status_code == 200
