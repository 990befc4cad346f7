"""Devices that use the real outbox in a real browser: offline, cut off, without answers, killed; and a desk."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error

LIGHT = "/t/trust"  # a small page of the same address: the outbox needs no more, and says the keys of its sentences
TABLET, PHONE = (768, 1024), (360, 740)
HERE = {
    "geolocation": {"longitude": 122.015, "latitude": 37.015, "accuracy": 9},
    "permissions": ["geolocation"],
}
OFFLINE = ("ERR_INTERNET_DISCONNECTED",)  # what a page without a network complains of
NOISE = ("ERR_", "409", "422", "401", "403", "404", "429", "503", "500")
LOAD = r"""async (person) => {
  const style = document.querySelector('link[href*="/static/v/"]').href;
  globalThis.load = (name) => import(style.replace(/(static\/v\/[^/]+)\/.*/, `$1/js/tablet/${name}.js`));
  const { page } = await load('../page');
  page.words.queue_note = '{action}：{words}'; // goes to the server
  globalThis.store = await load('store');
  globalThis.out = await load('outbox');
  globalThis.sent = [];
  document.addEventListener('outbox:sent', ({ detail }) => sent.push(detail));
  if (person) store.become(person);
}"""


@pytest.fixture(scope="module")
def device(site, chromium, sessions):
    """A grid worker's tablet."""
    made = Device(site, chromium, sessions("worker_lin"))
    yield made
    made.context.close()


@pytest.fixture(scope="module")
def desk(site, chromium, sessions):
    """The desk of the worker's leader."""
    made = Desk(site, chromium, sessions("leader_zhao"))
    yield made
    made.context.close()


def act(action, version=None, **given):
    """One act, as a step of a record."""
    return {"kind": "act", "action": action, "name": action, "given": given, "version": version}


def report(words, **more):
    """A report, as a step of a record."""
    where = {"lon": 122.015, "lat": 37.015}
    body = {"category": "heating", "source": "patrol", "description": words, **where, **more}
    return {"kind": "report", "body": body}


def photos(*taken, what="other"):
    """Photos that were taken, as a step of a record."""
    return {"kind": "photos", "photos": list(taken), "what": what, "device": None}


def listed(page, row):
    """Give the row of a task, however many stand before it: others have given her many by now."""
    more = page.locator("[data-module=tablet-tasks] [data-more]:visible")
    for _ in range(600):
        if row.count():
            return row
        if more.count():
            more.click()
        page.wait_for_timeout(50)
    raise AssertionError(row)


class Desk:
    """Somebody at a desk, over HTTP."""

    def __init__(self, site, chromium, state):
        self.site, self.context = site, chromium.new_context(storage_state=state)
        self.me = self.get("/me")

    def get(self, path):
        answer = self.context.request.get(f"{self.site}/api/v1{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def act(self, number, action, **given):
        """Act on an issue; gives the status."""
        told = {"X-CSRFToken": self.me["csrf"], "Origin": self.site}
        url = f"{self.site}/api/v1/issues/{number}/actions"
        return self.context.request.post(url, data={"action": action, **given}, headers=told).status

    def log(self, number):
        """Give the words of each entry of an issue, in order."""
        return [one["words"] for one in self.get(f"/issues/{number}")["log"]]


class Device:
    """A tablet: one browser context, one page at a time, and a line that may be cut."""

    def __init__(self, site, chromium, state, path=LIGHT, **options):
        self.site, self.path = site, path
        self.context = chromium.new_context(storage_state=state, service_workers="block", **options)
        self.line = "good"
        self.posts = []
        self.context.route("**/api/v1/**", self._carry)
        self.person = self.context.request.get(f"{site}/api/v1/me").json()["person"]
        self.page, self.is_off = None, False
        self.open()

    def _carry(self, route):
        request = route.request
        is_post = request.method == "POST"
        with suppress(Error):  # the page was killed meanwhile
            if self.line == "cut":
                return route.abort()
            if is_post:
                self.posts.append(request.headers["idempotency-key"])
            if self.line == "lost" and is_post:  # the server acts, the answer is lost
                route.fetch()
                return route.abort()
            return route.continue_()

    def open(self):
        """Open the page, anew after it was killed."""
        self.page = self.context.new_page()
        self.page.goto(f"{self.site}{self.path}")
        self.page.evaluate(LOAD, self.person)

    def kill(self, after_ms=0):
        """Close the page in the middle of sending."""
        self.page.evaluate("() => { out.flush(); }")
        self.page.wait_for_timeout(after_ms)
        self.page.close()
        self.context.set_offline(False)  # a real tablet opens its page from the shell it keeps
        self.open()
        self.context.set_offline(self.is_off)

    def offline(self, is_off):
        """Take the network away, or give it back."""
        self.is_off = is_off
        self.context.set_offline(is_off)

    def put(self, record):
        return self.page.evaluate("(record) => out.put(record)", record)

    def act(self, subject, action, version, **given):
        """Put one act into the outbox."""
        return self.put({"title": action, "subject": subject, "steps": [act(action, version, **given)]})

    def report(self, words, **more):
        """Put a report into the outbox."""
        return self.put({"title": words, "steps": [report(words, **more)]})

    def reported(self, words):
        """Report an issue and send it; gives its uid and number."""
        record = self.report(words)
        self.flush()
        return self.row(record)["subject"]

    def photo(self):
        """Take a small photo; gives its id."""
        return self.page.evaluate("""async () => {
          const paper = new OffscreenCanvas(40, 30);
          paper.getContext('2d').fillRect(0, 0, 20, 20);
          return out.newPhoto(await paper.convertToBlob({ type: 'image/png' }));
        }""")

    def settle(self, words, before, after):
        """Report something with photos, closed at once."""
        steps = [report("小事", category="street_lamp"), photos(before, what="before"),
                 act("settle", outcome=words), photos(after, what="after")]  # fmt: skip
        return self.put({"title": words, "steps": steps})

    def call(self, name, *given):
        """Call the outbox; gives whether it did as it was asked."""
        return self.page.evaluate(
            "([name, given]) => out[name](...given).then(() => true, () => false)", [name, given]
        )

    def edit(self, row, words):
        """Say an act otherwise in a form that was opened with this row, and may be behind; gives whether it was taken."""
        steps = [dict(step) for step in row["steps"] if not step["done"]]
        for step in steps:
            name = next(
                (name for name in ("outcome", "reason", "text") if name in step.get("given", ())), None
            )
            if name:
                step["given"] = {**step["given"], name: words}
        return self.call("edit", row["id"], {"steps": steps})

    def flush(self):
        self.page.evaluate("() => out.flush()")

    def rows(self):
        return self.page.evaluate("() => out.all()")

    def states(self):
        return [row["state"] for row in self.rows()]

    def until_done(self, count=1):
        """Wait until so many records, and all there are, have arrived."""
        for _ in range(300):
            states = self.states()
            if len(states) >= count and set(states) == {"done"}:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(self.rows())

    def row(self, record):
        return next(row for row in self.rows() if row["id"] == record["id"])

    def tidy(self):
        """Give the line back and empty the outbox."""
        self.offline(False)
        self.line = "good"
        self.page.evaluate("async () => { for (const row of await out.all()) await out.drop(row.id); }")
