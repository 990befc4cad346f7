"""The worker's own map in a real browser: what she answers for, where she stands, what is open, and the way there."""

import numpy as np
import pytest
from pyproj import Geod

from geo.datum import convert
from geo.plots import plots_at
from tests.browser.conftest import HOSTILE
from tests.browser.field_devices import HERE, OFFLINE, PHONE, TABLET

pytestmark = pytest.mark.browser
NAMES = (
    "() => { let found = []; map_main.eachLayer((one) => { found = one.shown ?? found; }); return found; }"
)
MODULE = (
    "const of = (name) => import(document.querySelector('script[type=module]').src.replace('main.js', name));"
)


def tell(page, name, detail):
    page.evaluate(
        "([name, detail]) => document.dispatchEvent(new CustomEvent(name, { detail }))", [name, detail]
    )


def stand(page, lon, lat, words, accuracy=9):
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})
    page.locator(".m-where", has_text=words).wait_for()


def opened(open_page, size=TABLET, expected=(), **options):
    page = open_page("/t/", "worker_lin", size, expected, **(options or HERE))
    page.wait_for_function("() => geo_json_cells.getLayers().length > 0")
    page.wait_for_selector(".m-point")
    return page


def test_where_she_stands_is_said_by_name_without_a_network_too(open_page):
    page = opened(open_page, expected=OFFLINE)
    stand(page, 122.015, 37.015, "你在 文峰社区第八网格")
    assert {"第八网格", "第二网格"} <= set(page.evaluate(NAMES))
    page.context.set_offline(True)
    stand(page, 122.016, 37.008, "你在 文峰社区第二网格")
    stand(page, 122.016, 37.007, "不是你负责的网格")
    stand(page, 122.005, 37.015, HOSTILE)
    stand(page, 122.015, 37.0203, "离边界")
    stand(page, 122.015, 37.0223, "你不在任何网格内")
    stand(page, 121.0, 36.0, "这台设备上没有这里的网格")
    stand(page, 122.0151, 37.0151, "位置不准，误差约 80 米", accuracy=80)
    tell(page, "field:noplace", {"code": 3})
    page.locator(".m-where", has_text="前的位置").wait_for()
    check_it_asks_only_while_somebody_looks_or_walks(page)


def check_it_asks_only_while_somebody_looks_or_walks(page):
    is_on = "async () => { " + MODULE + " return (await of('tablet/place.js')).isWatching(); }"
    hide = """(isHidden) => { Object.defineProperty(document, 'hidden', { get: () => isHidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange')); }"""
    assert page.evaluate(is_on)
    page.evaluate(hide, True)
    assert not page.evaluate(is_on)
    page.evaluate(hide, False)
    assert page.evaluate(is_on)
    page.click(".t-bar a[href='#me']")
    page.wait_for_selector("[data-view=me]")
    assert not page.evaluate(is_on)
    page.evaluate("async () => { " + MODULE + " (await of('tablet/place.js')).watch('patrol'); }")
    page.evaluate(hide, True)
    assert page.evaluate(is_on)


def test_a_tap_tells_what_is_there_and_which_way_it_is(open_page):
    page = opened(open_page, PHONE)
    stand(page, 122.015, 37.015, "第八网格")
    sheet = page.locator(".m-sheet")
    check_several_at_one_place_are_a_list(page, sheet)
    check_a_building_tells_whose_it_is(page, sheet)
    number, lon, lat = page.evaluate(
        "async () => { "
        + MODULE
        + """ const { work } = await of('tablet/field.js');
        const one = work().issues.find((issue) => issue.mine && issue.lon > 122.0155 && issue.lat < 37.0145);
        return [one.number, one.lon, one.lat]; }"""
    )
    tell(page, "tablet:look", {"lon": lon, "lat": lat})
    page.locator(f".m-point[title*='{number}']").click()
    assert "向东南" in sheet.locator("[data-way]").inner_text()
    assert number in sheet.inner_text()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    check_links(sheet, lon, lat)
    sheet.locator("[data-open]").click()
    page.locator("[data-view=tasks]", has_text=number).wait_for()


def check_several_at_one_place_are_a_list(page, sheet):
    page.evaluate(
        """() => { const all = marker_cluster_points.getLayers().slice(0, 2);
        const getBounds = () => L.latLngBounds(all[0].getLatLng(), all[0].getLatLng());
        marker_cluster_points.fire('clusterclick', { layer: { getBounds, getAllChildMarkers: () => all } }); }"""
    )
    assert sheet.locator("h2").inner_text() == "这里有 2 件事件"
    sheet.locator(".t-issue").first.click()
    assert sheet.locator("[data-open]").is_visible()
    page.keyboard.press("Escape")
    assert sheet.is_hidden()


def check_a_building_tells_whose_it_is(page, sheet):
    page.evaluate("() => map_main.setView([37.013, 122.013], 18, { animate: false })")
    page.wait_for_function(f"() => ({NAMES})().includes('和平小区5幢')")
    page.locator(".folium-map").click()
    assert "楼幢 · 文峰社区第八网格" in sheet.inner_text()
    page.click(".m-close")
    page.evaluate("() => map_main.setView([37.015, 122.005], 18, { animate: false })")
    page.locator(".folium-map").click()
    assert HOSTILE in sheet.inner_text()
    assert "不是你负责的网格" in sheet.inner_text()


def check_links(sheet, lon, lat):
    sheet.locator("[data-lead]").click()
    links = {
        one.get_attribute("data-app"): one.get_attribute("href") for one in sheet.locator("[data-app]").all()
    }
    gcj = "{:.6f},{:.6f}".format(*convert(lon, lat, "wgs84", "gcj02"))
    bd_lon, bd_lat = convert(lon, lat, "wgs84", "bd09")
    assert links["own"].startswith(f"geo:{lat:.6f},{lon:.6f}")
    assert f"to={gcj}," in links["amap"]
    assert f"location={bd_lat:.6f},{bd_lon:.6f}&" in links["baidu"]
    assert "居民" not in "".join(links.values())


def test_where_she_walked_is_shown_within_her_cell_until_she_takes_it_away(open_page):
    page = opened(open_page, PHONE)
    page.click(".t-bar a[href='#visits']")
    page.locator("[data-module=tablet-patrol] [data-cells] li").first.wait_for()
    edge, middle = plots_at(np.array([122.01001, 122.015]), np.array([37.015, 37.015])).tolist()
    mine = "const cell = (await of('tablet/field.js')).ground().cells.find((one) => one.name.endsWith('第八网格'));"
    page.evaluate(
        f"async (squares) => {{ {MODULE} {mine} const told = {{ ...cell, squares_total: 400, squares }};"
        "document.dispatchEvent(new CustomEvent('visits:cover', { detail: { cells: [told] } })); }",
        [edge, middle],
    )
    page.click("[data-module=tablet-patrol] [data-on-map]")
    legend = page.locator(".v-legend")
    assert "近 7 天走到的地方" in legend.inner_text()
    bounds = """() => Object.values(map_main._layers).filter((one) => one.options.fillOpacity === 0.28)
        .map((one) => [one.getLatLngs().length, one.getBounds().getWest()])"""
    ((count, west),) = page.evaluate(bounds)
    assert (count, west) == (2, pytest.approx(122.01, abs=1e-9))
    button = legend.locator("button")
    assert min(button.bounding_box()[side] for side in ("width", "height")) >= 44
    button.click()
    assert (legend.count(), page.evaluate(bounds)) == (0, [])
    page.click(".t-bar a[href='#visits']")
    assert page.locator("[data-on-map-words]").inner_text() == "在地图上看"


def test_cells_she_stands_in_for_thousands_of_buildings_none_and_layers(open_page):
    page = opened(open_page, permissions=[])
    page.locator("[data-where]", has_text="没有允许使用位置").wait_for()
    ground = page.evaluate("async () => { " + MODULE + " return (await of('tablet/field.js')).ground(); }")
    other = next(cell for cell in ground["cells"] if not cell["own"])
    tell(page, "field:ground", {**ground, "cells": [other | {"own": "substitute", "whom": "何平"}]})
    page.wait_for_function(f"() => ({NAMES})().some((name) => name.includes('代何平'))")
    assert page.evaluate("() => geo_json_cells.getLayers()[0].options.dashArray") == "9 6"
    tell(page, "field:ground", {**ground, "cells": [other | {"own": ""}]})
    page.locator(".m-empty", has_text="还没有分到网格").wait_for()
    many = [
        {
            "id": n,
            "name": f"{n}幢",
            "kind": "building",
            "lon": 122.012 + n % 50 / 8e3,
            "lat": 37.012 + n / 4e5,
        }
        for n in range(2000)
    ]
    tell(page, "field:ground", {**ground, "places": many})
    page.evaluate("() => map_main.setView([37.0145, 122.015], 18, { animate: false })")
    page.wait_for_function(f"() => ({NAMES})().some((name) => name.endsWith('幢'))")
    assert 1 < len(page.evaluate(NAMES)) <= 120
    check_layers(page)


def check_layers(page):
    page.click(".m-layers [data-toggle]")
    for layer in ("issues", "places", "base"):
        page.locator(f".m-panel input[value={layer}]").uncheck()
    assert page.locator(".m-point, .m-bunch").count() == 0
    assert page.locator(".leaflet-tile-pane").is_hidden()
    page.wait_for_function(f"() => ({NAMES})().join() === '第八网格'")
    assert page.evaluate("() => localStorage.getItem('wangge.map.off')") == "issues,places,base"
    page.locator(".m-panel input[value=issues]").check()
    page.wait_for_selector(".m-point")


def test_a_place_is_picked_by_the_middle_or_by_a_pin_that_is_dragged(open_page):
    page = opened(open_page, PHONE)
    check_ways_and_datums(page)
    page.evaluate(
        "() => document.addEventListener('tablet:picked', (event) => { window.__picked = event.detail; })"
    )
    tell(page, "tablet:pick", None)
    page.evaluate("() => map_main.setView([37.012, 122.013], 18, { animate: false })")
    assert page.locator("[data-cross]").is_visible()
    assert "这里是 文峰社区第八网格" in page.locator("[data-pick]").inner_text()
    page.click("[data-pick-here]")
    picked = page.evaluate("() => window.__picked")
    assert picked["lon"] == pytest.approx(122.013, abs=2e-5)
    assert picked["lat"] == pytest.approx(37.012, abs=2e-5)
    page.wait_for_function("() => location.hash === '#report'")
    tell(page, "tablet:pick", picked)
    box = page.locator(".m-pin").bounding_box()
    page.mouse.move(box["x"] + 24, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, box["y"] + 30, steps=4)
    page.mouse.up()
    page.click("[data-pick-here]")
    moved = page.evaluate("() => window.__picked")
    assert moved["lon"] > picked["lon"] + 1e-4
    assert moved["lat"] == pytest.approx(picked["lat"], abs=3e-5)
    tell(page, "tablet:pick", moved)
    page.click("[data-pick-stop]")
    assert page.evaluate("() => window.__picked.lon") == moved["lon"]
    assert page.locator(".m-pin").count() == 0


def check_ways_and_datums(page):
    random = np.random.default_rng(5)
    begin = random.uniform((121.9, 36.9), (122.1, 37.1), (300, 2))
    end = begin + random.uniform(-0.03, 0.03, (300, 2))
    found = page.evaluate(
        "async (rows) => { "
        + MODULE
        + """ const { bearing, metres } = await of('tablet/map/way.js'); const { wgs84ToBd09 } = await of('map/datum.js');
        return rows.map(([a, b, c, d]) => { const [from, to] = [{ lon: a, lat: b }, { lon: c, lat: d }];
            return [metres(from, to), bearing(from, to), ...wgs84ToBd09(a, b)]; }); }""",
        np.hstack([begin, end]).tolist(),
    )
    metres, bearing, *baidu = np.array(found).T
    azimuth, _back, exact = Geod(ellps="WGS84").inv(*begin.T, *end.T)
    assert np.abs(metres / exact - 1).max() < 0.005
    assert np.abs((bearing - azimuth + 180) % 360 - 180).max() < 0.3
    assert np.abs(np.array(baidu) - convert(*begin.T, "wgs84", "bd09")).max() < 1e-9
    said = page.evaluate(
        "async () => { "
        + MODULE
        + """ const { far, way } = await of('tablet/map/way.js'); const here = { lon: 122, lat: 37, accuracy_m: 9 };
        return [far(12.4), far(123), far(1440), far(12345), way(here, { lon: 122.0005, lat: 37.0005 }).words,
            way(here, { lon: 122.00005, lat: 37 }).words]; }"""
    )
    assert said == ["12 米", "120 米", "1.4 公里", "12 公里", "向东北 71 米", "就在你身边"]
