"""Statistics over HTTP: what is told, and what is refused with its reason."""

import pytest

from server.services.categories import categories


@pytest.fixture
def client(client_of, lived):
    return client_of("supervisor_li")


def test_a_summary_tells_each_number_with_its_lists(client):
    told = client.get("/api/v1/stats/summary?period=month").get_json()
    figures = {one["key"]: one for one in told["figures"]}
    assert told["period"] == {
        "name": "month", "since": "2026-02-28T16:00:00Z", "until": "2026-03-31T16:00:00Z",
    }  # fmt: skip
    assert (figures["new"]["name"], figures["new"]["value"]) == ("新增", 6)
    assert figures["on_time"]["value"] is None
    for one in figures.values():
        for query, many in ((one["query"], one["counted"]), (one["of"], one["denominator"])):
            if query:
                assert client.get("/api/v1/issues", query_string=query).get_json()["total"] == many


def test_units_and_series_are_told(client):
    told = client.get("/api/v1/stats/by?dimension=community&indicators=new,closed").get_json()
    assert [(row["name"], row["figures"][0]["value"], row["households"]) for row in told["rows"]] == [
        ("文峰社区", 6, 1600),
        ("天隆社区", 0, 400),
    ]
    assert (told["pooled"][0]["value"], told["means"]) == (6, [3.0, 0.5])
    told = client.get("/api/v1/stats/trend?indicator=new&step=day&days=3").get_json()
    assert [one["value"] for one in told["points"]] == [0, 0, 6]


def test_a_day_that_begins_this_instant_is_counted(client, clock):
    clock.at = clock.at.replace(hour=16, minute=0, second=0, microsecond=0)  # midnight in Shanghai
    assert client.get("/api/v1/stats/summary?period=today").get_json()["figures"][0]["value"] == 0


def test_two_hundred_categories_in_a_filter_are_fine(client):
    several = ",".join(list(categories()) * 6)
    told = client.get(f"/api/v1/stats/summary?category={several}")
    assert told.get_json()["figures"][0]["value"] == 6


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("summary?since=2010-01-01&until=2026-01-01", "since"),
        ("summary?since=2026-01-02&until=2025-01-01", "until"),
        ("summary?period=aeon", "period"),
        ("summary?area=nowhere", "area"),
        ("summary?state=closed", "state"),
        ("summary?bbox=0,0,0", "bbox"),
        ("by?dimension=street", "dimension"),
        ("by", "dimension"),
        ("by?dimension=cell&indicators=luck", "indicator"),
        ("trend?indicator=open", "indicator"),
        ("trend?indicator=luck", "indicator"),
        ("trend?step=minute", "step"),
        ("trend?days=-1", "days"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_its_field(path, field, client):
    told = client.get(f"/api/v1/stats/{path}")
    assert told.status_code == 422
    assert told.get_json()["errors"][0]["field"] == field


def test_an_outsider_counts_nothing_and_nobody_is_sent_away(client_of, lived):
    figures = client_of("outsider").get("/api/v1/stats/summary").get_json()["figures"]
    assert {one["value"] for one in figures} <= {0, None}
    assert client_of().get("/api/v1/stats/summary").status_code == 401
