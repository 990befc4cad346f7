"""A basemap in GCJ-02: all that is drawn is shifted to it, all that is asked and reported is WGS 84 again."""

import base64
import re
import shutil
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from geo.datum import convert
from tests.browser.conftest import Watch, settle, signed_in
from tests.browser.serving import serving

pytestmark = pytest.mark.browser
TILE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PLACE = (122.015, 37.015)
EIGHTH = "990101001001008"  # its cell
NEAR = 1e-6  # degrees, a tenth of a metre; the shift is 0.006


@pytest.fixture(scope="module")
def shifted_site(filled, tmp_path_factory):
    """Address of the application with tiles in GCJ-02."""
    folder = tmp_path_factory.mktemp("shifted") / "store"
    shutil.copytree(filled, folder)
    settings = {"WANGGE_BASEMAP_URL": "/basemap/{z}/{x}/{y}.png", "WANGGE_BASEMAP_CRS": "gcj02"}
    with serving(folder, **settings) as address:
        yield address


@pytest.fixture(scope="module")
def shifted_sessions(shifted_site, chromium):
    """Sign in once per persona, by the form; gives the browser's state to start from."""
    return signed_in(shifted_site, chromium)


@pytest.fixture
def open_shifted(shifted_site, chromium, shifted_sessions):
    """Open a page of it as a persona."""
    opened = []

    def start(path, login="supervisor_li", **options):
        context = chromium.new_context(
            viewport={"width": 1366, "height": 768},
            storage_state=shifted_sessions(login),
            locale="zh-CN",
            **options,
        )
        context.route("**/basemap/**", lambda route: route.fulfill(body=TILE, content_type="image/png"))
        page = context.new_page()
        watch = Watch(shifted_site)
        watch.over(page)
        opened.append((context, watch))
        page.goto(f"{shifted_site}{path}")
        settle(page, watch)
        return page

    yield start
    for context, watch in opened:
        context.close()
        assert (watch.complaints, watch.outside) == ([], [])


def there(lon, lat):
    """Where a WGS 84 place stands on the map."""
    return convert(lon, lat, "wgs84", "gcj02")


def corners(page, code):
    """West and south of a cell as drawn, and as the server has it."""
    return page.evaluate(
        """(code) => {
        const one = geo_json_cells.getLayers().find((layer) => layer.feature.properties.code === code);
        const drawn = one.getBounds();
        const given = one.feature.geometry.coordinates.flat(one.feature.geometry.type === 'Polygon' ? 1 : 2);
        return [[drawn.getWest(), drawn.getSouth()], [Math.min(...given.map((c) => c[0])), Math.min(...given.map((c) => c[1]))]];
    }""",
        code,
    )


def issues_drawn(page):
    """Places of the single points on the map, as drawn."""
    return page.evaluate(
        "() => marker_cluster_points.getLayers().map((one) => [one.getLatLng().lng, one.getLatLng().lat])"
    )


def test_cells_are_drawn_at_the_shifted_place(open_shifted):
    page = open_shifted("/map?view=open")
    page.wait_for_function("() => geo_json_cells.getLayers().length === 5")
    drawn, given = corners(page, EIGHTH)
    assert given == pytest.approx([122.01, 37.01], abs=1e-6)
    assert drawn == pytest.approx(there(*given), abs=NEAR * 10)
    assert abs(drawn[0] - given[0]) > 0.003


def test_points_are_drawn_shifted_and_the_box_asked_for_is_wgs84(open_shifted):
    page = open_shifted("/map?view=open")
    lon, lat = there(*PLACE)
    with page.expect_response(lambda answer: "/clusters?" in answer.url and "zoom=17" in answer.url) as told:
        page.evaluate("([lon, lat]) => map_main.setView([lat, lon], 17, { animate: false })", [lon, lat])
    west, south, east, north = map(float, parse_qs(urlsplit(told.value.url).query)["bbox"][0].split(","))
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx(PLACE, abs=2e-5)
    given = sorted(tuple(one["geometry"]["coordinates"]) for one in told.value.json()["features"])
    page.wait_for_function("(count) => marker_cluster_points.getLayers().length === count", arg=len(given))
    drawn = sorted(map(tuple, issues_drawn(page)))
    assert len(given) > 0
    assert np.abs(np.array(drawn) - np.array(sorted(there(*one) for one in given))).max() < NEAR


def test_heat_is_drawn_at_the_shifted_place(open_shifted):
    page = open_shifted("/map?view=open")
    with page.expect_response(lambda answer: "/heat?" in answer.url) as told:
        page.check(".switch [value=heat]", force=True)
    given = told.value.json()["grid"]["corners"]
    page.wait_for_selector("[data-part=heat] .legend-swatch")
    drawn = page.evaluate(
        """() => feature_group_heat.getLayers()[0]._field.corners.map(({ lng, lat }) => [lng, lat])"""
    )
    assert np.abs(np.array(drawn) - np.array([there(lon, lat) for lon, lat in given])).max() < NEAR


def test_the_search_goes_to_the_shifted_cell(open_shifted):
    page = open_shifted("/map?view=open")
    page.keyboard.press("Control+k")
    page.fill(".search input", EIGHTH)
    page.wait_for_selector(".search-list li[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-module=map-drawer] [data-code]:text-is('{EIGHTH}')")
    page.wait_for_function("() => map_main.getZoom() >= 15")
    page.wait_for_timeout(400)
    centre = page.evaluate("() => [map_main.getCenter().lng, map_main.getCenter().lat]")
    assert centre == pytest.approx(there(*PLACE), abs=3e-4)


def test_the_pin_of_a_report_is_wgs84_again(open_shifted):
    page = open_shifted("/t/#report", login="worker_lin")
    page.click("[data-on-map]")
    lon, lat = there(*PLACE)
    page.evaluate("([lon, lat]) => map_main.setView([lat, lon], 19, { animate: false })", [lon, lat])
    page.click("[data-pick-here]")
    page.locator("[data-module=tablet-report-place] [data-cell]", has_text="文峰社区第八网格").wait_for()
    page.locator(".r-tile", has_text="供暖不热").first.click()
    page.fill("[name=description]", "图上选点报的一件")
    with page.expect_request(lambda one: one.method == "POST" and "/issues" in one.url) as sent:
        page.click(".r-form .t-send")
    body = sent.value.post_data_json
    assert (body["lon"], body["lat"]) == pytest.approx(PLACE, abs=2e-6)  # a pixel at zoom 19 is 2.7e-6 wide
    assert body["crs"] == "wgs84"


def test_the_device_is_shown_at_the_shifted_place(open_shifted):
    here = {"geolocation": {"longitude": PLACE[0], "latitude": PLACE[1], "accuracy": 9}}
    page = open_shifted("/t/#map", login="worker_lin", permissions=["geolocation"], **here)
    page.click("[data-here]")
    page.wait_for_selector(".leaflet-marker-pane .me")
    page.wait_for_timeout(400)
    centre = page.evaluate("() => [map_main.getCenter().lng, map_main.getCenter().lat]")
    assert centre == pytest.approx(there(*PLACE), abs=1e-5)


def test_the_small_map_of_an_issue_is_shifted_too(open_shifted):
    page = open_shifted("/issues")
    address = page.locator("a[href^='/issues/2']").first.get_attribute("href")
    page.goto(page.url.split("/issues")[0] + re.sub(r"\?.*", "", address))
    page.wait_for_load_state("networkidle")
    lon, lat = (
        float(page.locator("[data-module=issue-map]").get_attribute(f"data-{name}"))
        for name in ("lon", "lat")
    )
    centre = page.evaluate("() => [map_main.getCenter().lng, map_main.getCenter().lat]")
    assert centre == pytest.approx(there(lon, lat), abs=3e-5)  # a pixel at zoom 16 is 2e-5 wide


def test_the_browser_shifts_as_the_server_does_at_a_thousand_places(open_shifted):
    page = open_shifted("/map")
    random = np.random.default_rng(11)
    rim = [
        (72.004, 30.0),
        (137.8347, 40.0),
        (100.0, 0.8293),
        (100.0, 55.8271),
        (71.9, 30.0),
        (2.35, 48.85),
        (-87.6, 41.9),
    ]
    lon = np.concatenate([random.uniform(71.0, 139.0, 1000), [one[0] for one in rim]])
    lat = np.concatenate([random.uniform(0.0, 57.0, 1000), [one[1] for one in rim]])
    shifted, back = page.evaluate(
        """async (points) => {
        const main = document.querySelector('script[type=module]').src;
        const datum = await import(main.replace('main.js', 'map/datum.js'));
        return [points.map((one) => datum.wgs84ToGcj02(...one)), points.map((one) => datum.gcj02ToWgs84(...one))];
    }""",
        np.column_stack([lon, lat]).tolist(),
    )
    assert np.abs(np.array(shifted).T - convert(lon, lat, "wgs84", "gcj02")).max() < 1e-9
    assert np.abs(np.array(back).T - convert(lon, lat, "gcj02", "wgs84")).max() < 1e-9
