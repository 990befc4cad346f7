"""One step of an issue on its way into the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.db import Tx
from server.models import Ask, Entry, Issue, Whistle
from server.services.drafts import Draft
from server.services.people import Actor
from server.services.placing import Placed
from server.workflow import State

__all__ = ["Follow", "Step"]

Follow = tuple[str, dict[str, Any]]
"""An action that the system takes next, and what it gives."""


@dataclass
class Step:
    """One step: who does what with which issue, and what comes of it.

    Attributes
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who.
    issue : Issue
        Locked; its columns are those before the step until ``DO``.
    path : str
        Path of its area.
    entries : Sequence of Entry
        What was done before, in order.
    whistles, asks : Sequence, list
        Departments called, and requests, in order; one that is made now is put to them.
    action : str
        What.
    target : State
        State afterwards.
    given : Mapping[str, Any]
        As given, blanks left out.
    at : datetime
        When it happened.
    codes : dict
        What the entry keeps: codes, ids, instants; no words.
    follow : list of Follow
        What the system does next, in this transaction.
    placed, drawn : Placed, Draft or None
        Where a correction moves it, and the position given.
    """

    tx: Tx
    actor: Actor
    issue: Issue
    path: str
    entries: Sequence[Entry]
    whistles: Sequence[Whistle]
    asks: list[Ask]
    action: str
    target: State
    given: Mapping[str, Any]
    at: datetime
    codes: dict[str, Any] = field(default_factory=dict)
    follow: list[Follow] = field(default_factory=list)
    placed: Placed | None = None
    drawn: Draft | None = None

    @property
    def state(self) -> State:
        """State before."""
        return State(self.issue.state)

    @property
    def seq(self) -> int:
        """Running number of its entry."""
        return len(self.entries) + 1
