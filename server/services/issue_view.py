"""One issue as somebody sees it: facts, words, log, and what they may do with it.

Words about people are masked for everybody; :mod:`server.services.unmasking` alone shows them whole, and writes
down to whom.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from server.db import Tx
from server.errors import NotFound
from server.models import Area, Ask, Entry, Issue, Whistle
from server.services.beside import Asked, Called
from server.services.issue_parts import AT_INTAKE, Parts, parts_of, places_of
from server.services.people import Actor
from server.services.permissions import may_unmask, visible
from server.services.roster import Roster, roster_of
from server.services.standing import has_above, relations_of, situation_of
from server.workflow import Situation, State, Transition, available

__all__ = ["IssueView", "Step", "found", "offered", "one", "several", "view"]


@dataclass(frozen=True)
class Step:
    """One entry as people read it.

    Attributes
    ----------
    seq, action, from_state, to_state, role :
        Codes of the entry.
    who : str
        Name of the person; "" for system and resident.
    at : datetime
        When it happened.
    given : dict
        Codes of the entry.
    words : dict[str, str]
        Words: kind -> text, masked unless the view is whole.
    used_s : int or None
        Seconds that the stage which it ends took, by the clock of its limit.
    holder : str
        Name of whom the entry gives the issue to; "" when to nobody.
    moved : tuple of str or None
        Names of the cells that a correction of the place leads from and to; "" for none.
    unit, told : str
        Names of the department that it is about, and of whom the system told; "" for none.
    """

    seq: int
    action: str
    from_state: str | None
    to_state: str
    role: str
    who: str
    at: datetime
    given: dict[str, Any]
    words: dict[str, str]
    used_s: int | None = None
    holder: str = ""
    moved: tuple[str, str] | None = None
    unit: str = ""
    told: str = ""

    @property
    def said(self) -> list[str]:
        """What was said at this step; the report's own words stand with the issue."""
        return [words for kind, words in self.words.items() if kind not in AT_INTAKE and words]


@dataclass(frozen=True)
class IssueView:
    """One issue as an actor sees it.

    Attributes
    ----------
    issue : Issue
        Column values, detached.
    path : str
        Path of its area.
    description, place, reporter_name, reporter_phone : str
        Words, masked unless the view is whole; "" when absent or purged.
    holder : tuple of str or None
        ``("person" | "department", name)``.
    log : tuple of Step
        Entries in order.
    actions : tuple of Transition
        What this actor may do now.
    situation : frozenset of Situation
        How the issue itself stands.
    whistles : tuple of Called
        Departments called, in order.
    asks : tuple of Asked
        Requests for more time, in order.
    parent : str
        Number of the issue it was merged into; "" for none.
    children : tuple of str
        Numbers of the issues merged into it.
    may_unmask : bool
        Whether this actor may ask to see it whole.
    is_whole : bool
        Whether its words are shown as they were said.
    """

    issue: Issue
    path: str
    description: str
    place: str
    reporter_name: str
    reporter_phone: str
    holder: tuple[str, str] | None
    log: tuple[Step, ...]
    actions: tuple[Transition, ...]
    situation: frozenset[Situation] = frozenset()
    whistles: tuple[Called, ...] = ()
    asks: tuple[Asked, ...] = ()
    parent: str = ""
    children: tuple[str, ...] = ()
    may_unmask: bool = False
    is_whole: bool = False


def found(tx: Tx, actor: Actor, number: str) -> tuple[Issue, str]:
    """Find an issue that the actor may see, with the path of its area.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    row = tx.session.execute(_seen(actor).where(Issue.number == number)).first()
    if row is None:
        raise NotFound("issue.not_found", number=number[:40])
    return row[0], row[1]


def _seen(actor: Actor) -> Select[Issue, str]:
    return select(Issue, Area.path).join(Area, Area.id == Issue.area_id).where(visible(actor))


def one(tx: Tx, actor: Actor, number: str) -> IssueView:
    """Read one issue with its log and what the actor may do.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    return view(tx, actor, *found(tx, actor, number))


def several(tx: Tx, actor: Actor, numbers: Sequence[str]) -> list[IssueView]:
    """Read issues, in the order asked; those that the actor may not see are left out, as if absent."""
    rows = tx.session.execute(_seen(actor).where(Issue.number.in_(numbers)))
    known = {issue.number: (issue, path) for issue, path in rows}
    return _views(tx, actor, [known[one] for one in dict.fromkeys(numbers) if one in known])


def view(tx: Tx, actor: Actor, issue: Issue, path: str, *, is_whole: bool = False) -> IssueView:
    """Show an issue already found; whether the actor may see it, and whole, was decided there."""
    return _views(tx, actor, [(issue, path)], is_whole=is_whole)[0]


def _views(
    tx: Tx, actor: Actor, rows: Sequence[tuple[Issue, str]], *, is_whole: bool = False
) -> list[IssueView]:
    parts = parts_of(tx, [issue for issue, _path in rows], is_whole=is_whole)
    roster = cache(lambda: roster_of(tx, [issue.area_id for issue, _path in rows], tx.now))
    return [_view(tx, actor, row, parts[row[0].id], roster, is_whole=is_whole) for row in rows]


def _view(
    tx: Tx,
    actor: Actor,
    row: tuple[Issue, str],
    parts: Parts,
    roster: Callable[[], Roster],
    *,
    is_whole: bool,
) -> IssueView:
    issue, path = row
    log = tuple(_step(entry, name, parts) for entry, name in parts.entries)
    first = log[0].words if log else {}
    plain = [entry for entry, _name in parts.entries]
    actions, situation, may_ask = offered(
        tx, actor, issue, path, plain, parts.whistles, parts.asks, roster=roster
    )
    return IssueView(
        issue,
        path,
        first.get("description", ""),
        first.get("place", ""),
        first.get("reporter_name", ""),
        first.get("reporter_phone", ""),
        _holder(issue, parts),
        log,
        actions,
        situation,
        parts.called,
        parts.asked,
        parts.parent,
        parts.children,
        may_ask,
        is_whole,
    )


def offered(
    tx: Tx,
    actor: Actor,
    issue: Issue,
    path: str,
    entries: Sequence[Entry],
    whistles: Sequence[Whistle],
    asks: Sequence[Ask],
    roster: Callable[[], Roster] | None = None,
) -> tuple[tuple[Transition, ...], frozenset[Situation], bool]:
    """List what an actor may do with an issue, how the issue itself stands, and whether they may see it whole."""
    situation = situation_of(tx, issue, entries, asks)
    relations = relations_of(actor, issue, entries, whistles, path)
    rows = available(State(issue.state), actor.roles_at(path), relations, situation)
    if any(row.action == "escalate" for row in rows) and not has_above(
        tx, issue, roster() if roster else None
    ):
        situation |= {Situation.TOP}
        rows = tuple(row for row in rows if row.action != "escalate")
    return rows, situation, may_unmask(tx, actor, relations, path)


def _step(entry: Entry, who: str, parts: Parts) -> Step:
    given, private, places = entry.given, entry.given.get("private", {}), places_of(entry)
    cells = parts.cells
    return Step(
        entry.seq,
        entry.action,
        entry.from_state,
        entry.to_state,
        entry.role,
        who,
        entry.happened_at,
        {key: value for key, value in given.items() if key != "private"},
        {kind: parts.words.get(reference[0], "") for kind, reference in private.items()},
        entry.stage_used_s,
        parts.names.get(tuple(given.get("holder") or ()), ""),
        (cells.get(places["from"]["cell"], ""), cells.get(places["to"]["cell"], "")) if places else None,
        parts.names.get(("department", given.get("department", 0)), ""),
        parts.names.get(("person", given.get("person", 0)), ""),
    )


def _holder(issue: Issue, parts: Parts) -> tuple[str, str] | None:
    if issue.holder_person_id:
        return "person", parts.names["person", issue.holder_person_id]
    if issue.holder_department_id:
        return "department", parts.names["department", issue.holder_department_id]
    return None
