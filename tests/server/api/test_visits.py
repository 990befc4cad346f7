"""Patrols, visits and care over the API."""

import re
from pathlib import Path
from uuid import UUID

from tests.server.test_access import routes

WAYS = re.compile(r"\b(PatrolCover|TrackPiece)\b(?!\")")
EIGHTH = "990101001001008"
PATROL, PIECE, VISIT, CARE = (
    str(UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + one)) for one in range(1, 5)
)
HOME = {"lon": 122.0151, "lat": 37.0151}


def _points(count=30, at="2026-03-10T09:{:02d}:00"):
    return [
        {"at": at.format(row), "lon": 122.0101 + row * 5e-4, "lat": 37.0151, "accuracy_m": 8.0}
        for row in range(count)
    ]


def _patrolled(client):
    begun = client.post("/api/v1/patrols", json={"uid": PATROL, "began_at": "2026-03-10T08:30"})
    assert begun.status_code == 201, begun.get_json()
    taken = client.post(f"/api/v1/patrols/{PATROL}/track", json={"uid": PIECE, "points": _points(18)})
    assert taken.status_code == 200, taken.get_json()
    return taken.get_json()


def test_a_patrol_is_walked_and_its_cover_told_to_the_walker(client_of):
    client = client_of("worker_lin")
    told = _patrolled(client)
    assert (told["points"], told["left_out"], told["ended_at"]) == (18, 0, None)
    assert 730 < told["metres"] < 780, "17 steps of 44.5 m"
    ended = client.post(f"/api/v1/patrols/{PATROL}/end", json={"ended_at": "2026-03-10T09:40"}).get_json()
    assert ended["ended_at"] == "2026-03-10T01:40:00Z"
    (cell,) = client.get("/api/v1/field/cover").get_json()["cells"]
    assert (cell["code"], len(cell["squares"]), cell["size_m"]) == (EIGHTH, 16, 50.0)
    assert cell["share"] == len(cell["squares"]) / cell["squares_total"]


def test_what_is_sent_twice_is_the_same(client_of):
    client = client_of("worker_lin")
    first = _patrolled(client)
    assert _patrolled(client) == first
    visit = {"uid": VISIT, "kind": "daily", "subject": "household", "result": "well", **HOME}
    sent = [client.post("/api/v1/visits", json=visit) for _ in range(2)]
    assert [one.status_code for one in sent] == [201, 201]
    assert sent[0].get_json() == sent[1].get_json()
    assert len(client.get("/api/v1/visits").get_json()["items"]) == 1


def test_somebody_elses_uid_is_refused(client_of, app):
    app.testing = False
    _patrolled(client_of("worker_lin"))
    other = client_of("worker_he")
    assert other.post("/api/v1/patrols", json={"uid": PATROL}).status_code == 409
    assert other.post(f"/api/v1/patrols/{PATROL}/end", json={}).status_code == 404


def _agreed(client):
    care = {"uid": CARE, "reason": "alone", "every_days": 7, "who": "王奶奶", "where": "3幢2单元501", "wish": "量血压",
            "consent_on": "2026-03-09", **HOME}  # fmt: skip
    told = client.post("/api/v1/cares", json=care)
    assert told.status_code == 201, told.get_json()
    return told.get_json()


def test_care_is_due_again_after_a_visit_and_gone_when_consent_is_withdrawn(client_of):
    client = client_of("worker_lin")
    told = _agreed(client)
    assert "王奶奶" not in str(told), "what is remembered holds no words"
    assert told["due_at"] == "2026-03-17T02:00:00Z"
    visit = {"uid": VISIT, "kind": "care", "subject": "household", "result": "well", "text": "血压正常", "care": CARE,
             "happened_at": "2026-03-10T09:30"}  # fmt: skip
    assert client.post("/api/v1/visits", json=visit).status_code == 201
    (row,) = client.get("/api/v1/field/cares").get_json()["items"]
    assert (row["who"], row["where"], row["wish"]) == ("王奶奶", "3幢2单元501", "量血压")
    assert (row["last_at"], row["due_at"]) == ("2026-03-10T01:30:00Z", "2026-03-17T01:30:00Z")
    ended = client.post(f"/api/v1/cares/{CARE}/end", json={"why": "withdrawn"}).get_json()
    assert ended["ended_at"] == "2026-03-10T02:00:00Z"
    assert client.get("/api/v1/field/cares").get_json()["items"] == []
    (kept,) = client.get("/api/v1/visits").get_json()["items"]
    assert (kept["text"], kept["care"]) == ("", True)


def test_an_issue_bears_the_visit_that_led_to_it(client_of, app):
    client = client_of("worker_lin")
    visit = {"uid": VISIT, "kind": "daily", "subject": "building", "result": "issue", **HOME}
    client.post("/api/v1/visits", json=visit)
    report = {"category": "heating", "source": "visit", "description": "暖气不热", "visit": VISIT, **HOME}
    told = client.post("/api/v1/issues", json=report).get_json()
    number = told["number"]
    assert told["visit_found"] is True
    (row,) = client.get("/api/v1/visits").get_json()["items"]
    assert row["issues"] == [number]
    assert "2026-03-10 日常走访（楼栋）时发现" in client.get(f"/issues/{number}").get_data(as_text=True)
    app.testing = False
    of_another = client_of("worker_he").post("/api/v1/issues", json=report)
    assert of_another.status_code == 201, "no word is lost"
    assert of_another.get_json()["visit_found"] is False
    alone = client.post("/api/v1/issues", json={**report, "visit": None})
    assert alone.get_json()["visit_found"] is None
    (row,) = client.get("/api/v1/visits").get_json()["items"]
    assert row["issues"] == [number], "nobody else's report hangs on it"


def test_pages_go_on_where_one_may_look_and_say_nothing_of_others(client_of, app):
    app.testing = False
    client, other = client_of("worker_lin"), client_of("handler_sun")
    for row in range(3):
        uid = str(UUID(int=UUID(VISIT).int + row))
        visit = {"uid": uid, "kind": "daily", "subject": "household", "result": "well", **HOME}
        assert client.post("/api/v1/visits", json=visit).status_code == 201
        client.post("/api/v1/patrols", json={"uid": uid, "began_at": f"2026-03-10T08:3{row}"})
    for path in ("visits", "patrols"):
        first = client.get(f"/api/v1/{path}?limit=2").get_json()
        rest = client.get(f"/api/v1/{path}?limit=2&after={first['next']}").get_json()
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        assert len({one["uid"] for one in first["items"] + rest["items"]}) == 3
        assert other.get(f"/api/v1/{path}?after={first['next']}").status_code == 422


def test_no_route_gives_anybody_elses_way_or_cover(client_of, app):
    """Whatever reads ways and covers is named here; each of its routes tells others nothing of the walker's."""
    _patrolled(client_of("worker_lin"))
    readers = {
        path.stem for path in Path("server").rglob("*.py") if WAYS.search(path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "__init__",
        "coverage",
        "field",
        "field_boxes",
        "field_keeping",
        "patrols",
        "traces",
        "tracks",
    }
    app.testing = False
    own = [
        url
        for endpoint, method, url in routes(app)
        if method == "GET" and endpoint.startswith("api_patrols.")
    ]
    assert sorted(own) == ["/api/v1/field/cover", "/api/v1/patrols"]
    for login in ("leader_zhao", "supervisor_li", "admin_wu"):
        for url in own:
            told = client_of(login).get(url)
            rows = (told.get_json() or {}).get("items") or (told.get_json() or {}).get("cells") or []
            assert told.status_code == 403 or rows == [], (login, url)
    own_way = client_of("worker_lin").get("/api/v1/patrols").get_json()["items"]
    assert len(own_way[0]["track"]) == 18, "the walker is told all that is kept"
