"""Categories as edited: what is shipped stays beneath, every process sees the edit, old issues keep their kind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from server.db import Store
from server.errors import Conflict, InputError, NotFound
from server.models import Issue
from server.services import audit, category_edits, intake
from server.services.categories import (
    categories,
    category_name,
    category_of,
    refresh,
    shipped_categories,
    standing,
)
from server.services.category_edits import CategoryWish
from server.services.drafts import Draft

PARK = CategoryWish("公园设施", "Park fittings", "facilities", "sanitation")


@pytest.fixture
def admin(town):
    yield town.actors["admin_wu"]
    standing.set(None)  # this thread goes on to other stores


def as_it_is(code, **different):
    row = categories()[code].row
    said = {"name": row["name"], "name_en": row["name_en"], "group": row["group"], "department": row["department"],
            "urgent": row["urgent"] == "yes", "self_check": row["self_check"] == "yes"}  # fmt: skip
    return CategoryWish(**{**said, **different})


def test_a_renamed_category_is_found_by_its_new_and_by_its_old_name(store, admin):
    with store.write() as tx:
        category_edits.change(tx, admin, "heating", as_it_is("heating", name="暖气不热", urgent=True))
    assert category_name("heating") == "暖气不热"
    assert category_of("暖气不热").code == category_of("供暖不热").code == "heating"
    assert categories()["heating"].row["urgent"] == "yes"
    assert shipped_categories()["heating"].name == "供暖不热"
    with store.write() as tx:
        told = audit.latest(tx, 1)[0]
        category_edits.reset(tx, admin, "heating")
    assert (told.kind, told.given["fields"]) == ("category.change", ["name", "urgent"])
    assert category_name("heating") == "供暖不热"


def test_another_process_sees_the_edit_at_its_next_transaction(store, admin):
    other = Store(store.config, store.clock)
    try:
        with store.write() as tx:
            category_edits.add(tx, admin, "park_fittings", PARK)
        standing.set(None)
        assert "park_fittings" not in categories()
        with other.read() as tx:
            refresh(tx)
        assert category_of("park fittings").code == "park_fittings"
    finally:
        other.close()


def test_an_added_category_can_be_reported_and_has_the_limits_of_all(store, admin, town):
    with store.write() as tx:
        category_edits.add(tx, admin, "park_fittings", replace(PARK, urgent=True))
        draft = Draft("公园设施", "patrol", "秋千坏了", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["worker_lin"], draft).number
        issue = tx.session.query(Issue).filter_by(number=number).one()
        assert (issue.urgent, issue.due_at - tx.now) == (True, timedelta(hours=24))
        found = category_edits.view(tx, "park_fittings")
    assert (found.is_shipped, found.open, found.category.row["group_name"]) == (False, 1, "公共设施")


def test_a_category_that_is_switched_off_stays_with_its_issues(store, admin, town):
    with store.write() as tx:
        category_edits.switch(tx, admin, "dogs", on=False)
        assert category_edits.switch(tx, admin, "dogs", on=False) is None
    assert not categories()["dogs"].is_active
    assert category_name("dogs") == shipped_categories()["dogs"].name
    with store.write() as tx:
        category_edits.switch(tx, admin, "dogs", on=True)
        assert not category_edits.view(tx, "dogs").is_edited


def test_an_edit_taken_back_by_hand_is_none_any_more(store, admin):
    with store.write() as tx:
        category_edits.change(tx, admin, "heating", as_it_is("heating", group="safety"))
        assert category_edits.view(tx, "heating").is_edited
        category_edits.change(tx, admin, "heating", as_it_is("heating", group="utilities"))
        assert not category_edits.view(tx, "heating").is_edited
        assert category_edits.change(tx, admin, "heating", as_it_is("heating")) is None


REFUSED = (
    ({"name": " "}, "field.missing"),
    ({"name": "长" * 41}, "field.too_long"),
    ({"name": "a\x00b"}, "field.unreadable"),
    ({"name": "路灯不亮"}, "category.name_taken"),
    ({"name_en": "STREET_LAMP"}, "category.name_taken"),
    ({"group": "weather"}, "category.group"),
    ({"department": "wizardry"}, "department.kind"),
)


def test_what_cannot_be_a_category_is_refused(store, admin):
    with store.write() as tx:
        for different, error in REFUSED:
            with pytest.raises(InputError) as refused:
                category_edits.change(tx, admin, "heating", as_it_is("heating", **different))
            assert refused.value.code == error


def test_a_code_is_a_new_english_name(store, admin):
    with store.write() as tx:
        for code in ("", "Park", "park fittings", "_park", "park__x", "公园", "p" * 65, "heating"):
            with pytest.raises(InputError):
                category_edits.add(tx, admin, code, PARK)


def test_what_was_added_has_nothing_to_go_back_to(store, admin):
    with store.write() as tx:
        category_edits.add(tx, admin, "park_fittings", PARK)
        with pytest.raises(Conflict):
            category_edits.reset(tx, admin, "park_fittings")
        with pytest.raises(NotFound):
            category_edits.view(tx, "dragons")


def test_of_several_who_add_the_same_category_at_once_one_succeeds(store, admin):
    def add(_number):
        try:
            with store.write() as tx:
                return category_edits.add(tx, admin, "park_fittings", PARK)
        except InputError as refused:
            return refused.code

    with ThreadPoolExecutor(4) as people:
        told = list(people.map(add, range(4)))
    assert sum(one == "category.taken" for one in told) == 3


def test_one_category_is_always_offered(store, admin):
    with store.write() as tx:
        codes = list(categories())
        for code in codes[1:]:
            category_edits.switch(tx, admin, code, on=False)
        with pytest.raises(Conflict):
            category_edits.switch(tx, admin, codes[0], on=False)


def test_an_edit_that_is_not_committed_is_forgotten(store, admin):
    with pytest.raises(RuntimeError), store.write() as tx:
        category_edits.switch(tx, admin, "dogs", on=False)
        raise RuntimeError
    with store.read() as tx:
        refresh(tx)
    assert categories()["dogs"].is_active
