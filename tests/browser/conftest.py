"""A real application behind granian, a real Chromium in front of it, and a watch over what the pages do."""

import json
import os
import shutil
import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import sync_playwright

from server.clock import system_clock
from server.config import load
from server.db import Store
from server.models import Area, Department
from server.services import gazetteer, intake, people
from server.services.drafts import Draft
from server.services.gazetteer import NewPlace
from server.services.marks import DEMO, set_mark
from server.services.people import NewPerson
from server.upgrade import upgrade
from tests.browser.serving import CHROMIUM, SECRET, chromium_path, serving
from tests.personas import PASSWORD, build_town

HOSTILE = "${alert(1)}</script><img src=x onerror=alert(1)>`'\"><b>x</b>{{7*7}}"
HOSTILE_CELL = "990101001001003"
QUIET = 5  # looks, 20 ms apart, at which nothing is on its way
CATEGORIES = ("heating", "street_lamp", "bins_lacking", "parking", "dogs", "road_damage")
PLACES = [
    *(NewPlace(str(n), f"时代嘉园{n}幢", "building", "", 122.018 + n / 10_000, 37.018) for n in (1, 2)),
    NewPlace("3", "和平小区5幢", "building", "", 122.013, 37.013),
]


def fill(store):
    """Report sixty issues over the last forty days in the cells of 西苑街道, one of them hostile."""
    town = build_town(store)
    with store.write() as tx:
        set_mark(tx, DEMO, json.dumps({"accounts": [["worker_lin", PASSWORD, "worker"]]}))
        tx.session.get(Area, town.areas[HOSTILE_CELL]).name = HOSTILE
        gazetteer.keep(tx, PLACES)
        tx.session.add(Department(code="property", name="安居物业", kind="property", area_id=None))
        tx.session.flush()
        people.create(
            tx, [NewPerson("handler_wu", "吴工", PASSWORD, None, (("handler", "990101"),), "property")]
        )
    worker = town.actors["worker_lin"]
    for place in range(60):
        at = system_clock() - timedelta(days=40 - place * 0.66, hours=1)
        draft = Draft(
            category=CATEGORIES[place % len(CATEGORIES)],
            source="patrol",
            description=HOSTILE if place == 59 else f"第 {place} 件：居民反映，请尽快处理。",
            lon=122.0007 + (place * 7 % 29) / 1000,
            lat=37.0007 + (place * 3 % 19) / 1000,
            accuracy_m=12.0,
            place_text=HOSTILE if place == 59 else f"{place % 9 + 1} 幢",
        )
        with store.write(now=at) as tx:
            intake.report(tx, worker, draft)


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Folder of a filled store, to be copied: who serves it writes to it."""
    folder = tmp_path_factory.mktemp("filled")
    store = Store(load({"dir": str(folder), "secret_key": SECRET}, environment={}))
    upgrade(store)
    fill(store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def site(filled, tmp_path_factory):
    """Address of the application over a filled store."""
    folder = tmp_path_factory.mktemp("site") / "store"
    shutil.copytree(filled, folder)
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, headless."""
    program = chromium_path()
    if program is None:
        reason = "no Chromium: install chromium and fonts-noto-cjk (make test does, as root)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page did that it should not: complaints of the browser, dialogs, requests to elsewhere."""

    address: str
    complaints: list = field(default_factory=list)
    dialogs: list = field(default_factory=list)
    outside: list = field(default_factory=list)
    expected: tuple = ()
    has_scripts: bool = True
    under_way: set = field(default_factory=set)

    def over(self, page):
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self.asked)
        page.on("request", self.requested)
        page.on("requestfinished", self.ended)
        page.on("requestfailed", self.ended)

    def heard(self, message):
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.complaints.append(message.text)

    def asked(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def requested(self, request):
        if request.resource_type != "eventsource":  # which never ends
            self.under_way.add(request)
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)

    def ended(self, request):
        self.under_way.discard(request)


MOUNTED = "() => !document.querySelector(\"script[src$='js/main.js']\") || 'mounted' in document.documentElement.dataset"


def settle(page, watch):
    """Wait until a loaded page has all its behaviour and asks for nothing more; less than Playwright would."""
    page.wait_for_load_state()
    if watch.has_scripts:
        page.wait_for_function(MOUNTED)
    quiet, until = 0, time.monotonic() + 30
    while quiet < QUIET and time.monotonic() < until:
        page.wait_for_timeout(20)
        quiet = 0 if watch.under_way else quiet + 1


def signed_in(site, chromium):
    """Make what signs in once per persona, by the form, and gives the browser's state to start from."""
    kept = {}

    def state_of(login):
        if login not in kept:
            context = chromium.new_context()
            page = context.new_page()
            page.goto(f"{site}/sign-in")
            page.fill("[name=login]", login)
            page.fill("[name=password]", PASSWORD)
            page.click("form[action='/sign-in'] button")
            page.wait_for_url(lambda address: "/sign-in" not in address)
            kept[login] = context.storage_state()
            context.close()
        return kept[login]

    return state_of


@pytest.fixture(scope="session")
def sessions(site, chromium):
    """Sign in once per persona; gives the browser's state to start from."""
    return signed_in(site, chromium)


@pytest.fixture
def open_page(site, chromium, sessions):
    """Open a page as a persona; when the test ends, nothing may have complained, asked or gone outside."""
    opened = []

    def start(path, login="supervisor_li", size=(1366, 768), expected=(), **options):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            storage_state=sessions(login) if login else None,
            locale=options.pop("locale", "zh-CN"),
            service_workers=options.pop("service_workers", "block"),  # else each tablet is fetched twice
            **options,
        )
        page = context.new_page()
        watch = Watch(site, expected=tuple(expected), has_scripts=options.get("java_script_enabled", True))
        watch.over(page)
        opened.append((context, watch))
        page.goto(f"{site}{path}")
        settle(page, watch)
        return page

    yield start
    for context, watch in opened:
        context.close()
        assert watch.complaints == []
        assert watch.dialogs == []
        assert watch.outside == []
