"""What is left of a limit, told by the device alone: the service's own words and colour."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from server.config import load
from server.db import Store
from server.pages.times import left_words
from server.services.briefs import clock_of
from server.services.field.offers import working_time
from server.services.time_left import FAR, timer_of
from server.tablet.words import words
from server.upgrade import upgrade
from server.words import LANGUAGES, speaking
from server.workflow import State
from server.worktime import Limit, due
from tests.browser.bare import HOST, bare_page
from tests.conftest import HandClock

pytestmark = pytest.mark.browser
CATEGORIES = ("heating", "street_lamp", "bins_lacking", "parking", "dogs", "road_damage", "lift_fault")
# Seven weeks across the new year, Spring Festival and National Day, of which the days off are published.
MADE = [
    datetime(2026, month, day, 3, 7, tzinfo=UTC)
    for month, day in ((1, 2), (2, 10), (3, 12), (9, 20), (11, 22))
]
ASK = """async ([url, told]) => {
  const { left } = await import(url);
  return told.flatMap(({ ground, cases }) => cases.map(([issue, now]) => {
    const { colour, words, whole } = left(issue, ground, new Date(now));
    return [colour, words, whole];
  }));
}"""


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory):
    """An empty store with its rules, and the clock that it goes by."""
    clock = HandClock()
    folder = tmp_path_factory.mktemp("rules")
    store = Store(load({"dir": str(folder), "secret_key": "left-" * 8}, environment={}), clock)
    upgrade(store)
    yield store, clock
    store.close()


def on_device(tx):
    """What of the ground a tablet needs to count time."""
    time = working_time(tx)
    stretches = [[one.isoformat() for one in stretch] for stretch in time.stretches]
    return {"working": stretches, "limits": {"work_day_s": time.day.total_seconds(), "far_days": FAR.days}}


def issues_at(dice, timer, count):
    """Issues of all kinds and states: their dues lie at random, at an edge of working time, or a breath away."""
    for _ in range(count):
        category, urgent = dice.choice(CATEGORIES), dice.random() < 0.2
        limit = timer.rules.limit(category, "total", urgent=urgent)
        start = timer.now - timedelta(minutes=dice.randrange(60_000))
        due_at = dice.choice([
            due(start, Limit(limit.kind, max(1, limit.amount // dice.choice((1, 2, 5)))), timer.rules.calendar),
            timer.now + timedelta(seconds=dice.randrange(-2_700_000, 2_700_000)),
            timer.now + timedelta(seconds=dice.choice((-61, -60, -1, 0, 1, 59, 60, 3600, 86_400, 2_592_000, 2_592_001))),
            None,
        ])  # fmt: skip
        amber_at = due_at and timer.rules.amber(min(start, due_at), due_at, limit.kind)
        yield category, urgent, limit.kind, dice.choice([*State]), due_at, amber_at


def expected(timer, found):
    category, urgent, _kind, state, due_at, amber_at = found
    colour = clock_of(state, amber_at, due_at, timer.now)
    left = timer.left(category, due_at, urgent=urgent) if colour != "none" else None
    return [colour, left_words(left), left_words(left, whole=True)]


def told(found, now):
    _category, _urgent, kind, state, due_at, amber_at = found
    issue = {"state": {"code": state}, "clock_kind": "natural" if kind.by_the_wall else "work"}
    issue |= {"due_at": due_at and due_at.isoformat(), "amber_at": amber_at and amber_at.isoformat()}
    return [issue, now.isoformat()]


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_device_says_what_is_left_as_the_service_does(chromium, rulebook, spoken):
    (store, clock), dice = rulebook, random.Random(spoken)
    asked, wanted = [], []
    with speaking(spoken):
        for made in MADE:
            clock.at = made
            with store.read() as tx:
                ground, cases = on_device(tx), []
            for hours in (0, 0.01, 5, 26, 100, 13.9 * 24):  # without a network for up to two weeks
                clock.at = made + timedelta(seconds=round(hours * 3600))
                with store.read() as tx:
                    timer = timer_of(tx)
                found = list(issues_at(dice, timer, 25))
                cases += [told(one, timer.now) for one in found]
                wanted += [expected(timer, one) for one in found]
            asked.append({"ground": ground, "cases": cases})
        said = words()
    with bare_page(chromium, json.dumps({"words": said})) as page:
        answers = page.evaluate(ASK, [f"{HOST}/js/tablet/left.js", asked])
    assert answers == wanted
    assert {colour for colour, *_ in wanted} == {"none", "green", "amber", "red"}


def test_without_the_ground_or_long_after_it_was_made_time_is_counted_by_the_wall(chromium):
    issue = {"state": {"code": "handling"}, "clock_kind": "work", "due_at": "2026-11-23T03:00:00Z"}
    old = {
        "working": [["2026-01-05T00:30:00Z", "2026-01-05T04:00:00Z"]],
        "limits": {"work_day_s": 27_000, "far_days": 30},
    }
    cases = [[issue, "2026-11-22T01:00:00Z"], [{**issue, "predicted": "suspended"}, "2026-11-22T01:00:00Z"]]
    with bare_page(chromium, json.dumps({"words": words()})) as page:
        for ground in (None, old):
            answers = page.evaluate(ASK, [f"{HOST}/js/tablet/left.js", [{"ground": ground, "cases": cases}]])
            assert answers == [["green", "还剩 1 天 2 小时", "还剩 1 天 2 小时"], ["none", "", ""]]
