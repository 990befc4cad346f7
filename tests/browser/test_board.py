"""The board in a real browser: charts under the policy, its weight, a chart that leads to a list, a wall that goes on."""

import re

import pytest

pytestmark = pytest.mark.browser
MOST_BYTES = 700 * 1024


def test_the_board_draws_its_charts_within_its_weight_and_the_wall_outlives_a_server_that_is_away(open_page):
    page = open_page("/board/wall?period=90", expected=("ERR_INTERNET_DISCONNECTED",))
    weighed = []
    watch = page.context.new_cdp_session(page)
    watch.send("Network.enable")
    watch.send("Network.setCacheDisabled", {"cacheDisabled": True})
    watch.on("Network.loadingFinished", lambda told: weighed.append(told["encodedDataLength"]))
    page.goto(page.url.split("/board")[0] + "/board?period=90")
    page.wait_for_selector("[data-chart=course] canvas")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-chart] canvas").count() == 4
    assert 100_000 < sum(weighed) < MOST_BYTES
    page.select_option("[name=period]", "year")
    page.wait_for_url("**period=year**")
    page.wait_for_selector("[data-chart=course] canvas")
    page.locator("summary", has_text="看数据表").click()
    table = page.locator("details[open] tbody a").first
    counted = table.get_attribute("data-counted")
    table.click()
    page.wait_for_url("**/issues?**")
    assert re.search(rf"共 {counted} 件", page.locator("#issue-list .card-head").inner_text())

    page.clock.install()
    page.goto(page.url.split("/issues")[0] + "/board/wall?period=90")
    page.wait_for_selector("[data-chart=course] canvas")
    shown = page.locator(".wall-figure b").all_inner_texts()
    page.context.set_offline(offline=True)
    page.clock.fast_forward(40_000)
    page.wait_for_selector("[data-problem]:not([hidden])")
    assert re.search(r"数字停在 20\d\d-\d\d-\d\d \d\d:\d\d", page.locator("[data-problem]").inner_text())
    assert page.locator(".wall-figure b").all_inner_texts() == shown
    page.context.set_offline(offline=False)
    page.clock.fast_forward(40_000)
    page.wait_for_selector("[data-problem]", state="hidden")
    page.wait_for_selector("[data-chart=course] canvas")
