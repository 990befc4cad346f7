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

from server.config import load
from server.db import Store
from server.demo.seed import PASSWORD, seed
from server.upgrade import upgrade
from tests.browser.serving import CHROMIUM, SECRET, chromium_path, serving

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
    Picture("tablet", "/t/", "worker_lin", TABLET),
    Picture("tablet-tasks", "/t/#tasks", "worker_lin", TABLET),
    Picture("tablet-report", "/t/#report", "worker_lin", PHONE),
)


def main() -> int:
    """Write all pictures; 0 when done."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(load({"dir": folder, "secret_key": SECRET}, environment={}))
        upgrade(store)
        seed(store)
        store.close()
        with serving(Path(folder)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)
            for picture in SHOTS:
                _take(browser, address, picture)
            browser.close()
    return 0


def _take(browser: Browser, address: str, picture: Picture) -> None:
    width, height = picture.size
    scheme = "dark" if picture.is_dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", picture.login)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.goto(f"{address}{picture.path}")
    page.wait_for_load_state("networkidle")
    if picture.before:
        picture.before(page)
    page.wait_for_timeout(800)  # the ground map fades in
    with Image.open(io.BytesIO(page.screenshot())) as shot:
        few = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{picture.name}.png", optimize=True)
    context.close()


if __name__ == "__main__":
    sys.exit(main())
