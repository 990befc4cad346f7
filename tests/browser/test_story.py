"""The fire door: one matter from the telephone call to the ledger, each step by who would take it."""

from datetime import timedelta

import pytest

from server.clock import system_clock

pytestmark = pytest.mark.browser


def do(page, action, **given):
    """Open an action's form on the issue's page, fill it in and send it."""
    form = page.locator(f"form[action$='/{action}']")
    for folded in page.locator("details.more").all():
        if folded.locator(f"form[action$='/{action}']").count() and folded.get_attribute("open") is None:
            folded.locator("summary").first.click()
    summary = page.locator(f"details.action:has(form[action$='/{action}']) > summary")
    if summary.count():
        summary.click()
    for name, value in given.items():
        field = form.locator(f"[name={name}]")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            form.locator(f"[name={name}][value={value}]").check()
        elif field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        form.locator("button").last.click()
    page.wait_for_selector(".note-good")


def test_a_broken_fire_door_goes_from_the_call_to_the_closed_ledger(open_page):
    desk = open_page("/issues/new", login="dispatcher_qian", java_script_enabled=False)
    desk.select_option("[name=source]", "phone")
    desk.select_option("[name=category]", "fire_door")
    desk.fill("[name=description]", "居民来电：三楼防火门闭门器坏了，门关不上，电话13812345678")
    desk.fill("#r-q", "和平小区5幢")
    desk.fill("[name=reporter_name]", "王芳")
    desk.fill("[name=reporter_phone]", "13812345678")
    desk.click("[data-send]")
    assert "将落在 文峰社区第八网格" in desk.locator(".look").inner_text()
    desk.click(".look button[value=save]")
    number = desk.locator(".done-number").inner_text()
    assert "已派给 林晓" in desk.locator(".facts").inner_text()

    worker = open_page("/", login="worker_lin")
    worker.goto(worker.url.rstrip("/") + f"/issues/{number}")
    do(worker, "take")
    by = (system_clock() + timedelta(days=2)).strftime("%Y-%m-%dT10:00")
    do(worker, "whistle", departments="property", matter="请来修闭门器", answer_by=by)

    company = open_page(f"/issues/{number}", login="handler_wu")
    do(company, "answer", result="done", text="已更换闭门器")

    worker.reload()
    do(worker, "finish", outcome="防火门能关上了", quantity="1", unit="扇")
    do(open_page(f"/issues/{number}", login="leader_zhao"), "pass")
    desk = open_page(f"/issues/{number}", login="dispatcher_qian")
    do(desk, "survey", satisfaction="satisfied")

    assert desk.locator(".badge-state.state-closed").count() == 1
    told = desk.locator(".timeline li").all_inner_texts()[::-1]
    steps = [("上报", "钱进"), ("派遣", ""), ("签收", "林晓"), ("吹哨", "林晓"), ("报到", "吴工"), ("办结", "林晓"),
             ("核查通过", "赵敏"), ("回访", "钱进")]  # fmt: skip
    assert len(told) == len(steps)
    for (action, who), line in zip(steps, told, strict=True):
        assert line.startswith(action)
        assert who in line
    assert "1" in told[5]
    assert "扇" in told[5]
    assert "13812345678" not in " ".join(told)
