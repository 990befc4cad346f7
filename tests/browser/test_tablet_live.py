"""New tasks reach an open tablet by themselves; without a stream it asks, and seldom; unseen it rests."""

import itertools

import pytest

pytestmark = pytest.mark.browser
PHONE = (360, 740)
REPORT = """async (words) => {
  const { csrf } = await (await fetch("/api/v1/me")).json();
  const body = { category: "heating", source: "phone", description: words, lon: 122.0155, lat: 37.0155 };
  const answer = await fetch("/api/v1/issues", { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf } });
  return [answer.status, (await answer.json()).number];
}"""
WATCH = """() => {
  [window.asked, window.streams] = [[], 0];
  const [ask, Stream] = [window.fetch, window.EventSource];
  window.fetch = (...given) => {
    if (String(given[0]).includes("/field/work")) window.asked.push(Date.now());
    return ask(...given);
  };
  document.addEventListener("visibilitychange", () => {
    window.EventSource = function (...given) { window.streams += 1; return new Stream(...given); };
  });
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
    page.clock.install()
    page.reload()
    page.wait_for_function(
        "() => document.querySelector('.t-net [data-words]').textContent.startsWith('在线')"
    )
    page.evaluate(WATCH)
    for _ in range(60):
        page.clock.run_for(3_000)
        page.wait_for_timeout(15)
    asked = page.evaluate("() => window.asked.splice(0)")
    assert 3 <= len(asked) <= 12
    # A request leaves up to one such step after its timer.
    assert min(later - earlier for earlier, later in itertools.pairwise(asked)) >= 12_000
    page.evaluate("""() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    page.clock.run_for(300_000)
    page.wait_for_timeout(50)
    assert page.evaluate("() => [window.asked.length, window.streams]") == [0, 0]


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
