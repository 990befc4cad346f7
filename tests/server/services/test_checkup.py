"""The doctor: a store that lived is well; one row changed behind the program's back is named, and nothing else."""

import gc
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update

from server.models import Ask, DayCounter, Entry, Issue, Person, PrivateText, Whistle
from server.services import intake, issues
from server.services.checkup import Complaint, examine
from server.services.drafts import Draft


@pytest.fixture
def numbers(lived):
    return lived


def id_of(tx, number):
    return tx.session.scalar(select(Issue.id).where(Issue.number == number))


def of(tx, number, **values):
    tx.session.execute(update(Issue).where(Issue.number == number).values(**values))


def give_otherwise(tx, number):
    """Change what an entry holds, as somebody would who first took the guards away."""
    for statement in (
        ["DROP TRIGGER entry_no_update"] if tx.on_sqlite else ["DROP TRIGGER entry_no_change ON entry"]
    ):
        tx.session.execute(text(statement))
    mine = (Entry.issue_id == id_of(tx, number), Entry.action == "report")
    given = tx.session.scalar(select(Entry.given).where(*mine))
    tx.session.execute(update(Entry).where(*mine).values(given={**given, "source": "box"}))


def unite(tx, number):
    """Say of an issue that is at work that it was merged into the one that was merged."""
    of(tx, number, parent_id=tx.session.scalar(select(Issue.id).where(Issue.state == "merged")))


CHANGES = {
    "an entry": (0, give_otherwise, ["doctor.chain", "doctor.fold"]),
    "a state": (0, lambda tx, number: of(tx, number, state="dispatched"), ["doctor.fold"]),
    "a due": (0, lambda tx, number: of(tx, number, due_at=tx.now + timedelta(days=30)), ["doctor.fold"]),
    "an amber": (0, lambda tx, number: of(tx, number, amber_at=None), ["doctor.due"]),
    "a stage": (
        0,
        lambda tx, number: of(tx, number, stage_due_at=tx.now + timedelta(days=900)),
        ["doctor.due"],
    ),
    "a review": (2, lambda tx, number: of(tx, number, review_at=None), ["doctor.fold"]),
    "sealed words": (
        5,
        lambda tx, number: tx.session.execute(
            update(PrivateText)
            .where(PrivateText.issue_id == id_of(tx, number), PrivateText.kind == "reporter_name")
            .values(ciphertext=b"x" * 40)
        ),
        ["doctor.text"],
    ),
    "sealed words that are gone": (
        5,
        lambda tx, number: tx.session.execute(
            delete(PrivateText).where(
                PrivateText.issue_id == id_of(tx, number), PrivateText.kind == "reporter_name"
            )
        ),
        ["doctor.text_missing"],
    ),
    "a request": (0, lambda tx, _number: tx.session.execute(update(Ask).where(Ask.kind == "extend").values(state="refused")), ["doctor.ask"]),
    "a request that is gone": (2, lambda tx, _number: tx.session.execute(delete(Ask).where(Ask.kind == "suspend")), ["doctor.ask"]),
    "a whistle": (1, lambda tx, _number: tx.session.execute(update(Whistle).values(result="cannot")), ["doctor.whistle"]),
    "a whistle that is gone": (1, lambda tx, _number: tx.session.execute(delete(Whistle)), ["doctor.whistle"]),
    "a count": (0, lambda tx, number: of(tx, number, repeats=4), ["doctor.repeats"]),
    "a parent": (5, unite, ["doctor.fold", "doctor.parent", "doctor.repeats"]),
    "a counter": (None, lambda tx, _number: tx.session.execute(update(DayCounter).values(last=3)), ["doctor.counter"]),
}  # fmt: skip


LATER = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)
VALUES = {
    "version": (0, 9), "ended_at": (4, LATER), "updated_at": (0, LATER), "reported_at": (0, LATER),
    "received_at": (0, LATER), "dispatched_at": (0, LATER), "stage_at": (0, LATER), "review_at": (2, LATER),
    "quantity": (4, 20.0), "unit": (4, "米"), "money_fen": (4, 100), "satisfaction": (4, "basically"),
    "callback": (0, False), "needs_check": (5, True), "source": (5, "patrol"), "how": (5, "edge"),
    "distance_m": (5, 3.0), "boundary_id": (5, None), "urgent": (0, True), "round": (0, 2), "hand_offs": (0, 1),
    "attempts": (4, 1), "final": (0, True), "category": (0, "dogs"),
}  # fmt: skip


def complaints(store):
    with store.read() as tx:
        return examine(tx, 100).complaints


def test_a_store_in_which_the_loop_has_run_is_well(store, numbers):
    assert complaints(store) == ()


def test_an_empty_store_is_well_and_no_cursor_is_left_open(store):
    assert complaints(store) == ()
    gc.collect()  # one that was not closed warns


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_behind_the_programs_back_is_named(store, numbers, what):
    which, change, expected = CHANGES[what]
    with store.write() as tx:
        change(tx, numbers[which or 0])
    found = complaints(store)
    assert sorted(one.code for one in found) == expected
    if which is not None:
        assert numbers[which] in {one.values["number"] for one in found}


def test_each_value_that_the_entries_tell_is_compared_with_them(store, numbers):
    gone = [(name, (4, None)) for name in ("ended_at", "dispatched_at", "quantity", "satisfaction")]
    for name, (which, value) in [*VALUES.items(), *gone]:
        with store.write() as tx:
            of(tx, numbers[which], **{name: value})
            told = [one for one in examine(tx, 1).complaints if one.code == "doctor.fold"]
            assert told == [Complaint("doctor.fold", {"number": numbers[which], "fields": name})]
            tx.session.rollback()


def act(store, town, number, *steps):
    for login, action, given in steps:
        with store.write() as tx:
            issues.act(tx, town.actors[login], number, action, given)


def test_what_was_done_counts_no_more_once_it_is_worked_on_again(store, town, numbers):
    done = {"outcome": "换了阀门", "quantity": 2, "unit": "个", "money": 70.25}
    again = ("leader_zhao", "rework", {"reason": "仍漏水"})
    act(store, town, numbers[5], ("worker_lin", "take", {}), ("worker_lin", "finish", done))
    assert complaints(store) == ()
    act(store, town, numbers[5], again)
    assert complaints(store) == ()
    with store.write() as tx:
        of(tx, numbers[5], quantity=2.0, unit="个", money_fen=7025)
    assert [one.values["fields"] for one in complaints(store)] == ["quantity、unit、money_fen"]


def test_who_waits_to_be_called_back_comes_and_goes_with_what_is_merged(store, town, numbers):
    with store.write() as tx:
        seen = Draft("heating", "patrol", "暖气不热", lon=122.015, lat=37.015)
        parent = intake.report(tx, town.actors["worker_lin"], seen).number
    waits = []
    for action, given in (("merge", {"parent": parent}), ("unmerge", {"reason": "不是一回事"})):
        act(store, town, numbers[5], ("leader_zhao", action, given))
        with store.read() as tx:
            waits.append(tx.session.scalar(select(Issue.callback).where(Issue.number == parent)))
        assert complaints(store) == ()
    assert waits == [True, False]
    with store.write() as tx:
        of(tx, parent, callback=True)
    assert [one.values["fields"] for one in complaints(store)] == ["callback"]


def test_a_holder_who_no_longer_serves_is_named_with_every_issue_held(store, town, numbers):
    with store.write() as tx:
        tx.session.execute(update(Person).where(Person.login == "worker_lin").values(is_active=False))
    found = complaints(store)
    assert {one.code for one in found} == {"doctor.holder"}
    assert {one.values["number"] for one in found} == {numbers[one] for one in (0, 1, 2, 5)}


def test_purged_words_prove_nothing_and_are_no_fault(store, numbers):
    with store.write() as tx:
        tx.session.execute(update(PrivateText).values(ciphertext=None, salt=None, purged_at=tx.now))
    assert complaints(store) == ()
