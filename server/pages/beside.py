"""What runs beside an issue, in words: departments whistled, requests for more time."""

from dataclasses import dataclass
from datetime import datetime

from server.services.beside import Asked, Called
from server.words import NAMES, _

__all__ = ["Call", "Request", "call_of", "request_of"]


@dataclass(frozen=True)
class Call:
    """A department that was whistled.

    Attributes
    ----------
    department, who, result : str
        Which; who answered and with what result, empty while nobody did.
    answer_by, answered_at : datetime or None
        By when it should, and when it did.
    is_late : bool
        Whether it answered too late, or should have by now.
    """

    department: str
    who: str
    result: str
    answer_by: datetime
    answered_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Request:
    """A request for more time.

    Attributes
    ----------
    kind, state : str
        What for, and what became of it, in words.
    who, decided_by : str
        Names; empty for nobody.
    at, until : datetime
        When it was made, and until when.
    is_open : bool
        Whether it waits to be decided.
    """

    kind: str
    state: str
    who: str
    decided_by: str
    at: datetime
    until: datetime
    is_open: bool


def call_of(one: Called, now: datetime) -> Call:
    """Put a call into words."""
    late = (one.answered_at or now) > one.answer_by
    result = _(NAMES["result"][one.result]) if one.result else ""
    return Call(one.department, one.who, result, one.answer_by, one.answered_at, late)


def request_of(one: Asked) -> Request:
    """Put a request into words."""
    kind = _("延期") if one.kind == "extend" else _("挂账")
    state = _(NAMES["ask"][one.state])
    return Request(kind, state, one.who, one.decided_by, one.at, one.until, one.state == "open")
