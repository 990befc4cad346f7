"""Areas coloured by visits: recounted from the rows, for those who oversee the area, each leading to its visits."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.models import Area, Visit
from server.services import visits
from server.services.visits import NewVisit
from tests.server.services.calling import called, uid

URL = "/api/v1/choropleth?indicator=visits"
LIN, HE = (122.015, 37.015), (122.005, 37.005)


@pytest.fixture
def visited(store, town, clock):
    """Four visits of this month in two cells, and one of long ago."""
    lin, he = town.actors["worker_lin"], town.actors["worker_he"]
    called(store, lin)
    past = clock.at - timedelta(days=60)
    with store.write() as tx:
        visits.record(tx, lin, NewVisit(uid(21), "daily", "household", "well", point=LIN, accuracy_m=5.0))
        visits.record(tx, he, NewVisit(uid(22), "daily", "compound", "issue", point=HE, accuracy_m=5.0))
        tx.session.flush()
        tx.session.scalars(select(Visit).where(Visit.uid == uid(21))).one().happened_at = past
    with store.write() as tx:
        visits.record(tx, lin, NewVisit(uid(23), "daily", "household", "well", point=LIN, accuracy_m=5.0))


def told(client, more=""):
    return client.get(f"{URL}&period=month{more}").get_json()


@pytest.mark.usefixtures("visited")
@pytest.mark.parametrize("level", ["cell", "community", "subdistrict"])
def test_every_number_is_that_of_the_visits_behind_it(client_of, store, clock, level):
    client = client_of("supervisor_li")
    found = told(client, f"&level={level}")
    begin = clock.at.astimezone(store.config.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with store.read() as tx:
        rows = tx.session.execute(select(Area.path, Visit.happened_at).join(Area, Area.id == Visit.area_id))
        paths = [path for path, at in rows if at >= begin]
    assert len(paths) == 4
    counted = {code: sum(f"/{code}/" in path for path in paths) for code in found["values"]}
    assert {code: one["value"] for code, one in found["values"].items()} == counted
    assert (sum(counted.values()), found["missing"], found["unit_name"]) == (4, 0, "次走访")
    for code, one in found["values"].items():
        assert (one["query"], one["visits"]["area"]) == ({}, code)
        listed = client.get("/api/v1/visits", query_string=one["visits"] | {"limit": "200"}).get_json()
        assert len(listed["items"]) == one["counted"] == counted[code]


@pytest.mark.usefixtures("visited")
def test_visits_are_missing_for_whoever_does_not_oversee_the_area(client_of):
    assert set(told(client_of("leader_zhao"), "&level=cell")["values"]) >= {"990101001001003"}
    values = told(client_of("handler_sun"), "&level=community")["values"]
    assert all(one["value"] is None and one["class"] is None and not one["visits"] for one in values.values())
    outside = told(client_of("outsider"), "&level=cell")["values"]
    assert {one["value"] for one in outside.values()} == {0}


@pytest.mark.usefixtures("visited")
def test_visits_are_told_by_area_and_period_alone(client_of):
    client = client_of("supervisor_li")
    refused = client.get(f"{URL}&category=heating")
    assert (refused.status_code, "只能按区域和时段看" in refused.get_json()["detail"]) == (422, True)
    assert [client.get(f"{URL}&area={code}").status_code for code in ("nowhere", "990101002001")] == [
        422,
        422,
    ]
    noon = client.get(f"{URL}&period=noon_day").get_json()["values"]
    assert all(one["visits"] == {} and one["value"] is not None for one in noon.values())
