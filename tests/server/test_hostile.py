"""What no browser sends by itself: each is refused or passed over, and nothing breaks."""

import json

import pytest

from server.pages.frame import inside
from server.services import intake
from server.services.drafts import Draft
from server.services.redact import public_words


@pytest.fixture
def number(store, town):
    with store.write() as tx:
        draft = Draft("heating", "phone", "x", lon=122.015, lat=37.015)
        return intake.report(tx, town.actors["dispatcher_qian"], draft).number


def written(body):
    """Write a body as a client may that escapes half a character instead of refusing it."""
    return {"data": json.dumps(body), "content_type": "application/json"}


@pytest.mark.parametrize(
    "address",
    ["/triage\rX: y", "/a\nb", "\t/[", "/\t/[x", "/\r/[x", "//host", "/\\host", "\t/℀", "/" + "a" * 3000],
)
def test_an_address_that_could_lead_elsewhere_leads_home(address):
    assert inside(address) == "/"


def test_an_ordinary_address_is_kept():
    assert inside("/issues?state=open&area=990101#x") == "/issues?state=open&area=990101#x"


@pytest.mark.parametrize("one", ["\ud800", "\x00", "x" * 400, "\u202e20260310-00001"])
def test_a_number_that_cannot_be_is_not_found_among_many(client_of, number, one):
    body = {"numbers": [one, number], "action": "note", "text": "x"}
    told = client_of("dispatcher_qian").post("/api/v1/issues/actions", **written(body))
    assert told.status_code == 200
    results = told.get_json()["items"]
    assert [bool(item.get("state")) for item in results] == [False, True]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/issues/{number}/actions", {"action": "note", "text": "t", "quantity": "\ud800"}),
        ("/api/v1/issues/{number}/actions", {"action": "note", "text": "t", "departments": "\ud800"}),
        (
            "/api/v1/issues",
            {"category": "heating", "source": "phone", "description": "x", "lon": "\ud800", "lat": 1},
        ),
        ("/api/v1/issues/actions", {"numbers": "\ud800", "action": "note"}),
    ],
)
def test_half_a_character_is_refused_by_its_field(client_of, number, path, body):
    told = client_of("dispatcher_qian").post(path.format(number=number), **written(body))
    assert told.status_code == 422
    assert told.get_json()["errors"]


def test_a_view_beyond_every_key_is_absent(client_of):
    assert client_of("worker_lin").post("/views/9223372036854775808/delete").status_code == 404


def test_a_uid_of_noughts_is_no_uid(client_of):
    report = {"category": "heating", "source": "phone", "description": "x", "lon": 122.015, "lat": 37.015}
    told = client_of("dispatcher_qian").post("/api/v1/issues", json={**report, "uid": "0" * 32})
    assert (told.status_code, told.get_json()["errors"][0]["field"]) == (422, "uid")


@pytest.mark.parametrize("phone", ["138·1234·5678", "138.1234.5678", "138—1234—5678", "138 1234 5678"])
def test_a_phone_is_masked_however_it_is_written(phone):
    assert "5678" not in public_words(f"请打 {phone} 联系")
