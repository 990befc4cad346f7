"""My desk: what waits for somebody, by what they are, as counts of lists that can be opened.

A tile is a name and a query of the list, so that the count and the list behind it are the same question.
What is open is counted in one statement for all tiles of all sections.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, select

from server.db import Tx
from server.models import Department, Issue
from server.services import gaps, listing, triage
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.conditions import asked, is_open
from server.services.filters import Filters
from server.services.orders import order_of
from server.services.people import Actor
from server.services.permissions import visible
from server.workflow import Role

__all__ = ["LISTS", "Section", "Tile", "desk"]

LISTS = 8
"""Longest short list of a section."""
TRIAGE, GAPS = "triage", "gaps"
TO_DO = "dispatched,handling"
Query = Mapping[str, str]


@dataclass(frozen=True)
class Tile:
    """A count, and the list behind it.

    Attributes
    ----------
    key : str
        Its name, a key of ``NAMES["desk"]``.
    place : str
        ``issues`` for the list of issues, ``triage`` for the queue, ``gaps`` for cells without a worker.
    query : Mapping[str, str]
        Of the list of issues.
    tone : str
        ``bad warn plain``: how much it presses when there is any.
    count : int
        How many.
    oldest : datetime or None
        Since when the oldest waits, where that is asked.
    """

    key: str
    place: str = "issues"
    query: Query = field(default_factory=dict)
    tone: str = "plain"
    count: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True)
class Section:
    """What waits for somebody in one of their roles.

    Attributes
    ----------
    role : Role
        Which.
    tiles : tuple of Tile
        Counts.
    briefs : tuple of Brief
        The most pressing of its main list; empty when it has none.
    more : Query
        The whole of that list.
    """

    role: Role
    tiles: tuple[Tile, ...]
    briefs: tuple[Brief, ...] = ()
    more: Query = field(default_factory=dict)


def desk(tx: Tx, actor: Actor) -> tuple[Section, ...]:
    """Read somebody's desk, section by section.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Whose; several roles have several sections.
    """
    plans = {role: tuple(_TILES[role](tx, actor)) for role in _TILES if role in actor.roles}
    counts = _counts(tx, actor, [tile for tiles in plans.values() for tile in tiles])
    sections = []
    for role, tiles in plans.items():
        counted = tuple(_filled(tile, counts) for tile in tiles)
        more = _MAIN.get(role, {})
        sections.append(Section(role, counted, _first(tx, actor, more), more))
    return tuple(sections)


def _filled(tile: Tile, counts: Mapping[str, tuple[int, datetime | None]]) -> Tile:
    count, oldest = counts[_name(tile)]
    return Tile(tile.key, tile.place, tile.query, tile.tone if count else "plain", count, oldest)


def _name(tile: Tile) -> str:
    """Name what a tile asks, so that two that ask the same are counted once."""
    return tile.place + "&".join(f"{key}={said}" for key, said in sorted(tile.query.items()))


def _counts(tx: Tx, actor: Actor, tiles: Sequence[Tile]) -> dict[str, tuple[int, datetime | None]]:
    counts: dict[str, tuple[int, datetime | None]] = {}
    running: dict[str, Filters] = {}
    for name, tile in {_name(tile): tile for tile in tiles}.items():
        if tile.place == TRIAGE:
            counts[name] = triage.count(tx, actor)
        elif tile.place == GAPS:
            counts[name] = len(gaps.uncovered(tx, actor, tx.now)), None
        elif {"since", "ended_since"} & tile.query.keys():
            counts[name] = listing.count(tx, actor, Filters.parse(tile.query, tx.config.zone)), None
        else:
            running[name] = Filters.parse(tile.query, tx.config.zone)
    if running:
        columns = [func.count().filter(and_(*asked(tx, actor, one))) for one in running.values()]
        query = select(*columns).select_from(Issue).where(visible(actor), is_open())
        found = tx.session.execute(query).one()
        counts |= {name: (count, None) for name, count in zip(running, found, strict=True)}
    return counts


def _first(tx: Tx, actor: Actor, query: Query) -> tuple[Brief, ...]:
    if not query:
        return ()
    order = order_of(query.get("sort", ""))
    filters = Filters.parse(query, tx.config.zone)
    rows = select(*COLUMNS).where(listing.matching(tx, actor, filters)).order_by(*order.columns)
    return tuple(briefs_of(tx, tx.session.execute(rows.limit(LISTS)).all()))


def _worker(_tx: Tx, _actor: Actor) -> Iterator[Tile]:
    mine = {"holder": "me", "state": TO_DO}
    yield Tile("mine_red", query={**mine, "clock": "red"}, tone="bad")
    yield Tile("mine_amber", query={**mine, "clock": "amber"}, tone="warn")
    yield Tile("mine_green", query={**mine, "clock": "green"})
    yield Tile("to_take", query={"holder": "me", "state": "dispatched"})
    yield Tile("in_hand", query={"holder": "me", "state": "handling"})
    yield Tile("sent_back", query={"holder": "me", "state": "handling", "todo": "sent_back"}, tone="warn")


def _handler(tx: Tx, actor: Actor) -> Iterator[Tile]:
    own = {"state": TO_DO, "holder": str(actor.uid)}
    yield Tile("own", query=own)
    code = tx.session.scalar(select(Department.code).where(Department.id == actor.department_id))
    if code:
        yield Tile("of_department", query={"state": "dispatched", "department": code})
        yield Tile("to_answer", query={"state": "open", "todo": "answer"}, tone="warn")
    yield Tile("mine_red", query={"holder": "me", "state": TO_DO, "clock": "red"}, tone="bad")
    yield Tile("mine_amber", query={"holder": "me", "state": TO_DO, "clock": "amber"}, tone="warn")


def _dispatcher(_tx: Tx, _actor: Actor) -> Iterator[Tile]:
    yield Tile("triage", TRIAGE, tone="warn")
    yield Tile("to_call", query={"state": "verified"})
    yield Tile("hotline", query={"state": "open", "source": "hotline"})


def _leader(_tx: Tx, _actor: Actor) -> Iterator[Tile]:
    yield Tile("to_verify", query={"state": "handled"})
    yield Tile("ask_extend", query={"state": "handling", "todo": "extend"}, tone="warn")
    yield Tile("to_call", query={"state": "verified"})
    yield Tile("overdue", query={"state": "open", "clock": "red"}, tone="bad")
    yield Tile("triage", TRIAGE, tone="warn")
    yield Tile("gaps", GAPS, tone="warn")


def _supervisor(tx: Tx, _actor: Actor) -> Iterator[Tile]:
    today = tx.now.astimezone(tx.config.zone).date().isoformat()
    yield Tile("overdue", query={"state": "open", "clock": "red"}, tone="bad")
    yield Tile("amber", query={"state": "open", "clock": "amber"}, tone="warn")
    yield Tile("ask_suspend", query={"state": "handling", "todo": "suspend"}, tone="warn")
    yield Tile("ask_extend", query={"state": "handling", "todo": "extend"}, tone="warn")
    yield Tile("last_word", query={"state": "open", "todo": "last_word"}, tone="bad")
    yield Tile("triage", TRIAGE)
    yield Tile("reported_today", query={"since": today, "until": today})
    yield Tile("closed_today", query={"state": "closed", "ended_since": today})


def _nothing(_tx: Tx, _actor: Actor) -> Iterator[Tile]:
    return iter(())


_TILES = {
    Role.WORKER: _worker,
    Role.HANDLER: _handler,
    Role.DISPATCHER: _dispatcher,
    Role.LEADER: _leader,
    Role.SUPERVISOR: _supervisor,
    Role.ADMIN: _nothing,
}
_MAIN: dict[Role, Query] = {
    Role.WORKER: {"holder": "me", "state": TO_DO, "sort": "due"},
    Role.HANDLER: {"holder": "me", "state": TO_DO, "sort": "due"},
    Role.LEADER: {"state": "handled", "sort": "oldest"},
    Role.SUPERVISOR: {"state": "open", "clock": "red", "sort": "due"},
}
