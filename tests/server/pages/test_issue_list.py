"""The list's page: filters, orders, saved views, and a selection that something is done with."""

import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from server.models import Issue
from server.services import intake
from server.services.drafts import Draft

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def numbers(store, town):
    """Three issues of the eighth cell, all to be taken by worker_lin."""
    with store.write() as tx:
        drafts = [Draft("dogs", "phone", f"第 {n} 件", lon=122.015, lat=37.015) for n in range(3)]
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], drafts)]


def shown(page):
    return re.findall(r'<a class="code" href="/issues/([\d-]+)"', page.text)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text)[1]


def test_the_list_is_sorted_as_asked_and_keeps_the_order_on_the_next_page(client_of, numbers):
    client = client_of("leader_zhao")
    assert shown(client.get("/issues?sort=oldest")) == numbers
    assert shown(client.get("/issues")) == numbers[::-1]
    assert client.get("/issues?sort=luck").status_code == 422
    assert '<option value="due" selected>' in client.get("/issues?sort=due").text


def test_a_view_is_saved_shown_renamed_and_deleted(client_of, numbers):
    client = client_of("leader_zhao")
    form = {"name": "狗", "category": "dogs", "sort": "due", "csrf_token": "x", "after": "y"}
    saved = client.post("/views", data=form)
    assert (saved.status_code, saved.headers["Location"]) == (303, "/issues?category=dogs&sort=due")
    page = client.get(saved.headers["Location"])
    assert re.search(r'class="view is-here" href="/issues\?category=dogs&amp;sort=due"[^>]*>狗<', page.text)
    key = re.search(r"/views/(\d+)/rename", page.text)[1]
    back = {"back": "/issues?category=dogs"}
    renamed = client.post(f"/views/{key}/rename", data={"name": "犬只", **back})
    assert renamed.headers["Location"] == back["back"]
    assert ">犬只<" in client.get("/issues").text
    assert client_of("worker_lin").post(f"/views/{key}/delete", data=back).status_code == 404
    client.post(f"/views/{key}/delete", data=back)
    assert ">犬只<" not in client.get("/issues").text


def test_a_selection_is_acted_on_and_each_issue_told_of(client_of, town, numbers):
    client = client_of("leader_zhao")
    chosen = [*numbers[:2], "20990101-00001"]
    asked = client.get(
        f"/issues/bulk?{urlencode({'action': 'reassign', 'n': chosen, 'back': '/issues?q=x'}, True)}"
    )
    assert shown(asked) == numbers[1::-1]
    form = {"action": "reassign", "key": hidden(asked, "key"), "back": hidden(asked, "back"), "n": chosen,
            "holder": f"person:{town.people['worker_he']}", "reason": "林晓外出"}  # fmt: skip
    answers = [client.post("/issues/bulk", data=form) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    result = client.get(answers[1].headers["Location"])
    assert "已改派 2 件" in result.text
    assert "有 1 件没有办" in result.text
    assert "没有编号为 20990101-00001 的事件" in result.text
    assert client.get(f"/issues/{numbers[0]}").text.count("<b>改派</b>") == 1


def test_what_would_end_many_issues_must_be_confirmed(client_of, numbers):
    client = client_of("leader_zhao")
    asked = client.get(f"/issues/bulk?action=reject&n={numbers[0]}")
    assert "不予受理后事件即告结束" in asked.text
    form = {"action": "reject", "key": hidden(asked, "key"), "n": numbers, "reason": "重复", "told": "已解释"}
    assert client.post("/issues/bulk", data=form).status_code == 422


@pytest.mark.parametrize("query", ["action=take&n=1", "action=note", "n=1"])
def test_a_selection_without_issues_or_with_another_action_is_refused(client_of, query):
    assert client_of("leader_zhao").get(f"/issues/bulk?{query}").status_code == 422


def test_the_bar_offers_what_the_role_may_do(client_of, numbers):
    def offered(login):
        return re.findall(r'name="action" value="(\w+)"', client_of(login).get("/issues").text)

    assert offered("worker_lin") == ["note"]
    assert offered("dispatcher_qian") == ["dispatch", "reassign", "note", "reject"]


def test_a_line_without_words_says_whether_they_were_purged(client_of, store, numbers):
    with store.write() as tx:
        tx.session.execute(update(Issue).values(summary=""))
        tx.session.execute(update(Issue).where(Issue.number == numbers[0]).values(purged_at=tx.now))
    page = client_of("leader_zhao").get("/issues").text
    assert page.count("（已按保存期限清除）</td>") == 1
    assert page.count("（没有描述）</td>") == 2
    assert "第一页" not in page
