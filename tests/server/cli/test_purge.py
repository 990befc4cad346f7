"""``wangge purge``: counts first, then takes away; a second time there is nothing."""

import os

import pytest
from sqlalchemy import select, update

from server.blobs import blobs_of
from server.models import Issue
from tests.conftest import NOW

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_purging_is_counted_first_and_then_done_once(wangge, store, lived):
    with store.write() as tx:  # the command goes by the time of day
        tx.session.execute(
            update(Issue).where(Issue.state == "closed").values(ended_at=NOW.replace(year=2020))
        )
    counted = wangge("purge", "--dry-run")
    assert (counted.exit_code, counted.output.split("：")[0]) == (0, "应清除 1 件事件的居民信息")
    with store.read() as tx:
        assert tx.session.scalars(select(Issue.purged_at).distinct()).all() == [None]
    done = wangge("purge", "--days", 30)
    assert (done.exit_code, done.output) == (
        0,
        counted.output.replace("应清除", "已清除").replace("应清理", "清理"),
    )
    unnamed = blobs_of(store).put(b"unnamed")
    os.utime(store.folder / "files" / unnamed[:2] / unnamed, (0, 0))
    wangge("purge", "--days", 30)
    assert blobs_of(store).has(unnamed)
    again = wangge("purge", lang="en")
    assert not blobs_of(store).has(unnamed)
    assert again.output.startswith("Purged words about residents from 0 issues")


def test_days_that_are_no_days_are_wrong_usage(wangge, store, town):
    assert wangge("purge", "--days", 0).exit_code == 2
