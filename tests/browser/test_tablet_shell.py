"""The app itself in a real browser: kept by the device, opened without a network, updated without losing anything."""

import pytest

pytestmark = pytest.mark.browser
TABLET, PHONE = (768, 1024), (360, 740)
OFFLINE = ("ERR_INTERNET_DISCONNECTED",)
KEPT = "() => navigator.serviceWorker.controller && navigator.serviceWorker.ready.then(() => true)"


@pytest.fixture
def kept_app(open_page):
    """Open the tablet once and wait until the device keeps it."""

    def start(login="worker_lin", size=TABLET, path="/t/", **options):
        page = open_page(path, login, size, OFFLINE, service_workers="allow", **options)
        page.wait_for_function(KEPT)
        return page

    return start


def test_after_one_visit_it_opens_without_a_network_and_is_usable(kept_app):
    page = kept_app()
    page.locator("[data-module=tablet-who] [data-cells]", has_text="文峰社区第八网格").wait_for()
    context, address = page.context, page.url
    context.set_offline(True)
    page.close()
    again = context.new_page()
    complaints = []
    again.on("pageerror", lambda error: complaints.append(str(error)))
    again.goto(address)
    again.locator("[data-module=tablet-net]", has_text="离线").wait_for()
    again.locator("[data-module=tablet-who] b", has_text="林晓").wait_for()
    for view in ("tasks", "report", "visits", "me", "map"):
        again.click(f".t-bar a[href='#{view}']")
        assert again.locator(f"[data-view={view}]").is_visible()
    assert again.evaluate("() => map_main instanceof L.Map")
    assert complaints == []
