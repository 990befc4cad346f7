"""Lives of many issues told at once: the same rows as one by one, in order, or nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from server.errors import InputError
from server.models import Ask, Entry, Issue, PrivateText
from server.services import histories, intake, issues
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.histories import Act
from server.workflow import WorkflowError

LIFE = (
    (1, "worker_lin", "take", {}),
    (3, "worker_lin", "ask_extend", {"until": "2026-03-30", "reason": "等配件"}),
    (4, "leader_zhao", "extend", {}),
    (20, "worker_lin", "finish", {"outcome": "修好了", "quantity": 3, "unit": "盏", "money": 690}),
    (21, "leader_zhao", "rework", {"reason": "还有一盏"}),
    (23, "worker_lin", "finish", {"outcome": "都亮了", "quantity": 4, "unit": "盏", "money": 920}),
    (24, "leader_zhao", "pass", {}),
    (25, "dispatcher_qian", "object", {"reason": "又不亮了"}),
    (26, "worker_lin", "finish", {"outcome": "换了线", "quantity": 4, "unit": "盏"}),
    (27, "leader_zhao", "pass", {}),
    (28, "dispatcher_qian", "attempt", {}),
    (29, "dispatcher_qian", "survey", {"satisfaction": "satisfied"}),
)
OWN = frozenset({"id", "uid", "number", "summary"})


@pytest.fixture
def two(store, town, clock):
    """Two reports of one moment, of the desk, told together."""
    drafts = [Draft("street_lamp", "phone", f"第 {n} 盏路灯不亮", lon=122.015, lat=37.015) for n in range(2)]
    teller = (clock() - timedelta(days=9), town.actors["dispatcher_qian"])
    with store.write() as tx:
        return intake.report_many(tx, town.actors["worker_lin"], drafts, None, [teller] * 2)


def test_reports_bear_the_instant_and_the_name_of_who_told_them(store, town, clock, two):
    with store.read() as tx:
        for one in tx.session.scalars(select(Issue)):
            assert one.received_at == one.dispatched_at == clock() - timedelta(days=9)
            assert one.reporter_person_id == town.people["dispatcher_qian"]
        assert set(tx.session.scalars(select(Entry.received_at))) == {clock() - timedelta(days=9)}


def test_a_life_told_at_once_is_the_life_told_one_by_one(store, town, clock, two):
    begin = clock() - timedelta(days=9)
    acts = [
        Act(begin + timedelta(hours=at), town.actors[login], action, given)
        for at, login, action, given in LIFE
    ]
    with store.write() as tx:
        for act in acts:
            issues.perform(replace(tx, now=act.at), act.actor, two[0].number, act.action, act.given)
    with store.write() as tx:
        histories.tell(tx, {two[1].id: acts})
    with store.read() as tx:
        first, second = (tx.session.get_one(Issue, one.id) for one in two)
        for column in OWN.symmetric_difference(Issue.__table__.columns.keys()):
            assert getattr(first, column) == getattr(second, column), column
        for model in (Entry, Ask, PrivateText):
            counts = select(func.count()).select_from(model).group_by(model.issue_id)
            assert len(set(tx.session.scalars(counts))) == 1
        assert not examine(tx, 10).complaints


def test_what_may_not_be_done_or_concerns_others_is_refused(store, town, clock, two):
    for login, action, refused in (
        ("worker_he", "take", WorkflowError),
        ("leader_zhao", "merge", InputError),
    ):
        with pytest.raises(refused), store.write() as tx:
            good = Act(clock(), town.actors["worker_lin"], "note", {"text": "到场"})
            histories.tell(tx, {two[0].id: [good, Act(clock(), town.actors[login], action, {"parent": "1"})]})
    with store.read() as tx:
        assert tx.session.get_one(Issue, two[0].id).version == 2
