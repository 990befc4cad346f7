"""New tasks reach an open tablet by themselves; without a stream it asks, and seldom; unseen it rests."""

import pytest

from tests.browser.field_devices import PHONE

pytestmark = pytest.mark.browser
REPORT = """async (words) => {
  const { csrf } = await (await fetch("/api/v1/me")).json();
  const body = { category: "heating", source: "phone", description: words, lon: 122.0155, lat: 37.0155 };
  const answer = await fetch("/api/v1/issues", { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf } });
  return [answer.status, (await answer.json()).number];
}"""
WATCH = """() => {
  Math.random = () => 0; // chance at its worst
  [window.asked, window.refused] = [[], []];
  const [ask, Stream] = [window.fetch, window.EventSource];
  window.fetch = (...given) => {
    if (String(given[0]).includes("/field/work")) window.asked.push(Date.now());
    return ask(...given);
  };
  window.EventSource = class extends Stream {
    constructor(...given) {
      super(...given);
      this.addEventListener("error", () => window.refused.push(Date.now()));
    }
  };
}"""
LOOK = """(isSeen) => {
  Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ASKED = """async () => {
  const module = document.querySelector("script[type=module]").src.replace("main.js", "tablet/field.js");
  await (await import(module)).refresh("once more, after all that is on its way");
}"""
LISTEN = """() => {
  window.heard = [];
  for (const name of ["live:mode", "field:work"]) {
    document.addEventListener(name, ({ detail }) => window.heard.push([name, detail.fresh ?? detail]));
  }
}"""


def test_a_new_task_is_there_without_a_reload_is_said_sounds_and_is_counted(open_page):
    page = open_page("/t/#map", login="worker_lin", size=PHONE)
    page.evaluate(LISTEN)
    page.click(".t-bar a[href='#tasks']")  # a first touch, after which it may sound
    page.wait_for_function("() => document.title.startsWith('(')")
    before = int(page.evaluate("() => document.title.match(/[0-9]+/)[0]"))
    page.evaluate("""() => {
      window.sounded = 0;
      const begin = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...given) { window.sounded += 1; begin.apply(this, given); };
    }""")
    desk = open_page("/issues", login="dispatcher_qian")
    status, number = desk.evaluate(REPORT, "阳台漏水，刚刚报来")
    assert status == 201
    fresh = page.locator(".t-fresh")
    fresh.wait_for()
    assert "新任务：" in fresh.inner_text()
    assert page.evaluate("() => Number(document.title.match(/[0-9]+/)[0])") == before + 1
    assert page.locator(".t-bar a[data-count]").get_attribute("data-count") == str(before + 1)
    assert page.evaluate("() => window.sounded") == 2
    assert page.evaluate("(number) => window.heard.some(([, fresh]) => fresh.includes?.(number))", number)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    fresh.locator("[data-look]").click()
    fresh.wait_for(state="hidden")
    page.locator("text=阳台漏水，刚刚报来").locator("visible=true").first.wait_for()


def test_where_there_is_no_room_it_asks_but_never_more_often_than_every_15_seconds_and_in_the_background_not_at_all(
    open_page,
):
    page = open_page("/t/", login="worker_lin", size=PHONE, expected=("503",))
    page.route("**/field/events", lambda route: route.fulfill(status=503, body=""))
    page.add_init_script(f"({WATCH})()")
    page.clock.install()
    page.reload()
    page.locator(".t-net [data-words]", has_text="在线").wait_for()
    page.wait_for_function("() => window.refused.length === 1")
    page.clock.pause_at(page.evaluate("() => Date.now() / 1000 + 1"))
    page.evaluate(LOOK, False)
    page.evaluate("() => { [window.asked, window.refused] = [[], []]; }")
    seen_at = look_again(page, 1)
    times = [seen_at + n * 15_000 for n in range(1, 6)]
    for n, _time in enumerate(times, 1):
        page.clock.run_for(14_999)
        with page.expect_response("**/field/work"):
            page.clock.run_for(1)
        page.wait_for_function("(tries) => window.refused.length === tries", arg=1 + n // 4)
    page.evaluate(LOOK, False)
    page.clock.run_for(300_000)
    again_at = look_again(page, 3)
    assert again_at == times[-1] + 300_000
    looks = {seen_at, again_at}  # when it asks at once
    asked, refused = page.evaluate("() => [window.asked, window.refused]")
    assert [
        time for time in asked if time not in looks
    ] == times  # as soon as may be, none between, none unseen
    assert [time for time in refused if time not in looks] == [times[3]]


def look_again(page, tries):
    """Bring the page to sight, which asks at once; gives when, and waits until a stream was refused so often."""
    with page.expect_response("**/field/work"):
        at = page.evaluate(f"() => {{ ({LOOK})(true); return Date.now(); }}")
    page.wait_for_function("(tries) => window.refused.length === tries", arg=tries)
    page.evaluate(ASKED)
    return at


def test_the_sound_can_be_switched_off_on_this_device(open_page):
    page = open_page("/t/#me", login="worker_lin", size=PHONE)
    switch = page.locator("[data-module=tablet-sound]")
    assert (switch.get_attribute("aria-pressed"), switch.inner_text().strip()) == ("true", "新任务有提示音")
    switch.click()
    page.reload()
    switch.wait_for()
    page.wait_for_function(
        "() => document.querySelector('[data-module=tablet-sound]').ariaPressed === 'false'"
    )
    assert switch.inner_text().strip() == "新任务没有提示音"
