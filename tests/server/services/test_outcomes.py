"""What each finishing kept adds up: lamps, metres, money."""

import pytest

from server.services import intake, issues
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.outcomes import outcomes

DONE = (
    ("street_lamp", {"quantity": 300, "unit": "盏", "money": 500_000.25}),
    ("street_lamp", {"quantity": 16, "unit": "盏"}),
    ("drain_blocked", {"quantity": 3970.5, "unit": "米", "money": 200_000}),
    ("drain_blocked", {}),
)


@pytest.fixture
def finished(store, town):
    with store.write() as tx:
        for category, given in DONE:
            draft = Draft(category, "phone", "x", lon=122.015, lat=37.015)
            number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
            issues.act(tx, town.actors["worker_lin"], number, "settle", {"outcome": "好了", **given})


def added_up(store, town, login, **filters):
    with store.read() as tx:
        return outcomes(tx, town.actors[login], Filters(**filters))


def test_quantities_add_up_by_category_and_unit_and_money_by_itself(store, town, finished):
    found = added_up(store, town, "supervisor_li")
    assert [(one.category, one.quantity, one.unit, one.issues) for one in found.amounts] == [
        ("street_lamp", 316.0, "盏", 2),
        ("drain_blocked", 3970.5, "米", 1),
    ]
    assert (found.money, found.paid) == (700_000.25, 2)


def test_only_what_matches_and_may_be_seen_is_added_up(store, town, finished):
    assert added_up(store, town, "outsider").amounts == ()
    found = added_up(store, town, "supervisor_li", categories=("drain_blocked",))
    assert [one.unit for one in found.amounts] == ["米"]
    assert added_up(store, town, "supervisor_li", states=("closed",)).paid == 0


def test_the_page_and_the_api_say_the_same(client_of, finished):
    client = client_of("supervisor_li")
    page = client.get("/issues/outcomes?category=street_lamp").get_data(as_text=True)
    assert ">316<" in page
    assert "500,000.25" in page
    told = client.get("/api/v1/stats/outcomes?category=street_lamp").get_json()
    assert (told["items"][0]["quantity"], told["items"][0]["unit"], told["money"]) == (
        316.0,
        "盏",
        500_000.25,
    )
