"""Whom an issue can be given to, over the API."""

API = "/api/v1"
WHERE = {"lon": 122.015, "lat": 37.015}


def reported(client_of):
    body = {"category": "heating", "source": "patrol", "description": "暖气不热", **WHERE}
    return client_of("worker_lin").post(f"{API}/issues", json=body).get_json()["number"]


def test_the_nearest_on_duty_come_first_and_departments_last(client_of):
    number = reported(client_of)
    told = client_of("worker_lin").get(f"{API}/issues/{number}/candidates").get_json()["items"]
    assert told[0]["name"] in ("林晓", "何平")
    assert told[0]["group"] == "文峰社区"
    assert (told[-1]["name"], told[-1]["what"], told[-1]["group"]) == ("热力公司", "", "")


def test_what_is_listed_is_taken_by_a_transfer(client_of):
    number, lin = reported(client_of), client_of("worker_lin")
    lin.post(f"{API}/issues/{number}/actions", json={"action": "take"})
    listed = lin.get(f"{API}/issues/{number}/candidates").get_json()["items"]
    he = next(one["holder"] for one in listed if one["name"] == "何平")
    given = {"action": "transfer", "holder": he, "reason": "在他的楼里"}
    assert lin.post(f"{API}/issues/{number}/actions", json=given).get_json()["holder"]["name"] == "何平"


def test_nobody_is_named_to_who_does_not_see_the_issue(client_of):
    number = reported(client_of)
    assert client_of("outsider").get(f"{API}/issues/{number}/candidates").status_code == 404
