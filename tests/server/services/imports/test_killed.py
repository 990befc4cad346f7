"""A process that is killed half-way leaves nothing lost and nothing doubled."""

import signal
import time

import pytest
from sqlalchemy import func, select

from server.models import Entry, Import, Issue
from server.services.ledger import broken_chains
from tests.forked import Forked

ROWS = 500
BAD = frozenset({100, 250, 450})
PATIENCE_S = 120


@pytest.fixture
def table(tmp_path):
    """A file of many rows, a few of them bad, one given twice."""
    lines = ["number,category,description,lon,lat,created"]
    lines += [
        f"{n},heating,x,{0 if n in BAD else 122.015},{0 if n in BAD else 37.015},2026-03-01"
        for n in range(ROWS)
    ]
    path = tmp_path / "many.csv"
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    return path


def importing(store, table):
    """Begin the import as a process of its own."""
    where = ("--dir", store.folder, "--database-url", store.config.database_url)
    options = ("--source-system", "x", "--batch", "20", "--rejects", table.with_name("rejects.csv"))
    return Forked(*where, "import", "issues", table, *options)


def rows_in(store):
    with store.read() as tx:
        return tx.session.scalar(select(func.count()).select_from(Issue))


def test_an_import_killed_twice_comes_to_the_same_end(store, town, table):
    for share in (0.1, 0.5):
        running = importing(store, table)
        give_up = time.monotonic() + PATIENCE_S
        while rows_in(store) < ROWS * share and time.monotonic() < give_up:
            assert running.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert ROWS * share <= rows_in(store) < ROWS - len(BAD)
    done = importing(store, table)
    assert done.wait(PATIENCE_S) == 0, done.communicate()
    with store.read() as tx:
        numbers = sorted(
            int(key.removeprefix("x:")) for key in tx.session.scalars(select(Issue.external_key))
        )
        assert numbers == [n for n in range(ROWS) if n not in BAD]
        assert tx.session.scalar(select(func.count()).select_from(Entry)) == 2 * len(numbers)
        assert broken_chains(tx) == []
        record = tx.session.scalars(select(Import)).one()
        assert (record.state, record.counts["in"], record.counts["rejected"]) == (
            "done",
            len(numbers),
            len(BAD) + 1,
        )
    refused = table.with_name("rejects.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [int(line.split(",")[0]) for line in refused] == [*(n + 2 for n in sorted(BAD)), ROWS + 2]


def test_an_import_that_is_interrupted_says_how_to_go_on(store, town, table):
    running = importing(store, table)
    give_up = time.monotonic() + PATIENCE_S
    while not rows_in(store) and time.monotonic() < give_up:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=PATIENCE_S)[1].strip().splitlines()
    assert running.returncode == 130
    assert "重新运行" in said[-1]
    assert "Traceback" not in " ".join(said)
    with store.read() as tx:
        assert tx.session.scalars(select(Import.state)).one() == "failed"
