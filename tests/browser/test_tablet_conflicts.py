"""Whatever devices and desks do in whatever order: each act is done exactly once, or refused in sight of who did it."""

import random

import pytest

from tests.browser.field_devices import Desk, Device

pytestmark = pytest.mark.browser
SEEDS = (1, 2)
STEPS = 12
STUCK = {"refused", "decide"}
ACTS = {"note": "text", "take": "text", "finish": "outcome", "return": "reason", "escalate": "reason"}
DESK = ("note", "urge", "correct", "reassign", "transfer")


class Game:
    """Two devices and a desk at the same few issues, each knowing only what it last saw."""

    def __init__(self, seed, devices, desk):
        self.random, self.devices, self.desk = random.Random(seed), devices, desk
        self.count, self.said, self.seen = 0, [], {}
        self.given_up, self.photos = set(), {}
        self.seed = seed
        first = [device.report(f"{seed} 号局面 {n}") for n, device in enumerate(devices)]
        for device in devices:
            device.flush()
        rows = [device.row(one) for device, one in zip(devices, first, strict=True)]
        self.subjects = [row["subject"] for row in rows]
        for device in devices:
            self.look(device)

    def words(self):
        self.count += 1
        return f"第{self.seed}局第{self.count}句。"

    def look(self, device):
        """Let a device see how the issues stand now."""
        for one in self.subjects:
            self.seen[device, one["number"]] = self.desk.get(f"/issues/{one['number']}")["version"]

    def device_acts(self, device):
        subject, words = self.random.choice(self.subjects), self.words()
        action = self.random.choice([*ACTS, "note", "finish"])
        version = None if action == "note" else self.seen[device, subject["number"]]
        said = device.act(subject, action, version, **{ACTS[action]: words})
        self.said.append((said["id"], words))

    def device_reports(self, device):
        words = self.words()
        record = device.report(words)
        act = device.act(record["subject"], "note", None, text=f"{words}后话")
        self.said.append((act["id"], f"{words}后话"))

    def device_settles(self, device):
        """Report with a photo, and close it at once: three steps in one record, any of which may be the last to arrive."""
        words, photos = self.words(), [device.photo(), device.photo()]
        record = device.settle(words, *photos)
        self.said.append((record["id"], words))
        self.photos[record["id"]] = photos

    def person_looks(self, device):
        """Whoever finds something waiting says it otherwise, tries again, decides, or gives it up."""
        rows = [row for row in device.rows() if row["state"] != "done"]
        if not rows:
            return
        row, words = self.random.choice(rows), self.words()
        match self.random.choice(("edit", "edit", "retry", "decide", "decide", "drop")):
            case "edit":
                if device.edit(row, words):
                    self.said = [(one, words if one == row["id"] else was) for one, was in self.said]
            case "retry":
                device.call("retry", row["id"])
            case "decide":
                device.call("decide", row["id"], self.random.choice(("anyway", "note", "without")))
            case "drop":
                if device.call("drop", row["id"]):
                    self.given_up.add(row["id"])

    def desk_acts(self, _device):
        number, action = self.random.choice(self.subjects)["number"], self.random.choice(DESK)
        given = {
            "note": {"text": "桌上记一笔"},
            "urge": {"text": "请快些"},
            "correct": {"reason": "急", "changes": {"urgent": self.random.random() < 0.5}},
        }.get(action)
        if given is None:
            holders = [one["holder"] for one in self.desk.get(f"/issues/{number}/candidates")["items"]]
            given = {"reason": "换人", "holder": self.random.choice(holders)}
        self.desk.act(number, action, **given)

    def step(self):
        device = self.random.choice(self.devices)
        moves = [self.device_acts] * 5 + [self.device_reports, self.device_settles, *[self.desk_acts] * 2]
        self.random.choice([*moves, *[self.person_looks] * 3])(device)
        if device.line == "good" and self.random.random() < 0.3:
            self.look(device)
        match self.random.randrange(6):
            case 0:
                device.kill(self.random.choice((0, 5, 20, 60)))
            case 1 | 2:
                device.line = self.random.choice(("good", "cut", "lost"))
                device.flush()
            case 3:
                device.offline(self.random.random() < 0.5)

    def end(self):
        for device in self.devices:
            device.offline(False)
            device.line = "good"
        for device in self.devices:
            for _ in range(2):
                device.page.evaluate("() => out.retryAll()")


def says_why(rows):
    """Nothing waits but behind what asks for a decision, and each says why."""
    blocked = {row["subject"]["uid"] for row in rows if row["state"] in STUCK}
    for row in rows:
        assert row["state"] in STUCK | {"done", "waiting"}, row
        assert row["state"] == "done" or row["why"], row
        assert row["state"] != "waiting" or row["subject"]["uid"] in blocked, row


def judged(game):
    """Compare what each device says of its acts with the ledgers."""
    rows = {row["id"]: row for device in game.devices for row in device.rows()}
    says_why(rows.values())
    logs = {}
    for record, words in game.said:
        if record in game.given_up:
            continue
        row = rows[record]
        number = row["subject"]["number"]
        if number is None:
            assert row["state"] != "done"
            continue
        if number not in logs:
            logs[number] = game.desk.log(number)
        times = sum(words in line for line in logs[number])
        assert times == (row["state"] == "done"), (row, logs[number])
        if row["state"] == "done":
            at = next(n for n, line in enumerate(logs[number], 1) if words in line)
            assert at <= row["steps"][-1]["answer"]["version"] <= len(logs[number])

    for record, photos in game.photos.items():
        if record in rows and rows[record]["state"] == "done":
            told = game.desk.get(f"/issues/{rows[record]['subject']['number']}/photos")["items"]
            assert sorted(one["uid"] for one in told) == sorted(photos)


def played(seed, site, chromium, sessions):
    logins = ("worker_lin", random.Random(seed).choice(("worker_lin", "worker_he")))
    devices = [Device(site, chromium, sessions(login)) for login in logins]
    game = Game(seed, devices, Desk(site, chromium, sessions("leader_zhao")))
    for _ in range(STEPS):
        game.step()
    game.end()
    judged(game)
    uids = [
        row["subject"]["uid"]
        for device in devices
        for row in device.rows()
        if row["steps"][0]["kind"] == "report"
    ]
    listed = [one["uid"] for one in game.desk.get("/issues?limit=200")["items"]]
    assert all(listed.count(uid) == 1 for uid in uids)
    for one in (*devices, game.desk):
        one.context.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_act_is_done_once_or_refused_in_sight(seed, site, chromium, sessions):
    played(seed, site, chromium, sessions)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 160))
def test_every_act_is_done_once_or_refused_in_sight_in_many_more_orders(seed, site, chromium, sessions):
    played(seed, site, chromium, sessions)
