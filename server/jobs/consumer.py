"""The job process: huey's scheduler calls every minute, one thread works.

Its queue is kept in memory: what is due is in the store, so nothing is lost with the process, and several
of them do nothing twice.
"""

import logging
import signal
import threading

from huey import MemoryHuey, crontab

from server.db import Store
from server.jobs.rounds import REFUSED, each_once
from server.words import speak

__all__ = ["consume"]

PERIOD_S = 60
STOP_S = 5
"""Given to a transaction under way; after that the store rolls it back."""
MOST_REST_S = 0.5
HEALTH_S = 10
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

    @huey.periodic_task(
        crontab(minute="*"), expires=PERIOD_S
    )  # a round that lasts longer is not queued up behind
    def each_minute() -> None:
        _one_round(store, told)

    consumer = huey.create_consumer(workers=1, max_delay=1.0, shutdown_timeout=STOP_S)
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: told.set())
    while not told.wait(HEALTH_S):
        consumer.check_worker_health()
    consumer.stop(graceful=True)


def _one_round(store: Store, told: threading.Event) -> None:
    def breathe(took_s: float) -> None:
        if told.wait(min(took_s, MOST_REST_S)):  # as long as the store was held, others may have it
            raise _Stopped

    speak(store.config.language)
    try:
        done = each_once(store, breathe)
    except _Stopped:
        return
    for name, counts in done.items():
        if REFUSED in counts:
            log.warning("%s: %s", name, counts[REFUSED])
        elif any(counts.values()):
            log.info("%s: %s", name, {what: count for what, count in counts.items() if count})


def _write_logs(store: Store) -> None:
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("wangge").setLevel(store.config.log_level.upper())
    logging.getLogger("huey").setLevel(logging.WARNING)
