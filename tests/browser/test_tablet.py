"""Every screen of the worker's tablet in a real browser, upright and as a phone, in one load each."""

from pathlib import Path

import pytest

from tests.browser.field_devices import HERE, PHONE, TABLET
from tests.browser.tablet_screens import SCREENS

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")
SIZES = {"tablet": TABLET, "phone": PHONE}
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "409")
LOOK = """async (part) => {
    const { violations } = await axe.run(part, { resultTypes: ['violations'] });
    const touched = [...document.querySelectorAll('a, button, summary, .t-tile, select, textarea, input')].filter((one) =>
        one.checkVisibility() && one.type !== 'hidden' && !one.closest('.leaflet-control-attribution')
        && !one.matches('.t-tile input, .r-switch input, .m-panel input, label.btn input, [type=file]'));
    const boxes = touched.map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()]);
    return {
        grave: violations.filter((one) => ['serious', 'critical'].includes(one.impact))
            .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)} ${one.nodes[0].any[0]?.message ?? ''}`),
        small: boxes.filter(([, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(([text, box]) => `${text} ${box.width}x${box.height}`),
        isWide: document.documentElement.scrollWidth > innerWidth,
    };
}"""
FINE = {"grave": [], "small": [], "isWide": False}
FURTHER = {
    "act": ".w-act [data-send]",
    "report": "[data-all] summary",
    "visit": "[data-part=visit] .v-big >> nth=0",
    "care": "[data-part=care] .v-big",
}
"""What is touched on a screen before it is looked at: what lacks is said, the rest unfolds."""
INLINE = "() => [...document.scripts].filter((one) => !one.src && one.type !== 'application/json').length"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_every_screen_is_read_and_touched_by_everybody(open_page, size):
    page = open_page("/t/", "worker_lin", size, EXPECTED, color_scheme="dark" if size[0] < 400 else "light", **HERE)  # fmt: skip
    assert page.evaluate(INLINE) == 0
    assert page.locator("style").count() == 0
    page.evaluate(AXE)
    wrong = {}
    for screen in SCREENS:
        screen.go(page)
        if screen.name in FURTHER:
            page.click(FURTHER[screen.name])
        look = page.evaluate(LOOK, screen.part)
        if look != FINE:
            wrong[screen.name] = look
    page.context.set_offline(False)
    page.goto(page.url.partition("/t/")[0] + "/t/trust")
    page.evaluate(AXE)
    look = page.evaluate(LOOK, "main")
    assert {**wrong, "trust": look} == {"trust": FINE}
