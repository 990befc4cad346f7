"""Who is on duty at any instant, against the rule of the design worked out anew from bare facts.

The rule: A; else a substitute of A; else B; else going up from the community a leader, or a leader's
substitute; else nobody. Among several the one on duty longest. Somebody counts who is in service and not on
leave; a substitute too.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.models import Duty, Leave, Person
from server.services.duties import on_duty_many

HOUR = timedelta(hours=1)
DAWN = datetime(2026, 3, 10, tzinfo=UTC)
TREE = {"cell": "community", "other": "community", "community": "subdistrict", "subdistrict": None}
CODES = {
    "cell": "990101001001008",
    "other": "990101001001003",
    "community": "990101001001",
    "subdistrict": "990101001",
}
POSTS = (*(("cell", kind) for kind in "AB"), ("other", "A"), ("other", "B"), ("community", "leader"),
         ("subdistrict", "leader"))  # fmt: skip
PEOPLE = ("worker_lin", "worker_he", "leader_zhao", "dispatcher_qian")
hours = st.integers(0, 6)  # few instants, so that beginnings and ends meet
ends = st.none() | hours


@st.composite
def rosters(draw):
    """Draw duties, leave without overlaps of one person, and who is out of service from when on."""
    duties = draw(
        st.lists(st.tuples(st.sampled_from(POSTS), st.sampled_from(PEOPLE), hours, ends), max_size=7)
    )
    asked = draw(
        st.lists(
            st.tuples(st.sampled_from(PEOPLE), st.none() | st.sampled_from(PEOPLE), hours, hours), max_size=4
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
    return 150 if store.on_sqlite else 15


def test_who_is_on_duty_is_what_the_rule_says_at_every_instant(store, town):
    logins = {key: login for login, key in town.people.items()}
    wanted = {town.areas[code]: area for area, code in CODES.items() if area in ("cell", "other")}

    @settings(max_examples=examples_on(store), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rosters(), hours, st.sampled_from([-1, 0, 1]))
    def holds(roster, hour, micros):
        with pytest.raises(Undo), store.write() as tx:
            write(tx, town, roster)
            at = DAWN + hour * HOUR + micros * timedelta.resolution
            oracle = Oracle(roster, hour + micros * 0.001)
            for key, told in on_duty_many(tx, wanted, at).items():
                said = (logins.get(told.person_id), told.reason)
                assert said == oracle.answer(wanted[key]), (roster, hour, micros)
            raise Undo

    holds()


class Undo(Exception):
    """Raised to roll an example back."""
