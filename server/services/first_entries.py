"""The first entries of an issue: that it was reported, and what the system did with it at once."""

from collections.abc import Mapping
from typing import Any

from server.services.drafts import Draft
from server.services.duties import OnDuty
from server.services.ledger import NewEntry, role_shown, with_private
from server.services.people import Actor, system_actor
from server.services.placing import Placed
from server.services.private import Sealed
from server.services.sent import clock_codes
from server.workflow import Role, State

__all__ = ["entries_of", "given_at_dispatch", "given_at_report"]


def entries_of(
    actor: Actor,
    issue_id: int,
    draft: Draft,
    row: dict[str, Any],
    holder: OnDuty | None,
    sealed: list[Sealed],
    where: Placed,
) -> list[NewEntry]:
    """Make the first entries of an issue: its report, and the dispatch of the system or the end of history."""
    first = NewEntry(
        issue_id,
        1,
        actor,
        role_shown(actor, where.path),
        "report",
        None,
        State.REPORTED,
        row["reported_at"],
        with_private(given_at_report(row, where, draft), sealed),
        received_at=row["received_at"],
    )
    if draft.closed_at:
        ended = max(draft.closed_at, row["reported_at"])
        return [first, NewEntry(issue_id, 2, actor, role_shown(actor, where.path), "import", State.REPORTED,
                                State.CLOSED, ended, {"import": draft.import_id},
                                received_at=row["received_at"])]  # fmt: skip
    if holder is None or holder.person_id is None:
        return [first]
    return [first, _dispatched(issue_id, row, holder)]


def given_at_report(row: Mapping[str, Any], where: Placed, draft: Draft) -> dict[str, Any]:
    """Give what the entry of a report keeps: codes and numbers."""
    urgent = {"urgent": True} if row["urgent"] else {}
    clock = clock_codes(draft.device_at, row["reported_at"])
    return {"category": row["category"], "source": row["source"], **where.given, **urgent, **clock}


def given_at_dispatch(row: Mapping[str, Any], holder: OnDuty) -> dict[str, Any]:
    """Give what the entry of the system keeps, which dispatches at once."""
    return {
        "holder": ["person", holder.person_id],
        "reason": holder.reason,
        "due_at": row["due_at"].isoformat(),
    }


def _dispatched(issue_id: int, row: dict[str, Any], holder: OnDuty) -> NewEntry:
    steps = (State.REPORTED, State.DISPATCHED)
    at, given = row["received_at"], given_at_dispatch(row, holder)
    return NewEntry(
        issue_id,
        2,
        system_actor(),
        Role.SYSTEM,
        "dispatch",
        *steps,
        at,
        given,
        stage_used_s=0,
        received_at=at,
    )
