"""What is told while parts of the tablet are still on their way reaches them, and nobody but whom it is for."""

import pytest

from tests.browser.conftest import MOUNTED
from tests.browser.field_devices import HERE, OFFLINE, PHONE

pytestmark = pytest.mark.browser
OF = (
    "const of = (name) => import("
    "document.querySelector(\"script[src$='js/main.js']\").src.replace('main.js', `${name}.js`));"
)
BEGUN = f"""async () => {{
    {OF}
    (await of('tablet/draft')).change({{ description: '先写的那件', place_text: '9 幢' }});
    await (await of('tablet/draft')).keep();
}}"""
ASKED = f"""async () => {{
    {OF}
    const {{ tell }} = await of('page');
    tell('tablet:report', {{ place: {{ lon: 122.015, lat: 37.015, name: '和平小区 5 幢' }} }});
    tell('tablet:open', 'not-hers');
}}"""
KEPT_ASIDE = f"""async () => {{
    {OF}
    return ((await (await of('tablet/store')).pref('report.aside')) ?? []).map((one) => one.description);
}}"""
TURNED = """() => {
    const person = { uid: '01890000-0000-7000-8000-000000000001', name: '别人', login: 'other' };
    localStorage.setItem('wangge.person', JSON.stringify(person));
    dispatchEvent(new StorageEvent('storage', { key: 'wangge.person' }));
}"""
DRAWN = "() => window.geo_json_cells?.getLayers().length > 0"


class Gate:
    """Holds back a script of the page until it is let through."""

    def __init__(self, page, name):
        self.held, self.is_open = [], False
        page.route(f"**/js/modules/{name}.js", self._hold)

    def _hold(self, route):
        if self.is_open:
            route.continue_()
        else:
            self.held.append(route)

    def let_through(self):
        self.is_open = True
        for route in self.held:
            route.continue_()


def again(page, address, name):
    """Open the page anew with one script held back; gives its gate once the map stands and the script is asked for."""
    gate = Gate(page, name)
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function(DRAWN)
    while not gate.held:
        page.wait_for_timeout(20)
    return gate


@pytest.fixture
def page(open_page):
    return open_page("/t/", "worker_lin", PHONE, (*OFFLINE, "ERR_FAILED"), **HERE)


def test_a_report_asked_for_before_its_form_is_there_leaves_the_one_that_was_begun(page, site):
    page.evaluate(BEGUN)
    gate = again(page, f"{site}/t/", "tablet-report-nearby")
    page.evaluate(ASKED)
    gate.let_through()
    page.wait_for_function(MOUNTED)
    page.wait_for_function("() => location.hash === '#report'")
    page.wait_for_function("() => document.querySelector('[name=place_text]').value === '和平小区 5 幢'")
    assert page.evaluate(KEPT_ASIDE) == ["先写的那件"]


def test_words_that_were_begun_are_shown_by_a_field_that_comes_after_them(page, site):
    page.evaluate(BEGUN)
    gate = again(page, f"{site}/t/#report", "tablet-report-words")
    page.wait_for_timeout(300)  # in which they are taken up
    gate.let_through()
    page.wait_for_function(MOUNTED)
    words = page.locator("[data-module=tablet-report-words][data-field=description] textarea")
    assert words.input_value() == "先写的那件"
    assert page.input_value("[name=place_text]") == "9 幢"


def test_somebody_else_who_comes_meanwhile_finds_nothing_of_hers(page, site):
    gate = again(page, f"{site}/t/#me", "tablet-me")
    page.evaluate(ASKED)
    page.route("**/api/v1/**", lambda route: route.abort())  # the server would say who it takes them for
    page.evaluate(TURNED)
    gate.let_through()
    page.wait_for_function(MOUNTED)
    assert page.locator("[data-module=tablet-me] [data-cells] li").count() == 0
    assert page.locator("[data-module=tablet-issue]").is_hidden()
    assert page.input_value("[name=place_text]") == ""


def test_a_part_that_fails_keeps_none_of_the_others_from_their_work(site, chromium, sessions):
    context = chromium.new_context(storage_state=sessions("worker_lin"), service_workers="block")
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route("**/js/modules/tablet-visit.js", lambda route: route.fulfill(status=503))
    page.goto(f"{site}/t/#visits")
    page.wait_for_function(MOUNTED)
    assert page.locator(".t-view[inert]").count() == 0
    page.locator("[data-go=care]:visible").click()
    page.locator("[data-part=care]:visible").wait_for()
    page.click(".t-bar a[href='#me']")
    page.locator("[data-module=tablet-me] [data-cells] li").first.wait_for()
    context.close()
    assert [("tablet-visit.js" in one) for one in faults] == [True]
