"""The periodic work as a command: once for cron, and as a process that stops when told."""

import re
import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from server.errors import Busy
from server.jobs import rounds
from server.models import Entry, Issue
from server.services import intake
from server.services.drafts import Draft
from tests.forked import Forked

PATIENCE_S = 60


@pytest.fixture
def late(store, town):
    """An issue that is long overdue by any clock."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        facts = {"due_at": tx.now, "amber_at": tx.now - timedelta(hours=1)}
        tx.session.execute(update(Issue).where(Issue.number == number).values(**facts))
    return number


def entries(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).where(Entry.action == "supervise"))


def test_once_says_what_it_did_and_the_second_time_that_there_was_nothing(wangge, store, late):
    done = wangge("jobs", "--once")
    red, told, judged = done.output.splitlines()
    assert (done.exit_code, red) == (0, "到期未结，标红：1 件")
    assert re.fullmatch(r"督办.*：1 件", told)
    assert "考评" in judged
    assert entries(store) == 1
    again = wangge("jobs", "--once", lang="en")
    assert (again.exit_code, again.output) == (0, "Nothing fell due; nothing was done.\n")
    assert entries(store) == 1


def test_a_job_that_the_store_refuses_does_not_keep_the_others_from_their_turn(store, late, monkeypatch):
    def busy(_store, _breathe):
        raise Busy("store.busy")

    monkeypatch.setattr(rounds, "JOBS", {"busy": busy, **rounds.JOBS})
    done = rounds.each_once(store)
    assert "refused" in done["busy"]
    assert done["supervise"]["red"] == 1


def test_the_job_process_works_at_once_and_stops_within_seconds(store, late):
    running, give_up = Forked("jobs", **store.config.variables), time.monotonic() + PATIENCE_S
    try:
        while not entries(store) and running.poll() is None and time.monotonic() < give_up:
            time.sleep(0.1)
        running.send_signal(signal.SIGTERM)
        said, complained = running.communicate(20)
    finally:
        running.kill()
    assert (running.returncode, said, complained) == (0, "", "")
    assert entries(store) == 1
