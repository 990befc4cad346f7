"""Many issues read whole at once: as each alone, and not one statement more for it."""

from datetime import timedelta

import pytest

from server.api.telling import issue_told
from server.errors import NotFound
from server.services import album, intake, issues
from server.services.drafts import Draft
from server.services.field.work import WHOLE_MOST, whole, work
from server.services.issue_view import one
from server.services.supervising import supervise
from server.services.time_left import timer_of
from tests.statements import counted


def sent_for(store, actor, numbers):
    """Count the statements with which issues are read whole and told."""
    with store.read() as tx, counted(store) as sent:
        timer = timer_of(tx)
        for found in whole(tx, actor, numbers):
            issue_told(tx, found.view, found.brief, timer)
    return len(sent)


def alone(tx, actor, number):
    try:
        return one(tx, actor, number), album.of_issue(tx, actor, number)
    except NotFound:
        return None


@pytest.mark.parametrize("login", ["leader_zhao", "worker_lin", "supervisor_li", "handler_sun"])
def test_each_of_many_is_as_if_read_alone(store, town, lived, login):
    actor = town.actors[login]
    for start in range(0, len(lived), WHOLE_MOST):
        numbers = lived[start : start + WHOLE_MOST]
        with store.read() as tx:
            found = [(each.view, each.photos) for each in whole(tx, actor, numbers)]
            assert found == [each for number in numbers if (each := alone(tx, actor, number))]


def test_many_take_as_many_statements_as_a_few(store, town, scattered):
    actor = town.actors["leader_zhao"]
    with store.read() as tx:
        numbers = [found.brief.number for found in work(tx, actor).issues[:WHOLE_MOST]]
    assert len(numbers) == WHOLE_MOST
    sent_for(store, actor, numbers)
    assert sent_for(store, actor, numbers) <= sent_for(store, actor, numbers[:2]) + 4  # names of more kinds


def test_two_pressings_of_one_minute_say_why_each_was_and_who_was_told(store, town, clock):
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        lin = town.actors["worker_lin"]
        issues.act(tx, lin, number, "take", {})
        until = (clock.at + timedelta(days=2)).isoformat()
        called = {"departments": ["heating"], "matter": "查管道", "answer_by": until}
        issues.act(tx, lin, number, "whistle", called)
    clock.at += timedelta(days=40)
    supervise(store)
    with store.read() as tx:
        (found,) = whole(tx, lin, [number])
        log = issue_told(tx, found.view, found.brief)["log"]
    first, second = (step for step in log if step["action"] == "supervise")
    assert first["at"] == second["at"]
    said = dict(step["words"].split("，", 1) for step in (first, second))
    assert said["已超期"].split("，")[-1].startswith("告知 ")
    assert found.view.whistles[0].department in said["逾期未报到"]
