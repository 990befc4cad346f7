"""A report that waits to be sent, on the worker's map and among her tasks until the server's own is there."""

import pytest

from tests.browser.field_devices import HERE, OFFLINE, PHONE, listed

pytestmark = pytest.mark.browser
OF = "const of = (name) => import(document.querySelector(\"script[src$='js/main.js']\").src.replace('main.js', `tablet/${name}.js`));"
REPORTED = (
    "async ([words, lon]) => { "
    + OF
    + """
    const at = { lon, lat: 37.0172, crs: 'wgs84', place_text: '6 幢门口' };
    const body = { category: 'street_lamp', source: 'patrol', description: words, ...at };
    const { put } = await of('outbox');
    const { freshUid } = await of('uid');
    const uid = freshUid();
    await put({ title: '路灯 · 第八网格', subject: { uid, number: null }, steps: [{ kind: 'report', body: { ...body, uid } }] });
    map_main.setView([at.lat, at.lon], 18, { animate: false });
    return uid;
}"""
)
OTHER = """() => {
    const person = { uid: '01890000-0000-7000-8000-000000000001', name: '别人', login: 'other' };
    localStorage.setItem('wangge.person', JSON.stringify(person));
    dispatchEvent(new StorageEvent('storage', { key: 'wangge.person' }));
}"""
DASHED, ROWS = ".m-point.is-unsent", ".w-group.is-unsent li"


@pytest.fixture
def page(open_page):
    page = open_page("/t/#map", "worker_lin", PHONE, OFFLINE, **HERE)
    page.wait_for_function("() => geo_json_cells.getLayers().length > 0")
    page.locator("html[data-mounted]").wait_for(state="attached")
    page.context.set_offline(True)
    return page


def test_a_report_is_shown_dashed_and_among_tasks_until_it_is_sent(page):
    uid = page.evaluate(REPORTED, ["灯杆歪了，离线时看见的", 122.0181])
    page.locator(DASHED).click()
    sheet = page.locator(".m-sheet")
    told = sheet.inner_text()
    assert all(words in told for words in ("灯杆歪了，离线时看见的", "路灯 · 第八网格", "6 幢门口", "待同步"))
    assert sheet.locator("[data-degrees]").inner_text() == "122.018100, 37.017200"
    sheet.locator("a[href='#queue']").click()
    page.locator(".q-row", has_text="路灯 · 第八网格").wait_for()
    page.click(".t-bar a[href='#tasks']")
    row = page.locator(ROWS)
    assert "灯杆歪了，离线时看见的" in row.inner_text()
    assert "等待送出" in row.inner_text()
    page.click("[data-whose=cells]")
    assert row.count() == 0
    page.click("[data-whose=mine]")
    row.locator("button").click()
    assert page.url.endswith("#queue")
    page.click(".t-bar a[href='#tasks']")
    page.context.set_offline(False)
    own = page.locator("li[data-number]", has_text="灯杆歪了，离线时看见的")
    listed(page, own.and_(page.locator(f"li:not([data-number='{uid}'])")))
    assert row.count() == 0
    page.click(".t-bar a[href='#map']")
    page.locator(DASHED).wait_for(state="detached")


def test_nobody_else_who_signs_in_sees_it(page):
    page.evaluate(REPORTED, ["只有她知道的", 122.0148])
    page.locator(DASHED).wait_for()
    page.click(".t-bar a[href='#tasks']")
    page.locator(ROWS).wait_for()
    page.evaluate(OTHER)
    page.locator(ROWS).wait_for(state="detached", timeout=2_000)
    page.click(".t-bar a[href='#map']")
    assert page.locator(DASHED).count() == 0
    assert "只有她知道的" not in page.locator("body").inner_text()


def test_the_tasks_leave_two_thirds_of_a_phone_to_the_tasks(page):
    page.click(".t-bar a[href='#tasks']")
    page.locator(".w-group li").first.wait_for()
    bars = [page.locator(one).bounding_box() for one in (".w-head", ".w-bar")]
    assert bars[1]["y"] + bars[1]["height"] - bars[0]["y"] <= 120
    for one in page.locator(".w-tasks :is(.w-whose, .w-order) button, .w-find input").all():
        assert one.bounding_box()["height"] >= 44
        assert one.inner_text() or one.get_attribute("aria-label")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
