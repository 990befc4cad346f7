"""The closed loop as one table: who may do what from where, what it needs, which clock it starts.

Pure (standard library only): it never sees an issue, a person or a database. One row is one action with
one target; buttons, links, diagram and tests read :data:`TRANSITIONS`. Its errors::

    WorkflowError
    ├── IllegalAction        the state does not offer the action
    ├── NotPermittedAction   neither role nor relation allows it, or a relation forbids it
    └── MissingField         something the action needs was not given
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.workflow.table import (
    ENDED,
    HAND_OFFS,
    NEW_ROUND,
    OPEN,
    TRANSITIONS,
    Relation,
    Role,
    State,
    Transition,
)

__all__ = [
    "ENDED",
    "HAND_OFFS",
    "NEW_ROUND",
    "OPEN",
    "TRANSITIONS",
    "Folded",
    "IllegalAction",
    "MissingField",
    "NotPermittedAction",
    "Relation",
    "Role",
    "State",
    "Transition",
    "WorkflowError",
    "advance",
    "available",
    "diagram",
    "fold",
    "row_for",
]


class WorkflowError(Exception):
    """Base of the loop's errors; carries ``code`` and ``values`` like every error here."""

    code = "action.illegal"

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - values are shown
        super().__init__(self.code, values)
        self.values = values


class IllegalAction(WorkflowError):
    """The state does not offer the action; ``values["possible"]`` lists what it offers."""


class NotPermittedAction(WorkflowError, PermissionError):
    """The action exists here, but not for this person."""

    code = "action.not_permitted"


class MissingField(WorkflowError, ValueError):
    """Something the action needs was not given; ``values["fields"]`` lists it."""

    code = "action.missing"


def row_for(action: str, state: State | None) -> Transition:
    """Find the row of an action in a state.

    Parameters
    ----------
    action : str
        Name of the action.
    state : State or None
        Present state; None before the report.

    Raises
    ------
    IllegalAction
        The state does not offer it.
    """
    for row in TRANSITIONS:
        if row.action == action and (state in row.sources if state else not row.sources):
            return row
    possible = [row.action for row in TRANSITIONS if state in row.sources]
    raise IllegalAction(state=state, action=action, possible=possible)


def _permits(row: Transition, roles: frozenset[Role], relations: frozenset[Relation]) -> bool:
    return not row.excludes & relations and bool(row.roles & roles or row.relations & relations)


def available(state: State, roles: Iterable[Role], relations: Iterable[Relation]) -> tuple[Transition, ...]:
    """List what somebody may do now, in the table's order.

    Parameters
    ----------
    state : State
        Present state.
    roles : Iterable of Role
        Roles the person has over the issue's area.
    relations : Iterable of Relation
        What the person is to the issue.

    Returns
    -------
    tuple of Transition
        Rows open to them; empty when there is nothing.
    """
    held, related = frozenset(roles), frozenset(relations)
    return tuple(row for row in TRANSITIONS if state in row.sources and _permits(row, held, related))


def advance(
    state: State | None,
    action: str,
    roles: Iterable[Role],
    relations: Iterable[Relation],
    given: Mapping[str, Any],
) -> State:
    """Say where an action leads, or why it cannot be done.

    Parameters
    ----------
    state : State or None
        Present state; None before the report.
    action : str
        Name of the action.
    roles, relations : Iterable
        As in :func:`available`.
    given : Mapping[str, Any]
        Fields given; an empty text or None counts as not given.

    Returns
    -------
    State
        State afterwards.

    Raises
    ------
    IllegalAction, NotPermittedAction, MissingField
        In this order of asking.
    """
    row = row_for(action, state)
    if not _permits(row, frozenset(roles), frozenset(relations)):
        raise NotPermittedAction(state=state, action=action)
    missing = [name for name in row.requires if given.get(name) in (None, "", [], {})]
    if missing:
        raise MissingField(action=action, fields=missing)
    if row.target is not None:
        return row.target
    if state is None:
        raise IllegalAction(state=state, action=action, possible=[])
    return state


@dataclass(frozen=True)
class Folded:
    """What the entries of an issue add up to.

    Attributes
    ----------
    state : State or None
        None when there is no entry.
    holder : tuple of (str, int) or None
        ``("person", id)`` or ``("department", id)``.
    due_at : datetime or None
        Due instant.
    round : int
        1, and one more for each objection or reopening.
    hand_offs : int
        Returns and transfers in this round.
    """

    state: State | None = None
    holder: tuple[str, int] | None = None
    due_at: datetime | None = None
    round: int = 1
    hand_offs: int = 0


def fold(entries: Iterable[tuple[str, State, Mapping[str, Any]]]) -> Folded:
    """Add up the entries of an issue.

    Parameters
    ----------
    entries : Iterable of (action, to_state, given)
        In order. ``given["holder"]`` is ``["person" | "department", id]`` where the entry sets the holder,
        ``given["due_at"]`` ISO 8601 text where it sets the due instant.

    Returns
    -------
    Folded
        State, holder, due, round and hand-offs.
    """
    folded = Folded()
    for action, to_state, given in entries:
        new_round = action in NEW_ROUND
        folded = Folded(
            state=State(to_state),
            holder=_holder_after(folded.holder, to_state, given),
            due_at=datetime.fromisoformat(given["due_at"]) if given.get("due_at") else folded.due_at,
            round=folded.round + new_round,
            hand_offs=0 if new_round else folded.hand_offs + (action in HAND_OFFS),
        )
    return folded


def _holder_after(
    holder: tuple[str, int] | None, to_state: State, given: Mapping[str, Any]
) -> tuple[str, int] | None:
    if to_state in (State.REPORTED, State.REJECTED, State.MERGED):
        return None
    if given.get("holder"):
        kind, key = given["holder"]
        return str(kind), int(key)
    return holder


def diagram() -> str:
    """Draw the table as a Mermaid state diagram, actions that change the state only."""
    lines = ["stateDiagram-v2"]
    for row in TRANSITIONS:
        if row.target is None:
            continue
        sources = [str(one) for one in State if one in row.sources] or ["[*]"]
        lines += [f"    {source} --> {row.target}: {row.action}" for source in sources]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)
