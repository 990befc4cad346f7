"""What the tablet knows, in a real browser: told at once from the device, asked for anew, and nobody else's."""

import pytest

pytestmark = pytest.mark.browser
REFUSED = "Failed to load resource"
PREPARE = """async () => {
  const base = document.querySelector("link[href*='/static/v/'], script[src*='/static/v/']").outerHTML.match(/\\/static\\/v\\/[^/]+/)[0];
  window.told = [];
  for (const name of ['field:ground', 'field:work', 'field:net', 'field:person'])
    document.addEventListener(name, (event) => told.push([name, structuredClone(event.detail)]));
  window.field = await import(`${base}/js/tablet/field.js`);
  window.store = await import(`${base}/js/tablet/store.js`);
  window.last = (name) => told.findLast(([one]) => one === name)?.[1];
}"""
KEPT = "async (person) => (await (await store.open(person ?? undefined)).getAllKeys('kept')).sort()"
SEND = """async ([number, state]) => {
  await (await store.open()).put('outbox', {
    id: 'r1', state, subject: {uid: null, number}, title: 'x', at: new Date().toISOString(),
    steps: [{kind: 'act', action: 'take', given: {}, key: 'k', done: false},
            {kind: 'photos', photos: [], what: 'after', key: 'k2', done: false},
            {kind: 'act', action: 'finish', given: {outcome: 'y'}, key: 'k3', done: false}]});
  document.dispatchEvent(new CustomEvent('outbox:changed', {detail: {}}));
  return field.issue(number);
}"""
AGED = """async () => {
  const db = await store.open();
  const kept = await db.get('kept', 'work');
  kept.at = new Date(Date.now() - 8 * 86400000).toISOString();
  await db.put('kept', kept, 'work');
}"""


def started(page):
    page.evaluate(PREPARE)
    page.evaluate("async () => { await field.start(); }")


def refreshed(page, reason="live"):
    page.evaluate("(reason) => field.refresh(reason)", reason)
    return page.evaluate("() => last('field:net')")


@pytest.fixture
def device(open_page):
    """A page of hers that knows what the server told."""
    page = open_page("/account", login="worker_lin", expected=[REFUSED])
    started(page)
    refreshed(page)
    return page


def cut(page):
    page.context.route("**/api/v1/**", lambda route: route.abort())


def mine_of(page):
    return page.evaluate("() => field.work().issues.filter((one) => one.mine).map((one) => one.number)")


def test_what_she_holds_can_be_opened_whole_without_a_network(device):
    mine = mine_of(device)
    assert device.evaluate("() => field.isReachable() && !field.signedOut")
    assert device.evaluate("() => last('field:ground').person.name") == "林晓"
    cut(device)
    net = refreshed(device)
    assert (net["isReachable"], net["isSignedOut"], bool(net["why"])) == (False, False, True)
    for number in mine:
        one = device.evaluate("(number) => field.issue(number)", number)
        assert [step["action"] for step in one["log"]][:1] == ["report"]
        assert one["photos"] == []
    assert mine


def test_what_is_on_the_device_is_told_at_once_and_said_to_be_old(device):
    count = device.evaluate("() => field.work().issues.length")
    cut(device)
    device.reload()
    started(device)
    first = device.evaluate("() => told.filter(([name]) => name === 'field:work')[0][1]")
    assert (len(first["issues"]), first["isStale"], first["fresh"]) == (count, True, [])
    assert device.evaluate("() => field.ground().cells.length") == 6


def test_what_waits_is_laid_over_the_issue(device):
    number = mine_of(device)[0]
    one = device.evaluate(SEND, [number, "waiting"])
    assert [step["action"] for step in one["pending"]] == ["take", "attach", "finish"]
    assert one["pending"][0] == {"action": "take", "name": "签收", "state": "waiting"}
    assert (one["state"]["code"], one["predicted"]) == ("dispatched", "handled")
    refused = device.evaluate(SEND, [number, "refused"])
    assert (len(refused["pending"]), refused["predicted"]) == (3, "dispatched")
    shown = device.evaluate("() => last('field:work').issues")
    assert {one["number"] for one in shown if one["pending"]} == {number}


def test_somebody_else_on_the_same_device_sees_nothing_of_hers(device, sessions):
    hers = device.evaluate("() => store.whoami().uid")
    assert any(key.startswith("issue:") for key in device.evaluate(KEPT, hers))
    device.context.clear_cookies()
    assert refreshed(device)["isSignedOut"]
    assert mine_of(device), "her own data stay until somebody else is there"
    device.context.add_cookies(sessions("worker_he")["cookies"])
    net = refreshed(device, "person")
    assert (net["isSignedOut"], device.evaluate("() => store.whoami().name")) == (False, "何平")
    assert device.evaluate("() => field.ground().person.name") == "何平"
    assert {one["holder"]["name"] for one in device.evaluate("() => field.work().issues") if one["mine"]} == {
        "何平"
    }
    assert device.evaluate(KEPT, hers) == []


def test_after_a_week_without_contact_no_issue_is_left(device):
    cut(device)
    device.evaluate(AGED)
    refreshed(device)
    assert device.evaluate("() => [field.work(), last('field:work').issues]") == [None, []]
    assert device.evaluate(KEPT) == ["ground"]
    device.reload()
    started(device)
    assert device.evaluate("() => [field.work(), field.ground().person.name]") == [None, "林晓"]


def test_signing_out_forgets_what_was_told_and_keeps_what_waits(device):
    device.evaluate(SEND, [mine_of(device)[0], "waiting"])
    hers = device.evaluate("() => store.whoami().uid")
    device.evaluate("() => field.forget()")
    assert device.evaluate("() => [store.whoami(), field.ground(), field.work()]") == [None, None, None]
    assert device.evaluate(KEPT, hers) == []
    assert device.evaluate("async (hers) => (await store.open(hers)).count('outbox')", hers) == 1
