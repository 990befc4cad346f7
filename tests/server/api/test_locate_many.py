"""Many positions at once: each answered as if alone, all faults named by row, nobody told more than their areas."""

import math
import random
from datetime import timedelta

import pytest
from sqlalchemy import event

from geo import datum
from geo.crs import project_points
from server.models import Duty, Leave
from tests.personas import token_of

URL = "/api/v1/locate"
EIGHTH = "990101001001008"
NAN, INF = float("nan"), float("inf")


@pytest.fixture
def ask(client_of):
    """Ask about positions as a persona; gives the status and what was said."""

    def ask(lon, lat, login="supervisor_li", **more):
        answer = client_of(login).post(URL, json={"lon": lon, "lat": lat, **more})
        return answer.status_code, answer.get_json()

    return ask


def rows_of(told):
    return [dict(zip(("lon", "lat", "how", "cell", "cell_name", "distance_m", "holder"), row, strict=True))
            for row in zip(told["lon"], told["lat"], told["how"], told["cell"], told["cell_name"],
                           told["distance_m"], told["holder"], strict=True)]  # fmt: skip


def alone(client, lon, lat, crs="wgs84"):
    """What the same position is answered alone, in the shape of a row."""
    told = client.get(URL, query_string={"lon": repr(lon), "lat": repr(lat), "crs": crs}).get_json()
    cell, holder = told["cell"] or {}, told["holder"] or {}
    return {
        **{name: told[name] for name in ("lon", "lat", "how", "distance_m")},
        "cell": cell.get("code"),
        "cell_name": cell.get("name"),
        "holder": holder.get("name"),
    }


def places():
    """Random positions in and around the town, and every kind of border: corners, edges, just beside, far out."""
    dice = random.Random(11)
    for _ in range(25):
        yield 121.995 + dice.random() * 0.045, 36.995 + dice.random() * 0.03
    for lon in (122.0, 122.01, 122.02, 122.03):
        for lat in (37.0, 37.005, 37.01, 37.02):
            yield lon, lat
            yield lon - 1e-12, lat + 1e-12
    yield from ((122.005, 36.9998), (122.005, 36.9), (-179.9, -89.0), (180.0, 90.0))


@pytest.mark.parametrize("login", ["supervisor_li", "worker_lin", "outsider"])
def test_each_of_many_is_answered_as_if_asked_alone(client_of, login):
    client, asked = client_of(login), list(places())
    told = client.post(URL, json={"lon": [x for x, _ in asked], "lat": [y for _, y in asked]}).get_json()
    answers = rows_of(told)
    assert answers == [alone(client, lon, lat) for lon, lat in asked]
    assert {one["how"] for one in answers} == {"inside", "edge", "nearest", "outside"}
    assert told["grid"] == client.get(f"{URL}?lon=122.015&lat=37.015").get_json()["grid"]


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_many_in_another_datum_are_answered_as_if_asked_alone(ask, client_of, crs):
    lon, lat = datum.convert([122.0101, 122.0199], [37.0101, 37.0199], "wgs84", crs)
    _, told = ask(lon.tolist(), lat.tolist(), crs=crs)
    assert told["cell"] == [EIGHTH, EIGHTH]
    assert told["lon"] == pytest.approx([122.0101, 122.0199], abs=1e-8)
    alike = [
        alone(client_of("supervisor_li"), x, y, crs) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]
    assert rows_of(told) == alike


def test_many_in_a_plane_are_answered_as_if_asked_alone_and_refused_beyond_it(ask, client_of):
    x, y = project_points([122.0101, 122.0301], [37.0101, 37.0001], "EPSG:4326", "EPSG:4550")
    _, told = ask(x.tolist(), y.tolist(), crs="EPSG:4550")
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    assert rows_of(told) == [alone(client_of("supervisor_li"), *pair, "EPSG:4550") for pair in pairs]
    status, told = ask([float(x[0]), 122.0, float(y[1])], [float(y[0]), 37.0, float(x[1])], crs="EPSG:4550")
    assert (status, [(one["field"], one["rows"]) for one in told["errors"]]) == (
        422,
        [("lat", [2]), ("lon", [1])],
    )


@pytest.mark.parametrize("name", ["NaN", "infinite", "out of range", "swapped", "nowhere"])
def test_what_is_refused_alone_is_refused_among_many_and_in_the_same_words(ask, client_of, name):
    lon, lat, _, rows = WRONG[name]
    for row, (x, y) in enumerate(zip(lon, lat, strict=True)):
        single = client_of("supervisor_li").get(URL, query_string={"lon": repr(x), "lat": repr(y)})
        assert (single.status_code == 422) == (row in rows)
        if row == rows[0] and math.isfinite(x + y):
            assert ask(lon, lat)[1]["errors"][0]["detail"].endswith(single.get_json()["detail"])


def test_the_order_and_repetition_of_positions_are_kept(ask):
    _, told = ask([122.015, 122.005, 122.015], [37.015, 37.005, 37.015])
    assert [code[-3:] for code in told["cell"]] == ["008", "001", "008"]


def test_holders_are_told_only_in_the_askers_areas(ask):
    everywhere = ([122.015, 122.025], [37.015, 37.015])
    assert ask(*everywhere, login="worker_lin")[1]["holder"] == ["林晓", None]
    assert ask(*everywhere, login="outsider")[1]["holder"] == [None, "周远"]
    assert ask(*everywhere, login="worker_lin")[1]["cell"] == ask(*everywhere, login="outsider")[1]["cell"]


def test_a_change_of_duty_is_told_at_once(ask, store, town):
    here = ([122.015], [37.015])
    assert ask(*here)[1]["holder"] == ["林晓"]
    with store.write() as tx:
        tx.session.add(Leave(person_id=town.people["worker_lin"], substitute_id=town.people["leader_zhao"],
                             starts_at=tx.now, ends_at=tx.now + timedelta(days=1)))  # fmt: skip
    assert ask(*here)[1]["holder"] == ["赵敏"]
    with store.write() as tx:
        tx.session.query(Duty).filter_by(area_id=town.areas[EIGHTH]).delete()
        tx.session.query(Duty).filter_by(kind="leader").delete()
    assert ask(*here)[1]["holder"] == [None]


WRONG = {
    "NaN": ([1.0, NAN, 3.0], [1.0, 2.0, NAN], "lon", [1, 2]),
    "infinite": ([INF, 2.0], [1.0, -INF], "lon", [0, 1]),
    "beyond every float": ([1.0, 10**400], [1.0, 1.0], "lon", [1]),
    "out of range": ([181.0, 2.0, -200.0], [1.0, 2.0, 3.0], "lon", [0, 2]),
    "swapped": ([37.0, 122.0, 39.0], [122.0, 37.0, 116.0], "lat", [0, 2]),
    "nowhere": ([122.0, 0.0], [37.0, 0.0], "lon", [1]),
    "words": (["122.0", 122.0], [37.0, 37.0], "lon", [0]),
    "nothing": ([122.0, 122.0], [37.0, None], "lat", [1]),
    "yes": ([122.0, 122.0], [37.0, True], "lat", [1]),
    "lists": ([[122.0], 122.0], [37.0, 37.0], "lon", [0]),
}


@pytest.mark.parametrize("name", WRONG)
def test_positions_that_cannot_be_used_are_all_named_and_none_is_answered(ask, name):
    lon, lat, field, rows = WRONG[name]
    status, told = ask(lon, lat)
    assert (status, told["title"]) == (422, "points.refused")
    assert [(one["field"], one["rows"]) for one in told["errors"]] == [(field, rows)]
    assert "?" not in told["errors"][0]["detail"]


def test_all_kinds_of_faults_are_told_at_once_with_every_row(ask):
    _, told = ask([200.0] * 3000 + [NAN] + [122.0], [1.0] * 3000 + [1.0] + ["x"])
    assert {one["field"]: len(one["rows"]) for one in told["errors"][1:]} == {"lon": 3000}
    assert [one["rows"][-1] for one in told["errors"]] == [3001, 3000, 2999]
    assert all(len(one["detail"]) < 300 for one in told["errors"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lon": [], "lat": []}, "lon"),
        ({"lon": [1.0, 2.0], "lat": [1.0]}, "lat"),
        ({"lon": [1.0] * 10_001, "lat": [1.0] * 10_001}, "lon"),
        ({"lon": [1.0], "lat": [1.0], "crs": "mars"}, "crs"),
        ({"lon": 1.0, "lat": [1.0]}, "lon"),
        ({"lon": [1.0]}, "lat"),
        ({"lon": [1.0], "lat": [1.0], "accuracy_m": [5.0]}, "accuracy_m"),
    ],
    ids=["none", "lengths", "10,001", "datum", "a number", "half", "unknown"],
)
def test_columns_that_cannot_be_read_are_refused_with_their_field(client_of, body, field):
    told = client_of("supervisor_li").post(URL, json=body).get_json()
    assert told["status"] == 422
    assert field in [one["field"] for one in told["errors"]]
    assert "?" not in told["errors"][0]["detail"]


def test_the_refusal_of_too_many_names_the_limit(ask):
    _, told = ask([1.0] * 10_001, [1.0] * 10_001)
    assert "10001" in told["detail"]
    assert "10000" in told["detail"]


@pytest.mark.parametrize(("scope", "status"), [("read", 200), ("report", 403), ("act", 403)])
def test_a_token_needs_only_to_read(app, store, town, scope, status):
    with store.write() as tx:
        token = token_of(tx, "worker_lin", [scope])
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().post(URL, json={"lon": [122.015], "lat": [37.015]}, headers=headers)
    assert answer.status_code == status


def test_a_session_needs_the_forms_token_as_elsewhere(app, client_of):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client_of("worker_lin").post(URL, json={"lon": [122.015], "lat": [37.015]})
    assert (answer.status_code, answer.get_json()["title"]) == (400, "auth.csrf")


@pytest.fixture
def statements(store):
    """What the database is asked from now on, but for the beginnings of transactions."""
    asked = []

    def note(_connection, _cursor, statement, *_):
        if statement != "BEGIN":
            asked.append(statement)

    def begin(_connection):
        asked.append("a transaction")

    event.listen(store.engine, "before_cursor_execute", note)
    event.listen(store.engine, "begin", begin)
    yield asked
    event.remove(store.engine, "before_cursor_execute", note)
    event.remove(store.engine, "begin", begin)


def test_the_database_is_asked_three_things_in_one_transaction_for_a_position_and_for_many(
    app, store, town, statements
):
    """Who asks, whether the grid is still the newest, who is on duty: more would be slower for everybody."""
    with store.write() as tx:
        token = token_of(tx, "supervisor_li", ["read"])
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    asked = list(places())
    many = {"lon": [x for x, _ in asked], "lat": [y for _, y in asked]}
    client.get(f"{URL}?lon=122.015&lat=37.015", headers=headers)  # opens the grid
    for ways in (
        lambda: client.get(f"{URL}?lon=122.015&lat=37.015&accuracy_m=900", headers=headers),
        lambda: client.get(f"{URL}?lon=122.005&lat=36.9998", headers=headers),
        lambda: client.post(URL, json=many, headers=headers),
    ):
        statements.clear()
        assert ways().status_code == 200
        assert len(statements) == 4, statements
        assert statements.count("a transaction") == 1


def test_half_a_character_instead_of_a_number_is_refused_by_its_row(client_of):
    body = '{"lon": [122.005, "\\ud800"], "lat": [37.005, 37.005]}'
    answer = client_of("supervisor_li").post(URL, data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["title"]) == (422, "points.refused")
    assert answer.get_json()["errors"][0]["rows"] == [1]
