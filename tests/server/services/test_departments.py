"""Departments: added, renamed, and retired only once nothing waits for them."""

import pytest

from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Department, Issue, Whistle
from server.services import changes, departments, intake, issues, people
from server.services.departments import DepartmentWish
from server.services.drafts import Draft
from server.services.people import NewPerson

WATER = DepartmentWish("自来水公司", "water", "990101001")


@pytest.fixture
def admin(town):
    return town.actors["admin_wu"]


@pytest.fixture
def issue(store, town):
    """Number of an open issue that the heating company holds."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
    give(store, number, department="heating")
    return number


def give(store, number, department=None, person=None, state="dispatched"):
    with store.write() as tx:
        row = tx.session.query(Issue).filter_by(number=number).one()
        unit = tx.session.query(Department).filter_by(code=department).one() if department else None
        row.holder_department_id, row.holder_person_id = unit and unit.id, person
        row.state = state


def shown(store, actor, code="heating"):
    with store.read() as tx:
        return departments.one(tx, actor, code)


def test_a_department_is_listed_with_its_handlers_and_what_is_open(store, admin, issue, town):
    told = shown(store, admin)
    assert (told.name, told.area_name, told.handlers, told.open, told.whistles) == (
        "热力公司",
        "示范区",
        1,
        1,
        0,
    )
    give(store, issue, person=town.people["handler_sun"], state="handling")
    assert shown(store, admin).open == 1, "what its handler holds is its own"
    give(store, issue, person=town.people["handler_sun"], state="closed")
    assert shown(store, admin).open == 0


def test_a_department_is_added_and_renamed_with_a_line_about_who_did_it(store, admin):
    with store.write() as tx:
        departments.create(tx, admin, "water_supply", WATER)
    with store.write() as tx:
        wish = DepartmentWish(" 水务  集团 ", "water", "990101001")
        uid = departments.change(tx, admin, "water_supply", wish)
        assert departments.change(tx, admin, "water_supply", wish) is None
        told = changes.change_of(tx, uid)
    assert (told.code, told.values["before"], told.values["name"]) == (
        "department.change",
        "自来水公司",
        "水务 集团",
    )
    assert shown(store, admin, "water_supply").name == "水务 集团"


REFUSED = (
    ("Heating!", WATER, "department.code"),
    ("", WATER, "department.code"),
    ("heating", WATER, "department.taken"),
    ("water", DepartmentWish("热力公司", "", "990101"), "department.name_taken"),
    ("water", DepartmentWish("  ", "water", "990101"), "field.missing"),
    ("water", DepartmentWish("长" * 101, "water", "990101"), "field.too_long"),
    ("water", DepartmentWish("a\u202eb", "water", "990101"), "field.unreadable"),
    ("water", DepartmentWish("水", "wizardry", "990101"), "department.kind"),
    ("water", DepartmentWish("水", "water", "nowhere"), "area.unknown"),
)


def test_what_cannot_be_a_department_is_refused(store, admin):
    with store.write() as tx:
        for code, wish, error in REFUSED:
            with pytest.raises(InputError) as refused:
                departments.create(tx, admin, code, wish)
            assert refused.value.code == error


def test_a_department_that_holds_open_issues_is_not_retired(store, admin, issue):
    with store.write() as tx, pytest.raises(Conflict) as refused:
        departments.switch(tx, admin, "heating", on=False)
    assert refused.value.values["issues"] == 1
    give(store, issue, department="heating", state="closed")
    with store.write() as tx:
        assert departments.switch(tx, admin, "heating", on=False)
        assert departments.switch(tx, admin, "heating", on=False) is None
    assert not shown(store, admin).is_active
    with store.write() as tx:
        assert departments.switch(tx, admin, "heating", on=True)
    assert shown(store, admin).is_active


def test_nothing_can_be_given_to_a_retired_department(store, admin, issue, town):
    give(store, issue, person=town.people["worker_lin"])

    def offered(tx):
        return "热力公司" in {one.name for one in issues.candidates(tx, town.actors["supervisor_li"], issue)}

    with store.write() as tx:
        assert offered(tx)
        departments.switch(tx, admin, "heating", on=False)
        assert not offered(tx)


def test_a_department_that_has_not_answered_a_whistle_is_not_retired(store, admin, issue, town):
    give(store, issue, person=town.people["worker_lin"])
    with store.write() as tx:
        row = tx.session.query(Issue).filter_by(number=issue).one()
        unit = tx.session.query(Department).filter_by(code="heating").one()
        tx.session.add(Whistle(issue_id=row.id, seq=2, department_id=unit.id, answer_by=tx.now, at=tx.now))
    with store.write() as tx, pytest.raises(Conflict) as refused:
        departments.switch(tx, admin, "heating", on=False)
    assert (refused.value.values["issues"], refused.value.values["whistles"]) == (0, 1)


def test_an_administrator_changes_only_what_serves_their_own_area(store, admin, town):
    with store.write() as tx:
        departments.create(tx, admin, "east", DepartmentWish("东门物业", "property", "990101002001"))
        [key] = people.create(tx, [NewPerson("admin_ma", "马骏", roles=(("admin", "990101001"),))])
        local = people.actor_of(tx, key)
        assert [one.code for one in departments.listed(tx, local)] == ["heating"]
        with pytest.raises(NotPermitted):
            departments.change(tx, local, "heating", WATER)
        with pytest.raises(NotPermitted):
            departments.create(tx, local, "water", DepartmentWish("水", "water", "990101"))
        with pytest.raises(NotFound):
            departments.switch(tx, local, "east", on=False)
        assert departments.create(tx, local, "water", WATER)
