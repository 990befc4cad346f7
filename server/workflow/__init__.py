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
    FINISHED,
    HAND_OFFS,
    HELD,
    NEW_ROUND,
    OPEN,
    TRANSITIONS,
    Relation,
    Role,
    Situation,
    State,
    Transition,
)

__all__ = [
    "ENDED",
    "FINISHED",
    "HAND_OFFS",
    "HELD",
    "NEW_ROUND",
    "OPEN",
    "TRANSITIONS",
    "Folded",
    "IllegalAction",
    "MissingField",
    "NotPermittedAction",
    "Relation",
    "Role",
    "Situation",
    "State",
    "Transition",
    "WorkflowError",
    "advance",
    "available",
    "diagram",
    "fold",
    "rows_for",
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


def rows_for(action: str, state: State | None) -> tuple[Transition, ...]:
    """Find the rows of an action in a state; several where different people may do it at different times.

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
    named = (row for row in TRANSITIONS if row.action == action)
    rows = tuple(row for row in named if (state in row.sources if state else not row.sources))
    if not rows:
        possible = [row.action for row in TRANSITIONS if state in row.sources]
        raise IllegalAction(state=state, action=action, possible=list(dict.fromkeys(possible)))
    return rows


def _fits(row: Transition, situation: frozenset[Situation]) -> bool:
    return row.when <= situation and not row.excludes_when & situation


def _permits(row: Transition, roles: frozenset[Role], relations: frozenset[Relation]) -> bool:
    return not row.excludes & relations and bool(row.roles & roles or row.relations & relations)


def available(
    state: State, roles: Iterable[Role], relations: Iterable[Relation], situation: Iterable[Situation] = ()
) -> tuple[Transition, ...]:
    """List what somebody may do now, in the table's order.

    Parameters
    ----------
    state : State
        Present state.
    roles : Iterable of Role
        Roles the person has over the issue's area.
    relations : Iterable of Relation
        What the person is to the issue.
    situation : Iterable of Situation
        How the issue itself stands.

    Returns
    -------
    tuple of Transition
        Rows open to them; empty when there is nothing.
    """
    held, related, stands = frozenset(roles), frozenset(relations), frozenset(situation)
    return tuple(
        row
        for row in TRANSITIONS
        if state in row.sources and _fits(row, stands) and _permits(row, held, related)
    )


def advance(
    state: State | None,
    action: str,
    roles: Iterable[Role],
    relations: Iterable[Relation],
    given: Mapping[str, Any],
    situation: Iterable[Situation] = (),
) -> State:
    """Say where an action leads, or why it cannot be done.

    Parameters
    ----------
    state : State or None
        Present state; None before the report.
    action : str
        Name of the action.
    roles, relations, situation : Iterable
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
    held, related, stands = frozenset(roles), frozenset(relations), frozenset(situation)
    rows = [row for row in rows_for(action, state) if _fits(row, stands)]
    if not rows:
        possible = [row.action for row in TRANSITIONS if state in row.sources and _fits(row, stands)]
        raise IllegalAction(state=state, action=action, possible=list(dict.fromkeys(possible)))
    row = next((row for row in rows if _permits(row, held, related)), None)
    if row is None:
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
        Due instant; None while no clock runs.
    round : int
        1, and one more for each objection or reopening.
    hand_offs : int
        Returns and transfers in this round.
    final : bool
        Held by a supervisor's last word.
    attempts : int
        Failed contacts since it was verified.
    category : str
        After corrections.
    urgent : bool
        After corrections.
    satisfaction : str or None
        Of the last call-back.
    """

    state: State | None = None
    holder: tuple[str, int] | None = None
    due_at: datetime | None = None
    round: int = 1
    hand_offs: int = 0
    final: bool = False
    attempts: int = 0
    category: str = ""
    urgent: bool = False
    satisfaction: str | None = None


def fold(entries: Iterable[tuple[str, State, Mapping[str, Any]]]) -> Folded:
    """Add up the entries of an issue.

    Parameters
    ----------
    entries : Iterable of (action, to_state, given)
        In order. ``given["holder"]`` is ``["person" | "department", id]`` where the entry sets the holder,
        ``given["due_at"]`` ISO 8601 text where it sets the due instant, None where it stops the clock.

    Returns
    -------
    Folded
        What the issue's columns must be.
    """
    folded = Folded()
    for action, to_state, given in entries:
        folded = _after(folded, action, State(to_state), given)
    return folded


def _after(before: Folded, action: str, to_state: State, given: Mapping[str, Any]) -> Folded:
    new_round = action in NEW_ROUND
    due_at = before.due_at
    if "due_at" in given:
        due_at = datetime.fromisoformat(given["due_at"]) if given["due_at"] else None
    changes = {**given, **(given.get("changes") or {})}
    return Folded(
        state=to_state,
        holder=_holder_after(before.holder, to_state, given),
        due_at=due_at,
        round=before.round + new_round,
        hand_offs=0 if new_round else before.hand_offs + (action in HAND_OFFS),
        final=bool(given.get("final", before.final and not new_round)),
        attempts=(before.attempts + (action == "attempt")) if to_state == State.VERIFIED else 0,
        category=_changed(changes.get("category"), before.category),
        urgent=_changed(changes.get("urgent"), before.urgent),
        satisfaction=given.get("satisfaction") or (None if new_round else before.satisfaction),
    )


def _changed(given: Any, before: Any) -> Any:  # noqa: ANN401 - a value, or from what to what
    if isinstance(given, Mapping):
        return given["to"]
    return before if given is None else given


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
    lines = list(dict.fromkeys(lines))
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)
