"""The worker's tablet in a real browser, upright and as a phone."""

import pytest

pytestmark = pytest.mark.browser
SIZES = {"tablet": (768, 1024), "phone": (360, 740)}
HERE = {
    "geolocation": {"longitude": 122.015, "latitude": 37.015, "accuracy": 9},
    "permissions": ["geolocation"],
}
both_sizes = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


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


def test_tasks_are_listed_and_one_tells_its_facts(open_page):
    page = open_page("/t/#tasks", login="worker_lin", size=SIZES["tablet"])
    page.wait_for_selector(".t-issue")
    page.locator(".t-issue").first.click()
    page.wait_for_selector(".w-issue .facts")
    assert "文峰社区第八网格" in page.locator(".w-issue").inner_text()
    page.click("[data-back]")
    assert page.locator(".t-issue").first.is_visible()


def test_the_page_carries_nothing_inline(open_page):
    page = open_page("/t/", login="worker_lin")
    inline = page.evaluate(
        "() => [...document.scripts].filter((one) => !one.src && one.type !== 'application/json').length"
    )
    assert inline == 0
    assert page.locator("style").count() == 0
