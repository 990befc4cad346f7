"""The loop as properties over the whole table, not the table told again."""

from datetime import UTC, datetime
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.workflow import (
    OPEN,
    TRANSITIONS,
    IllegalAction,
    MissingField,
    NotPermittedAction,
    Relation,
    Role,
    Situation,
    State,
    advance,
    available,
    diagram,
    fold,
)

SOMETHING = {name: "x" for row in TRANSITIONS for name in row.requires}


def steps_from(state, without=()):
    return {row.target or state for row in TRANSITIONS if state in row.sources and row.action not in without}


def test_every_state_can_be_reached_from_a_report():
    reached, edge = set(), {State.REPORTED}
    while edge:
        reached |= edge
        edge = set(chain.from_iterable(steps_from(state) for state in edge)) - reached
    assert reached == set(State)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_issue_can_be_closed(state):
    reached = {state}
    while more := set(chain.from_iterable(steps_from(one) for one in reached)) - reached:
        reached |= more
    assert State.CLOSED in reached


def test_rows_of_one_action_in_a_state_agree_on_where_it_leads_and_on_what_it_needs():
    told = {}
    for row in TRANSITIONS:
        for state in row.sources:
            told.setdefault((row.action, state), set()).add((row.target, row.requires, row.takes, row.starts))
    assert all(len(kinds) == 1 for kinds in told.values())


PEOPLE = st.frozensets(st.sampled_from(sorted(set(Role) - {Role.SYSTEM})))


@given(PEOPLE, st.frozensets(st.sampled_from(Relation)), st.frozensets(st.sampled_from(Situation)))
def test_who_handled_it_neither_verifies_nor_surveys_it(roles, relations, situation):
    offered = {
        row.action
        for state in (State.HANDLED, State.VERIFIED)
        for row in available(state, roles, relations | {Relation.PAST_HOLDER}, situation)
    }
    assert not offered & {"pass", "rework", "survey", "object", "close"}


@given(
    st.sampled_from(State),
    st.sampled_from(sorted({row.action for row in TRANSITIONS})),
    st.frozensets(st.sampled_from(Role)),
    st.frozensets(st.sampled_from(Relation)),
    st.frozensets(st.sampled_from(Situation)),
)
def test_what_is_offered_can_be_done_and_what_is_not_cannot(state, action, roles, relations, situation):
    offered = {row.action for row in available(state, roles, relations, situation)}
    if action in offered:
        assert advance(state, action, roles, relations, SOMETHING, situation) in State
    else:
        with pytest.raises((IllegalAction, NotPermittedAction)):
            advance(state, action, roles, relations, SOMETHING, situation)


def test_a_final_holder_hands_nothing_on():
    every = [Role.WORKER, Role.HANDLER]
    for state in State:
        offered = {row.action for row in available(state, every, {Relation.HOLDER}, {Situation.FINAL})}
        assert not offered & {"return", "transfer", "escalate"}


def test_an_administrator_does_nothing_with_issues():
    relations = [frozenset(some) for size in (0, 1) for some in combinations([Relation.IN_AREA], size)]
    assert all(not available(state, {Role.ADMIN}, some) for state in State for some in relations)


def test_what_is_missing_is_named():
    with pytest.raises(MissingField) as refused:
        advance(State.REPORTED, "reject", {Role.LEADER}, (), {"reason": ""})
    assert refused.value.values["fields"] == ["reason", "told"]


def test_a_refused_action_names_what_is_possible():
    with pytest.raises(IllegalAction) as refused:
        advance(State.CLOSED, "take", {Role.WORKER}, {Relation.HOLDER}, {})
    assert refused.value.values["possible"] == ["reopen"]


def test_entries_fold_to_state_holder_round_due_and_hand_offs():
    due = datetime(2026, 3, 12, 9, tzinfo=UTC)
    story = [
        ("report", State.REPORTED, {}),
        ("dispatch", State.DISPATCHED, {"holder": ["person", 1], "due_at": due.isoformat()}),
        ("take", State.HANDLING, {}),
        ("transfer", State.DISPATCHED, {"holder": ["department", 7]}),
        ("take", State.HANDLING, {"holder": ["person", 2]}),
        ("finish", State.HANDLED, {}),
        ("pass", State.VERIFIED, {}),
        ("object", State.HANDLING, {}),
        ("return", State.REPORTED, {}),
    ]
    folded = [fold(story[:length]) for length in range(len(story) + 1)]
    assert [one.holder for one in folded[2:6]] == [
        ("person", 1),
        ("person", 1),
        ("department", 7),
        ("person", 2),
    ]
    assert (folded[5].hand_offs, folded[8].round, folded[8].hand_offs) == (1, 2, 0)
    last = folded[-1]
    assert (last.state, last.holder, last.due_at, last.hand_offs) == (State.REPORTED, None, due, 1)


def test_the_diagram_shows_every_state():
    drawn = diagram()
    assert all(f" {state}" in drawn for state in State)
