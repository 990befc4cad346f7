"""Two people at once, in two processes: one after the other, both whole, and nobody is met by a fault."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest
from sqlalchemy import select, text

from server.db import Store
from server.errors import Busy, Conflict, InputError
from server.models import Issue
from server.services import intake, issues
from server.services.checkup import examine
from server.services.drafts import Draft
from server.workflow import IllegalAction

pytestmark = pytest.mark.parametrize("database_url", ["postgis"], indirect=True)
REFUSED = (Busy, Conflict, IllegalAction, InputError)
TURNS, MOMENT_S = 500, 0.02
BLOCKED = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
DRAFT = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015, reporter_name="王阿姨")


@pytest.fixture
def other(store):
    """The same database as another process opens it."""
    other = Store(store.config, store.clock)
    yield other
    other.close()


@pytest.fixture
def numbers(store, town):
    """Three issues that worker_lin has, not yet taken."""
    with store.write() as tx:
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], [DRAFT] * 3)]


@pytest.fixture
def family(store, town, numbers):
    """The first of them, with the two others merged into it."""
    for child in numbers[1:]:
        assert attempt(store, town, ("leader_zhao", child, "merge", {"parent": numbers[0]})) is None
    return numbers


def attempt(store, town, step, ready=None):
    """Take a step; give the code with which it was refused, if it was."""
    login, number, action, given = step
    try:
        with store.write() as tx:
            if ready is not None:
                ready.wait(20)
            issues.act(tx, town.actors[login], number, action, given)
    except REFUSED as refused:
        return refused.code
    return None


def beside(store, other, town, first, second):
    """Take the second step while the first is written and not yet there for all; tell how the second ended."""
    login, number, action, given = first
    with ThreadPoolExecutor(1) as pool:
        with store.write() as tx:
            issues.act(tx, town.actors[login], number, action, given)
            later = pool.submit(attempt, other, town, second)
            with store.engine.connect() as watching:
                for _ in range(TURNS):
                    if wait([later], MOMENT_S).done or watching.scalar(BLOCKED):
                        break
        return later.result(20)


def stands(store, numbers):
    """Make sure the store is well; tell each issue's state and how many are merged into it."""
    with store.read() as tx:
        assert examine(tx, 10).complaints == ()
        rows = tx.session.execute(select(Issue.number, Issue.state, Issue.repeats)).all()
    told = {row.number: (row.state, row.repeats) for row in rows}
    return [told[number] for number in numbers]


def merge(child, parent):
    return "leader_zhao", child, "merge", {"parent": parent}


def unmerge(child):
    return "leader_zhao", child, "unmerge", {"reason": "不是一回事"}


def test_of_two_issues_each_merged_into_the_other_one_is_left(store, other, town, numbers):
    one, two, _ = numbers
    assert beside(store, other, town, merge(one, two), merge(two, one)) in ("merge.ended", "action.illegal")
    assert stands(store, numbers)[:2] == [("merged", 0), ("dispatched", 1)]


def test_two_merged_into_one_at_once_are_both_counted(store, other, town, numbers):
    one, two, three = numbers
    assert beside(store, other, town, merge(two, one), merge(three, one)) is None
    assert stands(store, numbers) == [("dispatched", 2), ("merged", 0), ("merged", 0)]


def test_two_unmerged_from_one_at_once_are_both_taken_off(store, other, town, family):
    _one, two, three = family
    assert beside(store, other, town, unmerge(two), unmerge(three)) is None
    assert stands(store, family) == [("dispatched", 0), ("reported", 0), ("reported", 0)]


def test_one_is_unmerged_while_another_is_merged(store, other, town, numbers):
    one, two, three = numbers
    attempt(store, town, merge(two, one))
    assert beside(store, other, town, unmerge(two), merge(three, one)) is None
    assert stands(store, numbers) == [("dispatched", 1), ("reported", 0), ("merged", 0)]


@pytest.mark.parametrize("is_first", [True, False])
def test_one_is_acted_on_while_another_is_merged_into_it(store, other, town, numbers, is_first):
    steps = [("worker_lin", numbers[0], "take", {}), merge(numbers[1], numbers[0])]
    assert beside(store, other, town, *(steps if is_first else steps[::-1])) is None
    assert stands(store, numbers)[:2] == [("handling", 1), ("merged", 0)]


@pytest.mark.parametrize("is_first", [True, False])
def test_one_is_acted_on_while_another_is_unmerged_from_it(store, other, town, family, is_first):
    steps = [("worker_lin", family[0], "take", {}), unmerge(family[1])]
    assert beside(store, other, town, *(steps if is_first else steps[::-1])) is None
    assert stands(store, family) == [("handling", 1), ("reported", 0), ("merged", 0)]


def test_one_that_others_are_merged_into_is_not_itself_merged_at_that_moment(store, other, town, numbers):
    one, two, three = numbers
    assert beside(store, other, town, merge(two, one), merge(one, three)) == "action.illegal"
    assert stands(store, numbers) == [("dispatched", 1), ("merged", 0), ("dispatched", 0)]


@pytest.mark.parametrize("turn", range(3))
def test_whoever_comes_first_nobody_meets_a_fault(store, other, town, numbers, turn):
    one, two, three = numbers[turn:] + numbers[:turn]
    pairs = [
        (merge(one, two), merge(two, one)),
        (merge(three, one), merge(three, two)),
        (unmerge(three), ("worker_lin", two, "take", {})),
    ]
    for pair in pairs:
        ready = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            ran = [
                pool.submit(attempt, at, town, step, ready)
                for at, step in zip((store, other), pair, strict=True)
            ]
            for one_ran in ran:
                one_ran.result(20)
        stands(store, numbers)
