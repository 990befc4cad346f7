"""Departments and limits through the API: in service, in force, in the language asked for."""

from server.models import Department
from server.services import category_edits, departments, limits
from server.services.categories import standing
from server.services.departments import DepartmentWish
from server.services.limits import NewLimit

API = "/api/v1"


def test_departments_in_service_are_listed_with_kind_and_area(client_of, store, town):
    admin = town.actors["admin_wu"]
    with store.write() as tx:
        departments.create(tx, admin, "water", DepartmentWish("自来水公司", "water", "990101001"))
        departments.create(tx, admin, "old", DepartmentWish("旧物业", "property", "990101001"))
        departments.create(tx, admin, "east", DepartmentWish("东门物业", "property", "990101002"))
        departments.switch(tx, admin, "old", on=False)
        tx.session.add(Department(code="bare", name="无名单位", kind=""))
    told = client_of("worker_lin").get(f"{API}/departments").get_json()["items"]
    assert {one["code"] for one in told} == {"heating", "water", "bare"}
    water = next(one for one in told if one["code"] == "water")
    assert water == {
        "code": "water",
        "name": "自来水公司",
        "kind": {"code": "water", "name": "供水"},
        "area": {"code": "990101001", "name": "西苑街道"},
    }
    assert next(one for one in told if one["code"] == "bare")["area"] is None


def test_a_category_that_is_switched_off_says_so(client_of, store, town):
    with store.write() as tx:
        category_edits.switch(tx, town.actors["admin_wu"], "dogs", on=False)
    told = client_of("worker_lin").get(f"{API}/categories").get_json()["items"]
    assert [one["code"] for one in told if not one["is_active"]] == ["dogs"]
    standing.set(None)


def test_limits_are_those_in_force(client_of, store, town):
    with store.write() as tx:
        wanted = [NewLimit("total", "work_day", 3)]
        limits.set_limits(tx, town.actors["admin_wu"], "heating", wanted, urgent=False)
    lin = client_of("worker_lin")
    told = lin.get(f"{API}/limits?category=heating&stage=total").get_json()["items"]
    assert told[0] == {
        "category": {"code": "heating", "name": "供暖不热"},
        "stage": {"code": "total", "name": "总时限"},
        "urgent": False,
        "kind": "work_day",
        "amount": 3.0,
        "words": "3 个工作日",
        "is_own": True,
    }
    assert told[1]["urgent"]
    english = lin.get(f"{API}/limits?category=*&stage=take", headers={"Accept-Language": "en"}).get_json()
    assert [one["words"] for one in english["items"]] == ["8 working hours", "0.5 h (day and night)"]
    assert lin.get(f"{API}/limits?stage=lunch").status_code == 422
    assert len(lin.get(f"{API}/limits").get_json()["items"]) > 300
    standing.set(None)
