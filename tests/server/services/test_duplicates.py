"""What may be the same matter is suggested: near in place, time and words, and never what one may not see."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from server.models import Issue, PrivateText
from server.services import duplicates, intake
from server.services.drafts import Draft

HERE = (122.015, 37.015)
METRE = 1 / 111_000  # degrees of latitude
DOOR = "三楼两户之间的防火门关不上"


@pytest.fixture
def report(store, town):
    """Report something some metres north of the place, some days ago."""

    def report(words=DOOR, category="fire_door", metres=0, days=0, login="dispatcher_qian", **more):
        with store.write() as tx:
            at = tx.now - timedelta(days=days)
            draft = Draft(category, "phone", words, lon=HERE[0], lat=HERE[1] + metres * METRE, **more)
            return intake.report(replace(tx, now=at), town.actors[login], draft).number

    return report


@pytest.fixture
def suggested(store, town):
    """Numbers suggested for a draft at the place."""

    def ask(words=DOOR, category="fire_door", login="dispatcher_qian"):
        with store.read() as tx:
            found = duplicates.find(
                tx, town.actors[login], lon=HERE[0], lat=HERE[1], category=category, words=words
            )
            return {one.issue.number: one for one in found}

    return ask


def test_what_is_near_recent_and_alike_comes_first_with_its_reasons(report, suggested):
    same, farther = report(metres=10), report("防火门坏了", metres=40, days=20)
    found = suggested()
    assert list(found) == [same, farther]
    assert found[same].score > 90
    assert found[same].score > found[farther].score
    assert [one["code"] for one in found[same].reasons] == [
        "duplicate.near",
        "duplicate.same_day",
        "duplicate.category",
        "duplicate.words",
    ]
    assert found[farther].reasons[1] == {"code": "duplicate.days", "values": {"days": 20}}
    assert found[same].can_take


def test_what_is_far_old_or_another_matter_is_not_suggested(report, suggested):
    report(metres=51)
    report(days=31)
    report("路灯不亮", "street_lamp")
    assert suggested() == {}


def test_the_same_words_under_another_category_are_suggested(report, suggested):
    number = report("防火门关不上，三楼两户之间", "heating")
    assert [one["code"] for one in suggested()[number].reasons][-1] == "duplicate.words"


def test_what_was_closed_within_thirty_days_is_suggested_but_takes_nothing_in(report, suggested, store):
    closed, old, merged = report(), report(), report()
    with store.write() as tx:
        for number, state, days in ((closed, "closed", 5), (old, "closed", 31), (merged, "merged", 1)):
            facts = {"state": state, "ended_at": tx.now - timedelta(days=days)}
            tx.session.execute(update(Issue).where(Issue.number == number).values(**facts))
    found = suggested()
    assert list(found) == [closed]
    assert not found[closed].can_take


def test_what_one_may_not_see_is_not_suggested(report, suggested):
    number = report()
    assert list(suggested(login="worker_lin")) == [number]
    assert suggested(login="worker_he") == {}
    assert suggested(login="outsider") == {}


def test_sealed_words_are_not_read(report, suggested, store):
    report("找王阿姨，电话13812345678", "heating")
    read = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: read.append(given[2]))
    assert suggested("13812345678", "dogs") == {}
    assert read
    assert not any(PrivateText.__tablename__ in statement for statement in read)


def test_words_are_alike_in_any_order_and_empty_ones_never(report, suggested):
    number = report("坏了，三楼的防火门")
    alike = suggested("防火门坏了", "dogs")[number].reasons[-1]
    assert alike == {"code": "duplicate.words", "values": {"share": 100}}
    for words in ("路灯不亮", "", "＊"):
        assert suggested(words, "dogs") == {}
