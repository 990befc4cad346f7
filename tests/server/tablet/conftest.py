"""The shell is asked over SQLite: nothing in it comes out of the store but whether it is a demonstration."""

import pytest


@pytest.fixture(params=["sqlite"])
def database_url(database_url):
    """One store: the shell holds no rows."""
    return database_url
