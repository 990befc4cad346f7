"""The board: every number leads to exactly the issues behind it, for everybody, whatever the period and the area."""

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.wandered import END, wander

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing in it depends on the store
LINK = re.compile(r'<a [^>]*href="([^"]+)"[^>]*data-counted="(\d+)"[^>]*>([^<]*)</a>')
EIGHTH = "990101001001008"


@pytest.fixture
def wandered(store, town, clock, shelf):
    clock.at = END
    return shelf.fill(store, "wandered-board", lambda: wander(store, town))


def body(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def said(answer):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body(answer))))


def numbers_of(page):
    """Give each link of a board once: where it leads, how long that list shall be, what is read."""
    return {(html.unescape(url), int(counted), text) for url, counted, text in LINK.findall(page)}


@ON_ONE
@pytest.mark.parametrize(
    ("login", "query", "least"),
    [
        ("supervisor_li", "period=year&all=category", 60),
        ("supervisor_li", f"period=between&since=2025-12-20&until=2026-02-10&area={EIGHTH}", 40),
        ("leader_zhao", "period=90&all=worker", 60),
        ("handler_sun", "period=month_19&area=990101001001", 0),
    ],
)
def test_every_number_leads_to_exactly_the_issues_behind_it(client_of, wandered, login, query, least):
    client = client_of(login)
    links = numbers_of(body(client.get(f"/board?{query}")))
    assert len(links) >= least
    for url, counted, _text in links:
        parts = urlsplit(url)
        assert parts.path == "/issues"
        found = client.get(f"/api/v1/issues?{parts.query}&limit=1").get_json()
        assert found["total"] == counted, url


@ON_ONE
def test_a_count_reads_as_long_as_its_list_and_the_list_says_what_it_shows(client_of, wandered):
    client = client_of("supervisor_li")
    links = numbers_of(body(client.get("/board?period=year")))
    for _url, counted, text in links:
        if text.replace(",", "").isdigit():
            assert int(text.replace(",", "")) == counted
    closed = next(url for url, *_rest in links if "ended_until=2026-12-31" in url)
    judged = next(url for url, *_rest in links if "verdict" in url)
    assert "办结时间（含不予受理、并案）：2026-01-01 至 2026-12-31" in said(client.get(closed))
    page = said(client.get(judged))
    for words in ("到期时间：", "按期办结、逾期", "一次解决", "需要回访"):
        assert words in page
