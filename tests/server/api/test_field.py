"""The tablet's data over HTTP: whose it is, in which words, and nothing twice that has not changed."""

from datetime import timedelta

import pytest

from server.api.told_field import GroundAnswer, WholeAnswer, WorkAnswer
from server.services import intake
from server.services.drafts import Draft
from tests.statements import counted

FIELD = "/api/v1/field"
PHONE = "13812345678"
DRAFT = Draft(
    "heating", "phone", f"三楼王大妈家暖气不热，电话{PHONE}", lon=122.015, lat=37.015, reporter_phone=PHONE
)
GAS = Draft("gas_smell", "phone", "楼道有燃气味", lon=122.015, lat=37.015)


@pytest.fixture
def report(store, town):
    """Report an issue as the desk; its number."""

    def make(draft=DRAFT):
        with store.write() as tx:
            return intake.report(tx, town.actors["dispatcher_qian"], draft).number

    return make


def asked(client, path, known=None):
    return client.get(f"{FIELD}/{path}", headers={"If-None-Match": known} if known else {})


@pytest.mark.parametrize("path", ["ground", "work", "issues?numbers=1"])
def test_it_is_for_those_who_are_out_in_the_cells(client_of, path):
    logins = (None, "worker_lin", "leader_zhao", "supervisor_li", "handler_sun", "admin_wu")
    assert [asked(client_of(login), path).status_code for login in logins] == [401, 200, 200, 403, 403, 403]


def test_answers_are_as_they_are_described(client_of, report):
    client, number = client_of("worker_lin"), report()
    GroundAnswer.model_validate(asked(client, "ground").json)
    assert WorkAnswer.model_validate(asked(client, "work").json).issues[0].number == number
    assert (
        WholeAnswer.model_validate(asked(client, f"issues?numbers={number}").json).items[0].number == number
    )


def test_the_ground_says_who_may_do_what_in_the_language_asked_for(client_of):
    client = client_of("worker_lin")
    said = asked(client, "ground").json
    assert said["person"]["login"] == "worker_lin"
    assert said["next"]["dispatched"][0]["action"] == "take"
    assert said["next"]["handling"][-3]["takes"] == ["quantity", "unit", "money", "photos"]
    assert said["moves"]["finish"] == {"name": "办结", "to": {"handling": "handled"}}
    assert {"code": "gas_smell", "name": "燃气异味", "urgent": True}.items() <= said["categories"][3].items()
    client.set_cookie("language", "en")
    assert asked(client, "ground").json["moves"]["take"]["name"] == "Take"


def test_what_has_not_changed_is_not_told_again(client_of, report, store, clock):
    client = client_of("worker_lin")
    report()
    tags = {path: asked(client, path).headers["ETag"] for path in ("ground", "work")}
    clock.at += timedelta(minutes=7)  # the words of what is left would be others
    with counted(store) as sent:
        assert [asked(client, path, known).status_code for path, known in tags.items()] == [304, 304]
    assert len(sent) <= 24
    report()
    assert [asked(client, path, known).status_code for path, known in tags.items()] == [304, 200]


def test_nobody_is_told_that_anothers_answer_still_holds(client_of, report):
    report()
    for path in ("ground", "work"):
        hers = asked(client_of("worker_lin"), path)
        assert asked(client_of("worker_he"), path, hers.headers["ETag"]).status_code == 200
        assert asked(client_of("worker_lin"), path, hers.headers["ETag"]).get_data() == b""


def test_another_language_is_another_answer(client_of, report):
    report()
    client = client_of("worker_lin")
    tag = asked(client, "work").headers["ETag"]
    client.set_cookie("language", "en")
    other = asked(client, "work", tag)
    assert (other.status_code, other.json["issues"][0]["state"]["name"]) == (200, "To be taken")


def test_each_issue_tells_its_clock(client_of, report):
    slow, urgent = report(), report(GAS)
    said = {one["number"]: one for one in asked(client_of("worker_lin"), "work").json["issues"]}
    assert (said[slow]["clock_kind"], said[urgent]["clock_kind"]) == ("work", "natural")
    for one in said.values():
        assert one["reported_at"] < one["amber_at"] < one["due_at"]
        assert one["mine"] is True


def test_words_about_people_are_masked_on_the_device_too(client_of, report):
    number = report()
    for path in ("work", f"issues?numbers={number}"):
        assert PHONE not in asked(client_of("worker_lin"), path).get_data(as_text=True)


def test_more_issues_than_one_answer_holds_are_refused(client_of):
    refused = asked(client_of("worker_lin"), "issues?numbers=" + ",".join("123456789012345678901"))
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "numbers")


def test_a_whole_issue_comes_with_its_log_and_what_she_may_do(client_of, report):
    number = report()
    (one,) = asked(client_of("worker_lin"), f"issues?numbers={number},20260101-00001").json["items"]
    assert [step["action"] for step in one["log"]] == ["report", "dispatch"]
    assert one["photos"] == []
    assert "take" in [action["action"] for action in one["actions"]]
