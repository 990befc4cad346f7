"""Hot spots on pages and over HTTP: who sees them, how one click becomes an issue, and the way back."""

import re

import pytest

from server.db import Store
from server.services import hotspots
from server.services.hotspots import Asked
from tests.server.services.test_hotspots import HOT, burning, wide

__all__ = ["burning", "wide"]  # fixtures
ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # nothing in it depends on the store
ASKED = {"category": "heating", "key": HOT, "of": "heating"}


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@ON_ONE
def test_from_the_list_to_the_inspection_and_back(store: Store, burning, client_of):
    client = client_of("supervisor_li")
    page = client.get("/hotspots?category=heating")
    assert "供暖不热类三周连续显著偏高" in said(page)
    assert f"/hotspots/inspect?category=heating&amp;key={HOT}" in page.get_data(as_text=True)
    step = client.get("/hotspots/inspect", query_string=ASKED)
    assert "立即派给值守的林晓" in said(step)
    done = client.post("/hotspots/inspect", data={**ASKED, "description": "逐户看一遍"})
    issue = client.get(done.location)
    assert (done.status_code, "逐户看一遍" in said(issue)) == (303, True)
    (back,) = re.findall(r'href="(/hotspots[^"]*#[^"]+)"', issue.get_data(as_text=True))
    assert back == f"/hotspots?category=heating#hot-heating-{HOT}"
    assert f'id="hot-heating-{HOT}"' in page.get_data(as_text=True)
    again = client.get("/hotspots/inspect", query_string=ASKED)
    assert done.location in again.get_data(as_text=True)
    assert client.post("/hotspots/inspect", data=ASKED).location == done.location


@ON_ONE
def test_a_worker_sees_the_hot_spots_of_the_own_area_and_makes_no_inspection(app, burning, client_of):
    app.testing = False
    client = client_of("worker_lin")
    page = client.get("/hotspots").get_data(as_text=True)
    assert "文峰社区第八网格" in page
    assert "文峰社区第三网格" not in page
    assert "/hotspots/inspect" not in page
    assert client.get("/hotspots/inspect", query_string=ASKED).status_code == 403
    assert client_of("outsider").post("/hotspots/inspect", data=ASKED).status_code == 404
    assert client_of("supervisor_li").post("/hotspots/inspect", data={"key": ""}).status_code == 422


@ON_ONE
def test_what_is_told_over_http_is_what_the_service_finds(store, burning, client_of):
    client = client_of("supervisor_li")
    told = client.get("/api/v1/hotspots?category=heating").get_json()
    with store.read() as tx:
        found = hotspots.find(tx, burning.actors["supervisor_li"], Asked(category="heating"))
    assert [(one["key"], one["count"]) for one in told["items"]] == [
        (one.key, one.count) for one in found.spots
    ]
    assert (told["measure"], told["short"], told["frame"]["name"]) == ("per_household", None, "西苑街道")
    for one in told["items"]:
        assert client.get("/api/v1/issues", query_string=one["query"]).get_json()["total"] == one["count"]
    drawn = client.get("/api/v1/hotspots.geojson?category=heating").get_json()["features"]
    assert [one["id"] for one in drawn] == [one.key for one in found.spots]
    lines = client.get("/api/v1/hotspots.csv?category=heating").get_data(as_text=True).splitlines()
    assert len(lines) == 1 + len(found.spots)


@ON_ONE
def test_an_inspection_over_http_is_made_once(burning, client_of):
    client = client_of("supervisor_li")
    body = {"category": "heating", "key": HOT}
    told = [client.post("/api/v1/hotspots/inspections", json=body) for _ in range(2)]
    assert [one.status_code for one in told] == [201, 201]
    assert [one.get_json()["is_new"] for one in told] == [True, False]
    assert len({one.get_json()["number"] for one in told}) == 1


@ON_ONE
@pytest.mark.parametrize(
    "query", ["weeks=1", "weeks=x", "units=hexagons", "category=luck", "area=nowhere", "q=x"]
)
def test_what_cannot_be_asked_is_refused_with_its_reason(town, client_of, query):
    answer = client_of("supervisor_li").get(f"/api/v1/hotspots?{query}")
    assert answer.status_code == (404 if "area" in query else 422)
    assert answer.get_json()["detail"]
