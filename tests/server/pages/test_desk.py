"""My desk's page: figures that lead to what they count."""

import re
from html import unescape

import pytest

from tests.personas import PERSONAS

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIGURE = re.compile(r'<a class="figure[^"]*" href="([^"]+)"><b data-count>(\d+)</b>')


def behind(client, url):
    """How many a list says it holds."""
    page = client.get(url)
    assert page.status_code == 200, url
    return int(re.search(r"共 (\d+) 件", page.text)[1]) if "/duties" not in url else None


@pytest.mark.parametrize("login", PERSONAS)
def test_each_figure_leads_to_what_it_counts(login, client_of, scattered):
    client = client_of(login)
    found = [(unescape(url), int(count)) for url, count in FIGURE.findall(client.get("/").text)]
    assert found or login == "admin_wu"
    for url, count in found:
        assert behind(client, url) in (count, None), url


def test_an_administrator_finds_the_way_to_the_administration(client_of):
    assert 'href="/admin"' in client_of("admin_wu").get("/").text


def test_two_roles_have_two_sections(client_of, scattered):
    sections = re.findall(r'<section class="desk" aria-label="([^"]+)"', client_of("outsider").get("/").text)
    assert sections == ["网格员", "网格长"]
