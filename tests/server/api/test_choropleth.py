"""Areas coloured by an indicator: numbers are those of the lists behind them, missing is not zero."""

import pytest
import shapely

from server.services.choropleth import SHADED

WENFENG, TIANLONG = "990101001001", "990101001002"
ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # what differs between stores is asked of statistics
URL = "/api/v1/choropleth"


@pytest.fixture
def client(client_of, lived):
    return client_of("supervisor_li")


@ON_ONE
def test_every_number_is_that_of_the_list_behind_it(client):
    lists = []
    for indicator in SHADED:
        told = client.get(f"{URL}?indicator={indicator}&period=month").get_json()
        for one in told["values"].values():
            lists += [(one["query"], one["counted"]), (one["of"], one["denominator"])]
    known = {tuple(query.items()): many for query, many in lists if query and many is not None}
    assert len(known) > len(SHADED)
    for query, many in known.items():
        assert client.get("/api/v1/issues", query_string=dict(query)).get_json()["total"] == many


@ON_ONE
def test_missing_is_not_zero(client):
    values = client.get(f"{URL}?indicator=new&period=month").get_json()["values"]
    assert (values[TIANLONG]["value"], values[TIANLONG]["class"]) == (0, 0)
    told = client.get(f"{URL}?indicator=overdue_share&period=month").get_json()
    empty = told["values"][TIANLONG]
    assert (empty["value"], empty["class"], empty["label"], told["missing"]) == (None, None, "没有数据", 1)


@ON_ONE
def test_by_households_and_the_level_below(client):
    told = client.get(f"{URL}?indicator=new_per_1000&period=month").get_json()
    one = told["values"][WENFENG]
    assert one["value"] == pytest.approx(one["counted"] * 1000 / 1600)
    assert (one["households"], told["unit_name"], told["drill"]) == (1600, "件/千户", "cell")
    below = client.get(f"{URL}?indicator=new&level=cell&area={WENFENG}&period=month").get_json()
    assert len(below["values"]) == 4
    assert below["drill"] is None
    assert sum(one["value"] for one in below["values"].values()) == one["counted"]


@ON_ONE
def test_the_legend_says_the_classes_that_the_areas_are_in(client):
    asked = f"{URL}?level=cell&indicator=new&period=month"
    for more in ("", "&method=natural&classes=3", "&method=fixed&bounds=1,3,10"):
        told = client.get(asked + more).get_json()
        legend = told["legend"]
        for one in told["values"].values():
            part = legend[one["class"]]
            assert part["low"] <= one["value"] <= part["high"]
        assert sum(part["count"] for part in legend) == len(told["values"])
    assert [part["label"] for part in legend] == ["0–1", "2–3", "4–10"]


@ON_ONE
def test_outlines_are_what_lies_below_them(client):
    cells = client.get("/api/v1/areas.geojson?level=cell&zoom=16").get_json()["features"]
    for level, count in (("community", 2), ("subdistrict", 1), ("district", 1)):
        found = client.get(f"/api/v1/areas.geojson?level={level}&zoom=16").get_json()["features"]
        assert len(found) == count
        for one in found:
            own = [shape(cell) for cell in cells if cell["id"].startswith(one["id"])]
            assert shape(one).buffer(1e-9).covers(shapely.union_all(own))
    drilled = client.get(f"/api/v1/areas.geojson?level=cell&area={TIANLONG}").get_json()["features"]
    assert [one["properties"]["name"] for one in drilled] == ["天隆社区第一网格"]


def shape(feature):
    return shapely.geometry.shape(feature["geometry"])


@ON_ONE
def test_nobody_sees_numbers_or_cells_of_others(client_of, lived):
    client = client_of("outsider")
    assert list(client.get(f"{URL}?level=cell&indicator=new&period=month").get_json()["values"]) == [
        "990101002001001"
    ]
    cells = client.get("/api/v1/areas.geojson?level=cell").get_json()["features"]
    assert [one["id"] for one in cells] == ["990101002001001"]
    assert [client.get(f"{URL}?area={code}").status_code for code in (WENFENG, "nowhere")] == [422, 422]
    assert client.get(f"/api/v1/areas.geojson?area={WENFENG}").status_code == 404


@ON_ONE
@pytest.mark.parametrize(
    "query",
    ["level=street", "indicator=luck", "method=guess", "classes=1", "classes=99", "method=fixed", "bounds=1,2",
     "method=fixed&bounds=2,1", "method=fixed&bounds=a", "method=fixed&bounds=nan", "period=aeon", "state=open",
     "since=2010-01-01&until=2026-01-01"],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_with_its_reason(client, query):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["detail"]


@ON_ONE
@pytest.mark.parametrize("query", ["zoom=-1", "zoom=99", "level=street", "x=1"])
def test_outlines_refuse_what_they_cannot_read(client, query):
    assert client.get(f"/api/v1/areas.geojson?{query}").status_code == 422
