"""What waits on the tablet and does not simply go: changed while it goes, turned back, behind something else, lost."""

import uuid

import pytest

from tests.browser import field_devices
from tests.browser.field_devices import act

pytestmark = pytest.mark.browser
HTML = {"body": "<html>413</html>", "content_type": "text/html"}
DIALOG = """async (row) => {
  const { page } = await load('../page');
  const made = (name, ...inside) => { const one = document.createElement(name); one.append(...inside); return one; };
  const marked = (name, mark, ...inside) => { const one = made(name, ...inside); one.dataset[mark] = ''; return one; };
  const template = made('template');
  template.dataset.kind = 'field';
  template.content.append(made('label', made('textarea')));
  const [save, problem, fields] = [marked('button', 'save'), marked('p', 'editProblem'), marked('div', 'fields')];
  const dialog = marked('dialog', 'edit', marked('h2', 'editTitle'), fields, problem, save);
  const root = made('div', template, dialog);
  document.body.append(root);
  (await load('queue-edit')).editing(root)(row);
  globalThis.form = { save, problem, area: fields.querySelector('textarea') };
}"""
device, desk = field_devices.device, field_devices.desk


@pytest.fixture(scope="module")
def subject(device):
    return device.reported("楼道灯不亮")


@pytest.fixture(autouse=True)
def tidy(device):
    yield
    device.context.unroute("**/photos")
    device.context.unroute("**/actions")
    device.tidy()


def photos(device, count=1):
    """So many photos, taken now."""
    return field_devices.photos(*(device.photo() for _ in range(count)))


def note(words):
    return act("note", text=words)


def asked(device, call, *given):
    """Call the outbox; gives the words with which it refused, or nothing."""
    return device.page.evaluate(
        f"([...given]) => out.{call}(...given).then(() => '', (error) => error.message)", list(given)
    )


def turned_back(device, pattern, status=422, **how):
    how = how or {"json": {"title": "photo.no", "detail": "不收。"}}
    device.context.route(pattern, lambda route: route.fulfill(status=status, **how))


def test_words_that_went_while_their_form_stood_open_are_not_sent_again(device, desk, subject):
    turned_back(device, "**/photos")
    row = device.put({"title": "照旧", "subject": subject, "steps": [note("只说一次"), photos(device)]})
    device.page.evaluate(DIALOG, row)
    device.page.evaluate("() => { form.area.value = '再说一次'; }")
    device.flush()
    assert asked(device, "edit", row["id"], {"steps": row["steps"]}) == "queue_went"
    device.page.wait_for_function("() => form.save.disabled && form.problem.textContent === 'queue_went'")
    device.context.unroute("**/photos")
    device.page.evaluate("(id) => out.retry(id)", row["id"])
    assert device.row(row)["state"] == "done"
    words = desk.log(subject["number"])
    assert (sum("只说一次" in line for line in words), sum("再说一次" in line for line in words)) == (1, 0)


def test_words_put_otherwise_after_their_photos_went_leave_the_photos_alone(device, desk, subject):
    turned_back(device, "**/actions")
    row = device.put({"title": "照片已到", "subject": subject, "steps": [photos(device), note("说错了")]})
    device.flush()
    assert [step["done"] for step in device.row(row)["steps"]] == [True, False]
    device.context.unroute("**/actions")
    steps = [row["steps"][0], {**row["steps"][1], "given": {"text": "说对了"}}]
    assert asked(device, "edit", row["id"], {"steps": steps}) == ""
    assert device.row(row)["state"] == "done"
    assert sum("说对了" in line for line in desk.log(subject["number"])) == 1


def test_what_something_on_the_way_turns_back_holds_up_nothing_else_and_is_told_in_the_end(device, subject):
    turned_back(device, "**/photos", 413, **HTML)
    bad = device.put({"title": "太大", "subject": subject, "steps": [photos(device)]})
    good = device.report("别的事")
    device.flush()
    assert (device.row(bad)["why"], device.row(good)["state"]) == ("queue_strange", "done")
    for _ in range(2):
        device.page.evaluate("() => out.retryAll()")
    row = device.row(bad)
    assert (row["state"], row["why"], "fixed" in row["steps"][0]) == ("refused", "queue_between", False)


def test_a_report_whose_visit_the_server_does_not_know_says_so_once_it_was_sent(device):
    rows = [device.report("走访时看见"), device.report("走访时看见的", visit=str(uuid.uuid4()))]
    device.flush()
    said = "async (row) => (await load('step')).whyOf(row)"
    assert [device.row(row)["state"] for row in rows] == ["done", "done"]
    assert [device.page.evaluate(said, device.row(row)) for row in rows] == ["", "queue_no_visit"]


def test_a_record_that_never_gets_an_answer_lets_the_others_pass(device, subject):
    device.context.route("**/photos", lambda route: route.abort())
    bad = device.put({"title": "太慢", "subject": subject, "steps": [photos(device)]})
    good = device.report("后来的事")
    for _ in range(3):
        device.flush()
    assert (device.row(bad)["why"], device.row(good)["state"]) == ("queue_cut", "done")
    plant = (
        "([id, next_at]) => load('queue').then(({ change }) => change(id, (row) => ({ ...row, next_at })))"
    )
    device.context.unroute("**/photos")
    device.page.evaluate(plant, [bad["id"], 9e12])  # of a clock that was years ahead
    device.flush()
    assert device.row(bad)["state"] == "done"


def test_a_report_waits_for_its_visit_or_goes_without_it(device, desk):
    def visit(result):
        spot = {"lon": 122.015, "lat": 37.015, "where": "3幢501 王某"}
        body = {"uid": str(uuid.uuid4()), "kind": "daily", "subject": "household", "result": result, **spot}
        steps = [{"kind": "visit", "body": body}]
        return device.put(
            {"title": "走访 · 3幢501 王某", "subject": {"uid": body["uid"], "number": None}, "steps": steps}
        )

    device.line = "cut"
    first = visit("issue")
    report = device.report("走访时看到", visit=first["subject"]["uid"])
    bad = visit("nothing of the kind")
    alone = device.report("另一件", visit=bad["subject"]["uid"])
    device.line = "good"
    device.flush()
    assert device.row(report)["state"] == "done"
    assert "王某" not in str(device.row(first))
    said = device.row(alone)
    assert (device.row(bad)["state"], said["state"], said["why"]) == (
        "refused",
        "waiting",
        "queue_needs_stuck",
    )
    device.page.evaluate("(id) => out.decide(id, 'without')", alone["id"])
    assert device.row(alone)["state"] == "done"


def test_photos_that_are_gone_are_counted_and_what_is_left_goes(device, desk, subject):
    device.line = "cut"
    few, none = photos(device, 2), photos(device)
    some = device.put({"title": "少一张", "subject": subject, "steps": [few]})
    rest = device.put({"title": "都没了", "subject": subject, "steps": [none, note("话还在")]})
    device.page.evaluate(
        "(ids) => load('photos').then((made) => made.dropPhotos(ids))", [few["photos"][0], *none["photos"]]
    )
    device.line = "good"
    device.flush()
    step = device.row(some)["steps"][0]
    assert (device.row(some)["state"], step["count"], step["lost"]) == ("done", 1, 1)
    assert device.row(rest)["code"] == "photos.gone"
    device.page.evaluate("(id) => out.decide(id, 'without')", rest["id"])
    assert device.row(rest)["state"] == "done"
    assert sum("话还在" in line for line in desk.log(subject["number"])) == 1


def test_what_is_on_its_way_is_not_called_back_by_trying_it_again(device, subject):
    device.line = "cut"
    row = device.put({"title": "在路上", "subject": subject, "steps": [note("在路上")]})
    told = device.page.evaluate("""async (id) => {
      const [{ change }, { name }] = [await load('queue'), await store.open()];
      let free; // somebody else is sending
      await new Promise((held) => {
        navigator.locks.request(`${name}.flush`, () => new Promise((done) => { free = done; held(); }));
      });
      await change(id, (row) => ({ ...row, state: 'sending' }));
      out.retry(id);
      const said = await out.drop(id).then(() => '', (error) => error.message);
      const state = (await out.all()).find((one) => one.id === id).state;
      free();
      return [said, state];
    }""", row["id"])  # fmt: skip
    device.page.close()
    device.open()
    device.flush()
    assert told == ["queue_on_its_way", "sending"]


def test_a_pass_that_fails_in_itself_is_told_and_comes_again(device, subject):
    told = device.page.evaluate("""async ([subject, step]) => {
      const [said, real] = [[], navigator.locks.request];
      document.addEventListener('outbox:trouble', ({ detail }) => said.push(detail.words));
      navigator.locks.request = async () => { throw new DOMException('full', 'QuotaExceededError'); };
      const { id } = await out.put({ title: '满了', subject, steps: [step] });
      await out.flush();
      const find = async () => (await out.all()).find((one) => one.id === id);
      const { why } = await find();
      navigator.locks.request = real;
      await out.flush();
      return [why, said, (await find()).state];
    }""", [subject, note("等等")])  # fmt: skip
    assert told == ["queue_disk", ["queue_disk", ""], "done"]


def test_a_new_page_forgets_what_is_old_but_nothing_that_a_draft_names(device):
    left = device.page.evaluate("""async () => {
      const db = await store.open();
      for (const id of ['drafted', 'forgotten']) await db.put('photos', { id, record: null, at: 0 });
      await store.setPref('report.draft', { photos: ['drafted'] });
      const old = { state: 'done', steps: [], n: 1e6 };
      await db.put('outbox', { ...old, id: 'old', done_at: new Date(Date.now() - 4 * 86400000).toISOString() });
      await db.put('outbox', { ...old, id: 'new', done_at: new Date().toISOString() });
      localStorage.setItem('wangge.skew', '1e300');
    }""")
    device.page.close()
    device.open()
    device.flush()
    left = device.page.evaluate("""async () => {
      const db = await store.open();
      const ids = async (name) => (await db.getAllKeys(name)).filter((id) => ['drafted', 'forgotten', 'old', 'new'].includes(id));
      const told = [await ids('photos'), await ids('outbox'), Math.abs((await load('clock')).skew() ?? 0) < 1e10];
      await store.setPref('report.draft', undefined);
      await db.delete('photos', 'drafted');
      return told;
    }""")
    assert left == [["drafted"], ["new"], True]
