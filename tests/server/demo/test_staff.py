"""Who works in the demonstration town."""

from collections import Counter

import pytest

from server.demo.staff import build_staff
from server.workflow import Role

KINDS = {
    "property",
    "water",
    "power",
    "gas",
    "heating",
    "sanitation",
    "enforcement",
    "police",
    "fire",
    "market",
    "housing",
}


def test_every_cell_has_one_worker_and_every_community_a_leader(demo_staff, demo_town):
    of_kind = {
        kind: Counter(duty.area for duty in demo_staff.duties if duty.kind == kind)
        for kind in ("A", "B", "leader")
    }
    assert of_kind["A"] == Counter(demo_town.cells["code"])
    levels = [*demo_town.level("community")["code"], *demo_town.level("subdistrict")["code"]]
    assert of_kind["leader"] == Counter(levels)


def test_a_few_workers_have_several_cells_and_a_few_cells_have_two_workers(demo_staff, demo_town):
    own = Counter(duty.login for duty in demo_staff.duties if duty.kind == "A")
    several = sum(count > 1 for count in own.values())
    assert 3 <= several < len(own) / 5
    seconds = [duty for duty in demo_staff.duties if duty.kind == "B"]
    assert 5 <= len(seconds) < len(demo_town.cells) / 4
    first = {duty.area: duty.login for duty in demo_staff.duties if duty.kind == "A"}
    assert all(first[duty.area] != duty.login for duty in seconds)


@pytest.mark.parametrize(
    ("login", "surname", "role", "area"),
    [
        ("worker_lin", "林", "worker", "文峰社区第八网格"),
        ("leader_zhao", "赵", "leader", "文峰社区"),
        ("dispatcher_qian", "钱", "dispatcher", "示范区"),
        ("handler_sun", "孙", "handler", "示范区"),
        ("supervisor_li", "李", "supervisor", "西苑街道"),
        ("admin_wu", "吴", "admin", "示范区"),
    ],
)
def test_each_persona_has_a_login_and_a_scope(login, surname, role, area, demo_staff, demo_town):
    names = dict(zip(demo_town.areas["code"], demo_town.areas["name"], strict=True))
    person = next(person for person in demo_staff.people if person.login == login)
    assert person.name.startswith(surname)
    assert [(kind, names[code]) for kind, code in person.roles] == [(role, area)]


def test_the_heating_company_is_handler_suns(demo_staff):
    person = next(person for person in demo_staff.people if person.login == "handler_sun")
    assert person.department == "heating"


def test_all_eleven_kinds_of_departments_have_handlers(demo_staff):
    assert {department.kind for department in demo_staff.departments} == KINDS
    assert {person.department for person in demo_staff.people if person.department} == KINDS


def test_each_subdistrict_has_leader_dispatcher_and_supervisor(demo_staff, demo_town):
    grants = {grant for person in demo_staff.people for grant in person.roles}
    for code in demo_town.level("subdistrict")["code"]:
        assert {("leader", code), ("dispatcher", code), ("supervisor", code)} <= grants


def test_roles_are_those_of_the_loop(demo_staff):
    known = {str(role) for role in Role}
    assert {role for person in demo_staff.people for role, _ in person.roles} <= known


def test_logins_names_and_telephones_are_unique_and_nobodys(demo_staff):
    for column in ("login", "name", "phone"):
        values = [getattr(person, column) for person in demo_staff.people]
        assert len(values) == len(set(values))
    assert all(person.phone.startswith("1380000") and len(person.phone) == 11 for person in demo_staff.people)


def test_whoever_is_on_duty_for_a_cell_is_a_worker_there(demo_staff):
    grants = {(person.login, *grant) for person in demo_staff.people for grant in person.roles}
    for duty in demo_staff.duties:
        role = "leader" if duty.kind == "leader" else "worker"
        assert (duty.login, role, duty.area) in grants


def test_equal_towns_have_equal_staff(demo_staff, demo_town):
    assert build_staff(demo_town) == demo_staff
