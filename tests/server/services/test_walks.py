"""Random walks through the loop: whatever people do, in whatever order, the promises hold."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.errors import InputError
from server.models import Department, Entry, Issue
from server.services import intake, issues, people
from server.services.attachments import take_in
from server.services.checkup import examine
from server.services.drafts import Draft
from server.services.ledger import broken_chains
from server.services.people import NewPerson
from server.services.steps.photos import Given
from server.workflow import HAND_OFFS, OPEN, State, fold
from tests.pictures import drawn, sent

WALKS, STEPS = 20, 30
QUICK = (("sqlite", 0), ("postgis", 1))
EACH = [
    pytest.param(store, seed, marks=() if (store, seed) in QUICK else pytest.mark.exhaustive)
    for store in ("sqlite", "postgis")
    for seed in range(WALKS)
]
PEOPLE = (
    "worker_lin",
    "worker_he",
    "leader_zhao",
    "dispatcher_qian",
    "handler_sun",
    "handler_wu",
    "supervisor_li",
    "supervisor_tang",
    "dispatcher_meng",
)
MOVES_DUE = {"dispatch", "extend", "suspend", "resume", "reassign", "correct", "object", "reopen", "absorb"}
REFUSED = {"holder.same", "correct.nothing", "merge.itself", "merge.ended", "whistle.waiting"}
ENDING = {"survey", "close", "reject", "withdraw", "pass"}


@pytest.fixture
def everybody(store, town):
    """The personas, a second handler and department, a supervisor and a dispatcher of the whole district."""
    with store.write() as tx:
        tx.session.add(
            Department(code="property", name="物业公司", kind="property", area_id=town.areas["990101"])
        )
        tx.session.flush()
        newcomers = [
            NewPerson("handler_wu", "吴工", None, None, (("handler", "990101"),), "property"),
            NewPerson("supervisor_tang", "唐洁", None, None, (("supervisor", "990101"),)),
            NewPerson("dispatcher_meng", "孟飞", None, None, (("dispatcher", "990101"),)),
        ]
        keys = people.create(tx, newcomers)
        more = {one.login: people.actor_of(tx, key) for one, key in zip(newcomers, keys, strict=True)}
    return {login: (town.actors | more)[login] for login in PEOPLE}


def picture(dice):
    """Draw a picture that nobody attached before."""
    return sent(picture=drawn((dice.randrange(16, 4000), 16)))


def given_for(dice, clock, row, view, tx, actor, others):
    """Make up what an action needs; now and then something that must be refused."""
    holders = [one.holder for one in issues.candidates(tx, actor, view.issue.number)]
    later = clock.at + timedelta(days=dice.choice([1, 5, 20]))
    made = {
        "holder": dice.choice(holders),
        "departments": dice.sample(["heating", "property"], dice.choice([1, 2])),
        "answer_by": later,
        "until": max(later, (view.issue.due_at or later) + timedelta(days=1)),
        "review_date": later,
        "result": dice.choice(["done", "partly", "cannot"]),
        "satisfaction": dice.choice(["satisfied", "basically", "dissatisfied"]),
        "quantity": dice.choice([1, 316, 3970.5]),
        "unit": "米",
        "money": 70.25,
        "parent": dice.choice(others),
        "changes": dice.choice(
            [
                {"category": dice.choice(["heating", "fire_door", "gas_smell"])},
                {"urgent": not view.issue.urgent},
                {"place": {"lon": dice.choice([122.005, 122.015, 122.5]), "lat": 37.005}},
            ]
        ),
    }
    if row.action == "attach":
        return {"photos": Given("other", take_in(tx.store, [picture(dice)]))}
    names = [*row.requires, *(name for name in row.takes if name in made and dice.random() < 0.5)]
    if "quantity" in names or "unit" in names:
        names += ["quantity", "unit"]
    return {name: made.get(name, f"{name}的话") for name in names}


def walk(store, clock, everybody, dice):
    """Take one issue through a random story, checking after every step."""
    with store.write() as tx:
        source = dice.choice(["phone", "patrol"])
        drafts = [
            Draft(dice.choice(["heating", "exposed_rubbish"]), source, "x", lon=122.015, lat=37.015)
            for _ in range(3)
        ]
        numbers = [intake.report(tx, everybody["dispatcher_qian"], draft).number for draft in drafts]
    number, done = numbers[0], []
    for turn in range(STEPS):
        clock.at += timedelta(minutes=dice.choice([1, 50, 600, 5000]))
        login, taken = step(store, clock, everybody, dice, number, numbers)
        if taken:
            done.append((login, taken))
        check(store, number)
        if turn % 4 == 0:
            somebody_can_go_on(store, everybody, number)
    return done


def step(store, clock, everybody, dice, number, numbers):
    """Let somebody who can do something do it."""
    with store.read() as tx:
        able = {}
        for login, actor in everybody.items():
            try:
                able[login] = issues.one(tx, actor, number)
            except LookupError:
                continue
        able = {login: view for login, view in able.items() if view.actions}
        if not able:
            return None, None
        login = dice.choice(sorted(able))
        view, actor = able[login], everybody[login]
        rows = [row for row in view.actions if row.action not in ENDING or dice.random() < 0.3]
        if not rows:
            return None, None
        row = dice.choice(rows)
        given = given_for(dice, clock, row, view, tx, actor, numbers)
    try:
        with store.write() as tx:
            issues.act(tx, actor, number, row.action, given, view.issue.version)
    except InputError as refused:
        if refused.code in REFUSED:
            return login, None
        raise
    return login, row.action


def check(store, number):
    with store.read() as tx:
        assert broken_chains(tx) == []
        issue = tx.session.scalars(select(Issue).where(Issue.number == number)).one()
        entries = tx.session.scalars(
            select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.seq)
        ).all()
        assert issue.version == len(entries) == entries[-1].seq
        folds(issue, entries)
        due_moves_only_by_a_grant(entries)
        nobody_verifies_himself(entries)
        hands_off_twice_at_most(entries)


def folds(issue, entries):
    folded = fold((one.action, one.to_state, one.given) for one in entries)
    holder = (
        ("person", issue.holder_person_id)
        if issue.holder_person_id
        else ("department", issue.holder_department_id)
        if issue.holder_department_id
        else None
    )
    stored = {name: getattr(issue, name) for name in folded.__dataclass_fields__ if name != "holder"}
    assert stored | {"holder": holder} == {
        name: getattr(folded, name) for name in folded.__dataclass_fields__
    }
    held = State(issue.state) not in (State.REPORTED, State.REJECTED, State.MERGED)
    assert (holder is not None) == held
    assert (issue.due_at is None) == (issue.amber_at is None)
    assert issue.amber_at is None or issue.amber_at <= issue.due_at
    assert issue.stage_due_at is None or issue.due_at is None or issue.stage_due_at <= issue.due_at


def due_moves_only_by_a_grant(entries):
    for entry in entries:
        if "due_at" in entry.given:
            assert entry.action in MOVES_DUE, entry.action
    first = [one for one in entries if one.action == "dispatch" and "due_at" in one.given]
    rounds = 1 + sum(one.action in ("reopen", "object") for one in entries)
    assert len(first) <= rounds


def nobody_verifies_himself(entries):
    handled, verified, holder = set(), set(), None
    for entry in entries:
        if entry.action in ("object", "reopen"):
            assert entry.action == "reopen" or entry.person_id not in handled | verified
            goes_on = entry.action == "object" and holder and holder[0] == "person"
            handled, verified = ({holder[1]} if goes_on else set()), set()
        holder = entry.given.get("holder", holder)
        if entry.person_id is None:
            continue
        if entry.action in ("pass", "rework", "extend", "suspend"):
            assert entry.person_id not in handled
        if entry.action in ("survey", "attempt"):
            assert entry.person_id not in handled | verified
        if entry.action in ("take", "finish", "settle"):
            handled.add(entry.person_id)
        if entry.action == "pass":
            verified.add(entry.person_id)


def hands_off_twice_at_most(entries):
    count, is_final = 0, False
    for entry in entries:
        if entry.action in ("object", "reopen"):
            count, is_final = 0, False
        assert not (is_final and entry.action in {"return", "transfer", "escalate"})
        count += entry.action in HAND_OFFS
        is_final = is_final or bool(entry.given.get("final"))
    assert count <= 2


def somebody_can_go_on(store, everybody, number):
    """Somebody may take the next step towards the end; the table keeps out who may not."""
    steps = {"dispatch", "take", "finish", "settle", "resume", "pass", "rework", "survey", "reassign"}
    with store.read() as tx:
        able, state = set(), None
        for actor in everybody.values():
            try:
                view = issues.one(tx, actor, number)
            except LookupError:
                continue
            state = State(view.issue.state)
            if {row.action for row in view.actions} & steps:
                able.add(actor.name)
    assert state not in OPEN or able, state


@pytest.mark.parametrize(("database_url", "seed"), EACH, indirect=["database_url"])
def test_whatever_people_do_the_promises_hold(store, everybody, clock, seed):
    dice = random.Random(seed)
    done = walk(store, clock, everybody, dice)
    assert len(done) > 10
    with store.read() as tx:
        assert examine(tx, 10).complaints == ()
