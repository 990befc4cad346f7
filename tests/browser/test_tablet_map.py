"""The worker's own map in a real browser: what she answers for, where she stands, what is open, and the way there."""

import pytest

pytestmark = pytest.mark.browser
TABLET, PHONE = (768, 1024), (360, 740)
HERE = {
    "geolocation": {"longitude": 122.015, "latitude": 37.015, "accuracy": 9},
    "permissions": ["geolocation"],
}


def names_written(page):
    """Names that stand on the canvas now."""
    return page.evaluate(
        "() => { let found = []; map_main.eachLayer((one) => { found = one.shown ?? found; }); return found; }"
    )


def test_the_worker_sees_her_cell_among_its_neighbours_and_where_she_stands(open_page):
    page = open_page("/t/", login="worker_lin", size=TABLET, **HERE)
    page.locator("[data-where]", has_text="您在 文峰社区第八网格").wait_for()
    assert set(names_written(page)) >= {"第八网格", "第三网格"}
