"""What is done every minute: one row a job; each asks a service and tells what it did as counts."""

from collections.abc import Callable, Mapping
from typing import Any

from server.db import Store
from server.errors import ServerError
from server.services.evaluation.making import make_due
from server.services.exporting import work as make_exports
from server.services.handover import run_due
from server.services.passing_on import HandedOver
from server.services.retention import nightly
from server.services.supervising import supervise
from server.translate import shown
from server.words import sentence
from server.workflow import WorkflowError

__all__ = ["JOBS", "PROMPT", "REFUSED", "Breathe", "each_once", "once"]

REFUSED = "refused"
Breathe = Callable[[float], None]
Job = Callable[[Store, Breathe | None], Mapping[str, int]]

JOBS: dict[str, Job] = {
    "hand_over": lambda store, _breathe: _handed_over(run_due(store)),
    "supervise": lambda store, breathe: supervise(store, breathe).counts,
    "evaluate": lambda store, _breathe: make_due(store),
    "purge": nightly,
    "exports": make_exports,
}
PROMPT = frozenset({"exports"})
"""Jobs that somebody waits for: asked every second by a thread of their own, so that they keep no other from its turn."""


def _handed_over(done: HandedOver) -> dict[str, int]:
    return {"moved": done.moved, "left": len(done.left), "failed": done.failed}


def once(store: Store, name: str, breathe: Breathe | None = None) -> dict[str, Any]:
    """Do one job once.

    Parameters
    ----------
    store : Store
        Where.
    name : str
        One of :data:`JOBS`.
    breathe : callable, optional
        Called after each transaction with the seconds that it took.

    Returns
    -------
    dict[str, Any]
        Its counts; :data:`REFUSED` with the sentence instead where the store refused.
    """
    try:
        return dict(JOBS[name](store, breathe))
    except (ServerError, WorkflowError) as error:
        return {REFUSED: sentence(error.code, shown(error.values))}


def each_once(store: Store) -> dict[str, dict[str, Any]]:
    """Do every job once, in the table's order; see :func:`once`."""
    return {name: once(store, name) for name in JOBS}
