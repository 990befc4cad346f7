"""Bad input: always a problem that names the field and says it in the asker's language, never a fault."""

import json

import pytest
from sqlalchemy import func, select

from server.models import Issue
from server.words import SENTENCES
from tests.server.api.test_issues import REPORT, URL

NAN = float("nan")
BODIES = {
    "no category": ({**REPORT, "category": None}, 422, "category"),
    "unknown category": ({**REPORT, "category": "gone"}, 422, "category"),
    "unknown source": ({**REPORT, "source": "pigeon"}, 422, "source"),
    "unknown field": ({**REPORT, "hurry": True}, 422, "hurry"),
    "empty words": ({**REPORT, "description": ""}, 422, "description"),
    "a megabyte of words": ({**REPORT, "description": "暖" * 300_000}, 422, "description"),
    "words with NUL": ({**REPORT, "description": "a\x00b"}, 422, "description"),
    "half a character": ({**REPORT, "description": "\ud800"}, 422, "description"),
    "a number for words": ({**REPORT, "description": 5}, 422, "description"),
    "no longitude": ({key: value for key, value in REPORT.items() if key != "lon"}, 422, "lon"),
    "text for a longitude": ({**REPORT, "lon": "122.0"}, 422, "lon"),
    "true for a longitude": ({**REPORT, "lon": True}, 422, "lon"),
    "NaN": ({**REPORT, "lat": NAN}, 422, "lat"),
    "infinity": ({**REPORT, "lon": float("inf")}, 422, "lon"),
    "swapped": ({**REPORT, "lon": 37.0, "lat": 122.0}, 422, "lat"),
    "beyond the earth": ({**REPORT, "lon": 181.0}, 422, "lon"),
    "Null Island": ({**REPORT, "lon": 0, "lat": 0}, 422, "lon"),
    "unknown datum": ({**REPORT, "crs": "cgcs"}, 422, "crs"),
    "negative accuracy": ({**REPORT, "accuracy_m": -1}, 422, "accuracy_m"),
    "accuracy NaN": ({**REPORT, "accuracy_m": NAN}, 422, "accuracy_m"),
    "in the future": ({**REPORT, "happened_at": "2099-01-01T00:00:00Z"}, 422, "happened_at"),
    "no time": ({**REPORT, "happened_at": "soon"}, 422, "happened_at"),
    "no uid": ({**REPORT, "uid": "7"}, 422, "uid"),
    "a long phone": ({**REPORT, "reporter_phone": "1" * 33}, 422, "reporter_phone"),
}  # fmt: skip


@pytest.fixture
def qian(client_of):
    return client_of("dispatcher_qian")


def check(answer, status, field=None, name=""):
    told = answer.get_json()
    assert answer.status_code == status, (name, answer.data[:300])
    assert answer.mimetype == "application/problem+json"
    assert told["status"] == status
    assert told["title"] in SENTENCES
    assert "?" not in told["detail"]
    if field:
        assert field in [one["field"] for one in told["errors"]], name
        assert all(
            one["detail"] and "?" not in one["detail"] and len(one["detail"]) < 500 for one in told["errors"]
        )


def test_a_bad_report_is_refused_with_its_field_and_nothing_is_written(qian, store):
    for name, (body, status, field) in BODIES.items():
        check(qian.post(URL, data=json.dumps(body), content_type="application/json"), status, field, name)
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Issue)) == 0


RAW = {
    "broken": (b'{"category":', "application/json", 400),
    "empty": (b"", "application/json", 400),
    "a list": (b"[]", "application/json", 400),
    "a word": (b"null", "application/json", 400),
    "not UTF-8": (b'{"a":"\xff"}', "application/json", 400),
    "too deep": (b"[" * 200_000, "application/json", 400),
    "a long number": (b'{"lon":' + b"9" * 5000 + b"}", "application/json", 400),
    "a form": (b"category=heating", "application/x-www-form-urlencoded", 415),
    "no type": (b"{}", None, 415),
    "too much": (b'{"description":"' + b"x" * 3_000_000 + b'"}', "application/json", 413),
}


def test_a_body_that_cannot_be_read_is_refused(qian):
    for name, (data, kind, status) in RAW.items():
        check(qian.post(URL, data=data, content_type=kind), status, name=name)


QUERIES = {
    "unknown parameter": ("/issues?colour=red", "colour"),
    "given twice": ("/issues?state=open&state=closed", "state"),
    "no number": ("/issues?limit=many", "limit"),
    "too many": ("/issues?limit=501", "limit"),
    "a cursor of one's own": ("/issues?after=x", "after"),
    "unknown state": ("/issues?state=gone", "state"),
    "half a box": ("/clusters?zoom=3&bbox=1,2,3", "bbox"),
    "a box of NaN": ("/heat?zoom=3&bbox=nan,0,1,1", "bbox"),
    "no zoom": ("/clusters", "zoom"),
    "a deep zoom": ("/clusters?zoom=25", "zoom"),
    "half a zoom": ("/heat?zoom=3.5", "zoom"),
    "no days": ("/heat?zoom=3&days=0", "days"),
    "a radius of nothing": ("/heat?zoom=3&radius_m=0", "radius_m"),
    "a radius of NaN": ("/heat?zoom=3&radius_m=nan", "radius_m"),
    "a radius like the earth": ("/heat?zoom=3&radius_m=1e9", "radius_m"),
    "a zoom below 0": ("/heat?zoom=-1", "zoom"),
    "a zoom too deep": ("/heat?zoom=99", "zoom"),
    "a mode of our own making": ("/heat?zoom=3&mode=per_cow", "mode"),
    "an hour after the week": ("/heat?zoom=3&slot=168", "slot"),
    "a difference from nothing": ("/heat/difference?zoom=3", "period"),
    "steps of a second": ("/heat/steps?step=second", "step"),
    "a period before anyone": ("/heat?zoom=3&since=0001-01-01&until=2026-01-01", "since"),
    "a period backwards": ("/heat/steps?since=2026-02-01&until=2026-01-01", "until"),
    "a period and days": ("/heat?zoom=3&period=month&days=7", "days"),
    "swapped": ("/locate?lon=37&lat=122", "lat"),
    "nowhere": ("/locate?lon=0&lat=0", "lon"),
    "infinite": ("/locate?lon=inf&lat=1", "lon"),
    "half a place": ("/locate?lon=1", "lat"),
    "unknown level": ("/areas?level=planet", "level"),
    "a box of words": ("/cells.geojson?bbox=a,b,c,d", "bbox"),
}


def test_a_bad_parameter_is_refused_with_its_name(qian):
    for name, (path, field) in QUERIES.items():
        check(qian.get("/api/v1" + path), 422, field, name)


@pytest.mark.parametrize(
    "path", ["/cells?area=nowhere", "/workers?area=nowhere", "/areas?parent=nowhere", "/issues/x", "/nothing"]
)
def test_what_is_not_there_is_not_found(path, qian):
    check(qian.get("/api/v1" + path), 404)


@pytest.mark.parametrize("path", ["/issues/%00", "/issues?q=%00", "/areas?q=a%00", "/areas?q=a&q=%00"])
def test_a_nul_in_an_address_is_refused(path, qian):
    check(qian.get("/api/v1" + path), 400)


def test_a_wrong_method_is_refused(qian):
    check(qian.delete(URL), 405)


@pytest.mark.parametrize("key", ["a b", "x" * 201])
def test_a_malformed_key_is_refused(key, qian):
    check(qian.post(URL, json=REPORT, headers={"Idempotency-Key": key}), 422, "Idempotency-Key")


def test_a_refusal_speaks_the_language_asked_for(qian):
    english = qian.post(URL, json={**REPORT, "category": "gone"}, headers={"Accept-Language": "en-GB"})
    chinese = qian.post(URL, json={**REPORT, "category": "gone"}, headers={"Accept-Language": "zh-CN"})
    assert english.get_json()["detail"].isascii() or "“gone”" in english.get_json()["detail"]
    assert chinese.get_json()["detail"].startswith("没有名为“gone”的类别")
    assert english.headers["Content-Language"] == "en"


def test_all_faults_of_a_body_are_told_at_once(qian):
    told = qian.post(URL, json={"lon": "x", "colour": 1}).get_json()
    assert {one["field"] for one in told["errors"]} == {
        "category",
        "source",
        "description",
        "lon",
        "lat",
        "colour",
    }
