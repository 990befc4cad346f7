"""In which order lists of issues come, and where a page of them ends.

A cursor says where the last row of a page stood in its order, so that what is reported meanwhile neither
shifts nor doubles anything.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import orjson
from sqlalchemy import ColumnElement, and_, literal, or_, tuple_

from server.errors import InputError
from server.models import Issue
from server.models.types import Instant, from_micros, to_micros
from server.services.filters import known

__all__ = ["DUE", "NEWEST", "OLDEST", "ORDERS", "Order", "order_of"]

NEWEST, OLDEST, DUE = "newest", "oldest", "due"
MOST_KEY = 2**63
Position = tuple[datetime | None, int]


class Placed(Protocol):
    """What an order asks of a row."""

    @property
    def id(self) -> int:
        """Key, which decides between equals."""

    @property
    def reported_at(self) -> datetime:
        """When it was reported."""

    @property
    def due_at(self) -> datetime | None:
        """Limit, if one runs."""


@dataclass(frozen=True)
class Order:
    """An order of issues.

    Attributes
    ----------
    name : str
        As asked for.
    columns : Sequence
        To sort by.
    after : Callable
        Position -> condition: what comes later.
    at : Callable
        Row -> its instant in this order.
    """

    name: str
    columns: Sequence[Any]
    after: Callable[[Position], ColumnElement[bool]]
    at: Callable[[Placed], datetime | None]

    def beyond(self, cursor: str | None) -> list[ColumnElement[bool]]:
        """Give the condition that leaves out the pages before; none on the first.

        Raises
        ------
        InputError
            The cursor is of another order, or of somebody else's making.
        """
        return [self.after(self._position(cursor))] if cursor else []

    def cursor(self, last: Placed) -> str:
        """Write where a page ends."""
        at = self.at(last)
        said = [None if at is None else to_micros(at), last.id, *([] if self.name == NEWEST else [self.name])]
        return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")

    def _position(self, cursor: str) -> Position:
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            micros, key, *name = orjson.loads(raw)
            at = None if micros is None and self.name == DUE else from_micros(_whole(micros))
            return (at, _whole(key)) if (name or [NEWEST]) == [self.name] else self._position("?")
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError("cursor.invalid", field="after", value=cursor[:40]) from error


def _whole(given: object) -> int:
    if type(given) is not int or abs(given) >= MOST_KEY:
        raise ValueError
    return given


def _here(position: Position) -> Any:  # noqa: ANN401 - a row of two values
    return tuple_(literal(position[0], Instant), literal(position[1]))


def _due_after(position: Position) -> ColumnElement[bool]:
    due, key = position
    if due is None:
        return and_(Issue.due_at.is_(None), Issue.id > key)
    return or_(Issue.due_at.is_(None), tuple_(Issue.due_at, Issue.id) > _here(position))


def _reported(row: Placed) -> datetime:
    return row.reported_at


ORDERS = {
    NEWEST: Order(
        NEWEST,
        (Issue.reported_at.desc(), Issue.id.desc()),
        lambda here: tuple_(Issue.reported_at, Issue.id) < _here(here),
        _reported,
    ),
    OLDEST: Order(
        OLDEST,
        (Issue.reported_at, Issue.id),
        lambda here: tuple_(Issue.reported_at, Issue.id) > _here(here),
        _reported,
    ),
    DUE: Order(  # what no clock runs for comes last; said so because databases differ about it
        DUE, (Issue.due_at.is_(None), Issue.due_at, Issue.id), _due_after, lambda row: row.due_at
    ),
}
"""Name -> order."""


def order_of(name: str) -> Order:
    """Find an order by its name; empty means newest first.

    Raises
    ------
    InputError
        There is none of that name.
    """
    found = ORDERS.get(name or NEWEST)
    if found is None:
        raise InputError("field.not_one_of", field="sort", value=name[:40], expected=known("order"))
    return found
