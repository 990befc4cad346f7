"""The telephone: a whole call is written down without touching the mouse, and the same matter is merged."""

import re

import pytest

pytestmark = pytest.mark.browser


def tell(page, source, name):
    """Fill the form from the first field to the last by keyboard alone, and send it."""
    keys = page.keyboard
    keys.press("Home")
    for _step in range(source):
        keys.press("ArrowDown")
    keys.press("Tab")
    if source:
        keys.type("WO-2026-0001")
        keys.press("Enter")
    keys.type("fhm")
    keys.press("Enter")
    keys.press("Enter")
    keys.type("三楼的防火门坏了")
    keys.press("Tab")
    keys.type("sdjy")
    page.wait_for_selector("[data-url] li")
    keys.press("ArrowDown")
    keys.press("Enter")
    page.wait_for_function("() => document.querySelector('[data-cell]').textContent.includes('第八网格')")
    keys.press("Enter")
    keys.type("2 单元门口")
    keys.press("Enter")
    keys.press("Enter")
    keys.type(name)
    keys.press("Enter")
    keys.type("13812345678")
    keys.press("Control+Enter")


def test_two_calls_of_one_matter_are_written_down_and_merged_by_keyboard_alone(open_page):
    page = open_page("/issues/new", login="dispatcher_qian")
    page.wait_for_selector("[data-module=report-category] .combo input")
    assert page.evaluate("() => document.activeElement.name") == "source"
    tell(page, 2, "王芳")
    page.wait_for_url("**done=**")
    first = page.locator(".done-number").inner_text()
    assert "已派给 林晓" in page.locator(".facts").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**source=hotline")
    page.wait_for_selector("[data-module=report-category] .combo input")
    assert page.evaluate("() => document.activeElement.getAttribute('role')") == "combobox"
    page.goto(page.url.partition("?")[0])
    page.wait_for_selector("[data-module=report-category] .combo input")
    tell(page, 0, "刘洋")
    page.wait_for_selector(".likely")
    assert first in page.locator(".likely").inner_text()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "并入这件"
    page.keyboard.press("Enter")
    page.wait_for_url("**done=**")
    assert page.locator("h1").inner_text() == f"已登记并入 {first}"
    second = page.locator(".done-number").inner_text()
    assert re.fullmatch(r"\d{8}-\d{5}", second)
    assert second != first
