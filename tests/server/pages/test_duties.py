"""The pages of duties: what is missing, leave, posts, handing over, leaving service; all by plain forms."""

import re

import pytest

from server.models import Duty, Leave
from server.services import intake
from server.services.drafts import Draft

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EIGHTH, THIRD = "990101001001008", "990101001001003"


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@pytest.fixture
def uid_of(uid_of):
    """Uid of a persona, as addresses carry it."""
    return lambda login: str(uid_of(login))


@pytest.fixture
def numbers(store, town):
    """Three issues that worker_lin has not taken yet."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "heating is cold", lon=122.015, lat=37.015)
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], [draft] * 3)]


def holder(client, number):
    return client.get(f"/api/v1/issues/{number}").get_json()["holder"]["name"]


def test_the_page_says_first_where_nobody_is_on_duty(client_of):
    page = said(client_of("supervisor_li").get("/duties"))
    assert "1 个网格现在无人当值，新事件会停在待派遣 天隆社区 · 天隆社区第一网格" in page
    assert "1 个网格现在没有网格员当值，由负责人接收 文峰社区 · 文峰社区第三网格 → 赵敏" in page
    assert "文峰社区第八网格 林晓 何平 林晓" in page


def test_a_worker_sees_her_own_and_nobody_elses(client_of, uid_of, app):
    app.testing = False
    worker = client_of("worker_lin")
    page = said(worker.get("/duties"))
    assert "文峰社区第八网格" in page
    assert "文峰社区第一网格" not in page
    assert worker.get(f"/duties/people/{uid_of('worker_lin')}").status_code == 200
    assert worker.get(f"/duties/people/{uid_of('outsider')}").status_code == 404
    assert worker.get(f"/duties/areas/{EIGHTH}").status_code == 403


def test_a_worker_announces_leave_and_what_she_has_not_taken_is_handed_over(client_of, uid_of, numbers):
    worker = client_of("worker_lin")
    leave = {"since": "2026-03-10", "until": "2026-03-12", "substitute": uid_of("worker_he")}
    done = worker.post(f"/duties/people/{uid_of('worker_lin')}/leaves", data=leave)
    assert done.status_code == 303
    page = said(worker.get(done.headers["Location"]))
    assert "已移交 3 件事件。" in page
    assert "2026-03-10 至 2026-03-12 何平 代班" in page
    leader = client_of("leader_zhao")
    assert "林晓 请假 2026-03-10 至 2026-03-12，何平 代班" in said(leader.get("/duties"))
    assert {holder(leader, number) for number in numbers} == {"何平"}


def test_leave_is_changed_and_ended_on_the_page(client_of, uid_of, store):
    worker, home = client_of("worker_lin"), f"/duties/people/{uid_of('worker_lin')}"
    worker.post(f"{home}/leaves", data={"since": "2026-03-10", "until": "2026-03-12"})
    with store.read() as tx:
        key = tx.session.query(Leave.id).scalar()
    worker.post(f"/duties/leaves/{key}", data={"since": "2026-03-10", "until": "2026-03-20"})
    assert "2026-03-10 至 2026-03-20" in said(worker.get(home))
    assert worker.post(f"/duties/leaves/{key}/end").status_code == 303
    assert "2026-03-20" not in said(worker.get(home))


def test_what_clashes_is_refused_with_a_sentence(client_of, uid_of, app):
    app.testing = False
    worker, way = client_of("worker_lin"), f"/duties/people/{uid_of('worker_lin')}/leaves"
    leave = {"since": "2026-03-10", "until": "2026-03-12"}
    worker.post(way, data=leave)
    again = worker.post(way, data=leave)
    assert again.status_code == 422
    assert "林晓 在 2026-03-10 00:00 至 2026-03-13 00:00 已请假" in said(again)
    assert worker.post(way, data={"since": "2026-04-01"}).status_code == 422


def test_a_leader_gives_and_ends_a_duty(client_of, uid_of, store, town):
    leader, way = client_of("leader_zhao"), f"/duties/areas/{THIRD}"
    assert "这里还没有安排值守" in said(leader.get(way))
    post = {"person": uid_of("worker_he"), "kind": "A", "since": "2026-03-16", "until": "2026-03-31"}
    assert leader.post(way, data=post).status_code == 303
    assert "何平 A 岗 2026-03-16 起；到 2026-03-31" in said(leader.get(way))
    with store.read() as tx:
        key = tx.session.query(Duty.id).filter_by(area_id=town.areas[THIRD]).scalar()
    assert leader.post(f"/duties/posts/{key}/end").status_code == 303
    assert "这里还没有安排值守" in said(leader.get(way))


def test_handing_over_shows_who_gets_what_and_does_it_on_confirmation(client_of, uid_of, numbers):
    leader, way = client_of("leader_zhao"), f"/duties/people/{uid_of('worker_lin')}/hand-over"
    assert said(leader.get(way)).count("待签收 文峰社区第八网格 何平") == 3
    chosen = {"to": uid_of("dispatcher_qian"), "cell": EIGHTH}
    assert said(leader.get(way, query_string=chosen)).count("待签收 文峰社区第八网格 钱进") == 3
    done = leader.post(way, data=chosen)
    assert "已移交 3 件事件。" in said(leader.get(done.headers["Location"]))
    assert holder(leader, numbers[0]) == "钱进"


def test_nobody_is_offered_to_hand_over_their_own_issues_or_may(client_of, uid_of, numbers, app):
    app.testing = False
    worker, home = client_of("worker_lin"), f"/duties/people/{uid_of('worker_lin')}"
    page = said(worker.get(home))
    assert "在办事件 3 件" in page
    assert "移交事件" not in page
    assert "办理中的事件也移交给代班人" not in page
    assert worker.get(f"{home}/hand-over").status_code == 403
    refused = worker.post(f"{home}/hand-over", data={"to": uid_of("worker_he")})
    assert refused.status_code == 403
    assert "自己名下的事件不能成批移交" in said(refused)
    leader = said(client_of("leader_zhao").get(home))
    assert "移交事件" in leader
    assert "办理中的事件也移交给代班人" in leader


def test_an_administrator_who_lets_somebody_go_sees_counts_and_no_issue(client_of, uid_of, numbers):
    page = said(client_of("admin_wu").get(f"/duties/people/{uid_of('worker_lin')}/leaving"))
    assert "未结事件 3 件移交给到时的当值人" in page
    assert not [number for number in numbers if number in page]
    assert "heating is cold" not in page


def test_leaving_service_is_shown_first_announced_taken_back_and_done(client_of, uid_of, numbers):
    leader, home = client_of("leader_zhao"), f"/duties/people/{uid_of('worker_lin')}"
    page = said(leader.get(f"{home}/leaving"))
    assert "结束值守：文峰社区第八网格 A 岗。" in page
    assert "未结事件 3 件移交给到时的当值人" in page
    leader.post(f"{home}/leaving", data={"until": "2026-03-31"})
    assert "最后工作日 2026-03-31" in said(leader.get(home))
    leader.post(f"{home}/stay")
    assert "最后工作日" not in said(leader.get(home))
    done = leader.post(f"{home}/leaving", data={"until": ""})
    assert "已移交 3 件事件。" in said(leader.get(done.headers["Location"]))
    assert client_of("worker_lin").get("/duties").status_code == 303, "signed out"


def test_the_pages_speak_english(client_of, uid_of, numbers):
    client = client_of("leader_zhao")
    home = f"/duties/people/{uid_of('worker_lin')}"
    client.post(f"{home}/leaves", data={"since": "2026-04-10", "until": "2026-04-12"})
    client.post("/language", data={"language": "en", "next": "/duties"})
    names = r"(文峰|天隆|西苑)(社区|街道)(第.网格)?|林晓|何平|赵敏|钱进|李岚|孙强"
    for path in ("/duties", home, f"{home}/hand-over", f"{home}/leaving", f"/duties/areas/{EIGHTH}"):
        page = client.get(path).get_data(as_text=True)
        words = re.sub(names, "", page[page.index('<main id="main"') :])
        assert not CHINESE.search(words), (path, CHINESE.findall(words))


@pytest.mark.parametrize("path", ["/duties/people/x", "/duties/people/1/leaving", "/duties/areas/x"])
def test_an_address_that_leads_nowhere_is_absent(client_of, app, path):
    app.testing = False
    assert client_of("supervisor_li").get(path).status_code == 404
    assert client_of("supervisor_li").post("/duties/leaves/x").status_code in (404, 422)
