"""What the tablet knows, in a real browser: told at once from the device, asked for anew, and nobody else's."""

import pytest

pytestmark = pytest.mark.browser
REFUSED = "Failed to load resource"
PREPARE = """async () => {
  const base = document.querySelector("link[href*='/static/v/'], script[src*='/static/v/']").outerHTML.match(/\\/static\\/v\\/[^/]+/)[0];
  window.told = [];
  for (const name of ['field:ground', 'field:work', 'field:net', 'field:person', 'field:nobody'])
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
AGED = """async ([days, keys]) => {
  const db = await store.open();
  for (const key of keys ?? await db.getAllKeys('kept')) {
    const kept = { data: null, ...(await db.get('kept', key)), at: new Date(Date.now() - days * 86400000).toISOString() };
    await db.put('kept', kept, key);
  }
}"""
BEGUN = """async ([person, days, keys]) => {
  const at = new Date(Date.now() - days * 86400000).toISOString();
  const db = await store.open(person ?? undefined);
  for (const key of keys) await db.put('prefs', { values: {}, photos: ['p'], at }, key);
  await db.put('photos', { id: 'p', record: null });
  await db.add('track', { lon: 1 });
}"""
LEFT = """async (person) => {
  const db = await store.open(person ?? undefined);
  return [(await db.getAllKeys('prefs')).filter((key) => key.includes('draft')), await db.count('photos'), await db.count('track')];
}"""
FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };
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


UNTAKEN = "async (number) => (await field.issue(number)).state.code === 'dispatched'"


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
        assert "photos" in one
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
    number = next(one for one in mine_of(device) if device.evaluate(UNTAKEN, one))
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
    # What she began is there for her for some days, then for nobody.
    device.evaluate(BEGUN, [hers, 0, ["report.draft", "visit.draft"]])
    refreshed(device)
    assert device.evaluate(LEFT, hers) == [["report.draft", "visit.draft"], 1, 1]
    since = "localStorage['wangge.others'] = JSON.stringify({[hers]: new Date(Date.now() - 4 * 86400000).toISOString()})"
    device.evaluate(f"(hers) => {{ {since}; }}", hers)
    refreshed(device)
    assert device.evaluate(LEFT, hers) == [[], 0, 0]


def test_after_a_week_without_contact_no_issue_is_left(device):
    device.evaluate(AGED, [8, ["cares"]])
    refreshed(device)
    kept = device.evaluate(KEPT)
    assert "cares" not in kept, "each by its own age: the tasks were told a moment ago"
    # A clock that lost years hides what there is; it deletes nothing.
    device.evaluate(AGED, [1000, None])
    cut(device)
    device.reload()
    started(device)
    refreshed(device)
    assert (device.evaluate("() => field.work()"), device.evaluate(KEPT)) == (None, kept)
    device.evaluate(AGED, [8, None])
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
    assert device.evaluate("() => told.some(([name]) => name === 'field:nobody')")


def test_a_sign_out_that_was_cut_short_is_ended_and_a_damaged_name_is_nobody(device):
    hers = device.evaluate("() => store.whoami().uid")
    device.evaluate(BEGUN, [hers, 0, ["report.draft"]])
    device.evaluate("(hers) => { localStorage['wangge.leaving'] = JSON.stringify([hers]); }", hers)
    device.evaluate("() => localStorage.removeItem('wangge.person')")
    device.context.clear_cookies()
    device.reload()
    started(device)
    assert (device.evaluate(KEPT, hers), device.evaluate(LEFT, hers)) == ([], [[], 0, 0])
    for damaged in ("5", "[]", '{"uid": 5}', '{"uid": "../../x"}', "{bad"):
        device.evaluate("(said) => localStorage.setItem('wangge.person', said)", damaged)
        assert device.evaluate("() => store.whoami()") is None


def test_what_was_begun_for_an_issue_goes_with_it_or_after_some_days(device):
    uid = device.evaluate("() => field.work().issues[0].uid")
    device.evaluate(BEGUN, [None, 0, [f"draft.act.{uid}.finish", "draft.act.gone.finish"]])
    refreshed(device)
    assert device.evaluate(LEFT, None)[0] == [f"draft.act.{uid}.finish"]
    device.evaluate(BEGUN, [None, 4, [f"draft.act.{uid}.finish"]])
    refreshed(device)
    assert device.evaluate(LEFT, None)[:2] == [[], 0]


def test_without_room_what_is_new_is_known_all_the_same_and_that_is_said(device):
    device.evaluate("async () => (await store.open()).clear('kept')")
    device.reload()
    device.evaluate(PREPARE)
    device.evaluate(FULL)
    device.evaluate("async () => { await field.start(); }")
    net = refreshed(device)
    assert (net["isReachable"], net["isUnkept"]) == (True, True)
    assert mine_of(device)
