"""Who is on duty at any instant, against the rule of the design worked out anew from bare facts.

The rule: A; else a substitute of A; else B; else going up from the community a leader, or a leader's
substitute; else nobody. Among several the one on duty longest. Somebody counts who is in service and not on
leave; a substitute too.
"""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.models import Duty, Leave, Person
from server.services.duties import answer_of, on_duty_many
from server.services.roster import Roster

HOUR = timedelta(hours=1)
DAWN = datetime(2026, 3, 10, tzinfo=UTC)
TREE = {"cell": "community", "other": "community", "community": "subdistrict", "subdistrict": None}
CODES = {
    "cell": "990101001001008",
    "other": "990101001001003",
    "community": "990101001001",
    "subdistrict": "990101001",
}
POSTS = (("cell", "A"), ("cell", "B"), ("other", "A"), ("community", "leader"), ("subdistrict", "leader"))
PEOPLE = ("worker_lin", "worker_he", "leader_zhao", "dispatcher_qian")
HOURS = 4
hours = st.integers(0, HOURS)  # few instants, so that beginnings and ends meet
ends = st.none() | hours


@st.composite
def rosters(draw):
    """Draw duties, leave without overlaps of one person, and who is out of service from when on."""
    duties = draw(
        st.lists(
            st.tuples(st.sampled_from(POSTS), st.sampled_from(PEOPLE), hours, ends), min_size=1, max_size=6
        )
    )
    asked = draw(
        st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE), hours, hours),
            min_size=1,
            max_size=4,
        )
    )
    leaves = []
    for person, substitute, since, until in asked:
        free = all(one[0] != person or until <= one[2] or one[3] <= since for one in leaves)
        if since < until and substitute != person and free:
            leaves.append((person, substitute, since, until))
    gone = draw(st.frozensets(st.sampled_from(PEOPLE), max_size=1))
    leaving = draw(st.dictionaries(st.sampled_from(PEOPLE), hours, max_size=1))
    return duties, leaves, gone, leaving


class Oracle:
    """The rule, from lists of tuples; knows nothing of the program."""

    def __init__(self, roster, at):
        self.duties, self.leaves, self.gone, self.leaving = roster
        self.at = at

    def serves(self, person):
        return person not in self.gone and not (person in self.leaving and self.leaving[person] <= self.at)

    def leave(self, person):
        return next((one for one in self.leaves if one[0] == person and one[2] <= self.at < one[3]), None)

    def is_there(self, person):
        return self.serves(person) and self.leave(person) is None

    def on_post(self, area, kind):
        held = [
            (since, place, person)
            for place, ((where, what), person, since, until) in enumerate(self.duties)
            if (where, what) == (area, kind) and since <= self.at and (until is None or self.at < until)
        ]
        return [person for *_, person in sorted(held) if self.serves(person)]

    def stand_ins(self, people):
        away = [one for one in map(self.leave, people) if one]
        return [substitute for _, substitute, *_ in away if substitute and self.is_there(substitute)]

    def answer(self, area):
        main = self.on_post(area, "A")
        tiers = [
            ("duty.A", [one for one in main if self.is_there(one)]),
            ("duty.substitute", self.stand_ins(main)),
            ("duty.B", [one for one in self.on_post(area, "B") if self.is_there(one)]),
        ]
        while area is not None:
            leaders = self.on_post(area, "leader")
            tiers.append(("duty.leader", [one for one in leaders if self.is_there(one)]))
            tiers.append(("duty.leader", self.stand_ins(leaders)))
            area = TREE[area]
        return next(((people[0], reason) for reason, people in tiers if people), (None, "duty.nobody"))


posts = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(POSTS, posts)),
    st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE)),
)
def test_the_rule_alone_says_the_same_for_every_order_of_people_and_every_leave(held, away):
    every = [
        (post, person, place, None) for post, people in held.items() for place, person in enumerate(people)
    ]
    oracle = Oracle((every, [(*leave, 0, HOURS) for leave in away.items()], frozenset(), {}), HOURS - 1)
    keys = {area: place for place, area in enumerate(TREE, 1)}
    duties = {kind: {} for kind in ("A", "B", "leader")}
    for (area, kind), people in held.items():
        duties[kind][keys[area]] = [(person, person) for person in people]
    leave = {absent: (one, one) if one and one not in away else None for absent, one in away.items()}
    roster = Roster({key: (area, keys.get(TREE[area])) for area, key in keys.items()}, duties, leave)
    for area, key in keys.items():
        told = answer_of(roster, key)
        assert (told.person_id, told.reason) == oracle.answer(area), area


def write(tx, town, roster):
    """Put a roster in place of the town's own."""
    duties, leaves, gone, leaving = roster
    tx.session.query(Duty).delete()
    tx.session.query(Leave).delete()
    for login in PEOPLE:
        person = tx.session.get(Person, town.people[login])
        person.is_active = login not in gone
        person.leaves_at = DAWN + leaving[login] * HOUR if login in leaving else None
    tx.session.flush()
    for (area, kind), login, since, until in duties:
        span = {"starts_at": DAWN + since * HOUR, "ends_at": None if until is None else DAWN + until * HOUR}
        tx.session.add(Duty(area_id=town.areas[CODES[area]], person_id=town.people[login], kind=kind, **span))
        tx.session.flush()
    for login, substitute, since, until in leaves:
        stand_in = town.people[substitute] if substitute else None
        span = {"starts_at": DAWN + since * HOUR, "ends_at": DAWN + until * HOUR}
        tx.session.add(Leave(person_id=town.people[login], substitute_id=stand_in, **span))
    tx.session.flush()


def examples_on(store):
    return 40 if store.on_sqlite else 4


def test_who_is_on_duty_is_what_the_rule_says_at_every_instant(store, town):
    logins = {key: login for login, key in town.people.items()}
    wanted = {town.areas[code]: area for area, code in CODES.items()}

    @settings(max_examples=examples_on(store), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rosters())
    def holds(roster):
        with pytest.raises(Undo), store.write() as tx:
            write(tx, town, roster)
            for hour, before in product(range(HOURS + 1), (0, 1)):
                oracle = Oracle(roster, hour - before * 0.001)
                answers = on_duty_many(tx, wanted, DAWN + hour * HOUR - before * timedelta.resolution)
                told = {wanted[key]: (logins.get(one.person_id), one.reason) for key, one in answers.items()}
                assert told == {area: oracle.answer(area) for area in wanted.values()}, (hour, before)
            raise Undo

    holds()


class Undo(Exception):
    """Raised to roll an example back."""
