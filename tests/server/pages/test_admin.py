"""The administration's pages: read, changed by plain forms, confirmed after the redirect, refused with a reason."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from server.models import SignedIn
from server.services import people
from server.services.categories import standing
from server.services.people import NewPerson
from server.services.sessions import digest_of
from tests.personas import secret_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def wu(client_of):
    yield client_of("admin_wu")
    standing.set(None)


def said(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def follow(client, answer):
    assert answer.status_code == 303, said(answer)
    return said(client.get(answer.headers["Location"]))


def upload(client, text, year=2027):
    form = {"year": str(year), "file": (io.BytesIO(text.encode()), "安排.csv")}
    return client.post("/admin/calendar", data=form, content_type="multipart/form-data")


def test_the_overview_leads_to_each_part_and_tells_what_was_changed_lately(wu):
    assert "还没有更改过" in said(wu.get("/admin"))
    wu.post("/admin/categories/dogs", data={"press": "off"})
    page = wu.get("/admin")
    assert "停用类别“养犬”" in said(page)
    assert "吴钢" in said(page)
    for path in ("limits", "categories", "departments", "calendar"):
        assert f'href="/admin/{path}"' in page.text
        assert wu.get(f"/admin/{path}").status_code == 200


def test_a_limit_is_changed_by_the_form_and_taken_back(wu):
    form = {"total": "3", "total_kind": "work_day", "take": "8", "take_kind": "work_hour", "urgent": "0"}
    page = follow(wu, wu.post("/admin/limits/heating", data=form))
    assert "把“供暖不热”一般的总时限由 2 个工作日 改为 3 个工作日" in page
    assert page.count("已改") == 1, "what stayed as it was is not pinned"
    again = wu.post("/admin/limits/heating/reset", data={"stage": "total", "urgent": "0"})
    assert "恢复为出厂的 2 个工作日" in follow(wu, again)
    assert "没有改动" in follow(wu, wu.post("/admin/limits/heating", data={"urgent": "0"}))


def test_a_limit_that_cannot_be_comes_back_with_what_was_typed_and_why(wu):
    answer = wu.post("/admin/limits/*", data={"total": "1.5", "total_kind": "work_day", "urgent": "0"})
    assert answer.status_code == 422
    assert "“总时限”填了 1.5；按天计的时限应为整数天" in said(answer)
    assert 'value="1.5"' in answer.text
    assert wu.get("/admin/limits/dragons").status_code == 404


def test_a_category_is_added_and_offered_then_switched_off(wu, client_of):
    form = {
        "code": "park",
        "name": "公园设施",
        "name_en": "Park",
        "group": "facilities",
        "department": "sanitation",
    }
    assert "增加类别“公园设施”" in follow(wu, wu.post("/admin/new-category", data=form))
    lin = client_of("worker_lin")
    assert "公园设施" in lin.get("/api/v1/field/ground").text
    assert "停用类别“公园设施”" in follow(wu, wu.post("/admin/categories/park", data={"press": "off"}))
    assert "公园设施" not in lin.get("/api/v1/field/ground").text
    assert "公园设施" in client_of("supervisor_li").get("/issues").text, "issues of it are still looked for"
    taken = wu.post("/admin/new-category", data={**form, "code": "park2", "name": "养犬", "name_en": "x"})
    assert (taken.status_code, "名称“养犬”已用于类别 dogs" in said(taken)) == (422, True)
    assert 'value="park2"' in taken.text


def test_a_department_is_added_renamed_and_retired(wu):
    form = {"code": "water", "name": "自来水公司", "kind": "water", "area": "990101001"}
    assert "增加承办单位“自来水公司”" in follow(wu, wu.post("/admin/new-department", data=form))
    page = follow(wu, wu.post("/admin/departments/water", data={**form, "name": "水务集团"}))
    assert "把承办单位“自来水公司”改名为“水务集团”" in page
    assert "停用承办单位“水务集团”" in follow(wu, wu.post("/admin/departments/water", data={"press": "off"}))
    assert "启用承办单位“水务集团”" in follow(wu, wu.post("/admin/departments/water", data={"press": "on"}))
    private = {**form, "name": "水务集团", "sees_private": "1"}
    assert "姓名、电话和门牌" in said(wu.post("/admin/departments/water", data=private))
    page = follow(wu, wu.post("/admin/departments/water", data={**private, "sure": "1"}))
    assert "已准许“水务集团”的承办人查看个人信息" in page
    assert "不再准许“水务集团”" in follow(
        wu, wu.post("/admin/departments/water", data={**private, "sees_private": ""})
    )
    refused = wu.post("/admin/departments/water", data={**form, "name": "热力公司"})
    assert (refused.status_code, "已有名为“热力公司”的承办单位" in said(refused)) == (422, True)


def test_the_calendar_shows_holidays_and_make_up_days_month_by_month(wu):
    page = wu.get("/admin/calendar").text
    assert page.count('class="month"') == 12
    assert re.search(r'class="day holiday" title="国庆节">1\s*<small>休', page)
    assert 'class="day make_up"' in page
    assert wu.get("/admin/calendar?year=2024").status_code == 200
    for year in ("", "x", "1", "99999", "9" * 400, "²"):
        assert wu.get("/admin/calendar", query_string={"year": year}).status_code == (404 if year else 200)


def test_a_year_is_uploaded_shown_given_back_and_removed(wu):
    page = follow(wu, upload(wu, "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-02,上班,=1+1\n"))
    assert "上传 2027 年日历：放假 1 天，调休上班 1 天" in page
    assert "安排.csv" in page
    told = wu.get("/admin/calendar/2027.csv").get_data(as_text=True)
    assert told.splitlines()[1:] == ["2027-01-01,放假,元旦", "2027-01-02,上班,'=1+1"]
    assert "暂按周一至周五上班计算" in follow(wu, wu.post("/admin/calendar/2027/remove"))


def test_a_file_with_faults_is_refused_with_every_line(wu):
    answer = upload(wu, "day,kind\n2027-01-01,make_up\n2026-01-01,holiday\n2027-01-03,rest\n")
    assert answer.status_code == 422
    page = said(answer)
    for row, words in ((2, "本来就上班"), (3, "不是 2027 年的日子"), (4, "类型“rest”不可用")):
        assert re.search(rf" {row} [^0-9]*(20\d\d-\d\d-\d\d )?[^0-9]*{words}", page), words
    nothing = wu.post("/admin/calendar", data={"year": "2027"})
    assert (nothing.status_code, "请选择要上传的文件" in said(nothing)) == (422, True)


def test_supervisors_read_limits_and_calendar_and_change_nothing(app, client_of):
    app.testing = False
    li = client_of("supervisor_li")
    for path in ("/admin/limits", "/admin/calendar", "/admin/calendar/2026.csv"):
        page = li.get(path)
        assert page.status_code == 200
        assert '<form class="card-pad' not in page.text
    assert li.get("/admin").status_code == li.post("/admin/limits/heating").status_code == 403
    assert 'href="/admin/limits"' in li.get("/issues").text
    assert "/admin" not in client_of("leader_zhao").get("/issues").text


def test_a_missed_year_is_told_on_every_page_of_those_who_can_do_something(client_of, clock):
    clock.at = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
    for login, path in (("supervisor_li", "/issues"), ("admin_wu", "/areas")):
        assert "2027 年的放假安排还没有上传" in said(client_of(login).get(path)), login
    assert "放假安排" not in said(client_of("leader_zhao").get("/issues"))


def test_the_pages_speak_english(wu):
    wu.post("/admin/categories/dogs", data={"press": "off"})
    wu.post("/admin/limits/*", data={"total": "6", "total_kind": "work_day"})
    wu.post("/language", data={"language": "en", "next": "/admin"})
    names = re.compile(
        "示范区|西苑街道|西街道|..社区|热力公司|供暖|吴钢|元旦|春节|清明节|劳动节|端午节|中秋节|国庆节"
    )
    for path in ("/admin", "/admin/limits?urgent=1", "/admin/limits/heating", "/admin/categories", "/admin/calendar",
                 "/admin/departments", "/admin/departments/heating", "/admin/new-department", "/admin/new-category"):  # fmt: skip
        page = wu.get(path).text
        main = page[page.index('<main id="main"') :]
        assert not CHINESE.search(names.sub("", main)), (path, CHINESE.search(names.sub("", main)))


def test_what_was_done_just_now_is_told_to_who_did_it_alone_and_not_for_long(wu, clock):
    address = wu.post("/admin/categories/dogs", data={"press": "off"}).headers["Location"]
    wu.post("/admin/categories/dogs", data={"press": "on"})
    assert "停用类别“养犬”" in said(wu.get(address))
    for key in ("²", "x", "-1", "9" * 40, "1,2,3" * 9):
        assert wu.get("/admin/categories", query_string={"done": key}).status_code == 200
    clock.at += timedelta(minutes=11)
    assert "停用类别“养犬”" not in said(wu.get(address))


RULE_FORMS = (
    ("/admin/limits/heating", {"total": "3", "total_kind": "work_day", "urgent": "0"}),
    ("/admin/limits/heating/reset", {"stage": "total", "urgent": "0"}),
    ("/admin/categories/dogs", {"press": "off"}),
    ("/admin/categories/dogs", {"press": "reset"}),
    ("/admin/categories/dogs", {"name": "狗", "name_en": "Dog", "group": "facilities"}),
    ("/admin/new-category", {"code": "park", "name": "公园", "name_en": "Park", "group": "facilities"}),
    ("/admin/calendar", {"year": "2027"}),
    ("/admin/calendar/2027/remove", {}),
)


WAYS_TO_EDIT = re.compile(r'href="/admin/(limits/|categories/|new-category)|action="/admin/calendar"')


def test_rules_of_everybody_are_changed_by_administrators_of_the_whole_alone(store, wu, client_of, town):
    """Whoever administers a community, and is anything else over the district, reads them and sees no forms."""
    upload(wu, "日期,类型,名称\n2027-01-01,放假,元旦\n")
    with store.write() as tx:
        roles = (("admin", "990101001001"), ("supervisor", "990101"))
        town.people["local"] = people.create(tx, [NewPerson("local", "马骏", roles=roles)])[0]
        digest = digest_of(secret_of("local"))
        tx.session.add(
            SignedIn(digest=digest, person_id=town.people["local"], method="password", address="", agent="",
                     created_at=tx.now, seen_at=tx.now, expires_at=tx.now + timedelta(days=1))
        )  # fmt: skip
    local = client_of("local")
    for path, form in RULE_FORMS:
        if path == "/admin/calendar":
            answer = upload(local, "日期,类型,名称\n2027-01-02,放假,元旦\n")
        else:
            answer = local.post(path, data=form)
        assert answer.status_code == 403, path
        assert "只有管理整个区域的管理员可以修改" in said(answer), path
    for path in ("/admin/limits/heating", "/admin/categories/dogs", "/admin/new-category"):
        assert local.get(path).status_code == 403
    for path in ("/admin/limits", "/admin/categories", "/admin/calendar?year=2027"):
        page = local.get(path).text
        assert not WAYS_TO_EDIT.search(page), path
        assert WAYS_TO_EDIT.search(wu.get(path).text), path
    assert wu.get("/admin").text.count("上传") == 1, "nothing but the first was done"
