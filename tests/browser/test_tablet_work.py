"""The worker's tasks on the tablet: handled in the basement, told to the server upstairs."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from tests.browser.conftest import HOSTILE
from tests.browser.field_devices import HERE, OFFLINE, PHONE, TABLET, listed

pytestmark = pytest.mark.browser
KEPT = """async (number) => {
    const { open } = await import(document.querySelector("script[src$='js/main.js']").src.replace('main.js', 'tablet/store.js'));
    return Boolean((await (await open()).get('kept', `issue:${number}`))?.data.log);
}"""
DRAFTED = """async (words) => {
    const { open } = await import(document.querySelector("script[src$='js/main.js']").src.replace('main.js', 'tablet/store.js'));
    return (await (await open()).getAll('prefs')).some((kept) => kept?.values?.outcome === words);
}"""
LEFT = """async () => {
    const { leave } = await import(document.querySelector("script[src$='js/main.js']").src.replace('main.js', 'tablet/store.js'));
    await leave();
}"""
NOTED = """async (number) => {
    const of = (name) => import(document.querySelector("script[src$='js/main.js']").src.replace('main.js', `tablet/${name}.js`));
    const { uid } = await (await of('field')).issue(number);
    const step = { kind: 'act', action: 'note', name: '备注', given: { text: '另有备注' }, version: null };
    await (await of('outbox')).put({ title: '另有备注', subject: { uid, number }, steps: [step] });
}"""
SETTLED = """async (count) => {
    const { all } = await import(document.querySelector("script[src$='js/main.js']").src.replace('main.js', 'tablet/outbox.js'));
    const rows = await all();
    return rows.length === count && rows.every((row) => ['done', 'decide', 'refused'].includes(row.state));
}"""


def asked(page, method, path, body=None):
    """Ask the API as the person of a page, beside what the page itself does."""
    root = page.url.split("/t/")[0]
    me = page.request.get(f"{root}/api/v1/me").json()
    headers = {"X-CSRFToken": me["csrf"], "Referer": root}
    answer = page.request.fetch(f"{root}/api/v1{path}", method=method, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def until(page, question, argument):
    """Ask the page until it says yes; `wait_for_function` takes the promise itself for a yes."""
    for _ in range(600):
        if page.evaluate(question, argument):
            return
        page.wait_for_timeout(50)
    raise AssertionError(argument)


def row_of(page, number):
    return page.locator(f"li[data-number='{number}']")


def given(page, words):
    """Report an issue in 文峰社区第八网格, which goes to 林晓; gives its number once the device has it whole."""
    place = {"lon": 122.0151, "lat": 37.0152, "place_text": "5 幢地下室"}
    body = {"category": "street_lamp", "source": "patrol", "description": words, **place}
    number = asked(page, "POST", "/issues", body)["number"]
    page.evaluate("() => dispatchEvent(new Event('online'))")
    until(page, KEPT, number)
    listed(page, row_of(page, number))
    return number


def do(page, action, **values):
    """Fill in the form of an action and put it into the outbox."""
    if not page.locator(f"[data-action={action}]").is_visible():
        page.click(".w-further > summary")
    page.click(f"[data-action={action}]")
    for name, value in values.items():
        field = page.locator(f".w-act [name={name}]")
        if name == "unit":
            field.select_option(value)
        else:
            field.fill(value)


def send(page):
    page.click(".w-act [data-send]")
    page.wait_for_selector(".w-act", state="hidden")


def photo():
    kept = io.BytesIO()
    Image.new("RGB", (2000, 1500), (90, 120, 60)).save(kept, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def back(page):
    page.click(".w-issue [data-back]")
    page.wait_for_selector(".w-tasks", state="visible")


def test_what_is_done_in_the_basement_arrives_as_it_was_done(open_page):
    page = open_page("/t/#tasks", "worker_lin", TABLET, OFFLINE, **HERE)
    number = given(page, "地下室的灯不亮")
    page.context.set_offline(True)
    begun = datetime.now(UTC)
    page.click(f"li[data-number='{number}'] button")
    page.locator("[data-action=take]").evaluate("(button) => { button.click(); button.click(); }")
    page.locator(".w-waits li", has_text="签收").wait_for()
    page.locator("[data-action=finish]").wait_for()
    do(page, "note", text="先断了电")
    send(page)
    do(page, "finish", outcome="换了三盏灯", quantity="3", unit="盏")
    page.set_input_files(".w-act [data-album]", files=[photo()])
    page.wait_for_selector(".w-act .photo img")
    send(page)
    page.locator(".w-issue .badge-state", has_text="待核查").wait_for()
    assert page.locator(".w-photos .photo img").count() == 1
    assert page.locator("[data-action=finish]").count() == 0
    back(page)
    listed(page, row_of(page, number)).locator(".is-waits", has_text="待同步：办结").wait_for()
    ended = datetime.now(UTC)
    page.context.set_offline(False)
    until(page, SETTLED, 3)
    issue = asked(page, "GET", f"/issues/{number}")
    log = sorted(issue["log"], key=lambda step: step["seq"])
    assert [step["action"] for step in log] == ["report", "dispatch", "take", "note", "attach", "finish"]
    assert all(begun <= datetime.fromisoformat(step["at"]) <= ended for step in log[2:])
    assert (issue["outcome"]["quantity"], issue["outcome"]["unit"]) == (3, "盏")
    assert (log[3]["words"], log[5]["words"]) == ("先断了电", "换了三盏灯")
    (taken,) = asked(page, "GET", f"/issues/{number}/photos")["items"]
    assert (taken["kind"], taken["width"]) == ("after", 1600)
    page.locator(f"li[data-number='{number}'] .is-waits").first.wait_for(state="detached")


def test_what_the_server_refuses_stays_in_sight(open_page):
    page = open_page("/t/#tasks", "worker_lin", PHONE, (*OFFLINE, "409"), **HERE)
    number = given(page, "灯罩碎了")
    desk = open_page("/issues", "dispatcher_qian")
    page.context.set_offline(True)
    page.click(f"li[data-number='{number}'] button")
    page.click("[data-action=take]")
    page.locator("[data-action=finish]").wait_for()
    do(page, "finish", outcome="换了灯罩")
    send(page)
    root = page.url.split("/t/")[0]
    people = desk.request.get(f"{root}/api/v1/issues/{number}/candidates").json()["items"]
    he = next(one["holder"] for one in people if one["name"] == "何平")
    csrf = {"X-CSRFToken": desk.request.get(f"{root}/api/v1/me").json()["csrf"], "Referer": root}
    body = {"action": "reassign", "holder": he, "reason": "近一些"}
    assert desk.request.post(f"{root}/api/v1/issues/{number}/actions", data=body, headers=csrf).ok
    page.context.set_offline(False)
    page.locator(".w-waits .note-bad", has_text="签收").wait_for()
    why = page.locator(".w-waits .note-bad .w-why").first.inner_text()
    assert "请刷新" not in why  # there is nothing to refresh
    page.locator(".w-waits .note-bad a[href='#queue']").first.click()
    assert page.locator(".q-why").first.inner_text() == why
    assert [step["action"] for step in asked(page, "GET", f"/issues/{number}")["log"]].count("finish") == 0


def test_a_form_is_gone_on_with_after_the_tab_was_killed(open_page):
    page = open_page("/t/#tasks", "worker_lin", PHONE, **HERE)
    number = given(page, "路灯闪")
    page.click(f"li[data-number='{number}'] button")
    do(page, "settle", quantity="两")
    page.click(".w-act [data-send]")
    assert "请填写“办理结果”。" in page.locator(".w-act [data-problem]").inner_text()
    assert "应是不小于 0 的数" in page.locator("[data-field=quantity] .field-error").inner_text()
    assert "还要选单位" in page.locator("[data-field=unit] .field-error").inner_text()
    page.set_input_files(".w-act [data-camera]", files=[photo()])
    page.wait_for_selector(".w-act .photo img")
    page.fill(".w-act [name=outcome]", "拧紧了")
    until(page, DRAFTED, "拧紧了")
    page.reload()
    listed(page, row_of(page, number)).locator("button").click()
    do(page, "settle")
    page.wait_for_selector(".w-act [data-kept]:not([hidden])")
    assert page.input_value(".w-act [name=outcome]") == "拧紧了"
    assert page.locator(".w-act .photo img").count() == 1
    page.click(".w-act [data-anew]")
    page.wait_for_selector(".w-act .photo", state="detached")
    assert page.input_value(".w-act [name=outcome]") == ""
    # Signed out on another page of the device: nothing of hers is left to be seen, or sent by the next.
    page.fill(".w-act [name=outcome]", "只有她知道")
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url.replace("/t/#tasks", "/account"))
    elsewhere.evaluate(LEFT)
    page.wait_for_selector(".w-act", state="hidden")
    page.wait_for_selector(".w-issue", state="hidden")
    assert [page.locator(f".w-act [data-{part}]").inner_text() for part in ("fields", "title")] == ["", ""]
    assert page.locator(".t-issue").count() == 0
    assert page.evaluate("() => geo_json_cells.getLayers().length") == 0
    assert page.locator("[data-module=tablet-who] b, [data-module=tablet-me] h1").all_text_contents() == [
        "",
        "",
    ]


def test_what_lies_under_a_finger_is_not_drawn_anew(open_page):
    page = open_page("/t/#tasks", "worker_lin", PHONE, OFFLINE, **HERE)
    number = given(page, "门禁坏了")
    listed(page, row_of(page, number)).locator("button").click()
    page.locator("[data-action=take]").click()
    page.locator(".w-waits li", has_text="签收").or_(page.locator("[data-action=finish]")).first.wait_for()
    button = page.locator("[data-action=finish]")
    button.hover()
    page.mouse.down()
    was = button.element_handle()
    page.context.set_offline(True)
    page.evaluate(NOTED, number)
    page.wait_for_timeout(300)  # in which it would be drawn
    assert was.evaluate("(one) => one.isConnected")
    page.mouse.up()
    page.wait_for_selector(".w-act [name=outcome]")
    page.locator(".w-waits li", has_text="另有备注").wait_for(state="attached")
    page.context.set_offline(False)


def test_tasks_are_found_ordered_and_read_with_fingers(open_page):
    page = open_page("/t/#tasks", "worker_he", PHONE, **HERE)
    page.click("[data-whose=cells]")
    page.wait_for_selector(".w-group.is-late .badge-clock.clock-red")
    assert "超期" in page.locator(".w-group.is-late .badge-clock").first.inner_text()
    page.click("[data-order=near]")
    page.wait_for_function(
        "() => document.querySelector('.t-issue-foot .faint').textContent.match(/米|公里/)"
    )
    far = page.evaluate(
        """() => [...document.querySelectorAll('.w-group')].map((group) => [...group.querySelectorAll('.t-issue-foot .faint')]
        .map((one) => Number.parseFloat(one.textContent) * (one.textContent.includes('公里') ? 1000 : 1)))"""
    )
    assert all(group == sorted(group) for group in far)
    page.fill("[data-find]", HOSTILE[:20])
    page.wait_for_function("() => document.querySelectorAll('.t-issue').length === 1")
    page.click(".t-issue")
    page.wait_for_selector(".w-log li")
    assert HOSTILE in page.locator(".w-issue .facts").inner_text()
    assert page.locator("img[src=x]").count() == 0
    page.go_back()
    page.fill("[data-find]", "没有的东西")
    page.locator("[data-empty]", has_text="没有找到与“没有的东西”有关的任务").wait_for()
