"""The supervision desk: what it lists, for whom, in which order, and supervising by hand from it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from server.models import Department, Entry, Issue, Whistle
from server.services import intake, issues
from server.services.drafts import Draft
from server.services.supervising import supervise

HOUR = timedelta(hours=1)
ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # nothing in it depends on the store


@pytest.fixture
def reported(store, town, clock):
    """Report issues in the eighth cell (or another) that fell due so many hours ago; their numbers."""

    def report(*ago, lon=122.015, lat=37.015, category="heating"):
        numbers = []
        for hours in ago:
            with store.write() as tx:
                draft = Draft(category, "phone", f"{hours} 小时前到期", lon=lon, lat=lat)
                number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
                due_at = clock.at - hours * HOUR
                facts = {"due_at": due_at, "amber_at": due_at - 2 * HOUR}
                tx.session.execute(update(Issue).where(Issue.number == number).values(**facts))
            numbers.append(number)
        return numbers

    return report


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def figures(answer):
    return re.findall(r"<b>(\d+)</b><span>", answer.get_data(as_text=True))


def listed(answer):
    return re.findall(r'href="/issues/([\d-]+)"', answer.get_data(as_text=True))


def test_the_latest_comes_first_and_the_figures_count_each_tab(reported, client_of):
    numbers = reported(1, 30, -1, -100, 5)
    page = client_of("supervisor_li").get("/supervision")
    assert listed(page) == [numbers[1], numbers[4], numbers[0]]
    assert figures(page) == ["3", "1", "0", "0", "0"]
    assert listed(client_of("supervisor_li").get("/supervision?tab=amber")) == [numbers[2]]
    assert "overdue=1" in page.get_data(as_text=True)


def test_a_line_says_how_late_whom_it_was_brought_before_and_who_urged(
    store, town, clock, reported, client_of
):
    (number,) = reported(1)
    supervise(store)
    with store.write() as tx:
        issues.act(tx, town.actors["dispatcher_qian"], number, "urge", {"text": "居民又来电话"})
        issues.act(tx, town.actors["supervisor_li"], number, "supervise", {"text": "请尽快"})
    clock.at += timedelta(days=1)
    supervise(store)
    page = said(client_of("leader_zhao").get("/supervision"))
    assert "3 次，负责人 赵敏" in page
    assert "催办 1 次 2026-03-10 10:00" in page
    assert "超期" in page
    assert "林晓" in page


@ON_ONE
def test_filters_narrow_the_list_the_figures_and_the_export(reported, client_of):
    (here,), (there,) = reported(1), reported(2, lon=122.005, lat=37.005, category="street_lamp")
    client = client_of("supervisor_li")
    page = client.get("/supervision?area=990101001001008")
    assert (listed(page), figures(page)[0]) == ([here], "1")
    assert "/exports/new?kind=issues&amp;overdue=1&amp;area=990101001001008" in page.get_data(as_text=True)
    assert listed(client.get("/supervision?category=street_lamp")) == [there]


def test_everybody_sees_only_the_areas_that_they_lead_or_supervise(app, reported, client_of):
    reported(1)
    (elsewhere,) = reported(1, lon=122.025, lat=37.015)
    assert listed(client_of("outsider").get("/supervision")) == [elsewhere]
    assert elsewhere not in listed(client_of("supervisor_li").get("/supervision"))
    app.testing = False
    for login in ("worker_lin", "dispatcher_qian", "handler_sun", "admin_wu"):
        assert client_of(login).get("/supervision").status_code == 403, login


def test_a_whistle_without_an_answer_is_listed_with_its_department(store, clock, reported, client_of):
    (number,) = reported(-100)
    with store.write() as tx:
        key = tx.session.scalar(select(Issue.id).where(Issue.number == number))
        unit = tx.session.scalar(select(Department.id))
        tx.session.add(
            Whistle(issue_id=key, seq=2, department_id=unit, answer_by=clock.at - HOUR, at=clock.at)
        )
    page = client_of("leader_zhao").get("/supervision?tab=whistles")
    assert listed(page) == [number]
    assert "热力公司" in said(page)
    assert "超期 1 小时" in said(page)


def test_a_request_waits_for_those_who_may_decide_it(store, town, reported, client_of):
    longer, rest, own = reported(-100, -100, -100)
    asks = [(longer, "ask_extend", {"until": "2026-03-30", "reason": "等配件"}),
            (rest, "ask_suspend", {"review_date": "2026-03-30", "reason": "等供暖", "told": "已告知"})]  # fmt: skip
    with store.write() as tx:
        for number, ask, given in asks:
            issues.act(tx, town.actors["worker_lin"], number, "take", {})
            issues.act(tx, town.actors["worker_lin"], number, ask, given)
        lead = {"holder": f"person:{town.people['leader_zhao']}", "reason": "请负责人办理"}
        issues.act(tx, town.actors["supervisor_li"], own, "reassign", lead)
        issues.act(tx, town.actors["leader_zhao"], own, "take", {})
        issues.act(
            tx, town.actors["leader_zhao"], own, "ask_extend", {"until": "2026-03-30", "reason": "等配件"}
        )
    page = client_of("supervisor_li").get("/supervision?tab=asks")
    assert listed(page) == [longer, rest, own]
    assert "林晓 申请延期" in said(page)
    assert "林晓 申请挂账" in said(page)
    assert listed(client_of("leader_zhao").get("/supervision?tab=asks")) == [longer]


@ON_ONE
def test_what_nobody_dispatched_or_took_in_time_has_a_tab(store, clock, reported, client_of):
    untaken, _in_time = reported(-100, -100)
    with store.write() as tx:
        ended = {"stage_due_at": clock.at - HOUR}
        tx.session.execute(update(Issue).where(Issue.number == untaken).values(**ended))
    page = client_of("leader_zhao").get("/supervision?tab=stages")
    assert listed(page) == [untaken]
    assert figures(page) == ["0", "0", "1", "0", "0"]
    assert "超期 1 小时" in said(page)


@ON_ONE
def test_nobody_is_asked_to_decide_what_they_hold_themselves(store, town, reported, client_of):
    (number,) = reported(-100)
    leader = f"person:{town.people['leader_zhao']}"
    with store.write() as tx:
        for login, action, given in (
            ("supervisor_li", "reassign", {"holder": leader, "reason": "请负责人办理"}),
            ("leader_zhao", "take", {}),
            ("leader_zhao", "finish", {"outcome": "已修"}),
            ("supervisor_li", "pass", {}),
            ("dispatcher_qian", "object", {"reason": "还是不热"}),
            ("leader_zhao", "ask_extend", {"until": "2026-03-30", "reason": "等配件"}),
        ):
            issues.act(tx, town.actors[login], number, action, given)
    for login, seen in (("leader_zhao", []), ("supervisor_li", [number])):
        client = client_of(login)
        assert listed(client.get("/supervision?tab=asks")) == seen
        assert listed(client.get("/issues?state=handling&todo=extend")) == seen


@ON_ONE
def test_a_tab_that_does_not_exist_is_refused_with_the_names_of_those_that_do(app, town, client_of):
    app.testing = False
    assert "red（已超期）" in said(client_of("supervisor_li").get("/supervision?tab=zzz"))


def test_supervising_what_is_ticked_stays_on_the_page_and_tells_the_holders(store, reported, client_of):
    first, second, _third = reported(1, 2, 3)
    client = client_of("supervisor_li")
    form = {"number": [first, second], "text": "今天内到现场", "here": "/supervision?tab=red&page=1"}
    done = client.post("/supervision", data=form)
    assert (done.status_code, done.headers["Location"]) == (
        303,
        "/supervision?tab=red&page=1&done=2&refused=0",
    )
    assert "已督办 2 件" in said(client.get(done.headers["Location"]))
    with store.read() as tx:
        query = (
            select(Issue.number).join(Entry, Entry.issue_id == Issue.id).where(Entry.action == "supervise")
        )
        assert set(tx.session.scalars(query)) == {first, second}


@ON_ONE
def test_a_leader_has_nothing_to_tick_and_a_stale_one_is_told(store, town, reported, client_of):
    (number,) = reported(1)
    assert 'name="number"' not in client_of("leader_zhao").get("/supervision").get_data(as_text=True)
    form = {"number": [number], "text": "请尽快", "here": "https://evil.example/"}
    done = client_of("leader_zhao").post("/supervision", data=form)
    assert done.headers["Location"] == "/supervision?tab=red&done=0&refused=1"


@ON_ONE
@pytest.mark.parametrize("form", [{"text": "请尽快"}, {"number": "20260310-00001", "text": " "}])
def test_an_incomplete_form_says_what_is_missing(app, reported, client_of, form):
    app.testing = False
    assert client_of("supervisor_li").post("/supervision", data=form).status_code == 422


@ON_ONE
@pytest.mark.parametrize("query", ["tab=x", "area=none", "page=x", "page=99999", "done=x&refused=9999999"])
def test_an_address_that_was_tampered_with_is_no_fault(app, town, client_of, query):
    app.testing = False
    assert client_of("supervisor_li").get(f"/supervision?{query}").status_code in (200, 404, 422)


def test_the_desk_asks_the_same_number_of_questions_however_long_the_list_is(store, reported, client_of):
    client, asked = client_of("supervisor_li"), []
    event.listen(store.engine, "before_cursor_execute", lambda *_all: asked.append(1))

    def count():
        asked.clear()
        assert client.get("/supervision").status_code == 200
        return len(asked)

    reported(1)
    supervise(store)
    count()
    few = count()
    reported(*range(2, 8))
    supervise(store)
    assert count() == few <= 25
