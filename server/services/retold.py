"""What the entries of an issue say its columns must be, beside what :func:`server.workflow.fold` adds up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from server.services.drafts import ANSWERED
from server.workflow import ENDED, FINISHED, NEW_ROUND, TRANSITIONS, State

__all__ = ["COLUMNS", "Said", "retell"]

COLUMNS = (
    "version", "ended_at", "updated_at", "reported_at", "received_at", "dispatched_at", "stage_at", "review_at",
    "quantity", "unit", "money_fen", "callback", "needs_check", "parent_id", "source",
    "area_id", "boundary_id", "grid_id", "how", "distance_m", "finished_at", "take_used_s", "used_s",
)  # fmt: skip
"""Columns that are compared."""
TURNS = frozenset(row.action for row in TRANSITIONS if row.starts)
UNDONE = NEW_ROUND | {"rework"}
DOUBTFUL = frozenset({"nearest", "outside"})
RESIDENT = frozenset({"reporter_name", "reporter_phone"})
_DONE = ("quantity", "unit", "money_fen")
_PLACE = ("area_id", "boundary_id", "grid_id", "how", "distance_m")
Told = dict[str, tuple[Any, ...]]
"""Column -> values that it may have; one where the entries say it plainly."""


class Said(NamedTuple):
    """One entry, as far as it is asked."""

    action: str
    from_state: str | None
    to_state: str
    given: dict[str, Any]
    happened_at: datetime
    received_at: datetime
    used_s: int | None


def retell(entries: Iterable[Said]) -> Told:
    """Tell an issue's columns from its entries.

    Entries of the first version knew of no clocks: where they stand, a stage may have no beginning.

    Parameters
    ----------
    entries : Iterable of Said
        In order.

    Returns
    -------
    dict
        Column -> values that it may have.
    """
    told: Told = {}
    for count, said in enumerate(entries, 1):
        if count == 1:
            told = _reported(said)
        told |= {"version": (count,), "updated_at": (said.received_at,)}
        _turn_clocks(told, said)
        _do(told, said)
        _count_times(told, said)
        _move(told, said)
    return told


def _reported(said: Said) -> Told:
    given = said.given
    waits = bool(RESIDENT & set(given.get("private", {}))) or given.get("source") in ANSWERED
    told: Told = dict.fromkeys(COLUMNS, (None,))
    return told | {
        "reported_at": (said.happened_at,),
        "received_at": (said.received_at,),
        "callback": (waits,),
        "needs_check": (given.get("how") in DOUBTFUL,),
        "source": (given.get("source"),),
        **{name: (given.get(name),) for name in _PLACE},
    }


def _turn_clocks(told: Told, said: Said) -> None:
    state = State(said.to_state)
    if said.action in NEW_ROUND:
        told["dispatched_at"] = (None,)
    if said.action == "object" or (told["dispatched_at"] == (None,) and said.given.get("due_at")):
        told["dispatched_at"] = (said.happened_at,)
    if said.to_state != said.from_state or said.action in TURNS:
        at = said.received_at if said.action == "report" else said.happened_at
        is_counted = said.used_s is not None or said.from_state in (State.SUSPENDED, *ENDED)
        told["stage_at"] = (None,) if state in ENDED else (at,) if is_counted else (at, None)
        told["ended_at"] = (said.happened_at,) if state in ENDED else (None,)
    if said.action == "suspend":
        told["review_at"] = (datetime.fromisoformat(said.given["until"]),)
    elif state != State.SUSPENDED:
        told["review_at"] = (None,)


def _count_times(told: Told, said: Said) -> None:
    counted = ("used_s", "take_used_s") if said.action == "take" else ("used_s",)
    if said.used_s is not None:
        told |= {name: ((told[name][0] or 0) + said.used_s,) for name in counted}
    if said.action in NEW_ROUND:
        told["finished_at"] = (None,)
    elif said.action in FINISHED and told["finished_at"] == (None,):
        told["finished_at"] = (said.happened_at,)


def _do(told: Told, said: Said) -> None:
    given = said.given
    if said.action in FINISHED:
        told |= {name: (given.get(name),) for name in _DONE}
    elif said.action in UNDONE:
        told |= dict.fromkeys(_DONE, (None,))
    elif said.action == "import":
        told["callback"] = (False,)
        if said.happened_at == told["reported_at"][0]:  # or before: history may end before it was reported
            del told["ended_at"]
    elif "callback" in given:
        told["callback"] = (given["callback"],)
    if said.action in ("merge", "unmerge"):
        told["parent_id"] = (given.get("parent"),)


def _move(told: Told, said: Said) -> None:
    """Follow it to where it was moved; who holds it away from their cells is looked up, and stands in no entry."""
    if said.action == "take":
        told["needs_check"] = (False,)
    if said.action != "correct":
        return
    place = (said.given.get("changes") or {}).get("place")
    if place is None:
        told["needs_check"] = (False,)
        return
    told |= {name: (place["to"][name],) for name in _PLACE}
    is_doubtful = place["to"]["how"] in DOUBTFUL
    has_left = place["to"]["area_id"] != place["from"]["area_id"] and said.to_state != State.REPORTED
    told["needs_check"] = (True, False) if has_left and not is_doubtful else (is_doubtful,)
