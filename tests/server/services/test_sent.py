"""Acts that a device sends again, and what its clock said."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from server.errors import Conflict, InputError
from server.models import Entry, Issue
from server.services import intake, issues, receipts
from server.services.drafts import Draft
from server.services.sent import Sent
from tests.personas import build_town

NAME = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")
LONG = timedelta(days=40)


@pytest.fixture
def lin_and_issue(store):
    town = build_town(store)
    lin = town.actors["worker_lin"]
    draft = Draft("heating", "patrol", "三楼不热", 122.015, 37.015, uid=NAME)
    with store.write() as tx:
        return town, lin, draft, intake.report(tx, lin, draft).number


def entries_of(tx, number):
    query = tx.session.query(Entry).join(Issue, Issue.id == Entry.issue_id).where(Issue.number == number)
    return query.order_by(Entry.seq).all()


def test_an_act_sent_again_after_its_answer_was_forgotten_is_done_once(store, lin_and_issue):
    _, lin, _, number = lin_and_issue
    with store.write() as tx:
        first = issues.act(tx, lin, number, "take", {}, 2, sent=Sent(NAME))
    with store.write(now=tx.now + LONG) as tx:
        again = issues.act(tx, lin, number, "take", {}, 2, sent=Sent(NAME))
        assert again.issue.version == first.issue.version
        assert [one.action for one in entries_of(tx, number)] == ["report", "dispatch", "take"]


def test_two_notes_of_the_same_words_are_two_acts_when_their_names_differ(store, lin_and_issue):
    _, lin, _, number = lin_and_issue
    for name in (NAME, OTHER, OTHER):
        with store.write() as tx:
            issues.act(tx, lin, number, "note", {"text": "敲门无人应"}, sent=Sent(name))
    with store.read() as tx:
        assert [one.action for one in entries_of(tx, number)][2:] == ["note", "note"]


def test_the_name_of_an_act_cannot_be_used_for_another_act(store, lin_and_issue):
    _, lin, _, number = lin_and_issue
    with store.write() as tx:
        issues.act(tx, lin, number, "note", {"text": "看过了"}, sent=Sent(NAME))
    with pytest.raises(InputError, match=r"uid\.taken"), store.write() as tx:
        issues.act(tx, lin, number, "take", {}, sent=Sent(NAME))
    for given, name in (({"text": "没看"}, NAME), ({"text": "看过了"}, UUID(int=0))):
        with pytest.raises(InputError), store.write() as tx:
            issues.act(tx, lin, number, "note", given, sent=Sent(name))


def test_names_of_different_people_are_different(store, lin_and_issue):
    town, lin, _, number = lin_and_issue
    for who in (lin, town.actors["leader_zhao"]):
        with store.write() as tx:
            issues.act(tx, who, number, "note", {"text": "看过了"}, sent=Sent(NAME))
    with store.read() as tx:
        assert [one.action for one in entries_of(tx, number)][2:] == ["note", "note"]


def test_a_report_sent_again_by_the_same_person_gives_the_same_issue(store, lin_and_issue):
    town, lin, draft, number = lin_and_issue
    with store.read() as tx:
        assert receipts.sent_again(tx, lin, draft).issue.number == number
        assert receipts.sent_again(tx, lin, replace(draft, uid=OTHER)) is None
        with pytest.raises(Conflict, match=r"uid\.taken"):
            receipts.sent_again(tx, town.actors["leader_zhao"], draft)


@pytest.mark.parametrize(("off", "is_kept"), [(59, False), (61, True), (-3600, True)])
def test_what_the_devices_clock_said_is_kept_where_it_was_off(store, lin_and_issue, off, is_kept):
    _, lin, draft, number = lin_and_issue
    with store.write() as tx:
        said = tx.now + timedelta(seconds=off)
        issues.act(tx, lin, number, "take", {}, sent=Sent(NAME, said))
        later = replace(draft, uid=OTHER, happened_at=tx.now, device_at=said)
        other = intake.report(tx, lin, later).number
        for entry in (entries_of(tx, number)[-1], entries_of(tx, other)[0]):
            assert entry.given.get("device_at") == (said.isoformat() if is_kept else None)
