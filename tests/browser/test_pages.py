"""The other pages in a real browser: list, one issue, areas, sign-in, documentation, two languages, no scripts."""

import re

import pytest

from tests.browser.conftest import HOSTILE

pytestmark = pytest.mark.browser


def test_the_list_is_filtered_by_a_form_that_needs_no_script(open_page):
    page = open_page("/issues", java_script_enabled=False)
    page.select_option("[name=category]", "dogs")
    page.click("form.filters button")
    page.wait_for_url("**category=dogs**")
    page.wait_for_load_state()
    assert "category=dogs" in page.url
    names = page.locator("table.rows tbody td.col-category").all_inner_texts()
    assert names
    assert set(names) == {"养犬"}


def test_a_filter_changes_the_list_in_place_and_the_address_with_it(open_page):
    page = open_page("/issues")
    page.evaluate("() => { window.same_page = true; }")
    page.select_option("[name=category]", "dogs")
    page.wait_for_url("**category=dogs**")
    page.wait_for_function(
        "() => [...document.querySelectorAll('tbody td.col-category')].every((one) => one.innerText === '养犬')"
    )
    assert page.evaluate("() => window.same_page") is True
    assert "category=dogs" in page.locator("main a[href^='/exports/new']").first.get_attribute("href")
    assert page.evaluate("() => localStorage.getItem('htmx-history-cache')") is None
    page.go_back()
    page.wait_for_function("() => window.same_page === undefined")
    page.wait_for_load_state("networkidle")
    assert len(set(page.locator("tbody td.col-category").all_inner_texts())) > 1


def test_an_empty_list_says_so_and_offers_a_way_on(open_page):
    page = open_page("/issues?q=绝不会有的字")
    assert "没有符合条件的事件" in page.locator(".empty").inner_text()
    assert page.locator(".empty a").get_attribute("href") == "/issues"


def test_the_list_goes_on_page_by_page_without_losing_or_doubling_an_issue(open_page):
    page = open_page("/issues", java_script_enabled=False)
    total = int(re.search(r"共 (\d+) 件", page.locator(".card-head").inner_text())[1])
    numbers = page.locator("table.rows tbody a.code").all_inner_texts()
    page.click("a[rel=next]")
    page.wait_for_url("**after=**")
    page.wait_for_load_state()
    numbers += page.locator("table.rows tbody a.code").all_inner_texts()
    assert len(numbers) == len(set(numbers))
    assert len(numbers) == total > 50


def test_hostile_text_stays_text_in_the_list_on_the_issue_and_in_the_tree(open_page):
    page = open_page("/issues")
    page.locator("tbody tr", has_text="onerror").first.locator("a.code").click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".issue-text").inner_text() == HOSTILE
    page.goto(page.url.split("/issues")[0] + "/areas")
    assert page.locator("table.tree td", has_text=HOSTILE).count() == 1
    assert page.locator("img[src=x]").count() == 0


def test_an_issue_is_taken_by_a_form_that_needs_no_script(open_page):
    page = open_page("/issues?holder=me&state=dispatched", login="worker_lin", java_script_enabled=False)
    page.locator("tbody a.code").last.click()
    page.click("form[action$='/take'] button")
    page.wait_for_selector(".badge-state.state-handling")
    assert page.locator(".badge-state.state-handling").count() == 1
    assert "签收" in page.locator(".timeline li").first.inner_text()


def test_only_what_the_server_offers_has_a_button(open_page):
    held = open_page("/issues?holder=me&state=dispatched", login="worker_lin")
    held.locator("tbody a.code").first.click()
    held.wait_for_selector(".actions")
    offered = held.locator(".actions form").evaluate_all(
        "(all) => all.map((one) => one.action.split('/').pop())"
    )
    assert "take" in offered
    assert "dispatch" not in offered


def test_the_tree_of_areas_is_narrowed_while_typing(open_page):
    page = open_page("/areas")
    page.fill("[data-needle]", "林晓")
    shown = page.locator("tbody tr:not([hidden])")
    assert shown.count() == 1
    assert "文峰社区第八网格" in shown.inner_text()


def test_the_language_is_switched_by_a_form_and_kept(open_page):
    page = open_page("/areas")
    page.click("form[action='/language'] button")
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(page.url.replace("/areas", "/map"))
    page.wait_for_load_state("networkidle")
    page.eval_on_selector("[name=area]", "(names) => names.remove()")  # names of areas are theirs
    own_words = page.locator(".nav, .panel, .legend").all_inner_texts()
    assert not re.search(r"[\u4e00-\u9fff]", " ".join(own_words).replace("中文", ""))


def test_the_demonstration_says_on_every_page_that_the_town_is_invented(open_page):
    for path in ("/map", "/issues", "/areas"):
        assert "虚构" in open_page(path).locator(".banner").inner_text()


def test_a_refused_sign_in_says_why_and_keeps_the_name(open_page):
    page = open_page("/sign-in", login=None, expected=("401",))
    page.fill("[name=login]", "worker_lin")
    page.fill("[name=password]", "not the password")
    page.click("form[action='/sign-in'] button")
    assert page.locator("[role=alert]").inner_text()
    assert page.locator("[name=login]").input_value() == "worker_lin"


def test_signing_out_ends_the_session(open_page, site, chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{site}/sign-in")
    page.fill("[name=login]", "outsider")
    page.fill("[name=password]", "wangge-2026")
    page.click("form[action='/sign-in'] button")
    page.goto(f"{site}/areas")
    page.click(".menu > summary")
    page.click("form[action='/sign-out'] button")
    page.goto(f"{site}/areas")
    assert "/sign-in" in page.url
    context.close()


def test_the_documentation_of_the_api_is_drawn(open_page):
    page = open_page("/docs")
    page.wait_for_selector(".swagger-ui .opblock")
    assert page.locator(".swagger-ui .opblock").count() > 5


def test_what_does_not_exist_has_a_page_with_one_way_on(open_page):
    page = open_page("/issues/20200101-00001", expected=("404",))
    assert "20200101-00001" in page.locator(".empty").inner_text()
    assert page.locator(".empty a").count() == 1
