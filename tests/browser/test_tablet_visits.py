"""Patrols, visits and care calls on the tablet, in a cellar without a network and back in the light."""

import shutil
import time
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from geo.plots import boxes, plots_at
from server.clock import system_clock
from server.config import load
from server.db import Store
from server.models import (
    CalendarDay,
    CalendarYear,
    Care,
    Issue,
    Patrol,
    PatrolCover,
    TrackPiece,
    Visit,
    VisitIssue,
)
from tests.browser.conftest import signed_in
from tests.browser.serving import SECRET, serving

pytestmark = pytest.mark.browser
START = {"longitude": 122.012, "latitude": 37.012, "accuracy": 8}
HERE = {"geolocation": START, "permissions": ["geolocation"]}
WALKED = 2
STEP = 0.0002  # degrees; some 18 m
ALL_DONE = """async () => {
    const names = [...document.scripts].find((one) => one.src.includes('/js/main.js')).src.replace('main.js', 'tablet/outbox.js');
    return (await (await import(names)).all()).every((one) => one.state === 'done');
}"""


@pytest.fixture(scope="module")
def folder(filled, tmp_path_factory):
    """A store in which today is a working day."""
    folder = tmp_path_factory.mktemp("visits") / "store"
    shutil.copytree(filled, folder)
    store = Store(load({"dir": str(folder), "secret_key": SECRET}, environment={}))
    with store.write() as tx:
        today = tx.now.astimezone(store.config.zone).date()
        days = [today + timedelta(days=n) for n in (0, 1)]
        tx.session.add_all(
            CalendarYear(year=year, file_name="x", at=tx.now) for year in {day.year for day in days}
        )
        tx.session.add_all(CalendarDay(day=day, kind="make_up", name="x") for day in days)
    store.close()
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """Its address; there are no other hours than working hours."""
    with serving(folder, WANGGE_WORK_HOURS="00:00-23:59") as address:
        yield address


@pytest.fixture(scope="module")
def sessions(site, chromium):
    """Sign in once per persona."""
    return signed_in(site, chromium)


def arrives(page):
    """Wait until everything in the outbox was taken."""
    until = time.monotonic() + 60
    while not page.evaluate(ALL_DONE):
        assert time.monotonic() < until
        page.wait_for_timeout(100)


def go(page, view):
    page.click(f".t-bar a[href='#{view}']")


def walk(page, steps):
    for step in range(1, steps + 1):
        place = {**START, "longitude": START["longitude"] + step * STEP}
        with page.expect_event(
            "console", lambda message, place=place: str(place["longitude"]) in message.text
        ):
            page.context.set_geolocation(place)


def walks(page):
    page.evaluate("() => document.addEventListener('field:place', ({ detail }) => console.log(detail.lon))")
    page.click("[data-start]")
    walk(page, WALKED)
    page.locator("[data-words]", has_text="正在巡查").wait_for()
    page.locator("[data-module=tablet-patrol] [data-stop]").click()
    page.locator("[data-start]:visible").wait_for()


def promises_to_look_in(page):
    page.locator("[data-go=care]:visible").click()
    page.fill("#c-who", "张奶奶")
    page.fill("#c-where", "3 幢 2 单元 501")
    page.locator("form[data-part=care] .v-big").click()
    assert "同意" in page.locator("form[data-part=care] [data-lack]").inner_text()
    page.check("[name=consent]")
    page.locator("form[data-part=care] .v-big").click()


def visits_and_reports(page):
    page.locator("[data-go=visit]:visible").click()
    page.fill("#v-where", "时代嘉园1幢")
    page.locator("form[data-part=visit] .t-tile", has_text="发现问题").click()
    page.fill("#v-text", "楼道堆了杂物")
    page.locator("[data-report]:visible").click()
    page.locator("[data-from-visit]:visible").wait_for()
    page.locator(".r-tile", has_text="供暖不热").first.click()
    page.fill("[name=description]", "走访时发现")
    page.click(".r-form .t-send")
    page.locator(".r-done:visible").wait_for()


def stops_looking_in(page):
    page.locator("[data-module=tablet-cares] li", has_text="张奶奶").wait_for()
    page.locator("[data-end]").first.click()
    page.locator("form[data-part=end] .t-tile", has_text="本人撤回同意").click()
    page.locator("form[data-part=end] .v-big").click()


def test_what_is_done_in_the_field_without_a_network_arrives_once_there_is_one(open_page, folder):
    page = open_page("/t/#visits", "worker_lin", (768, 1024), ("ERR_INTERNET_DISCONNECTED",), **HERE)
    page.locator("[data-module=tablet-patrol] [data-cells] li").wait_for()
    page.context.set_offline(True)
    walks(page)
    promises_to_look_in(page)
    visits_and_reports(page)
    page.context.set_offline(False)
    arrives(page)

    store = Store(load({"dir": str(folder), "secret_key": SECRET}, environment={}))
    with store.read() as tx:
        patrol = tx.session.scalars(select(Patrol)).one()
        assert patrol.ended_at is not None
        assert patrol.points + patrol.left_out >= WALKED  # a hand that is too quick is not believed
        assert tx.session.scalars(select(TrackPiece)).one().points == patrol.points
        assert tx.session.scalars(select(PatrolCover)).one().squares
        assert "张奶奶".encode() not in tx.session.scalars(select(Care)).one().box
        visit = tx.session.scalars(select(Visit)).one()
        assert (visit.kind, visit.result) == ("daily", "issue")
        link = tx.session.scalars(select(VisitIssue)).one()
        assert (link.visit_id, tx.session.get_one(Issue, link.issue_id).source) == (visit.id, "visit")
        assert system_clock() - visit.happened_at < timedelta(minutes=5)

    go(page, "visits")
    page.locator("[data-module=tablet-visits-list] li", has_text="时代嘉园1幢").wait_for()
    stops_looking_in(page)
    page.locator("[data-module=tablet-cares] .empty:visible").wait_for()
    arrives(page)
    with store.read() as tx:
        assert tx.session.scalars(select(Care)).one().box is None
    store.close()


def test_plots_are_numbered_on_the_device_as_on_the_server(open_page):
    page = open_page("/t/", "worker_lin")
    random = np.random.default_rng(5)
    lon, lat = random.uniform(-180, 180, 2_000), random.uniform(-90, 90, 2_000)
    lon[:1_000], lat[:1_000] = 122 + random.random(1_000), 37 + random.random(1_000)
    numbers, around = page.evaluate(
        "async (points) => { const names = [...document.scripts].find((one) => one.src.includes('/js/main.js')).src"
        ".replace('main.js', 'tablet/plots.js'); const { plotAt, boxOf } = await import(names);"
        " const plots = points.map(([x, y]) => plotAt(x, y)); return [plots, plots.map(boxOf)]; }",
        np.column_stack([lon, lat]).tolist(),
    )
    plots = plots_at(lon, lat)
    assert numbers == plots.tolist()
    np.testing.assert_allclose(np.array(around), boxes(plots), atol=1e-12)
