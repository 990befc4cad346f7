"""Patrols, visits and care calls on the tablet, in a cellar without a network and back in the light."""

import shutil
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from geo.plots import boxes, plots_at
from server.clock import system_clock
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
from tests.browser.serving import serving, store_in

pytestmark = pytest.mark.browser
START = {"longitude": 122.012, "latitude": 37.012, "accuracy": 8}
HERE = {"geolocation": START, "permissions": ["geolocation"]}
WALKED = 2
STEP = 0.0002  # degrees; some 18 m
TABLET = """
    const main = [...document.scripts].find((one) => one.src.includes('/js/main.js')).src;
    const of = (name) => import(main.replace('main.js', `tablet/${name}.js`));
    const [store, track, patrol, place, outbox] =
      await Promise.all(['store', 'track', 'patrol', 'place', 'outbox'].map(of));
    const until = async (isSo, end = performance.now() + 20_000) => {
      while (!(await isSo())) {
        if (performance.now() > end) throw new Error(`never: ${isSo}`);
        await new Promise(requestAnimationFrame);
      }
    };
    const turnTo = (person) => {
      if (person) localStorage.setItem('wangge.person', JSON.stringify(person));
      else localStorage.removeItem('wangge.person');
      dispatchEvent(new StorageEvent('storage', { key: 'wangge.person' }));
    };
"""


@pytest.fixture(scope="module")
def folder(filled, tmp_path_factory):
    """A store in which today is a working day."""
    folder = tmp_path_factory.mktemp("visits") / "store"
    shutil.copytree(filled, folder)
    with store_in(folder) as store, store.write() as tx:
        today = tx.now.astimezone(store.config.zone).date()
        days = [today + timedelta(days=n) for n in (0, 1)]
        tx.session.add_all(
            CalendarYear(year=year, file_name="x", at=tx.now) for year in {day.year for day in days}
        )
        tx.session.add_all(CalendarDay(day=day, kind="make_up", name="x") for day in days)
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


def inside(page, script, given=None):
    """Run a script among the tablet's own modules."""
    return page.evaluate(f"async (given) => {{ {TABLET} {script} }}", given)


def arrives(page):
    """Wait until everything in the outbox was taken."""
    inside(page, "await until(async () => (await outbox.all()).every((one) => one.state === 'done'));")


def walks(page):
    page.evaluate("() => document.addEventListener('field:place', ({ detail }) => console.log(detail.lon))")
    page.click("[data-start]")
    for step in range(1, WALKED + 1):
        there = START["longitude"] + step * STEP
        with page.expect_event("console", lambda message, there=there: str(there) in message.text):
            page.context.set_geolocation({**START, "longitude": there})
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


def test_what_is_done_in_the_field_without_a_network_arrives_once_there_is_one(open_page, folder):
    page = open_page("/t/#visits", "worker_lin", (768, 1024), ("ERR_INTERNET_DISCONNECTED",), **HERE)
    page.locator("[data-module=tablet-patrol] [data-cells] li").wait_for()
    page.context.set_offline(True)
    walks(page)
    promises_to_look_in(page)
    visits_and_reports(page)
    titles = inside(page, "return (await outbox.all()).map((one) => one.title);")
    assert "日常走访" in " ".join(titles)  # what is typed of a home is in no title
    assert "时代嘉园" not in " ".join(title for title in titles if "走访" in title)
    page.context.set_offline(False)
    arrives(page)

    with store_in(folder) as store, store.read() as tx:
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

    page.click(".t-bar a[href='#visits']")
    page.locator("[data-module=tablet-visits-list] li", has_text="时代嘉园1幢").wait_for()
    page.locator("[data-module=tablet-cares] li", has_text="张奶奶").wait_for()
    page.locator("[data-end]").first.click()
    page.locator("form[data-part=end] .t-tile", has_text="本人撤回同意").click()
    page.locator("form[data-part=end] .v-big").click()
    page.locator("[data-module=tablet-cares] .empty:visible").wait_for()
    arrives(page)
    with store_in(folder) as store, store.read() as tx:
        assert tx.session.scalars(select(Care)).one().box is None


def plots_agree(page):
    random = np.random.default_rng(5)
    lon, lat = random.uniform(-180, 180, 2_000), random.uniform(-90, 90, 2_000)
    lon[:1_000], lat[:1_000] = 122 + random.random(1_000), 37 + random.random(1_000)
    numbers, around = inside(
        page,
        "const at = await of('plots'), all = given.map((one) => at.plotAt(...one)); return [all, all.map(at.boxOf)];",
        np.column_stack([lon, lat]).tolist(),
    )
    plots = plots_at(lon, lat)
    assert numbers == plots.tolist()
    np.testing.assert_allclose(np.array(around), boxes(plots), atol=1e-12)


def withdrawn_ones_vanish(page):
    """Whoever the server no longer names is gone some hours later, whichever view is looked at."""
    left = inside(
        page,
        """const [kept, clock, words] = [await of('kept'), await of('clock'), await import(main.replace('main.js', 'page.js'))];
        const at = new Date(clock.now() - 7 * 3_600_000).toISOString();
        const db = await store.open();
        await db.put('kept', { data: { items: [{ uid: 'x', who: '撤回的人', reason: {}, cell: {} }] }, etag: '"old"', at }, 'cares');
        words.tell('field:net', {});
        await until(async () => (await kept.get('cares')).at !== at);
        return JSON.stringify(await kept.get('cares'));""",
    )
    assert "撤回的人" not in left


def drafts_stay_apart(page):
    """A visit to somebody who is looked in on is another one than the visit that was begun before."""
    care = {"uid": "c1", "who": "张奶奶", "where": "3 幢 501", "cell": {"name": "一格"}}
    look_in = "(await import(main.replace('main.js', 'page.js'))).tell('visits:go', given);"
    page.locator("[data-go=visit]:visible").click()
    page.fill("#v-where", "5 幢 王某家")
    inside(page, look_in, {"part": "visit", "care": care})
    assert page.input_value("#v-text") == ""
    page.fill("#v-text", "血压有点高")
    page.locator("form[data-part=visit] [data-go=home]").click()
    page.locator("[data-go=visit]:visible").click()
    page.locator("[data-begun]:visible").wait_for()
    assert page.input_value("#v-where") == "5 幢 王某家"
    assert page.locator("[data-care]").is_hidden()
    old, kept = inside(
        page,
        """const drafts = await of('visit-draft');
        await store.setPref('visit.draft.old', { at: new Date(Date.now() - 4 * 86_400_000).toISOString() });
        await drafts.forgetDrafts();
        return [await store.pref('visit.draft.old'), JSON.stringify(await store.pref('visit.draft.c1'))];""",
    )
    assert old is None
    assert "血压有点高" in kept
    assert "张奶奶" not in kept
    page.locator("[data-discard]:visible").first.click()
    assert page.input_value("#v-where") == ""


def a_tapped_building_goes_with_the_point(page):
    for words in ("和平小区5幢", "隔壁"):
        page.locator("[data-near] button:visible", has_text="和平小区5幢").click()
        page.fill("#v-where", words)
        page.locator("form[data-part=visit] .t-tile", has_text="一切正常").click()
        page.locator("form[data-part=visit] [value=keep]").click()
        page.locator("[data-go=visit]:visible").click()
    bodies = inside(page, "return (await outbox.all()).flatMap((one) => one.steps).map((one) => one.body);")
    assert [("lon" in body, "place" in body) for body in bodies] == [(True, True), (True, False)]


def a_patrol_ended_elsewhere_is_over(page):
    """One page tracks at a time; what another has ended takes no more points, and its end is made up for."""
    seen = inside(
        page,
        """let free;
        navigator.locks.request('wangge.patrol.track', () => new Promise((done) => { free = done; })); // another page
        await patrol.start();
        place.unwatch('visit');
        const isFollowing = !place.isWatching();
        free();
        await until(() => place.isWatching());
        const [mine, { uid }] = [patrol.current(), store.whoami()];
        await track.turn(uid, (one) => ({ ...one, ended_at: new Date().toISOString() }), { patrol: 'other', lon: 1, lat: 1 });
        const words = await import(main.replace('main.js', 'page.js'));
        words.tell('field:place', { lon: 122.01, lat: 37.01, accuracy_m: 5, at: new Date().toISOString() });
        await until(() => !patrol.current());
        const [isWatching] = [place.isWatching(), await patrol.resume()];
        await until(async () => !(await track.kept()));
        const steps = (await outbox.all()).flatMap((one) => one.steps);
        return {
          isFollowing, isWatching, runs: patrol.current(), kept: await track.kept(), left: (await track.waiting()).length,
          ends: steps.filter((one) => one.kind === 'patrol_end' && one.of === mine.uid).length,
          pieces: steps.filter((one) => one.kind === 'track' && one.of !== mine.uid).map((one) => one.of),
          late: JSON.stringify(steps.filter((one) => one.of === mine.uid)).includes('122.01,'),
        };""",
    )
    assert seen == {
        "isFollowing": True, "isWatching": False, "runs": None, "kept": None, "left": 0, "ends": 1, "pieces": ["other"],
        "late": False,
    }  # fmt: skip


def nothing_passes_on(page, person):
    """Whoever works with the device next, or nobody, finds no words, and is not tracked."""
    page.locator("form:visible [data-go=home]").click()
    page.locator("[data-go=care]:visible").click()
    page.fill("#c-who", "孤老")
    seen = inside(
        page,
        """const before = store.whoami();
        await patrol.start();
        await until(() => patrol.current() && place.isWatching());
        const { uid } = patrol.current();
        turnTo(given);
        const db = await store.open(before.uid);
        const found = [patrol.current(), place.isWatching(), document.getElementById('c-who').value];
        const ends = async () => (await db.getAll('outbox')).filter(({ steps: [one] }) => one.kind === 'patrol_end' && one.of === uid);
        await until(async () => (await ends()).length);
        const [{ person }] = await ends();
        localStorage.setItem('wangge.person', JSON.stringify(before));
        return [...found, person === before.uid];""",
        person,
    )
    assert seen == [None, False, "", True]
    page.locator("[data-part=home]:visible").wait_for()


def test_what_is_begun_belongs_to_whoever_began_it(open_page):
    near = {**HERE, "geolocation": {**START, "longitude": 122.013, "latitude": 37.013}}
    page = open_page("/t/#visits", "worker_lin", (768, 1024), ("ERR_INTERNET_DISCONNECTED",), **near)
    page.locator("[data-module=tablet-patrol] [data-cells] li").first.wait_for()
    plots_agree(page)
    withdrawn_ones_vanish(page)
    page.context.set_offline(True)
    drafts_stay_apart(page)
    a_tapped_building_goes_with_the_point(page)
    a_patrol_ended_elsewhere_is_over(page)
    nothing_passes_on(page, {"uid": "018f0000-0000-7000-8000-000000000001", "name": "赵", "login": "zhao"})
