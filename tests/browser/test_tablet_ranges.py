"""What the service worker does with the ground map: kept whole, given in ranges as a server would, with no network too."""

import shutil

import pytest

from server.services.basemap import FILE_NAME, write_basemap
from tests.browser.bare import HOST, bare_page
from tests.browser.conftest import signed_in
from tests.browser.serving import serving
from tests.server.services.test_basemap import ground

pytestmark = pytest.mark.browser
WHOLE = b"PMTiles\3" + bytes(range(256)) * 40
ASK = """async (range) => {
  const headers = range ? { Range: range } : {};
  const answer = await window.groundAnswer(new Request("/t/ground.pmtiles", { headers })).catch(() => null);
  if (!answer) return null;
  const body = [...new Uint8Array(await answer.arrayBuffer())];
  return [answer.status, answer.headers.get("Content-Range"), answer.headers.get("ETag"), body];
}"""
KEPT = """async (bytes) => {
  for (let look = 0; look < 1000; look += 1) {
    const kept = await (await caches.open("wangge-ground")).match("/t/ground.pmtiles");
    if (kept && (bytes === null || (await kept.blob()).size === bytes)) return true;
    await new Promise((done) => setTimeout(done, 10));
  }
  return false;
}"""

NOW = """() => new Promise((done) => {
  const told = new MessageEvent("message", { data: { type: "ground" } });
  told.waitUntil = (asked) => asked.then(done);
  window.dispatchEvent(told);
})"""

DRAWN = """() => [...document.querySelectorAll(".leaflet-tile-pane canvas")].some((one) => {
  const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
  return new Set(new Uint32Array(data.buffer)).size > 2;
})"""


@pytest.fixture
def page(chromium):
    with bare_page(chromium) as page:
        page.network = {"body": WHOLE, "etag": '"one"', "asked": []}

        def answer(route):
            page.network["asked"].append(route.request.headers.get("if-none-match"))
            if page.network["body"] is None:
                route.abort()
            elif route.request.headers.get("if-none-match") == page.network["etag"]:
                route.fulfill(status=304)
            else:
                route.fulfill(body=page.network["body"], headers={"ETag": page.network["etag"]})

        page.route(f"{HOST}/t/ground.pmtiles", answer)
        page.add_script_tag(url=f"{HOST}/js/tablet/sw/ranges.js")
        yield page


def test_once_it_is_kept_ranges_are_cut_from_it_as_http_says_with_and_without_a_network(page):
    assert page.evaluate(ASK, None)[0] == 200
    assert page.evaluate(KEPT, len(WHOLE))
    page.network["body"] = None
    size = len(WHOLE)
    cases = {
        "bytes=0-0": (0, 1), "bytes=0-16383": (0, size), "bytes=100-199": (100, 200), "bytes=10200-": (10_200, size),
        "bytes=-16": (size - 16, size), f"bytes={size - 1}-{size + 9}": (size - 1, size),
    }  # fmt: skip
    for range_, (begin, end) in cases.items():
        told = [206, f"bytes {begin}-{end - 1}/{size}", '"one"', [*WHOLE[begin:end]]]
        assert page.evaluate(ASK, range_) == told, range_
    for range_ in (f"bytes={size}-", "bytes=9-5", "bytes=-0"):
        assert page.evaluate(ASK, range_) == [416, f"bytes */{size}", '"one"', []], range_
    for range_ in (None, "bytes=0-1,4-5", "lines=1-2", "bytes=-"):
        assert page.evaluate(ASK, range_)[0::3] == [200, [*WHOLE]], range_


def test_nothing_kept_and_no_network_is_an_error_and_not_an_empty_map(page):
    page.network["body"] = None
    assert page.evaluate(ASK, "bytes=0-99") is None


def test_a_page_of_the_network_in_its_place_is_not_kept(page):
    page.network["body"] = b"<!doctype html>sign in to the guests' network"
    page.evaluate(ASK, None)
    page.evaluate(NOW)
    page.network["body"] = WHOLE
    page.evaluate(NOW)
    assert page.evaluate(KEPT, len(WHOLE))
    assert page.network["asked"] == [None] * 4


def test_another_ground_map_takes_the_place_when_asked_and_signing_out_forgets_it(page):
    page.evaluate(ASK, None)
    assert page.evaluate(KEPT, len(WHOLE))
    page.network.update(body=WHOLE[:1000], etag='"two"')
    assert page.evaluate(ASK, "bytes=0-9")[2] == '"one"'  # asked again at most once an hour
    page.evaluate(NOW)
    assert page.evaluate(KEPT, 1000)
    assert page.network["asked"] == [None, None, '"one"']
    assert page.evaluate(ASK, "bytes=0-9")[2] == '"two"'
    page.evaluate("() => caches.delete('wangge-ground')")
    page.network["body"] = None
    assert page.evaluate(ASK, "bytes=0-9") is None


@pytest.fixture
def mapped_site(filled, tmp_path):
    """Address of the application with a ground map of its own."""
    folder = tmp_path / "store"
    shutil.copytree(filled, folder)
    write_basemap(folder / FILE_NAME, ground(), (121.99, 36.99, 122.04, 37.04), (10, 15))
    with serving(folder) as address:
        yield address


def test_after_one_visit_and_a_reload_without_a_network_the_map_has_its_ground(mapped_site, chromium):
    state = signed_in(mapped_site, chromium)("worker_lin")
    context = chromium.new_context(storage_state=state, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{mapped_site}/t/")
    assert page.evaluate(KEPT, None)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.reload()
    page.wait_for_function(DRAWN)
    context.close()
