"""The talk day's form without scripts: rows are added, checked together, and saved all or none."""

import re

import pytest
from sqlalchemy import func, select

from server.models import Issue
from server.services import gazetteer, issues
from server.services.gazetteer import NewPlace

URL = "/issues/talk-day"
HEAD = {"date": "2026-03-09", "community": "990101001001", "q": "文峰社区第八网格", "remark": "小板凳"}


@pytest.fixture
def desk(client_of, store):
    """The dispatcher's client, where a building is known by name."""
    with store.write() as tx:
        gazetteer.keep(tx, [NewPlace("1", "时代嘉园1幢", "building", "", 122.005, 37.005)])
    return client_of("dispatcher_qian")


def rows(*talks):
    """Rows as a browser sends them: (category, words, place)."""
    names = ("category", "description", "q")
    return {
        f"r{at}-{name}": said for at, talk in enumerate(talks) for name, said in zip(names, talk, strict=True)
    }


def uid(client):
    return {"uid": re.search(r'name="uid" value="([^"]+)"', client.get(URL).text)[1]}


def count(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Issue))


def test_many_issues_of_one_meeting_are_saved_together_and_once(desk, store, town):
    talks = (("heating", "三楼暖气不热", ""), ("", "", ""), ("dogs", "有人遛狗不牵绳", "时代嘉园1号楼"))
    form = uid(desk) | HEAD | rows(*talks)
    first, again = (desk.post(URL, data=form) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    assert count(store) == 2
    text = desk.get(first.headers["Location"]).text
    assert "已登记 2 件" in text
    assert all(words in text for words in ("林晓", "何平", "文峰社区第八网格", "文峰社区第一网格"))
    with store.read() as tx:
        number = re.search(r"/issues/(\d{8}-\d{5})", text)[1]
        view = issues.one(tx, town.actors["dispatcher_qian"], number)
        assert (view.issue.source, view.issue.reported_at.isoformat()) == (
            "talk_day",
            "2026-03-09T04:00:00+00:00",
        )
        assert "文峰社区 · 小板凳" in [said for step in view.log for said in step.words.values()]


def test_one_row_at_fault_stops_all_and_every_fault_stands_at_its_row(desk, store):
    talks = (
        ("heating", "三楼暖气不热", ""),
        ("heating", " ", ""),
        ("", "路灯不亮", "月球"),
        ("飞船", "坏了", ""),
    )
    answer = desk.post(URL, data=HEAD | rows(*talks) | {"date": "2026-03-11"})
    assert answer.status_code == 422
    assert re.findall(r'id="e-([\w-]+)"', answer.text) == [
        "date", "r1-description", "r2-category", "r2-q", "r3-category"
    ]  # fmt: skip
    assert all(said in answer.text for said in ("三楼暖气不热", "路灯不亮", "月球", "小板凳", "有 5 处要改"))
    assert count(store) == 0


def test_the_meeting_needs_a_place_only_for_rows_without_one(desk):
    own = rows(("heating", "三楼暖气不热", "时代嘉园1幢"))
    assert desk.post(URL, data=own).status_code == 303
    answer = desk.post(URL, data=rows(("heating", "三楼暖气不热", "")))
    assert re.findall(r'id="e-([\w-]+)"', answer.text) == ["q"]


def test_a_row_is_added_without_scripts_and_nothing_typed_is_lost(desk):
    form = HEAD | rows(("heating", "三楼暖气不热", "时代嘉园1幢"))
    text = desk.post(URL, data=form | {"do": "add"}).text
    assert "三楼暖气不热" in text
    assert re.findall(r'name="(r\d+)-description"', text) == ["r0", "r1"]
    assert re.search(r'name="r1-category"[^>]* autofocus', text)


def test_nothing_too_much_and_a_community_elsewhere_are_refused(desk, store):
    assert "请至少填一行" in desk.post(URL, data=HEAD | rows(("", "", ""))).text
    many = rows(*[("heating", "冷", "")] * 51)
    assert "一次最多 50 件" in desk.post(URL, data=HEAD | many).text
    other = HEAD | rows(("heating", "冷", "")) | {"community": "990101002001"}
    assert re.findall(r'id="e-([\w-]+)"', desk.post(URL, data=other).text) == ["community"]
    assert count(store) == 0


def test_an_old_page_comes_back_with_what_was_typed(desk, app):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = desk.post(URL, data=HEAD | rows(("heating", "三楼暖气不热", "")))
    assert answer.status_code == 400
    assert "三楼暖气不热" in answer.text
