"""Every test of a page begins and ends in Chinese, whatever a request spoke; an issue to look at."""

import pytest

from server.services import intake, issues
from server.services.drafts import Draft
from server.words import speaking


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking("zh"):
        yield


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: a page asks the services, which are tried on both; test_access opens each route on both."""
    return database_url


@pytest.fixture
def number(store, town):
    """An issue that worker_lin has taken."""
    with store.write() as tx:
        draft = Draft("heating", "phone", "三楼暖气不热", lon=122.015, lat=37.015)
        number = intake.report(tx, town.actors["dispatcher_qian"], draft).number
        issues.act(tx, town.actors["worker_lin"], number, "take", {})
    return number
