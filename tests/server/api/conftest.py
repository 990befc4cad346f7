"""The API is asked over SQLite, but where a test names PostGIS."""

import pytest


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: the API asks the services, which are tried on both; test_access opens each route on both."""
    return database_url
