"""Pages over the small town: who sees what, and where a form leads."""

import re

import pytest

from server.pages.frame import inside
from server.services import intake
from server.services.drafts import Draft


@pytest.fixture
def number(store, town):
    """Number of an issue that worker_lin has to take."""
    with store.write() as tx:
        draft = Draft("heating", "patrol", "三楼暖气不热", 122.015, 37.015, place_text="3 幢 2 单元")
        return intake.report(tx, town.actors["worker_lin"], draft).number


def token_of(client, path="/areas"):
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


def test_nobody_is_led_to_the_sign_in_and_back(client_of):
    answer = client_of().get("/issues?state=open")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=%2Fissues%3Fstate%3Dopen"


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "", "/a\nb", "javascript:1"],
)
def test_a_way_back_never_leads_to_another_host(address):
    assert inside(address) == "/"


def test_the_navigation_holds_only_what_the_role_may_open(client_of):
    for login in ("worker_lin", "leader_zhao", "handler_sun", "admin_wu"):
        client = client_of(login)
        links = re.findall(r'class="nav-link" href="([^"]+)"', client.get("/areas").text)
        assert links
        assert {client.get(link).status_code for link in links if link != "/docs"} == {200}


def test_an_issue_shows_where_why_and_whose_it_is(client_of, number):
    text = client_of("supervisor_li").get(f"/issues/{number}").text
    for words in ("三楼暖气不热", "3 幢 2 单元", "文峰社区第八网格", "林晓", "供暖不热"):
        assert words in text


def test_an_issue_outside_the_area_is_as_if_absent(client_of, number):
    assert client_of("outsider").get(f"/issues/{number}").status_code == 404


def test_an_action_leads_back_to_the_issue_in_its_new_state(client_of, number):
    client = client_of("worker_lin")
    path = f"/issues/{number}"
    version = re.search(r'name="version" value="(\d+)"', client.get(path).text)[1]
    answer = client.post(f"{path}/take", data={"csrf_token": token_of(client), "version": version})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=take")
    assert "state-handling" in client.get(path).text


def test_an_action_on_a_stale_page_is_refused_with_what_holds_now(client_of, number):
    client = client_of("worker_lin")
    answer = client.post(f"/issues/{number}/take", data={"csrf_token": token_of(client), "version": "99"})
    assert answer.status_code == 409
    assert "待签收" in answer.text


def test_a_version_of_thousands_of_digits_is_stale_and_no_fault(client_of, number):
    client = client_of("worker_lin")
    form = {"csrf_token": token_of(client), "version": "9" * 5_000}
    assert client.post(f"/issues/{number}/take", data=form).status_code == 409


def test_a_form_without_its_token_is_refused(app, client_of, number):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client_of("worker_lin").post(f"/issues/{number}/take", data={"version": "1"})
    assert answer.status_code == 400


def test_an_action_that_needs_a_person_offers_those_on_duty_and_the_departments(client_of, number):
    text = client_of("leader_zhao").get(f"/issues/{number}").text
    assert re.search(r'<select[^>]+name="holder"', text)
    assert "何平" in text
    assert "热力公司" in text


def test_the_list_keeps_its_filters_in_export_and_next_page(client_of, number):
    text = client_of("supervisor_li").get("/issues?category=heating&state=open").text
    assert number in text
    exported = re.search(r'href="/exports/new\?([^"]+)"', text)[1]
    assert "state=open&amp;category=heating" in exported
    assert number not in client_of("supervisor_li").get("/issues?category=dogs").text


def test_the_tablet_serves_its_map_script_by_digest_and_no_other(client_of):
    client = client_of("worker_lin")
    script = re.search(r'src="(/t/map-[0-9a-f]+\.js)"', client.get("/t/").text)[1]
    answer = client.get(script)
    assert "immutable" in answer.headers["Cache-Control"]
    assert "map_main" in answer.text
    assert client.get("/t/map-000000000000.js").status_code == 404


def test_a_page_is_not_kept_and_its_nonce_is_its_own(client_of):
    client = client_of("supervisor_li")
    pages = [client.get("/map") for _ in range(2)]
    nonces = [re.search(r'<script nonce="([^"]+)"', page.text)[1] for page in pages]
    assert nonces[0] != nonces[1]
    for page, nonce in zip(pages, nonces, strict=True):
        assert page.headers["Cache-Control"] == "no-store"
        assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]


def test_every_page_is_whole_in_english(client_of, number):
    client = client_of("supervisor_li")
    client.set_cookie("language", "en")
    for path in ("/map", "/issues", "/areas", "/docs"):
        own = re.sub(
            r'<script type="application/json".*?</script>|<script nonce.*?</script>',
            "",
            client.get(path).text,
            flags=re.DOTALL,
        )
        said = set(re.findall(r"[\u4e00-\u9fff]+", own))
        town = [
            "示范区",
            "西苑街道",
            "西街道",
            "文峰社区",
            "天隆社区",
            "东门社区",
            "第",
            "网格",
            "三楼暖气不热",
            "中文",
            "岚",
            "李岚",
            "林晓",
            "何平",
            "赵敏",
            "热力公司",
            "供暖",
            "幢",
            "单元",
        ]
        assert {one for one in said if not any(name in one for name in town)} == set(), path


def test_the_ground_map_is_served_in_ranges_to_people_who_are_signed_in(client_of, store):
    (store.folder / "basemap.pmtiles").write_bytes(bytes(range(200)))
    wanted = {"Range": "bytes=10-19"}
    with client_of("worker_lin").get("/tiles/basemap.pmtiles", headers=wanted) as answer:
        assert answer.status_code == 206
        assert answer.data == bytes(range(10, 20))
        assert answer.headers["Content-Range"] == "bytes 10-19/200"
    assert client_of().get("/tiles/basemap.pmtiles").status_code == 303
    assert '"vector": "/tiles/basemap.pmtiles"' in client_of("supervisor_li").get("/map").text


def test_without_a_ground_map_the_cells_stand_on_plain_ground(client_of):
    client = client_of("supervisor_li")
    assert client.get("/tiles/basemap.pmtiles").status_code == 404
    assert "basemap.pmtiles" not in client.get("/map").text
