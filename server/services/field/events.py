"""Telling open tablets at once that something of theirs has changed.

One watcher per process looks into the ledger once a second while anybody listens, whatever their number: its new
entries tell which issues were touched, and who listens is compared with these in memory. Processes share nothing,
so each watches for its own. What is told is only that it is worth to ask; it names no issue.
"""

import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from server.db import Store, Tx
from server.errors import Busy, NotPermitted, StoreError
from server.models import Entry, Issue
from server.services.conditions import asked, is_open
from server.services.field.mine import FIELD_ROLES, mine
from server.services.filters import Filters
from server.services.people import Actor
from server.services.sessions import refreshed

__all__ = ["Crowded", "Listener", "Watch", "watch_of"]

EVERY_S = 1.0
LATE = timedelta(seconds=30)  # an entry may become visible that much after one with a higher key
ENTRIES_MOST = 2_000
"""New ones beyond that concern everybody."""
PERSON_MOST = 3
"""Open at once per person: a tab that was lost goes on for a while."""
SHELF = "field.events"


class Crowded(Busy):
    """As many listen already as this process has room for."""


@dataclass(eq=False)
class Listener:
    """Somebody who wants to know when to ask anew.

    Attributes
    ----------
    person_id : int
        Who.
    department_id : int or None
        For which they handle issues.
    places : frozenset of int
        Keys of their cells, and of the areas above that they answer for.
    held : set of int
        Keys of the open issues they hold.
    """

    person_id: int
    department_id: int | None = None
    places: frozenset[int] = frozenset()
    held: set[int] = field(default_factory=set)
    _woken: threading.Event = field(default_factory=threading.Event)
    _is_over: bool = False

    def wait(self, seconds: float) -> str:
        """Wait for news; gives ``work``, ``over`` when another took the place, "" when nothing came."""
        is_news = self._woken.wait(seconds)
        self._woken.clear()
        return "over" if self._is_over else "work" if is_news else ""

    def wake(self, *, is_over: bool = False) -> None:
        """Let whoever waits go on."""
        self._is_over |= is_over
        self._woken.set()

    def concerns(self, key: int, area_id: int, person_id: int | None, department_id: int | None) -> bool:
        """Tell whether an issue that was touched is, or was, on this one's list; what they hold is kept up."""
        was = key in self.held
        is_theirs = person_id == self.person_id or (
            person_id is None and department_id is not None and department_id == self.department_id
        )
        (self.held.add if is_theirs else self.held.discard)(key)
        return was or is_theirs or area_id in self.places

    def learn(self, tx: Tx, actor: Actor) -> bool:
        """Read what is theirs by now; gives whether that is another than before."""
        own = mine(tx, actor)
        where = asked(tx, actor, Filters(holder="me"))
        held = {key for (key,) in tx.rows(select(Issue.id).where(is_open(), *where))}
        places = frozenset([*own.cells, *own.posts])
        is_other = (places, held) != (self.places, self.held)
        self.department_id, self.places, self.held = actor.department_id, places, held
        return is_other


class Watch:
    """Looks for all listeners of a process.

    Parameters
    ----------
    store : Store
        What is watched; its setting ``streams`` says how many may listen at once.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._highest: deque[tuple[datetime, int]] = deque()
        self._seen: set[int] = set()

    def enter(self, actor: Actor) -> Listener:
        """Let somebody listen; of their own, beyond a few, the oldest ends.

        Raises
        ------
        Crowded
            ``field.streams``: there is no room.
        """
        listener = Listener(actor.person_id or 0, actor.department_id)
        with self._lock:
            own = [one for one in self._listeners if one.person_id == listener.person_id]
            for old in own[: max(len(own) - PERSON_MOST + 1, 0)]:
                self._listeners.remove(old)
                old.wake(is_over=True)
            if len(self._listeners) >= self._store.config.streams:
                raise Crowded("field.streams", most=self._store.config.streams)
            if not self._listeners:
                self._begin()
            self._listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        with self._lock, suppress(ValueError):
            self._listeners.remove(listener)

    def renew(self, listener: Listener, actor: Actor) -> bool:
        """Read what is a listener's own by now; gives whether something of it has changed.

        Raises
        ------
        NotPermitted
            Their session or token is over, or they are no longer out in the field.
        """
        with self._store.read() as tx:
            now = refreshed(tx, actor)
            if now is None or not now.roles & FIELD_ROLES:
                raise NotPermitted("auth.not_permitted")
            return listener.learn(tx, now)

    def keep_looking(self) -> None:
        """See to it that a thread looks while there are listeners."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="field events", daemon=True)
                self._thread.start()

    def look(self) -> None:
        """Look once, and wake whom it concerns."""
        with self._store.read() as tx:
            touched = self._touched(tx)
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            # All of them are told of, for each keeps up what it holds.
            if touched is None or sum(listener.concerns(*one) for one in touched):
                listener.wake()

    def _begin(self) -> None:
        with self._store.read() as tx:
            newest = tx.session.scalar(select(func.max(Entry.id))) or 0
            self._highest = deque([(tx.now, newest)])
            self._seen = set()

    def _touched(self, tx: Tx) -> Iterable[tuple[int, int, int | None, int | None]] | None:
        """Read the issues of new entries, with where they are and who holds them now; None for too many."""
        while len(self._highest) > 1 and self._highest[1][0] <= tx.now - LATE:
            self._highest.popleft()
        low = self._highest[0][1]
        rows = tx.rows(
            select(Entry.id, Issue.id, Issue.area_id, Issue.holder_person_id, Issue.holder_department_id)
            .join(Issue, Issue.id == Entry.issue_id)
            .where(Entry.id > low)
            .order_by(Entry.id.desc())
            .limit(ENTRIES_MOST)
        )
        if not rows:
            return ()
        new = [row for row in rows if row[0] not in self._seen]
        self._seen = {row[0] for row in rows}
        if new:
            self._highest.append((tx.now, rows[0][0]))
        if len(new) == ENTRIES_MOST:
            return None
        return {row[1]: tuple(row[1:]) for row in new}.values()

    def _run(self) -> None:
        pause = threading.Event()
        while self._has_listeners():
            pause.wait(EVERY_S)
            with suppress(Busy, StoreError):
                self.look()

    def _has_listeners(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._thread = None
            return bool(self._listeners)


def watch_of(store: Store) -> Watch:
    """Give the watcher of this process."""
    watch: Watch = store.shelf.setdefault(SHELF, Watch(store))
    return watch
