"""Take the pictures of the documentation: ``python -m tests.browser.screenshots`` (``make screenshots``).

Seeds the demonstration town in a temporary folder, serves it, and photographs the pages as the personas see them.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from server.demo.seed import PASSWORD, seed
from server.upgrade import upgrade
from tests.browser.serving import CHROMIUM, chromium_path, serving, store_in
from tests.browser.tablet_screens import FORGET, SCREENS

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESK, TALL, WALL, TABLET, PHONE = (1366, 768), (1366, 1400), (1920, 1080), (768, 1024), (360, 740)
COLOURS = 256  # a picture of a page needs no more, and weighs a third


def _click(selector: str) -> Callable[[Page], None]:
    def step(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state("networkidle")

    return step


@dataclass(frozen=True)
class Picture:
    """One picture: file name, page, who looks, at what size, and what is done before."""

    name: str
    path: str
    login: str = "supervisor_li"
    size: tuple[int, int] = DESK
    before: Callable[[Page], None] | None = None
    is_dark: bool = False


@dataclass(frozen=True)
class Walk:
    """One way through the tablet: size of the screen, whether dark, names of pictures by screen."""

    size: tuple[int, int]
    is_dark: bool
    names: dict[str, str]


SHOTS = (
    Picture("map", "/map?view=open"),
    Picture("heat", "/map?view=heat&when=90"),
    Picture("heat-dark", "/map?view=heat&when=90", is_dark=True),
    Picture("choropleth", "/map?view=choropleth&when=90"),
    Picture("hotspots-map", "/map?view=hotspots"),
    Picture("hotspots", "/hotspots"),
    Picture("board", "/board", size=TALL),
    Picture("board-dark", "/board", is_dark=True),
    Picture("wall", "/board/wall", size=WALL),
    Picture("evaluation", "/evaluation", before=_click("main a[href^='/evaluation/']"), size=TALL),
    Picture("bulletin", "/bulletin?period=month", size=TALL),
    Picture("exports", "/exports/new?kind=issues"),
    Picture("desk", "/"),
    Picture("issues", "/issues?state=open"),
    Picture("issue", "/issues?state=open", before=_click("tbody a.code")),
    Picture("triage", "/triage", "dispatcher_qian"),
    Picture("supervision", "/supervision"),
    Picture("report", "/issues/new", "dispatcher_qian"),
    Picture("duties", "/duties"),
    Picture("privacy", "/privacy"),
    Picture("people", "/admin/people", "admin_wu"),
    Picture("audit", "/admin/audit", "admin_wu"),
    Picture("account", "/account"),
    Picture("board-tablet", "/board", size=TABLET),
    Picture("heat-tablet", "/map?view=heat&when=90", size=TABLET),
    Picture("visits", "/visits"),
)
WALKER = "worker_lin"
TABLET_SHOTS = (
    (TABLET, False, {"map": "tablet-map", "tasks": "tablet-tasks", "issue": "tablet-issue", "act": "tablet-act",
                     "report": "tablet-report-wide", "visit": "tablet-visit", "care": "tablet-care", "me": "tablet-me",
                     "visits": "tablet-visits", "queue": "tablet-queue"}),
    (TABLET, True, {"map": "tablet-map-dark", "issue": "tablet-issue-dark", "queue": "tablet-queue-dark"}),
    (PHONE, False, {"map": "tablet-map-phone", "tasks": "tablet-tasks-phone", "report": "tablet-report",
                    "visits": "tablet-visits-phone", "queue": "tablet-queue-phone"}),
)  # fmt: skip
"""Size, whether dark, and what the screens' pictures are called; every screen is gone through in between."""


def main() -> int:
    """Write all pictures; 0 when done."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        with store_in(folder) as store:
            upgrade(store)
            seed(store)
        with serving(Path(folder)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
            for picture in SHOTS:
                _take(browser, address, picture)
            here = _home(browser, address)
            for size, is_dark, names in TABLET_SHOTS:
                _walk(browser, address, here, Walk(size, is_dark, names))
            browser.close()
    return 0


def _signed_in(browser: Browser, address: str, picture: Picture, **options: object) -> Page:
    width, height = picture.size
    scheme = "dark" if picture.is_dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=scheme, **options
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", picture.login)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.goto(f"{address}{picture.path}")
    return page


def _take(browser: Browser, address: str, picture: Picture) -> None:
    page = _signed_in(browser, address, picture)
    page.wait_for_load_state("networkidle")
    if picture.before:
        picture.before(page)
    page.wait_for_timeout(800)  # the ground map fades in
    _keep(page, picture.name)
    page.context.close()


def _keep(page: Page, name: str) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        few = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}.png", optimize=True)


def _home(browser: Browser, address: str) -> dict[str, float]:
    """Find the middle of the walker's own cell, where they stand."""
    page = _signed_in(browser, address, Picture("", "/account", WALKER))
    ground = page.request.get(f"{address}/api/v1/field/ground").json()
    west, south, east, north = next(cell["bbox"] for cell in ground["cells"] if cell["own"])
    page.context.close()
    return {"longitude": (west + east) / 2, "latitude": (south + north) / 2, "accuracy": 9}


def _walk(browser: Browser, address: str, here: dict[str, float], walk: Walk) -> None:
    """Go through all screens of the tablet, and keep those that have a name."""
    picture = Picture("tablet", "/t/", WALKER, walk.size, is_dark=walk.is_dark)
    page = _signed_in(browser, address, picture, geolocation=here, permissions=["geolocation"])
    page.wait_for_selector(".m-point, .m-bunch")
    page.wait_for_timeout(2_500)  # the ground map fades in, the app is put by
    if walk.size == TABLET and not walk.is_dark:
        _keep(page, "tablet")
    for screen in SCREENS:
        screen.go(page)
        page.wait_for_timeout(600)
        if screen.name in walk.names:
            _keep(page, walk.names[screen.name])
    page.evaluate(FORGET)
    page.context.set_offline(False)
    if walk.size == TABLET and not walk.is_dark:
        page.goto(f"{address}/t/trust")
        _keep(page, "tablet-trust")
    page.context.close()


if __name__ == "__main__":
    sys.exit(main())
