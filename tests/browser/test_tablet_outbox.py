"""The outbox in a real browser: nothing is lost, nothing is sent twice, and it always says where it stands."""

import pytest

from tests.browser import field_devices
from tests.browser.field_devices import LOAD, act, photos, report

pytestmark = pytest.mark.browser
TWO_PHOTOS = """async () => {
  const paper = new OffscreenCanvas(2400, 1200);
  const pen = paper.getContext('2d');
  const taken = [];
  for (const colour of ['#274', '#a53']) {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 2000, 1100);
    taken.push(await out.newPhoto(await paper.convertToBlob({ type: 'image/png' })));
  }
  return taken;
}"""
device, desk = field_devices.device, field_devices.desk
PHOTOS_KEPT = "async () => (await store.open()).getAll('photos')"


@pytest.fixture
def subject(device):
    """An issue that the device has reported and knows."""
    return device.reported("楼道灯不亮")


@pytest.fixture(autouse=True)
def tidy(device):
    yield
    device.tidy()


def test_a_report_with_photos_that_is_settled_at_once_arrives_whole(device, desk):
    before, after = device.page.evaluate(TWO_PHOTOS)
    where = {"lon": 122.015, "lat": 37.015}
    record = device.put({"title": "路灯", "steps": [
        report("灯泡坏了", category="street_lamp"),
        {**photos(before, what="before"), "device": {**where, "accuracy_m": 9}},
        act("settle", outcome="换了灯泡"),
        photos(after, what="after"),
    ]})  # fmt: skip
    device.flush()
    row = device.row(record)
    assert row["state"] == "done"
    arrived = desk.get(f"/issues/{row['subject']['number']}/photos")["items"]
    assert [(one["uid"], one["kind"]) for one in arrived] == [(before, "before"), (after, "after")]
    assert max(arrived[0]["width"], arrived[0]["height"]) == 1600
    assert device.page.evaluate(PHOTOS_KEPT) == []
    assert "灯泡" not in str(row)


def test_photos_stay_until_the_server_has_said_that_it_has_them(device, desk, subject):
    taken = device.page.evaluate(TWO_PHOTOS)
    device.line = "lost"
    record = device.put({"title": "照片", "subject": subject, "steps": [photos(*taken)]})
    device.flush()
    assert device.row(record)["state"] == "waiting"
    assert device.row(record)["why"] == "queue_away"
    assert len(device.page.evaluate(PHOTOS_KEPT)) == 2
    device.line = "good"
    device.flush()
    assert device.row(record)["state"] == "done"
    assert device.page.evaluate(PHOTOS_KEPT) == []
    assert len(desk.get(f"/issues/{subject['number']}/photos")["items"]) == 2


def test_acts_put_one_upon_the_other_go_in_order_and_upon_the_newest_version(device, desk, subject):
    device.offline(True)
    device.act(subject, "take", 2)
    device.act(subject, "note", 2, text="配件已到")
    device.act(subject, "finish", 2, outcome="灯亮了")
    device.offline(False)
    device.flush()
    assert set(device.states()) == {"done"}
    log = desk.get(f"/issues/{subject['number']}")["log"]
    assert [one["action"] for one in log][2:5] == ["take", "note", "finish"]


def test_what_was_done_meanwhile_asks_for_a_decision_and_holds_back_what_follows(device, desk, subject):
    device.offline(True)
    first = device.act(subject, "take", 2, text="我来")
    later = device.act(subject, "note", None, text="敲门无人应")
    holder = next(one["holder"] for one in desk.get(f"/issues/{subject['number']}/candidates")["items"]
                  if one["name"] == "何平")  # fmt: skip
    desk.act(subject["number"], "reassign", reason="换人", holder=holder)
    device.offline(False)
    device.flush()
    row = device.row(first)
    assert (row["state"], row["conflict"]["holder"]["name"]) == ("decide", "何平")
    assert [(one["action"], one["who"]) for one in row["conflict"]["changed"]] == [("reassign", "赵敏")]
    assert "take" not in row["conflict"]["possible"]
    assert device.row(later)["state"] == "waiting"
    device.page.evaluate("(id) => out.decide(id, 'note')", row["id"])
    assert set(device.states()) == {"done"}
    words = desk.log(subject["number"])[3:]
    assert "我来" in words[0]
    assert "敲门无人应" in words[1]


def test_it_is_done_anyway_upon_the_state_that_was_shown(device, desk, subject):
    device.offline(True)
    record = device.act(subject, "take", 2)
    then = device.act(subject, "finish", 2, outcome="灯亮了")
    desk.act(subject["number"], "correct", reason="急", changes={"urgent": True})
    device.offline(False)
    device.flush()
    assert device.row(record)["state"] == "decide"
    device.page.evaluate("(id) => out.decide(id, 'anyway')", record["id"])
    assert device.row(record)["state"] == device.row(then)["state"] == "done"


def test_a_refused_report_is_edited_and_sent(device, desk):
    record = device.report("路口有坑", category="nope")
    device.flush()
    row = device.row(record)
    assert (row["state"], "nope" in row["why"]) == ("refused", True)
    steps = [{**row["steps"][0], "body": {**row["steps"][0]["body"], "category": "road_damage"}}]
    device.page.evaluate("([id, steps]) => out.edit(id, { steps })", [row["id"], steps])
    assert device.row(record)["state"] == "done"


def test_signed_out_everything_waits_and_goes_on_after_signing_in_as_the_same_person(
    device, sessions, subject
):
    cookies = device.context.cookies()
    device.context.clear_cookies()
    record = device.act(subject, "note", None, text="还在等")
    device.flush()
    assert device.row(record)["state"] == "signin"
    device.context.add_cookies(sessions("worker_he")["cookies"])
    device.flush()
    assert device.row(record)["state"] == "signin"
    assert device.row(record)["why"] == "queue_other"
    device.context.clear_cookies()
    device.context.add_cookies(cookies)
    device.flush()
    assert device.row(record)["state"] == "done"


def test_a_server_that_asks_for_patience_is_left_alone_for_as_long(device, subject):
    asked = []

    def busy(route):
        asked.append(route.request.url)
        route.fulfill(
            status=429, headers={"Retry-After": "2"}, json={"title": "request.too_many", "detail": "请稍候。"}
        )

    device.context.route("**/actions", busy)
    record = device.act(subject, "note", None, text="忙")
    device.flush()
    device.flush()
    assert (device.row(record)["state"], device.row(record)["why"], len(asked)) == ("waiting", "请稍候。", 1)
    device.context.unroute("**/actions", busy)
    device.until_done()


def test_a_record_the_server_stumbles_over_does_not_hold_up_the_others(device, subject):
    device.context.route(
        "**/actions", lambda route: route.fulfill(status=500, json={"title": "request.failed"})
    )
    bad = device.act(subject, "note", None, text="绊脚石")
    good = device.report("别的事")
    device.flush()
    assert (device.row(bad)["state"], device.row(good)["state"]) == ("waiting", "done")
    assert device.row(bad)["next_at"] > 0
    device.context.unroute("**/actions")
    device.page.evaluate("(id) => out.retry(id)", bad["id"])
    assert device.row(bad)["state"] == "done"


def test_a_login_page_of_the_network_is_no_answer(device, subject):
    device.context.route(
        "**/api/v1/me",
        lambda route: route.fulfill(status=200, body="<html>欢迎</html>", content_type="text/html"),
    )
    record = device.act(subject, "note", None, text="咖啡馆")
    device.flush()
    assert (device.row(record)["state"], device.row(record)["why"]) == ("waiting", "queue_away")
    device.context.unroute("**/api/v1/me")
    device.flush()
    assert device.row(record)["state"] == "done"


@pytest.mark.parametrize("has_locks", [True, False], ids=["locks", "lease"])
def test_two_open_pages_send_each_record_once(device, subject, has_locks):
    other = device.context.new_page()
    other.goto(device.page.url)
    loading = "(hasLocks) => { if (!hasLocks) Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true }); }"
    first = device.page
    for page in (first, other):
        page.evaluate(loading, has_locks)
    other.evaluate(LOAD, device.person)
    device.posts.clear()
    for n in range(4):
        page = (first, other)[n % 2]
        steps = [act("note", text=f"第 {n} 页")]
        page.evaluate(
            "(record) => { out.put(record); }", {"title": "备注", "subject": subject, "steps": steps}
        )
    device.until_done(5)
    assert len(device.posts) == len(set(device.posts)) == 4
    other.close()


def test_a_newer_app_finds_everything_that_waited_in_the_database_of_an_older_one(device):
    kept = device.page.evaluate("""async () => {
      const opened = indexedDB.open('wangge.someone', 1);
      opened.onupgradeneeded = () => { opened.result.createObjectStore('outbox', { keyPath: 'id' }); };
      const old = await new Promise((done) => { opened.onsuccess = () => done(opened.result); });
      await new Promise((done) => {
        const tx = old.transaction('outbox', 'readwrite');
        tx.objectStore('outbox').put({ id: 'a', n: 1, state: 'waiting', title: '旧版记下的' });
        tx.oncomplete = done;
      });
      old.onversionchange = () => old.close(); // as the older app does
      const db = await store.open('someone');
      return [await db.getAll('outbox'), [...db.objectStoreNames]];
    }""")
    assert kept[0] == [{"id": "a", "n": 1, "state": "waiting", "title": "旧版记下的"}]
    assert set(kept[1]) == {"outbox", "photos", "kept", "track", "prefs", "lease"}


def test_a_nearly_full_device_takes_no_photos_but_words_until_the_disk_itself_refuses(device):
    device.offline(True)
    said = device.page.evaluate("""async () => {
      const [real, add] = [navigator.storage.estimate, IDBObjectStore.prototype.add];
      const refused = (work) => work.then(() => false, (error) => error instanceof out.Refused);
      navigator.storage.estimate = async () => ({ usage: 950, quota: 1000 });
      const told = [await refused(out.newPhoto(new Blob())), await refused(out.put({ title: '满', steps: [] }))];
      IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); };
      told.push(await refused(out.put({ title: '满', steps: [] })));
      [navigator.storage.estimate, IDBObjectStore.prototype.add] = [real, add];
      return [...told, (await out.all()).filter((row) => row.title === '满').length];
    }""")
    assert said == [True, False, True, 1]


def test_a_clock_that_is_wrong_is_put_right_and_both_times_are_told(device, subject):
    told = device.page.evaluate("""async ([subject]) => {
      const clock = await load('clock');
      const send = await load('send');
      const answer = (off) => ({ headers: { get: (name) => (name === 'Date' ? new Date(Date.now() - off * 1000).toUTCString() : null) } });
      const before = clock.isSkewed();
      clock.heard(answer(3600), Date.now());
      const record = { at: '2026-11-22T09:00:00.000Z', skew_s: clock.skew(), subject };
      const { said } = send.fixed(record, { kind: 'act', action: 'take', key: 'k', given: {}, version: 2 });
      const skewed = clock.isSkewed();
      clock.heard(answer(0), Date.now());
      return [before, skewed, said.happened_at.slice(0, 16), said.device_at];
    }""", [subject])  # fmt: skip
    assert told == [False, True, "2026-11-22T08:00", "2026-11-22T09:00:00.000Z"]


def test_who_signs_out_leaves_what_is_not_sent_and_nobody_else_sees_it(device, subject):
    device.offline(True)
    record = device.act(subject, "note", None, text="留着")
    other = device.page.evaluate("""async () => {
      const me = store.whoami();
      const db = await store.open();
      await db.put('kept', { data: 1 }, 'work');
      await store.leave();
      const nobody = [store.whoami(), (await out.all()).length];
      store.become({ uid: 'another', name: '别人', login: 'another' });
      const theirs = (await out.all()).length;
      store.become(me);
      return [...nobody, theirs, await (await store.open()).get('kept', 'work')];
    }""")
    assert other == [None, 0, 0, None]
    assert device.row(record)["state"] == "waiting"
