"""The demonstration town in a store, through the services."""

import shutil
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server.config import load
from server.db import Store
from server.demo.seed import PASSWORD, seed
from server.demo.staff import PERSONAS
from server.errors import Conflict
from server.models import (
    LEVELS,
    Area,
    Attachment,
    Department,
    Duty,
    Entry,
    Issue,
    Person,
    Visit,
    VisitIssue,
    Whistle,
)
from server.services import listing, marks, statistics
from server.services.accounts import actor_of_login
from server.services.basemap import FILE_NAME
from server.services.checkup import examine
from server.services.filters import Filters
from server.services.locating import open_locator
from server.services.people import actor_of, system_actor
from server.services.sessions import Device
from server.services.sign_in import sign_in
from server.services.standing import asks_of, relations_of, situation_of, whistles_of
from server.services.statistics.rates import RATES
from server.services.visit_origin import origin_said
from server.workflow import OPEN, Relation, available
from tests.conftest import NOW
from tests.recount import facts, recounted

COUNT = 400  # enough to meet everything; the whole six thousand are seeded by the browser's tests


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def store(request, tmp_path_factory):
    """One store of each kind for the whole file: what is asked here changes nothing."""
    folder = tmp_path_factory.mktemp("demo")
    options = {"dir": str(folder), "secret_key": "test-" * 8}
    if request.param == "postgis":
        options["database_url"] = request.getfixturevalue("postgis").copy()
    else:
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "wangge.db")
    store = Store(load(options, environment={}), lambda: NOW)
    yield store
    store.close()


@pytest.fixture(scope="module")
def seeded(store, demo_town):
    return seed(store, NOW, count=COUNT, town=demo_town)


def count(tx, table, *where):
    return tx.session.scalar(select(func.count()).select_from(table).where(*where))


def test_everything_arrives(store, seeded, demo_town, demo_staff):
    with store.read() as tx:
        levels = Counter(tx.session.scalars(select(Area.level)))
        assert levels == Counter(demo_town.areas["level"])
        assert set(levels) == set(LEVELS)
        assert count(tx, Issue) == seeded.issues == COUNT
        assert count(tx, Person) == seeded.people == len(demo_staff.people)
        assert count(tx, Duty) == len(demo_staff.duties)
        assert count(tx, Department) == 11
    assert (store.folder / FILE_NAME).stat().st_size == seeded.basemap_bytes


def test_untouched_issues_are_at_the_worker_of_their_cell(store, seeded, demo_staff):
    first = {duty.area: duty.login for duty in demo_staff.duties if duty.kind == "A"}
    untouched = (Issue.state == "dispatched", Issue.version == 2)
    with store.read() as tx:
        rows = tx.session.execute(
            select(Area.code, Person.login)
            .join(Issue, Issue.area_id == Area.id)
            .join(Person, Person.id == Issue.holder_person_id)
            .where(*untouched)
        ).all()
        assert count(tx, Issue, *untouched) == len(rows) > 0
    assert all(first[code] == login for code, login in rows)


def test_what_lies_in_no_cell_waits_at_the_root(store, seeded):
    with store.read() as tx:
        rows = tx.session.execute(
            select(Area.level, Issue.how)
            .join(Issue, Issue.area_id == Area.id)
            .where(Issue.state == "reported", Issue.hand_offs == 0)
        ).all()
    assert set(rows) <= {("district", "outside")}


def test_open_issues_stand_everywhere_in_the_loop_and_some_are_with_departments(store, seeded):
    with store.read() as tx:
        states = set(tx.session.scalars(select(Issue.state)))
        assert len(states) >= 5
        assert count(tx, Issue, Issue.due_at.is_not(None), Issue.state == "handling") > 5
        assert count(tx, Whistle) > 0
        assert count(tx, Issue, Issue.dispatched_at.is_not(None), Issue.hand_offs == 1) > 0


def test_what_was_finished_lately_went_through_the_loop_step_by_step(store, seeded):
    with store.read() as tx:
        done = Counter(tx.session.scalars(select(Entry.action)))
        assert (
            min(done[one] for one in ("take", "finish", "pass", "rework", "attempt", "survey", "extend")) > 0
        )
        period = statistics.period_of({"days": "90"}, NOW, tx.config.zone)
        figures = statistics.summary(
            tx, system_actor(), Filters(), period, ("on_time", *RATES, "hours_to_close")
        )
        found = {one.key: one.value for one in figures}
        assert min(found["on_time"], found["resolution"], found["satisfaction"]) > 0.75
        assert found["hours_to_close"] > 1
        assert count(tx, Issue, Issue.state == "closed", Issue.quantity > 0, Issue.money_fen > 0) > 5


STEPS = {"dispatch", "take", "finish", "settle", "resume", "pass", "rework", "survey", "reassign"}


def test_of_every_open_issue_somebody_may_take_the_next_step_and_nobody_verifies_his_own(store, seeded):
    with store.read() as tx:
        people = [actor_of(tx, key) for key in tx.session.scalars(select(Person.id))]
        rows = tx.session.execute(
            select(Issue, Area.path).join(Area, Area.id == Issue.area_id).where(Issue.state.in_(OPEN))
        ).all()
        assert len(rows) > 10
        for issue, path in rows:
            query = select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)
            entries, whistles = list(tx.session.scalars(query)), whistles_of(tx, issue.id)
            situation = situation_of(tx, issue, entries, asks_of(tx, issue.id))
            able = set()
            for person in people:
                relations = relations_of(person, issue, entries, whistles, path)
                mine = {
                    row.action for row in available(issue.state, person.roles_at(path), relations, situation)
                }
                able |= {person.person_id} if mine & STEPS else set()
                assert Relation.PAST_HOLDER not in relations or not mine & {"pass", "survey", "extend"}
            handled = {one.person_id for one in entries if one.action in {"finish", "settle"}}
            assert able - handled, (issue.number, issue.state)


def test_open_issues_were_received_when_they_were_reported(store, seeded):
    with store.read() as tx:
        rows = tx.session.execute(
            select(Issue.reported_at, Issue.received_at).where(Issue.state == "dispatched")
        ).all()
        assert all(reported == received for reported, received in rows)
        assert tx.session.scalar(select(func.max(Entry.received_at))) <= NOW
        assert tx.session.scalar(select(func.min(Issue.reported_at))) > NOW - timedelta(days=367)


def test_the_store_stands_every_examination(store, seeded):
    with store.read() as tx:
        found = examine(tx, COUNT)
    assert found.issues == COUNT
    assert not found.complaints


def test_every_persona_can_sign_in_and_is_what_the_mark_says(store, seeded):
    with store.read() as tx:
        shown = marks.demo_accounts(tx)
        assert [login for login, _, _ in shown] == list(PERSONAS)
    assert [
        sign_in(store, login, password, Device("127.0.0.1")).actor.login for login, password, _ in shown
    ] == list(PERSONAS)
    with store.read() as tx:
        for login, _, role in shown:
            assert role in actor_of_login(tx, login).roles
        assert {password for _, password, _ in shown} == {PASSWORD}
        assert marks.is_demo(tx)


def test_the_locator_finds_worker_lins_cell(store, seeded, demo_town):
    cell = demo_town.cells.set_index("name").loc["文峰社区第八网格"]
    lon, lat = cell.geometry.representative_point().coords[0]
    with store.read() as tx:
        opened = open_locator(tx)
    assert opened.codes[opened.locator.locate(lon, lat)] == cell["code"]


def test_a_second_seeding_is_refused_and_changes_nothing(store, seeded, demo_town):
    with pytest.raises(Conflict) as refused:
        seed(store, NOW, count=COUNT, town=demo_town)
    assert refused.value.code == "demo.not_empty"
    with store.read() as tx:
        assert count(tx, Issue) == COUNT


def test_some_issues_show_how_it_was_and_how_it_is(store, seeded):
    with store.read() as tx:
        kinds = Counter(tx.session.scalars(select(Attachment.kind)))
        pairs = [
            issue_id
            for issue_id, count in tx.session.execute(
                select(Attachment.issue_id, func.count(Attachment.kind.distinct())).group_by(
                    Attachment.issue_id
                )
            )
            if count == 2
        ]
    assert pairs
    assert kinds["before"] > kinds["after"] >= len(pairs)
    assert (
        sum(path.stat().st_size for path in (store.folder / "files").rglob("*") if path.is_file()) < 5_000_000
    )


def test_its_statistics_are_what_its_raw_entries_add_up_to(store, seeded):
    with store.read() as tx:
        rows, zone = facts(tx), tx.config.zone
        for given in ({"days": "90"}, {"period": "month_19"}):
            period = statistics.period_of(given, tx.now, zone)
            figures = statistics.summary(tx, system_actor(), Filters(), period, statistics.INDICATORS)
            wanted = recounted(rows, period, tx.now)
            assert {one.key: one.value for one in figures} == pytest.approx(wanted)
            for one in figures:
                if one.query:
                    assert listing.count(tx, system_actor(), Filters.parse(one.query, zone)) == one.counted
    assert min(wanted[key] for key in ("new", "open", "overdue", "closed")) > 0


def test_what_a_visit_found_was_reported_there_by_the_same_person(store, seeded):
    with store.read() as tx:
        found = tx.session.scalars(select(Visit).where(Visit.result == "issue")).all()
        assert found
        for visit in found:
            query = select(Issue).join(VisitIssue, VisitIssue.issue_id == Issue.id)
            (issue,) = tx.session.scalars(query.where(VisitIssue.visit_id == visit.id))
            assert (issue.area_id, issue.reporter_person_id) == (visit.area_id, visit.person_id)
            assert timedelta(0) < issue.reported_at - visit.happened_at < timedelta(hours=1)
            assert origin_said(tx, issue.origin)
