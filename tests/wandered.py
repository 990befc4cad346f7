"""A random history of three months: every way through the loop, at random hours, from a fixed seed."""

import random
from datetime import UTC, datetime, timedelta

from server.services import intake, issues
from server.services.drafts import Draft
from tests.recount import facts

__all__ = ["END", "history", "wander"]

BEGIN, END = datetime(2025, 12, 10, tzinfo=UTC), datetime(2026, 3, 10, 2, tzinfo=UTC)
CELLS = {"worker_lin": (122.015, 37.015), "worker_he": (122.005, 37.005)}
CATEGORIES = ("heating", "fire_door", "solar_heater_loose", "street_lamp", "illegal_structure")
TAKE, FINISH = ("holder", "take", {}), ("holder", "finish", {"outcome": "修好了"})
PASS = ("leader_zhao", "pass", {})
CLOSE = ("dispatcher_qian", "survey", {"contacted": "yes", "satisfaction": "*"})
OBJECT = ("dispatcher_qian", "object", {"reason": "还是不热"})
REOPEN = ("supervisor_li", "reopen", {"reason": "又坏了"})
ASK = ("holder", "ask_suspend", {"review_date": "2026-06-01", "reason": "等改造", "told": "已说明"})
SUSPEND, RESUME = ("supervisor_li", "suspend", {}), ("supervisor_li", "resume", {})
LIVES = (
    (), (TAKE,), (TAKE, FINISH), (TAKE, FINISH, PASS), (TAKE, FINISH, PASS, CLOSE), (TAKE, FINISH, PASS, CLOSE),
    (("holder", "settle", {"outcome": "当场修好"}), PASS, CLOSE),
    (TAKE, FINISH, PASS, OBJECT, FINISH), (TAKE, FINISH, PASS, OBJECT, FINISH, PASS, CLOSE),
    (TAKE, ASK, SUSPEND), (TAKE, ASK, SUSPEND, RESUME, FINISH, PASS, CLOSE),
    (TAKE, FINISH, PASS, CLOSE, REOPEN), (TAKE, ("holder", "return", {"reason": "不是我的"})),
    (TAKE, ("holder", "return", {"reason": "不是我的"}), ("leader_zhao", "reject", {"reason": "非本区", "told": "已说明"})),
)  # fmt: skip


def wander(store, town, count=28, seed=5):
    """Report so many issues and take each through a life of its own."""
    dice = random.Random(seed)
    for index in range(count):
        at = BEGIN + (END - BEGIN) * dice.random() * 0.97
        login, category = dice.choice(sorted(CELLS)), dice.choice(CATEGORIES)
        lon, lat = CELLS[login]
        draft = Draft(category, dice.choice(("phone", "wechat", "hotline")), "坏了", lon=lon, lat=lat,
                      reporter_phone="13812345678" if index % 4 else "")  # fmt: skip
        with store.write(at) as tx:
            number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        for who, action, given in LIVES[index % len(LIVES)]:
            at += timedelta(hours=dice.choice((0.2, 3, 20, 50, 120)) * dice.random())
            if at >= END:
                break
            said = (
                {**given, "satisfaction": dice.choice(("satisfied", "basically", "dissatisfied"))}
                if "*" in given.values()
                else given
            )
            with store.write(at) as tx:
                view = issues.act(tx, town.actors[login if who == "holder" else who], number, action, said)
            if view.issue.state == "closed" and action == "pass":  # nobody waits to be called back
                break


def history(store, town, shelf):
    """Lay the random history into a store, made once for all who ask; gives what its raw entries say."""

    def make():
        wander(store, town)
        with store.read() as tx:
            return facts(tx)

    return shelf.fill(store, "wandered", make)
