"""The app itself in a real browser: kept by the device, opened without a network, updated without losing anything."""

import pytest

from tests.browser.between import NEXT, relaying
from tests.personas import PASSWORD

pytestmark = pytest.mark.browser
TABLET, PHONE = (768, 1024), (360, 740)
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
KEPT = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
VERSION = "() => JSON.parse(document.getElementById('page-data').textContent).version"
STORE = "const { open } = await import(document.querySelector('script[type=module]').src.replace('main.js', 'tablet/store.js'));"
WAITING = {
    "id": "r",
    "steps": [],
    "state": "waiting",
    "why": "",
    "title": "地下室",
}
LEFT_LYING = f"""async (row) => {{
    {STORE}
    const next_at = Date.now() + 240_000; // no pass takes it up before
    await (await open()).put('outbox', {{ ...row, next_at }});
}}"""


@pytest.fixture
def kept_app(open_page):
    """Open the tablet once and wait until the device keeps it."""

    def start(login="worker_lin", expected=OFFLINE, size=TABLET):
        page = open_page("/t/", login, size, expected, service_workers="allow")
        page.wait_for_function(KEPT)
        page.locator("[data-module=tablet-who] b", has_text="林晓").wait_for()
        return page

    return start


def reopened(page):
    """Close the page and open the app anew in the same browser, without a network."""
    context, address = page.context, page.url
    context.set_offline(True)
    page.close()
    again = context.new_page()
    again.goto(address)
    return again


def test_after_one_visit_it_opens_without_a_network_and_is_usable(kept_app):
    page = reopened(kept_app())
    page.locator("[data-module=tablet-net]", has_text="离线").or_(
        page.locator(".t-net", has_text="连不上")
    ).wait_for()
    page.locator("[data-module=tablet-who]", has_text="文峰社区第八网格").wait_for()
    for view in ("tasks", "report", "visits", "me", "map"):
        page.click(f".t-bar a[href='#{view}']")
        assert page.locator(f"[data-view={view}]").is_visible()
    assert page.evaluate("() => map_main instanceof L.Map")
    assert page.evaluate(
        "async () => (await fetch('/api/v1/me').catch(() => null)) === null"
    )  # never out of a cache


def test_nothing_personal_is_in_the_shells_cache(kept_app):
    page = kept_app()
    held = page.evaluate(
        """async () => {
          const [name] = (await caches.keys()).filter((one) => one.startsWith("wangge-shell-"));
          const cache = await caches.open(name);
          const found = [];
          for (const one of await cache.keys()) found.push([new URL(one.url).pathname, await (await cache.match(one)).text()]);
          return found;
        }"""
    )
    assert not any(path.startswith("/api/") or path == "/t/" for path, _text in held)
    assert not any("林晓" in text or "worker_lin" in text for _path, text in held)


POISON = """async () => {
  const [name] = (await caches.keys()).filter((one) => one.startsWith("wangge-shell-"));
  const cache = await caches.open(name);
  const script = (await cache.keys()).find((one) => one.url.includes("/t/map-"));
  await cache.put(script, new Response("<!doctype html>", { headers: { "Content-Type": "text/html" } }));
}"""


def test_a_wrong_file_in_the_cache_is_fetched_anew_and_kept(kept_app):
    page = kept_app()
    page.evaluate(POISON)
    page.reload()
    page.wait_for_function("() => window.map_main instanceof L.Map")
    page = reopened(page)
    page.wait_for_function("() => window.map_main instanceof L.Map")


def test_another_release_waits_for_the_person_and_leaves_what_is_not_sent(chromium, site, sessions):
    with relaying(site) as (address, relay):
        context = chromium.new_context(storage_state=sessions("worker_lin"), locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/t/")
        page.wait_for_function(KEPT)
        page.locator("[data-module=tablet-who] b", has_text="林晓").wait_for()
        before = page.evaluate(VERSION)
        page.evaluate(LEFT_LYING, WAITING)
        relay.release = "broken"
        assert looked_for(page) == ["active"], "a release of which a file is missing is not taken"
        relay.release = "portal"
        assert looked_for(page) == ["active"], "nor one of which a file is not what it should be"
        relay.release = "next"
        assert looked_for(page) == ["active", "waiting"]
        assert page.evaluate(VERSION) == before
        notice = page.locator("[data-module=tablet-update]")
        notice.locator("[data-update]").click()
        page.wait_for_function(f"() => document.getElementById('page-data')?.textContent.includes('{NEXT}')")
        page.wait_for_load_state()
        assert (
            page.evaluate(
                f"async () => {{ {STORE} return (await (await open()).get('outbox', 'r')).title; }}"
            )
            == "地下室"
        )
        page.wait_for_function(
            "async () => (await caches.keys()).filter((one) => one.startsWith('wangge-shell-')).join()"
            f" === 'wangge-shell-{NEXT}'"
        )
        context.close()


def looked_for(page):
    """Look for another release; gives which workers there are when it has been fetched, or could not be."""
    return page.evaluate(
        """async () => {
          const found = await navigator.serviceWorker.getRegistration("/t/");
          await found.update().catch(() => {});
          const coming = found.installing;
          if (coming) await new Promise((done) => {
            const look = () => { if (["installed", "redundant"].includes(coming.state)) done(); };
            coming.addEventListener("statechange", look);
            look();
          });
          return ["active", "waiting"].filter((one) => found[one]);
        }"""
    )


def test_a_session_that_ended_is_asked_for_again_and_the_app_stays(kept_app):
    page = kept_app(expected=(*OFFLINE, "401"))
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.reload()
    notice = page.locator("[data-module=tablet-signin]")
    notice.locator("[data-words]", has_text="登录已经过期").wait_for()
    assert notice.locator("[data-sign-in]").get_attribute("href") == "/sign-in?next=/t/"
    page.locator("[data-module=tablet-who]", has_text="文峰社区第八网格").wait_for()
    page.context.add_cookies(cookies)
    page.reload()
    page.locator("[data-module=tablet-net]", has_text="在线").wait_for()
    assert notice.is_hidden()


def test_signing_out_asks_when_something_waits_and_needs_the_server(kept_app):
    page = kept_app()
    page.evaluate(LEFT_LYING, WAITING)
    page.context.set_offline(True)
    page.click(".t-bar a[href='#me']")
    page.click("[data-sign-out]")
    dialog = page.locator("[data-module=tablet-leave] dialog")
    dialog.locator("[data-words]", has_text="还有 1 条没有送出").wait_for()
    dialog.locator("[data-stay]").click()
    assert dialog.is_hidden()
    page.click("[data-sign-out]")
    dialog.locator("[data-sure]").click()
    page.locator("[data-module=tablet-leave] [data-problem]", has_text="还没有退出").wait_for()


def test_signing_out_forgets_what_the_server_told_but_not_what_is_unsent(open_page):
    page = open_page("/sign-in?next=/t/", None, TABLET, ("401",))
    page.fill("[name=login]", "worker_lin")
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.locator("[data-module=tablet-who] b", has_text="林晓").wait_for()
    page.locator("html[data-mounted]").wait_for(state="attached")
    page.evaluate(LEFT_LYING, WAITING)
    page.click(".t-bar a[href='#me']")
    page.click("[data-sign-out]")
    page.click("[data-module=tablet-leave] [data-sure]")
    page.wait_for_url("**/sign-in**")
    left = page.evaluate(
        """async () => {
          const [{ name }] = await indexedDB.databases();
          const db = await new Promise((done) => { indexedDB.open(name).onsuccess = (event) => done(event.target.result); });
          const keys = (store) => new Promise((done) => {
            db.transaction(store).objectStore(store).getAllKeys().onsuccess = (event) => done(event.target.result);
          });
          return [await keys("kept"), await keys("outbox"), localStorage.getItem("wangge.person")];
        }"""
    )
    assert left == [[], ["r"], None]


def test_the_chosen_language_is_spoken_without_a_network_too(kept_app):
    page = kept_app()
    page.click(".t-bar a[href='#me']")
    with page.expect_navigation():
        page.click("[data-module=tablet-language]")
    page = reopened(page)
    page.locator(".t-bar", has_text="Report").wait_for()
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_an_insecure_page_says_what_to_do(open_page):
    page = open_page("/t/", "worker_lin", PHONE)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.reload()
    page.locator("[data-module=tablet-secure]", has_text="没有加密").wait_for()
    page.click(".t-bar a[href='#me']")
    page.locator("[data-kept]", has_text="打不开").wait_for()
    page.click("[data-module=tablet-secure] a")
    page.wait_for_url("**/t/trust")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert "wangge cert" in page.locator("main").inner_text()
