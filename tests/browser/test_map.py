"""The desk's map in a real browser: what is drawn, what a click tells, what hostile text cannot do."""

import pytest

from tests.browser.conftest import HOSTILE, HOSTILE_CELL

pytestmark = pytest.mark.browser
MOST_BYTES = 500_000


def middle_of(page, code):
    """Where a cell stands on the screen."""
    return page.evaluate(
        """(code) => {
        const one = geo_json_cells.getLayers().find((layer) => layer.feature.properties.code === code);
        const place = map_main.latLngToContainerPoint(one.getBounds().getCenter());
        const frame = map_main.getContainer().getBoundingClientRect();
        return [place.x + frame.left, place.y + frame.top];
    }""",
        code,
    )


def hide_points(page):
    page.evaluate("() => map_main.removeLayer(feature_group_points)")


def show_issue(page, number):
    page.evaluate(
        "(number) => document.dispatchEvent("
        "new CustomEvent('map:choose', { detail: { kind: 'issue', number } }))",
        number,
    )
    page.wait_for_selector("[data-module=map-drawer] .drawer-text")


def hostile_number(page):
    found = page.evaluate("() => fetch('/api/v1/issues?limit=100').then((answer) => answer.json())")
    return next(
        issue["number"]
        for issue in found["items"]
        if issue["category"]["code"] and issue["place_text"] == HOSTILE
    )


def test_the_cells_of_the_area_are_drawn_and_no_others(open_page):
    page = open_page("/map?view=open")
    page.wait_for_function("() => geo_json_cells.getLayers().length === 5")
    assert page.locator(".leaflet-overlay-pane path.leaflet-interactive").count() == 5


def test_cells_are_coloured_by_their_open_issues_and_the_legend_says_how_many(open_page):
    page = open_page("/map?view=open")
    colours = page.evaluate("() => geo_json_cells.getLayers().map((one) => one.options.fillColor)")
    assert len(set(colours)) > 1
    assert page.locator("[data-part=cells] .legend-swatch").count() >= 2


def test_issues_are_loaded_for_the_visible_area_only(open_page):
    page = open_page("/map?view=open")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/clusters?" in request.url else None)
    with page.expect_response(lambda one: "/clusters?" in one.url):
        page.evaluate("() => map_main.setZoom(16, { animate: false })")
    page.wait_for_selector(".leaflet-marker-pane .point, .leaflet-marker-pane .bunch")
    assert all("bbox=" in address and "zoom=16" in address for address in asked)


def drawn(page):
    """Wait for the heat; the share of its picture that is painted well."""
    page.wait_for_function("() => document.querySelector('[data-part=heat] .legend-swatch')")
    return page.evaluate(
        """() => {
        const canvas = document.querySelector('.heat-grid');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return pixels.filter((value, place) => place % 4 === 3 && value > 60).length * 4 / pixels.length;
    }"""
    )


def test_the_heat_layer_draws_and_its_legend_has_numbers(open_page):
    page = open_page("/map?view=open")
    page.check(".switch [value=heat]", force=True)
    assert drawn(page) > 0.01
    assert page.locator("[data-part=heat] .legend-swatch").count() >= 3
    assert "300 米内的件数" in page.locator("[data-part=heat] [data-unit]").inner_text()


def test_a_supervisor_first_sees_the_heat_and_a_leader_the_open_issues(open_page):
    assert open_page("/map").locator("[name=view]:checked").input_value() == "heat"
    assert open_page("/map", login="leader_zhao").locator("[name=view]:checked").input_value() == "open"


def test_the_search_finds_a_cell_by_code_and_by_name_and_goes_there(open_page):
    page = open_page("/map?view=open")
    by_arrow, at_once = ("ArrowDown", "Enter"), ("Enter",)
    sought = (
        ("990101001001008", "990101001001008", by_arrow),
        ("文峰社区第二", "990101001001002", at_once),
    )
    for words, code, keys in sought:
        page.keyboard.press("Control+k")
        page.fill(".search input", words)
        page.wait_for_selector(".search-list li[role=option]")
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_selector(f"[data-module=map-drawer] [data-code]:text-is('{code}')")


def test_a_click_on_a_cell_opens_its_facts(open_page):
    page = open_page("/map?view=open")
    hide_points(page)
    page.mouse.click(*middle_of(page, "990101001001008"))
    drawer = page.locator("[data-module=map-drawer]")
    assert drawer.locator("[data-title]").inner_text() == "文峰社区第八网格"
    assert drawer.locator("[data-slot=worker]").inner_text() == "林晓"
    assert drawer.locator("[data-slot=community]").inner_text() == "文峰社区"


def test_hovering_a_cell_tells_code_and_name_as_text(open_page):
    page = open_page("/map?view=open")
    hide_points(page)
    page.mouse.move(*middle_of(page, HOSTILE_CELL))
    tip = page.locator(".cell-tip")
    assert HOSTILE_CELL in tip.inner_text()
    assert HOSTILE in tip.inner_text()
    assert tip.locator("img").count() == 0


def test_hostile_text_stays_text_in_the_drawer_the_label_and_the_search(open_page):
    page = open_page("/map?view=open")
    show_issue(page, hostile_number(page))
    assert page.locator("[data-module=map-drawer] .drawer-text").inner_text() == HOSTILE
    hide_points(page)
    page.mouse.click(*middle_of(page, HOSTILE_CELL))
    assert page.locator("[data-module=map-drawer] [data-title]").inner_text() == HOSTILE
    page.evaluate("() => map_main.setZoom(16, { animate: false })")
    page.fill(".search input", HOSTILE_CELL)
    page.wait_for_selector(".search-list li[role=option]")
    assert page.locator("img[src=x]").count() == 0


def test_a_point_that_is_clicked_opens_the_facts_of_its_issue(open_page):
    page = open_page("/map?view=open")
    page.evaluate("() => map_main.setZoom(17, { animate: false })")
    page.wait_for_selector(".leaflet-marker-pane .point")
    page.locator(".leaflet-marker-pane .point").first.dispatch_event("click")
    page.wait_for_selector("[data-module=map-drawer] [data-slot-state].badge-state")
    assert page.locator("[data-module=map-drawer] [data-code]").inner_text()


def test_several_categories_are_ticked_and_the_address_and_the_list_say_so(open_page):
    page = open_page("/map?view=heat&when=90")
    page.locator(".ticks summary", has_text="类别").click()
    page.fill("[data-find]", "供暖")
    assert page.locator(".ticks [data-one]:visible").count() == 1
    page.check(".ticks [value=heating]")
    page.fill("[data-find]", "")
    with page.expect_response(lambda one: "/heat?" in one.url and "heating%2Cparking" in one.url) as told:
        page.check(".ticks [value=parking]")
    shown = told.value.json()["total"]
    page.wait_for_function("() => location.search.includes('category=heating,parking')")
    listed = page.locator("[data-list]").get_attribute("href")
    page.reload()
    assert page.locator(".ticks [name=category]:checked").count() == 2
    assert page.locator("[name=when]:checked").input_value() == "90"
    page.goto(page.url.split("/map")[0] + listed)
    assert shown > 0
    assert f"{shown}" in page.locator("main").inner_text()


def test_a_view_offers_only_the_filters_it_counts_and_leads_to_files_of_the_same_issues(open_page):
    page = open_page("/map?view=heat&when=90&state=dispatched&overdue=1")
    export = page.locator("[data-export]")
    assert "state=dispatched" in export.get_attribute("href")
    page.check(".switch [value=choropleth]", force=True)
    page.wait_for_selector("[name=overdue]", state="hidden")
    assert "state=" not in export.get_attribute("href")
    assert page.locator("[name=when]").first.is_visible()
    page.check(".switch [value=hotspots]", force=True)
    page.wait_for_selector("[name=when]", state="hidden")
    page.wait_for_function("() => document.querySelector('[data-list]').href.includes('/hotspots?')")
    page.goto(page.url.split("/map")[0] + export.get_attribute("href"))
    assert "导出事件" in page.locator("main").inner_text()


def test_the_time_line_plays_by_keys_and_two_periods_are_compared(open_page):
    page = open_page("/map?view=heat&when=7")
    drawn(page)
    page.wait_for_function("() => document.querySelectorAll('.time-bars i').length === 7")
    page.focus("[data-track]")
    with page.expect_response(lambda one: "/heat?" in one.url and "until=" in one.url) as told:
        page.keyboard.press("End")
    assert told.value.json()["total"] < 5
    assert "shown=" in page.evaluate("() => location.search")
    page.keyboard.press("Escape")
    page.select_option("[data-step]", "hour_of_week")
    page.wait_for_function("() => document.querySelectorAll('.time-bars i').length === 168")
    with page.expect_response(lambda one: "/heat/difference?" in one.url) as told:
        page.check("[name=compare][value=difference]", force=True)
    answer = told.value.json()
    assert min(value for *_, value in answer["values"]) < 0 < max(value for *_, value in answer["values"])
    page.wait_for_function("() => document.querySelector('[data-part=heat] h2').textContent.includes('对照')")
    page.check("[name=compare][value=swipe]", force=True)
    page.wait_for_selector(".swipe-bar")
    page.focus(".swipe-bar")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.querySelectorAll('.heat-grid')[1].style.clipPath.startsWith('inset')"
    )
    assert page.get_attribute(".swipe-bar", "aria-valuenow") == "52"


def test_the_map_has_layers_scale_and_full_screen_in_chinese(open_page):
    page = open_page("/map")
    assert page.locator(".leaflet-control-layers-overlays label").count() == 3
    assert page.locator(".leaflet-control-scale-line").inner_text().endswith("m")
    assert page.locator(".leaflet-fullscreen-icon").get_attribute("title") == "全屏"
    assert page.locator(".leaflet-control-zoom-in").get_attribute("title") == "放大"


def test_the_first_view_weighs_less_than_half_a_megabyte(open_page):
    page = open_page("/sign-in")
    received = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(page.url.replace("/sign-in", "/map"))
    page.wait_for_load_state("networkidle")
    assert len(received) > 10
    assert sum(received) < MOST_BYTES
