"""The pages about people: found, added, given roles, helped in, switched off; nobody else's shown."""

import re
from uuid import UUID

import pytest

from server.models import Person, Token
from server.services import intake, people, sessions
from server.services.drafts import Draft
from server.services.people import NewPerson
from tests.server.pages.test_admin import follow, said

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wu(client_of):
    return client_of("admin_wu")


@pytest.fixture
def ma(store, app):
    """A client of an administrator of one of the two subdistricts."""
    with store.write() as tx:
        [key] = people.create(tx, [NewPerson("admin_ma", "马骏", roles=(("admin", "990101001"),))])
        secret = sessions.begin(tx, people.actor_of(tx, key), "password", sessions.Device())
    client = app.test_client()
    with client.session_transaction() as session:
        session["secret"] = secret
    return client


def test_people_are_found_by_name_role_area_and_state(wu):
    page = wu.get("/admin/people")
    assert "共 8 人" in said(page)
    for query, found in (
        ({"q": "林"}, {"林晓"}),
        ({"q": "OUTSI"}, {"周远"}),
        ({"role": "leader"}, {"赵敏", "周远"}),
        ({"area": "文峰社区（990101001001）"}, {"林晓", "何平", "赵敏"}),
        ({"area": "西苑街道", "role": "supervisor"}, {"李岚"}),
        ({"state": "off"}, set()),
    ):
        text = wu.get("/admin/people", query_string=query).text
        table = text[text.index("people-head") :]
        assert set(re.findall(r'href="/admin/people/\w+">([^<]+)<', table)) == found, query
    assert "没有编码为“nowhere”" in said(wu.get("/admin/people?area=nowhere"))
    for strange in ("page=0", "page=%C2%B2", "page=999999999", "state=x", "role=x", "q=%25_%5C"):
        assert wu.get(f"/admin/people?{strange}").status_code == 200


def test_two_thousand_people_come_page_by_page(store, town, wu):
    with store.write() as tx:
        tx.session.add_all(
            Person(uid=UUID(int=n + 1), login=f"zz{n:04}", name=f"某{n}", created_at=tx.now)
            for n in range(2000)
        )
    page = wu.get("/admin/people?page=41&q=")
    assert "第 41 页，共 41 页" in said(page)
    assert "zz1999" in page.text
    assert 'href="/admin/people?q=&amp;page=40"' in page.text


def test_a_person_is_added_with_a_role_and_given_another(wu):
    form = {
        "login": "worker_xin",
        "name": "辛一",
        "phone": "0535-1",
        "role": "worker",
        "area": "文峰社区第一网格",
    }
    page = follow(wu, wu.post("/admin/new-person", data=form))
    assert "增加人员“辛一（worker_xin）”" in page
    assert "网格员 文峰社区第一网格" in page
    more = {"press": "give", "role": "leader", "area": "天隆社区（990101001002）"}
    page = follow(wu, wu.post("/admin/people/worker_xin", data=more))
    assert "给“辛一（worker_xin）”增加岗位：天隆社区（990101001002）网格长" in page
    assert "网格员还没有值守" in page
    taken = {"press": "take:leader:990101001002"}
    asked = said(wu.post("/admin/people/worker_xin", data=taken))
    assert "收回“辛一”的岗位：天隆社区（990101001002）网格长" in asked
    assert "确认收回" in asked
    assert "天隆社区" in said(wu.get("/admin/people/worker_xin")), "nothing is taken by asking"
    page = follow(wu, wu.post("/admin/people/worker_xin", data={**taken, "sure": "1"}))
    assert "收回“辛一" in page
    changed = {"name": "辛一一", "phone": "0535-2", "department": ""}
    assert "的名称、办公电话" in follow(wu, wu.post("/admin/people/worker_xin", data=changed))
    refused = wu.post("/admin/new-person", data={**form, "phone": "0535-9"})
    assert (refused.status_code, 'value="0535-9"' in refused.text) == (422, True)
    for press in ("take:", "take:x", "take:a:b", "on", "nonsense"):
        assert wu.post("/admin/people/worker_xin", data={"press": press}).status_code in (303, 422)


def test_others_people_are_absent_for_an_administrator_of_a_part(ma):
    for login in ("outsider", "admin_wu", "handler_sun", "nobody"):
        assert ma.get(f"/admin/people/{login}").status_code == 404
        assert ma.post(f"/admin/people/{login}", data={"press": "off"}).status_code == 404
        assert ma.post(f"/admin/people/{login}/link").status_code == 404
    assert "周远" not in ma.get("/admin/people").text
    page = ma.get("/admin/people/worker_lin").text
    assert "东门社区" not in page, "nor are areas of others offered"
    assert (
        ma.post(
            "/admin/people/worker_lin", data={"press": "give", "role": "admin", "area": "990101"}
        ).status_code
        == 422
    )


def test_oneself_and_the_last_administrator_cannot_be_shut_out(wu):
    page = said(wu.get("/admin/people/admin_wu"))
    assert "自己的岗位由另一名管理员调整" in page
    assert "自己不能停用自己" in page
    for data in (
        {"press": "off"},
        {"press": "take:admin:990101"},
        {"press": "sessions"},
        {"press": "second"},
    ):
        assert wu.post("/admin/people/admin_wu", data=data).status_code == 403, data
    assert wu.post("/admin/people/admin_wu/link").status_code == 403


def test_switching_off_warns_of_what_hangs_on_them_and_ends_everything(store, town, wu, client_of):
    with store.write() as tx:
        intake.report(
            tx, town.actors["dispatcher_qian"], Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        )
        uid = town.actors["worker_lin"].uid
    page = wu.get("/admin/people/worker_lin")
    assert "未结事件 1 件、值守 1 项" in said(page)
    assert f'href="/duties/people/{uid}/leaving"' in page.text
    lin = client_of("worker_lin")
    assert lin.get("/map").status_code == 200
    asked = said(wu.post("/admin/people/worker_lin", data={"press": "off"}))
    assert "约一分钟内由系统改派给所在网格现在的负责人（离岗交接）" in asked
    assert lin.get("/map").status_code == 200, "nobody is switched off by asking"
    assert "停用“林晓（worker_lin）”" in follow(
        wu, wu.post("/admin/people/worker_lin", data={"press": "off", "sure": "1"})
    )
    assert lin.get("/map").status_code == 303, "the session is over"
    assert "启用“林晓" in follow(wu, wu.post("/admin/people/worker_lin", data={"press": "on"}))


def test_the_link_to_set_a_password_is_shown_once_and_never_in_an_address(wu):
    answer = wu.post("/admin/people/worker_lin/link")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    link = re.search(r'value="(http://localhost/reset/[\w-]{30,})"', answer.text)[1]
    assert link not in wu.get("/admin/people/worker_lin").text
    assert link.rpartition("/")[2] not in wu.get("/admin/audit").text


def test_a_program_has_a_token_instead_of_a_password(store, wu):
    form = {"login": "big_screen", "name": "大屏", "role": "supervisor", "area": "990101001", "program": "1"}
    assert "只凭令牌" in follow(wu, wu.post("/admin/new-person", data=form))
    assert wu.post("/admin/people/big_screen/link").status_code == 422
    with store.read() as tx:
        assert tx.session.query(Token).count() == 0
    page = wu.get("/admin/people/big_screen")
    assert 'type="hidden" name="department"' in page.text, (
        "a program has neither phone nor department to fill in"
    )
    wu.post("/admin/people/big_screen", data={"press": "take:supervisor:990101001", "sure": "1"})
    page = said(wu.get("/admin/people/big_screen"))
    assert "没有岗位：令牌什么也看不到" in page
    assert "能登录" not in page
