"""Jobs of every minute: what a job refuses is a sentence, whoever refused it, and the others are done."""

import pytest

from server.jobs import rounds
from server.workflow import State, rows_for

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_job_that_the_loop_refuses_is_told_as_a_sentence_and_the_others_are_done(store, town, monkeypatch):
    illegal = {"refused": lambda _store, _breathe: rows_for("take", State.CLOSED), **rounds.JOBS}
    monkeypatch.setattr(rounds, "JOBS", illegal)
    done = rounds.each_once(store)
    assert "签收" in done["refused"][rounds.REFUSED]
    assert done["hand_over"] == {"moved": 0, "left": 0, "failed": 0}
