"""The same issues on a stock folium page and on ours: size, time to build, time to draw in headless Chromium.

folium writes every point into the page; its heat is drawn from a million of them, its markers from a hundred
thousand, for more are not drawn in any time. What it links from outside hosts is read from our own vendored files, so
that no network is measured. Ours is the served page, with nothing in any cache.
"""

import json
import os
import re
import tempfile
import time
from pathlib import Path

import folium
import folium.plugins
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from benchmarks.million import fill
from server.config import load
from server.db import Store
from server.models import Area, Issue, Person
from server.services import people
from server.services.people import NewPerson
from server.upgrade import upgrade
from tests.browser.serving import CHROMIUM, SECRET, chromium_path, serving

HEAT = int(os.environ.get("BENCH_HEAT", "1000000"))
MARKERS = int(os.environ.get("BENCH_MARKERS", "100000"))
PATIENCE_MS, TIMES = 300_000, 5
LOGIN, PASSWORD = "who_looks", "a-long-enough-passphrase"  # of a store that lives as long as the measurement
VENDOR = Path(__file__).resolve().parents[1] / "server" / "static" / "vendor"
OWN = {
    "leaflet.js": VENDOR / "leaflet" / "leaflet.js",
    "leaflet.css": VENDOR / "leaflet" / "leaflet.css",
    "leaflet_heat.min.js": Path(folium.__file__).parent / "templates" / "leaflet_heat.min.js",
}
DRAWN = """new MutationObserver(() => {
    if (document.documentElement?.dataset.heat && !window.__drawn) window.__drawn = performance.now();
}).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-heat"] })"""
OUTSIDE = re.compile(r"https://[^\"'\s]+\\.(?:js|css)")
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def stock(points: np.ndarray, *, heat: bool) -> folium.Map:
    """Make the page that folium's own documentation makes, without ground."""
    drawn = folium.Map(location=points.mean(axis=0).tolist(), zoom_start=13, tiles=None)
    if heat:
        folium.plugins.HeatMap(points.tolist()).add_to(drawn)
    else:
        for place in points.tolist():
            folium.Marker(place).add_to(drawn)
    return drawn


def measure_stock(browser: Browser, points: np.ndarray, *, heat: bool) -> dict[str, float]:
    """Build, write and draw a stock page."""
    with tempfile.TemporaryDirectory() as folder:
        page_file = Path(folder) / "page.html"
        begun = time.perf_counter()
        stock(points, heat=heat).save(str(page_file))
        build_s = time.perf_counter() - begun
        megabytes = page_file.stat().st_size / 1e6
        page_file.write_text(OUTSIDE.sub(_own, page_file.read_text(encoding="utf-8")), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(page_file.as_uri(), wait_until="load", timeout=PATIENCE_MS)
        drawn_ms = page.evaluate(FRAME)
        page.close()
        return {
            "mb": round(megabytes, 1),
            "build_s": round(build_s, 1),
            "drawn_s": round(drawn_ms / 1000, 2),
        }


def _own(address: re.Match[str]) -> str:
    own = OWN.get(address[0].rpartition("/")[2])
    return own.as_uri() if own else ""


def measure_ours(browser: Browser, address: str, path: str) -> dict[str, float]:
    """Open a page as a supervisor for the first time, several times; medians."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{address}{path}")
    page.wait_for_timeout(3000)  # the process has read its columns
    state = context.storage_state()
    context.close()
    seen = [_first_visit(browser, f"{address}{path}", state) for _ in range(TIMES)]
    return {name: round(float(np.median([one[name] for one in seen])), 2) for name in seen[0]}


def _first_visit(browser: Browser, address: str, state: object) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    sizes, urls = _counting(page)
    page.add_init_script(DRAWN)
    page.goto(address, wait_until="commit")
    if "/map" in address:
        page.wait_for_function("() => window.__drawn", timeout=PATIENCE_MS)
        drawn_ms = page.evaluate("() => window.__drawn")
    else:
        page.wait_for_load_state("networkidle")
        drawn_ms = page.evaluate(FRAME)
    page.wait_for_timeout(1000)
    ground = sum(size for key, size in sizes.items() if "/tiles/" in urls.get(key, ""))
    context.close()
    return {
        "kb": (sum(sizes.values()) - ground) / 1000,
        "requests": len(sizes),
        "ground_kb": ground / 1000,
        "drawn_s": drawn_ms / 1000,
    }


def _counting(page: Page) -> tuple[dict[str, int], dict[str, str]]:
    sizes: dict[str, int] = {}
    urls: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.requestWillBeSent", lambda told: urls.__setitem__(told["requestId"], told["request"]["url"])
    )
    session.on(
        "Network.loadingFinished",
        lambda told: sizes.__setitem__(told["requestId"], int(told["encodedDataLength"])),
    )
    return sizes, urls


def run() -> dict[str, object]:
    """Measure all; needs Chromium."""
    print(f"{HEAT:,} issues on a stock folium page and on ours")
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("BENCH_STORE", folder)
        store = Store(load({"dir": given, "secret_key": SECRET}, environment={}))
        upgrade(store)
        fill(store, HEAT)
        with store.write() as tx:
            root = tx.session.scalars(select(Area.code).where(Area.parent_id.is_(None))).one()
            if tx.session.scalar(select(Person.id).where(Person.login == LOGIN)) is None:
                people.create(tx, [NewPerson(LOGIN, LOGIN, PASSWORD, roles=(("supervisor", root),))])
        with store.read() as tx:
            points = np.array(tx.rows(select(Issue.lat, Issue.lon).where(Issue.lon.is_not(None)).limit(HEAT)))
        store.close()
        with sync_playwright() as playwright, serving(Path(given)) as address:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
            figures: dict[str, object] = {
                "ours, /map": measure_ours(browser, address, "/map?view=heat&days=30"),
                "ours, /map, all there is": measure_ours(browser, address, "/map?view=heat&days=all"),
                "ours, /board": measure_ours(browser, address, "/board"),
                f"folium HeatMap, {HEAT:,}": measure_stock(browser, points, heat=True),
                f"folium markers, {MARKERS:,}": measure_stock(browser, points[:MARKERS], heat=False),
            }
            browser.close()
    for name, told in figures.items():
        print(f"  {name:32} {told}")
    return figures


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
