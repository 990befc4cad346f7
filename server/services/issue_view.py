"""One issue as somebody sees it: facts, words, log, and what they may do with it.

Words about people are masked for everybody; :mod:`server.services.unmasking` alone shows them whole, and writes
down to whom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.errors import NotFound
from server.models import Area, Ask, Department, Entry, Issue, Person, PrivateText, Whistle
from server.services.beside import Asked, Called, asked, called, family
from server.services.people import Actor
from server.services.permissions import may_unmask, visible
from server.services.private import unseal
from server.services.redact import MASK, masked
from server.services.standing import asks_of, has_above, relations_of, situation_of, whistles_of
from server.workflow import Situation, State, Transition, available

__all__ = ["IssueView", "Step", "found", "offered", "one", "view"]

REPORTER = "reporter_name"
AT_INTAKE = frozenset({"description", "place", "reporter_name", "reporter_phone"})


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
    row = tx.session.execute(
        select(Issue, Area.path)
        .join(Area, Area.id == Issue.area_id)
        .where(Issue.number == number, visible(actor))
    ).first()
    if row is None:
        raise NotFound("issue.not_found", number=number[:40])
    return row[0], row[1]


def one(tx: Tx, actor: Actor, number: str) -> IssueView:
    """Read one issue with its log and what the actor may do.

    Raises
    ------
    NotFound
        Absent, or outside the actor's areas.
    """
    return view(tx, actor, *found(tx, actor, number))


def view(tx: Tx, actor: Actor, issue: Issue, path: str, *, is_whole: bool = False) -> IssueView:
    """Show an issue already found; whether the actor may see it, and whole, was decided there."""
    words = _words(tx, issue, is_whole=is_whole)
    entries = tx.session.execute(
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.issue_id == issue.id)
        .order_by(Entry.seq)
    ).all()
    names = _holders(tx, [entry for entry, _ in entries])
    cells = _cells(tx, [entry for entry, _ in entries])
    log = tuple(_step(entry, name, words, names, cells) for entry, name in entries)
    first = log[0].words if log else {}
    whistles, asks = whistles_of(tx, issue.id), asks_of(tx, issue.id)
    plain = [entry for entry, _ in entries]
    actions, situation, may_ask = offered(tx, actor, issue, path, plain, whistles, asks)
    parent, children = family(tx, issue)
    return IssueView(
        issue,
        path,
        first.get("description", ""),
        first.get("place", ""),
        first.get("reporter_name", ""),
        first.get("reporter_phone", ""),
        _holder_name(tx, issue),
        log,
        actions,
        situation,
        called(tx, whistles),
        asked(tx, asks),
        parent,
        children,
        may_ask,
        is_whole,
    )


def _words(tx: Tx, issue: Issue, *, is_whole: bool) -> dict[str, str]:
    """Read the words of an issue by uid.

    A name that was erased cannot be looked for in the other words any more: these are then masked altogether.
    """
    texts = tx.session.scalars(select(PrivateText).where(PrivateText.issue_id == issue.id)).all()
    said = [(str(text.uid), text.kind, unseal(tx, text) or "") for text in texts]
    if is_whole:
        return {uid: words for uid, _, words in said}
    if any(text.kind == REPORTER and text.purged_at for text in texts):
        return {uid: "" if kind in AT_INTAKE else MASK for uid, kind, words in said}
    names = [words for _, kind, words in said if kind == REPORTER] + _names_of_children(tx, issue)
    return {uid: masked(kind, words, names) for uid, kind, words in said}


def _names_of_children(tx: Tx, issue: Issue) -> list[str]:
    """Read who reported the issues merged into this one; what is noted here may speak of them."""
    if not issue.repeats:
        return []
    theirs = select(PrivateText).join(Issue, Issue.id == PrivateText.issue_id)
    texts = tx.session.scalars(theirs.where(Issue.parent_id == issue.id, PrivateText.kind == REPORTER))
    return [unseal(tx, text) or "" for text in texts]


def offered(
    tx: Tx,
    actor: Actor,
    issue: Issue,
    path: str,
    entries: Sequence[Entry],
    whistles: Sequence[Whistle],
    asks: Sequence[Ask],
) -> tuple[tuple[Transition, ...], frozenset[Situation], bool]:
    """List what an actor may do with an issue, how the issue itself stands, and whether they may see it whole."""
    situation = situation_of(tx, issue, entries, asks)
    relations = relations_of(actor, issue, entries, whistles, path)
    rows = available(State(issue.state), actor.roles_at(path), relations, situation)
    if any(row.action == "escalate" for row in rows) and not has_above(tx, issue):
        situation |= {Situation.TOP}
        rows = tuple(row for row in rows if row.action != "escalate")
    return rows, situation, may_unmask(tx, actor, relations, path)


def _holders(tx: Tx, entries: list[Entry]) -> dict[tuple[str, int], str]:
    given = [entry.given["holder"] for entry in entries if entry.given.get("holder")]
    names: dict[tuple[str, int], str] = {}
    for kind, table in (("person", Person), ("department", Department)):
        ids = {key for one, key in given if one == kind}
        if ids:
            rows = tx.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
            names.update({(kind, key): name for key, name in rows})
    return names


def _cells(tx: Tx, entries: list[Entry]) -> dict[str, str]:
    """Name the cells that corrections of the place lead from and to, by code."""
    codes = {spot["cell"] for entry in entries for spot in _places(entry).values() if spot["cell"]}
    if not codes:
        return {}
    return dict(tx.session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all())


def _places(entry: Entry) -> dict[str, Any]:
    changes: dict[str, Any] = entry.given.get("changes") or {}
    return changes.get("place") or {}


def _step(
    entry: Entry,
    name: str | None,
    words: Mapping[str, str],
    holders: Mapping[tuple[str, int], str],
    cells: Mapping[str, str],
) -> Step:
    private, places = entry.given.get("private", {}), _places(entry)
    return Step(
        entry.seq,
        entry.action,
        entry.from_state,
        entry.to_state,
        entry.role,
        name or "",
        entry.happened_at,
        {key: value for key, value in entry.given.items() if key != "private"},
        {kind: words.get(reference[0], "") for kind, reference in private.items()},
        entry.stage_used_s,
        holders.get(tuple(entry.given.get("holder") or ()), ""),
        (cells.get(places["from"]["cell"], ""), cells.get(places["to"]["cell"], "")) if places else None,
    )


def _holder_name(tx: Tx, issue: Issue) -> tuple[str, str] | None:
    if issue.holder_person_id:
        return "person", tx.session.scalars(
            select(Person.name).where(Person.id == issue.holder_person_id)
        ).one()
    if issue.holder_department_id:
        names = select(Department.name).where(Department.id == issue.holder_department_id)
        return "department", tx.session.scalars(names).one()
    return None
