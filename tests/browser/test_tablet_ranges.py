"""What the service worker does with the ground map: kept whole, given in ranges as a server would, with no network too."""

import pytest

from tests.browser.bare import HOST, bare_page

pytestmark = pytest.mark.browser
WHOLE = bytes(range(256)) * 40
ASK = """async (range) => {
  const headers = range ? { Range: range } : {};
  const answer = await window.groundAnswer(new Request("/t/ground.pmtiles", { headers })).catch(() => null);
  if (!answer) return null;
  const body = [...new Uint8Array(await answer.arrayBuffer())];
  return [answer.status, answer.headers.get("Content-Range"), answer.headers.get("ETag"), body];
}"""
KEPT = """async (bytes) => {
  for (let look = 0; look < 200; look += 1) {
    const kept = await (await caches.open("wangge-ground")).match("/t/ground.pmtiles");
    if (kept && (await kept.blob()).size === bytes) return true;
    await new Promise((done) => setTimeout(done, 10));
  }
  return false;
}"""


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


def test_another_ground_map_takes_the_place_when_asked_and_signing_out_forgets_it(page):
    page.evaluate(ASK, None)
    assert page.evaluate(KEPT, len(WHOLE))
    page.network.update(body=WHOLE[:1000], etag='"two"')
    assert page.evaluate(ASK, "bytes=0-9")[2] == '"one"'  # asked again at most once an hour
    page.evaluate("() => window.dispatchEvent(new MessageEvent('message', { data: { type: 'ground' } }))")
    assert page.evaluate(KEPT, 1000)
    assert page.network["asked"] == [None, None, '"one"']
    assert page.evaluate(ASK, "bytes=0-9")[2] == '"two"'
    page.evaluate("() => caches.delete('wangge-ground')")
    page.network["body"] = None
    assert page.evaluate(ASK, "bytes=0-9") is None
