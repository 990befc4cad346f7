"""The record: what is told to which administrator, in plain words, page by page, as a file; never altered."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.services import audit, audit_log, intake, people
from server.services.audit_log import LogFilter, group_of
from server.services.drafts import Draft
from server.services.people import NewPerson, system_actor
from server.words import SENTENCES
from tests.server.pages.test_admin import said

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wu(client_of):
    return client_of("admin_wu")


@pytest.fixture
def ma(store, town):
    """An administrator of one of the two subdistricts."""
    with store.write() as tx:
        [key] = people.create(tx, [NewPerson("admin_ma", "马骏", roles=(("admin", "990101001"),))])
        return people.actor_of(tx, key)


@pytest.fixture
def acts(store, town):
    """One act of each sort: by whom, to whom, with which issue; keys by name."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        issue = tx.session.execute(text("SELECT id FROM issue")).scalar_one()
        actors, keys = town.actors, town.people
        return number, {
            "in": audit.record(tx, actors["worker_lin"], "sign_out", subject_id=keys["worker_lin"]),
            "out": audit.record(tx, actors["outsider"], "sign_out", subject_id=keys["outsider"]),
            "wide": audit.record(tx, actors["admin_wu"], "person.on", subject_id=keys["outsider"]),
            "narrow": audit.record(tx, actors["admin_wu"], "person.on", subject_id=keys["worker_he"]),
            "issue": audit.record(tx, actors["handler_sun"], "unmask", issue_id=issue, why="回访"),
            "system": audit.record(tx, system_actor(), "keys.rotate", key=1),
        }


def test_the_database_refuses_to_alter_or_delete_the_record(store, acts):
    for change in ("UPDATE audit SET kind = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="append-only"), store.write() as tx:
            tx.session.execute(text(change))


def test_an_administrator_reads_what_concerns_their_people_and_issues(store, town, ma, acts):
    _number, keys = acts

    def read(actor):
        with store.read() as tx:
            found = {one.id for one in audit_log.listed(tx, actor, LogFilter()).acts}
        return {name for name, key in keys.items() if key in found}

    assert read(town.actors["admin_wu"]) == set(keys)
    assert read(ma) == {"in", "narrow", "issue"}
    assert read(town.actors["supervisor_li"]) == set()
    assert read(system_actor()) == set(keys)


def test_it_is_narrowed_by_group_person_issue_and_period(store, town, acts, clock):
    number, keys = acts
    names = {key: name for name, key in keys.items()}
    wu = town.actors["admin_wu"]

    def read(**wanted):
        with store.read() as tx:
            return [names[one.id] for one in audit_log.listed(tx, wu, LogFilter(**wanted)).acts]

    assert read(group="grant") == ["narrow", "wide"]
    assert read(group="purge") == ["system"]
    assert read(group="unmask") == ["issue"] == read(number=number) == read(login="handler_sun")
    assert read(login="outsider") == ["wide", "out"]
    assert read(since=clock.at + timedelta(seconds=1)) == [] == read(until=clock.at)
    assert read(login="nobody") == [] == read(number="x")


@SQLITE
def test_pages_follow_one_another_without_gaps(store, town, wu):
    with store.write() as tx:
        keys = [audit.record(tx, town.actors["admin_wu"], "category.on", category="dogs") for _ in range(120)]
        seen, before = [], None
        for _ in range(3):
            page = audit_log.listed(tx, town.actors["admin_wu"], LogFilter(), before)
            seen, before = seen + [one.id for one in page.acts], page.before
    assert (seen, before) == (keys[::-1], None)
    first = wu.get("/admin/audit")
    assert f"before={keys[70]}" in first.text
    assert "最新的" in said(wu.get(f"/admin/audit?before={keys[70]}"))
    for query in (
        "before=x",
        "before=²",
        "group=x",
        "since=2026-13-01",
        "until=9999-12-31",
        "number=%25",
        "person='",
    ):
        assert wu.get(f"/admin/audit?{query}").status_code == 200


@SQLITE
def test_the_page_speaks_plainly_and_the_file_is_an_act_itself(wu, acts):
    number, _keys = acts
    page = said(wu.get("/admin/audit"))
    for words in ("启用“何平（worker_he）”", "权限", number, "系统"):
        assert words in page, words
    file = wu.get("/admin/audit.csv?group=grant")
    assert file.headers["Cache-Control"] == "no-store"
    lines = file.get_data(as_text=True).splitlines()
    assert (len(lines), "启用“何平" in lines[1]) == (3, True)
    assert "导出审计记录 2 条" in said(wu.get("/admin/audit"))


@SQLITE
def test_nobody_but_administrators_reads_it(app, client_of):
    app.testing = False
    for login in ("supervisor_li", "leader_zhao", "worker_lin"):
        for path in ("/admin/audit", "/admin/audit.csv"):
            assert client_of(login).get(path).status_code == 403


def test_every_kind_that_has_a_sentence_belongs_to_a_group():
    kinds = [code.removeprefix("audit.") for code in SENTENCES if code.startswith("audit.")]
    assert [kind for kind in kinds if not group_of(kind)] == []
    assert (group_of("person.export"), group_of("person.on")) == ("export", "grant")


def test_days_the_wrong_way_round_are_said_and_not_shown_as_no_acts(wu):
    page = said(wu.get("/admin/audit?since=2026-03-10&until=2026-03-01"))
    assert "“至”（2026-03-01）早于“自”（2026-03-10）" in page
    assert "早于“自”" not in said(wu.get("/admin/audit?since=2026-03-10&until=2026-03-10"))
