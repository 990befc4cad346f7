"""The worker's tablet in a real browser, upright and as a phone."""

import pytest

from tests.browser.conftest import HOSTILE

pytestmark = pytest.mark.browser
SIZES = {"tablet": (768, 1024), "phone": (360, 740)}
HERE = {
    "geolocation": {"longitude": 122.015, "latitude": 37.015, "accuracy": 9},
    "permissions": ["geolocation"],
}
both_sizes = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


def write_report(page, words):
    page.click(".t-bar a[href='#report']")
    page.locator("[data-where]", has_text="文峰社区第八网格").wait_for()
    page.locator("details.t-group", has_text="供暖不热").locator("summary").click()
    page.locator(".t-tile", has_text="供暖不热").locator("visible=true").click()
    page.fill("[name=description]", words)
    page.click(".t-send")


@both_sizes
def test_the_worker_reports_from_where_she_stands(open_page, size):
    page = open_page("/t/", login="worker_lin", size=size, **HERE)
    words = f"三楼暖气不热 {size[0]}"
    write_report(page, words)
    page.wait_for_selector("[data-done]:not([hidden])")
    assert "林晓" in page.locator("[data-done-words]").inner_text()
    page.click(".t-bar a[href='#tasks']")
    page.locator(".t-issue", has_text=words).wait_for()


@both_sizes
def test_nothing_to_touch_is_smaller_than_a_finger(open_page, size):
    page = open_page("/t/", login="worker_lin", size=size, **HERE)
    for view in ("map", "tasks", "report", "me"):
        page.click(f".t-bar a[href='#{view}']")
        small = page.evaluate(
            """() => [...document.querySelectorAll('a, button, summary, .t-tile, input:not([type=radio]), textarea')]
            .filter((one) => one.checkVisibility() && one.type !== 'hidden' && !one.closest('.leaflet-control-attribution'))
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
        )
        assert small == [], view


@both_sizes
def test_nothing_is_wider_than_the_screen(open_page, size):
    page = open_page("/t/", login="worker_lin", size=size, **HERE)
    for view in ("tasks", "report", "me"):
        page.click(f".t-bar a[href='#{view}']")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_own_cells_and_own_open_issues_are_on_the_map(open_page):
    page = open_page("/t/", login="worker_lin", size=SIZES["tablet"])
    page.wait_for_function("() => geo_json_cells.getLayers().length === 1")
    page.wait_for_selector(".leaflet-marker-pane .point, .leaflet-marker-pane .bunch")


def test_tasks_are_listed_by_age_and_one_tells_its_facts(open_page):
    page = open_page("/t/#tasks", login="worker_lin", size=SIZES["tablet"])
    page.wait_for_selector(".t-issue")
    page.locator(".t-issue").first.click()
    page.wait_for_selector(".t-one .facts")
    assert "文峰社区第八网格" in page.locator(".t-one").inner_text()
    page.click("[data-back]")
    assert page.locator(".t-issue").first.is_visible()


def test_a_report_that_cannot_be_sent_stays_in_sight_and_is_sent_once_on_retry(open_page):
    page = open_page(
        "/t/", login="worker_lin", size=SIZES["phone"], expected=("ERR_INTERNET_DISCONNECTED",), **HERE
    )
    page.click(".t-bar a[href='#report']")
    page.locator("[data-where]", has_text="文峰社区第八网格").wait_for()
    page.context.set_offline(True)
    write_report(page, "地下室里报的一件")
    row = page.locator(".t-queue li", has_text="没有送出")
    page.evaluate("() => { location.hash = '#queue'; }")
    row.wait_for()
    assert "1" in page.locator(".t-net").inner_text()
    page.context.set_offline(False)
    row.wait_for(state="detached")
    page.click(".t-bar a[href='#tasks']")
    page.locator(".t-issue", has_text="地下室里报的一件").first.wait_for()
    assert page.locator(".t-issue", has_text="地下室里报的一件").count() == 1


def test_what_is_missing_is_said_before_anything_is_sent(open_page):
    page = open_page("/t/#report", login="worker_lin", size=SIZES["phone"], **HERE)
    page.locator("[data-where]", has_text="文峰社区第八网格").wait_for()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.click(".t-send")
    assert "请选一类事情" in page.locator("[data-module=tablet-report] [data-problem]").inner_text()
    assert sent == []


def test_without_a_position_a_place_is_picked_on_the_map(open_page):
    page = open_page("/t/#report", login="worker_lin", size=SIZES["phone"])
    page.click("[data-on-map]")
    page.click("[data-pick-here]")
    page.locator("[data-where]", has_text="网格").wait_for()
    assert page.locator("[data-accuracy]").inner_text() == "在地图上选的位置"


def test_hostile_text_stays_text_on_the_tablet(open_page):
    page = open_page("/t/#report", "worker_he", SIZES["tablet"], ("ERR_INTERNET_DISCONNECTED",), **HERE)
    page.context.set_offline(True)
    page.evaluate(
        "(words) => document.dispatchEvent(new CustomEvent('tablet:send',"
        " { detail: { key: 'k'.repeat(8), title: words, body: { category: 'none' } } }))",
        HOSTILE,
    )
    page.evaluate("() => { location.hash = '#queue'; }")
    assert HOSTILE in page.locator(".t-queue li").inner_text()
    assert page.locator("img[src=x]").count() == 0


def test_the_page_carries_nothing_inline(open_page):
    page = open_page("/t/", login="worker_lin")
    inline = page.evaluate(
        "() => [...document.scripts].filter((one) => !one.src && one.type !== 'application/json').length"
    )
    assert inline == 0
    assert page.locator("style").count() == 0
