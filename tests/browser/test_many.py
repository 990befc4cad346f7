"""Acting without scripts: one issue by its form, then a selection of the list, at the desk and on a tablet."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("size", "scripts"), [((1366, 768), True), ((768, 1024), False)], ids=["desk", "tablet without scripts"]
)
def test_an_issue_and_then_a_selection_are_acted_on(open_page, size, scripts):
    page = open_page("/issues?state=dispatched&sort=oldest", "leader_zhao", size, java_script_enabled=scripts)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0] if scripts else True
    page.locator("td a.code").first.click()
    page.locator(".more > summary").first.click()
    page.locator("summary", has_text="备注").click()
    note = page.locator("form[action$='/note']")
    note.locator("textarea").fill("已电话核实")
    note.locator("button").click()
    assert "“备注”已记入流转记录" in page.locator(".note-good").inner_text()
    assert "已电话核实" in page.locator(".timeline").inner_text()
    page.goto(page.url.split("/issues")[0] + "/issues?state=dispatched&sort=oldest")
    boxes = page.locator("tbody input[name=n]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    if scripts:
        assert page.locator(".picks-bar [data-count]").inner_text() == "2"
    page.locator(".picks-bar button[value=note]").click()
    page.locator("textarea[name=text]").wait_for()
    assert page.locator("tbody input[name=n]:checked").count() == 2
    page.locator("textarea[name=text]").fill("一并核实")
    page.locator(".fields button.btn-primary").click()
    assert "已备注 2 件" in page.locator(".note-good").inner_text()
    assert page.locator("tbody tr").count() == 2
    page.reload()
    assert "已备注 2 件" in page.locator(".note-good").inner_text()
