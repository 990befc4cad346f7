"""The board: every number leads to exactly the issues behind it, for everybody, whatever the period and the area."""

import html
import re
from urllib.parse import urlsplit

import pytest

from tests.wandered import END, history

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # nothing in it depends on the store
LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*data-counted="(\d+)"[^>]*>([^<]*)</a>')
FIGURE = re.compile(r'<span class="board-name">([^<]+)</span>\s*<b>(.*?)</b>', re.DOTALL)
EIGHTH = "990101001001008"


@pytest.fixture
def wandered(store, town, clock, shelf):
    clock.at = END
    return history(store, town, shelf)


def body(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def words_of(page):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def links_of(page):
    """Give each link of a board once: where it leads, how long that list shall be, what is read."""
    return {(html.unescape(url), int(counted), text) for url, counted, text in LINK.findall(page)}


def figures_of(page):
    return {name: words_of(value).split()[0] for name, value in FIGURE.findall(page)}


@ON_ONE
@pytest.mark.parametrize(
    ("login", "query", "least"),
    [
        ("supervisor_li", "period=year", 60),
        ("leader_zhao", f"period=between&since=2025-12-20&until=2026-02-10&area={EIGHTH}", 25),
        ("handler_sun", "period=month_19&area=990101001001", 0),
    ],
)
def test_every_number_leads_to_exactly_the_issues_behind_it(client_of, wandered, login, query, least):
    client = client_of(login)
    links = links_of(body(client.get(f"/board?{query}")))
    lists = {}
    for url, counted, text in links:
        assert urlsplit(url).path == "/issues"
        assert lists.setdefault(url, counted) == counted, url
        if text.replace(",", "").isdigit():
            assert int(text.replace(",", "")) == counted
    for url, counted in lists.items():
        found = client.get(f"/api/v1/issues?{urlsplit(url).query}&limit=1").get_json()
        assert found["total"] == counted, url
    assert len(links) >= least


@ON_ONE
def test_the_list_behind_a_number_says_what_it_shows_and_each_part_of_it_can_be_taken_away(
    client_of, wandered
):
    client = client_of("supervisor_li")
    links = links_of(body(client.get("/board?period=year")))
    closed = min((url for url, *_rest in links if "ended_until=2026-12-31" in url), key=len)
    judged = next(url for url, *_rest in links if "verdict" in url)
    held = next(url for url, *_rest in links if "holder" in url)
    page = body(client.get(closed))
    assert "办结时间（含不予受理、并案）：2026-01-01 至 2026-12-31" in words_of(page)
    assert '<a href="/issues?state=closed" aria-label="去掉：办结时间' in page
    assert '<input type="hidden" name="ended_since" value="2026-01-01">' in page
    page = words_of(body(client.get(judged)))
    for words in ("到期时间：", "按期办结、逾期", "一次解决", "需要回访"):
        assert words in page
    assert "由 何平 承办" in words_of(body(client.get(held))) or "由 林晓 承办" in words_of(
        body(client.get(held))
    )


@ON_ONE
def test_what_is_seen_is_what_may_be_seen(app, client_of, wandered):
    counted = {
        login: figures_of(body(client_of(login).get("/board?period=year")))["新增"]
        for login in ("supervisor_li", "leader_zhao", "dispatcher_qian", "outsider", "handler_sun")
    }
    assert int(counted["supervisor_li"]) > 0
    assert counted["supervisor_li"] == counted["dispatcher_qian"]
    assert (counted["outsider"], counted["handler_sun"]) == ("0", "0")
    assert "网格员忙闲" not in body(client_of("handler_sun").get("/board"))
    app.testing = False
    for login in ("worker_lin", "admin_wu"):
        client = client_of(login)
        assert client.get("/board").status_code == 403
        assert client.get("/board/wall").status_code == 403
        assert 'href="/board"' not in client.get("/areas").get_data(as_text=True)


@ON_ONE
def test_who_makes_bulletins_finds_them_here_and_a_year_is_compared_once(client_of, wandered):
    page = body(client_of("supervisor_li").get("/board?period=year"))
    assert '<a class="btn ms-auto" href="/bulletin">' in page
    assert "比去年" in page
    assert "比上期" not in page
    assert "超过中位数的 2 倍，并且比按中位数该有的多 3 件以上" in page
    assert (
        page.count("data-chart=") == page.count('role="img" aria-label="') - page.count('class="spark"') == 4
    )
    assert 'href="/bulletin"' not in body(client_of("handler_sun").get("/board?period=year"))


@ON_ONE
def test_the_formula_is_said_in_words_as_the_stores_own_file_has_it(store, client_of, wandered):
    page = words_of(body(client_of("supervisor_li").get("/board?period=year")))
    assert "基数：时段内到期的事件中，需要回访，按期办结、逾期" in page
    assert "响应率 = 「期限内办结回单」 ÷ 「基数」" in page
    assert "满意率 = (「满意」 + 0.9 × 「基本满意」) ÷ 「一次解决、不认可或重办过」" in page
    assert "三率综合得分 = 100 × (0.1 × 响应率 + 0.5 × 解决率 + 0.4 × 满意率)" in page
    own = store.folder / "rates.csv"
    own.write_text(
        "rate,part,share,query\nresponse,numerator,0.5,source=phone&reply=in_time\nresponse,denominator,,\n"
        "resolution,numerator,1,verdict=solved\nresolution,denominator,,\nsatisfaction,numerator,1,satisfaction=satisfied\n"
        "satisfaction,denominator,,\nresponse,weight,0.2,\nresolution,weight,0.3,\nsatisfaction,weight,0.5,\n",
        encoding="utf-8",
    )
    page = words_of(body(client_of("supervisor_li").get("/board?period=year")))
    own.unlink()
    assert "基数：时段内到期的事件中，全部" in page
    assert "响应率 = 0.5 × 「电话，期限内办结回单」 ÷ 「基数」" in page
    assert "100 × (0.2 × 响应率 + 0.3 × 解决率 + 0.5 × 满意率)" in page


@ON_ONE
def test_the_wall_has_no_links_and_no_names_unless_it_is_asked_for_them(client_of, wandered):
    client = client_of("supervisor_li")
    plain = body(client.get(f"/board/wall?period=year&area={EIGHTH}"))
    assert 'data-bs-theme="dark" data-fixed' in plain
    assert "<a " not in plain
    assert "文峰社区第八网格" in plain
    whole, named = (
        body(client.get("/board/wall?period=year")),
        body(client.get("/board/wall?period=year&names=1")),
    )
    for name in ("林晓", "何平", "赵敏"):
        assert name not in whole
    assert "何平" in named


@ON_ONE
def test_of_an_area_they_see_a_part_of_the_heading_says_so(client_of, town):
    client = client_of("leader_zhao")
    for path in ("/board", "/board/wall"):
        assert "（只计你能看到的部分）" in body(client.get(f"{path}?area=990101"))
        assert "（只计你能看到的部分）" not in body(client.get(f"{path}?area=990101001001"))


@ON_ONE
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=today", "今天还没有事件"),
        ("period=between&since=2020-01-01&until=2020-01-31", "这段时间还没有事件，也没有未结的。"),
    ],
)
def test_an_empty_board_says_so(client_of, town, query, words):
    client = client_of("supervisor_li")
    page = body(client.get(f"/board?{query}"))
    assert words in page
    assert figures_of(page)["按期办结率"] == "—"
    assert body(client.get(f"/board/wall?{query}"))


@ON_ONE
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("period=aeon", 422),
        ("period=between", 422),
        ("period=between&since=2026-02-02&until=2020-01-01", 422),
        ("period=0", 422),
        ("days=99999999999999999999", 422),
        ("area=nowhere", 422),
        ("area=" + "9" * 100, 422),
        ("period=week&all=luck&names=x", 200),
    ],
)
def test_an_address_that_was_tampered_with_is_no_fault(app, town, client_of, query, status):
    app.testing = False
    for path in ("/board", "/board/wall"):
        assert client_of("supervisor_li").get(f"{path}?{query}").status_code == status
