"""Cells, areas, workers, positions, and who asks: each in the asker's own areas."""

from datetime import timedelta

import orjson
import pytest

from server.models import Leave
from tests.personas import token_of
from tests.positions import SYSTEMS, given_in

API = "/api/v1"


def test_cells_come_as_outlines_with_what_is_open(client_of, scattered):
    answer = client_of("supervisor_li").get(f"{API}/cells.geojson?zoom=13")
    features = answer.get_json()["features"]
    assert answer.mimetype == "application/geo+json"
    assert [one["id"] for one in features] == [one["properties"]["code"] for one in features]
    assert len(features) == 5
    assert set(features[0]["properties"]) == {
        "code",
        "name",
        "community",
        "households",
        "open",
        "overdue",
        "worker",
    }
    assert features[0]["geometry"]["type"] == "Polygon"


def test_the_three_forms_of_cells_agree(client_of):
    zhao = client_of("leader_zhao")
    listed = zhao.get(f"{API}/cells").get_json()["items"]
    drawn = [one["properties"] for one in orjson.loads(zhao.get(f"{API}/cells.geojson").data)["features"]]
    rows = zhao.get(f"{API}/cells.csv").data.decode("utf-8-sig").splitlines()[1:]
    assert listed == drawn
    assert [row.split(",")[0] for row in rows] == [one["code"] for one in listed]


def test_an_answer_that_has_not_changed_is_not_sent_again(client_of):
    lin = client_of("worker_lin")
    first = lin.get(f"{API}/cells.geojson")
    same = lin.get(f"{API}/cells.geojson", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    lin.post(
        f"{API}/issues",
        json={"category": "heating", "source": "patrol", "description": "x", "lon": 122.015, "lat": 37.015},
    )
    changed = lin.get(f"{API}/cells.geojson", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.get_json()["features"][0]["properties"]["open"] == 1


@pytest.mark.parametrize("path", ["/cells.geojson", "/issues", "/issues.csv", "/me", "/categories"])
def test_head_is_get_without_a_body(path, client_of):
    answer = client_of("worker_lin").head(API + path)
    assert (answer.status_code, answer.data) == (200, b"")


def test_a_position_is_placed_with_reason_and_holder(client_of):
    told = client_of("worker_lin").get(f"{API}/locate?lon=122.015&lat=37.015").get_json()
    assert told["cell"] == {"code": "990101001001008", "name": "文峰社区第八网格"}
    assert (told["how"], told["distance_m"], told["reason"]) == ("inside", 0.0, "在 文峰社区第八网格 内。")
    assert told["holder"] == {"name": "林晓", "kind": "person"}


def test_a_position_on_a_border_goes_to_the_smaller_code_and_names_the_other(client_of):
    told = client_of("worker_lin").get(f"{API}/locate?lon=122.01&lat=37.005").get_json()
    assert (told["how"], told["cell"]["code"]) == ("edge", "990101001001001")
    assert [one["code"] for one in told["runner_ups"]] == ["990101001001002"]
    assert told["runner_ups"][0]["name"] == "文峰社区第二网格"


def test_a_doubtful_position_names_the_cells_in_reach(client_of):
    told = client_of("worker_lin").get(f"{API}/locate?lon=122.0101&lat=37.005&accuracy_m=30").get_json()
    assert told["cell"]["code"] == "990101001001002"
    assert told["runner_ups"][0]["distance_m"] == pytest.approx(8.9, abs=0.1)


def test_a_position_far_out_has_no_cell_and_no_holder(client_of):
    told = client_of("worker_lin").get(f"{API}/locate?lon=121&lat=36").get_json()
    assert (told["how"], told["cell"], told["holder"]) == ("outside", None, None)


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("1008", "文峰社区第八网格"),
        ("第八", "文峰社区第八网格"),
        ("tianlong", "天隆社区"),
        ("tlsq", "天隆社区"),
    ],
)
def test_an_area_is_found_by_code_name_and_pinyin(q, name, client_of):
    items = client_of("supervisor_li").get(f"{API}/areas", query_string={"q": q}).get_json()["items"]
    assert name in [one["name"] for one in items]


def test_an_area_without_an_outline_of_its_own_has_the_box_of_its_cells(client_of):
    items = client_of("supervisor_li").get(f"{API}/areas?level=community&q=文峰").get_json()["items"]
    assert items[0]["bbox"] == pytest.approx([122.0, 37.0, 122.02, 37.02])
    assert (items[0]["lon"], items[0]["lat"]) == pytest.approx((122.01, 37.01))
    assert items[0]["path_names"] == ["示范区", "西苑街道", "文峰社区"]


def test_areas_elsewhere_are_not_found(client_of):
    assert client_of("outsider").get(f"{API}/areas?q=文峰").get_json()["items"] == []


def test_workers_come_with_their_duties(client_of):
    items = client_of("leader_zhao").get(f"{API}/workers").get_json()["items"]
    duties = {
        one["name"]: [(duty["kind"], duty["area"]["code"][-3:]) for duty in one["duties"]] for one in items
    }
    assert duties == {
        "赵敏": [("leader", "001")],
        "何平": [("A", "001"), ("A", "002"), ("B", "008")],
        "林晓": [("A", "008")],
    }


def test_who_is_away_is_said_with_the_substitute(client_of, store, town):
    with store.write() as tx:
        tx.session.add(
            Leave(person_id=town.people["worker_lin"], substitute_id=town.people["worker_he"],
                  starts_at=tx.now - timedelta(hours=1), ends_at=tx.now + timedelta(hours=1))
        )  # fmt: skip
    items = client_of("leader_zhao").get(f"{API}/workers?area=990101001001008").get_json()["items"]
    assert {(one["name"], one["is_away"], one["substitute"]) for one in items} == {
        ("林晓", True, "何平"),
        ("何平", False, None),
    }


def test_me_is_who_asks_with_the_cells_of_today(client_of):
    told = client_of("worker_he").get(f"{API}/me").get_json()
    assert told["person"]["login"] == "worker_he"
    assert [one["role"] for one in told["roles"]] == ["worker", "worker"]
    assert [one["code"][-3:] for one in told["cells"]] == ["001", "002", "008"]
    assert told["csrf"]


def test_a_token_needs_no_forms_token(app, store, town):
    with store.write() as tx:
        token = token_of(tx, "worker_lin", ["read"])
    told = app.test_client().get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert told["csrf"] is None


def test_codes_come_with_names_in_the_language_asked_for(client_of):
    lin = client_of("worker_lin")
    english = lin.get(f"{API}/categories", headers={"Accept-Language": "en"}).get_json()
    chinese = lin.get(f"{API}/categories", headers={"Accept-Language": "zh"}).get_json()
    assert english["items"][0]["name"] == "Weak heating"
    assert chinese["items"][0]["name"] == "供暖不热"
    assert [one["code"] for one in english["states"]] == [one["code"] for one in chinese["states"]]


@pytest.mark.parametrize("crs", SYSTEMS)
def test_a_position_in_any_system_is_located_alone_and_among_others(client_of, crs):
    x, y = given_in(crs, 122.015, 37.015)
    li = client_of("supervisor_li")
    told = li.get(f"{API}/locate", query_string={"lon": repr(x), "lat": repr(y), "crs": crs}).get_json()
    many = li.post(f"{API}/locate", json={"lon": [x, x], "lat": [y, y], "crs": crs}).get_json()
    assert told["cell"]["code"] == many["cell"][1] == "990101001001008"
    assert (told["lon"], told["lat"]) == pytest.approx((122.015, 37.015), abs=1e-9)
