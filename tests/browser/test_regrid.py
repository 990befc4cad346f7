"""After a change of grid: the banner, the counts, a confirmation that needs no script, the result."""

import sqlite3
from contextlib import closing

import pytest
import shapely

from server.services import intake
from server.services.drafts import Draft
from server.upgrade import upgrade
from tests.browser.conftest import Watch, settle
from tests.browser.serving import serving, store_in
from tests.personas import PASSWORD, SIDE, build_town
from tests.server.services.redrawing import redraw

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """Address and file of a store, and how it was at first.

    The second cell of its town lost ground with issues to the eighth, and lost one to nobody.
    """
    folder = tmp_path_factory.mktemp("changed")
    with store_in(folder) as store:
        upgrade(store)
        town = build_town(store)
        with store.write() as tx:
            spots = [(122.0105 + place / 1000, 37.0085) for place in range(9)] + [(122.0005, 37.0005)]
            drafts = [
                Draft("dogs", "patrol", f"第 {n} 件：遛狗不牵绳", lon=x, lat=y)
                for n, (x, y) in enumerate(spots)
            ]
            intake.report_many(tx, town.actors["worker_he"], drafts)
        redraw(
            store,
            c1001008=shapely.box(122.01, 37.007, 122.01 + SIDE, 37.01 + SIDE),
            c1001002=shapely.box(122.01, 37.0, 122.01 + SIDE, 37.007),
            c1001001=shapely.box(122.003, 37.0, 122.01, 37.01),
        )
    first = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(folder / "wangge.db")) as file:
        file.backup(first)
    with serving(folder) as address:
        yield address, folder / "wangge.db", first
    first.close()


@pytest.fixture
def changed_site(changed):
    """Address of it, as at first."""
    address, file, first = changed
    with closing(sqlite3.connect(file)) as store:
        first.backup(store)
    return address


@pytest.fixture
def visit(changed_site, chromium):
    """Sign in as the leader; gives the tree of areas."""
    opened = []

    def start(size, **options):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", **options
        )
        page = context.new_page()
        watch = Watch(changed_site, has_scripts=options.get("java_script_enabled", True))
        watch.over(page)
        opened.append((context, watch))
        page.goto(f"{changed_site}/sign-in")
        page.fill("[name=login]", "leader_zhao")
        page.fill("[name=password]", PASSWORD)
        page.click("form[action='/sign-in'] button")
        page.goto(f"{changed_site}/areas")
        settle(page, watch)
        return page

    yield start
    for context, watch in opened:
        context.close()
        assert (watch.complaints, watch.dialogs, watch.outside) == ([], [], [])


@pytest.mark.parametrize(
    ("size", "scripts"), [((1366, 768), True), ((768, 1024), False)], ids=["desk", "tablet without scripts"]
)
def test_issues_are_moved_after_a_confirmation(visit, size, scripts):
    page = visit(size, java_script_enabled=scripts)
    assert "有 10 件未结事件落在别的网格" in page.locator(".note-warn").inner_text()
    page.click(".note-warn a")
    counts = page.locator("table.shifts tbody tr").all_inner_texts()
    assert [row.split("\t")[-1] for row in counts] == ["9", "1"]
    assert not page.locator("#confirm").is_visible()
    page.click(".confirm-open")
    dialog = page.locator("#confirm")
    assert dialog.is_visible()
    box = dialog.bounding_box()
    assert min(box["x"], box["y"]) >= 0
    assert (box["x"] + box["width"], box["y"] + box["height"]) <= size
    page.click("#confirm button[popovertargetaction]")
    assert not dialog.is_visible()
    page.click(".confirm-open")
    page.click("#confirm button.btn-primary")
    assert "已移到新网格 10 件" in page.locator(".note-good").inner_text()
    assert page.locator(".empty").count() == 1
