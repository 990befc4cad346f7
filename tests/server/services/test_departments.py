"""Departments: added, renamed, and retired only once nothing waits for them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, text

from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Department, Issue, Person, RoleGrant, Whistle
from server.services import asking, audit, departments, intake, issues, named, people, triage
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
        key = departments.change(tx, admin, "water_supply", wish)
        assert departments.change(tx, admin, "water_supply", wish) is None
        told = audit.by_keys(tx, [key])[0]
    assert (told.kind, told.given["before"], told.given["name"]) == (
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


def test_being_a_worker_over_the_district_lets_no_administrator_of_a_part_change_what_serves_it(store, town):
    """Only where somebody is an administrator counts; what else they are shows departments, and no more."""
    roles = (("admin", "990101001001"), ("worker", "990101"), ("supervisor", "990101"))
    with store.write() as tx:
        tx.session.add(Department(code="nowhere", name="全域单位", kind="", area_id=None))
        mixed = people.actor_of(tx, people.create(tx, [NewPerson("admin_ma", "马骏", roles=roles)])[0])
        assert {one.code for one in departments.listed(tx, mixed)} == {"heating", "nowhere"}
        for code in ("heating", "nowhere"):
            as_it_is = departments.one(tx, mixed, code)
            for wish in (
                DepartmentWish(as_it_is.name, as_it_is.kind, as_it_is.area, sees_private=True),
                WATER,
            ):
                with pytest.raises(NotPermitted) as refused:
                    departments.change(tx, mixed, code, wish)
                assert refused.value.code == "department.foreign"
            with pytest.raises(NotPermitted):
                departments.switch(tx, mixed, code, on=False)
        for area in ("990101", "990101001"):
            with pytest.raises(NotPermitted):
                departments.create(tx, mixed, "water", DepartmentWish("水", "water", area))
        assert departments.create(tx, mixed, "water", DepartmentWish("水", "water", "990101001001"))
        with pytest.raises(NotPermitted):
            departments.change(tx, mixed, "water", DepartmentWish("水", "water", "990101"))


def test_whoever_is_no_administrator_any_more_changes_no_department(store, admin, town):
    """What the request knew of them is old by the time their turn comes."""
    with store.write() as tx:
        tx.session.execute(delete(RoleGrant).where(RoleGrant.person_id == admin.person_id))
        with pytest.raises(NotPermitted):
            departments.create(tx, admin, "water", WATER)


@pytest.fixture
def others(store, town):
    """Departments of the next subdistrict, of this one, of a community of this one, and one that nobody works for."""
    places = {"next_door": "990101002", "here": "990101001", "community": "990101001001", "empty": "990101"}
    with store.write() as tx:
        for code, area in places.items():
            tx.session.add(Department(code=code, name=code, kind="", area_id=town.areas[area]))
        tx.session.flush()
        handlers = [
            NewPerson(f"of_{code}", code, None, None, (("handler", "990101"),), code)
            for code in places
            if code != "empty"
        ]
        people.create(tx, handlers)


@pytest.fixture
def keys(store):
    """Keys of departments by code."""

    def keys():
        with store.read() as tx:
            return dict(tx.session.execute(select(Department.code, Department.id)).all())

    return keys


@pytest.mark.usefixtures("others")
def test_only_departments_that_serve_there_and_have_handlers_are_offered_given_or_called(
    store, town, issue, keys
):
    give(store, issue, person=town.people["worker_lin"])
    leader, cell = town.actors["leader_zhao"], "/990101/990101001/990101001001/990101001001008/"
    with store.read() as tx:
        offered = {one.holder for one in issues.candidates(tx, leader, issue) if "department" in one.holder}
        assert {code for code, _name in asking.departments(tx, cell)} == {"heating", "here", "community"}
        assert len(named.departments(tx, town.actors["admin_wu"])) == 5, "filters speak of all"
    assert offered == {f"department:{keys()[code]}" for code in ("heating", "here", "community")}
    for code in ("next_door", "empty"):
        given = {"departments": [code], "matter": "查管道", "answer_by": "2026-03-12"}
        with pytest.raises(InputError) as refused, store.write() as tx:
            issues.act(tx, leader, issue, "whistle", given)
        assert refused.value.code == "whistle.unknown"
        with pytest.raises(InputError) as refused, store.write() as tx:
            to = {"holder": f"department:{keys()[code]}", "reason": "属其职责"}
            issues.act(tx, leader, issue, "reassign", to)
        assert refused.value.code == "holder.unknown"


@pytest.mark.usefixtures("others")
def test_an_issue_of_a_whole_area_can_go_to_a_department_of_a_part_of_it(store):
    with store.read() as tx:
        there = {code for code, _name in asking.departments(tx, "/990101/990101001/")}
    assert there == {"heating", "here", "community"}


def test_no_department_without_handlers_is_suggested(store, town):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.025, lat=37.005)
        intake.report(tx, town.actors["dispatcher_qian"], draft)
    suggested = []
    for is_active in (True, False):
        with store.write() as tx:
            tx.session.get(Person, town.people["handler_sun"]).is_active = is_active
        with store.read() as tx:
            (one,) = triage.find(tx, town.actors["dispatcher_qian"]).items
        suggested.append([it.name for it in one.suggestions])
    assert suggested == [["热力公司"], []]


WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
ON_TWO_CONNECTIONS = pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
GIVING = {
    "reassign": lambda key: {"holder": f"department:{key}", "reason": "属供暖"},
    "whistle": lambda _key: {"departments": ["heating"], "matter": "查管道", "answer_by": "2026-03-12"},
}


def at_once(store, first, second):
    """Do two things in transactions that overlap: the second begins before the first is written."""

    def run():
        with store.write() as tx:
            second(tx)

    with ThreadPoolExecutor(1) as pool:
        with store.write() as tx:
            first(tx)
            running = pool.submit(run)
            while not running.done() and not tx.session.scalar(WAITING):
                pass
        return running.exception()


@ON_TWO_CONNECTIONS
@pytest.mark.parametrize("action", GIVING)
def test_what_is_given_while_a_department_is_being_retired_keeps_it_or_is_refused(
    store, admin, issue, town, keys, action
):
    give(store, issue, person=town.people["worker_lin"])
    given = GIVING[action](keys()["heating"])

    def act(tx):
        issues.act(tx, town.actors["leader_zhao"], issue, action, given)

    def retire(tx):
        departments.switch(tx, admin, "heating", on=False)

    refused = at_once(store, act, retire)
    assert refused.code == "department.busy"
    with store.write() as tx:
        tx.session.execute(delete(Whistle))
    give(store, issue, person=town.people["worker_lin"])
    refused = at_once(store, retire, act)
    assert refused.code in ("holder.unknown", "whistle.unknown")


def test_whether_its_handlers_may_see_who_reported_is_switched_and_written_down(store, town):
    admin = town.actors["admin_wu"]
    with store.write() as tx:
        found = departments.one(tx, admin, "heating")
        assert found.sees_private is False
        wish = DepartmentWish(found.name, found.kind, found.area, sees_private=True)
        key = departments.change(tx, admin, "heating", wish)
        assert departments.one(tx, admin, "heating").sees_private is True
        assert audit.by_keys(tx, [key])[0].given["fields"] == ["sees_private"]
        assert departments.change(tx, admin, "heating", wish) is None
