"""An issue's clocks: the due of the whole, the clock of the present stage, and the time a stage took.

The due begins with the first dispatch of a round, by the category's total limit; granted extensions and
suspensions move it, a correction of the category counts it anew from that dispatch, an objection begins it
anew. Stage clocks run beside it and never end after it. While no clock runs (before the first dispatch,
suspended) the due is None.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.models import Entry, Issue
from server.services.rules import Rules
from server.workflow import ENDED, NEW_ROUND, State
from server.worktime import elapsed

__all__ = ["begun", "extended", "joined", "recounted", "started", "turned", "used_s"]

LIMITED = frozenset({"dispatch", "take", "verify", "survey"})  # handling has all that is left


@dataclass(frozen=True)
class Pause:
    """A suspension as its entry tells it.

    Attributes
    ----------
    stopped_at : datetime
        When the clock stopped: when the suspension was asked for.
    due_at, amber_at : datetime or None
        What they were.
    """

    stopped_at: datetime
    due_at: datetime | None
    amber_at: datetime | None


def begun(rules: Rules, category: str, *, urgent: bool, at: datetime) -> dict[str, Any]:
    """Give the columns of a due that begins now: ``due_at amber_at dispatched_at``."""
    due_at = rules.due(at, category, "total", urgent=urgent)
    amber_at = rules.amber(at, due_at, rules.kind(category, urgent=urgent))
    return {"due_at": due_at, "amber_at": amber_at, "dispatched_at": at}


def started(
    rules: Rules, category: str, stage: str | None, *, urgent: bool, at: datetime, due_at: datetime | None
) -> dict[str, Any]:
    """Give the columns of a stage that begins now: ``stage_at stage_due_at``.

    Parameters
    ----------
    rules : Rules
        As they stand.
    category : str
        Code.
    stage : str or None
        Clock that the action starts; None: none runs in that state.
    urgent : bool
        Whether the issue is.
    at : datetime
        Now.
    due_at : datetime or None
        Due of the whole, which no stage outlasts.
    """
    ends = [due_at] if due_at is not None and stage is not None else []
    if stage in LIMITED:
        ends.append(rules.due(at, category, str(stage), urgent=urgent))
    return {"stage_at": at, "stage_due_at": min(ends, default=None)}


def used_s(rules: Rules, issue: Issue, at: datetime) -> int | None:
    """Tell how much time the stage that ends now took, by the clock of its limit; seconds.

    None when no stage was counted, or the issue was suspended.
    """
    if issue.stage_at is None or issue.state == State.SUSPENDED or issue.state in ENDED:
        return None
    if rules.kind(issue.category, urgent=issue.urgent).by_the_wall:
        return max(int((at - issue.stage_at).total_seconds()), 0)
    return int(elapsed(issue.stage_at, at, rules.calendar).total_seconds())


def turned(
    rules: Rules,
    issue: Issue,
    entries: Iterable[Entry],
    *,
    action: str,
    target: State,
    stage: str | None,
    at: datetime,
) -> dict[str, Any]:
    """Turn an issue's clocks for a step, and tell what its entry keeps of it.

    Parameters
    ----------
    rules : Rules
        As they stand.
    issue : Issue
        Its clock columns are written; its state is still the one before.
    entries : Iterable of Entry
        What was done before.
    action : str
        What is done.
    target : State
        State afterwards.
    stage : str or None
        Clock that the action starts.
    at : datetime
        When.

    Returns
    -------
    dict
        ``due_at`` (ISO 8601 or None) when it changed; ``resumed_from`` when the clock goes on.
    """
    before = issue.due_at
    kind = rules.kind(issue.category, urgent=issue.urgent)
    if action in NEW_ROUND:
        issue.due_at = issue.amber_at = issue.dispatched_at = None
    resumed: dict[str, Any] = {}
    if issue.state == State.SUSPENDED and target != State.SUSPENDED and (pause := _pause(entries)):
        resumed = {"resumed_from": pause.stopped_at.isoformat()}
        issue.due_at = pause.due_at and rules.moved(pause.due_at, pause.stopped_at, at, kind)
        issue.amber_at = pause.amber_at and rules.moved(pause.amber_at, pause.stopped_at, at, kind)
    # An issue of a store of the first version has no clock yet when it is taken.
    is_given = target == State.DISPATCHED or action == "take"
    begins = action == "object" or (is_given and issue.dispatched_at is None)
    if begins:
        _write(issue, begun(rules, issue.category, urgent=issue.urgent, at=at))
        waiting = [_at(one.given["joined_due"]) for one in _this_round(entries) if "joined_due" in one.given]
        if action != "object" and waiting and issue.due_at and min(waiting) < issue.due_at:
            _earlier(issue, min(waiting))
    if target != issue.state or stage:
        told = started(rules, issue.category, stage, urgent=issue.urgent, at=at, due_at=issue.due_at)
        _write(issue, told if target not in ENDED else dict.fromkeys(told))
    return resumed | _told(before, issue.due_at)


def recounted(rules: Rules, issue: Issue, entries: Iterable[Entry]) -> dict[str, Any]:
    """Count the due anew after a correction, from the first dispatch of the round; grants stand.

    Parameters
    ----------
    rules : Rules
        As they stand.
    issue : Issue
        Category and urgency already corrected.
    entries : Iterable of Entry
        What was done before.

    Returns
    -------
    dict
        ``due_at`` when it changed; ``due_was`` and ``amber_was`` while suspended.
    """
    if issue.dispatched_at is None:
        return {}
    kind = rules.kind(issue.category, urgent=issue.urgent)
    due_at = rules.due(issue.dispatched_at, issue.category, "total", urgent=issue.urgent)
    mine = _this_round(entries)
    for entry in mine:
        given = entry.given
        if given.get("resumed_from"):
            due_at = rules.moved(due_at, _at(given["resumed_from"]), entry.happened_at, kind)
        if entry.action == "extend":
            due_at = max(due_at, _at(given["until"]))
        if given.get("joined_due"):
            due_at = min(due_at, _at(given["joined_due"]))
    return _set(rules, issue, mine, due_at)


def extended(rules: Rules, issue: Issue, entries: Iterable[Entry], until: datetime) -> dict[str, Any]:
    """Move a running due to the end that was granted; gives ``due_at``."""
    due_at = max(issue.due_at, until) if issue.due_at else until
    return _set(rules, issue, _this_round(entries), due_at)


def joined(parent: Issue, entries: Iterable[Entry], due_at: datetime | None) -> dict[str, Any]:
    """Let an issue take the earlier due of another that is merged into it, at once or when its clock runs.

    Parameters
    ----------
    parent : Issue
        Takes it.
    entries : Iterable of Entry
        Of the parent, in order.
    due_at : datetime or None
        Due of the other.

    Returns
    -------
    dict
        What the parent's entry keeps: ``joined_due`` for later counts, and what changed now.
    """
    if due_at is None:
        return {}
    told: dict[str, Any] = {"joined_due": due_at.isoformat()}
    if parent.state == State.SUSPENDED and (pause := _pause(entries)) and pause.due_at:
        was, amber = min(pause.due_at, due_at), pause.amber_at or due_at
        return told | {"due_was": was.isoformat(), "amber_was": min(amber, was).isoformat()}
    if parent.due_at is None or due_at >= parent.due_at:
        return told
    _earlier(parent, due_at)
    return told | {"due_at": due_at.isoformat()}


def _earlier(issue: Issue, due_at: datetime) -> None:
    issue.due_at = due_at
    issue.amber_at = min(issue.amber_at or due_at, due_at)
    if issue.stage_due_at is not None:
        issue.stage_due_at = min(issue.stage_due_at, due_at)


def _set(rules: Rules, issue: Issue, entries: Sequence[Entry], due_at: datetime) -> dict[str, Any]:
    """Set a due, with the instant at which three quarters of its own time are used; pauses don't count."""
    before, begin = issue.due_at, issue.dispatched_at or due_at
    segments: list[tuple[datetime, datetime]] = []
    for entry in entries:
        if entry.given.get("resumed_from"):
            segments.append((begin, _at(entry.given["resumed_from"])))
            begin = entry.happened_at
    kind = rules.kind(issue.category, urgent=issue.urgent)
    amber_at = min(rules.amber_of([*segments, (begin, due_at)], kind), due_at)
    if issue.state == State.SUSPENDED:
        return {"due_was": due_at.isoformat(), "amber_was": amber_at.isoformat()}
    issue.due_at, issue.amber_at = due_at, amber_at
    if issue.state == State.HANDLING:
        issue.stage_due_at = due_at
    elif issue.stage_due_at is not None:
        issue.stage_due_at = min(issue.stage_due_at, due_at)
    return _told(before, due_at)


def _this_round(entries: Iterable[Entry]) -> list[Entry]:
    mine: list[Entry] = []
    for entry in entries:
        if entry.action in NEW_ROUND:
            mine.clear()
        else:
            mine.append(entry)
    return mine


def _pause(entries: Iterable[Entry]) -> Pause | None:
    """Find the suspension in force, with what later corrections made of the due it keeps back."""
    stopped_at, kept = None, {}
    for entry in entries:
        if entry.action == "suspend":
            stopped_at = _at(entry.given["stopped_at"])
        if "due_was" in entry.given:
            kept = entry.given
    if stopped_at is None:
        return None
    return Pause(stopped_at, *(kept[name] and _at(kept[name]) for name in ("due_was", "amber_was")))


def _write(issue: Issue, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(issue, name, value)


def _told(before: datetime | None, after: datetime | None) -> dict[str, Any]:
    return {} if after == before else {"due_at": after.isoformat() if after else None}


def _at(said: str) -> datetime:
    return datetime.fromisoformat(said)
