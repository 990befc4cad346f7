"""The triage page: the queue, the one chosen, and giving it on."""

import re

import pytest

from server.services import intake
from server.services.drafts import Draft

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def waiting(store, town):
    """Three issues of 天隆社区, where nobody is on duty."""
    with store.write() as tx:
        drafts = [Draft("heating", "phone", f"第 {n} 件", lon=122.025, lat=37.005) for n in range(3)]
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], drafts)]


def test_one_click_gives_an_issue_to_whom_is_suggested_and_leads_back(client_of, waiting):
    client = client_of("dispatcher_qian")
    page = client.get("/triage").text
    form = re.search(r'<form class="queue-act".*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = client.post(f"/issues/{waiting[0]}/dispatch", data=sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/triage?done=dispatch&number={waiting[0]}"
    page = client.get(answer.headers["Location"]).text
    assert f"{waiting[0]} 已派遣。" in page
    assert "共 2 件" in page


def test_the_first_is_chosen_unless_another_is(client_of, waiting):
    client = client_of("dispatcher_qian")

    def chosen(path):
        text = client.get(path).text
        return re.search(r'id="chosen".*?href="/issues/([\d-]+)"', text, re.DOTALL)[1], text

    assert chosen("/triage")[0] == waiting[0]
    number, text = chosen(f"/triage?at={waiting[2]}")
    assert number == waiting[2]
    assert re.search(rf'action="/issues/{waiting[2]}/reject"', text)
    assert chosen("/triage?at=gone")[0] == waiting[0]


def test_an_empty_queue_says_so(client_of, town):
    assert "没有待派遣的事件。" in client_of("leader_zhao").get("/triage").text
    assert client_of("worker_lin").get("/triage").status_code == 403
