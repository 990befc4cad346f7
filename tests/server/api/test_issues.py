"""Issues over HTTP: reported once, listed to those concerned, acted on, exported."""

import csv
import io

import orjson
import pytest
from sqlalchemy import func, select

from server.models import Issue
from server.workflow import OPEN
from tests.personas import token_of
from tests.positions import KEPT, SYSTEMS, given_in

URL = "/api/v1/issues"
REPORT = {"category": "heating", "source": "phone", "description": "暖气不热，电话13812345678", "lon": 122.015,
          "lat": 37.015, "place_text": "锦华小区 3 幢 2 单元 501 室", "reporter_name": "王芳",
          "reporter_phone": "13812345678"}  # fmt: skip


@pytest.fixture
def qian(client_of):
    return client_of("dispatcher_qian")


def count(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Issue))


def test_a_report_is_answered_with_its_cell_its_holder_and_why(qian):
    answer = qian.post(URL, json=REPORT)
    told = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}/{told['number']}"
    assert told["cell"] == {"code": "990101001001008", "name": "文峰社区第八网格"}
    assert told["holder"] == {"name": "林晓", "kind": "person"}
    assert told["state"] == {"code": "dispatched", "name": "待签收"}
    assert told["reason"] == "在 文峰社区第八网格 内。"
    assert [step["action"] for step in told["log"]] == ["report", "dispatch"]
    assert told["description"] == "暖气不热，电话＊"
    assert told["reporter"] == {"name": "王**", "phone": "138****5678"}
    assert "138" not in told["summary"]


def test_what_was_answered_is_what_is_read_afterwards(qian):
    told = qian.post(URL, json=REPORT).get_json()
    assert told == {**qian.get(f"{URL}/{told['number']}").get_json(), "visit_found": None}


def test_a_retry_under_the_same_key_is_one_issue_and_the_same_answer(qian, store):
    first = qian.post(URL, json=REPORT, headers={"Idempotency-Key": "k-1"})
    again = qian.post(URL, json=REPORT, headers={"Idempotency-Key": "k-1"})
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert count(store) == 1


def test_the_same_key_for_another_report_is_refused(qian, store):
    qian.post(URL, json=REPORT, headers={"Idempotency-Key": "k-1"})
    answer = qian.post(URL, json={**REPORT, "lon": 122.005}, headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 422
    assert answer.get_json()["type"] == "urn:wangge:idempotency.reused"
    assert count(store) == 1


def test_a_refused_report_under_a_key_may_be_corrected_under_it(qian):
    key = {"Idempotency-Key": "k-1"}
    assert qian.post(URL, json={**REPORT, "category": "gone"}, headers=key).status_code == 422
    assert qian.post(URL, json=REPORT, headers=key).status_code == 201


def test_a_client_made_uid_is_kept_and_taken_once(qian):
    uid = "019cd578-f500-73d1-94a8-73daedfc03d1"
    assert qian.post(URL, json={**REPORT, "uid": uid}).get_json()["uid"] == uid
    number = qian.post(URL, json={**REPORT, "uid": uid}).get_json()["number"]
    assert qian.post(URL, json={**REPORT, "uid": uid}).get_json()["number"] == number  # its answer was lost
    assert qian.post(URL, json={**REPORT, "uid": uid, "description": "别的事"}).status_code == 409


def test_a_phones_position_is_converted_before_it_is_placed(qian):
    told = qian.post(URL, json={**REPORT, "crs": "gcj02"}).get_json()
    assert told["lon"] != REPORT["lon"]
    assert abs(told["lon"] - REPORT["lon"]) < 0.01


@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_report_comes_in_any_system_and_the_original_is_kept(qian, store, crs):
    x, y = given_in(crs, REPORT["lon"], REPORT["lat"])
    told = qian.post(URL, json={**REPORT, "lon": x, "lat": y, "crs": crs}).get_json()
    assert told["cell"]["code"] == "990101001001008"
    assert (told["lon"], told["lat"]) == pytest.approx((REPORT["lon"], REPORT["lat"]), abs=1e-9)
    with store.read() as tx:
        row = tx.session.scalars(select(Issue)).one()
        kept = (row.reported_lon, row.reported_lat, row.reported_crs)
    assert kept == (x, y, KEPT.get(crs, crs))


@pytest.mark.parametrize(
    ("crs", "x", "y", "field", "says"),
    [
        ("mars", 122.0, 37.0, "crs", "mars"),
        ("EPSG:99999", 122.0, 37.0, "crs", "EPSG:99999"),
        ("", 122.0, 37.0, "crs", "坐标系"),
        ("EPSG:4550", 122.0, 37.0, "lon", "EPSG:4550"),
        ("EPSG:4550", 4_098_000.0, 412_000.0, "lat", "写反"),
        ("EPSG:4529", 412_000.0, 4_098_000.0, "lon", "EPSG:4529"),
        ("bd09mc", 122.0, 37.0, "lon", "bd09mc"),
        ("gcj02", 37.0, 122.0, "lat", "写反"),
    ],
)
def test_a_position_that_its_system_cannot_have_is_refused_in_one_sentence(
    qian, store, crs, x, y, field, says
):
    answer = qian.post(URL, json={**REPORT, "lon": x, "lat": y, "crs": crs})
    fault = answer.get_json()["errors"][0]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert says in fault["detail"]
    assert "?" not in fault["detail"]
    assert count(store) == 0


def test_a_report_in_no_cell_waits_and_says_why(qian):
    told = qian.post(URL, json={**REPORT, "lon": 123.0}).get_json()
    assert (told["cell"], told["holder"], told["how"]) == (None, None, "outside")
    assert told["state"]["code"] == "reported"
    assert told["needs_check"]


def test_the_time_without_a_zone_is_local(qian):
    told = qian.post(URL, json={**REPORT, "happened_at": "2026-03-10T08:30"}).get_json()
    assert told["reported_at"] == "2026-03-10T00:30:00Z"


def test_an_issue_elsewhere_is_as_if_absent(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    elsewhere = client_of("outsider").get(f"{URL}/{number}")
    absent = client_of("outsider").get(f"{URL}/20260310-99999")
    assert elsewhere.status_code == absent.status_code == 404
    assert set(elsewhere.get_json()) == set(absent.get_json())


def test_an_administrator_reports_nothing_and_reads_nothing(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    wu = client_of("admin_wu")
    assert wu.post(URL, json=REPORT).status_code == 403
    assert wu.get(URL).get_json()["items"] == []
    assert wu.get(f"{URL}/{number}").status_code == 404


def test_pages_follow_each_other_to_the_end(qian, town, scattered):
    seen, query, totals = [], {"limit": 20}, []
    while True:
        told = qian.get(URL, query_string=query).get_json()
        seen += [one["number"] for one in told["items"]]
        totals.append(told["total"])
        if told["next"] is None:
            break
        query["after"] = told["next"]
    mine = [one.row.number for one in scattered
            if "/990101001/" in one.path or one.row.reporter_person_id == town.people["dispatcher_qian"]]  # fmt: skip
    assert seen == mine
    assert totals == [len(mine), *[None] * (len(totals) - 1)]


def test_the_list_the_map_and_the_files_find_the_same(qian, scattered):
    query = {"state": "open", "category": "heating", "bbox": "122.0,37.0,122.02,37.02"}
    numbers = [
        one["number"] for one in qian.get(URL, query_string={**query, "limit": 500}).get_json()["items"]
    ]
    features = orjson.loads(qian.get(f"{URL}.geojson", query_string=query).data)["features"]
    rows = list(
        csv.DictReader(io.StringIO(qian.get(f"{URL}.csv", query_string=query).data.decode("utf-8-sig")))
    )
    points = qian.get("/api/v1/clusters", query_string={**query, "zoom": 16}).get_json()["features"]
    far = qian.get("/api/v1/clusters", query_string={**query, "zoom": 12}).get_json()["features"]
    heat = qian.get("/api/v1/heat", query_string={**query, "zoom": 12}).get_json()
    assert numbers
    assert [one["id"] for one in features] == numbers
    assert [row["编号"] for row in rows] == numbers
    assert {one["properties"]["number"] for one in points} == set(numbers)
    assert sum(one["properties"]["count"] for one in far) == heat["total"] == len(numbers)


def test_the_file_speaks_the_language_asked_for(qian):
    qian.post(URL, json=REPORT)
    said = qian.get(f"{URL}.csv", headers={"Accept-Language": "en"}).data.decode("utf-8-sig")
    assert said.startswith("Number,State,Category")
    assert "Weak heating" in said


def test_a_hostile_place_is_no_formula_in_the_file(qian):
    qian.post(URL, json={**REPORT, "place_text": '=HYPERLINK("http://evil")'})
    answer = qian.get(f"{URL}.csv")
    row = next(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert row["地点"].startswith("'=")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="issues.csv"'


def test_a_refused_export_is_a_problem_and_no_half_file(qian):
    answer = qian.get(f"{URL}.csv?area=nowhere")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert qian.get(f"{URL}.pdf").status_code == 404


def act(client, number, **body):
    return client.post(f"{URL}/{number}/actions", json=body)


def test_the_loop_is_walked_over_http(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    lin, zhao = client_of("worker_lin"), client_of("leader_zhao")
    assert "take" in [one["action"] for one in lin.get(f"{URL}/{number}").get_json()["actions"]]
    assert act(lin, number, action="take").get_json()["state"]["code"] == "handling"
    assert act(lin, number, action="finish", outcome="换了阀门").get_json()["state"]["code"] == "handled"
    assert act(zhao, number, action="pass").get_json()["state"]["code"] == "verified"
    told = act(qian, number, action="survey", contacted="yes", satisfaction="satisfied").get_json()
    assert told["state"]["code"] == "closed"
    assert told["log"][3]["words"] == "换了阀门"


def test_what_the_state_does_not_offer_is_a_conflict_that_says_what_is_possible(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    answer = act(client_of("worker_lin"), number, action="pass")
    assert answer.status_code == 409
    offered = client_of("worker_lin").get(f"{URL}/{number}").get_json()["actions"]
    assert answer.get_json()["possible"] == [one["action"] for one in offered]


def test_a_stale_version_is_a_conflict(client_of, qian):
    told = qian.post(URL, json=REPORT).get_json()
    lin = client_of("worker_lin")
    assert act(lin, told["number"], action="take", version=told["version"]).status_code == 200
    stale = act(lin, told["number"], action="note", text="x", version=told["version"])
    assert stale.status_code == 409
    assert "finish" in stale.get_json()["possible"]


def test_what_an_action_needs_is_named_when_it_is_missing(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    lin = client_of("worker_lin")
    act(lin, number, action="take")
    assert act(lin, number, action="finish").status_code == 422
    assert act(client_of("worker_he"), number, action="finish", outcome="x").status_code in (403, 404)


def test_an_action_sent_again_under_its_key_is_done_once(client_of, qian):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    lin = client_of("worker_lin")
    said = [
        lin.post(f"{URL}/{number}/actions", json={"action": "take"}, headers={"Idempotency-Key": "t"})
        for _ in range(2)
    ]
    assert said[0].data == said[1].data
    assert [step["action"] for step in said[1].get_json()["log"]].count("take") == 1


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (["read"], (200, 403, 403)),
        (["report"], (403, 201, 403)),
        (["read", "report", "act"], (200, 201, 200)),
    ],
)
def test_a_token_does_what_its_scopes_say(scopes, statuses, app, qian, store):
    number = qian.post(URL, json=REPORT).get_json()["number"]
    with store.write() as tx:
        token = token_of(tx, "worker_lin", scopes)
    client, said = app.test_client(), {"Authorization": f"Bearer {token}"}
    assert client.get(f"{URL}/{number}", headers=said).status_code == statuses[0]
    assert client.post(URL, json=REPORT, headers=said).status_code == statuses[1]
    assert (
        client.post(f"{URL}/{number}/actions", json={"action": "take"}, headers=said).status_code
        == statuses[2]
    )


def test_open_means_not_ended(qian, scattered):
    states = {one["state"]["code"] for one in qian.get(f"{URL}?state=open&limit=500").get_json()["items"]}
    assert states
    assert states <= set(OPEN)
