"""Quick entry without scripts: a place in two steps, a look before saving, nothing typed is lost, once is once."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from server.models import Issue
from server.services import gazetteer, issue_view, issues
from server.services.gazetteer import NewPlace

URL = "/issues/new"
DOOR = {"source": "phone", "category": "fire_door", "description": "三楼两户之间的防火门关不上", "q": "文峰小区3号楼",
        "reporter_name": "王芳", "reporter_phone": "13812345678"}  # fmt: skip


@pytest.fixture
def desk(client_of, store):
    """The dispatcher's client, where two buildings are known by name."""
    places = [
        NewPlace(str(n), f"文峰小区{n}号楼", "building", "", 122.015 + n / 10_000, 37.015) for n in (3, 13)
    ]
    with store.write() as tx:
        gazetteer.keep(tx, places)
    return client_of("dispatcher_qian")


def fields(text):
    """The form as a browser would send it."""
    form = text[text.index('class="report"') :]
    given = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', form))
    given.update(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)', form))
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="(\w+)"[^>]* selected', body)
        given[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in given.items()}


def count(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Issue))


def save(client, **given):
    """Fill the form, and save it after the look."""
    form = fields(client.get(URL).text) | given
    answer = client.post(URL, data=form)
    if answer.status_code == 200:
        answer = client.post(URL, data=fields(answer.text) | {"do": "save"})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("=")[2]


def test_saving_shows_cell_and_who_is_on_duty_first_and_then_the_number(desk, store):
    form = fields(desk.get(URL).text)
    assert form["source"] == "phone"
    look = desk.post(URL, data=form | DOOR)
    assert "将落在 文峰社区第八网格" in look.text
    assert "派给当值的 林晓" in look.text
    assert count(store) == 0
    again = fields(look.text)
    assert {name: again[name] for name in DOOR} == DOOR
    saved = desk.post(URL, data=again)
    assert saved.status_code == 303
    done = desk.get(saved.headers["Location"]).text
    number = saved.headers["Location"].rpartition("=")[2]
    assert all(
        words in done for words in (number, "文峰社区第八网格", "已派给 林晓", "/issues/new?source=phone")
    )


def test_what_is_kept_is_what_was_typed(desk, store, town):
    number = save(desk, **DOOR, place_text="2单元门口", happened_at="2026-03-09T15:30")
    with store.read() as tx:
        qian = town.actors["dispatcher_qian"]
        view = issue_view.view(tx, qian, *issue_view.found(tx, qian, number), is_whole=True)
        assert (view.description, view.reporter_name) == (DOOR["description"], "王芳")
        assert (view.place, view.reporter_phone) == ("文峰小区3号楼 2单元门口", "13812345678")
        assert (view.issue.lon, view.issue.source) == (pytest.approx(122.0153), "phone")
        assert view.issue.reported_at.isoformat() == "2026-03-09T07:30:00+00:00"


def test_a_place_of_several_is_chosen_in_a_second_step(desk):
    form = fields(desk.get(URL).text) | DOOR | {"q": "文峰小区"}
    for answer in (desk.post(URL, data=form | {"do": "find"}), desk.post(URL, data=form)):
        refs = re.findall(r'type="radio" name="spot" value="(place:\d+)"', answer.text)
        assert len(refs) == 2
        assert DOOR["description"] in answer.text
    look = desk.post(URL, data=form | {"spot": refs[0]})
    assert "将落在 文峰社区第八网格" in look.text
    assert fields(look.text)["spot"] == refs[0]


def test_everything_that_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(desk, store):
    form = {**DOOR, "category": "", "q": "月球", "happened_at": "2026-13-01", "do": "save"}
    answer = desk.post(URL, data=form)
    assert answer.status_code == 422
    assert re.findall(r'id="e-(\w+)"', answer.text) == ["category", "q", "happened_at"]
    assert "没有找到“月球”" in answer.text
    assert {name: fields(answer.text)[name] for name in DOOR} == {**DOOR, "category": "", "q": "月球"}
    later = desk.post(URL, data={**DOOR, "happened_at": "2026-03-11T10:00"})
    assert re.findall(r'id="e-(\w+)"', later.text) == ["happened_at"]
    pinned = desk.post(URL, data={**DOOR, "lon": "122,1", "lat": "37"})
    assert re.findall(r'id="e-(\w+)"', pinned.text) == ["lon"]
    assert count(store) == 0


def test_the_same_form_sent_twice_is_one_issue(desk, store):
    look = fields(desk.post(URL, data=fields(desk.get(URL).text) | DOOR).text)
    answers = [desk.post(URL, data=look).headers["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert count(store) == 1


def test_a_pin_goes_before_the_words_and_a_cell_is_a_place(desk):
    pinned = desk.post(URL, data=DOOR | {"lon": "122.005", "lat": "37.005"})
    assert "将落在 文峰社区第一网格" in pinned.text
    assert "将落在 文峰社区第二网格" in desk.post(URL, data=DOOR | {"q": "990101001001002"}).text
    outside = desk.post(URL, data=DOOR | {"lon": "121", "lat": "36"})
    assert "不在任何网格内" in outside.text
    assert "没有人当值" in outside.text


def test_what_may_be_the_same_is_shown_and_asked_once(desk, store):
    first = save(desk, **DOOR)
    look = desk.post(URL, data=fields(desk.get(URL).text) | DOOR)
    assert f'value="merge:{first}"' in look.text
    assert "类别相同" in look.text
    assert desk.post(URL, data=fields(look.text) | {"do": "save"}).status_code == 303
    assert count(store) == 2


def test_the_same_matter_is_saved_and_merged_in_one_go(desk, store, town):
    first = save(desk, **DOOR)
    look = fields(desk.post(URL, data=fields(desk.get(URL).text) | DOOR).text)
    answers = [desk.post(URL, data=look | {"do": f"merge:{first}"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    done = desk.get(answers[0].headers["Location"]).text
    assert f"已登记并入 {first}" in done
    with store.read() as tx:
        actor = town.actors["dispatcher_qian"]
        number = answers[0].headers["Location"].rpartition("=")[2]
        assert issues.one(tx, actor, number).issue.state == "merged"
        assert issues.one(tx, actor, first).issue.repeats == 1
    assert count(store) == 2


def test_a_merging_that_is_refused_saves_nothing_and_loses_nothing(desk, store):
    look = fields(desk.post(URL, data=fields(desk.get(URL).text) | DOOR).text)
    answer = desk.post(URL, data=look | {"do": "merge:20200101-00001"})
    assert answer.status_code in (404, 409, 422)
    assert fields(answer.text)["description"] == DOOR["description"]
    assert count(store) == 0


def test_the_number_of_the_hotline_and_urgency_are_kept(desk, store, town):
    number = save(desk, **DOOR | {"source": "hotline"}, external_number="WO-7", urgent="1")
    with store.read() as tx:
        issue = issues.one(tx, town.actors["dispatcher_qian"], number).issue
        assert (issue.external_number, issue.urgent) == ("WO-7", True)


def test_a_worker_is_told_of_the_same_matter_but_cannot_merge(desk, client_of):
    first = save(desk, **DOOR)
    text = client_of("worker_lin").post(URL, data=DOOR).text
    assert first in text
    assert "merge:" not in text


def test_an_old_page_comes_back_with_what_was_typed(desk, app, client_of):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = desk.post(URL, data=DOOR)
    assert answer.status_code == 400
    assert fields(answer.text)["description"] == DOOR["description"]
    assert "页面已过期" in answer.text
    assert DOOR["description"] not in client_of("admin_wu").post(URL, data=DOOR).text


def test_the_way_in_stands_ahead_for_dispatchers(desk, client_of):
    links = {
        login: re.findall(r'class="nav-link" href="([^"]+)"', client_of(login).get("/areas").text)
        for login in ("dispatcher_qian", "leader_zhao", "handler_sun")
    }
    assert URL in links["dispatcher_qian"][:2]
    assert URL in links["leader_zhao"]
    assert URL not in links["handler_sun"]
