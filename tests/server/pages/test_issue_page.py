"""One issue's page: its forms, what a refusal keeps, what is told afterwards."""

import re
from io import BytesIO

import pytest

from server.services import issues
from server.services.people import system_actor

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def do(store, town):
    def do(login, number, action, given):
        with store.write() as tx:
            return issues.act(tx, town.actors[login], number, action, given)

    return do


def form_of(page, action):
    """The form of an action, as HTML."""
    return re.search(
        rf'<form method="post" action="/issues/[\d-]+/{action}".*?</form>', page.text, re.DOTALL
    )[0]


def sent(page, action, **typed):
    form = form_of(page, action)
    kept = {name: re.search(rf'name="{name}" value="(\d+)"', form)[1] for name in ("version", "seen")}
    return {**kept, **typed}


def test_each_field_has_its_kind_and_what_may_be_left_out_is_said_so(client_of, number):
    page = client_of("worker_lin").get(f"/issues/{number}")
    finish = form_of(page, "finish")
    assert re.search(r'<textarea[^>]+name="outcome"[^>]* required>', finish)
    assert re.search(r'<input[^>]+name="quantity"[^>]+type="number"', finish)
    assert finish.count("（选填）") == 4
    transfer = form_of(page, "transfer")
    assert re.search(r'<optgroup label="文峰社区">.*林晓|何平', transfer, re.DOTALL)
    assert re.search(r'<optgroup label="承办单位">.*热力公司', transfer, re.DOTALL)


def test_what_was_done_is_told_once_it_is_done(client_of, number):
    client = client_of("worker_lin")
    page = client.get(f"/issues/{number}")
    answer = client.post(f"/issues/{number}/finish", data=sent(page, "finish", outcome="已修好阀门"))
    assert answer.status_code == 303
    told = client.get(answer.headers["Location"]).text
    assert "“办结”已记入流转记录；现在待核查" in told
    assert "已修好阀门" in told


def test_a_stale_form_comes_back_with_what_was_typed_and_what_came_meanwhile(client_of, number, do):
    client = client_of("worker_lin")
    page = client.get(f"/issues/{number}")
    do("leader_zhao", number, "note", {"text": "已电话核实"})
    answer = client.post(f"/issues/{number}/finish", data=sent(page, "finish", outcome="已修好阀门"))
    assert answer.status_code == 409
    assert ">已修好阀门</textarea>" in form_of(answer, "finish")
    notice = re.search(r'<div class="note note-bad.*?</ul>', answer.text, re.DOTALL)[0]
    assert "赵敏 备注" in notice
    assert (
        client.post(f"/issues/{number}/finish", data=sent(answer, "finish", outcome="已修好阀门")).status_code
        == 303
    )


def test_a_form_that_is_too_late_shows_what_is_possible_now(client_of, number, do):
    client = client_of("worker_lin")
    page = client.get(f"/issues/{number}")
    do("worker_lin", number, "finish", {"outcome": "已修好"})
    answer = client.post(
        f"/issues/{number}/return", data={**sent(page, "return", reason="不归我管"), "version": ""}
    )
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert "state-handled" in answer.text


def test_a_field_left_empty_is_marked_and_the_others_keep_what_was_typed(client_of, number):
    client = client_of("worker_lin")
    page = client.get(f"/issues/{number}")
    typed = sent(page, "finish", outcome=" ", quantity="2", unit="盏")
    answer = client.post(f"/issues/{number}/finish", data=typed)
    assert answer.status_code == 422
    form = form_of(answer, "finish")
    assert re.search(r'class="form-control is-invalid"[^>]+name="outcome"', form)
    assert "请填写这一项。" in form
    assert re.search(r'value="盏" selected', form)


def test_what_ends_an_issue_must_be_confirmed(client_of, number, do):
    do("worker_lin", number, "return", {"reason": "不归我管"})
    client = client_of("dispatcher_qian")
    page = client.get(f"/issues/{number}")
    assert "确认不予受理：不予受理后事件即告结束" in form_of(page, "reject")
    typed = sent(page, "reject", reason="不在辖区", told="已告知邻区")
    assert client.post(f"/issues/{number}/reject", data=typed).status_code == 422
    assert client.post(f"/issues/{number}/reject", data={**typed, "confirm": "1"}).status_code == 303


def lines_of(page):
    """The log as plain words, newest first."""
    log = re.search(r'<ol class="timeline.*?</ol>', page.text, re.DOTALL)[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)) for one in log.split("<li")[1:]]


def test_after_a_hand_over_the_log_says_to_whom_and_why(store, town, client_of, number):
    first = client_of("leader_zhao").get(f"/issues/{number}")
    assert "网格员 林晓 当值。" in first.text
    assert "派给 林晓" in lines_of(first)[1]
    with store.write() as tx:
        given = {"holder": f"person:{town.people['worker_he']}", "reason_code": "hand_over"}
        issues.act(tx, system_actor(), number, "reassign", given)
    page = client_of("leader_zhao").get(f"/issues/{number}")
    assert "派给 何平" in lines_of(page)[0]
    assert "工作交接" in lines_of(page)[0]
    assert "林晓 当值" not in page.text


def test_a_returned_issue_waits_only_until_somebody_is_given_it(town, client_of, number, do):
    do("worker_lin", number, "return", {"reason": "不归我管"})
    client, waits = client_of("leader_zhao"), "退单，等待重新派遣"
    page = client.get(f"/issues/{number}")
    assert waits in page.text
    assert not [line for line in lines_of(page) if waits in line]
    do("leader_zhao", number, "dispatch", {"holder": f"person:{town.people['worker_he']}"})
    assert waits not in client.get(f"/issues/{number}").text


def test_a_unit_without_a_quantity_is_told_of_and_photos_are_to_be_chosen_again(client_of, number):
    client = client_of("worker_lin")
    typed = sent(client.get(f"/issues/{number}"), "finish", outcome="已修好", unit="处")
    photo = (BytesIO(b"x"), "a.jpg")
    answer = client.post(f"/issues/{number}/finish", data={**typed, "photos": photo})
    form = form_of(answer, "finish")
    assert answer.status_code == 422
    assert "照片请重新选择。" in form
    answer = client.post(f"/issues/{number}/finish", data=typed)
    assert "选了单位就要填数量。" in form_of(answer, "finish")
    assert "照片请重新选择。" not in answer.text


def test_pass_and_rework_stand_side_by_side_and_the_worker_is_told_who_verifies(client_of, number, do):
    client = client_of("worker_lin")
    typed = sent(client.get(f"/issues/{number}"), "finish", outcome="已修好")
    told = client.get(client.post(f"/issues/{number}/finish", data=typed).headers["Location"]).text
    assert "现在待核查，由网格长核查。" in told
    shown = client_of("leader_zhao").get(f"/issues/{number}").text.partition('<details class="more"')[0]
    assert f"/issues/{number}/pass" in shown
    assert f"/issues/{number}/rework" in shown
