"""Who reported an issue is masked for everybody; those who handle it or lead there ask for it, and that is written down."""

import dataclasses
from typing import get_args

import pytest
from sqlalchemy import select

from server.api.issues import Unmask
from server.errors import InputError, NotFound, NotPermitted
from server.models import Audit, Department, Issue
from server.services import intake, issues, receipts, retention
from server.services.drafts import Draft
from server.services.unmasking import unmask
from server.words import NAMES

WORDS = "我叫王五，301室暖气不热\n电话13812345678"
SECRETS = ("王五", "13812345678", "301", "锦华小区3幢2单元501")
MAY = {"worker_lin", "leader_zhao", "dispatcher_qian", "supervisor_li"}


@pytest.fixture
def number(store, town):
    """An issue of a resident, taken in by dispatcher_qian and held by worker_lin."""
    draft = Draft("heating", "phone", WORDS, lon=122.015, lat=37.015, place_text="锦华小区3幢2单元501",
                  reporter_name="王五", reporter_phone="13812345678")  # fmt: skip
    with store.write() as tx:
        return intake.report(tx, town.actors["dispatcher_qian"], draft).number


@pytest.fixture
def look(store, town, number):
    """Read the issue as a persona, whole where a reason is given."""

    def read(login, why=None):
        actor = dataclasses.replace(town.actors[login], address="192.0.2.7")
        with store.write() as tx:
            return unmask(tx, actor, number, why) if why else issues.one(tx, actor, number)

    return read


def said(view):
    return " ".join([view.description, view.place, view.reporter_name, view.reporter_phone,
                     *(words for step in view.log for words in step.words.values())])  # fmt: skip


@pytest.mark.parametrize("login", sorted(MAY))
def test_nobody_sees_who_reported_it_without_asking(look, login):
    view = look(login)
    assert not any(secret in said(view) for secret in SECRETS)
    assert (view.reporter_name, view.reporter_phone) == ("王**", "138****5678")
    assert view.description.endswith("\n电话＊")
    assert (view.may_unmask, view.is_whole) == (True, False)


@pytest.mark.parametrize("login", sorted(MAY))
def test_who_handles_it_and_those_above_see_it_whole_and_that_is_written_down(
    store, town, look, number, login
):
    view = look(login, "callback")
    assert (view.description, view.reporter_name, view.reporter_phone) == (WORDS, "王五", "13812345678")
    with store.read() as tx:
        row = tx.session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        assert (row.kind, row.person_id, row.address) == ("unmask", town.people[login], "192.0.2.7")
        assert (row.issue_id, row.given) == (view.issue.id, {"why": "callback"})


def test_a_neighbour_s_stand_in_a_department_and_a_stranger_do_not(store, town, look, number):
    with pytest.raises(NotFound):
        look("worker_he", "contact")
    with pytest.raises(NotFound):
        look("outsider", "contact")
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "take", {})
        given = {"holder": f"department:{department(tx)}", "reason": "供热"}
        issues.act(tx, town.actors["worker_lin"], number, "transfer", given)
    assert look("handler_sun").may_unmask is False
    with pytest.raises(NotPermitted, match=r"unmask\.not_permitted"):
        look("handler_sun", "visit")
    with pytest.raises(NotPermitted):
        look_after_hand_over(store, town, number)


def test_who_took_it_in_and_works_elsewhere_now_asks_no_more(store, town, look, number):
    """Whoever looks after them there could set their password and read what they once took in, of any area."""
    assert look("dispatcher_qian").may_unmask
    other = town.actors["outsider"].grants
    town.actors["dispatcher_qian"] = dataclasses.replace(town.actors["dispatcher_qian"], grants=other)
    assert look("dispatcher_qian").may_unmask is False


def look_after_hand_over(store, town, number):
    """Ask as worker_lin, who reported nothing and holds it no longer."""
    with store.write() as tx:
        unmask(tx, town.actors["worker_lin"], number, "visit")


def department(tx):
    return tx.session.scalar(select(Department.id).where(Department.code == "heating"))


def test_a_department_that_the_administration_trusts_may_ask(store, town, look, number):
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "take", {})
        given = {"holder": f"department:{department(tx)}", "reason": "供热"}
        issues.act(tx, town.actors["worker_lin"], number, "transfer", given)
        tx.session.get(Department, department(tx)).sees_private = True
    assert look("handler_sun", "visit").reporter_phone == "13812345678"


def test_a_reason_is_one_of_those_there_are_and_no_words(look, store):
    with pytest.raises(InputError, match=r"field\.not_one_of"):
        look("worker_lin", "因为王五")
    with store.read() as tx:
        assert tx.session.scalars(select(Audit)).all() == []


def test_what_a_step_says_is_masked_as_well(store, town, look, number):
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "take", {})
        note = {"text": "已联系王五，电话 13812345678，约好 301室"}
        issues.act(tx, town.actors["worker_lin"], number, "note", note)
    assert not any(secret in said(look("leader_zhao")) for secret in SECRETS)
    assert look("leader_zhao", "check").log[-1].words["text"] == note["text"]


def test_a_name_that_the_reporter_gave_is_in_no_summary(store, town):
    draft = Draft("heating", "phone", "尉迟敬德家暖气不热", lon=122.015, lat=37.015, place_text="尉迟敬德家",
                  reporter_name="尉迟敬德")  # fmt: skip
    with store.write() as tx:
        receipt = intake.report(tx, town.actors["dispatcher_qian"], draft)
        view, brief = receipts.seen(tx, town.actors["dispatcher_qian"], draft, receipt)
    assert (brief.summary, brief.place_text, view.description) == ("＊家暖气不热", "＊家", "＊家暖气不热")


def test_words_of_somebody_whose_name_was_erased_are_masked_altogether(store, town, number):
    with store.write() as tx:
        issues.act(tx, town.actors["worker_lin"], number, "note", {"text": "已联系王五"})
        key = tx.session.scalar(select(Issue.id).where(Issue.number == number))
        retention.blank(tx, [key], ("reporter_name", "reporter_phone"))
        view = issues.one(tx, town.actors["worker_lin"], number)
    assert "王五" not in said(view)
    assert (view.description, view.place, view.log[-1].words["text"]) == ("", "", "＊")


def test_a_note_on_an_issue_masks_who_reported_what_was_merged_into_it(store, town, number):
    lin, zhao = town.actors["worker_lin"], town.actors["leader_zhao"]
    with store.write() as tx:
        draft = Draft("heating", "phone", "也不热", lon=122.015, lat=37.015, reporter_name="贾宝玉")
        child = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        issues.act(tx, zhao, child, "merge", {"parent": number})
        issues.act(tx, lin, number, "note", {"text": "贾宝玉家也看了"})
        assert issues.one(tx, lin, number).log[-1].words["text"] == "＊家也看了"


def test_the_api_takes_the_reasons_that_there_are_and_no_others():
    """A schema names them outright; what is offered and what is written down come from the words."""
    assert get_args(Unmask.model_fields["why"].annotation) == tuple(NAMES["why"])
