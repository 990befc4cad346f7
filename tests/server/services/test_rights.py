"""A resident's rights: found by phone however it is spelled, told everything, erased on demand."""

import json
import zipfile

import pytest
from sqlalchemy import event, select

from server.errors import InputError, NotFound
from server.models import Audit, Issue, PrivateText, RememberedAnswer
from server.services import erasing, idempotency, intake, rights
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.filters import Filters
from server.services.idempotency import Answer
from server.services.listing import count
from server.services.people import system_actor
from server.services.private import unseal
from server.services.unmasking import unmask

PHONE = "13812345678"  # of tests.lived
SPELLINGS = (
    "+86 138-1234-5678",
    "008613812345678",
    "１３８１２３４５６７８",
    "138 1234 5678",
    " 86 13812345678",
)
CLOSED = 4


def report(store, town, phone, login="dispatcher_qian", lon=122.015, lat=37.015):
    draft = Draft(
        "heating", "phone", "暖气不热", lon=lon, lat=lat, reporter_name="张伟", reporter_phone=phone
    )
    with store.write() as tx:
        return intake.report(tx, town.actors[login], draft).number


def numbers(store, actor, phone):
    with store.read() as tx:
        return {one.number for one in rights.listed(tx, actor, rights.by_phone(tx, phone))}


def words(store, number):
    with store.read() as tx:
        query = (
            select(PrivateText).join(Issue, Issue.id == PrivateText.issue_id).where(Issue.number == number)
        )
        return {one.kind: unseal(tx, one) for one in tx.session.scalars(query)}


def sought_of(store, phone=PHONE):
    with store.read() as tx:
        return rights.by_phone(tx, phone)


def test_a_phone_is_found_however_it_was_spelled_and_whoever_spells_it(store, town):
    kept = {report(store, town, spelled) for spelled in SPELLINGS}
    report(store, town, "13987654321")
    for spelled in (PHONE, *SPELLINGS, "13812345678/0631-5231234"):
        assert numbers(store, system_actor(), spelled) == kept
    with pytest.raises(InputError) as refused:
        numbers(store, system_actor(), "110")
    assert refused.value.code == "person.phone"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_staff_find_only_what_they_supervise_and_nobody_by_searching_the_list(store, town):
    inside, outside = report(store, town, PHONE), report(store, town, PHONE, lon=122.025, lat=37.015)
    li = town.actors["supervisor_li"]
    assert numbers(store, li, PHONE) == {inside}
    assert numbers(store, town.actors["outsider"], PHONE) == set()
    assert numbers(store, town.actors["admin_wu"], PHONE) == set()
    with store.read() as tx:
        with pytest.raises(NotFound):
            rights.by_number(tx, li, outside)
        assert rights.by_number(tx, li, inside).keys == rights.by_phone(tx, PHONE).keys[:1]
        assert count(tx, li, Filters.parse({"q": PHONE}, store.config.zone)) == 0


def test_an_export_tells_every_word_and_who_saw_them_and_is_on_record(store, town, lived):
    with store.write() as tx:
        unmask(tx, town.actors["supervisor_li"], lived[CLOSED], "review")
    with store.write() as tx:
        told = rights.export(tx, system_actor(), rights.by_phone(tx, PHONE))
    assert {one["number"] for one in told["issues"]} == set(lived)
    closed = next(one for one in told["issues"] if one["number"] == lived[CLOSED])
    assert closed["steps"][0]["words"] == {
        "description": "暖气不热，电话13812345678", "reporter_name": "王阿姨", "reporter_phone": PHONE,
    }  # fmt: skip
    said = {word for step in closed["steps"] for word in step["words"].values()}
    assert "换了阀门" in said
    assert [(one["who"], one["why"]) for one in closed["accesses"]] == [("李岚", "review")]
    with rights.packed(store, told) as kept, zipfile.ZipFile(kept) as archive:
        assert json.loads(archive.read("person.json")) == told
    with store.read() as tx:
        act = tx.session.scalars(select(Audit).where(Audit.kind == "person.export")).one()
        assert (act.given["count"], len(act.given["key"])) == (len(lived), rights.SHOWN)
        again = rights.by_phone(tx, PHONE)
        assert PHONE not in json.dumps(act.given)
    with store.write() as tx:
        rights.note(tx, system_actor(), "person.find", rights.by_phone(tx, "13900001111"), ())
        kinds = [one["kind"] for one in rights.export(tx, system_actor(), again)["lookups"]]
    assert kinds == ["person.export"]


def test_what_ended_is_erased_and_what_is_open_is_left_and_named(store, town, lived):
    sought = sought_of(store)
    done = erasing.erase(store, system_actor(), sought)
    assert (done.ended, set(done.left)) == ((lived[CLOSED],), set(lived) - {lived[CLOSED]})
    assert set(words(store, lived[CLOSED]).values()) == {None}
    assert words(store, lived[0])["reporter_name"] == "王阿姨"
    assert numbers(store, system_actor(), PHONE) == set(done.left)
    with store.read() as tx:
        assert examine(tx, 100).complaints == ()
        assert tx.session.scalars(select(Audit.given).where(Audit.kind == "person.erase")).one()["left"] == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_from_open_issues_name_and_phone_go_with_a_reason_and_the_work_stays(store, town, lived):
    with pytest.raises(InputError):
        erasing.erase(store, system_actor(), sought_of(store), "boring")
    done = erasing.erase(store, system_actor(), sought_of(store), "asked")
    assert (len(done.contact), done.left) == (5, ())
    left = words(store, lived[0])
    assert (left["reporter_name"], left["reporter_phone"]) == (None, None)
    assert left["description"] is not None
    assert numbers(store, system_actor(), PHONE) == set()
    with store.read() as tx:
        assert examine(tx, 100).complaints == ()


def held_rows(store):
    """Count, as it happens, how many remembered answers each statement reads."""
    held = []

    @event.listens_for(store.engine, "after_cursor_execute")
    def count(_connection, _cursor, statement, parameters, *_):
        if "FROM remembered_answer" in statement and statement.startswith("SELECT") and "LIMIT" in statement:
            held.append(parameters[-2])

    return held


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_remembered_answer_loses_the_words_and_keeps_the_number(store, town, lived, monkeypatch):
    actor = town.actors["dispatcher_qian"]
    body = json.dumps({"number": lived[CLOSED], "reporter_name": "王阿姨"}).encode()
    with store.write() as tx:
        idempotency.remember(tx, actor, "one", "d" * 64, Answer(201, body))
        idempotency.remember(tx, actor, "two", "d" * 64, Answer(201, b'{"number":"20260310-99999"}'))
    monkeypatch.setattr(erasing, "ANSWERS", 1)
    held = held_rows(store)
    erasing.erase(store, system_actor(), sought_of(store))
    assert max(held) == 1
    with store.read() as tx:
        assert idempotency.kept(tx, actor, "one") == Answer(
            201, json.dumps({"number": lived[CLOSED]}).replace(" ", "").encode()
        )
        assert idempotency.kept(tx, actor, "two").body == b'{"number":"20260310-99999"}'
        assert len(tx.session.scalars(select(RememberedAnswer.id)).all()) == 2
