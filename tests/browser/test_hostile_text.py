"""Hostile text in every field that takes text, on every page that shows it: nothing runs and nothing breaks."""

import csv
import io
import json
import re
from contextlib import suppress
from urllib.parse import quote

import pytest
from werkzeug.exceptions import NotFound

from server.clock import system_clock
from server.formats.delimited import FORMULA_STARTS
from server.uids import uuid7
from tests.browser.conftest import Watch, settle
from tests.browser.hostile_town import TEXTS, build
from tests.browser.serving import serving
from tests.personas import PASSWORD
from tests.pictures import sent

pytestmark = pytest.mark.browser
AGENT = f"Mozilla/5.0 Chrome/120 {TEXTS['element']} {TEXTS['attribute']} {TEXTS['template']}"
NO_PAGE = {
    "admin_audit.export", "admin_calendar.download", "docs.api", "health.healthz", "photos.file", "photos.thumb",
    "statics.file", "tablet.script", "tiles.basemap", "bulletin.heat", "bulletin.word", "bulletin_template.download",
    "evaluation.export", "exports.file", "exports.now", "tablet.manifest", "tablet.shell", "tablet.version", "tablet.worker",
    "tablet_ground.ground", "trust.certificate", "trust.text", "visits.export",
}  # fmt: skip
"""What is no page, or says nothing but the program's own words; all of the API and of sign-in elsewhere beside."""
LOOK = """() => ({
    hit: window.__hit || 0, refused: window.__refused, made: document.querySelectorAll('img[src="x"], [hx-on\\\\:load]').length,
    wide: document.documentElement.scrollWidth - innerWidth, hidden: getComputedStyle(document.body).display === 'none',
    over: [...document.querySelectorAll("main *, header *, body > *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".leaflet-container")).slice(-3).map((one) => one.tagName + "." + one.className + " " + Math.round(one.getBoundingClientRect().right)),
    counted: document.body.innerText.includes('1337'), main: document.querySelectorAll('main').length,
})"""
WATCH = """window.__refused = []; document.addEventListener('securitypolicyviolation',
    (event) => window.__refused.push(event.violatedDirective + ' ' + event.blockedURI));"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Address of a town in which all words are hostile, the numbers of its issues, a worker and a token."""
    folder = tmp_path_factory.mktemp("hostile")
    numbers, uid, token = build(folder)
    with serving(folder) as address:
        yield address, numbers, uid, token


def pages(numbers, uid, token):
    """Who looks at what: every page there is, see the test below."""
    strange = quote(TEXTS["element"] + TEXTS["template"], safe="")
    yield "supervisor_li", (
        "/issues", "/issues?sort=oldest", *(f"/issues/{number}" for number in numbers[:5]), f"/issues?q={strange}",
        f"/issues/bulk?action=note&n={numbers[0]}&n={numbers[5]}", "/issues/outcomes", "/supervision", "/triage", "/areas",
        "/duties", f"/duties/people/{uid}", "/duties/areas/990101001001008", "/regrid", "/issues/new", "/issues/talk-day",
        "/map?view=open", "/admin/limits", "/admin/calendar", "/account", "/account/second", "/privacy", f"/privacy?number={numbers[-1]}",
        f"/issues/bulk/{32 * '0'}", f"/duties/people/{uid}/hand-over", f"/duties/people/{uid}/leaving", f"/issues/{strange}", f"/{strange}",
        "/board", "/board/wall?names=1", "/bulletin?period=year", "/bulletin/template", "/exports", "/exports/new", "/hotspots",
        f"/hotspots/inspect?key={strange}", "/evaluation", "/evaluation/preview", f"/evaluation/{uid}", "/evaluation/appeals",
        f"/evaluation/{uid}/units/{strange}", f"/hotspots?area={strange}", f"/board?area={strange}", f"/bulletin?area={strange}",
        f"/issues?state={strange}", f"/issues?area={strange}", "/visits", f"/visits?area={strange}", f"/issues?sort={strange}", f"/duties/people/{strange}",
    )  # fmt: skip
    yield "admin_wu", (
        "/admin", "/admin/people", "/admin/people/worker_lin", "/admin/tokens", "/admin/audit", "/admin/categories",
        "/admin/categories/dogs", "/admin/departments", "/admin/departments/heating", "/admin/new-person",
        "/admin/people/supervisor_li", "/admin/areas", "/admin/areas/990101001001008", f"/admin/tokens/{token}/revoke", "/admin/limits/dogs",
        "/admin/new-category", "/admin/new-department",
    )  # fmt: skip
    yield "worker_lin", ("/", "/t/", "/t/#tasks", "/t/#report", "/t/#visits", f"/issues/{numbers[0]}")
    yield "handler_sun", ("/",)
    yield "", ("/t/trust", f"/reset/{strange}", f"/sign-in?next={strange}", f"/sign-in/code?next={strange}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_page_is_looked_at_here(app):
    ways = app.url_map.bind("localhost")
    looked = set()
    for _login, paths in pages(["20260101-00001"] * 6, uuid7(system_clock()), 1):
        for path in paths:
            with suppress(NotFound):
                looked.add(ways.match(path.partition("?")[0].partition("#")[0])[0])
    known = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    known -= {one for one in known if one.startswith(("api_", "oidc."))}
    assert (sorted(known - looked - NO_PAGE), sorted(NO_PAGE - known)) == ([], [])


def sign_in(page, address, login):
    page.context.clear_cookies()
    if not login:
        return
    page.goto(f"{address}/sign-in?next={quote('/account' + chr(34) + TEXTS['header'])}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action^='/sign-in'] button")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_hostile_text_in_every_field_runs_nowhere_and_breaks_no_page(hostile, chromium):
    address, numbers, uid, token = hostile
    context = chromium.new_context(
        user_agent=AGENT, viewport={"width": 1366, "height": 768}, locale="zh-CN", service_workers="block"
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    # 401: what a page still asked for when the next persona signed in
    watch = Watch(address, expected=("404", "405", "422", "400", "403", "401"))
    watch.over(page)
    wrong, seen = [], []

    def look_at(login, path):
        look = page.evaluate(LOOK)
        seen.append(path)
        over = look.pop("over")
        if look != {"hit": 0, "refused": [], "made": 0, "wide": min(look["wide"], 0), "hidden": False,
                    "counted": False, "main": 1}:  # fmt: skip
            wrong.append((login, path[:40], look, over))

    for login, paths in pages(numbers, uid, token):
        sign_in(page, address, login)
        for path in paths:
            page.goto(f"{address}{path}")
            settle(page, watch)
            if path.startswith("/map"):
                look_at_the_map(page, numbers)
            look_at(login, path)
        if login == "worker_lin":
            for name in acted(page, address, watch, numbers):
                look_at(login, name)
        if login == "supervisor_li":
            shown(page, address, watch)
            exported(context, address)
    assert not wrong, "\n".join(map(str, wrong))
    assert len(seen) > 40
    assert not [one for one in context.cookies() if one["name"] == "hit"]
    assert (watch.complaints, watch.dialogs, watch.outside) == ([], [], [])
    context.close()


def acted(page, address, watch, numbers):
    """Show an issue whole; send photos, and what is none, under hostile names; names each page that answers."""
    page.goto(f"{address}/issues/{numbers[-4]}")
    page.click("form[action$='/unmask'] button")
    settle(page, watch)
    assert TEXTS["element"][:20] in page.locator("main").inner_text()
    yield "shown whole"
    for name, data in (("photo", sent()), ("no photo", b"none")):
        page.goto(f"{address}/issues/{numbers[0]}")
        files = [{"name": one + ".jpg", "mimeType": "image/jpeg", "buffer": data}
                 for one in (TEXTS["attribute"], TEXTS["markup of the kit"].replace("/", "_"))]  # fmt: skip
        page.set_input_files("#photos input[name=photos]", files)
        page.eval_on_selector("#photos form", "(form) => form.requestSubmit()")
        settle(page, watch)
        yield name


def look_at_the_map(page, numbers):
    """Open what a click, a hover and a search would."""
    detail = {"kind": "issue", "number": numbers[0]}
    page.evaluate("(detail) => document.dispatchEvent(new CustomEvent('map:choose', { detail }))", detail)
    page.wait_for_selector("[data-module=map-drawer] .drawer-text")
    page.fill(".search input", "990101")
    page.wait_for_selector(".search-list li[role=option]")


def shown(page, address, watch):
    """Look whether words arrive as they were said: nothing cut, doubled or escaped twice."""
    page.goto(f"{address}/issues?sort=oldest")
    settle(page, watch)
    told = page.locator("table.rows").inner_text()
    for name in (
        "element",
        "template literal",
        "template",
        "words with places",
        "formula",
        "path",
        "database",
    ):
        assert TEXTS[name][:20] in told, (name, told)


def exported(context, address):
    """Look at the spreadsheet: no cell begins a formula, each row has its columns."""
    answer = context.request.get(f"{address}/api/v1/issues.csv")
    assert re.fullmatch(r'attachment; filename="?[\w.-]+"?', answer.headers["content-disposition"])
    heading, *rows = csv.reader(io.StringIO(answer.body().decode("utf-8-sig"), newline=""))
    assert len(rows) >= len(TEXTS) - 2
    assert {len(row) for row in rows} == {len(heading)}
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
    told = json.loads(context.request.get(f"{address}/api/v1/issues?limit=100").body())
    assert {TEXTS["template"]} <= {one["summary"] for one in told["items"]}
