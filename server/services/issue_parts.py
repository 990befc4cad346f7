"""What issues are made up of, read for several at once: words, entries, names, what runs beside them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from server.db import Tx
from server.models import Area, Ask, Department, Entry, Issue, Person, PrivateText, Whistle
from server.services.beside import Asked, Called, asked, called, families
from server.services.private import unseal
from server.services.redact import MASK, masked
from server.services.standing import asks_of, whistles_of

__all__ = ["AT_INTAKE", "Parts", "parts_of", "places_of"]

REPORTER = "reporter_name"
AT_INTAKE = frozenset({"description", "place", "reporter_name", "reporter_phone"})
Names = dict[tuple[str, int], str]
"""(``person department``, key) -> name."""


@dataclass(frozen=True)
class Parts:
    """What one issue is made up of.

    Attributes
    ----------
    words : dict[str, str]
        By uid, masked unless they were read whole.
    entries : list of (Entry, str)
        In order, with the names of who made them.
    names : dict
        Of the people and departments that hold it or that its entries name.
    cells : dict[str, str]
        Names of cells that corrections of the place lead from and to, by code.
    whistles, asks : list
        Rows, in order.
    called, asked : tuple
        The same with names.
    parent : str
        Number of the issue it was merged into; "" for none.
    children : tuple of str
        Numbers of the issues merged into it.
    """

    words: dict[str, str]
    entries: list[tuple[Entry, str]]
    names: Names
    cells: dict[str, str]
    whistles: list[Whistle]
    asks: list[Ask]
    called: tuple[Called, ...]
    asked: tuple[Asked, ...]
    parent: str
    children: tuple[str, ...]


def parts_of(tx: Tx, issues: Sequence[Issue], *, is_whole: bool) -> dict[int, Parts]:
    """Read what issues are made up of, by key: with as many statements for many as for one.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    issues : Sequence of Issue
        Found already; whether they may be seen, and whole, was decided there.
    is_whole : bool
        Whether words are read as they were said.
    """
    ids = [issue.id for issue in issues]
    words, entries = _words(tx, issues, is_whole=is_whole), _entries(tx, ids)
    plain = [entry for several in entries.values() for entry, _name in several]
    names, cells = _names(tx, issues, plain), _cells(tx, plain)
    whistles, asks = whistles_of(tx, *ids), asks_of(tx, *ids)
    with_names = called(tx, whistles), asked(tx, asks)
    kin = families(tx, issues)
    return {
        key: Parts(
            words[key],
            entries[key],
            names,
            cells,
            [row for row in whistles if row.issue_id == key],
            [row for row in asks if row.issue_id == key],
            tuple(one for one, row in zip(with_names[0], whistles, strict=True) if row.issue_id == key),
            tuple(one for one, row in zip(with_names[1], asks, strict=True) if row.issue_id == key),
            *kin[key],
        )
        for key in ids
    }


def _entries(tx: Tx, ids: Sequence[int]) -> dict[int, list[tuple[Entry, str]]]:
    found: dict[int, list[tuple[Entry, str]]] = defaultdict(list)
    query = (
        select(Entry, Person.name)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.issue_id.in_(ids))
        .order_by(Entry.issue_id, Entry.seq)
    )
    for entry, name in tx.session.execute(query):
        found[entry.issue_id].append((entry, name or ""))
    return found


def _words(tx: Tx, issues: Sequence[Issue], *, is_whole: bool) -> dict[int, dict[str, str]]:
    """Read the words of issues by uid.

    A name that was erased cannot be looked for in the other words any more: these are then masked altogether.
    """
    texts: dict[int, list[PrivateText]] = {issue.id: [] for issue in issues}
    for text in tx.session.scalars(select(PrivateText).where(PrivateText.issue_id.in_(list(texts)))):
        if text.issue_id is not None:
            texts[text.issue_id].append(text)
    children = {} if is_whole else _names_of_children(tx, [issue.id for issue in issues if issue.repeats])
    return {
        key: _read(tx, several, children.get(key, []), is_whole=is_whole) for key, several in texts.items()
    }


def _read(tx: Tx, texts: Sequence[PrivateText], children: list[str], *, is_whole: bool) -> dict[str, str]:
    said = [(str(text.uid), text.kind, unseal(tx, text) or "") for text in texts]
    if is_whole:
        return {uid: words for uid, _, words in said}
    if any(text.kind == REPORTER and text.purged_at for text in texts):
        return {uid: "" if kind in AT_INTAKE else MASK for uid, kind, words in said}
    names = [words for _, kind, words in said if kind == REPORTER] + children
    return {uid: masked(kind, words, names) for uid, kind, words in said}


def _names_of_children(tx: Tx, ids: Sequence[int]) -> dict[int | None, list[str]]:
    """Read who reported the issues merged into these; what is noted here may speak of them."""
    found: dict[int | None, list[str]] = defaultdict(list)
    if ids:
        theirs = select(Issue.parent_id, PrivateText).join(Issue, Issue.id == PrivateText.issue_id)
        query = theirs.where(Issue.parent_id.in_(ids), PrivateText.kind == REPORTER)
        for parent, text in tx.session.execute(query):
            found[parent].append(unseal(tx, text) or "")
    return found


def _names(tx: Tx, issues: Sequence[Issue], entries: Sequence[Entry]) -> Names:
    """Name whom entries give an issue to, tell of it or call, and who holds it: a statement a kind."""
    given = {(kind, key) for entry in entries for kind, key in _named(entry)}
    names: Names = {}
    for kind, table in (("person", Person), ("department", Department)):
        ids = {key for one, key in given if one == kind}
        ids |= {key for issue in issues if (key := getattr(issue, f"holder_{kind}_id"))}
        if ids:
            rows = tx.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
            names.update({(kind, key): name for key, name in rows})
    return names


def _named(entry: Entry) -> Iterable[tuple[str, int]]:
    """List what an entry names by key: the new holder, and who was told or called by the system."""
    if entry.given.get("holder"):
        yield tuple(entry.given["holder"])
    for kind in ("person", "department"):
        if entry.given.get(kind):
            yield kind, int(entry.given[kind])


def _cells(tx: Tx, entries: Sequence[Entry]) -> dict[str, str]:
    """Name the cells that corrections of the place lead from and to, by code."""
    codes = {spot["cell"] for entry in entries for spot in places_of(entry).values() if spot["cell"]}
    if not codes:
        return {}
    return dict(tx.session.execute(select(Area.code, Area.name).where(Area.code.in_(codes))).all())


def places_of(entry: Entry) -> dict[str, Any]:
    """Give where a correction of the place leads from and to; nothing for other entries."""
    changes: dict[str, Any] = entry.given.get("changes") or {}
    return changes.get("place") or {}
