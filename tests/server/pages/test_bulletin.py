"""The bulletin's pages: made in one click, written down, and from a template that offices change."""

import io

import docx
import pytest

from server.pages.audit_said import said
from server.services import audit, bulletin, intake
from server.services.bulletin import document
from server.services.drafts import Draft
from tests.server.services.bulletins import SHIPPED, saying

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def reported(store, town):
    with store.write() as tx:
        for _each in range(2):
            draft = Draft(
                "heating", "phone", "张三丰家暖气不热", lon=122.015, lat=37.015, reporter_phone="13812345678"
            )
            intake.report(tx, town.actors["dispatcher_qian"], draft)


def test_one_click_makes_a_bulletin_that_prints_without_a_script(store, client_of, reported):
    page = client_of("supervisor_li").get("/bulletin?area=990101001&period=year").get_data(as_text=True)
    assert "今年以来，西苑街道共收集社情民意信息 2 条，涉及水电气暖方面" in page
    assert page.count("<svg viewBox") == 2
    assert 'src="/bulletin/heat.png?area=990101001&amp;period=year"' in page
    assert 'href="/bulletin.docx?area=990101001&amp;period=year"' in page
    assert "style=" not in page
    assert "张三丰" not in page
    with store.read() as tx:
        act = audit.latest(tx, 1)[0]
    assert said(act) == "制作西苑街道的工作简报（HTML），2026-01-01 00:00至2027-01-01 00:00"


def test_until_one_is_asked_for_nothing_is_made_or_written_down(store, client_of):
    page = client_of("leader_zhao").get("/bulletin").get_data(as_text=True)
    assert "选好区域和时段" in page
    assert '<option value="990101001001" selected>' in page
    assert "<svg viewBox" not in page
    with store.read() as tx:
        assert not audit.latest(tx, 1, ("export.bulletin",))


def test_the_word_file_and_the_picture_come_with_it(store, client_of, reported):
    client = client_of("supervisor_li")
    answer = client.get("/bulletin.docx?period=month")
    assert answer.mimetype.endswith("wordprocessingml.document")
    assert "%E8%A5%BF%E8%8B%91" in answer.headers["Content-Disposition"]
    assert docx.Document(io.BytesIO(answer.data)).paragraphs[0].text == "西苑街道社情民意工作简报"
    picture = client.get("/bulletin/heat.png?period=month")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    with store.read() as tx:
        assert [one.given["form"] for one in audit.latest(tx, 1, ("export.bulletin",))] == ["docx"]


def test_absurd_questions_are_refused_and_those_of_others_not_answered(client_of, town):
    client = client_of("leader_zhao")
    for query in (
        "period=decade",
        "period=between",
        "since=2026-02-01&until=2026-01-01",
        "area=990101002",
        "area=x",
    ):
        for path in ("/bulletin", "/bulletin.docx", "/bulletin/heat.png"):
            assert client.get(f"{path}?{query}").status_code == 422, (path, query)
    for path in (
        "/bulletin",
        "/bulletin.docx",
        "/bulletin/heat.png",
    ):  # the district: they lead a part of it alone
        wider = client.get(f"{path}?area=990101&period=month")
        assert wider.status_code == 403
        assert "请改选你负责的区域" in wider.get_data(as_text=True)
    assert client_of("worker_lin").get("/bulletin?period=month").status_code == 403
    assert client_of("admin_wu").get("/bulletin?period=month").status_code == 403


def test_without_the_extra_the_page_says_so_and_still_prints(client_of, monkeypatch):
    monkeypatch.setattr(document, "EXTRA", "no_such_extra")
    client = client_of("leader_zhao")
    assert "请联系管理员安装简报部件" in client.get("/bulletin?period=month").get_data(as_text=True)
    answer = client.get("/bulletin.docx?period=month")
    assert answer.status_code == 422
    assert "pip install wangge[report]" in answer.get_data(as_text=True)


def test_while_others_make_theirs_one_waits_and_is_told_to_come_again(client_of, monkeypatch):
    monkeypatch.setattr(document, "PATIENCE_S", 0.01)
    client = client_of("leader_zhao")
    with bulletin.place(), bulletin.place():
        answer = client.get("/bulletin.docx?period=month")
    assert answer.status_code == 503
    assert "请过一会儿再下载" in answer.get_data(as_text=True)
    assert client.get("/bulletin.docx?period=month").status_code == 200


def upload(client, content):
    return client.post("/bulletin/template", data={"file": (io.BytesIO(content), "街道模板.docx")})


def test_an_administrator_changes_the_template_and_goes_back(client_of):
    client = client_of("admin_wu")
    broken = upload(client, saying("{{ 满意度 }}"))
    assert broken.status_code == 422
    assert "模板里的占位符“满意度”认不得" in broken.get_data(as_text=True)
    assert upload(client, b"").status_code == 422
    promised = {
        "environ_overrides": {"CONTENT_LENGTH": str(7 * 2**20)},
        "content_type": "multipart/form-data; boundary=x",
    }
    assert client.post("/bulletin/template", data=b"", **promised).status_code == 413
    own = saying("我们街道的简报")
    done = client.get(upload(client, own).headers["Location"]).get_data(as_text=True)
    assert "上传简报模板“街道模板.docx”" in done
    assert client.get("/bulletin/template.docx").data == own
    made = docx.Document(io.BytesIO(client_of("supervisor_li").get("/bulletin.docx?period=week").data))
    assert made.paragraphs[0].text == "我们街道的简报"
    assert client.post("/bulletin/template/remove").status_code == 303
    assert client.get("/bulletin/template.docx").data == SHIPPED.read_bytes()


def test_a_supervisor_of_a_part_reads_the_template_and_changes_nothing(client_of):
    client = client_of("supervisor_li")
    assert 'type="file"' not in client.get("/bulletin/template").get_data(as_text=True)
    assert upload(client, SHIPPED.read_bytes()).status_code == 403
    assert client.post("/bulletin/template/remove").status_code == 403
    assert client_of("leader_zhao").get("/bulletin/template").status_code == 403


def test_every_placeholder_the_page_lists_is_known(client_of):
    page = client_of("admin_wu").get("/bulletin/template").get_data(as_text=True)
    assert all(name in page for name in bulletin.PLACEHOLDERS.values())
