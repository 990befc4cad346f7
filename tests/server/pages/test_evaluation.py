"""Pages of evaluations: who reads what, appeals from form to effect, downloads, bad input."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from server.errors import InputError
from server.models import Appeal, Audit, Evaluation, EvaluationRow, Issue, PrivateText
from server.services import intake, issues
from server.services.drafts import Draft
from server.services.evaluation import making
from server.services.evaluation.appeals import appeal as appeal_of
from server.services.evaluation.appeals import is_concerned
from tests.statements import counted

OVER, EIGHTH, FIRST, SECOND = "990101001", "990101001001008", "990101001001001", "990101001001002"
PHONE = "13812345678"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def judged(store, town, clock):
    """Three complaints and a patrol in February's eighth cell, the same in the first; March has begun."""
    march = clock.at
    clock.at = march.replace(month=2)
    draft = {"description": "暖气不热", "lat": 37.015, "lon": 122.015}
    with store.write() as tx:
        numbers = [
            intake.report(tx, town.actors["dispatcher_qian"], Draft("heating", "phone", **draft)).number
            for _ in range(3)
        ]
        intake.report(tx, town.actors["worker_lin"], Draft("heating", "patrol", **draft))
        for _ in range(2):
            intake.report(tx, town.actors["worker_he"],
                          Draft("street_lamp", "patrol", "灯不亮", lon=122.005, lat=37.005))  # fmt: skip
    clock.at = march
    with store.write() as tx:
        uid = making.make(tx, town.actors["supervisor_li"], "cell_month", OVER, date(2026, 2, 3)).uid
    return uid, numbers


def row(store, code):
    with store.read() as tx:
        return tx.session.scalar(select(EvaluationRow).where(EvaluationRow.code == code))


def texts(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_each_reads_what_is_theirs(judged, client_of):
    uid, _numbers = judged
    seen = {
        login: client_of(login).get(f"/evaluation/{uid}")
        for login in ("supervisor_li", "leader_zhao", "worker_lin", "worker_he", "outsider", "handler_sun")
    }
    assert {login: answer.status_code for login, answer in seen.items()} == {
        "supervisor_li": 200, "leader_zhao": 200, "worker_lin": 200, "worker_he": 200, "outsider": 404, "handler_sun": 404,
    }  # fmt: skip
    assert "天隆社区第一网格" in seen["leader_zhao"].text  # its place in the ranking of the subdistrict
    assert "天隆社区" not in seen["worker_lin"].text
    assert "文峰社区第一网格" in seen["worker_lin"].text
    for login, status in {"worker_lin": 200, "worker_he": 403, "leader_zhao": 200, "outsider": 404}.items():
        assert client_of(login).get(f"/evaluation/{uid}/units/{EIGHTH}").status_code == status, login
    assert client_of("dispatcher_qian").get("/evaluation").status_code == 403
    for login in ("supervisor_li", "worker_lin"):
        assert str(uid) in client_of(login).get("/evaluation").text
    assert str(uid) not in client_of("outsider").get("/evaluation").text


def test_the_list_reads_the_figures_of_the_units_it_names_only(judged, client_of, store):
    client = client_of("supervisor_li")
    for url, many in (("/evaluation", 3), (f"/evaluation/{judged[0]}/units/{EIGHTH}", 1)):
        with counted(store) as sent:
            assert client.get(url).status_code == 200
        asked = [re.findall(r"evaluation_row\.id IN \((.*?)\)", one)[0] for one in sent if "figures" in one]
        assert {one.count("?") for one in asked} == {many}, url


def test_a_ranking_explains_ties_and_what_has_no_rank(judged, client_of):
    page = texts(client_of("supervisor_li").get(f"/evaluation/{judged[0]}").text)
    assert page.count("不排名：期内没有可计的事件。") == 3
    assert page.count("不排名：指标不足（20% 的权重，需 50%）。") == 1
    assert "零投诉" not in page.split("各单位均值")[0]
    assert "0.25 × 主动发现率得分 + 0.2 × 每千户诉求得分 + 0.15 × 满意率得分；" in page
    assert "各单位均值" in page
    assert "合计（全部事件一起算）" in page


def test_each_figure_leads_to_as_many_issues(judged, client_of):
    client = client_of("supervisor_li")
    page = client.get(f"/evaluation/{judged[0]}/units/{EIGHTH}").text
    links = re.findall(r'href="\?list=([\w.]+)#issues"[^>]*>(\d+)<', page)
    assert dict(links)["complaints"] == "3"
    for which, many in links:
        listed = client.get(f"/evaluation/{judged[0]}/units/{EIGHTH}?list={which}").text
        assert listed.count('class="code" href="/issues/') == int(many), which


def test_an_appeal_goes_from_the_worker_to_the_supervisor_and_changes_only_what_stands_beside(
    judged, client_of, store
):
    uid, numbers = judged
    before, unit = row(store, EIGHTH), f"/evaluation/{uid}/units/{EIGHTH}"
    worker, supervisor = client_of("worker_lin"), client_of("supervisor_li")
    assert f'value="{numbers[0]}"' in worker.get(f"{unit}?appeal={numbers[0]}").text
    told = {"number": numbers[0], "words": f"重复投诉，{PHONE}"}
    assert worker.post(f"{unit}/appeals", data=told).status_code == 303
    assert worker.post(f"{unit}/appeals", data=told).status_code == 409
    assert '<span class="judged-count">1</span>' in supervisor.get("/evaluation").text
    assert "judged-count" not in worker.get("/evaluation").text
    page = supervisor.get("/evaluation/appeals").text
    assert "重复投诉" in page
    assert PHONE not in page
    (key,) = re.findall(r"/evaluation/appeals/([\w-]{36})", page)
    for login, status in {"worker_lin": 403, "leader_zhao": 403, "outsider": 404}.items():
        answer = client_of(login).post(f"/evaluation/appeals/{key}", data={"press": "grant", "words": "好"})
        assert answer.status_code == status, login
    assert supervisor.post(f"/evaluation/appeals/{key}", data={"press": "grant"}).status_code == 422
    decided = {"press": "grant", "words": "核实，同意"}
    assert supervisor.post(f"/evaluation/appeals/{key}", data=decided).status_code == 303
    again = supervisor.post(f"/evaluation/appeals/{key}", data={**decided, "press": "refuse"})
    assert again.status_code == 409
    assert "已经有结果（同意，不计入）" in again.text
    gone = supervisor.post(f"/evaluation/appeals/{uid}", data=decided)
    assert gone.status_code == 404
    assert f"没有这件申诉（{uid}）" not in gone.text
    after = row(store, EIGHTH)
    assert (after.score, after.rank, after.figures) == (before.score, before.rank, before.figures)
    with store.read() as tx:
        effect = tx.session.scalar(select(Appeal)).effect
        acts = tx.session.scalars(select(Audit.kind).where(Audit.kind.startswith("appeal"))).all()
        sealed = tx.session.scalars(
            select(PrivateText.kind).where(PrivateText.kind.startswith("appeal"))
        ).all()
    assert acts == ["appeal.file", "appeal.grant"]
    assert sorted(sealed) == ["appeal", "appeal_decision"]
    # None in time (40); found 1 of 4 -> 1 of 3 (25); complaints 7.5 -> 5 by 1,000 households (20).
    was = round((25 * 30 + 20 * 81.25) / 85, 2)
    now = round((25 * 100 * (1 / 3 - 0.1) / 0.5 + 20 * 87.5) / 85, 2)
    assert effect["score"] == [was, now]
    assert (before.score, before.rank) == (was, effect["rank"][0])
    assert f"{now:.2f}" in worker.get(unit).text
    assert f"{now:.2f}" in supervisor.get(f"/evaluation/{uid}").text


def test_whoever_worked_on_the_issue_does_not_decide(judged, client_of, store, town):
    uid, numbers = judged
    with store.write() as tx:
        issues.act(tx, town.actors["supervisor_li"], numbers[1], "reassign",
                   {"holder": f"person:{town.people['leader_zhao']}", "reason": "请网格长办"})  # fmt: skip
    leader = client_of("leader_zhao")
    url = f"/evaluation/{uid}/units/{EIGHTH}/appeals"
    assert leader.post(url, data={"number": numbers[1], "words": "不属实"}).status_code == 303
    with store.write() as tx:
        key = tx.session.scalar(select(Appeal.uid))
        issues.act(tx, town.actors["leader_zhao"], numbers[1], "take", {})
        tx.session.execute(
            Issue.__table__.update()
            .where(Issue.number == numbers[1])
            .values(holder_person_id=town.people["supervisor_li"])
        )
    answer = client_of("supervisor_li").post(
        f"/evaluation/appeals/{key}", data={"press": "grant", "words": "好"}
    )
    assert answer.status_code == 403
    assert "另一位督办员" in answer.text
    assert leader.post(f"/evaluation/appeals/{key}", data={"press": "withdraw"}).status_code == 303
    assert leader.post(url, data={"number": numbers[1], "words": "再提一次"}).status_code == 303


def test_what_cannot_be_appealed_is_refused_with_a_reason(judged, client_of, store, clock, town):
    uid, numbers = judged
    url, worker = f"/evaluation/{uid}/units/{EIGHTH}/appeals", client_of("worker_lin")
    with store.write() as tx:
        other = intake.report(tx, town.actors["worker_lin"],
                              Draft("heating", "patrol", "后来的", lon=122.015, lat=37.015)).number  # fmt: skip
    for number, words, status in (
        (other, "不算", 422), ("20260101-00001", "没有", 404), (numbers[0], " ", 422), (numbers[0], "长" * 501, 422),
    ):  # fmt: skip
        assert worker.post(url, data={"number": number, "words": words}).status_code == status
    assert client_of("supervisor_li").post(url, data={"number": numbers[0], "words": "好"}).status_code == 403
    clock.at = clock.at.replace(day=17, hour=3)
    late = worker.post(url, data={"number": numbers[0], "words": "晚了"})
    assert late.status_code == 409
    assert "申诉已于" in late.text


def test_a_preview_is_not_kept_and_a_period_is_made_by_hand(judged, client_of, store):
    client = client_of("supervisor_li")
    page = client.get(f"/evaluation/preview?what=cell_month,{OVER}")
    assert page.status_code == 200
    assert "预览，没有定榜" in page.text
    for form, status in (
        ({"what": f"cell_month,{OVER}", "day": "2026-03-01"}, 409), ({"what": f"cell_month,{OVER}", "day": "2026-02-01"}, 409),
        ({"what": f"cell_month,{OVER}", "day": "2026-13-01"}, 422), ({"what": f"cell_month,{OVER}", "day": ""}, 422),
        ({"what": f"nothing,{OVER}", "day": "2026-01-01"}, 422), ({"what": "x", "day": "2026-01-01"}, 422),
        ({"what": "cell_month,990101001001", "day": "2026-01-01"}, 422), ({"what": "cell_month,990101002", "day": "2026-01-01"}, 422),
        ({"what": f"cell_month,{OVER}", "day": "0001-01-01"}, 422),
        ({"what": f"cell_month,{OVER}", "day": "2026-01-15"}, 303),
    ):  # fmt: skip
        assert client.post("/evaluation", data=form).status_code == status, form
    assert client.get(f"/evaluation/preview?what=cell_month,{OVER}&day=2027-01-01").status_code == 422
    assert "网格月度考评、社区12345三率考评" in client.get(f"/evaluation/preview?what=nothing,{OVER}").text
    assert client.get(f"/evaluation/{judged[0]}/units/{EIGHTH}?list=nothing").status_code == 422
    assert client.get("/evaluation?before=99999999999").status_code == 200
    with store.read() as tx:
        assert len(tx.session.scalars(select(Evaluation.id)).all()) == 2


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_ranking_is_handed_out_as_it_is_seen_and_on_record(judged, client_of, store, suffix):
    url = f"/evaluation/{judged[0]}/ranking.{suffix}"
    whole = client_of("supervisor_li").get(url)
    assert whole.status_code == 200
    if suffix == "csv":
        lines = whole.data.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("名次,代码,单位,得分,按期办结率")
        assert len(lines) == 1 + 5
        assert len(client_of("worker_lin").get(url).data.decode().splitlines()) == 1 + 4
    with store.read() as tx:
        assert "export.evaluation" in tx.session.scalars(select(Audit.kind)).all()
    assert client_of("supervisor_li").get(f"/evaluation/{judged[0]}/ranking.gpkg").status_code == 404


def test_the_api_tells_the_same_ranking_and_no_more_than_the_page(judged, client_of):
    url = f"/api/v1/evaluations/{judged[0]}"
    whole, own = client_of("supervisor_li").get(url).json, client_of("worker_lin").get(url).json
    assert (whole["ranked"], len(whole["rows"]), len(own["rows"])) == (1, 5, 4)
    assert [row["code"] for row in own["rows"] if row["indicators"]] == [EIGHTH]
    assert {row["rank"] for row in whole["rows"]} == {1, None}
    assert client_of("outsider").get(url).status_code == 404
    assert [one["uid"] for one in client_of("worker_lin").get("/api/v1/evaluations").json["evaluations"]] == [
        str(judged[0])
    ]


def test_whoever_might_appeal_for_a_unit_does_not_decide_about_it(judged, client_of, store, town):
    uid, numbers = judged
    url = f"/evaluation/{uid}/units/{EIGHTH}/appeals"
    given = {"number": numbers[1], "words": "不属实"}
    with store.write() as tx, pytest.raises(InputError):
        appeal_of(tx, town.actors["worker_lin"], uid, EIGHTH, numbers[1], "half a character \ud800")
    assert client_of("worker_lin").post(url, data=given).status_code == 303
    with store.read() as tx:
        appeal = tx.session.scalars(select(Appeal)).one()
        unit = tx.session.get_one(EvaluationRow, appeal.row_id)
        issue = tx.session.get_one(Issue, appeal.issue_id)
        judge, leader = town.actors["supervisor_li"], town.actors["leader_zhao"]
        both = replace(
            judge, grants=(*judge.grants, *leader.grants)
        )  # supervises, and leads the community itself
        assert [is_concerned(tx, one, appeal, issue, unit) for one in (judge, both, leader)] == [
            False,
            True,
            True,
        ]
