"""Each screen of the worker's tablet, and the way there: for the sweep over all of them and for the pictures."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

OWN = """async () => {
    const load = (name) => import(document.querySelector('script[type=module]').src.replace('main.js', `tablet/${name}.js`));
    const { work } = await load('field');
    const { put, all } = await load('outbox');
    const own = work().issues.filter((one) => one.mine && one.version > 1);
"""
CONFLICT = (
    OWN
    + """
    const { uid, number, version, category } = own[0];
    const given = { outcome: '换了两盏灯，已经亮了', quantity: 2, unit: '盏' };
    const step = { kind: 'act', action: 'finish', name: '办结', given, version: version - 1 };
    await put({ title: `办结 · ${category.name}`, subject: { uid, number }, steps: [step] });
    const until = Date.now() + 20_000;
    while (!(await all()).some((one) => one.conflict) && Date.now() < until) await new Promise((done) => setTimeout(done, 50));
}"""
)
WAITING = (
    OWN
    + """
    for (const { uid, number, version, category } of own.slice(1, 3)) {
        const step = { kind: 'act', action: 'note', name: '备注', given: { text: '已到现场，约好明天上午再来。' }, version };
        await put({ title: `备注 · ${category.name}`, subject: { uid, number }, steps: [step] });
    }
}"""
)
FORGET = (
    OWN
    + """
    const { drop } = await load('outbox');
    for (const { id } of await all()) await drop(id);
}"""
)
TOUCHED = "() => { const [one] = marker_cluster_points.getLayers(); one.fire('click', { latlng: one.getLatLng() }); }"


def _view(page: Page, name: str) -> None:
    page.evaluate("(name) => { location.hash = `#${name}`; }", name)
    page.wait_for_selector(f"[data-view={name}]", state="visible")


def map_with_sheet(page: Page) -> None:
    """Touch an issue on the map."""
    _view(page, "map")
    page.wait_for_selector(".m-point, .m-bunch")
    page.evaluate(TOUCHED)
    page.wait_for_selector(".m-sheet", state="visible")


def tasks(page: Page) -> None:
    """Look at what is hers."""
    _view(page, "tasks")
    page.wait_for_selector(".t-issue")


def issue(page: Page) -> None:
    """Open the first of her tasks."""
    tasks(page)
    page.locator("[data-view=tasks] .t-issue:visible").first.click()
    page.wait_for_selector(".w-log li, [data-brief]:not([hidden])")


def act(page: Page) -> None:
    """Begin to say that it is done."""
    if not page.locator("[data-action=finish], [data-action=settle]").first.is_visible():
        page.click(".w-further > summary")
    page.locator("[data-action=finish], [data-action=settle]").first.click()
    page.wait_for_selector(".w-act[open]")


def put_away(page: Page) -> None:
    """Leave the form and the issue."""
    page.keyboard.press("Escape")
    page.click(".w-issue [data-back]")
    page.wait_for_selector(".w-tasks", state="visible")


def report(page: Page) -> None:
    """Look at the form of a report."""
    _view(page, "report")
    page.wait_for_selector(".r-tiles[data-near] input", state="attached")


def visits(page: Page) -> None:
    """Look at patrol, care and visits."""
    _view(page, "visits")
    for back in page.locator("[data-view=visits] .t-back:visible").all():
        back.click()
    page.wait_for_selector("[data-part=home]", state="visible")
    page.wait_for_selector("[data-module=tablet-patrol] [data-cells] li")


def visit(page: Page) -> None:
    """Begin to write down a visit."""
    visits(page)
    page.click("[data-go=visit]:visible")


def care(page: Page) -> None:
    """Begin to write down that somebody wants to be looked in on."""
    visits(page)
    page.click("[data-go=care]:visible")


def me(page: Page) -> None:
    """Look at herself and her device."""
    _view(page, "me")
    page.wait_for_selector("[data-view=me] .t-cells li")


def queue(page: Page) -> None:
    """Look at what waits without a network, and at what somebody else changed meanwhile."""
    page.evaluate(CONFLICT)
    page.context.set_offline(True)
    page.evaluate(WAITING)
    _view(page, "queue")
    page.wait_for_selector(".q-row.is-decide")
    page.wait_for_function("() => document.querySelectorAll('[data-rows] > .q-row').length > 2")


@dataclass(frozen=True)
class Screen:
    """One screen: its name, the way there from the one before, what of the page it is."""

    name: str
    go: Callable[[Page], None]
    part: str


SCREENS = (
    Screen("map", map_with_sheet, "[data-view=map]"),
    Screen("tasks", tasks, ".w-tasks"),
    Screen("issue", issue, ".w-issue"),
    Screen("act", act, ".w-act"),
    Screen("report", lambda page: (put_away(page), report(page)), "[data-view=report]"),
    Screen("visit", visit, "[data-part=visit]"),
    Screen("care", care, "[data-part=care]"),
    Screen("me", me, "[data-view=me]"),
    Screen("visits", visits, "[data-view=visits]"),
    Screen("queue", queue, "[data-view=queue]"),
)
"""In the order in which each is reached from the one before; the last is without a network."""
