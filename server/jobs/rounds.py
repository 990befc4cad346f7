"""What is done every minute: one row a job; each asks a service and tells what it did as counts."""

from collections.abc import Callable, Mapping
from typing import Any

from server.db import Store
from server.errors import ServerError
from server.services.handover import run_due
from server.services.passing_on import HandedOver
from server.services.supervising import supervise
from server.words import sentence

__all__ = ["JOBS", "REFUSED", "Breathe", "each_once"]

REFUSED = "refused"
Breathe = Callable[[float], None]
Job = Callable[[Store, Breathe | None], Mapping[str, int]]

JOBS: dict[str, Job] = {
    "hand_over": lambda store, _breathe: _handed_over(run_due(store)),
    "supervise": lambda store, breathe: supervise(store, breathe).counts,
}


def _handed_over(done: HandedOver) -> dict[str, int]:
    return {"moved": done.moved, "left": len(done.left)}


def each_once(store: Store, breathe: Breathe | None = None) -> dict[str, dict[str, Any]]:
    """Do every job once; one that the store refuses does not keep the others from their turn.

    Parameters
    ----------
    store : Store
        Where.
    breathe : callable, optional
        Called after each transaction with the seconds that it took.

    Returns
    -------
    dict[str, dict]
        Job -> its counts; a job that was refused has :data:`REFUSED` with the sentence instead.
    """
    done: dict[str, dict[str, Any]] = {}
    for name, job in JOBS.items():
        try:
            done[name] = dict(job(store, breathe))
        except ServerError as error:
            done[name] = {REFUSED: sentence(error.code, error.values)}
    return done
