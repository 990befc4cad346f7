"""Every test of a page begins and ends in Chinese, whatever a request spoke."""

import pytest

from server.words import speaking


@pytest.fixture(autouse=True)
def _in_chinese():
    with speaking("zh"):
        yield


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: a page asks the services, which are tried on both; test_access opens each route on both."""
    return database_url
