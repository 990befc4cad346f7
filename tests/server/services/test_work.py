"""My desk: every figure is what its list holds, for everybody, in a fixed number of questions."""

from datetime import timedelta

import pytest

from server.models import Ask, Whistle
from server.services import issues, listing, triage, work
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.intake import report_many
from server.workflow import Role
from tests.personas import PERSONAS
from tests.statements import counted


@pytest.fixture
def busy(store, town, scattered):
    """Beside what is scattered: something taken, handled and sent back, a request, a call."""
    with store.write() as tx:
        lin, zhao = town.actors["worker_lin"], town.actors["leader_zhao"]
        drafts = [Draft("dogs", "hotline", "请处理", lon=122.015, lat=37.015) for _ in range(4)]
        numbers = [one.number for one in report_many(tx, town.actors["dispatcher_qian"], drafts)]
        for number in numbers[1:]:
            issues.act(tx, lin, number, "take", {})
        for number in numbers[2:]:
            issues.act(tx, lin, number, "finish", {"outcome": "已劝离"})
        issues.act(tx, zhao, numbers[3], "rework", {"reason": "仍有反映"})
        sent_back = issues.one(tx, lin, numbers[3]).issue
        unit = town.actors["handler_sun"].department_id
        tx.session.add(Whistle(issue_id=sent_back.id, seq=9, department_id=unit, answer_by=tx.now, at=tx.now))
        tx.session.add(
            Ask(
                issue_id=sent_back.id,
                round=1,
                kind="suspend",
                state="open",
                at=tx.now,
                until=tx.now + timedelta(9),
            )
        )
    return numbers


@pytest.fixture
def desk_of(store, town, busy):
    def desk_of(login):
        with store.read() as tx:
            return work.desk(tx, town.actors[login])

    return desk_of


def tiles(sections):
    return {tile.key: tile.count for section in sections for tile in section.tiles}


@pytest.mark.parametrize("login", PERSONAS)
def test_each_figure_is_what_its_list_holds(login, store, town, desk_of):
    actor = town.actors[login]
    for section in desk_of(login):
        for tile in (one for one in section.tiles if one.place == "issues"):
            with store.read() as tx:
                wanted = listing.count(tx, actor, Filters.parse(tile.query, tx.config.zone))
            assert tile.count == wanted, tile.key
        assert [one.role for one in desk_of(login)] == [role for role in work._TILES if role in actor.roles]


def test_a_workers_tasks_stand_by_their_clock(desk_of, busy):
    (section,) = desk_of("worker_lin")
    found = tiles([section])
    assert section.role == Role.WORKER
    assert (found["in_hand"], found["sent_back"]) == (2, 1)
    assert (
        found["mine_red"] + found["mine_amber"] + found["mine_green"] == found["to_take"] + found["in_hand"]
    )
    dues = [one.due_at for one in section.briefs]
    assert dues == sorted(dues)


def test_the_others_find_what_waits_for_them(store, town, desk_of):
    assert tiles(desk_of("leader_zhao"))["to_verify"] == 1
    assert tiles(desk_of("supervisor_li"))["ask_suspend"] == 1
    assert tiles(desk_of("handler_sun"))["to_answer"] == 1
    dispatcher = desk_of("dispatcher_qian")[0].tiles
    with store.read() as tx:
        assert (dispatcher[0].count, dispatcher[0].oldest) == triage.count(tx, town.actors["dispatcher_qian"])
    assert desk_of("admin_wu")[0].tiles == ()


def test_the_desk_asks_as_much_of_the_database_however_many_issues_there_are(store, town, busy):
    def asked(login):
        with store.read() as tx, counted(store) as sent:
            work.desk(tx, town.actors[login])
        return len(sent)

    roles = ("worker_lin", "leader_zhao", "dispatcher_qian", "handler_sun", "supervisor_li")
    [asked(login) for login in roles]  # what is kept from one question to the next
    before = [asked(login) for login in roles]
    with store.write() as tx:
        drafts = [Draft("heating", "hotline", "请处理", lon=122.015, lat=37.015) for _ in range(30)]
        report_many(tx, town.actors["dispatcher_qian"], drafts)
    assert [asked(login) for login in roles] == before
    assert max(before) <= 25


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_sent_back_in_an_earlier_round_is_no_longer_sent_back(store, town, busy, desk_of):
    assert tiles(desk_of("worker_lin"))["sent_back"] == 1
    with store.write() as tx:
        lin = {"holder": f"person:{town.people['worker_lin']}"}
        for login, action, given in (
            ("worker_lin", "finish", {"outcome": "已劝离"}),
            ("leader_zhao", "pass", {}),
            ("dispatcher_qian", "survey", {"satisfaction": "satisfied"}),
            ("leader_zhao", "reopen", {"reason": "又有反映"}),
            ("leader_zhao", "dispatch", lin),
            ("worker_lin", "take", {}),
        ):
            issues.act(tx, town.actors[login], busy[3], action, given)
    assert tiles(desk_of("worker_lin"))["sent_back"] == 0
