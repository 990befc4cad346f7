"""The columns say what the database says: of anybody, for any filters, after anything that happened."""

import dataclasses
import inspect
import random
import re
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from server.errors import InputError, ServerError
from server.models import Issue
from server.services import conditions, intake, issues, listing, warming
from server.services.columns import NAMES as NAMES_KEPT
from server.services.columns import NEVER, asked, beside, columns_of, columns_read, current
from server.services.columns.reading import read
from server.services.columns.rows import gathered
from server.services.drafts import Draft
from server.services.filters import FIELDS, Filters
from server.services.people import system_actor
from server.words import NAMES
from server.workflow import State, WorkflowError
from tests.wandered import BEGIN, CELLS, END, history

STATES = [str(state) for state in State]


@pytest.fixture
def wandered(store, town, clock, shelf):
    """A random history, and everybody who may look at it."""
    history(store, town, shelf)
    clock.at = END
    return [system_actor(), *town.actors.values()]


def by_database(tx, actor, filters):
    return sorted(tx.session.scalars(select(Issue.id).where(listing.matching(tx, actor, filters))))


def by_columns(tx, actor, filters):
    return sorted(columns_of(tx).chosen(tx, actor, filters, ["id"])["id"].tolist())


def some(dice, codes):
    return tuple(dice.sample(sorted(codes), dice.randint(1, 3)))


def moment(dice):
    return BEGIN + (END - BEGIN) * dice.random()


def any_filters(dice, town):
    """Give one filter of each kind that there is, at random."""
    lon, lat = 122 + dice.random() * 0.02, 37 + dice.random() * 0.02
    return {
        "states": some(dice, STATES), "categories": some(dice, ("heating", "fire_door", "street_lamp")),
        "sources": some(dice, NAMES["source"]), "satisfactions": some(dice, NAMES["satisfaction"]),
        "since": moment(dice), "until": moment(dice), "ended_since": moment(dice), "ended_until": moment(dice),
        "due_since": moment(dice), "due_until": moment(dice), "overdue": True, "urgent": True, "again": True,
        "callback": True, "clocks": tuple(dice.sample(sorted(NAMES["clock"]), 2)), "holder": "me",
        "timely": some(dice, ("on_time", "late", "late"))[:1], "replies": (dice.choice(("in_time", "late")),),
        "verdicts": (dice.choice(("solved", "sent_back")),), "q": dice.choice(("坏", "没有", "2026")),
        "todo": "sent_back", "bbox": (lon - 0.01, lat - 0.01, lon, lat), "area": dice.choice(sorted(town.areas)),
        "department": "water",
    }  # fmt: skip


def same(tx, actor, filters):
    """Ask both; give how many they found, 0 where both refuse."""
    try:
        wanted = by_database(tx, actor, filters)
    except InputError as error:
        with pytest.raises(InputError, match=error.code):
            by_columns(tx, actor, filters)
        return 0
    assert by_columns(tx, actor, filters) == wanted, (actor.name, filters)
    return len(wanted)


def some_filters(dice, town):
    ways = any_filters(dice, town)
    yield {}
    yield from ({name: given} for name, given in ways.items())
    for _round in range(8):
        yield {name: ways[name] for name in dice.sample(sorted(ways), 2)}


def test_columns_and_database_find_the_same_issues_for_anybody(store, town, wandered):
    dice = random.Random(3)
    assert len(any_filters(dice, town)) == len(FIELDS)
    with store.read() as tx:
        asked = [Filters(**given) for _round in range(3) for given in some_filters(dice, town)]
        found = [same(tx, dice.choice(wandered), filters) for filters in asked]
    assert np.count_nonzero(found) > len(found) / 4


def report(store, town, at, cell="worker_lin"):
    lon, lat = CELLS[cell]
    with store.write(at) as tx:
        return intake.report(
            tx, town.actors["dispatcher_qian"], Draft("heating", "phone", "冷", lon=lon, lat=lat)
        )


def test_a_new_process_reads_them_before_it_is_asked(store, wandered):
    store.shelf.clear()
    with store.read() as tx:
        assert columns_read(tx) is None
    warming.begin(store).join()
    with store.read() as tx:
        assert len(columns_read(tx)) == len(by_database(tx, system_actor(), Filters()))


def test_what_happens_after_the_columns_were_read_is_in_them_at_the_next_question(
    store, town, wandered, clock
):
    lin = town.actors["worker_lin"]
    with store.read() as tx:
        before = columns_of(tx)
    number = report(store, town, END).number
    with store.write() as tx:
        issues.act(tx, lin, number, "take", {})
    report(store, town, BEGIN)  # history that is brought in late
    with store.read() as tx:
        after = columns_of(tx)
        assert (len(before), len(after), len(after.tail["id"])) == (len(before), len(before) + 2, 2)
        for actor in wandered:
            assert same(tx, actor, Filters(states=("handling",))) <= same(tx, actor, Filters())
        assert columns_of(tx).base is before.base


def any_step(store, town, dice, numbers):
    """Do something that an issue allows, at random; some of it wrong, which changes nothing."""
    number, dispatcher = dice.choice(numbers), town.actors["dispatcher_qian"]
    place = {"lon": 122.005 + dice.random() / 100, "lat": 37.005 + dice.random() / 100}
    steps = (
        ("dispatcher_qian", "correct", {"changes": {"place": place}, "reason": "挪错了"}),
        ("dispatcher_qian", "correct", {"changes": {"category": dice.choice(("street_lamp", "heating"))}, "reason": "x"}),
        ("supervisor_li", "merge", {"parent": dice.choice(numbers)}),
        ("supervisor_li", "unmerge", {"reason": "不是一回事"}),
        ("supervisor_li", "reopen", {"reason": "又坏了"}),
        ("supervisor_li", "whistle", {"departments": ["water"], "matter": "x", "answer_by": "2026-05-01"}),
        ("worker_lin", "take", {}), ("worker_lin", "finish", {"outcome": "好了"}), ("worker_he", "take", {}),
    )  # fmt: skip
    who, action, given = dice.choice(steps)
    try:
        with store.write() as tx:
            issues.act(tx, town.actors.get(who, dispatcher), number, action, given)
    except (ServerError, WorkflowError):
        return None
    return action


def test_whatever_is_done_between_two_questions_both_find_the_same(store, town, wandered, clock):
    dice, done = random.Random(8), Counter()
    with store.read() as tx:
        numbers = list(tx.session.scalars(select(Issue.number).order_by(Issue.id)))
        begun = columns_of(tx)
    for _round in range(8):
        clock.at += timedelta(minutes=dice.randint(0, 90))
        done.update(any_step(store, town, dice, numbers) for _step in range(12))
        with store.read() as tx:
            for _question in range(4):
                ways = any_filters(dice, town)
                name = dice.choice(sorted(ways))
                same(tx, dice.choice(wandered), Filters(**{name: ways[name]}))
            same(tx, system_actor(), Filters(states=some(dice, STATES)))
    with store.read() as tx:
        after = columns_of(tx)
        whole = read(tx, after.codes)[0]
        found = gathered(after.found(tx, system_actor(), Filters()), list(NAMES_KEPT))
    order = np.argsort(found["id"])
    assert all(
        np.array_equal(found[name][order], whole[name], equal_nan=name in ("lon", "lat")) for name in whole
    )
    assert after.base is begun.base
    assert done.total() - done[None] >= 10, done


def test_rows_kept_apart_are_laid_together_when_they_are_many(store, town, wandered, monkeypatch):
    with store.read() as tx:
        before = columns_of(tx)
    monkeypatch.setattr(current, "MOST_APART", 1)
    with store.read() as tx:
        taken = tx.session.scalars(select(Issue.number).where(Issue.state == "handling").limit(2)).all()
    for number in taken:
        with store.write() as tx:
            issues.act(tx, town.actors["supervisor_li"], number, "supervise", {"text": "快些"})
        with store.read() as tx:
            columns_of(tx)
    with store.read() as tx:
        after = columns_of(tx)
        assert (len(after), len(after.tail["id"]), after.alive) == (len(before), 0, None)
        assert after.base is not before.base
        same(tx, system_actor(), Filters())


def test_what_is_not_committed_is_seen_by_its_own_transaction_alone(store, town, wandered):
    with store.read() as tx:
        many = len(columns_of(tx))

    class Undone(Exception):
        pass

    with pytest.raises(Undone), store.write() as tx:
        intake.report(
            tx, town.actors["dispatcher_qian"], Draft("heating", "phone", "冷", lon=122.015, lat=37.015)
        )
        assert len(columns_of(tx)) == many + 1
        raise Undone
    with store.read() as tx:
        assert len(columns_of(tx)) == many
        assert same(tx, system_actor(), Filters()) == many


def test_a_column_is_as_long_as_the_issues_are_many_and_none_stands_for_nothing(store, town, wandered):
    with store.read() as tx:
        kept = columns_of(tx)
        found = kept.chosen(tx, system_actor(), Filters(), ("id", "lon", "ended_us", "state", "satisfaction"))
        rows = tx.session.execute(
            select(Issue.id, Issue.lon, Issue.ended_at, Issue.state, Issue.satisfaction)
        )
        wanted = {row.id: row for row in rows}
    assert len(kept) == len(wanted)
    for key, lon, ended_us, state, satisfaction in zip(*found.values(), strict=True):
        row = wanted[key]
        assert (lon, ended_us == NEVER) == (row.lon, row.ended_at is None)
        assert kept.codes["state"][state] == row.state
        assert row.satisfaction == (kept.codes["satisfaction"][satisfaction] if satisfaction >= 0 else None)


def test_every_filter_is_said_to_the_database_and_over_the_columns():
    for module in (conditions, asked):
        read = set(re.findall(r"\bfilters\.(\w+)", inspect.getsource(module)))
        assert read >= {one.name for one in dataclasses.fields(Filters)}, module


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_made_of_the_many_stays_while_the_few_change(store):
    made = Counter()
    whole = {"id": np.arange(9)}
    with store.read() as tx:
        for change in range(10):
            for name, columns in (("whole", whole), (change, {"id": np.arange(change)})):
                beside(tx, columns, "test", lambda name=name: made.update([name]))
        assert len(tx.store.shelf["columns beside"]["test"]) <= 4
    assert set(made.values()) == {1}
