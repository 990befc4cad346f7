"""The job process: huey's scheduler calls every minute, one thread works; what somebody waits for has its own.

Its queue is kept in memory: what is due is in the store, so nothing is lost with the process, and several
of them do nothing twice.
"""

import logging
import signal
import threading

from huey import MemoryHuey, crontab

from server.db import Store
from server.faults import Discreet
from server.jobs.rounds import JOBS, PROMPT, REFUSED, once
from server.words import speak

__all__ = ["consume"]

PERIOD_S = 60
STOP_S = 5
"""Given to a transaction under way; after that the store rolls it back."""
MOST_REST_S = 0.5
HEALTH_S = 10
OFTEN_S = 1.0
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
log = logging.getLogger("wangge.jobs")


class _Stopped(BaseException):
    """Raised between two transactions when the process is told to stop."""


def consume(store: Store) -> None:
    """Do all jobs now and every minute, until SIGTERM, SIGINT or SIGHUP; to be called by the main thread.

    Parameters
    ----------
    store : Store
        Where; left open.
    """
    told = threading.Event()
    _write_logs(store)
    huey = MemoryHuey("wangge", results=False)
    for name in JOBS.keys() - PROMPT:  # a task each, so that a fault in one leaves the others their turn
        _periodic(huey, store, name, told)
    consumer = huey.create_consumer(workers=1, max_delay=1.0, shutdown_timeout=STOP_S)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # none is lost to the consumer's own handlers
    consumer.start()
    for number in STOPPING:
        signal.signal(number, lambda _number, _frame: told.set())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    prompt = [
        threading.Thread(target=_often, args=(store, name, told), name=name, daemon=True)
        for name in sorted(PROMPT)
    ]
    for thread in prompt:
        thread.start()
    while not told.wait(HEALTH_S):
        consumer.check_worker_health()
    consumer.stop(graceful=True)
    for thread in prompt:
        thread.join(STOP_S)


def _periodic(huey: MemoryHuey, store: Store, name: str, told: threading.Event) -> None:
    # Whoever lasts longer than a minute finds no others queued up behind.
    @huey.periodic_task(crontab(minute="*"), name=name, expires=PERIOD_S)
    def each_minute() -> None:
        _one_round(store, name, told)


def _often(store: Store, name: str, told: threading.Event) -> None:
    """Do a job every second until told to stop; after a fault it is tried again, later."""
    while not told.is_set():
        try:
            _one_round(store, name, told)
            rest = OFTEN_S
        except BaseException:  # as huey does for the others: it is logged, and the next round comes
            log.exception("%s", name)
            rest = HEALTH_S
        told.wait(rest)


def _one_round(store: Store, name: str, told: threading.Event) -> None:
    def breathe(took_s: float) -> None:
        if told.wait(min(took_s, MOST_REST_S)):  # as long as the store was held, others may have it
            raise _Stopped

    speak(store.config.language)
    try:
        counts = once(store, name, breathe)
    except _Stopped:
        return
    if REFUSED in counts:
        log.warning("%s: %s", name, counts[REFUSED])
    elif any(counts.values()):
        log.info("%s: %s", name, {what: count for what, count in counts.items() if count})


def _write_logs(store: Store) -> None:
    written = logging.StreamHandler()
    written.setFormatter(Discreet("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[written])
    logging.getLogger("wangge").setLevel(store.config.log_level.upper())
    logging.getLogger("huey").setLevel(logging.WARNING)
