"""The tablet at size in real Chromium, its processor slowed four times: first visit, cold start, smoothness, the queue.

One worker with 95 cells, 500 tasks and 2,000 buildings. What a visit transfers is counted by the browser itself, the
page's and the worker's requests together; everything else is timed in the page. Medians of five where it is short.
"""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.big_town import ROOT, lay_areas, lay_outlines
from server.config import load
from server.db import Store
from server.models import Duty
from server.services import gazetteer, intake, people
from server.services.drafts import Draft
from server.services.gazetteer import NewPlace
from server.services.people import NewPerson, system_actor
from server.upgrade import upgrade
from tests.browser.serving import CHROMIUM, SECRET, chromium_path, serving
from tests.geo.subdivision import jagged_cells

CELLS, TASKS, BUILDINGS = 95, 500, 2_000
RECORDS, WITH_PHOTOS = 500, 100
SLOWER, TIMES = 4, 5
BOUNDS = (121.99, 37.0, 122.05, 37.04)
LOGIN, PASSWORD = "who_walks", "a-long-enough-passphrase"  # of a store that lives as long as the measurement
PATIENCE_MS = 180_000
SIZE = {"width": 768, "height": 1024}
HERE = {"longitude": 122.02, "latitude": 37.02, "accuracy": 9}
WATCHED = """() => {
    window.__long = [];
    new PerformanceObserver((seen) => window.__long.push(...seen.getEntries().map((one) => one.duration)))
        .observe({ type: "longtask", buffered: true });
}"""
USABLE = """() => window.geo_json_cells?.getLayers?.().length >= 95
    && document.querySelector(".leaflet-overlay-pane :is(path, canvas)") && document.querySelector(".leaflet-marker-pane > *")"""
QUIET = """() => {
    const now = performance.getEntriesByType("resource").length;
    const before = window.__asked;
    window.__asked = now;
    return now === before;
}"""
SENT = "() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).map((one) => [one.name, one.transferSize])"
QUEUED = """async ([records, photos]) => {
    const base = [...document.scripts].find((one) => one.src.includes("/js/main.js")).src.replace("main.js", "");
    const { put } = await import(base + "tablet/outbox.js");
    const { newPhoto } = await import(base + "tablet/photos.js");
    const { whoami } = await import(base + "tablet/store.js");
    const uid = () => { const b = crypto.getRandomValues(new Uint8Array(16)); b[6] = b[6] & 15 | 112; b[8] = b[8] & 63 | 128;
        return [...b].map((one, n) => ([4, 6, 8, 10].includes(n) ? "-" : "") + one.toString(16).padStart(2, "0")).join(""); };
    const picture = await new Promise((done) => { const c = document.createElement("canvas"); c.width = 1600; c.height = 1200;
        const x = c.getContext("2d"); for (let n = 0; n < 400; n += 1) { x.fillStyle = `hsl(${n} 60% 50%)`;
        x.fillRect(n * 37 % 1600, n * 53 % 1200, 90, 70); } c.toBlob(done, "image/jpeg", 0.8); });
    for (let n = 0; n < records; n += 1) {
        const steps = [{ key: uid(), kind: "report", done: false, body: { category: "heating", source: "patrol", uid: null,
            description: `第 ${n} 条`, lon: 122.02 + n / 1e5, lat: 37.02, crs: "wgs84" } }];
        const subject = { uid: uid(), number: null };
        steps[0].body.uid = subject.uid;
        if (n < photos) steps.push({ key: uid(), kind: "photos", done: false, what: "before", device: null, photos: [await newPhoto(picture)] });
        await put({ title: `第 ${n} 条`, subject, steps, person: whoami().uid });
    }
}"""
EMPTY = """async () => {
    const base = [...document.scripts].find((one) => one.src.includes("/js/main.js")).src.replace("main.js", "");
    const { all } = await import(base + "tablet/outbox.js");
    return (await all()).filter((one) => one.state !== "done").length === 0;
}"""


def fill(store: Store) -> None:
    """Write the worker's cells, buildings and tasks into an empty store."""
    upgrade(store)
    cells = jagged_cells(CELLS, bounds=BOUNDS)
    with store.write() as tx:
        ids = dict(lay_areas(tx, sorted(cells.codes.tolist())))
        lay_outlines(tx, cells, ids)
        worker = people.create(tx, [NewPerson(LOGIN, "林晓", PASSWORD, roles=(("worker", ROOT),))])[0]
        begun = tx.now - timedelta(days=1)
        tx.session.add_all(
            Duty(area_id=ids[code], person_id=worker, kind="A", starts_at=begun)
            for code in cells.codes.tolist()
        )
    random = np.random.default_rng(7)
    inside = np.vstack([shapely.get_coordinates(one.representative_point()) for one in cells.geometry])
    spread = inside[random.integers(0, CELLS, BUILDINGS)] + random.normal(0, 0.0008, (BUILDINGS, 2))
    with store.write() as tx:
        gazetteer.keep(
            tx,
            [
                NewPlace(str(n), f"{n // 40 + 1}号院{n % 40 + 1}幢", "building", "", lon, lat)
                for n, (lon, lat) in enumerate(spread)
            ],
        )
    with store.write() as tx:
        drafts = [
            Draft("heating", "phone", f"第 {n} 件", lon=lon, lat=lat)
            for n, (lon, lat) in enumerate(spread[:TASKS])
        ]
        intake.report_many(tx, system_actor(), drafts)


@contextmanager
def slowed(context: BrowserContext) -> Iterator[Page]:
    """Open a page whose processor is slowed, and that writes down its long tasks."""
    page = context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(f"({WATCHED})()")
    yield page
    page.close()


def visit_first(browser: Browser, address: str, state: Any) -> tuple[BrowserContext, dict[str, float]]:  # noqa: ANN401 - Playwright's
    """Visit for the first time and wait until all is on the device; gives what was transferred."""
    context = browser.new_context(
        viewport=SIZE,
        storage_state=state,
        geolocation=HERE,
        permissions=["geolocation"],
        locale="zh-CN",  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{address}/t/")
    page.wait_for_function(USABLE, timeout=PATIENCE_MS)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(
        QUIET, timeout=PATIENCE_MS, polling=1000
    )  # until it asks for nothing more by itself
    told = [
        *page.evaluate(SENT),
        *(one for worker in context.service_workers for one in worker.evaluate(SENT)),
    ]
    page.close()
    ground = sum(size for name, size in told if "pmtiles" in name)
    data = sum(size for name, size in told if "/api/" in name)
    return context, {
        "app_kb": (sum(size for _name, size in told) - ground - data) / 1000,
        "data_kb": data / 1000,
        "ground_kb": ground / 1000,
    }


def start_cold(context: BrowserContext, address: str) -> dict[str, float]:
    """Open it without a network, again and again; gives medians."""
    context.set_offline(True)
    seen = []
    for _ in range(TIMES):
        with slowed(context) as page:
            page.goto(f"{address}/t/")
            page.wait_for_function(USABLE, timeout=PATIENCE_MS, polling="raf")
            usable = page.evaluate("() => performance.now()")
            page.wait_for_timeout(2000)
            before = page.evaluate("() => window.__long.splice(0)")
            handle(page)
            seen.append({"usable_ms": usable, "longest_at_start_ms": max(before, default=0),
                         "longest_in_use_ms": max(page.evaluate("() => window.__long"), default=0)})  # fmt: skip
    context.set_offline(False)
    return {name: float(np.median([one[name] for one in seen])) for name in seen[0]}


def handle(page: Page) -> None:
    """Use it as hands do: move the map, zoom, go through the screens, open a task."""
    page.mouse.move(300, 400)
    page.mouse.down()
    page.mouse.move(420, 520, steps=12)
    page.mouse.up()
    for direction in (-240, 240):
        page.mouse.wheel(0, direction)
        page.wait_for_timeout(600)
    for view in ("tasks", "report", "map", "tasks"):
        page.click(f".t-bar a[href='#{view}']")
        page.wait_for_timeout(300)
    page.locator(".t-issue").first.click()
    page.wait_for_timeout(500)


def flush(context: BrowserContext, address: str) -> dict[str, float]:
    """Put records into the queue without a network, then let them go."""
    with slowed(context) as page:
        page.goto(f"{address}/t/")
        page.wait_for_function(USABLE, timeout=PATIENCE_MS)
        context.set_offline(True)
        begun = time.perf_counter()
        page.evaluate(QUEUED, [RECORDS, WITH_PHOTOS])
        queued = time.perf_counter() - begun
        page.evaluate("() => { window.__long.length = 0; }")
        begun = time.perf_counter()
        context.set_offline(False)
        while not page.evaluate(EMPTY) and time.perf_counter() - begun < PATIENCE_MS / 1000:
            page.wait_for_timeout(500)
        return {"put_s": queued, "sent_s": time.perf_counter() - begun,
                "longest_ms": max(page.evaluate("() => window.__long"), default=0)}  # fmt: skip


def _signed_in(browser: Browser, address: str) -> Any:  # noqa: ANN401 - Playwright's
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


def run() -> dict[str, dict[str, float]]:
    """Measure all; needs Chromium."""
    print(
        f"the tablet: {CELLS} cells, {TASKS} tasks, {BUILDINGS:,} buildings, processor slowed {SLOWER} times"
    )
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("BENCH_STORE", folder)
        store = Store(load({"dir": given, "secret_key": SECRET}, environment={}))
        fill(store)
        store.close()
        with sync_playwright() as playwright, serving(Path(given), WANGGE_RATE_LIMITS="false") as address:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
            context, told = visit_first(browser, address, _signed_in(browser, address))
            found = {"first visit": _said("first visit", told)}
            found["offline"] = _said("offline", start_cold(context, address))
            queue = f"{RECORDS} records, {WITH_PHOTOS} photos"
            found[queue] = _said(queue, flush(context, address))
            browser.close()
    return found


def _said(name: str, told: dict[str, float]) -> dict[str, float]:
    """Print a step as soon as it is measured; the whole takes minutes."""
    rounded = {key: round(value, 1) for key, value in told.items()}
    print(f"  {name:28} {rounded}", flush=True)
    return rounded


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
