"""Open issues go from one holder to another, one `reassign` of the system each.

In batches, each of them one transaction. What was passed on is no longer the person's, so whoever runs it
again, after a break or beside somebody else, does the rest and nothing twice. Issues that nobody can take
stay where they are and are named.

Passed on is what somebody still has to do something about: not yet taken, in work, suspended. What was
handled stays with who handled it, for it is their work that is verified.

An issue that refuses does not hold up the others: it is told in the log, and tried again in the next round.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from server.db import Store, Tx
from server.errors import ServerError
from server.models import Area, Issue, Person
from server.services import duties, issues
from server.services.areas import below
from server.services.people import system_actor
from server.workflow import HELD, State, WorkflowError

__all__ = [
    "HELD",
    "HandedOver",
    "Item",
    "Order",
    "Takers",
    "always",
    "count",
    "counted",
    "held",
    "lies_in",
    "listed",
    "run",
    "takers",
]

BATCH = 50
Takers = dict[int, tuple[int, str] | None]
"""Area key -> who takes its issues: key and name; None for nobody."""
log = logging.getLogger("wangge.passing_on")


@dataclass(frozen=True)
class Item:
    """An issue to be handed over, or that nobody can take.

    Attributes
    ----------
    number, state, summary : str
        The issue.
    area : str
        Name of the cell it lies in.
    holder : str
        Who has it.
    to : str
        Who gets it; empty for nobody.
    """

    number: str
    state: str
    summary: str
    area: str
    holder: str
    to: str = ""


@dataclass(frozen=True)
class HandedOver:
    """What was handed over.

    Attributes
    ----------
    moved : int
        Issues, one entry each.
    left : tuple of str
        Numbers of those that nobody could take.
    failed : int
        Issues that refused.
    """

    moved: int = 0
    left: tuple[str, ...] = ()
    failed: int = 0

    def __add__(self, other: "HandedOver") -> "HandedOver":
        return HandedOver(self.moved + other.moved, self.left + other.left, self.failed + other.failed)


@dataclass(frozen=True)
class Order:
    """Whose issues go to whom, and why.

    Attributes
    ----------
    person_id : int
        Whose.
    reason : str
        ``leave hand_over left``.
    to_id : int or None
        Who takes them; None: whoever else is on duty in each issue's cell.
    states : Collection of State
        In which states.
    area_ids : tuple of int or None
        In which areas; None for all.
    paths : tuple of str or None
        In or below which areas besides; None for all.
    keeps : bool
        Whether they keep what they are themselves on duty for.
    """

    person_id: int
    reason: str
    to_id: int | None = None
    states: Collection[State] = HELD
    area_ids: tuple[int, ...] | None = None
    paths: tuple[str, ...] | None = None
    keeps: bool = False


def always(order: Order) -> Callable[[Tx], Order]:
    """Make what :func:`run` asks give the same order each time."""
    return lambda _tx: order


def run(
    store: Store, order_now: Callable[[Tx], Order | None], finish: Callable[[Tx], None] = lambda _tx: None
) -> HandedOver:
    """Hand over in batches until there is no more.

    Parameters
    ----------
    store : Store
        Where.
    order_now : Callable
        Asked in each transaction for what is to be done; None ends it, as when another process has done it.
    finish : Callable
        Called in the transaction of the last batch, unless an issue refused: then it is not done yet.
    """
    total, after = HandedOver(), 0
    while True:
        with store.write() as tx:
            order = order_now(tx)
            if order is None:
                return total
            done, last = _batch(tx, order, after)
            total = total + done
            if last is None and not total.failed:
                finish(tx)
        if last is None:
            return total
        after = last


def _batch(tx: Tx, order: Order, after: int) -> tuple[HandedOver, int | None]:
    """Hand over the next few; give the key to go on after, None when these were the last."""
    found = held(order).where(Issue.id > after).limit(BATCH).with_for_update(of=Issue)
    rows = tx.session.execute(found).all()
    taken_by = takers(tx, order, [row.area_id for row in rows])
    moved, left, failed = 0, [], 0
    for row in rows:
        taker = taken_by.get(row.area_id)
        if taker is None:
            left.append(row.number)
        elif taker[0] != order.person_id:
            acted = _pass(tx, order, row.number, taker[0])
            moved, failed = moved + acted, failed + (not acted)
    return HandedOver(moved, tuple(left), failed), rows[-1].id if len(rows) == BATCH else None


def _pass(tx: Tx, order: Order, number: str, taker_id: int) -> bool:
    """Pass one issue on, in a savepoint of its own; tell whether it let itself be."""
    given = {"holder": f"person:{taker_id}", "reason_code": order.reason}
    try:
        with tx.session.begin_nested():
            issues.perform(tx, system_actor(), number, "reassign", given)
    except (ServerError, WorkflowError) as error:
        log.warning("issue %s refused: %s %s", number, error.code, error.values)
        return False
    return True


def held(order: Order) -> Select[Any]:
    """Ask for the issues of an order: key, key of the area, number; by key."""
    columns: tuple[Any, ...] = (Issue.id, Issue.area_id, Issue.number)
    query = select(*columns).where(Issue.holder_person_id == order.person_id)
    query = query.where(Issue.state.in_([str(one) for one in order.states]))
    if order.area_ids is not None:
        query = query.where(Issue.area_id.in_(order.area_ids))
    if order.paths is not None:
        query = query.where(lies_in(order.paths))
    return query.order_by(Issue.id)


def lies_in(paths: Sequence[str]) -> ColumnElement[bool]:
    """Condition: an issue lies in one of some areas, or below."""
    return Issue.area_id.in_(select(Area.id).where(or_(false(), *(below(path) for path in paths))))


def count(tx: Tx, person_id: int) -> int:
    """Count the issues that somebody still has to do something about."""
    return sum(counted(tx, Order(person_id, "hand_over")).values())


def counted(tx: Tx, order: Order) -> dict[int, int]:
    """Count the issues of an order by the key of their area."""
    query = held(order).order_by(None).with_only_columns(Issue.area_id, func.count()).group_by(Issue.area_id)
    return dict(tx.session.execute(query).all())


def takers(tx: Tx, order: Order, area_ids: Sequence[int]) -> Takers:
    """Find who takes the issues of each area now."""
    if order.to_id is not None:
        person = tx.session.get(Person, order.to_id)
        taker = (person.id, person.name) if person is not None and person.is_active else None
        return dict.fromkeys(area_ids, taker)
    without = None if order.keeps else order.person_id
    answers = duties.on_duty_many(tx, area_ids, tx.now, without=without)
    return {key: (one.person_id, one.name) if one.person_id else None for key, one in answers.items()}


def listed(tx: Tx, rows: Sequence[Any], taken_by: Takers) -> list[Item]:
    """Describe issues, in order.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    rows : Sequence
        Rows of :func:`held`.
    taken_by : dict
        As :func:`takers` gives it; areas that are absent there have nobody.
    """
    wide = select(Issue.id, Issue.state, Issue.summary, Area.name, Person.name.label("holder"))
    wide = wide.join(Area, Area.id == Issue.area_id).join(Person, Person.id == Issue.holder_person_id)
    facts = {row.id: row for row in tx.session.execute(wide.where(Issue.id.in_([row.id for row in rows])))}
    names = {key: taker[1] for key, taker in taken_by.items() if taker}
    return [Item(row.number, *facts[row.id][1:], names.get(row.area_id, "")) for row in rows]
